"""`TraceContent`: what the Traces window shows: a run, runs to compare, places, hidden curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from napari_neuron.result import SimulationResult
from napari_neuron.session import Session
from napari_neuron.spec import VoltageRecorder
from napari_neuron.spec.edit import free_label
from napari_neuron.spec.recorder import VariableRecorder
from napari_neuron.widgets.plotting.curves import (
    Curve,
    CurveKey,
    FrameTraces,
    Place,
    SpikeTrain,
    curves_of,
    spike_trains_of,
)
from napari_neuron.widgets.toolkit.style import colour_number, recorder_colours

Item = TypeVar("Item", Curve, SpikeTrain)


class TraceContent:
    """Decides what is drawn and listed.

    Attributes
    ----------
    result
        The run that is shown, None for none.
    hidden
        Curves the user has hidden.
    items
        What `update` found last, in the order of the list.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.result: SimulationResult | None = None
        self.hidden: set[CurveKey] = set()
        self.items: tuple[Curve | SpikeTrain, ...] = ()
        self._compared: tuple[SimulationResult, ...] = ()
        self._kept: tuple[Place, ...] = ()
        self._visited: Place | None = None
        self._frames = FrameTraces()

    # what there is -------------------------------------------------------------------------

    def update(self) -> tuple[list[Curve], list[SpikeTrain]]:
        """Return the curves and spikes so far, hidden ones too; each followed by other runs'."""
        curves: list[Curve] = []
        trains: list[SpikeTrain] = []
        if self.result is not None:
            runs = [(self.result, None)]
            runs += [(r, self._session.number_of(r)) for r in self.compared]
            experiments = [self._session.experiment, *(r.experiment for r, _ in runs)]
            colours = recorder_colours(*experiments)
            for result, run in runs:
                curves += curves_of(result, colours, run)
                trains += spike_trains_of(result, colours, run)
            for index, place in enumerate(self.places):
                colour = colour_number(len(colours) + index)
                found = [self._frames.curve(r, place, colour, run) for r, run in runs]
                curves += [curve for curve in found if curve is not None]
        curves, trains = _side_by_side(curves), _side_by_side(trains)
        self.items = (*curves, *trains)
        return curves, trains

    def shown(self, items: Sequence[Item]) -> list[Item]:
        """Return those that are not hidden."""
        return [item for item in items if item.key not in self.hidden]

    def find(self, key: CurveKey) -> Curve | SpikeTrain | None:
        """Return what a key stands for, None if it is not there any more."""
        return next((item for item in self.items if item.key == key), None)

    @property
    def is_behind(self) -> bool:
        """Whether there are frames that have not been read yet."""
        results = () if self.result is None else (self.result, *self.compared)
        return self._frames.is_behind(results, self.places)

    @property
    def compared(self) -> tuple[SimulationResult, ...]:
        """The runs overlaid on the one shown; runs the session forgets are dropped."""
        known = self._session.results
        return tuple(
            r for r in self._compared if r is not self.result and any(r is k for k in known)
        )

    @compared.setter
    def compared(self, results: tuple[SimulationResult, ...]) -> None:
        self._compared = tuple(results)

    def set_shown(self, changes: Mapping[CurveKey, bool]) -> None:
        """Hide curves that are False, show those that are True."""
        for key, is_shown in changes.items():
            (self.hidden.discard if is_shown else self.hidden.add)(key)

    # places --------------------------------------------------------------------------------

    @property
    def places(self) -> tuple[Place, ...]:
        """The nodes whose traces are taken from the frames; the one to be replaced is last."""
        return self._kept if self._visited is None else (*self._kept, self._visited)

    def visit(self, place: Place) -> None:
        """Show a place instead of the one visited last."""
        if place not in self._kept:
            self._visited = place
        self.hidden.discard(CurveKey("place", place.label))

    def add(self, place: Place) -> None:
        """Show one more place, and keep it."""
        if self._visited == place:
            self._visited = None
        self._kept = tuple(dict.fromkeys((*self._kept, place)))
        self.hidden.discard(CurveKey("place", place.label))

    def add_variable(self, key: CurveKey, variable: str) -> None:
        """Show another variable at a place, and keep both."""
        self.keep(key)
        place = next((p for p in self._kept if p.label == key.label), None)
        if place is not None:
            wanted = replace(place, variable=variable)
            self._kept = tuple(dict.fromkeys((*self._kept, wanted)))

    def keep(self, key: CurveKey) -> None:
        """Keep the place that is visited."""
        if self._visited is not None and self._visited.label == key.label:
            self._kept, self._visited = (*self._kept, self._visited), None

    def drop(self, key: CurveKey) -> None:
        """Stop showing a place."""
        self._kept = tuple(p for p in self._kept if p.label != key.label)
        if self._visited is not None and self._visited.label == key.label:
            self._visited = None

    def kind_of_place(self, key: CurveKey) -> str:
        """Return "temporary", "kept", or "" for what was recorded or is compared."""
        if key.kind != "place" or key.run is not None:
            return ""
        visited = self._visited
        return "temporary" if visited is not None and visited.label == key.label else "kept"

    def record(self, key: CurveKey) -> None:
        """Put a recorder at a place."""
        place = next((p for p in self.places if p.label == key.label), None)
        if place is None:
            return
        experiment = self._session.experiment
        label = free_label(place.label, [r.label for r in experiment.recorders])
        cell = place.cell if place.names_cell else None
        at = {"label": label, "cell": cell, "node": place.node}
        recorder = (
            VoltageRecorder(**at)
            if place.variable == "v"
            else VariableRecorder(**at, variable=place.variable)
        )
        self._session.edit(experiment.replace(recorders=(*experiment.recorders, recorder)))


def _side_by_side(items: list[Item]) -> list[Item]:
    """Put curves with the same label side by side."""
    first: dict[tuple[str, str], int] = {}
    for index, item in enumerate(items):
        first.setdefault((item.key.kind, item.key.label), index)
    return sorted(items, key=lambda item: first[item.key.kind, item.key.label])
