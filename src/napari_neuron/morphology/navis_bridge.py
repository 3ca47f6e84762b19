"""Conversion to and from navis, and uses of navis, which is imported only where it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.guess import FileUnit, guess_unit, parse_unit
from napari_neuron.morphology.model import SOMA, IntArray, Morphology

if TYPE_CHECKING:
    import pandas as pd

_NEEDED = ("node_id", "parent_id", "x", "y", "z", "radius")


def from_navis(neuron: Any) -> Morphology:
    """Make a morphology, in µm, from a `navis.TreeNeuron`.

    The neuron's units are converted; if it has none they are guessed, as ``unit_evidence`` says. If
    the neuron knows its soma, only that node has SWC type 1. A node column
    ``compartment`` becomes the labels.

    Parameters
    ----------
    neuron
        A `navis.TreeNeuron`, or a `navis.NeuronList` of one.

    Raises
    ------
    MorphologyError
        If it is not a skeleton, or its nodes do not make one.
    """
    if not hasattr(neuron, "nodes") and hasattr(neuron, "__len__") and len(neuron) == 1:
        neuron = neuron[0]
    nodes = getattr(neuron, "nodes", None)
    if nodes is None or any(column not in nodes for column in _NEEDED):
        raise MorphologyError(
            f"{type(neuron).__name__} is not a skeleton: give one navis.TreeNeuron "
            "(navis.skeletonize makes one of a mesh)"
        )
    node_id = nodes["node_id"].to_numpy(np.int64)
    position = nodes[["x", "y", "z"]].to_numpy(np.float64)
    radius = nodes["radius"].fillna(0).to_numpy(np.float64)
    parent = _parent_rows(node_id, nodes["parent_id"].to_numpy(np.int64))
    swc_type = _swc_types(nodes)
    soma = neuron.soma
    if soma is not None:
        swc_type[swc_type == SOMA] = 0
        swc_type[np.isin(node_id, np.atleast_1d(soma))] = SOMA
    unit = _unit(neuron) or guess_unit(position, parent, swc_type, radius)
    labels = None
    if "compartment" in nodes:
        text = nodes["compartment"].astype(object)
        labels = text.where(text.notna(), "").astype(str).to_numpy(np.str_)
    return Morphology(
        node_id=node_id,
        parent=parent,
        swc_type=swc_type,
        position=position * unit.scale,
        radius=radius * unit.scale[0],
        name=str(neuron.name or neuron.id),
        labels=labels,
        connectors=_connectors(neuron, unit),
        unit=unit.label,
        unit_evidence=unit.evidence,
    )


def to_navis(morphology: Morphology) -> Any:
    """Return a `navis.TreeNeuron` in µm: same nodes, types, soma, labels and connectors."""
    import navis
    import pandas as pd

    parent = morphology.node_id[morphology.parent]
    nodes = pd.DataFrame(
        {
            "node_id": morphology.node_id,
            "label": morphology.swc_type,
            **dict(zip("xyz", morphology.position.T.copy(), strict=True)),
            "radius": morphology.radius,
            "parent_id": np.where(morphology.parent < 0, -1, parent),
        }
    )
    neuron = navis.TreeNeuron(nodes, name=morphology.name, units="1 micrometer")
    if morphology.labels is not None:
        labels = dict(zip(morphology.node_id.tolist(), morphology.labels.tolist(), strict=True))
        neuron.nodes["compartment"] = [labels[node] or None for node in neuron.nodes["node_id"]]
    if morphology.connectors is not None:
        connectors = morphology.connectors.copy()
        if "connector_id" not in connectors:
            connectors.insert(0, "connector_id", np.arange(len(connectors)))  # navis demands one
        neuron.connectors = connectors
    soma = morphology.node_id[morphology.swc_type == SOMA]
    if len(soma) == 1:  # more than one (an outline, a chain) navis finds by its label
        neuron.soma = int(soma[0])
    return neuron


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Have navis print no progress bars on the console meanwhile."""
    import navis

    before, navis.config.pbar_hide = navis.config.pbar_hide, True
    try:
        yield
    finally:
        navis.config.pbar_hide = before


