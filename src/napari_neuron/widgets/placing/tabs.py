"""The Inputs and Recorders tabs: lists of what is placed at nodes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QPushButton

from napari_neuron.errors import ExperimentError
from napari_neuron.spec import (
    AlphaSynapse,
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
    Exp2Synapse,
    PointLeak,
    PointProcess,
    ProcessRecorder,
    SpikeDetector,
    Synapse,
    VariableRecorder,
    VoltageClamp,
    VoltageRecorder,
    VoltageWaveform,
)
from napari_neuron.spec.base import Spec
from napari_neuron.spec.edit import free_label, given_label, with_copies, with_moved_to
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.frames_edit import FramesEdit
from napari_neuron.widgets.forms.known_names import point_processes
from napari_neuron.widgets.forms.list_buttons import Additions
from napari_neuron.widgets.forms.spec_list import SpecListEditor
from napari_neuron.widgets.forms.starts import first
from napari_neuron.widgets.forms.summaries import recorder_in_words, stimulus_in_words
from napari_neuron.widgets.forms.words import kind_name, nodes_in_words
from napari_neuron.widgets.placing.amplitude_hint import AmplitudeHint
from napari_neuron.widgets.toolkit.page import Page, hint
from napari_neuron.widgets.toolkit.style import (
    STIMULUS_COLOUR,
    SWITCHED_OFF,
    marker_icon,
    recorder_colours,
)

_INPUTS: dict[str, tuple[type[Spec], ...]] = {
    "Current": (
        CurrentPulse,
        CurrentPulseTrain,
        CurrentRamp,
        CurrentSine,
        CurrentChirp,
        CurrentNoise,
        CurrentWaveform,
    ),
    "Voltage clamp": (VoltageClamp, VoltageWaveform),
    "Conductance": (AlphaSynapse, PointLeak),
    "Events onto synapses": (Exp2Synapse, Synapse),
}


class _PlacedTab(Page):
    """A list of things at nodes, which are added at the selected points.

    Attributes
    ----------
    pick_requested : Signal ()
        The person wants to select points in the viewer.
    soma_requested : Signal ()
        The person wants the soma to be selected.
    edit_requested : Signal (dict)
        The user changes several fields of the experiment at once.
    """

    what = ""
    pick_requested = Signal()
    soma_requested = Signal()
    edit_requested = Signal(dict)

    def __init__(self, view: CellInView, *, part: str, **editor: Any) -> None:
        super().__init__()
        self._view = view
        self.part = part
        self.hint = hint()
        self.pick_button = QPushButton("Pick points")
        self.pick_button.setToolTip("Show the nodes layer and click its points to select them")
        self.pick_button.clicked.connect(lambda _=False: self.pick_requested.emit())
        self.soma_button = QPushButton("Soma")
        self.soma_button.setToolTip("Select the node of the soma")
        self.soma_button.clicked.connect(lambda _=False: self.soma_requested.emit())
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.hint, 1)
        row.addWidget(self.pick_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.soma_button, 0, Qt.AlignmentFlag.AlignTop)
        self.editor = SpecListEditor(
            view,
            copy=lambda rows: getattr(with_copies(view.experiment, part, rows), part),
            move=self._move,
            **editor,
        )
        self.editor.buttons.set_additions(self._additions())
        self.column.addLayout(row)
        self.add(self.editor)
        view.selection_changed.connect(self._on_selection_changed)
        view.cell_changed.connect(self._on_selection_changed)
        view.catalogue_changed.connect(self._on_catalogue_changed)
        self._on_selection_changed()

    def _additions(self) -> Additions:
        raise NotImplementedError

    def _on_catalogue_changed(self) -> None:
        self.editor.buttons.set_additions(self._additions())

    def _move(self, rows: Sequence[int]) -> None:
        experiment = self._view.experiment
        try:
            moved = with_moved_to(
                experiment, self.part, rows, self._view.selected, self._view.cell_name
            )
        except ExperimentError as error:
            self.editor.show_problem(error)
        else:
            self.edit_requested.emit({"stimuli": moved.stimuli, "recorders": moved.recorders})

    def _on_selection_changed(self) -> None:
        n = len(self._view.selected)
        layer = self._view.nodes_layer
        self.pick_button.setVisible(layer is not None)
        self.soma_button.setVisible(layer is not None and self._view.soma is not None)
        self.editor.buttons.allow_adding("" if n else "Select points in the nodes layer first")
        self.editor.buttons.allow_moving(
            "" if n else "To move: select points in the nodes layer, or drag the marker"
        )
        if layer is None:
            self.hint.setText("Open a skeleton first.")
        elif n:
            place = nodes_in_words(self._view.selected)
            if self._view.cell_name:
                place += f" of {self._view.cell_name}"
            self.hint.setText(f"Selected: {place}. Add {self.what} there.")
        else:
            self.hint.setText(f"Select points in “{layer.name}”, then Add {self.what}.")


class InputsTab(_PlacedTab):
    """Currents, clamps and synapses.

    Attributes
    ----------
    table_requested : Signal ()
        The user wants synapses from a table.
    """

    what = "a stimulus"
    table_requested = Signal()

    def __init__(self, view: CellInView) -> None:
        super().__init__(
            view,
            describe=stimulus_in_words,
            part="stimuli",
            swatch=lambda s: marker_icon(s.kind, STIMULUS_COLOUR if s.enabled else SWITCHED_OFF),
            empty="No stimuli: the cell relaxes from its initial voltage.",
        )
        self.effect = AmplitudeHint()
        self.add(self.effect)
        self.editor.current_changed.connect(lambda _: self.say_effect())
        self.table_button = QPushButton("Synapses from a table…")
        self.table_button.setToolTip("A CSV or parquet file, or the connectors of this cell")
        self.table_button.clicked.connect(lambda _=False: self.table_requested.emit())
        self.column.addSpacing(8)
        self.column.addWidget(self.table_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch()

    def say_effect(self) -> None:
        """Show how far the current of the selected input moves the voltage."""
        row = self.editor.row
        stimulus = self.editor.value[row] if row >= 0 else None
        self.effect.request(self._view.cell, self._view.experiment, stimulus)

    def _additions(self) -> Additions:
        entries: list[tuple[Any, ...]] = []
        for heading, kinds in _INPUTS.items():
            entries.append((heading, None))
            entries += [(kind_name(kind), partial(self._make, kind)) for kind in kinds]
        known = point_processes(self._view) or ["IClamp"]
        processes = [(name, partial(self._make, PointProcess, mechanism=name)) for name in known]
        return [*entries, ("Any point process", processes)]

    def _make(self, kind: type[Spec], **values: Any) -> tuple[Spec, ...]:
        selected = self._view.selected
        of_cell = {"cell": self._view.cell_name, **values}
        return (first(kind, nodes=selected, **of_cell),) if selected else ()


class RecordersTab(_PlacedTab):
    """Traces and spike detectors, and what is kept of the whole cell."""

    what = "a recorder"

    def __init__(self, view: CellInView) -> None:
        self._colours: dict[str, str] = {}
        super().__init__(
            view,
            describe=recorder_in_words,
            part="recorders",
            swatch=lambda r: marker_icon(
                r.kind, self._colours.get(r.label, "#ffffff") if r.enabled else SWITCHED_OFF
            ),
            empty="No recorders. The voltage of the whole cell is kept at every frame anyway; a "
            "recorder keeps one node at every time step.",
        )
        self.frames = FramesEdit(view)
        self.add_heading("Frames of the whole cell")
        self.add(self.frames)
        self.column.addStretch()

    def set_value(self, experiment: Any) -> None:
        """Show the recorders of an experiment, in the colours of their traces."""
        self._colours = recorder_colours(experiment)
        self.editor.set_value(experiment.recorders)
        self.frames.set_value(experiment.frames)

    def _additions(self) -> Additions:
        kinds = (VoltageRecorder, VariableRecorder)
        return [
            *((kind_name(kind), partial(self._make, kind)) for kind in kinds),
            (kind_name(ProcessRecorder), self._make_of_inputs),
            (kind_name(SpikeDetector), partial(self._make, SpikeDetector)),
        ]

    def _make(self, kind: type[Spec]) -> tuple[Spec, ...]:
        made: list[Spec] = []
        for node in dict.fromkeys(self._view.selected):
            recorder: Any = kind(label="new", node=node, cell=self._view.cell_name)
            label = self._free_label(given_label(recorder), kind, made)
            made.append(recorder.replace(label=label))
        return tuple(made)

    def _free_label(self, wanted: str, kind: type[Spec], made: Sequence[Any]) -> str:
        is_spikes = kind is SpikeDetector
        taken = {
            r.label
            for r in (*self.editor.value, *made)
            if isinstance(r, SpikeDetector) == is_spikes
        }
        return free_label(wanted, taken)

    def _make_of_inputs(self) -> tuple[Spec, ...]:
        """Return a recorder for each input at a selected node; inputs without a name get one."""
        nodes, cell = set(self._view.selected), self._view.cell_name
        stimuli = list(self._view.experiment.stimuli)
        made: list[Any] = []
        for index, stimulus in enumerate(stimuli):
            there = [node for node in dict.fromkeys(stimulus.nodes) if node in nodes]
            if stimulus.cell != cell:
                there = []
            if there and not stimulus.label:
                taken = {other.label for other in stimuli}
                label = free_label(kind_name(stimulus).lower(), taken)
                stimuli[index] = stimulus = stimulus.replace(label=label)
            for node in there:
                name = f"{stimulus.label}, i" if len(there) == 1 else f"{stimulus.label}, i, {node}"
                label = self._free_label(name, ProcessRecorder, made)
                made.append(
                    ProcessRecorder(label=label, stimulus=stimulus.label, node=node, cell=cell)
                )
        if not made:
            error = ExperimentError("", "There is no input at the selected nodes to record from.")
            self.editor.show_problem(error, row=len(self.editor.value))
            return ()
        self.edit_requested.emit(
            {"stimuli": tuple(stimuli), "recorders": (*self.editor.value, *made)}
        )
        self.editor.list.setCurrentRow(len(self.editor.value) - 1)
        return ()
