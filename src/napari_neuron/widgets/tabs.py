"""The tabs Biophysics, Inputs and Recorders: lists of what is painted and placed."""

from __future__ import annotations

from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QPushButton

from napari_neuron.spec import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    Everywhere,
    Exp2Synapse,
    HodgkinHuxley,
    Labelled,
    Passive,
    PickedNodes,
    Recorder,
    SpikeDetector,
    Stimulus,
    SwcTypes,
    VoltageRecorder,
)
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView, free_name
from napari_neuron.widgets.numbers import shown_number
from napari_neuron.widgets.page import Page, hint
from napari_neuron.widgets.spec_list import SpecListEditor
from napari_neuron.widgets.style import STIMULUS_COLOUR, marker_icon, recorder_colours
from napari_neuron.widgets.words import kind_name, nodes_in_words, swc_type_name


def region_in_words(region: Spec) -> str:
    """Return "everywhere", "axon, linker", "1 soma", "12 nodes"."""
    if isinstance(region, SwcTypes):
        return ", ".join(swc_type_name(t) for t in region.types)
    if isinstance(region, Labelled):
        return ", ".join(region.labels)
    if isinstance(region, PickedNodes):
        return nodes_in_words(region.nodes)
    return "everywhere" if isinstance(region, Everywhere) else repr(region)


def stimulus_in_words(stimulus: Stimulus) -> str:
    """Return "Current pulse · node 20 · 0.1 nA from 10 ms"."""
    where = nodes_in_words(stimulus.nodes)
    if isinstance(stimulus, CurrentPulse):
        what = f"{shown_number(stimulus.amplitude)} nA from {shown_number(stimulus.delay)} ms"
    elif isinstance(stimulus, AlphaSynapse):
        what = f"{shown_number(stimulus.gmax)} µS at {shown_number(stimulus.onset)} ms"
    else:
        what = f"{stimulus.number} × {shown_number(stimulus.weight)} µS"
    return f"{kind_name(stimulus)} · {where} · {what}"


class BiophysicsTab(Page):
    """What the membrane does, in order: of two paints that overlap the later wins."""

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self.editor = SpecListEditor(
            view,
            kinds=(CableProperties, Passive, HodgkinHuxley),
            describe=lambda paint: f"{kind_name(paint)} · {region_in_words(paint.region)}",
            make=lambda kind: (kind(),),
            ordered=True,
            empty="Nothing is painted. A run needs cable properties everywhere.",
        )
        self.add(
            hint(
                "Painted from top to bottom. Passive and Hodgkin–Huxley add up; "
                "where two of one kind overlap, the lower wins."
            )
        )
        self.add(self.editor)
        self.column.addStretch()


class _PlacedTab(Page):
    """A list of things at nodes, which are added at the selected points.

    Attributes
    ----------
    pick_requested : Signal ()
        The person wants to select points in the viewer.
    """

    what = ""
    pick_requested = Signal()

    def __init__(self, view: CellInView, kinds: tuple[type[Spec], ...], **editor: Any) -> None:
        super().__init__()
        self._view = view
        self.hint = hint()
        self.pick_button = QPushButton("Pick points")
        self.pick_button.setToolTip("Show the nodes layer and select points of it by clicking")
        self.pick_button.clicked.connect(lambda _=False: self.pick_requested.emit())
        row = QHBoxLayout()
        row.addWidget(self.hint, 1)
        row.addWidget(self.pick_button, 0, Qt.AlignmentFlag.AlignTop)
        self.editor = SpecListEditor(view, kinds=kinds, make=self._make, **editor)
        self.column.addLayout(row)
        self.add(self.editor)
        self.column.addStretch()
        view.selection_changed.connect(self._on_selection_changed)
        view.cell_changed.connect(self._on_selection_changed)
        self._on_selection_changed()

    def _make(self, kind: type[Spec]) -> tuple[Spec, ...]:
        raise NotImplementedError

    def _on_selection_changed(self) -> None:
        n = len(self._view.selected)
        layer = self._view.nodes_layer
        self.pick_button.setVisible(layer is not None)
        self.editor.allow_adding("" if n else "Select points of the nodes layer first")
        if layer is None:
            self.hint.setText("Open a skeleton first.")
        elif n:
            place = nodes_in_words(self._view.selected)
            self.hint.setText(f"Selected: {place}. Add {self.what} there.")
        else:
            self.hint.setText(f"Select points in “{layer.name}”, then Add {self.what}.")


class InputsTab(_PlacedTab):
    """Currents and synapses."""

    what = "a stimulus"

    def __init__(self, view: CellInView) -> None:
        super().__init__(
            view,
            (CurrentPulse, AlphaSynapse, Exp2Synapse),
            describe=stimulus_in_words,
            swatch=lambda stimulus: marker_icon(stimulus.kind, STIMULUS_COLOUR),
            empty="No stimuli. The cell then relaxes from its initial voltage.",
        )

    def _make(self, kind: type[Spec]) -> tuple[Spec, ...]:
        selected = self._view.selected
        return (kind(nodes=selected),) if selected else ()


class RecordersTab(_PlacedTab):
    """Traces and spike detectors."""

    what = "a recorder"

    def __init__(self, view: CellInView) -> None:
        self._colours: dict[str, str] = {}
        super().__init__(
            view,
            (VoltageRecorder, SpikeDetector),
            describe=lambda r: f"{r.label} · {kind_name(r).lower()} at node {r.node}",
            swatch=lambda r: marker_icon(r.kind, self._colours.get(r.label, "#ffffff")),
            empty="No recorders. The voltage of the whole cell is kept anyway, every frame; "
            "a recorder keeps one node at every time step.",
        )

    def set_value(self, experiment: Any) -> None:
        """Show the recorders of an experiment, in the colours of their traces."""
        self._colours = recorder_colours(experiment)
        self.editor.set_value(experiment.recorders)

    def _make(self, kind: type[Spec]) -> tuple[Spec, ...]:
        made: list[Recorder] = []
        for node in dict.fromkeys(self._view.selected):
            taken = {r.label for r in (*self.editor.value, *made) if type(r) is kind}
            made.append(kind(label=free_name(f"node {node}", taken), node=node))
        return tuple(made)
