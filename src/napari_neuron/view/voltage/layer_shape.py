"""`LayerShape`: what a voltage layer draws: tubes or a mesh, how thin, how fine, which cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from colorsys import hls_to_rgb
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.utils.colormaps import Colormap
from napari.utils.colormaps.standardize_color import transform_color
from napari.utils.events import Event

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.cable_colours import Blend, Colouring
from napari_neuron.view.geometry.cells_together import cells_together, unique_names
from napari_neuron.view.geometry.detail import Detail, PackedMesh, coarser_tubes, packed
from napari_neuron.view.geometry.slice_cut import SliceCut, cut_tubes, edge_tubes
from napari_neuron.view.geometry.tubes import TubeMesh, tube_mesh
from napari_neuron.view.voltage.coloured_cell import ColouredCell

MINIMUM_WIDTH = 1.5
"""Pixels; at this width a line has a pixel in each row it crosses."""

BY_CELL = "cell"
"""Name of the map in which each cell has its own colour."""

FEW_NODES = 20_000
"""Cells with fewer take no time to speak of to be made."""

_LEVELS_FROM = 1000
"""Nodes; smaller cells are drawn in full at all times."""

_SHAPE = (
    *("cells", "cell_names", "morphology", "cell_of_node", "compartment_of_node", "node_id"),
    *("node_position", "node_radius", "mesh", "blend"),
    *("_visible_cells", "_tubes", "_coloured", "_ready", "_coarser", "_edges", "_packed"),
)
"""The attributes that make up a layer's geometry."""


