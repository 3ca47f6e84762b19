"""`MeshDialog`: chooses the mesh to colour: a file, or a folder of precomputed meshes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from psygnal import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.formats.precomputed_mesh import precomputed_meshes
from napari_neuron.view.geometry.mesh_cells import MESH_UNITS
from napari_neuron.widgets.toolkit.page import hint, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel

_FILES = "Meshes (*.obj *.ply *.stl *.off *.glb *.gltf);;All files (*)"
_GUESS = "whichever fits the cell"


@dataclass(frozen=True)
class MeshSource:
    """The source of a mesh.

    Attributes
    ----------
    path : Path
        A file, or a folder of precomputed meshes.
    segment : int or None
        Of a folder.
    scale : float or None
        µm in one unit of a file; None to find out by the cell.
    """

    path: Path
    segment: int | None = None
    scale: float | None = None


class MeshDialog(QDialog):
    """Asks for a mesh, which the receiver of the signal reads.

    Attributes
    ----------
    chosen : Signal (MeshSource)
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Colour a mesh of this neuron")
        self.path = QLineEdit()
        self.path.setPlaceholderText("a file, or a folder with an info file")
        self.path.editingFinished.connect(self._look)
        self.file_button = QPushButton("File…")
        self.file_button.setToolTip("OBJ, PLY, STL or another format trimesh reads")
        self.file_button.clicked.connect(lambda _=False: self._ask_for_file())
        self.folder_button = QPushButton("Folder…")
        self.folder_button.setToolTip("A folder of meshes in neuroglancer's precomputed format")
        self.folder_button.clicked.connect(lambda _=False: self._ask_for_folder())
        for button in (self.file_button, self.folder_button):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self.file_button)
        row.addWidget(self.folder_button)
        self.unit = QComboBox()
        self.unit.addItem(_GUESS, None)
        for name, scale in MESH_UNITS.items():
            self.unit.addItem(name, scale)
        self.unit.setToolTip("Unit of the file's coordinates; precomputed meshes are in nm")
        self.segment = QComboBox()
        self.segment.setEditable(True)
        let_shrink(self.segment)
        self.segment.setToolTip("Id of the neuron's mesh in the folder")
        self._form = QFormLayout()
        self._form.addRow("Mesh", row)
        self._form.addRow("Unit", self.unit)
        self._form.addRow("Segment", self.segment)
        self.problem = ProblemLabel()
        self.add_button = QPushButton("Add")
        self.add_button.setDefault(True)
        self.add_button.clicked.connect(lambda _=False: self._add())
        close = QPushButton("Cancel")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        ends = QHBoxLayout()
        ends.addStretch()
        ends.addWidget(close)
        ends.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.addWidget(hint("Every vertex takes the colour of the nearest node of the skeleton."))
        column.addLayout(self._form)
        column.addWidget(self.problem)
        column.addStretch()
        column.addLayout(ends)
        self.setMinimumWidth(380)
        self._look()

    def choose(self, path: str) -> None:
        """Put a path into the field."""
        self.path.setText(path)
        self._look()

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "A mesh of this neuron", "", _FILES)
        if path:
            self.choose(path)

    def _ask_for_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "A folder of precomputed meshes")
        if path:
            self.choose(path)

    def _look(self) -> None:
        """Ask only for what there is to say of this path."""
        text = self.path.text().strip()
        is_folder = bool(text) and Path(text).is_dir()
        self.problem.say("")
        self.segment.clear()
        self.add_button.setEnabled(bool(text))
        if is_folder:
            try:
                found = precomputed_meshes(Path(text))
            except MorphologyError as error:
                self.problem.say(str(error))
                self.add_button.setEnabled(False)
            else:
                self.segment.addItems([str(one) for one in found[:1000]])
        for field, is_asked in ((self.unit, not is_folder), (self.segment, is_folder)):
            field.setVisible(is_asked)
            self._form.labelForField(field).setVisible(is_asked)

    def _add(self) -> None:
        text = self.path.text().strip()
        if not text:
            return
        path, segment = Path(text), self.segment.currentText().strip()
        if not path.is_dir():
            self.chosen.emit(MeshSource(path, scale=self.unit.currentData()))
        elif segment.isdecimal():
            self.chosen.emit(MeshSource(path, int(segment)))
        else:
            self.problem.say("Which segment? Type its id.")
            return
        self.accept()
