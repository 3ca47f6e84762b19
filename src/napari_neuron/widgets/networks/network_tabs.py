"""The tabs of the dock widget "Network": neurons, edges, models, stimuli, run."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal
from qtpy.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from napari_neuron.network_session import NetworkSession
from napari_neuron.spec.network_stimulus import BackgroundNoise, GivenSpikes, TrainStimulus
from napari_neuron.spec.point_models import POINT_MODELS
from napari_neuron.spec.point_network import NetworkRun, PointNetwork, PointNeurons
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.forms.names_edit import NamesEdit
from napari_neuron.widgets.forms.spec_list import SpecListEditor
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.networks.network_table_view import FilteredTable
from napari_neuron.widgets.networks.network_tables import (
    RATE_COLUMN,
    ColumnsModel,
    NeuronSearch,
    edge_columns,
    neuron_columns,
    rate_column,
)
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.numbers import NumberEdit
from napari_neuron.widgets.toolkit.numbers import shown_number as said
from napari_neuron.widgets.toolkit.page import Page, hint

_MOST_NAMED = 200
"""A stimulus for more neurons than this names groups, not neurons."""


class NeuronsTab(QWidget):
    """The table of neurons; its selection is the session's."""

    def __init__(self, session: NetworkSession) -> None:
        super().__init__()
        self._session = session
        self._network: PointNetwork | None = None
        self.search = NeuronSearch(session.network)
        self._preparing = LatestJob()
        self.model = ColumnsModel()
        self.table = FilteredTable(
            self.model, "Filter by label, group or id", (84, 58, 60, 60, 38, 38)
        )
        self.model.layoutChanged.connect(lambda: self.table.select(session.selected))
        self.table.filter_changed.connect(self._on_filter_changed)
        self.table.selection_changed.connect(self._on_selected)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.addWidget(self.table)

    def show_network(self, network: PointNetwork) -> None:
        """List the neurons."""
        before, self._network = self._network, network
        same = before is not None and before.neurons is network.neurons
        if same and before.edges is network.edges and before.models == network.models:
            return
        if not same:
            self.search = NeuronSearch(network)
            self._preparing.request(self.search.prepare)
            self.table.filter.clear()
            self.model.filter(None)
        self.model.set_columns(neuron_columns(network, self._session.result))
        self.show_selected(self._session.selected)

    def show_rates(self) -> None:
        """Show the rates of the newest run."""
        if self._network is not None and self.model.n_rows:
            self.model.update_column(RATE_COLUMN, rate_column(self._network, self._session.result))

    def show_selected(self, rows: npt.NDArray[np.int64]) -> None:
        """Select the lines of these neurons."""
        if not np.array_equal(rows, np.sort(self.table.selected)):
            self.table.select(rows)

    def _on_filter_changed(self, text: str) -> None:
        if self._network is not None:
            self.model.filter(self.search.find(text) if text.strip() else None)
            self.table.select(self._session.selected)

    def _on_selected(self, rows: npt.NDArray[np.int64]) -> None:
        self._session.select(rows)

    def stop(self) -> None:
        """Stop waiting for threads."""
        self._preparing.stop()
        self.model.stop()


class EdgesTab(QWidget):
    """The table of edges: all, those of neurons that are searched for, or of those selected."""

    def __init__(self, session: NetworkSession, neurons: NeuronsTab) -> None:
        super().__init__()
        self._session = session
        self._neurons = neurons
        self._network: PointNetwork | None = None
        self.model = ColumnsModel()
        self.table = FilteredTable(self.model, "Filter by source or target", (88, 88, 84, 60))
        self.table.filter_changed.connect(lambda _: self._filter())
        self.of_selected = QCheckBox("Only edges of selected neurons")
        self.of_selected.toggled.connect(lambda _: self._filter())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.addWidget(self.table)
        layout.addWidget(self.of_selected)

    def show_network(self, network: PointNetwork) -> None:
        """List the edges."""
        before, self._network = self._network, network
        if before is not None and before.neurons is network.neurons:
            if before.edges is network.edges and before.weight_scale == network.weight_scale:
                return
        else:
            self.table.filter.clear()
        self.model.set_columns(edge_columns(network))
        self._filter()

    def show_selected(self) -> None:
        """List the edges of the selected neurons, if those are wanted."""
        if self.of_selected.isChecked():
            self._filter()

    def _filter(self) -> None:
        if self._network is None:
            return
        edges, text = self._network.edges, self.table.filter.text()
        wanted = None
        if text.strip():
            found = self._neurons.search.find(text)
            wanted = found[edges.source] | found[edges.target]
        if self.of_selected.isChecked():
            chosen = np.zeros(len(self._network.neurons), dtype=bool)
            chosen[self._session.selected] = True
            ends = chosen[edges.source] | chosen[edges.target]
            wanted = ends if wanted is None else wanted & ends
        self.model.filter(wanted)


