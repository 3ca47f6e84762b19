"""Stimuli and recorders as coloured markers on the cell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from napari.layers import Layer

from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.view import VoltageLayer
from napari_neuron.view.skeleton_layers import LayerDataTuple, marker_layer_data
from napari_neuron.widgets.cell_in_view import shown_in
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.toolkit.style import (
    STIMULUS_COLOUR,
    SWITCHED_OFF,
    SYMBOLS,
    recorder_colours,
)

if TYPE_CHECKING:
    from napari.viewer import Viewer


_ROLE = "markers_of"

_OF_THE_CELL = 1 / 55
"""Size of a marker relative to its cell, so that it is visible with the whole cell in view."""

_HOLLOW = f"{SWITCHED_OFF}00"

PIXELS = (2, 32)
"""Smallest and largest size of a marker on the screen, so that it does not cover details."""

_CROWD = 15
"""With more markers than this, each is smaller: many hide the cell and are slow to draw."""

_DENSE = 4 * _CROWD
"""More markers than this have no border: side by side one would see nothing else."""


class Marker(NamedTuple):
    """One marker: where, what it looks like, what it is called, and what it stands for.

    Attributes
    ----------
    part, index
        Which item of the experiment it stands for: "stimuli" or "recorders", and where in them.
    enabled
        A marker of what is switched off is hollow.
    highlighted
        Whether its item is selected in the list.
    cell
        The cell as its item names it.
    """

    node: int
    kind: str
    colour: str
    name: str
    part: str
    index: int
    enabled: bool = True
    highlighted: bool = False
    cell: str | None = None


def markers_of(
    experiment: Experiment,
    cell: Morphology,
    highlighted: tuple[str, Collection[int]] = ("", ()),
) -> tuple[Marker, ...]:
    """Return the markers of an experiment on a cell, stimuli first.

    Parameters
    ----------
    experiment
        The experiment whose stimuli and recorders are marked, except those on other cells or on
        nodes that the cell does not have.
    cell
        The cell.
    highlighted
        "stimuli" or "recorders", and the indices of the items that are selected in that list.
    """
    colours = recorder_colours(experiment)
    part, rows = highlighted
    stimuli = rows if part == "stimuli" else ()
    recorders = rows if part == "recorders" else ()
    markers = [
        Marker(
            node,
            stimulus.kind,
            STIMULUS_COLOUR if stimulus.enabled else SWITCHED_OFF,
            kind_name(stimulus),
            "stimuli",
            index,
            stimulus.enabled,
            index in stimuli,
            stimulus.cell,
        )
        for index, stimulus in enumerate(experiment.stimuli)
        if stimulus.cell in (None, cell.name)
        for node in dict.fromkeys(stimulus.nodes)
    ]
    markers += [
        Marker(
            r.node,
            r.kind,
            colours[r.label] if r.enabled else SWITCHED_OFF,
            r.label,
            "recorders",
            index,
            r.enabled,
            index in recorders,
            r.cell,
        )
        for index, r in enumerate(experiment.recorders)
        if r.cell in (None, cell.name)
    ]
    if not markers:
        return ()
    there = np.isin(np.array([m.node for m in markers], dtype=np.int64), cell.node_id)
    if there.all():
        return tuple(markers)
    return tuple(m for m, is_there in zip(markers, there.tolist(), strict=True) if is_there)


class _Look(NamedTuple):
    """What the looks of a marker depend on; a thousand markers have few."""

    kind: str
    part: str
    colour: str
    enabled: bool
    highlighted: bool


def layer_data_of(cell: Morphology, markers: tuple[Marker, ...]) -> LayerDataTuple:
    """Return markers as data, settings and type of a Points layer."""
    data, settings, layer_type = marker_layer_data(
        cell, [m.node for m in markers], [], [m.name for m in markers]
    )
    extent = float(np.ptp(cell.position, axis=0).max())
    size = max(float(settings["size"]), _OF_THE_CELL * extent)
    size *= min(1.0, (_CROWD / max(len(markers), 1)) ** (1 / 2))
    row_of: dict[_Look, int] = {}
    looks_of = [_Look(m.kind, m.part, m.colour, m.enabled, m.highlighted) for m in markers]
    row = np.array([row_of.setdefault(look, len(row_of)) for look in looks_of], dtype=np.int64)
    is_crowd = sum(m.highlighted for m in markers) > _DENSE
    looks = {
        "size": size * np.array([_relative_size(look, is_crowd) for look in row_of])[row],
        "face_color": _colours(k.colour if k.enabled else _HOLLOW for k in row_of)[row],
        "border_color": _colours(_border_colour(look) for look in row_of)[row],
        "border_width": np.array(
            [_border_width(look, len(markers) > _DENSE, is_crowd) for look in row_of]
        )[row],
        "symbol": np.array([SYMBOLS[look.kind] for look in row_of])[row],
        "canvas_size_limits": PIXELS,
        "blending": "translucent_no_depth",  # to be seen inside a dense arbour too
    }
    return data, {**settings, **looks}, layer_type


def _relative_size(look: _Look, is_crowd: bool) -> float:
    # a stimulus is to be seen behind the recorder at its node
    size = 1.5 if look.part == "stimuli" else 0.9
    return 1.5 * size if look.highlighted and not is_crowd else size


def _border_colour(look: _Look) -> str:
    if look.highlighted:
        return "#ffffff"
    return "#101010" if look.enabled else look.colour


def _border_width(look: _Look, is_dense: bool, is_crowd: bool) -> float:
    if look.highlighted:
        return 0.0 if is_crowd and look.enabled else 0.14
    if not look.enabled:
        return 0.12  # all that is seen of it
    return 0.0 if is_dense else 0.03


def _colours(names: Iterable[str]) -> npt.NDArray[np.float64]:
    """Return the RGBA of ``#rrggbb`` and ``#rrggbbaa``: napari takes much longer for each name."""
    return np.array([_rgba(name) for name in names]).reshape(-1, 4)


