"""`RankEngine`: one model on all ranks of an MPI job, its results on rank 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.compile.share import Share, share_out
from napari_neuron.engine.neuron_model import NeuronModel
from napari_neuron.engine.protocol import Advanced, EngineEvent, Finished, Started
from napari_neuron.engine.rank_network import run_network
from napari_neuron.engine.ranks import Ranks
from napari_neuron.engine.recording import nowhere
from napari_neuron.engine.sampling import Sampling
from napari_neuron.engine.stepping import PROGRESS_INTERVAL, blow_up, first_absurd
from napari_neuron.engine.versions import versions
from napari_neuron.errors import SimulationError

FrameArray = npt.NDArray[np.float32]

_MOST_GATHERED = 2**28
"""Largest number of bytes of frames that ranks send together."""


class RankEngine:
    """Runs compiled models on all ranks; every rank must run the same.

    Rank 0 yields what an engine yields. The others yield `Started`, with arrays that stay empty,
    and `Finished`.

    Parameters
    ----------
    ranks
        Of this job.

    Attributes
    ----------
    has_begun : bool
        Whether all ranks are in a run; from then on no rank can fail without the others.
    """

    def __init__(self, ranks: Ranks) -> None:
        self._ranks = ranks
        self._in_use = ranks.n
        self.has_begun = False

    @property
    def provenance(self) -> Mapping[str, str]:
        """Versions of the simulator, and how many ranks had work."""
        return {**versions(), "threads": "1", "ranks": f"{self._in_use} of {self._ranks.n}"}

    def run(self, model: CompiledModel | CompiledNetwork) -> Iterator[EngineEvent]:
        """Build and integrate ``model``; see `napari_neuron.engine.protocol.Engine`."""
        frames = np.zeros((model.run.n_frames, model.n_compartments), dtype=np.float32)
        samples = np.zeros(model.samples_shape)
        more = {name: np.zeros_like(frames) for name in model.frames}
        yield Started(frames, samples, more)
        if isinstance(model, CompiledNetwork):
            self._ranks.agree()
            self.has_begun = True
            self._in_use = min(self._ranks.n, model.n_neurons)
            yield from run_network(self._ranks, model, frames)
            return
        shares = share_out(model, self._ranks.n)
        self._in_use = sum(len(share.compartments) > 0 for share in shares)
        own = shares[self._ranks.id]
        self._ranks.agree()
        self.has_begun = True
        neuron = self._build(own)
        with neuron:
            whole = _Whole(model, shares, frames, samples, more)
            yield from _Run(self._ranks, model, own, neuron).steps(whole)

    def _build(self, own: Share) -> NeuronModel:
        """Build on all ranks, or on none."""
        problem = None
        try:
            neuron = NeuronModel(own.model)
        except SimulationError as error:
            problem = error
        self._ranks.agree(problem)
        return neuron

    def close(self) -> None:
        """There is nothing to release: MPI ends with the process."""


class _Whole:
    """Collects on rank 0 what all ranks have."""

    def __init__(
        self,
        model: CompiledModel,
        shares: list[Share],
        frames: FrameArray,
        samples: npt.NDArray[np.float64],
        more: Mapping[str, FrameArray],
    ) -> None:
        self.frames, self.more = frames, more
        self.sampling = Sampling(model, samples)
        self._model, self._shares = model, shares
        self._n_recorders = len(model.recorders)

    def put(self, first: int, parts: list[Any]) -> tuple[int, dict[str, npt.NDArray[np.float64]]]:
        """Keep frames from number ``first`` on and samples; return frames and new spikes."""
        n = 0
        of_points: dict[str, npt.NDArray[np.float64]] = {}
        taken: list[Any] = [None] * (self._n_recorders + len(self._model.detectors))
        for share, (frames, more, samples, points) in zip(self._shares, parts, strict=True):
            if not len(share.compartments):
                continue
            n = len(frames)
            of_points |= points
            self.frames[first : first + n, share.compartments] = frames
            for name, values in more.items():
                self.more[name][first : first + n, share.compartments] = values
            places = (*share.recorders.tolist(), *(share.detectors + self._n_recorders).tolist())
            for place, values in zip(places, samples, strict=True):
                taken[place] = values
        return n, self.sampling.take(taken) | of_points

    def units(self, parts: list[tuple[str, ...]]) -> tuple[str, ...]:
        """Put the units of recorders and frames in the order of the whole model."""
        units = [""] * self._n_recorders
        of_frames: tuple[str, ...] = ()
        for share, found in zip(self._shares, parts, strict=True):
            for place, unit in zip(share.recorders.tolist(), found, strict=False):
                units[place] = unit
            of_frames = found[len(share.recorders) :]
        return (*units, *of_frames)


class _Run:
    """One rank's side of a run, in step with the others."""

    def __init__(self, ranks: Ranks, model: CompiledModel, own: Share, neuron: NeuronModel) -> None:
        self._ranks, self._model, self._own, self._neuron = ranks, model, own, neuron
        run = model.run
        shape = (run.n_frames, own.model.n_compartments)
        self._more = {name: np.zeros(shape, np.float32) for name in model.frames}
        bytes_per_frame = 4 * (1 + len(model.frames)) * model.n_compartments
        self._most_steps = max(1, _MOST_GATHERED // bytes_per_frame) * run.steps_per_frame

    def steps(self, whole: _Whole) -> Iterator[Advanced | Finished]:
        """Step through the run; rank 0 says how far all go before they meet."""
        ranks, run = self._ranks, self._model.run
        first = self._neuron.initialise().astype(np.float32)[None]
        recording = self._neuron.recording
        recording.write_frame(0, self._more)
        absent = ranks.gather(recording.absent)
        if absent is not None:
            missing = set.intersection(*map(set, absent))
            problem = SimulationError(nowhere(min(missing))) if missing else None
            ranks.agree(problem)
        else:
            ranks.agree()
        units = ranks.gather(recording.units)
        parts = ranks.gather(self._part(0, first, 0.0))
        if parts is not None and units is not None:
            whole.put(0, parts)
            yield Advanced(0.0, 1, 1, units=whole.units(units))
        n_frames, step, n_at_once = 1, 0, 1
        lost: Exception | None = None
        while step < run.n_steps:
            begun = perf_counter()
            n = ranks.broadcast(0 if lost else min(n_at_once, run.n_steps - step))
            if not n:
                break
            part = self._advance(step, n, n_frames)
            step += n
            parts = ranks.gather(part)
            if parts is None:
                n_frames += len(part[0])
                continue
            n_new, spikes = whole.put(n_frames, parts)
            n_possible = first_absurd(whole.frames[n_frames : n_frames + n_new])
            if n_possible < n_new:
                place = n_frames + n_possible
                lost = blow_up(whole.frames[place], place * run.steps_per_frame * run.dt)
            n_frames += n_possible
            known = step if lost is None else (n_frames - 1) * run.steps_per_frame
            yield Advanced(known * run.dt, n_frames, known + 1, spikes)
            taken = perf_counter() - begun
            if taken < PROGRESS_INTERVAL / 2:
                n_at_once = min(2 * n_at_once, self._most_steps)
            elif taken > PROGRESS_INTERVAL:
                n_at_once = max(1, n_at_once // 2)
        if lost is not None:
            raise lost
        yield Finished(whole.sampling.spikes())

    def _advance(self, step: int, n: int, n_frames: int) -> tuple[Any, Any, Any, Any]:
        recording, voltages = self._neuron.recording, self._neuron.recording.voltages
        frames = [np.empty((0, self._own.model.n_compartments), np.float32)]
        end = step + n
        while step < end:
            step = recording.advance(step, end - step, self._more)
            if not voltages.room or step == end:
                frames.append(voltages.take().copy())
        return self._part(n_frames, np.concatenate(frames), end * self._model.run.dt)

    def _part(self, first: int, frames: FrameArray, time: float) -> tuple[Any, Any, Any, Any]:
        """Return what there is new up to a time; ``frames`` from number ``first`` on."""
        end = first + len(frames)
        more = {name: values[first:end] for name, values in self._more.items()}
        samples = self._neuron.recording.take_samples()
        return frames, more, samples, self._neuron.point_spikes(time)