class ModelsTab(Page):
    """Which neurons have which model, and the scale of the weights.

    Attributes
    ----------
    edited : Signal (str, object)
        Field of the network, and its new value.
    """

    edited = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.editor = SpecListEditor(
            None,
            describe=_model_in_words,
            additions=[
                (name, lambda kind=kind: (PointNeurons(model=kind()),))
                for name, kind in POINT_MODELS.items()
            ],
            ordered=True,
            empty="All neurons are IntFire1.",
        )
        self.editor.changed.connect(lambda value: self.edited.emit("models", value))
        self.scale = NumberEdit(name="weight_scale", unit="", whole=False, lowest=-1e9, highest=1e9)
        self.add_heading("Models of the neurons")
        self.add(hint("Where two overlap, the later one counts."), self.editor)
        self.add_heading("Scale of weights")
        self.add(hint("Every edge's weight is multiplied by this."), self.scale.native)
        self.scale.changed.connect(lambda value: self.edited.emit("weight_scale", value))
        self.column.addStretch()

    def show_network(self, network: PointNetwork) -> None:
        """Show models and scale."""
        self.editor.set_value(network.models)
        with self.scale.changed.blocked():
            self.scale.value = network.weight_scale


class StimuliTab(Page):
    """What drives the network."""

    edited = Signal(str, object)

    def __init__(self, session: NetworkSession) -> None:
        super().__init__()
        self._session = session
        kinds = (TrainStimulus, BackgroundNoise, GivenSpikes)
        self.editor = SpecListEditor(
            None,
            describe=network_stimulus_in_words,
            additions=[(kind_name(kind), lambda kind=kind: self._made(kind)) for kind in kinds],
            empty="Nothing drives this network yet. What you add goes to the selected neurons.",
        )
        self.editor.changed.connect(lambda value: self.edited.emit("stimuli", value))
        self.add(self.editor)
        self.column.addStretch()

    def _made(self, kind: Any) -> tuple[Any, ...]:
        neurons = self._session.network.neurons
        rows = self._session.selected
        if not len(rows) or len(rows) == len(neurons):
            return (kind(),)
        groups = np.unique(neurons.groups[rows])
        are_whole = "" not in groups and np.isin(neurons.groups, groups).sum() == len(rows)
        if are_whole and len(rows) > _MOST_NAMED:
            return (kind(groups=tuple(groups.tolist())),)
        return (kind(neurons=tuple(neurons.id[rows].tolist())),)


class NetworkRunTab(Page):
    """Duration, and the neurons whose state is kept."""

    edited = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.form = SpecForm(NetworkRun(), None)
        self.form.changed.connect(lambda value: self.edited.emit("run", value))
        self.recorded = NamesEdit(name="recorded", none="none")
        self.recorded.changed.connect(lambda value: self.edited.emit("recorded", value))
        self.add_heading("Run")
        self.add(self.form)
        self.add_heading("Record m of")
        self.add(
            hint("Ids, separated by commas; m is the state, with the threshold at 1."),
            self.recorded.native,
        )
        self.column.addStretch()

    def show_network(self, network: PointNetwork) -> None:
        """Show the settings."""
        self.form.set_value(network.run)
        with self.recorded.changed.blocked():
            self.recorded.value = network.recorded


def _model_in_words(part: PointNeurons) -> str:
    return f"{part.model.kind} · {_whom(part)}"


def network_stimulus_in_words(stimulus: Any) -> str:
    """Return "Train · A · 100 Hz, 100 to 1000 ms"."""
    match stimulus:
        case TrainStimulus():
            what = (
                f"{said(stimulus.frequency)} Hz, {said(stimulus.start)} to {said(stimulus.stop)} ms"
            )
        case BackgroundNoise():
            what = f"{said(stimulus.frequency)} Hz"
        case _:
            what = f"{len(stimulus.times):,} times"
    name = stimulus.label or kind_name(stimulus)
    return f"{name} · {_whom(stimulus)} · {what}"


def _whom(part: Any) -> str:
    names = [*map(str, part.neurons), *part.groups]
    if not names:
        return "all"
    return ", ".join(names) if len(names) <= 4 else f"{len(names):,} neurons or groups"
