"""A cell as tubes coloured by one value of each node: parameters before a run, and labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Surface
from napari.utils.colormaps import Colormap, ensure_colormap

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.tubes import TubeMesh, default_minimum_radius, tube_mesh

try:
    from napari_neuron.view._vispy_voltage import add_unit_to_colorbar
except Exception:  # private API of napari: anything can have changed; numbers without a unit then

    def add_unit_to_colorbar(layer: Surface, unit: str = "") -> None:
        """Leave the colour bar as it is."""


Tubes = tuple[npt.NDArray[np.float32], npt.NDArray[np.int32], npt.NDArray[np.float32]]
"""Vertices (z, y, x in µm), faces, and the value of each vertex."""

LABEL_COLOURS = {
    "axon": "#4fc3f7",
    "dendrite": "#ffa04d",
    "linker": "#7ccf83",
    "cellbodyfiber": "#f0719b",
}
_MORE_COLOURS = ("#b48cf2", "#45c9b4", "#e4605e", "#9fb8d0")
_BEGIN = 0.12  # viridis' darkest part is hard to see on a black canvas


def _brightened_viridis() -> Colormap:
    colours = ensure_colormap("viridis").map(np.linspace(_BEGIN, 1.0, 64))
    return Colormap(colours, name="parameter", display_name="parameter")


PARAMETER_COLORMAP = _brightened_viridis()


def plain_tubes(morphology: Morphology) -> TubeMesh:
    """Return the tubes of a cell for `coloured_tubes`; its columns are the nodes' rows."""
    sides = 6 if len(morphology) < 20_000 else 4
    return tube_mesh(
        morphology,
        np.arange(len(morphology)),
        minimum_radius=default_minimum_radius(morphology),
        sides=sides,
    )


def coloured_tubes(mesh: TubeMesh, values: npt.ArrayLike) -> Tubes:
    """Return tubes of which each edge has the one value of its node.

    Parameters
    ----------
    mesh
        From `plain_tubes`.
    values : (n_nodes,) float
        Edges of nodes with NaN are left out.

    Returns
    -------
    vertices : (n, 3) float32
    faces : (m, 3) int32
    vertex_values : (n,) float32
        Neighbouring edges of different values share no vertices, so that colours do not run.
    """
    # along a run vertices are numbered downwards: the largest belongs to the node of the edge
    node = mesh.colour_node[mesh.faces.max(axis=1)]
    of_face = np.asarray(values, dtype=np.float64)[node]
    there = ~np.isnan(of_face)
    distinct, code = np.unique(of_face[there], return_inverse=True)
    n = max(1, len(distinct))
    key = mesh.faces[there].astype(np.int64) * n + code[:, None]
    corners, faces = np.unique(key.ravel(), return_inverse=True)
    vertices = mesh.vertices[corners // n]
    return (
        np.ascontiguousarray(vertices, dtype=np.float32),
        faces.reshape(-1, 3).astype(np.int32),
        distinct[corners % n].astype(np.float32),
    )


def limits_of(values: npt.ArrayLike) -> tuple[float, float]:
    """Return colour limits for some values: their range; of one value, from 0 to it."""
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    return (min(0.0, low), max(0.0, low)) if low else (0.0, 1.0)


def label_codes(labels: npt.NDArray[Any]) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Return the labels that occur, and for each node which it has; NaN without one."""
    names = tuple(str(name) for name in np.unique(labels.astype(str)) if name)
    number = {name: float(i) for i, name in enumerate(names)}
    return names, np.array([number.get(str(label), np.nan) for label in labels])


def colours_of_labels(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return a colour for each label; the ones of `label_axon_dendrite` keep theirs."""
    others = [name for name in names if name not in LABEL_COLOURS]
    more = {name: _MORE_COLOURS[i % len(_MORE_COLOURS)] for i, name in enumerate(others)}
    return tuple((LABEL_COLOURS | more)[name] for name in names)


def label_look(names: tuple[str, ...]) -> tuple[Colormap, tuple[float, float]]:
    """Return a colour map and limits for `label_codes`."""
    colormap = Colormap(list(colours_of_labels(names)), name="labels", interpolation="zero")
    return colormap, (-0.5, len(names) - 0.5)


def make_colour_layer(
    morphology: Morphology,
    tubes: Tubes,
    *,
    title: str,
    unit: str,
    colormap: Colormap = PARAMETER_COLORMAP,
    limits: tuple[float, float],
    bar: bool = True,
) -> Surface:
    """Return the layer of `coloured_tubes`.

    Parameters
    ----------
    title
        Behind the cell's name in the name of the layer.
    unit
        At the numbers of the colour bar; "" for none.
    bar
        Whether there is a colour bar.
    """
    layer = Surface(
        tubes,
        name=f"{morphology.name} {title}",
        colormap=colormap,
        contrast_limits=limits,
        shading="smooth",
        units=("um", "um", "um"),
        axis_labels=("z", "y", "x"),
        metadata={"napari_neuron": {"colours_of": morphology}},
    )
    if bar:
        add_unit_to_colorbar(layer, unit)
        layer.colorbar.visible = True
    return layer
