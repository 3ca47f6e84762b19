"""A cell as tubes coloured by one value per node: parameters before a run, and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Surface
from napari.utils.colormaps import Colormap, ensure_colormap
from napari.utils.colormaps.standardize_color import transform_color

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.geometry.tubes import default_minimum_radius, tube_mesh

try:
    from napari_neuron.view.voltage._vispy_visuals import add_unit_to_colorbar
except Exception:  # private API of napari: anything can have changed; numbers without a unit then

    def add_unit_to_colorbar(layer: Surface, unit: str = "") -> None:
        """Leave the colour bar as it is."""


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

_GREY = (0.42, 0.44, 0.48, 1.0)
_GREY_ENDS = 0.03  # share of the colour bar
_LOWEST = 0.04  # where the lowest value is: rounding must not make it grey


def with_grey_below() -> Colormap:
    """Return `PARAMETER_COLORMAP` with grey at its low end, for missing values."""
    colours = PARAMETER_COLORMAP.colors
    controls = np.linspace(_LOWEST, 1.0, len(colours))
    return Colormap(
        [_GREY, _GREY, colours[0], *colours],
        controls=[0.0, np.nextafter(_GREY_ENDS, 0.0), _GREY_ENDS, *controls],
        name="parameter",
        display_name="parameter",
    )


def parameter_look(
    values: npt.ArrayLike,
) -> tuple[npt.NDArray[np.float64], Colormap, tuple[float, float]]:
    """Return values to show, and a colour map and limits for them; NaN is grey."""
    shown = np.asarray(values, dtype=np.float64)
    low, high = limits_of(shown)
    missing = np.isnan(shown)
    if not missing.any():
        return shown, PARAMETER_COLORMAP, (low, high)
    low -= (high - low) * _LOWEST / (1 - _LOWEST)
    return np.where(missing, low, shown), with_grey_below(), (low, high)


@dataclass(frozen=True, eq=False)
class EdgeTubes:
    """Tubes of which neighbouring edges share no vertices, so that colours do not run.

    Attributes
    ----------
    vertices : (n, 3) float32
        z, y, x in µm.
    faces : (m, 3) int32
    node : (n,) int64
        Row of the node whose edge each vertex belongs to.
    """

    vertices: npt.NDArray[np.float32]
    faces: npt.NDArray[np.int32]
    node: npt.NDArray[np.int64]


def edge_tubes(morphology: Morphology) -> EdgeTubes:
    """Return the tubes of a cell, to be coloured by one value of each node."""
    mesh = tube_mesh(
        morphology,
        np.arange(len(morphology)),
        minimum_radius=default_minimum_radius(morphology),
        sides=6 if len(morphology) < 20_000 else 4,
    )
    # along a run vertices are numbered downwards: the largest belongs to the node of the edge
    node = mesh.colour_node[mesh.faces.max(axis=1)]
    key = mesh.faces.astype(np.int64) * len(morphology) + node[:, None]
    corners, faces = np.unique(key.ravel(), return_inverse=True)
    return EdgeTubes(
        vertices=mesh.vertices[corners // len(morphology)],
        faces=faces.reshape(-1, 3).astype(np.int32),
        node=corners % len(morphology),
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
    """Return the labels that occur, and for each node which it has; -1 without one."""
    names = tuple(str(name) for name in np.unique(labels.astype(str)) if name)
    number = {name: float(i) for i, name in enumerate(names)}
    return names, np.array([number.get(str(label), -1.0) for label in labels])


def colours_of_labels(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return a colour for each label; the ones of `label_axon_dendrite` keep theirs."""
    others = [name for name in names if name not in LABEL_COLOURS]
    more = {name: _MORE_COLOURS[i % len(_MORE_COLOURS)] for i, name in enumerate(others)}
    return tuple((LABEL_COLOURS | more)[name] for name in names)


def label_look(names: tuple[str, ...]) -> tuple[Colormap, tuple[float, float]]:
    """Return a colour map and limits for `label_codes`; nodes without a label are grey."""
    colours = np.concatenate([[_GREY], transform_color(list(colours_of_labels(names)))])
    colormap = Colormap(colours, name="labels", interpolation="zero")
    return colormap, (-1.5, len(names) - 0.5)


def vertex_values(tubes: EdgeTubes, values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return the value of each vertex, of one value for each node."""
    return np.asarray(values, dtype=np.float32)[tubes.node]


@dataclass(frozen=True)
class Look:
    """How values are shown: the name of the layer, the unit at its colour bar, and the colours."""

    title: str
    unit: str
    colormap: Colormap
    limits: tuple[float, float]
    has_bar: bool = True


def make_colour_layer(
    morphology: Morphology, tubes: EdgeTubes, values: npt.ArrayLike, look: Look
) -> Surface:
    """Return the layer of a cell coloured by one value of each node, (n_nodes,) float.

    It is not shaded: a colour is that of the colour bar.
    """
    layer = Surface(
        (tubes.vertices, tubes.faces, vertex_values(tubes, values)),
        name=f"{morphology.name} {look.title}",
        colormap=look.colormap,
        contrast_limits=look.limits,
        shading="none",
        units=("um", "um", "um"),
        axis_labels=("z", "y", "x"),
        metadata={"napari_neuron": {"colours_of": morphology, "look": look}},
    )
    add_unit_to_colorbar(layer, look.unit)
    layer.colorbar.visible = look.has_bar
    return layer


def show_in_colour_layer(
    layer: Surface, morphology: Morphology, tubes: EdgeTubes, values: npt.ArrayLike, look: Look
) -> None:
    """Show other values in a layer of `make_colour_layer`; the user's limits stay if possible."""
    before = layer.metadata["napari_neuron"]["look"]
    layer.metadata["napari_neuron"] |= {"colours_of": morphology, "look": look}
    layer.vertex_values = vertex_values(tubes, values)
    if look.title != before.title:
        layer.name = f"{morphology.name} {look.title}"
        if hasattr(layer.colorbar, "unit"):
            layer.colorbar.unit = look.unit
        layer.colorbar.visible = look.has_bar
    if (look.title, look.limits) != (before.title, before.limits):
        layer.colormap = look.colormap
        layer.contrast_limits_range = look.limits
        layer.contrast_limits = look.limits
