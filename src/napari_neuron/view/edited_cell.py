"""A cell as its layers show it, with nodes moved, deleted or resized by hand. No napari.

Reads the nodes layer of `napari_neuron.view.skeleton_layers`; each row is the node named by its
feature ``node_id``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import BoolArray, FloatArray, IntArray, Morphology
from napari_neuron.view.skeleton_layers import LayerDataTuple, skeleton_layer_data

KEY = "napari_neuron"


def cell_of_layer(layer: LayerDataTuple) -> Morphology | None:
    """Return the cell whose skeleton a layer is, or None."""
    cell = (layer[1].get("metadata") or {}).get(KEY, {}).get("morphology")
    return cell if isinstance(cell, Morphology) else None


def edited_cell(layer: LayerDataTuple) -> tuple[Morphology, tuple[str, ...]]:
    """Return the cell that a nodes layer shows, and the changes to it, in words.

    - Positions are those of the points, where the layer's scale, shift and turn put them.
    - A node whose point was deleted is removed; its children attach to the next remaining node
    towards the root. If the root was deleted, its first child replaces it.
    - Radii are those of the feature ``radius`` if it was changed, otherwise half the size of points
    whose size was changed. Types are those of the feature ``swc_type``.

    Parameters
    ----------
    layer
        Data, attributes and type of a Points layer, as `napari.layers.Layer.as_layer_data_tuple`
        gives them; ``metadata["napari_neuron"]["morphology"]`` is the cell before.

    Raises
    ------
    MorphologyError
        If the layer is not a cell's nodes, has points that are not nodes, or has no nodes left.
    """
    before = cell_of_layer(layer)
    data, attributes, kind = layer
    features = attributes.get("features")
    if before is None or kind != "points" or features is None or "node_id" not in features:
        raise MorphologyError("this layer is not the nodes of a cell")
    rows = _rows(before, features["node_id"])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    changes = []

    drawn, settings, _ = next(one for one in skeleton_layer_data(before) if one[2] == "points")
    position = before.position[rows].copy()
    shown = np.asarray(data, dtype=np.float64)[order]
    matrix, shift = _transform(attributes, shown.shape[1])
    moved = _differ(shown, drawn[rows]).any(axis=1)
    if not np.array_equal(matrix, np.eye(3)) or shift.any():
        moved[:] = True
    position[moved] = (shown[moved, -3:] @ matrix.T + shift)[:, ::-1]
    stretch = float(np.cbrt(abs(np.linalg.det(matrix))))

    radius = before.radius[rows] * stretch
    size = np.broadcast_to(np.asarray(attributes.get("size", settings["size"])), len(data))[order]
    resized = _differ(size, settings["size"][rows])
    radius[resized] = 0.5 * size[resized] * stretch
    noted = _column(features, "radius", before.radius, order)
    given = _differ(noted, before.radius[rows])
    radius[given] = noted[given] * stretch
    swc_type = _column(features, "swc_type", before.swc_type, order)
    retyped = swc_type != before.swc_type[rows]

    n_gone = len(before) - len(rows)
    parent, flags = _without(before, rows)
    for mask, words in (
        (moved, "moved"),
        (resized & ~given, "given the radius of their napari point size"),
        (given, "given another radius"),
        (retyped, "given another type"),
    ):
        if mask.any():
            changes.append(f"{_some_nodes(before.node_id[rows[mask]])} {words}")
    if n_gone:
        is_gone = np.ones(len(before), dtype=np.bool_)
        is_gone[rows] = False
        changes.append(f"{_some_nodes(before.node_id[is_gone])} deleted")
    if not changes:
        return before, ()
    if not (np.isfinite(position).all() and np.isfinite(radius).all()):
        raise MorphologyError(
            f"{before.name}: a node has a position or radius that is not a number"
        )
    connectors = before.connectors
    if connectors is not None and n_gone:
        connectors = connectors[connectors["node_id"].isin(before.node_id[rows])]
    after = before.replace(
        node_id=before.node_id[rows],
        parent=parent,
        swc_type=swc_type.astype(np.int64),
        position=position,
        radius=radius,
        labels=None if before.labels is None else before.labels[rows],
        connectors=connectors,
        no_cable_above=flags,
    )
    return after, tuple(changes)


def _rows(before: Morphology, node_ids: Any) -> IntArray:
    """Return the row of the cell each point stands for."""
    ids = np.asarray(node_ids, dtype=np.float64 if _has_gaps(node_ids) else np.int64)
    known = np.isin(ids, before.node_id)
    n_other = int((~known).sum()) + len(ids) - len(np.unique(ids))
    if n_other:
        raise MorphologyError(
            f"{before.name}: {n_other} points of its nodes layer were added by hand and do not "
            f"belong to the cell: nothing says where they connect. Delete them and save again"
        )
    if not len(ids):
        raise MorphologyError(f"{before.name}: no node is left in its nodes layer")
    return before.rows(ids.astype(np.int64))


def _has_gaps(node_ids: Any) -> bool:
    return bool(np.asarray(node_ids).dtype.kind == "f")


def _column(features: Any, name: str, before: npt.NDArray[Any], order: IntArray) -> Any:
    if name not in features:
        return before[order]
    return np.asarray(features[name], dtype=before.dtype)[order]


def _differ(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> BoolArray:
    """Say what differs by more than napari's rounding to float32."""
    one, other = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    return np.asarray((one != other) & (one.astype(np.float32) != other.astype(np.float32)))


