"""`LinkedColours`: other layers take their colours from a voltage layer, at each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Points, Shapes
from napari.utils.colormaps import DirectLabelColormap

from napari_neuron.morphology.model import SOMA, Morphology
from napari_neuron.view.skeleton_layers import drawn_paths, root_to_tip_paths
from napari_neuron.view.voltage.voltage_layer import VoltageLayer

if TYPE_CHECKING:
    from napari.viewer import Viewer

_TOLD = ("variable", "contrast_limits", "colormap")


class LinkedColours:
    """Colours the nodes, the paths, or a segment of a Labels layer like the tubes.

    napari recolours these layers as a whole, which is slower than the tubes.

    Parameters
    ----------
    viewer
        The viewer whose time counts.
    source
        The voltage layer.
    """

    def __init__(self, viewer: Viewer, source: VoltageLayer) -> None:
        self._viewer, self._source = viewer, source
        self._colour: dict[Any, Callable[[], None]] = {}
        viewer.dims.events.current_step.connect(self._on_changed)
        viewer.layers.events.removed.connect(self._on_removed)
        for name in _TOLD:
            getattr(source.events, name).connect(self._on_changed)
        source.valid_frames_changed.connect(self._on_changed)

    def add_nodes(self, points: Points, cell: Morphology | None = None) -> None:
        """Colour a Points layer that has one point per node of the cell.

        Parameters
        ----------
        cell
            Which of the source's cells; not needed if there is only one.

        Raises
        ------
        ValueError
            If the layer has other points.
        """
        _, nodes = self._cell(cell)
        n = nodes.stop - nodes.start
        if len(points.data) != n:
            raise ValueError(f"“{points.name}” has {len(points.data)} points for {n} nodes")

        def colour() -> None:
            points.face_color = self._colours(self._node_values()[nodes])

        self._add(points, colour)

    def add_paths(self, shapes: Shapes, cell: Morphology | None = None) -> None:
        """Colour the Shapes layer of the cell's paths, each by the mean of its own nodes.

        A path runs from the root to a tip; its own nodes are those not in any earlier path.

        Parameters
        ----------
        cell
            As for `add_nodes`.

        Raises
        ------
        ValueError
            If the layer has other shapes.
        """
        morphology, nodes = self._cell(cell)
        paths = drawn_paths(morphology)
        if len(shapes.data) != len(paths):
            raise ValueError(
                f"“{shapes.name}” has {len(shapes.data)} shapes for {len(paths)} paths"
            )
        owner = np.full(len(morphology), -1)
        numbers = {(path[0], path[-1]): number for number, path in enumerate(paths)}
        for path in reversed(root_to_tip_paths(morphology)):
            number = numbers.get((path[0], path[-1]))
            if number is not None:  # else it is too short to be drawn
                owner[path] = number
        count = np.bincount(owner[owner >= 0], minlength=len(paths))

        def colour() -> None:
            values = self._node_values()[nodes]
            total = np.bincount(owner[owner >= 0], weights=values[owner >= 0], minlength=len(paths))
            shapes.edge_color = self._colours(total / np.maximum(count, 1))

        self._add(shapes, colour)

    def add_segment(
        self, labels: Labels, segment: int, *, of: str = "soma", cell: Morphology | None = None
    ) -> None:
        """Colour one segment of a Labels layer; the others turn grey.

        Parameters
        ----------
        segment
            Id of the segment.
        of
            "soma" (or the root if there is none) or "mean" (over the nodes).
        cell
            As for `add_nodes`.

        Raises
        ------
        ValueError
            If ``of`` is neither.
        """
        if of not in ("soma", "mean"):
            raise ValueError(f"a segment has the colour of the 'soma' or the 'mean', not {of!r}")
        one, nodes = self._cell(cell)
        somas = np.flatnonzero(one.swc_type == SOMA)
        rows = np.arange(len(one)) if of == "mean" else somas[:1] if len(somas) else one.roots[:1]
        grey = np.array([0.5, 0.5, 0.5, 0.35])

        def colour() -> None:
            own = self._colours(np.nanmean(self._node_values()[nodes][rows])[None])[0]
            labels.colormap = DirectLabelColormap(
                color_dict={None: grey, 0: np.zeros(4), segment: own}
            )

        self._add(labels, colour)

    def disconnect(self) -> None:
        """Stop colouring; the layers keep their present colours."""
        self._colour.clear()
        self._viewer.dims.events.current_step.disconnect(self._on_changed)
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        for name in _TOLD:
            getattr(self._source.events, name).disconnect(self._on_changed)
        self._source.valid_frames_changed.disconnect(self._on_changed)

    def _add(self, layer: Any, colour: Callable[[], None]) -> None:
        self._colour[layer] = colour
        colour()

    def _cell(self, cell: Morphology | None) -> tuple[Morphology, slice]:
        """Return one of the source's cells, and which of its nodes are that cell's."""
        first = 0
        for one in self._source.cells:
            if cell is one or len(self._source.cells) == 1:
                return one, slice(first, first + len(one))
            first += len(one)
        raise ValueError("say which cell is meant")

    def _node_values(self) -> Any:
        return self._source.current_frame[self._source.compartment_of_node]

    def _colours(self, values: Any) -> Any:
        low, high = self._source.contrast_limits
        colours = self._source.colormap.map(np.clip((values - low) / (high - low), 0.0, 1.0))
        return np.where(np.isnan(values)[:, None], (0.5, 0.5, 0.5, 1.0), colours)

    def _on_changed(self, event: Any = None) -> None:
        for layer, colour in self._colour.items():
            if layer.visible:
                colour()

    def _on_removed(self, event: Any) -> None:
        self._colour.pop(event.value, None)
        if event.value is self._source:
            self.disconnect()