def label_axon_dendrite(morphology: Morphology) -> Morphology:
    """Label each node "axon", "dendrite", "linker" or "cellbodyfiber" by where synapses are.

    Uses ``navis.split_axon_dendrite``: synapse flow centrality (Schneider-Mizell et al. 2016, eLife
    5:e12059), with the cell body fibre found from the soma.

    Parameters
    ----------
    morphology
        A cell of one tree with connectors and a soma.

    Returns
    -------
    Morphology
        With ``labels``; nodes keep their order, and "" marks a node that could not be assigned.

    Raises
    ------
    MorphologyError
        If the cell has no synapses, no soma, or several trees.
    """
    connectors = morphology.connectors
    kinds = set() if connectors is None else set(connectors["type"])
    if not {"pre", "post"} & kinds:
        raise MorphologyError(
            f"{morphology.name}: axon and dendrite are separated by where the synapses are, and "
            f"this cell has none. Open it with its synapses (File > Open Sample, or "
            "Morphology.from_navis), or pick regions by SWC type or by hand"
        )
    if len(morphology.roots) > 1:
        raise MorphologyError(
            f"{morphology.name}: axon and dendrite can be separated only in a single tree, and "
            f"this cell is in {len(morphology.roots)} pieces. Join them first (navis.heal_skeleton)"
        )
    soma = morphology.node_id[morphology.swc_type == SOMA]
    if len(soma) == 0:
        raise MorphologyError(
            f"{morphology.name}: no node is marked as the soma (SWC type 1), so the cell body "
            "fibre cannot be found. Mark one: morphology.replace(swc_type=...)"
        )
    import navis

    neuron = to_navis(morphology)
    neuron.soma = int(soma[0])
    try:
        with no_progress_bars():
            labelled = navis.split_axon_dendrite(neuron, cellbodyfiber="soma", label_only=True)
    except ValueError as error:
        raise MorphologyError(
            f"{morphology.name}: navis cannot separate axon from dendrite: {error}"
        ) from error
    nodes = (labelled[0] if isinstance(labelled, navis.NeuronList) else labelled).nodes
    found = nodes["compartment"].astype(object)
    labels = np.full(len(morphology), "", dtype="U16")
    rows = morphology.rows(nodes["node_id"].to_numpy(np.int64))
    labels[rows] = found.where(found.notna(), "").astype(str).to_numpy(np.str_)
    return morphology.replace(labels=labels)


def _parent_rows(node_id: IntArray, parent_id: IntArray) -> IntArray:
    order = np.argsort(node_id, kind="stable")
    at = np.minimum(np.searchsorted(node_id[order], parent_id), len(order) - 1)
    has_parent = parent_id >= 0
    missing = has_parent & (node_id[order][at] != parent_id)
    if missing.any():
        raise MorphologyError(f"parent {parent_id[missing][0]} is not among the nodes")
    return np.where(has_parent, order[at], -1).astype(np.int64)


def _swc_types(nodes: pd.DataFrame) -> IntArray:
    import pandas as pd

    if "label" not in nodes:
        return np.zeros(len(nodes), dtype=np.int64)
    labels = pd.to_numeric(nodes["label"].astype(object), errors="coerce")
    return labels.fillna(0).to_numpy(np.float64).astype(np.int64)


def _unit(neuron: Any) -> FileUnit | None:
    """Return the neuron's own unit, or None if it has none that is a length."""
    units = getattr(neuron, "units_xyz", None)
    if units is None or units.dimensionless:
        return None
    in_nm = np.atleast_1d(units.to("nanometer").magnitude)
    sizes = [float(f"{size:.9g}") for size in in_nm]  # pint's conversions round
    in_um = all(size >= 1000 for size in sizes)
    text = "x".join(f"{size / 1000 if in_um else size:.9g}" for size in sizes)
    return parse_unit(f"{text} {'um' if in_um else 'nm'}", "stated by the navis neuron")


def _connectors(neuron: Any, unit: FileUnit) -> pd.DataFrame | None:
    table: pd.DataFrame | None = getattr(neuron, "connectors", None)
    if table is None or table.empty or "node_id" not in table:
        return None
    return connector_table(table, unit)


def connector_table(table: pd.DataFrame, unit: FileUnit) -> pd.DataFrame:
    """Return a table of navis' connectors as `Morphology.connectors` has it, positions in µm.

    Parameters
    ----------
    table
        With node_id, x, y, z and type (or relation): "pre", "post", or 0 and 1 for these.
    unit
        Of its positions.
    """
    table = table.reset_index(drop=True).copy()
    kinds = table["type"] if "type" in table else table.get("relation", "")
    as_text = np.asarray(kinds, dtype=object).astype(str)
    table["type"] = [{"0": "pre", "1": "post"}.get(kind, kind) for kind in as_text]
    for axis, scale in zip("xyz", unit.scale, strict=True):
        table[axis] = table[axis].astype(np.float64) * scale
    first = ["node_id", "type", "x", "y", "z"]
    return table[[*first, *(column for column in table if column not in first)]]