@cache
def _rgba(name: str) -> tuple[float, ...]:
    whole = f"{name}ff" if len(name) == 7 else name
    return tuple(int(whole[i : i + 2], 16) / 255 for i in (1, 3, 5, 7))


_PUSHED = ("features", "face_color", "symbol", "size", "border_color", "border_width")


class MarkerDisplays:
    """Markers of several cells: a `MarkerDisplay` for each."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._of_names: dict[str, MarkerDisplay] = {}

    @property
    def all(self) -> list[MarkerDisplay]:
        """That of each cell."""
        return list(self._of_names.values())

    def show(self, cells: Sequence[Morphology], markers: Sequence[tuple[Marker, ...]]) -> None:
        """Show these markers of each of these cells, and no others."""
        by_name = {cell.name: (cell, of_it) for cell, of_it in zip(cells, markers, strict=True)}
        layers = [(layer, shown_in(layer, _ROLE)) for layer in self._viewer.layers]
        marked = {cell.name for _, cell in layers if cell is not None}
        for layer, cell in layers:
            if cell is not None and cell.name not in by_name:
                self._viewer.layers.remove(layer)
        self._of_names = {
            name: self._of_names.get(name) or MarkerDisplay(self._viewer, name)
            for name, (_, of_it) in by_name.items()
            if of_it or name in marked
        }
        for name, display in self._of_names.items():
            display.show(*by_name[name])

    def raise_to_top(self) -> None:
        """Draw the markers over what was added since."""
        for display in self.all:
            display.raise_to_top()


class MarkerDisplay:
    """Keeps the layer "<cell> markers" as the markers are; pushes only what differs."""

    def __init__(self, viewer: Viewer, name: str) -> None:
        self._viewer = viewer
        self._name = name
        self._shown: tuple[Any, Morphology, tuple[Marker, ...]] | None = None
        self._pushed: dict[str, Any] = {}

    def show(self, cell: Morphology, markers: tuple[Marker, ...]) -> None:
        """Show these markers of this cell, and no others."""
        layer = None
        for there in self._layers():
            if layer is None and markers and shown_in(there, _ROLE) is cell:
                layer = there
            else:
                self._viewer.layers.remove(there)
        if not markers:
            self._shown = None
            return
        if layer is None:
            layer = self._add(cell, markers)
        elif self._shown != (layer, cell, markers):
            self._update(layer, cell, markers)
        self._shown = (layer, cell, markers)

    @property
    def layer(self) -> Any:
        """The layer, None while there are no markers."""
        layer = self._shown[0] if self._shown is not None else None
        return layer if layer in self._viewer.layers else None

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers, in the order of the layer's points."""
        return self._shown[2] if self._shown is not None else ()

    def place(self, row: int, position: npt.NDArray[np.float64]) -> None:
        """Draw one marker elsewhere (z, y, x in µm); see `restore`."""
        data = np.array(self.layer.data)
        data[row] = position
        self.layer.data = data

    def restore(self) -> None:
        """Draw all markers at their true positions."""
        if self._shown is not None and self.layer is not None:
            self._update(*self._shown)

    def raise_to_top(self) -> None:
        """Draw the markers over what was added since."""
        layers = self._viewer.layers
        for layer in self._layers():
            index = layers.index(layer)
            above = islice(layers, index, None)  # a slice of it would be another LayerList
            if any(isinstance(x, VoltageLayer) for x in above):
                layers.move(index, len(layers))

    def _layers(self) -> list[Any]:
        found = [(layer, shown_in(layer, _ROLE)) for layer in self._viewer.layers]
        return [layer for layer, cell in found if cell is not None and cell.name == self._name]

    def _add(self, cell: Morphology, markers: tuple[Marker, ...]) -> Any:
        data, settings, kind = layer_data_of(cell, markers)
        layer = Layer.create(data, settings, kind)
        layer.editable = False
        selected = set(self._viewer.layers.selection)
        self._viewer.add_layer(layer)
        if selected:  # the user goes on picking points in the layer that was active
            self._viewer.layers.selection = selected
        self._pushed = settings
        return layer

    def _update(self, layer: Any, cell: Morphology, markers: tuple[Marker, ...]) -> None:
        data, settings, _ = layer_data_of(cell, markers)
        is_other_length = len(data) != len(layer.data)
        is_moved = is_other_length or not np.array_equal(data, layer.data)
        if is_other_length:
            layer.data = data
        elif is_moved:
            layer.data[:] = data  # setting it costs more than all the rest
        changed = [
            name
            for name in _PUSHED
            if is_other_length
            or name not in self._pushed  # a dock that was closed has left the layer
            or not _same(settings[name], self._pushed[name])
        ]
        with layer.events.blocker_all():  # all go to the graphics card together
            for name in changed:
                setattr(layer, name, settings[name])
        if changed or is_moved:
            layer.refresh(thumbnail=False, highlight=False, extent=False)
        self._pushed = settings


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return all(np.array_equal(a[key], b[key]) for key in a)
    return np.array_equal(a, b)
