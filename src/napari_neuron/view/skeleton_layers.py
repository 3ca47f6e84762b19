"""A cell as napari layer data: paths, nodes, synapses and markers. Pure functions, no napari.

Each returns ``(data, settings, layer type)`` tuples, as npe2 readers and
`napari.layers.Layer.create` take them. Positions are z, y, x in µm. ``metadata["napari_neuron"]``
holds the morphology: as "morphology" in the layers that are the skeleton, as "synapses_of" or
"markers_of" in those that sit on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.tubes import default_minimum_radius

LayerDataTuple = tuple[Any, dict[str, Any], str]

POINTS_OF_PATHS = 6_000
"""About the largest number drawn: in 3D napari needs about 0.2 ms for each."""


@dataclass(frozen=True)
class SkeletonStyle:
    """How a skeleton looks before it is simulated.

    ``smallest_node`` is relative to the radius at which the thinnest neurite is still seen.
    """

    path_color: str = "#8fa8c8"
    path_opacity: float = 0.9
    node_color: str = "#c9d6e8"
    node_opacity: float = 0.8
    smallest_node: float = 1.6
    presynapse_color: str = "#ff5c5c"
    postsynapse_color: str = "#4cc9f0"
    marker_size: float = 14.0


STYLE = SkeletonStyle()


def root_to_tip_paths(morphology: Morphology) -> list[IntArray]:
    """Return rows of nodes along paths that together hold every edge once.

    The first path of a tree runs from the root to the tip that is the farthest; each further path
    begins at the node of an earlier one where it branches off. A node without edges is a path of
    one row.
    """
    parent, n = morphology.parent, len(morphology)
    # the distance to the farthest tip below each node, and the child it lies behind
    far = morphology.path_distance.copy()
    order = morphology.topological_order[::-1]
    up, height = parent.tolist(), far.tolist()
    onward = [-1] * n
    for row in order.tolist():
        above = up[row]
        if above >= 0 and (onward[above] < 0 or height[row] > height[above]):
            height[above] = height[row]
            onward[above] = row
    goes_on = np.zeros(n, dtype=bool)
    following = np.asarray(onward)
    goes_on[following[following >= 0]] = True
    paths = []
    for start in np.flatnonzero(~goes_on).tolist():
        path = [up[start], start] if up[start] >= 0 else [start]
        row = onward[start]
        while row >= 0:
            path.append(row)
            row = onward[row]
        paths.append(np.asarray(path, dtype=np.int64))
    return paths


def paths_to_draw(
    morphology: Morphology, tolerance: float, n_points: int = POINTS_OF_PATHS
) -> list[IntArray]:
    """Return the rows of `root_to_tip_paths` that draw the cell to within ``tolerance`` (µm).

    Both ends of a path are kept, and of the nodes between them those without which the line would
    pass another by more than the tolerance (Ramer 1972, Douglas & Peucker 1973). Paths that would
    not leave the one they branch off from by more than that are left out. If this gives more than
    ``n_points``, the tolerance is doubled until it does not.
    """
    paths = [rows for rows in root_to_tip_paths(morphology) if len(rows) > 1]
    reach = [float(np.ptp(morphology.path_distance[rows])) for rows in paths]
    while True:
        is_root = [morphology.parent[rows[0]] < 0 for rows in paths]
        kept = [
            rows
            for rows, length, first in zip(paths, reach, is_root, strict=True)
            if first or length > tolerance
        ]
        drawn = _simplified(morphology.position, kept, tolerance)
        if sum(map(len, drawn)) <= n_points or tolerance > sum(reach):
            return drawn
        tolerance = 2 * tolerance


def drawn_paths(morphology: Morphology) -> list[IntArray]:
    """Return the rows of the paths that the Shapes layer of a cell draws."""
    return paths_to_draw(morphology, default_minimum_radius(morphology))


def _simplified(
    position: npt.NDArray[np.float64], paths: list[IntArray], tolerance: float
) -> list[IntArray]:
    """Drop nodes of paths, all paths at once, level by level."""
    if not paths:
        return []
    rows = np.concatenate(paths)
    starts = np.cumsum([0, *(len(path) for path in paths)])
    point = position[rows]
    keep = np.zeros(len(rows), dtype=bool)
    keep[starts[:-1]] = keep[starts[1:] - 1] = True
    while True:
        bounds = np.flatnonzero(keep)
        piece = np.cumsum(keep) - 1
        a = point[bounds[piece]]
        chord = point[np.append(bounds[1:], bounds[-1])[piece]] - a
        length = np.einsum("ij,ij->i", chord, chord)
        along = np.einsum("ij,ij->i", point - a, chord) / np.where(length > 0, length, 1)
        off = point - a - np.clip(along, 0, 1)[:, None] * chord
        distance = np.where(keep, 0, np.sqrt(np.einsum("ij,ij->i", off, off)))
        farthest = np.maximum.reduceat(distance, bounds)[piece]
        too_far = (distance == farthest) & (distance > tolerance)
        if not too_far.any():
            return [
                path[kept] for path, kept in zip(paths, np.split(keep, starts[1:-1]), strict=True)
            ]
        keep |= too_far


def skeleton_layer_data(
    morphology: Morphology, style: SkeletonStyle = STYLE
) -> list[LayerDataTuple]:
    """Return the Shapes layer of a cell's paths and the Points layer of its nodes.

    The points' features are node_id, swc_type, radius (µm), path_distance (µm to the root) and,
    where the cell has labels, label. Their size follows the radius, with a minimum.

    Because napari is slow with paths, they are drawn through only some of the nodes, such that no
    node lies outside the drawn line (see `paths_to_draw`). The points are all nodes.
    """
    position = morphology.position[:, ::-1]
    smallest = default_minimum_radius(morphology)
    common = _common_settings(morphology)
    layers: list[LayerDataTuple] = []
    paths = [position[rows] for rows in drawn_paths(morphology)]
    if paths:
        layers.append(
            (
                paths,
                {
                    **common,
                    "name": morphology.name,
                    "shape_type": "path",
                    "edge_width": 2 * smallest,
                    "edge_color": style.path_color,
                    "face_color": "transparent",
                    "opacity": style.path_opacity,
                },
                "shapes",
            )
        )
    features = {
        "node_id": morphology.node_id,
        "swc_type": morphology.swc_type,
        "radius": morphology.radius,
        "path_distance": morphology.path_distance,
    }
    if morphology.labels is not None:
        features["label"] = morphology.labels.astype(object)
    layers.append(
        (
            position,
            {
                **common,
                "name": f"{morphology.name} nodes",
                "features": features,
                "size": 2 * np.maximum(morphology.radius, style.smallest_node * smallest),
                "face_color": style.node_color,
                "opacity": style.node_opacity,
                "antialiasing": 0.5,  # the margin of each point is most of what is drawn
                "border_width": 0.0,
            },
            "points",
        )
    )
    return layers


def cells_layer_data(cells: Sequence[Morphology]) -> list[LayerDataTuple]:
    """Return `skeleton_layer_data` of several cells, hiding paths that would take napari seconds.

    If all paths together have more than `POINTS_OF_PATHS` points, their layers start hidden; the
    nodes are visible.
    """
    layers = [layer for cell in cells for layer in skeleton_layer_data(cell)]
    shapes = [(paths, settings) for paths, settings, kind in layers if kind == "shapes"]
    if len(cells) > 1 and sum(len(path) for paths, _ in shapes for path in paths) > POINTS_OF_PATHS:
        for _, settings in shapes:
            settings["visible"] = False
    return layers


def synapse_layer_data(
    morphology: Morphology, style: SkeletonStyle = STYLE
) -> list[LayerDataTuple]:
    """Return a Points layer of the cell's connectors, or nothing if it has none.

    Features: node_id and type ("pre" or "post"), and whatever else the source had.
    """
    connectors = morphology.connectors
    if connectors is None or not len(connectors):
        return []
    colors = np.where(
        connectors["type"].to_numpy() == "pre", style.presynapse_color, style.postsynapse_color
    )
    return [
        (
            connectors[["z", "y", "x"]].to_numpy(dtype=float),
            {
                **_common_settings(morphology, "synapses_of"),
                "name": f"{morphology.name} synapses",
                "features": connectors.drop(columns=["x", "y", "z"]).reset_index(drop=True),
                "size": 5 * default_minimum_radius(morphology),
                "face_color": colors.tolist(),
                "border_width": 0.0,
            },
            "points",
        )
    ]


def mesh_layer_data(
    morphology: Morphology, vertices: npt.NDArray[Any], faces: npt.NDArray[Any]
) -> LayerDataTuple:
    """Return a transparent Surface layer of a cell's mesh.

    Parameters
    ----------
    vertices : (n_vertices, 3) float
        x, y, z in µm.
    faces : (n_faces, 3) int
    """
    settings = {
        **_common_settings(morphology, "mesh_of"),
        "name": f"{morphology.name} mesh",
        "opacity": 0.25,
        "colormap": "gray",
        "shading": "smooth",
    }
    return (vertices[:, ::-1], faces), settings, "surface"


def marker_layer_data(
    morphology: Morphology,
    nodes: Sequence[int] | npt.NDArray[np.int64],
    colors: Sequence[Any],
    names: Sequence[str],
    *,
    title: str = "markers",
    style: SkeletonStyle = STYLE,
) -> LayerDataTuple:
    """Return a Points layer that marks nodes, such as those of stimuli and recorders.

    Parameters
    ----------
    nodes
        Node ids, one per marker.
    colors
        Anything napari takes as a colour, one per marker.
    names
        One per marker; feature "name", written beside it.

    Raises
    ------
    KeyError
        If an id is not a node of the cell.
    """
    rows = morphology.rows(nodes) if len(nodes) else np.zeros(0, dtype=np.int64)
    settings = {
        **_common_settings(morphology, "markers_of"),
        "name": f"{morphology.name} {title}",
        "features": {"node_id": morphology.node_id[rows], "name": np.array(names, dtype=object)},
        "size": style.marker_size * default_minimum_radius(morphology),
        "border_width": 0.08,
        "border_color": "white",
        "ndim": 3,
    }
    if len(rows):
        settings["face_color"] = list(colors)
    return morphology.position[rows][:, ::-1], settings, "points"


def _common_settings(morphology: Morphology, role: str = "morphology") -> dict[str, Any]:
    return {
        "units": ("um", "um", "um"),
        "axis_labels": ("z", "y", "x"),
        "metadata": {"napari_neuron": {role: morphology}},
    }
