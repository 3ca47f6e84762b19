"""`GetNeuronWidget`: fetches a neuron from a public database, with its mesh and synapses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from napari.layers import Layer
from napari.qt.threading import create_worker
from qtpy.QtCore import QSize
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.databases import FetchedNeuron, fetch_cave, fetch_neuprint, fetch_neuromorpho
from napari_neuron.databases.cave import FLYWIRE, MICRONS
from napari_neuron.databases.neuprint import DATASET, SERVER
from napari_neuron.errors import NapariNeuronError
from napari_neuron.view.skeleton_layers import (
    mesh_layer_data,
    skeleton_layer_data,
    synapse_layer_data,
)
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.closing import ClosingWidget
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import Palette, style_sheet
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari

NEUROMORPHO, NEUPRINT, FLYWIRE_NAME, MICRONS_NAME, CAVE = (
    "NeuroMorpho.Org",
    "neuPrint",
    "FlyWire (CAVE)",
    "MICrONS (CAVE)",
    "Another CAVE dataset",
)
_DATASTACKS = {FLYWIRE_NAME: FLYWIRE, MICRONS_NAME: MICRONS}
_HINTS = {
    NEUROMORPHO: "Name as in the archive, such as cnic_001. Skeletons only; no account needed.",
    NEUPRINT: "Body id. Needs a token: log in to neuPrint and open Account.",
    FLYWIRE_NAME: "Root id. Needs a CAVE token.",
    MICRONS_NAME: "Root id. Needs a CAVE token.",
    CAVE: "Root id, from any datastack. Needs a CAVE token.",
}


class GetNeuronWidget(ClosingWidget):
    """Fetches neurons in a thread and adds paths, nodes, synapses and mesh as layers.

    A typed token is used only for these requests and is not stored; without one, the clients use
    their stored token.

    Parameters
    ----------
    viewer
        The viewer in which the layers are added.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        CanvasRoom(self, viewer)
        self.viewer = viewer
        self._worker: Any = None
        self._waiting: list[str] = []
        self._stopped = False
        self.database = QComboBox()
        self.database.addItems(_HINTS)
        self.hint = hint()
        self.names = QLineEdit()
        self.server = QLineEdit(SERVER)
        self.dataset = QLineEdit(DATASET)
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText("leave empty to use the stored one")
        self.mesh = QCheckBox("Mesh")
        self.mesh.setChecked(True)
        self.synapses = QCheckBox("Synapses")
        self.synapses.setChecked(True)
        self.get_button = QPushButton("Get")
        self.get_button.setObjectName("run")
        self.cancel_button = QPushButton("Cancel")
        self.said = hint()
        self.problem = ProblemLabel()

        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.addRow("From", self.database)
        self.form.addRow(self.hint)
        self.form.addRow("Neuron", self.names)
        self.form.addRow("Server", self.server)
        self.form.addRow("Dataset", self.dataset)
        self.form.addRow("Token", self.token)
        self._more = QWidget()
        boxes = QHBoxLayout(self._more)
        boxes.setContentsMargins(0, 0, 0, 0)
        boxes.addWidget(self.synapses)
        boxes.addWidget(self.mesh)
        boxes.addStretch()
        self.form.addRow("With", self._more)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.get_button)
        layout = QVBoxLayout(self)
        layout.addLayout(self.form)
        layout.addLayout(buttons)
        layout.addWidget(self.said)
        layout.addWidget(self.problem)
        layout.addStretch()

        self.database.currentTextChanged.connect(self._on_database_changed)
        self.names.textChanged.connect(self._show_what_can_be_done)
        self.names.returnPressed.connect(self.get)
        self.get_button.clicked.connect(lambda _=False: self.get())
        self.cancel_button.clicked.connect(lambda _=False: self.cancel())
        self._signals = ViewerSignals(viewer)
        self._signals.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_database_changed(self.database.currentText())

    def sizeHint(self) -> QSize:
        """Ask for 360 x 320."""
        return QSize(360, 320)

    @property
    def is_busy(self) -> bool:
        """Whether a neuron is being fetched."""
        return self._worker is not None

    def get(self) -> None:
        """Fetch the neurons that are named, one after another."""
        if self.is_busy or not self._named():
            return
        self.problem.say("")
        self.said.setText("")
        self._waiting = self._named()
        self._fetch_next()

    def cancel(self) -> None:
        """Ignore the answer to what is being fetched: a sent request cannot be cancelled."""
        self._waiting.clear()
        if self._worker is not None:
            self._worker.returned.disconnect(self._on_returned)
            self._worker = None
        self.said.setText("Cancelled.")
        self._show_what_can_be_done()

    def shut_down(self) -> None:
        """Stop adding layers."""
        self._stopped = True
        self._waiting.clear()
        self._signals.disconnect()

    def _named(self) -> list[str]:
        return [name for name in re.split(r"[,;\s]+", self.names.text()) if name]

    def _fetch_next(self) -> None:
        name = self._waiting.pop(0)
        try:
            fetch = self._fetcher(name)
        except NapariNeuronError as error:
            self._on_returned((None, str(error)))
            return
        self.said.setText(f"Fetching {name} …")
        self._worker = create_worker(_fetched, fetch, _start_thread=False)
        self._worker.returned.connect(self._on_returned)
        self._worker.start()
        self._show_what_can_be_done()

    def _fetcher(self, name: str) -> Callable[[], FetchedNeuron]:
        database = self.database.currentText()
        if database == NEUROMORPHO:
            return lambda: fetch_neuromorpho(name)
        if not name.isdecimal():
            raise NapariNeuronError(f"{name!r} is not an id: {database} ids are whole numbers")
        asked = {
            "token": self.token.text().strip() or None,
            "synapses": self.synapses.isChecked(),
            "mesh": self.mesh.isChecked(),
        }
        dataset = self.dataset.text().strip()
        if database == NEUPRINT:
            server = self.server.text().strip()
            return lambda: fetch_neuprint(int(name), server=server, dataset=dataset, **asked)
        datastack = _DATASTACKS.get(database, dataset)
        return lambda: fetch_cave(int(name), datastack=datastack, **asked)

    def _on_returned(self, answer: tuple[FetchedNeuron | None, str]) -> None:
        self._worker = None
        if self._stopped:
            return
        neuron, problem = answer
        if neuron is not None:
            self._show(neuron)
        if problem:
            before = self.problem.text()
            self.problem.say(f"{before}\n{problem}".strip())
        if self._waiting:
            self._fetch_next()
            return
        if neuron is None:
            self.said.setText("")
        self._show_what_can_be_done()

    def _show(self, neuron: FetchedNeuron) -> None:
        cell = neuron.cell
        if not self.viewer.layers:
            self.viewer.dims.ndisplay = 3
        layers = [*skeleton_layer_data(cell), *synapse_layer_data(cell)]
        if neuron.mesh is not None:
            layers.append(mesh_layer_data(cell, neuron.mesh.vertices, neuron.mesh.faces))
        for data in layers:
            self.viewer.add_layer(Layer.create(*data))
        self.viewer.reset_view()
        n = 0 if cell.connectors is None else len(cell.connectors)
        parts = [f"{len(cell):,} nodes", f"{n:,} synapses" if n else "", *neuron.notes]
        self.said.setText(f"{cell.name}: {', '.join(part for part in parts if part)}")

    def _on_database_changed(self, database: str) -> None:
        self.hint.setText(_HINTS[database])
        self.names.setPlaceholderText("cnic_001" if database == NEUROMORPHO else "ids")
        is_neuprint, is_cave = database == NEUPRINT, database == CAVE
        if is_cave and self.dataset.text() == DATASET:
            self.dataset.setText(MICRONS)
        elif is_neuprint and self.dataset.text() == MICRONS:
            self.dataset.setText(DATASET)
        needs_account = database != NEUROMORPHO
        for widget, shown in (
            (self.server, is_neuprint),
            (self.dataset, is_neuprint or is_cave),
            (self.token, needs_account),
            (self._more, needs_account),
        ):
            widget.setVisible(shown)
            self.form.labelForField(widget).setVisible(shown)
        self._show_what_can_be_done()

    def _show_what_can_be_done(self, *_: Any) -> None:
        self.get_button.setEnabled(not self.is_busy and bool(self._named()))
        self.cancel_button.setVisible(self.is_busy)

    def _on_theme_changed(self) -> None:
        self.setStyleSheet(style_sheet(Palette.of(self.viewer.theme)))


def _fetched(fetch: Callable[[], FetchedNeuron]) -> tuple[FetchedNeuron | None, str]:
    try:
        return fetch(), ""
    except NapariNeuronError as error:
        return None, str(error)
