"""Applies regions to a morphology: which nodes a rule picks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import ExperimentError, MorphologyError
from napari_neuron.morphology.model import BoolArray, Morphology
from napari_neuron.morphology.paths import branch_order, distance_from, nodes_beyond
from napari_neuron.morphology.sections import find_sections
from napari_neuron.spec import (
    AllOf,
    AnyOf,
    BranchOrder,
    Everywhere,
    Labelled,
    NoneOf,
    PathDistance,
    PickedNodes,
    RadiusRange,
    Region,
    Subtree,
    SwcTypes,
)
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


@nodes_in.register
def _(region: PathDistance, morphology: Morphology) -> BoolArray:
    with _field("origin"):
        distance = distance_from(morphology, region.origin)
    return _between(distance, region.minimum, region.maximum) & np.isfinite(distance)


@nodes_in.register
def _(region: RadiusRange, morphology: Morphology) -> BoolArray:
    return _between(morphology.radius, region.minimum, region.maximum)


@nodes_in.register
def _(region: BranchOrder, morphology: Morphology) -> BoolArray:
    with _field("origin"):
        order = branch_order(morphology, region.origin)
    return _between(order, region.minimum, region.maximum)


@nodes_in.register
def _(region: Subtree, morphology: Morphology) -> BoolArray:
    try:
        row = int(morphology.rows(region.node)[0])
    except KeyError as error:
        raise ExperimentError("node", f"{error} is not a node of {morphology.name!r}") from None
    with _field("origin"):
        return nodes_beyond(morphology, row, region.origin)


@nodes_in.register
def _(region: AllOf, morphology: Morphology) -> BoolArray:
    return np.asarray(np.stack(list(_each(region.regions, morphology))).all(axis=0))


@nodes_in.register
def _(region: AnyOf, morphology: Morphology) -> BoolArray:
    return np.asarray(np.stack(list(_each(region.regions, morphology))).any(axis=0))


@nodes_in.register
def _(region: NoneOf, morphology: Morphology) -> BoolArray:
    return np.asarray(~np.stack(list(_each(region.regions, morphology))).any(axis=0))


def _each(regions: tuple[Region, ...], morphology: Morphology) -> Iterator[BoolArray]:
    for index, region in enumerate(regions):
        try:
            yield nodes_in(region, morphology)
        except ExperimentError as error:
            raise ExperimentError(f"regions[{index}].{error.field}", error.problem) from None


@contextlib.contextmanager
def _field(name: str) -> Iterator[None]:
    """Turn a reference to something the skeleton lacks into an error of its field."""
    try:
        yield
    except MorphologyError as error:
        raise ExperimentError(name, str(error)) from None


def _between(values: npt.NDArray[Any], minimum: float, maximum: float | None) -> BoolArray:
    inside: BoolArray = values >= minimum
    return inside if maximum is None else inside & (values <= maximum)


@dataclass(frozen=True)
class RegionSummary:
    """The size of a region on one cell.

    Attributes
    ----------
    n_nodes : int
        Number of nodes.
    cable_length : float
        Length of the cable that paint on it covers, µm.
    membrane_area : float
        Area of the membrane that paint on it covers, µm².
    """

    n_nodes: int
    cable_length: float
    membrane_area: float


def region_summary(region: Spec, morphology: Morphology) -> RegionSummary:
    """Measure a region of a cell, by the sections that would be painted.

    Parameters
    ----------
    region
        Any of `napari_neuron.spec.Region`.
    morphology
        The cell.

    Returns
    -------
    RegionSummary
        Number of nodes, cable length (µm) and membrane area (µm²).

    Raises
    ------
    ExperimentError
        If the cell lacks what the region refers to.
    MorphologyError
        If the cell cannot be simulated as it is (a radius that is not positive).
    """
    return summary_of(nodes_in(region, morphology), morphology)


def summary_of(mask: BoolArray, morphology: Morphology) -> RegionSummary:
    """Measure a set of nodes, (n_nodes,) bool; see `region_summary`."""
    sections = find_sections(morphology, changes_above(mask[None], morphology))
    painted = mask[sections.owner]
    return RegionSummary(
        n_nodes=int(np.count_nonzero(mask)),
        cable_length=float(sections.length[painted].sum()),
        membrane_area=float(sections.area[painted].sum()),
    )


def changes_above(paint: npt.NDArray[Any], morphology: Morphology) -> BoolArray:
    """Return which edges carry other paint than the edge above them.

    Parameters
    ----------
    paint : (n_kinds, n_nodes)
        What each node carries of each kind.
    """
    above = morphology.parent
    changes: BoolArray = (paint != paint[:, above]).any(axis=0)
    # the root has no edge of its own: what hangs on it starts there in any case
    changes[(above < 0) | (above[above] < 0)] = False
    return changes


def describe_what_is_there(region: Spec, morphology: Morphology) -> str:
    """Describe what a region could refer to, for the error about an empty one."""
    if isinstance(region, SwcTypes):
        there = ", ".join(str(t) for t in np.unique(morphology.swc_type))
        return f"SWC types in {morphology.name!r}: {there}"
    if isinstance(region, Labelled) and morphology.labels is not None:
        there = ", ".join(repr(str(t)) for t in np.unique(morphology.labels) if t)
        return f"labels in {morphology.name!r}: {there or 'none'}"
    return f"{morphology.name!r} has {len(morphology)} nodes"
