"""The Biophysics tab: the membrane, in the order of painting."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from psygnal import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton

from napari_neuron.compile.paint import Cover, painted_by, shadowed
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.presets import paint_for, presets
from napari_neuron.spec import (
    CableProperties,
    DensityMechanism,
    HodgkinHuxley,
    Ions,
    Paint,
    Passive,
    Preset,
)
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.list_buttons import Additions
from napari_neuron.widgets.forms.spec_list import SpecListEditor
from napari_neuron.widgets.forms.summaries import mechanism_of, paint_in_words
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.membrane.colour_by import ColourBy
from napari_neuron.widgets.membrane.mod_files_panel import ModFilesPanel
from napari_neuron.widgets.membrane.preset_menu import PresetButton
from napari_neuron.widgets.toolkit.page import Page, hint
from napari_neuron.widgets.toolkit.style import Palette

if TYPE_CHECKING:
    from napari_neuron.widgets.membrane.kinetics_dialog import KineticsDialog

_OWN_KINDS = (CableProperties, Passive, HodgkinHuxley)
_IONS = ("na", "k", "ca")


class BiophysicsTab(Page):
    """The paint of the membrane, in order: where two layers overlap, the later wins.

    Attributes
    ----------
    edit_requested : Signal (dict)
        The user changes several fields of the experiment at once.
    """

    edit_requested = Signal(dict)

    def __init__(self, view: CellInView, colour_by: ColourBy, palette: Palette) -> None:
        super().__init__()
        self._view = view
        self.editor = SpecListEditor(
            view,
            describe=paint_in_words,
            ordered=True,
            empty="Nothing is painted. A run needs cable properties everywhere.",
        )
        self._said_of: tuple[Paint, ...] | None = None
        self.potential_holds = hint(
            "The reversal potential holds, whatever the concentrations are. Empty it, and it "
            "follows from them by the Nernst equation."
        )
        self.potential_holds.setVisible(False)
        self.source = hint()
        self.source.setVisible(False)
        self._palette = palette
        self.colour_by = colour_by
        self.kinetics: KineticsDialog | None = None
        self.show_button = QPushButton("Show on the cell")
        self.show_button.setCheckable(True)
        self.show_button.setToolTip(
            "Mark the nodes the selected paint covers; grey where later paint hides it"
        )
        self.kinetics_button = QPushButton("Kinetics…")
        self.kinetics_button.clicked.connect(lambda _=False: self.show_kinetics())
        self.presets = PresetButton(self._preset)
        self.presets.changed.connect(self._on_presets_changed)
        self.presets.failed.connect(self._on_preset_failed)
        self.mod_files = ModFilesPanel(view)
        of_selected = QHBoxLayout()
        of_selected.addWidget(self.show_button)
        of_selected.addWidget(self.kinetics_button)
        of_selected.addStretch()
        row = QHBoxLayout()
        row.addWidget(self.mod_files.button)
        row.addWidget(self.presets)
        row.addStretch()
        self.add(
            hint(
                "Painted from top to bottom. Different mechanisms add up; "
                "where two of one kind overlap, the lower one wins."
            )
        )
        self.add(self.editor)
        self.add(self.potential_holds)
        self.column.addLayout(of_selected)
        self.add(self.source)
        self.column.addSpacing(8)
        self.add(self.colour_by)
        self.column.addSpacing(4)
        self.column.addLayout(row)
        self.add(self.mod_files)
        self.mod_files.told.connect(lambda: self.scroll_to(self.mod_files))
        self.column.addStretch()
        self.editor.current_changed.connect(self._on_row_changed)
        self.editor.buttons.add_menu.aboutToShow.connect(self.offer)
        view.catalogue_changed.connect(self.offer)
        self.offer()

    def set_value(self, paint: tuple[Paint, ...]) -> None:
        """Show paint, and for each layer where others hide it."""
        self.editor.set_value(paint)
        if self._said_of is not None and paint != self._said_of:
            self._say_source("", None)  # it is no longer what that source has
        self._on_row_changed(self.editor.row)
        self.say_what_is_hidden()

    def say_what_is_hidden(self) -> None:
        """Show for each layer of paint where others hide it on the cell."""
        notes = {}
        for index, cover in enumerate(self._covers()):
            if cover.by:
                rows = ", ".join(str(row + 1) for row in cover.by)
                n, of = int(cover.shadowed.sum()), int(cover.nodes.sum())
                where = f" at {n:,} of its {of:,} nodes" if n < of else ""
                values = ", ".join(map(_name_of_coat, cover.values))
                notes[index] = f"{f'{values} set' if values else 'Hidden'} by {rows}{where}"
        self.editor.set_notes(notes)

    def _covers(self) -> tuple[Cover, ...]:
        cell = self._view.cell
        try:
            return shadowed(self.editor.value, cell) if cell is not None else ()
        except NapariNeuronError:  # the form of that region, or the run, says so
            return ()

    @property
    def shown_nodes(self) -> tuple[Any, Any]:
        """The nodes that the selected paint covers, and those where it is hidden.

        Both (n_nodes,) bool; None for nothing to show.
        """
        cell, row = self._view.cell, self.editor.row
        if cell is None or row < 0 or not self.show_button.isChecked():
            return None, None
        covers = self._covers()
        if covers and covers[row].nodes.any():
            return covers[row].nodes, covers[row].shadowed
        try:
            return painted_by(self.editor.value[row], cell), None
        except NapariNeuronError:
            return None, None

    def offer(self) -> None:
        """Fill the menu Add with what NEURON knows and the presets there are."""
        self.editor.buttons.set_additions(self._additions())

    def _additions(self) -> Additions:
        catalogue = self._view.catalogue
        mechanisms: list[tuple[Any, ...]] = []
        ions = list(_IONS)
        if catalogue is not None:
            # what has a form of its own stands above, by the same name
            plain = [m for m in catalogue.of_kind("density") if m.name not in ("pas", "hh")]
            mechanisms = [
                (m.name, partial(_one, DensityMechanism(name=m.name)), m.source) for m in plain
            ]
            ions = [ion.name for ion in catalogue.ions]
        waiting = [("Asking NEURON …", None)]
        return [
            *((kind_name(kind), partial(_one, kind())) for kind in _OWN_KINDS),
            ("Mechanism", mechanisms or waiting),
            ("Ions", [(name, partial(self._ion, name)) for name in ions]),
            (
                "Preset (replaces all)",
                [(p.name, partial(self.take_preset, p), p.source) for p in presets()],
            ),
        ]

    def _ion(self, name: str) -> tuple[Spec, ...]:
        ion = self._view.catalogue.ion(name) if self._view.catalogue is not None else None
        return (Ions(ion=name, e=ion.e if ion is not None else 0.0),)

    def take_preset(self, preset: Preset) -> tuple[Spec, ...]:
        """Replace the paint by a preset, with its temperature and initial voltage."""
        cell = self._view.cell
        run = self._view.experiment.run
        of_run = {name: getattr(preset, name) for name in ("celsius", "v_init")}
        changes = {name: value for name, value in of_run.items() if value is not None}
        self.edit_requested.emit(
            {
                "paint": paint_for(preset, cell) if cell is not None else preset.paint,
                "run": run.replace(**changes),
                "mod_files": preset.mod_files or self._view.experiment.mod_files,
            }
        )
        said = f"{preset.name}: {preset.source or 'your own preset'}"
        self._say_source(said, self._view.experiment.paint)
        return ()

    def _say_source(self, text: str, paint: tuple[Paint, ...] | None) -> None:
        """Say something of the paint, for as long as it stays ``paint`` where that is given."""
        self.source.setText(text)
        self.source.setVisible(bool(text))
        self._said_of = paint

    def show_kinetics(self) -> None:
        """Open a window with the gates of the selected paint's mechanism."""
        row = self.editor.row
        if row < 0 or not mechanism_of(self.editor.value[row]):
            return
        from napari_neuron.widgets.membrane.kinetics_dialog import (
            KineticsDialog,  # slow: Matplotlib
        )

        experiment = self._view.experiment
        self.kinetics = KineticsDialog(
            self.editor.value[row],
            experiment.run.celsius,
            experiment.mod_files,
            self._palette,
            self,
        )
        self.kinetics.show()

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self.editor.set_palette(palette)

    def _preset(self, name: str) -> Preset:
        experiment = self._view.experiment
        return Preset(
            name=name,
            paint=experiment.paint,
            celsius=experiment.run.celsius,
            v_init=experiment.run.v_init,
            mod_files=experiment.mod_files,
        )

    def _on_presets_changed(self, done: str) -> None:
        self._say_source(done, None)
        self.offer()

    def _on_preset_failed(self, problem: str) -> None:
        self.editor.show_problem(ExperimentError("", problem), row=len(self.editor.value))

    def _on_row_changed(self, row: int) -> None:
        name = mechanism_of(self.editor.value[row]) if row >= 0 else ""
        self.potential_holds.setVisible(row >= 0 and _holds_its_potential(self.editor.value[row]))
        self.kinetics_button.setEnabled(bool(name))
        self.kinetics_button.setToolTip(
            f"Steady states and time constants of {name}, against voltage"
            if name
            else "Select a mechanism in the list"
        )


def _name_of_coat(coat: str) -> str:
    """Return NEURON's name of a value of an ion: "ena", "cai"; of a mechanism its own."""
    ion, _, field = coat.partition(".")
    names = {"e": f"e{ion}", "inside": f"{ion}i", "outside": f"{ion}o", "style": f"{ion} style"}
    return names.get(field, coat)


def _holds_its_potential(layer: Spec) -> bool:
    """Return whether a layer paints concentrations that its reversal potential does not follow."""
    is_both = isinstance(layer, Ions) and layer.e is not None
    return is_both and (layer.inside is not None or layer.outside is not None)


def _one(spec: Spec) -> tuple[Spec, ...]:
    return (spec,)
