"""Runs NEURON in the calling process: for scripts, tests and debuggers.

A window would freeze while NEURON integrates in its process, so windows use `ChildEngine`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.protocol import EngineEvent, Started
from napari_neuron.engine.versions import versions
from napari_neuron.errors import SimulationError


class InProcessEngine:
    """Runs compiled models with the NEURON of this process.

    The process must hold no NEURON sections of its own; after a run it holds none again.
    """

    def __init__(self) -> None:
        self._closed = False

    @property
    def provenance(self) -> Mapping[str, str]:
        """Versions of what integrates."""
        return {**versions(), "threads": "1"}

    def run(self, model: CompiledModel | CompiledNetwork) -> Iterator[EngineEvent]:
        """Build and integrate ``model``; see `napari_neuron.engine.protocol.Engine`."""
        if self._closed:
            raise SimulationError("this engine was closed; create another")
        from napari_neuron.engine.stepping import integrate

        if isinstance(model, CompiledModel):
            # NEURON's threads come with its own SIGALRM handler, which this process may need.
            model = dataclasses.replace(model, run=dataclasses.replace(model.run, threads=1))

        frames = np.zeros((model.run.n_frames, model.n_compartments), dtype=np.float32)
        samples = np.zeros(model.samples_shape)
        more_frames = {name: np.zeros_like(frames) for name in model.frames}
        yield Started(frames, samples, more_frames)

        def write(first: int, block: npt.NDArray[np.float32]) -> None:
            frames[first : first + len(block)] = block

        yield from integrate(model, write, samples, more_frames)

    def close(self) -> None:
        """Refuse further runs; there is nothing to release."""
        self._closed = True
