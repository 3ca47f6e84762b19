"""`ConnectDialog`: synapses between the chosen cells, from a table or their connectors."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QWidget,
)

from napari_neuron.compile.circuit_table import USUAL_COLUMNS
from napari_neuron.morphology.model import Morphology
from napari_neuron.widgets.connections.connect_choice import (
    ConnectChoice,
    ConnectFound,
    find_connections,
)
from napari_neuron.widgets.connections.kinds_table import KindsTable
from napari_neuron.widgets.placing.table_dialog import TableDialog
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.page import hint

_SITES = "Synapses of these cells"
_CONSTANT, _BY_LENGTH = "the same for all", "by path length"


class ConnectDialog(TableDialog):
    """Says which column is what and what each kind does, shows what was found, and connects.

    Tables are read, and synapses placed, in a thread.

    Parameters
    ----------
    cells
        Those that are simulated together.

    Attributes
    ----------
    connected : Signal (tuple of ChemicalSynapses)
    """

    connected = Signal(tuple)

    def __init__(self, cells: tuple[Morphology, ...], parent: QWidget | None = None) -> None:
        super().__init__(
            "Connect the cells",
            without_file=_SITES,
            columns={name: name.replace("_", " ") for name in USUAL_COLUMNS},
            action="Connect",
            parent=parent,
        )
        self.source.setToolTip("Match each postsynapse to the nearest presynapse of another cell")
        self._cells = cells
        self._found = ConnectFound()
        self._job = LatestJob()
        self._job.finished.connect(self._on_found)
        self.only_these = QCheckBox("Leave out rows of other cells")
        self.only_these.setToolTip("Otherwise a row that names another cell is an error")
        self.apart = _number(
            0.3, 100, " µm", "Connectors nearer to each other than this are one synapse"
        )
        self.units = QLineEdit("um")
        self.units.setToolTip("Unit of the positions: um, nm, 8 nm")
        self.limit = _number(5.0, 1e6, " µm", "Positions farther from their cell are left out")
        self.weight = _number(
            0.001, 1e6, " µS", "Used where the table has no weight; multiplied by the count"
        )
        self.threshold = _number(
            -20.0, 1000, " mV", "Threshold of the presynaptic voltage", lowest=-1000
        )
        self.delay_kind = QComboBox()
        self.delay_kind.addItems([_CONSTANT, _BY_LENGTH])
        self.delay_kind.setToolTip(
            "By path length: for axons that do not spike. The voltage is watched at the root, and "
            "the distance to the synapse adds to the delay"
        )
        self.delay = _number(1.0, 1e4, " ms", "Used where the table has no delay")
        self.velocity = _number(
            500.0, 1e6, " µm/ms", "Speed of the spike along the axon", lowest=0.001
        )
        self.add_rows(
            {
                "": self.only_these,
                "Nearer than": self.apart,
                "Unit of positions": self.units,
                "At most": self.limit,
                "Weight": self.weight,
                "Threshold": self.threshold,
                "Delay": self.delay_kind,
                "Delay of each": self.delay,
                "Velocity": self.velocity,
            }
        )
        self.kinds = KindsTable()
        self.page.add(hint("Each kind is an Exp2Syn; you can change this afterwards."), self.kinds)
        self.page.column.addStretch()
        self.resize(440, 560)
        self.action_button.clicked.connect(lambda _=False: self.connect_cells())
        self.delay_kind.currentIndexChanged.connect(lambda _: self.read())
        self.only_these.toggled.connect(lambda _: self.read())
        self.units.editingFinished.connect(self.read)
        for number in self.findChildren(QDoubleSpinBox):
            number.editingFinished.connect(self.read)
        self.kinds.edited.connect(self.read)
        self.kinds.failed.connect(self.problem.say)
        self.read()

    @property
    def found(self) -> ConnectFound:
        """The connections to add."""
        return self._found

    @property
    def is_busy(self) -> bool:
        """Whether a table is being read."""
        return self._job.is_busy

    def read(self) -> None:
        """Read the table with these settings, and report what was found."""
        is_file = self.path is not None
        by_length = self.delay_kind.currentIndex() == 1
        for widget in (*self.columns.values(), self.only_these, self.units, self.limit):
            self.show_row(widget, is_file)
        self.show_row(self.apart, not is_file)
        self.show_row(self.velocity, by_length)
        choice = ConnectChoice(
            self._cells,
            self.path,
            self.named_columns,
            self.only_these.isChecked(),
            self.apart.value(),
            self.kinds.value,
            self.weight.value(),
            self.delay.value(),
            self.velocity.value() if by_length else None,
            self.threshold.value(),
            self.units.text().strip(),
            self.limit.value(),
        )
        self._job.request(find_connections, choice)
        self._show_busy()

    def connect_cells(self) -> None:
        """Emit the connections, and close."""
        if self._found.connections and not self.is_busy:
            self.connected.emit(self._found.connections)
            self.accept()

    def _on_found(self, found: ConnectFound) -> None:
        if found.names != self._found.names:
            self.offer_columns(found.names)
        self._found = found
        self.said.setText(found.said)
        self.problem.say(found.problem)
        self.left_out.set_rows(
            None if found.left_out is None else found.left_out.assign(why="too far"),
            ("pre", "post"),
        )
        if not found.problem or found.kinds:
            n = sum(len(group.weights) for group in found.connections)
            self.kinds.set_kinds(found.kinds, n)
        self._show_busy()

    def _show_busy(self) -> None:
        self.busy.setVisible(self.is_busy)
        self.action_button.setEnabled(bool(self._found.connections) and not self.is_busy)

    def stop(self) -> None:
        """Emit nothing more."""
        super().stop()
        self._job.stop()


def _number(
    value: float, highest: float, suffix: str, tooltip: str, *, lowest: float = 0.0
) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(lowest, highest)
    box.setDecimals(5 if suffix == " µS" else 2)
    box.setValue(value)
    box.setSuffix(suffix)
    box.setToolTip(tooltip)
    return box
