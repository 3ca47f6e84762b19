"""A compiled network: arrays for an engine. The child imports this file with numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CompiledNeurons:
    """Neurons of one model.

    Attributes
    ----------
    mechanism : str
        NEURON's artificial cell.
    rows : (n,) int64
        Which neurons.
    parameters : tuple of (name, (n,) float64)
        One value for each.
    """

    mechanism: str
    rows: IntArray
    parameters: tuple[tuple[str, FloatArray], ...]


@dataclass(frozen=True, eq=False)
class CompiledNetworkRun:
    """Duration and sampling; see `napari_neuron.spec.NetworkRun`."""

    duration: float
    interval: float
    n_frames: int


@dataclass(frozen=True, eq=False)
class CompiledNetwork:
    """Everything an engine needs to build and run a point network.

    Attributes
    ----------
    n_neurons : int
    neurons : tuple of CompiledNeurons
        Every neuron in one of them.
    source, target : (n_edges,) int64
        Rows of neurons.
    weight, delay : (n_edges,) float64
        Scaled; ms.
    train_times : (n_events,) float64
        Of the first train, ascending, then of the second, and so on; ms.
    train_first : (n_trains + 1,) int64
        Those of train i are ``train_times[train_first[i]:train_first[i + 1]]``.
    input_train, input_target : (n_inputs,) int64
        Which train goes to which neuron, without delay.
    input_weight : (n_inputs,) float64
    recorded : (n_recorded,) int64
        Neurons whose m is sampled; the columns of the frames.
    run : CompiledNetworkRun
    """

    n_neurons: int
    neurons: tuple[CompiledNeurons, ...]
    source: IntArray
    target: IntArray
    weight: FloatArray
    delay: FloatArray
    train_times: FloatArray
    train_first: IntArray
    input_train: IntArray
    input_target: IntArray
    input_weight: FloatArray
    recorded: IntArray
    run: CompiledNetworkRun

    # What an engine asks of a `CompiledModel` before it looks inside.

    @property
    def n_compartments(self) -> int:
        """Columns of the frames."""
        return len(self.recorded)

    @property
    def samples_shape(self) -> tuple[int, int]:
        """There are no recorders besides the frames."""
        return 0, 0

    @property
    def frames(self) -> tuple[Any, ...]:
        """There are frames of m only."""
        return ()

    @property
    def library(self) -> str:
        """No compiled MOD files are needed."""
        return ""