class LayerShape:
    """The geometry of a `VoltageLayer`, and how it is drawn; a mixin."""

    def _set_up_shape(
        self,
        morphology: Morphology | Sequence[Morphology],
        compartment_of_node: npt.ArrayLike,
        minimum_radius: float,
        minimum_width: float,
        tubes: TubeMesh | None,
        colouring: str,
    ) -> None:
        cells = (morphology,) if isinstance(morphology, Morphology) else tuple(morphology)
        self.cells = cells
        self.morphology, self.cell_of_node = cells_together(cells)
        self.compartment_of_node = np.asarray(compartment_of_node, dtype=np.int64)
        self.node_id = self.morphology.node_id
        self.node_position = self.morphology.position[:, ::-1]
        self.node_radius = np.maximum(self.morphology.radius, 0.0)
        self.mesh: TubeMesh
        self._colouring = Colouring(colouring)
        self._minimum_width = float(minimum_width)
        self._visible_cells = self.cell_names = unique_names(cells)
        self._slab_shown = 0.0
        self._detail = Detail.AUTOMATIC
        self._is_live = False
        self._plain_radius = float(minimum_radius)
        self._plain_cut: tuple[Any, ...] | None = None
        self.pixel = 0.0
        n_nodes = len(self.morphology)
        sides = 8 if n_nodes < FEW_NODES else 6 if n_nodes < 100_000 else 4
        self._coarser: tuple[tuple[float, TubeMesh], ...] = ()
        if tubes is None:
            tubes = tube_mesh(
                self.morphology,
                self.compartment_of_node,
                minimum_radius=minimum_radius,
                sides=sides,
            )
            if self.gpu and n_nodes >= _LEVELS_FROM:
                self._coarser = coarser_tubes(
                    self.morphology, self.compartment_of_node, len(tubes.faces)
                )
        self._set_tubes(tubes)
        self._edges = edge_tubes(self.morphology, tubes)
        self._packed: tuple[PackedMesh, ...] | None = None
        if self._coarser:  # now, in whichever thread: the window's has no time for it
            self._packed = self._pack(self._coloured, (2, 1, 0))

    def _set_up_shape_events(self) -> None:
        names = ("minimum_radius", "minimum_width", "colouring", "visible_cells", "detail")
        self.events.add(**dict.fromkeys(names, Event))
        self._had_bar: bool | None = None  # before cells had their own colours
        self.events.variable.connect(self._on_variable)
        for name in ("colormap", "contrast_limits", "gamma"):
            self.events[name].connect(self._on_colours_set)

    # how thin ------------------------------------------------------------------------------

    @property
    def minimum_radius(self) -> float:
        """µm; thinner neurites are drawn this thick."""
        return self.mesh.minimum_radius

    @minimum_radius.setter
    def minimum_radius(self, radius: float) -> None:
        if radius < 0 or not np.isfinite(radius):
            raise ValueError(f"minimum_radius must be 0 or more, not {radius}")
        if radius == self.minimum_radius:
            return
        self._tubes = self._tubes.with_minimum_radius(radius)
        self.mesh = self.mesh.with_minimum_radius(radius)
        self._plain_radius = radius
        self.events.minimum_radius()
        self.vertices = self.mesh.vertices
        self._widen_plain_tubes(self.pixel)

    @property
    def minimum_width(self) -> float:
        """Pixels; neurites are drawn at least this wide on the screen. 0 for true widths."""
        return self._minimum_width

    @minimum_width.setter
    def minimum_width(self, width: float) -> None:
        if width < 0 or not np.isfinite(width):
            raise ValueError(f"minimum_width must be 0 or more, not {width}")
        if width != self._minimum_width:
            self._minimum_width = float(width)
            self.events.minimum_width()
            self._plain_cut = None
            self._widen_plain_tubes(self.pixel)

    def _widen_plain_tubes(self, pixel: float) -> None:
        """Without the GPU: move vertices when the zoom has changed by a quarter.

        Parameters
        ----------
        pixel
            µm that a pixel of the screen is wide.
        """
        self.pixel = pixel
        if self.gpu:
            return
        wanted = max(self.minimum_radius, 0.5 * self._minimum_width * pixel)
        if not 0.8 * self._plain_radius <= wanted <= 1.25 * self._plain_radius:
            self._plain_radius = wanted
            self._show_plain()

    def _show_plain(self) -> None:
        """Give napari the mesh to draw without the GPU."""
        vertices, faces = self.mesh.vertices, self.mesh.faces
        if not self.gpu:
            vertices = self.mesh.with_minimum_radius(self._plain_radius).vertices
            if len(self._visible_cells) < len(self.cells):
                is_shown = self.node_is_visible[self.mesh.vertex_node]
                faces = faces[is_shown[faces[:, 0]]]
        self._plain_cut = None
        self.data = (vertices, faces, self._values)

    # colours along the cable ---------------------------------------------------------------

    @property
    def colouring(self) -> Colouring:
        """Whether colours blend along the cable, or end with each compartment."""
        return self._colouring

    @colouring.setter
    def colouring(self, colouring: str) -> None:
        if colouring == self._colouring:
            return
        ready, self._ready = self._ready, None
        wanted = Colouring(colouring)
        if ready is None or not ready.is_for(wanted, self._tubes, self.compartment_of_node):
            ready = self._coloured_cell(wanted)
        self._take_over(ready)
        self._keep_box()
        self._take_frames(self.frames, self.n_valid)
        self.refresh()
        self.events.colouring()

    def _take_shape(self, other: LayerShape) -> None:
        """Take the geometry of another layer, which may have been made in another thread."""
        for name in _SHAPE:
            setattr(self, name, getattr(other, name))

    def prepare_colouring(self, colouring: str) -> None:
        """Compute what setting `colouring` needs, in any thread; for large scenes, do so first."""
        if colouring != self._colouring:
            ready = self._coloured_cell(Colouring(colouring))
            self._ready = replace(ready, packed=self._pack(ready, (2, 1, 0)))

    def _set_tubes(self, tubes: TubeMesh) -> None:
        self._tubes = tubes
        self._ready = None
        self._take_over(self._coloured_cell(self._colouring))

    def _coloured_cell(self, colouring: Colouring) -> ColouredCell:
        return ColouredCell.of(colouring, self.morphology, self._tubes, self.compartment_of_node)

    def _take_over(self, coloured: ColouredCell) -> None:
        self._coloured, self._packed = replace(coloured, packed=None), coloured.packed
        self._colouring = coloured.colouring
        self.mesh, self.blend = coloured.mesh, coloured.blend

    def _set_compartments(self, column: IntArray) -> None:
        self.compartment_of_node = column
        self._coarser = tuple((size, one.with_compartments(column)) for size, one in self._coarser)
        self._set_tubes(self._tubes.with_compartments(column))

    @property
    def node_blend(self) -> Blend:
        """How the nodes of the cell are coloured."""
        return self._coloured.node_blend

    # how fine ------------------------------------------------------------------------------

    @property
    def detail(self) -> Detail:
        """How finely a large scene is drawn; see `Detail`."""
        return self._detail

    @detail.setter
    def detail(self, detail: str) -> None:
        self._detail = Detail(detail)
        self.events.detail()

    @property
    def is_live(self) -> bool:
        """Whether a run that goes on is followed: drawing has to leave time for it."""
        return self._is_live

    @is_live.setter
    def is_live(self, is_live: bool) -> None:
        if is_live != self._is_live:
            self._is_live = is_live
            self.events.detail()

    @property
    def tolerances(self) -> tuple[float, ...]:
        """Tolerance of each level of detail, µm; first 0 for the finest."""
        return (0.0, *(tolerance for tolerance, _ in self._coarser))

    @property
    def n_faces(self) -> tuple[int, ...]:
        """Triangles of each level of detail."""
        return tuple(len(one.faces) for one in (self._tubes, *(one for _, one in self._coarser)))

    def packed_levels(self, order: tuple[int, ...]) -> tuple[PackedMesh, ...]:
        """Return the levels of detail as the graphics card wants them, axes in an order."""
        ready, self._packed = self._packed, None
        if ready is not None and order == (2, 1, 0):
            return ready
        return self._pack(replace(self._coloured, mesh=self.mesh), order)

    def _pack(self, coloured: ColouredCell, order: tuple[int, ...]) -> tuple[PackedMesh, ...]:
        coarser = (coloured.paint(tubes) for _, tubes in self._coarser)
        first = (coloured.mesh, coloured.blend)
        return tuple(packed(mesh, blend, order) for mesh, blend in (first, *coarser))

    # which cells ---------------------------------------------------------------------------

    @property
    def visible_cells(self) -> tuple[str, ...]:
        """Which of `cell_names` are drawn, in their order."""
        return self._visible_cells

    @visible_cells.setter
    def visible_cells(self, names: Iterable[str]) -> None:
        wanted = set(names)
        known = self.cell_names
        unknown = wanted.difference(known)
        if unknown:
            raise ValueError(f"there is no cell {sorted(unknown)[0]!r} in this layer")
        visible = tuple(name for name in known if name in wanted)
        if visible == self._visible_cells:
            return
        self._visible_cells = visible
        if not self.gpu:
            self._show_plain()
        self.refresh(thumbnail=False, highlight=False, extent=False)
        self.events.visible_cells()

    @property
    def node_is_visible(self) -> npt.NDArray[np.bool_]:
        """(n_nodes,) whether the cell of each node is drawn."""
        cell_is = np.array([name in self._visible_cells for name in self.cell_names])
        return cell_is[self.cell_of_node]

    @property
    def hidden_compartments(self) -> IntArray:
        """Columns of the frames that belong to cells that are not drawn."""
        if len(self._visible_cells) == len(self.cells):
            return np.zeros(0, dtype=np.int64)
        return np.unique(self.compartment_of_node[~self.node_is_visible])

    def colour_by_cell(self) -> None:
        """Give each cell its own colour, at all times; `show_variable` goes back.

        The colours of the cells are `cell_colours`.
        """
        n_columns = int(self.frames.shape[1])
        values = np.full(n_columns, np.nan, dtype=np.float32)
        values[self.compartment_of_node] = self.cell_of_node
        colours = transform_color(list(self.cell_colours))
        colormap = Colormap(colours, name="cells", display_name="cells", interpolation="zero")
        self.show_map(BY_CELL, values, "", colormap=colormap, limits=(-0.5, len(self.cells) - 0.5))

        if self._had_bar is None:
            self._had_bar, self.colorbar.visible = self.colorbar.visible, False

    def _on_variable(self, event: Any = None) -> None:
        if self._had_bar is not None and self.shown.name != BY_CELL:
            self._had_bar, self.colorbar.visible = None, self._had_bar

    @property
    def cell_colours(self) -> tuple[str, ...]:
        """``#rrggbb`` of each cell when cells have their own colours."""
        hues = (np.arange(len(self.cells)) * 0.618034 + 0.55) % 1.0  # neighbours lie far apart
        lights = (0.62, 0.72, 0.5)
        return tuple(
            "#"
            + "".join(f"{round(255 * part):02x}" for part in hls_to_rgb(hue, lights[i % 3], 0.75))
            for i, hue in enumerate(hues)
        )

    # slices --------------------------------------------------------------------------------

    @property
    def slab(self) -> float:
        """µm; in 2D, cable this close to the slice is shown too, faded. 0 for none."""
        return self._slab_shown

    @slab.setter
    def slab(self, reach: float) -> None:
        if reach < 0 or not np.isfinite(reach):
            raise ValueError(f"slab must be 0 or more, not {reach}")
        if reach != self._slab_shown:
            self._slab_shown = float(reach)
            self.refresh(thumbnail=False, highlight=False, extent=False)

    def _on_colours_set(self, event: Any = None) -> None:
        # of a slab that napari draws the colours are part of the slice
        if not self.gpu and self._slab_shown and self._slice_input.ndisplay == 2:
            self.refresh(thumbnail=False, highlight=False, extent=False)

    def cut(self, axis: int, slice_range: tuple[float, float]) -> SliceCut:
        """Return what a slice shows, and what of the cell lies in the slab; see `cut_tubes`."""
        edges = self._edges
        if len(self._visible_cells) < len(self.cells):
            edges = edges.rows(np.flatnonzero(self.node_is_visible[edges.end_node]))
        if self._colouring is Colouring.PER_COMPARTMENT:  # as in 3D: that of the node it leads to
            edges = replace(edges, start_node=edges.end_node)
        return cut_tubes(
            edges,
            axis,
            slice_range,
            minimum_radius=self.minimum_radius,
            reach=self._slab_shown,
        )
