"""Regions applied to a morphology: which nodes a rule picks."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import BoolArray, Morphology
from napari_neuron.spec import Everywhere, Labelled, PickedNodes, SwcTypes
from napari_neuron.spec.base import Spec


@singledispatch
def nodes_in(region: Spec, morphology: Morphology) -> BoolArray:
    """Return which nodes of ``morphology`` a region picks.

    Parameters
    ----------
    region
        Any of `napari_neuron.spec.Region`.
    morphology
        The cell.

    Returns
    -------
    (n_nodes,) bool

    Raises
    ------
    ExperimentError
        If the region asks for what the cell does not have (labels, a node id). A region that is
        merely empty is not an error here.
    """
    raise TypeError(f"{type(region).__name__} is not a region")


@nodes_in.register
def _(region: Everywhere, morphology: Morphology) -> BoolArray:
    return np.ones(len(morphology), dtype=bool)


@nodes_in.register
def _(region: SwcTypes, morphology: Morphology) -> BoolArray:
    return np.isin(morphology.swc_type, region.types)


@nodes_in.register
def _(region: Labelled, morphology: Morphology) -> BoolArray:
    if morphology.labels is None:
        raise ExperimentError(
            "labels",
            f"the nodes of {morphology.name!r} have no labels yet; label axon and dendrite first "
            "(Cell tab, or napari_neuron.label_axon_dendrite)",
        )
    return np.isin(morphology.labels, region.labels)


@nodes_in.register
def _(region: PickedNodes, morphology: Morphology) -> BoolArray:
    mask = np.zeros(len(morphology), dtype=bool)
    try:
        mask[morphology.rows(region.nodes)] = True
    except KeyError as error:
        raise ExperimentError("nodes", f"{error} is not a node of {morphology.name!r}") from None
    return mask


def describe_what_is_there(region: Spec, morphology: Morphology) -> str:
    """Say what a region could have asked for, for the error about an empty one."""
    if isinstance(region, SwcTypes):
        there = ", ".join(str(t) for t in np.unique(morphology.swc_type))
        return f"SWC types in {morphology.name!r}: {there}"
    if isinstance(region, Labelled) and morphology.labels is not None:
        there = ", ".join(repr(str(t)) for t in np.unique(morphology.labels) if t)
        return f"labels in {morphology.name!r}: {there or 'none'}"
    return f"{morphology.name!r} has {len(morphology)} nodes"
