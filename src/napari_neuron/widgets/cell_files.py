"""Changes which cell is chosen and what it is: labels, unit, the cell an experiment names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.layers import Layer
from napari.qt.threading import create_worker
from psygnal import Signal

from napari_neuron.compile.cells import read_cells
from napari_neuron.compile.repair import repair
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.session import Session
from napari_neuron.spec import Experiment
from napari_neuron.view.skeleton_layers import skeleton_layer_data
from napari_neuron.widgets.cell_in_view import KEY, cells_in, free_name, layers_of

if TYPE_CHECKING:
    from napari.viewer import Viewer


class CellFiles:
    """Exchanges the morphology in session and layers.

    Attributes
    ----------
    labelled : Signal (str)
        Labelling has ended; the text says what went wrong, "" if nothing did.
    """

    labelled = Signal(str)

    def __init__(self, viewer: Viewer, session: Session) -> None:
        self._viewer = viewer
        self._session = session
        self._worker: Any = None

    def choose(self, name: str) -> None:
        """Work on the cell of that name."""
        cell = cells_in(self._viewer).get(name)
        if cell is not None:
            self._session.choose_cells((cell,))

    def add(self, cell: Morphology) -> None:
        """Add the layers of a cell, and work on it."""
        taken = cells_in(self._viewer)
        cell = cell.replace(name=free_name(cell.name, taken))
        self._add_layers(cell)
        self._session.choose_cells((cell,))

    def label_axon_and_dendrite(self) -> None:
        """Find axon and dendrite in a thread; `labelled` tells when it is done."""
        worker = create_worker(_labelled, self._session.cells[0], _start_thread=False)
        worker.returned.connect(self._on_labelled)
        self._worker = worker
        worker.start()

    def open_experiment(self, path: Path) -> str | None:
        """Make the experiment in a file the current one, on the cell it names.

        The cell is the one of that name in the viewer, else it is read from its file. Without
        either, the experiment is taken over for the chosen cell.

        Returns
        -------
        str or None
            What a person should know.

        Raises
        ------
        ExperimentError, MorphologyError, OSError
            If the file is not an experiment, or its skeleton cannot be read.
        """
        experiment = Experiment.load(path)
        note, cells_now = None, None
        names = [source.name for source in experiment.cells]
        cells = cells_in(self._viewer)
        if names and names[0] in cells:
            self._session.choose_cells((cells[names[0]],))
        elif experiment.cells and experiment.cells[0].path is not None:
            unrepaired = tuple(source.replace(repairs=()) for source in experiment.cells)
            cell = read_cells(experiment.replace(cells=unrepaired), path.parent)[0]
            self._add_layers(cell)
            self._session.choose_cells((cell,))
        elif self._session.cells:
            if names:
                note = f"Opened for {self._session.cells[0].name}; it was made for {names[0]}."
        else:
            raise ExperimentError("cells", "open the skeleton of this experiment first")
        sources = self._session.experiment.cells
        if names and names[0] == sources[0].name:
            repairs = experiment.cells[0].repairs
            if repairs != sources[0].repairs:
                cells_now = (repair(self._session.opened_cells[0], repairs),)
                sources = (sources[0].replace(repairs=repairs),)
        self._session.edit(experiment.replace(cells=sources), cells_now)
        return note

    def _add_layers(self, cell: Morphology) -> None:
        for data in skeleton_layer_data(cell):
            self._viewer.add_layer(Layer.create(*data))

    def _on_labelled(self, answer: tuple[Morphology, Morphology | None, str]) -> None:
        before, cell, problem = answer
        self._worker = None
        if cell is not None and self._session.cells == (before,):
            for layer in layers_of(self._viewer, before):
                roles = dict.fromkeys(layer.metadata[KEY], cell)
                layer.metadata = {**layer.metadata, KEY: roles}
                if "path_distance" in getattr(layer, "features", ()):
                    layer.features = layer.features.assign(label=cell.labels.astype(object))
            self._session.relabel(cell)
        self.labelled.emit(problem)


def _labelled(cell: Morphology) -> tuple[Morphology, Morphology | None, str]:
    from napari_neuron.morphology import label_axon_dendrite

    try:
        return cell, label_axon_dendrite(cell), ""
    except NapariNeuronError as error:
        return cell, None, str(error)
