"""Arrays for what drives point processes; the child imports this file with numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CompiledTrains:
    """Spike trains (NetStim) that drive the processes of a batch.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    start, interval, number, noise : (n_trains,) float64
        NetStim's parameters (ms, ms, count, 0 to 1).
    stream : (n_trains, 3) int64
        Random123 ids of each train's stream.
    train : (k,) int64
        The train that drives each process of the batch.
    weight, delay : (k,) float64
        Of each connection (µS, ms).
    """

    target: int
    start: FloatArray
    interval: FloatArray
    number: FloatArray
    noise: FloatArray
    stream: IntArray
    train: IntArray
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledEvents:
    """Trains of known times that drive the processes of a batch.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    times : (n_events,) float64
        ms; those of train i are ``times[first[i]:first[i + 1]]``, ascending.
    first : (n_trains + 1,) int64
        See ``times``.
    train, weight, delay : (k,)
        As in `CompiledTrains`.
    """

    target: int
    times: FloatArray
    first: IntArray
    train: IntArray
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledCrossings:
    """Processes of a batch driven when v of compartments crosses ``threshold`` from below.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    compartment : (k,) int64
        Whose voltage drives each process of the batch.
    threshold : float
        mV.
    weight, delay : (k,) float64
        As in `CompiledTrains`.
    """

    target: int
    compartment: IntArray
    threshold: float
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledArrivals:
    """Processes of a batch driven by spikes that may come from other ranks.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    gid : (k,) int64
        The source of each, see `CompiledSources`.
    weight, delay : (k,) float64
        As in `CompiledTrains`.
    """

    target: int
    gid: IntArray
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledPointSpikes:
    """Processes of a batch driven by point neurons of the same model.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    neuron : (k,) int64
        Row of the point neuron that drives each process.
    weight, delay : (k,) float64
        As in `CompiledTrains`.
    """

    target: int
    neuron: IntArray
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledPointTargets:
    """Point neurons driven when v of compartments crosses ``threshold`` from below.

    Attributes
    ----------
    compartment, neuron : (k,) int64
        Whose voltage, and the row of the point neuron.
    threshold : float
        mV.
    weight, delay : (k,) float64
        In the measure of the neuron's model; ms.
    """

    compartment: IntArray
    neuron: IntArray
    threshold: float
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledSources:
    """Where one rank's cells send spikes from, by numbers that all ranks know.

    Attributes
    ----------
    gid, compartment : (k,) int64
        The number, and whose voltage is watched.
    threshold : (k,) float64
        mV.
    """

    gid: IntArray
    compartment: IntArray
    threshold: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledWaveform:
    """A variable of all processes of a batch that follows a waveform.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    variable : str
        NEURON's name ("amp").
    time : (m,) float64
        ms, ascending, equal times are jumps; empty if ``values`` are one per time step.
    values : (m,) or (n_steps,) float64
        With straight lines between the times, or held for one step each.
    """

    target: int
    variable: str
    time: FloatArray
    values: FloatArray


@dataclass(frozen=True, eq=False)
class CompiledNoise:
    """A variable of the processes of a batch that follows Ornstein-Uhlenbeck noise.

    The values are made by the engine (see `napari_neuron.compile.noise`), not handed over.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``.
    variable : str
        NEURON's name ("amp").
    mean, sigma, tau : float
        Of the process; tau in ms.
    first_step, n_steps : int
        The time steps in which it holds; it is 0 in the others.
    stream : (k, 3) or (1, 3) int64
        Random123 ids for each process, or for all of them.
    """

    target: int
    variable: str
    mean: float
    sigma: float
    tau: float
    first_step: int
    n_steps: int
    stream: IntArray


CompiledDrive = (
    CompiledTrains
    | CompiledEvents
    | CompiledCrossings
    | CompiledArrivals
    | CompiledPointSpikes
    | CompiledWaveform
    | CompiledNoise
)
