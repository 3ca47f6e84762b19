"""Divides a compiled model among ranks: whole trees, or parts of a point network.

Each rank gets its own model, which holds only what it runs. Spikes are exchanged between ranks
under numbers that all of them know: in a circuit, the compartment (of the whole model) whose
voltage is watched; in a point network, the row of the neuron.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from heapq import heapreplace
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.connections import shortest_apart
from napari_neuron.compile.model import (
    CompiledArrivals,
    CompiledCrossings,
    CompiledDrive,
    CompiledEvents,
    CompiledGaps,
    CompiledModel,
    CompiledNoise,
    CompiledPointProcesses,
    CompiledRecorder,
    CompiledSources,
    CompiledTrains,
    FloatArray,
    IntArray,
)
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.morphology.model import follow

Mask = npt.NDArray[np.bool_]
_Parameters = tuple[tuple[str, FloatArray], ...]

_AT_ONCE = 1e-9
"""ms; point neurons have no time step, but between ranks a spike must take some time."""


@dataclass(frozen=True, eq=False)
class Share:
    """The part of one rank.

    Attributes
    ----------
    model : CompiledModel
        Its own; of a rank without cells a single compartment, which keeps it in step.
    compartments, recorders, detectors : (k,) int64
        Where they are in the whole model; none of a rank without cells.
    """

    model: CompiledModel
    compartments: IntArray
    recorders: IntArray
    detectors: IntArray


def share_out(model: CompiledModel, n: int) -> list[Share]:
    """Divide the trees of a model among ``n`` ranks, so that each has about as much to do.

    Trees with a gap junction between them, or a connection whose delay is below two time steps,
    stay together. Where there are point neurons beside the cells, the first rank has all.
    """
    tree = _tree_of_section(model.section_parent)
    size = np.bincount(tree, weights=model.section_nseg).astype(np.int64)
    together = _joined(model, tree)
    rank = _balanced(np.bincount(together, weights=size), n)[together]
    return [_share(model, rank[tree] == i, is_idle=not (rank == i).any()) for i in range(n)]


def _tree_of_section(parent: IntArray) -> IntArray:
    root = follow(np.where(parent < 0, np.arange(len(parent)), parent))
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


def _joined(model: CompiledModel, tree: IntArray) -> IntArray:
    """Return for each tree its inseparable group."""
    if model.network is not None:
        return np.zeros(int(tree.max()) + 1, dtype=np.int64)
    tree_of = np.repeat(tree, model.section_nseg)
    pairs = [gaps.compartments for gaps in model.gaps]
    for drive in model.drives:
        if isinstance(drive, CompiledCrossings):
            short = drive.delay < shortest_apart(model.run.dt)
            target = model.point_processes[drive.target].compartment
            pairs.append(np.stack([drive.compartment[short], target[short]], axis=1))
    a, b = tree_of[np.concatenate([np.empty((0, 2), np.int64), *pairs])].T
    return _components(a, b, int(tree.max()) + 1)


def ranks_of_neurons(network: CompiledNetwork, n: int) -> IntArray:
    """Return which of ``n`` ranks runs each neuron of a point network, by what arrives at it.

    Neurons with an edge that takes no time between them stay together.
    """
    at_once = network.delay <= _AT_ONCE
    together = _components(network.source[at_once], network.target[at_once], network.n_neurons)
    arrivals = np.bincount(network.target, minlength=network.n_neurons) + 1.0
    return _balanced(np.bincount(together, weights=arrivals), n)[together]


def _components(a: IntArray, b: IntArray, n: int) -> IntArray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    return np.asarray(connected_components(coo_array((np.ones(len(a)), (a, b)), (n, n)))[1])


def _balanced(size: npt.NDArray[Any], n: int) -> IntArray:
    """Return a rank for each group: the largest first, each to who has least."""
    rank = np.zeros(len(size), dtype=np.int64)
    loads = [(0.0, i) for i in range(n)]  # a heap: whoever has least is first
    for group in np.argsort(-size, kind="stable").tolist():
        load, least = loads[0]
        rank[group] = least
        heapreplace(loads, (load + size[group], least))
    return rank


def _share(model: CompiledModel, is_own: Mask, *, is_idle: bool) -> Share:
    nothing = np.empty(0, dtype=np.int64)
    if is_idle:
        return Share(_one_compartment(model), nothing, nothing, nothing)
    nseg = model.section_nseg
    own_compartment = np.repeat(is_own, nseg)
    place = np.cumsum(own_compartment) - 1  # in the part
    section_place = np.cumsum(is_own) - 1
    n_points = np.diff(model.point_start)
    parent = model.section_parent[is_own]
    own_processes = [own_compartment[batch.compartment] for batch in model.point_processes]
    recorders = [
        i for i, recorder in enumerate(model.recorders) if own_compartment[recorder.compartment]
    ]
    detectors = [
        i for i, detector in enumerate(model.detectors) if own_compartment[detector.compartment]
    ]
    drives = (_drive(drive, own_processes[drive.target]) for drive in model.drives)
    part = dataclasses.replace(
        model,
        section_parent=np.where(parent < 0, -1, section_place[parent]),
        section_parent_x=model.section_parent_x[is_own],
        section_nseg=nseg[is_own],
        section_ra=model.section_ra[is_own],
        point_start=np.concatenate([[0], np.cumsum(n_points[is_own])]),
        points=model.points[np.repeat(is_own, n_points)],
        compartment_start=np.concatenate([[0], np.cumsum(nseg[is_own])]),
        cm=model.cm[own_compartment],
        compartment_of_node=nothing,
        run=dataclasses.replace(model.run, threads=1),
        mechanisms=tuple(
            dataclasses.replace(
                mechanism,
                sections=section_place[mechanism.sections[is_own[mechanism.sections]]],
                parameters=_rows_of(
                    mechanism.parameters,
                    own_compartment[_compartments(model, mechanism.sections)],
                ),
            )
            for mechanism in model.mechanisms
        ),
        ion_styles=tuple(
            dataclasses.replace(
                style, sections=section_place[style.sections[is_own[style.sections]]]
            )
            for style in model.ion_styles
        ),
        point_processes=tuple(
            _batch(batch, own, place)
            for batch, own in zip(model.point_processes, own_processes, strict=True)
        ),
        drives=tuple(drive for drive in drives if drive is not None),
        gaps=tuple(_gaps(gaps, own_compartment, place) for gaps in model.gaps),
        recorders=tuple(_recorder(model.recorders[i], own_processes, place) for i in recorders),
        detectors=tuple(
            dataclasses.replace(detector, compartment=int(place[detector.compartment]))
            for detector in (model.detectors[i] for i in detectors)
        ),
        sources=_sources(model, own_compartment, place),
    )
    return Share(
        part,
        np.flatnonzero(own_compartment),
        np.array(recorders, dtype=np.int64),
        np.array(detectors, dtype=np.int64),
    )


def _compartments(model: CompiledModel, sections: IntArray) -> IntArray:
    """Return the compartments of sections, in order."""
    nseg = model.section_nseg[sections]
    within = np.arange(nseg.sum()) - np.repeat(np.cumsum(nseg) - nseg, nseg)
    compartments: IntArray = np.repeat(model.compartment_start[sections], nseg) + within
    return compartments


def _batch(batch: CompiledPointProcesses, own: Mask, place: IntArray) -> CompiledPointProcesses:
    return dataclasses.replace(
        batch,
        compartment=place[batch.compartment[own]],
        parameters=_rows_of(batch.parameters, own),
    )


def _rows_of(parameters: _Parameters, own: Mask) -> _Parameters:
    return tuple((name, values[own]) for name, values in parameters)


def _recorder(
    recorder: CompiledRecorder, own_processes: list[Mask], place: IntArray
) -> CompiledRecorder:
    process = -1
    if recorder.batch >= 0:
        process = int(own_processes[recorder.batch][: recorder.process].sum())
    return dataclasses.replace(
        recorder, compartment=int(place[recorder.compartment]), process=process
    )


def _drive(drive: CompiledDrive, own: Mask) -> CompiledDrive | None:
    if not own.any():
        return None
    if isinstance(drive, CompiledCrossings):
        return CompiledArrivals(
            drive.target, drive.compartment[own], drive.weight[own], drive.delay[own]
        )
    if isinstance(drive, CompiledArrivals | CompiledTrains | CompiledEvents):
        per_process = ("gid",) if isinstance(drive, CompiledArrivals) else ("train",)
        names = (*per_process, "weight", "delay")
        return dataclasses.replace(drive, **{name: getattr(drive, name)[own] for name in names})
    if isinstance(drive, CompiledNoise) and len(drive.stream) == len(own):
        return dataclasses.replace(drive, stream=drive.stream[own])
    return drive


def _gaps(gaps: CompiledGaps, own_compartment: Mask, place: IntArray) -> CompiledGaps:
    own = own_compartment[gaps.compartments[:, 0]]
    return CompiledGaps(place[gaps.compartments[own]], gaps.conductance[own])


def _sources(model: CompiledModel, own_compartment: Mask, place: IntArray) -> CompiledSources:
    threshold: dict[int, float] = {}
    for drive in model.drives:
        if isinstance(drive, CompiledCrossings):
            own = drive.compartment[own_compartment[drive.compartment]]
            threshold.update(dict.fromkeys(own.tolist(), drive.threshold))
    gid = np.array(list(threshold), dtype=np.int64)
    return CompiledSources(gid, place[gid], np.array(list(threshold.values()), dtype=np.float64))


def _one_compartment(model: CompiledModel) -> CompiledModel:
    return CompiledModel(
        section_parent=np.array([-1]),
        section_parent_x=np.zeros(1),
        section_nseg=np.array([1]),
        section_ra=np.array([100.0]),
        point_start=np.array([0, 2]),
        points=np.array([[0.0, 0, 0, 1], [1, 0, 0, 1]]),
        compartment_start=np.array([0, 1]),
        cm=np.ones(1),
        compartment_of_node=np.empty(0, dtype=np.int64),
        run=dataclasses.replace(model.run, threads=1),
        library=model.library,
        globals=model.globals,
        frames=model.frames,
        sources=CompiledSources(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)),
    )
