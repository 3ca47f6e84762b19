"""The Connections tab: synapses and gap junctions between the cells that are simulated together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psygnal import Signal

from napari_neuron.errors import ExperimentError
from napari_neuron.spec import GapJunctions
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.connections.connect_dialog import ConnectDialog
from napari_neuron.widgets.connections.connection_display import (
    MOST,
    ConnectionDisplay,
    colour_of,
    ends_of,
)
from napari_neuron.widgets.forms.spec_list import SpecListEditor
from napari_neuron.widgets.toolkit.page import Page, hint
from napari_neuron.widgets.toolkit.style import dot_icon

if TYPE_CHECKING:
    from napari.viewer import Viewer

TITLE = "Connections"


def connections_in_words(group: Any) -> str:
    """Return "a → b · 12 synapses · gaba", "a – b · gap junction"."""
    first, _, second, _ = ends_of(group)
    pairs = set(zip(first, second, strict=True))
    is_gap = isinstance(group, GapJunctions)
    between = " – " if is_gap else " → "
    where = between.join(next(iter(pairs))) if len(pairs) == 1 else f"{len(pairs):,} pairs"
    n, name = len(first), "gap junction" if is_gap else "synapse"
    what = f"{n:,} {name}s" if n != 1 else f"1 {name}"
    return " · ".join([where, what, *([group.label] if group.label else [])])


class ConnectionsTab(Page):
    """Lists connections, adds them from tables and between selected points, shows them.

    Attributes
    ----------
    edit_requested : Signal (dict)
        The user changes a field of the experiment.
    """

    edit_requested = Signal(dict)

    def __init__(self, viewer: Viewer, view: CellInView) -> None:
        super().__init__()
        self.hide()
        self._view = view
        self.display = ConnectionDisplay(viewer)
        self.dialog: ConnectDialog | None = None
        self.said = hint()
        self.editor = SpecListEditor(
            view,
            describe=connections_in_words,
            additions=[
                ("Synapses from a table or connectors…", self.ask_for_table),
                ("Gap junction between two selected points", self._gap_junction),
            ],
            swatch=lambda group: dot_icon(colour_of(group)),
            empty="The cells are not connected.",
        )
        self.add(self.said, self.editor)
        self.column.addStretch()
        self.editor.changed.connect(lambda v: self.edit_requested.emit({"connections": v}))
        self.editor.current_changed.connect(lambda _: self._show())
        view.selection_changed.connect(self._say)
        self._say()

    def set_value(self, connections: tuple[Any, ...]) -> None:
        """List and draw connections."""
        self.editor.set_value(connections)
        self._show()
        self._say()

    def raise_to_top(self) -> None:
        """Draw the connections above layers added since."""
        self.display.raise_to_top()

    def ask_for_table(self) -> tuple[Spec, ...]:
        """Open the dialog that connects the cells."""
        self.dialog = ConnectDialog(self._view.cells, self)
        self.dialog.connected.connect(self.editor.add)
        self.dialog.open()
        return ()

    def _gap_junction(self) -> tuple[Spec, ...]:
        ends = self._view.selected_on_cells
        if len(ends) != 2:
            problem = (
                f"{len(ends)} points are selected; a gap junction needs two: select one in each "
                "cell's nodes layer"
            )
            self.editor.show_problem(ExperimentError("", problem), row=len(self.editor.value))
            return ()
        (cell_a, node_a), (cell_b, node_b) = ends
        return (
            GapJunctions(
                cell_a=(cell_a,),
                node_a=(node_a,),
                cell_b=(cell_b,),
                node_b=(node_b,),
                conductances=(0.001,),
            ),
        )

    def _show(self) -> None:
        self.display.show(self._view.cells, self.editor.value, self.editor.rows)

    def _say(self) -> None:
        n = sum(len(ends_of(group)[0]) for group in self.editor.value)
        cells = len(self._view.cells)
        text = f"{n:,} connections between {cells} cells." if n else ""
        if n > MOST:
            text += f" Only {MOST:,} are drawn."
        ends = self._view.selected_on_cells
        if ends:
            text += " Selected: " + ", ".join(f"node {i} of {name}" for name, i in ends[:2])
            text += "." if len(ends) <= 2 else f" and {len(ends) - 2} more."
        self.said.setText(text.strip())
        self.said.setVisible(bool(text))
