"""Changes the chosen cell and its properties: labels, unit, the cell named by an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.layers import Layer
from napari.qt.threading import create_worker
from psygnal import Signal

from napari_neuron.compile.cells import read_cells
from napari_neuron.compile.repair import repair
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.session import Session
from napari_neuron.spec import Experiment
from napari_neuron.spec.edit import free_label
from napari_neuron.view.showing import show_stored
from napari_neuron.view.skeleton_layers import skeleton_layer_data
from napari_neuron.widgets.cell_in_view import KEY, cells_in, layers_of, shown_in

if TYPE_CHECKING:
    from napari.viewer import Viewer


CIRCUIT = "napari_neuron_circuit"
"""Key in a layer's metadata: cells with the same value are opened together."""


class CellFiles:
    """Replaces the morphology in session and layers.

    Attributes
    ----------
    labelled : Signal (str)
        Labelling has ended, with the error or "".
    """

    labelled = Signal(str)

    def __init__(self, viewer: Viewer, session: Session) -> None:
        self._viewer = viewer
        self._session = session
        self._worker: Any = None
        self._seen: set[str] = set()

    def choose(self, name: str) -> None:
        """Work on the cell of that name; of several that are chosen already, show it."""
        cell = cells_in(self._viewer).get(name)
        if cell is None:
            return
        if len(self._session.cells) > 1:
            self._session.show_cell(cell.name)
        else:
            self._session.choose_cells((cell,))

    def choose_together(self, names: Sequence[str]) -> None:
        """Work on the cells of some names, in one experiment.

        Of two cells with one name the second is called "name (2)" from now on.
        """
        cells = cells_in(self._viewer)
        chosen = [(name, cells[name]) for name in names if name in cells]
        if chosen:
            self._session.choose_cells(tuple(self._renamed(cell, name) for name, cell in chosen))

    def complete_circuit(self) -> None:
        """Work on all cells that were opened as one circuit with the shown one.

        Only when one of them was just added; the user may leave some out afterwards.
        """
        cells = cells_in(self._viewer)
        tag = {
            id(shown_in(layer, "morphology")): layer.metadata.get(CIRCUIT)
            for layer in self._viewer.layers
        }
        circuit_of = {name: tag[id(cell)] for name, cell in cells.items()}
        new, self._seen = set(cells) - self._seen, set(cells)
        shown = self._session.shown_cell
        circuit = next((circuit_of[name] for name, cell in cells.items() if cell is shown), None)
        if circuit is not None and any(circuit_of[name] == circuit for name in new):
            self.choose_together([name for name in cells if circuit_of[name] == circuit])

    def _renamed(self, cell: Morphology, name: str) -> Morphology:
        if cell.name == name:
            return cell
        renamed = cell.replace(name=name)
        self._show_in_layers(cell, renamed)
        return renamed

    def _show_in_layers(self, before: Morphology, after: Morphology) -> None:
        for layer in layers_of(self._viewer, before):
            roles = dict.fromkeys(layer.metadata[KEY], after)
            layer.metadata = {**layer.metadata, KEY: roles}

    def add(self, cell: Morphology) -> None:
        """Add the layers of a cell, and work on it."""
        taken = cells_in(self._viewer)
        cell = cell.replace(name=free_label(cell.name, taken))
        self._add_layers(cell)
        self._session.choose_cells((cell,))

    def label_axon_and_dendrite(self) -> None:
        """Find axon and dendrite of the chosen cells in a thread; `labelled` tells of the end.

        Of several, those without synapses are left as they are.
        """
        cells = self._session.cells
        if len(cells) > 1:
            cells = tuple(c for c in cells if c.connectors is not None and len(c.connectors))
        worker = create_worker(_labelled, cells, _start_thread=False)
        worker.returned.connect(self._on_labelled)
        self._worker = worker
        worker.start()

    def open_experiment(self, path: Path) -> str | None:
        """Make the experiment in a file the current one; see `take_over`.

        Raises
        ------
        ExperimentError, MorphologyError, OSError
            If the file is not an experiment, or a skeleton is not there or cannot be read.
        """
        return self.take_over(Experiment.load(path), path.parent)

    def take_over(self, experiment: Experiment, folder: Path) -> str | None:
        """Make an experiment the current one, on the cells it names, in one step.

        A cell is the one of that name in the viewer, else it is read from its file. With neither,
        an experiment on one cell is taken over for the chosen one.

        Parameters
        ----------
        experiment
            Which one.
        folder
            What relative paths of its cells start from.

        Returns
        -------
        str or None
            A note for the user.

        Raises
        ------
        ExperimentError, MorphologyError, OSError
            If a skeleton is not there or cannot be read.
        """
        note = None
        there = cells_in(self._viewer)
        named = experiment.cells
        missing = [one for one in named if one.name not in there]
        if named and all(source.path is not None for source in missing):
            unrepaired = tuple(source.replace(repairs=()) for source in missing)
            read = read_cells(Experiment(cells=unrepaired), folder) if missing else ()
            for cell in read:
                self._add_layers(cell)
            known = {**there, **{cell.name: cell for cell in read}}
            self._session.choose_cells(tuple(known[source.name] for source in named))
        elif len(named) > 1:
            wanted = next(source.name for source in missing if source.path is None)
            raise ExperimentError("cells", f"open the skeleton of {wanted!r} first")
        elif self._session.cells:
            if named:
                shown = self._session.shown_cell
                note = (
                    f"Opened for {shown.name if shown else ''}; "
                    f"this experiment was made for {named[0].name}."
                )
        else:
            of = f" of {named[0].name!r}" if named else ""
            raise ExperimentError("cells", f"open the skeleton{of} first, then this experiment")
        self._session.edit(*self._with_repairs(experiment))
        return note

    def open_result(self, path: Path) -> str | None:
        """Show a stored result, as if its file was dropped on napari.

        Returns
        -------
        str or None
            What a person should know.

        Raises
        ------
        NapariNeuronError, OSError
            If the file is not the result of an experiment on cells, or cannot be read.
        """
        show_stored(SimulationResult.load(path), self._viewer)
        return None

    def _with_repairs(self, experiment: Experiment) -> tuple[Experiment, Any]:
        """Return an experiment for the chosen cells, and the cells as it repairs them."""
        sources, cells = list(self._session.experiment.cells), list(self._session.cells)
        repairs = {source.name: source.repairs for source in experiment.cells}
        is_other = False
        for at, source in enumerate(sources):
            wanted = repairs.get(source.name, source.repairs)
            if wanted != source.repairs:
                cells[at] = repair(self._session.opened_cells[at], wanted)
                sources[at] = source.replace(repairs=wanted)
                is_other = True
        return experiment.replace(cells=tuple(sources)), tuple(cells) if is_other else None

    def _add_layers(self, cell: Morphology) -> None:
        for data in skeleton_layer_data(cell):
            self._viewer.add_layer(Layer.create(*data))

    def _on_labelled(self, answer: tuple[list[tuple[Morphology, Morphology]], str]) -> None:
        labelled, problem = answer
        self._worker = None
        for before, cell in labelled:
            if not any(one is before for one in self._session.cells):
                continue
            self._show_in_layers(before, cell)
            for layer in layers_of(self._viewer, cell):
                if "path_distance" in getattr(layer, "features", ()):
                    layer.features = layer.features.assign(label=cell.labels.astype(object))
            self._session.relabel(cell)
        self.labelled.emit(problem)


def _labelled(
    cells: Sequence[Morphology],
) -> tuple[list[tuple[Morphology, Morphology]], str]:
    """Return each cell with its replacement, and the first error."""
    from napari_neuron.morphology import label_axon_dendrite

    labelled, problem = [], ""
    for cell in cells:
        try:
            labelled.append((cell, label_axon_dendrite(cell)))
        except NapariNeuronError as error:
            problem = problem or str(error)
    return labelled, problem