def _transform(attributes: Mapping[str, Any], ndim: int) -> tuple[FloatArray, FloatArray]:
    """Return matrix and shift (z, y, x) from the layer's data to what is shown."""
    from napari.utils.transforms import Affine

    inner = Affine(
        scale=attributes.get("scale", np.ones(ndim)),
        translate=attributes.get("translate", np.zeros(ndim)),
        rotate=attributes.get("rotate"),
        shear=attributes.get("shear"),
    ).affine_matrix
    outer = attributes.get("affine")
    whole = inner if outer is None else np.asarray(outer, dtype=np.float64) @ inner
    per_unit = [_micrometres(unit) for unit in attributes.get("units") or ()][-3:] or [1.0]
    return (
        whole[-4:-1, -4:-1] * np.reshape(per_unit, (-1, 1)),
        whole[-4:-1, -1] * np.asarray(per_unit),
    )


def _micrometres(unit: Any) -> float:
    """Return the length of a layer's unit; pixels, and units that are not lengths, count as µm."""
    import pint

    try:
        size = pint.get_application_registry()(str(unit)).to("micrometer").magnitude
    except (pint.PintError, AttributeError):
        return 1.0
    return float(f"{size:.12g}")


def _without(before: Morphology, rows: IntArray) -> tuple[IntArray, BoolArray | None]:
    """Return the parents among the rows that are left, and which have no cable above them."""
    n = len(before)
    left = np.zeros(n, dtype=np.bool_)
    left[rows] = True
    new_row = np.full(n, -1)
    new_row[rows] = np.arange(len(rows))
    gap = np.zeros(n, dtype=np.bool_)
    if before.no_cable_above is not None:
        gap |= before.no_cable_above
    above = before.parent.tolist()
    # parents first: a node that is gone passes on what it hangs on
    stand_in: dict[int, int] = {}  # for the root of a component, if that is gone
    onto = [-1] * n
    for row in before.topological_order.tolist():
        up = above[row]
        if up < 0:
            continue
        if left[up]:
            onto[row] = up
        else:
            onto[row] = onto[up]
            gap[row] |= gap[up]
    for row in before.topological_order.tolist():
        if left[row] and onto[row] < 0:
            tree = int(before.component[row])
            first = stand_in.setdefault(tree, row)
            onto[row] = first if first != row else -1
    parent = np.asarray(onto)[rows]
    flags = gap[rows] & (parent >= 0)
    return np.where(parent < 0, -1, new_row[parent]), flags if flags.any() else None


def _some_nodes(ids: IntArray) -> str:
    shown = ", ".join(str(one) for one in ids[:20].tolist())
    if len(ids) == 1:
        return f"node {shown}"
    return f"{len(ids)} nodes ({shown}{' ...' if len(ids) > 20 else ''})"
