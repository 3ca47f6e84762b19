"""``napari-neuron run``: runs an experiment or a network from a file and saves the result.

Under ``mpiexec -n 4``, all ranks read the same files and share the cells; rank 0 writes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path

from napari_neuron.engine.protocol import Engine
from napari_neuron.errors import NapariNeuronError, SimulationError
from napari_neuron.result.nwb import is_nwb, require_pynwb


def run(options: argparse.Namespace) -> int:
    """Run the command and return the exit status; the options are those of the parser."""
    from napari_neuron.engine.ranks import ranks_started

    if options.mpi or ranks_started() > 1:
        _run_as_rank(options)
    require_writable(options.output)
    return _run(options, None)


def require_writable(path: Path) -> None:
    """Refuse, before anything is simulated, a path no result can be written to.

    Raises
    ------
    NapariNeuronError
        If the folder does not exist or is not writable, or the path is not a file; or if
        NWB is asked for and pynwb is not installed.
    """
    if is_nwb(path):
        require_pynwb()
    folder = path.absolute().parent
    if not folder.is_dir():
        raise NapariNeuronError(f"{path}: the folder to write this file into does not exist")
    if path.exists() and not path.is_file():
        raise NapariNeuronError(f"{path}: this is not a file and cannot be replaced")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NapariNeuronError(f"{path}: cannot be written there: {error.strerror}") from None


def show_progress(fraction: float) -> None:
    """Show the progress of a run, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%}", end="", file=sys.stderr, flush=True)


def _run_as_rank(options: argparse.Namespace) -> None:
    """Run as one of several ranks, and end the process: MPI lets no rank leave alone."""
    from napari_neuron.engine.rank_engine import RankEngine
    from napari_neuron.engine.ranks import RankError, Ranks, in_one_line

    ranks = Ranks()
    engine = RankEngine(ranks)
    status = 1
    try:
        try:
            status = _run(options, engine, writes=ranks.id == 0)
        except Exception as error:
            if isinstance(error, RankError) or engine.has_begun:
                raise
            ranks.agree(error)
    except RankError as error:
        if ranks.id == 0:  # the others know, and would say the same
            _tell(options, in_one_line(error))
    except Exception as error:
        where = f"rank {ranks.id}: " if ranks.id else ""
        _tell(options, where + in_one_line(error))
    ranks.leave(status)


def _tell(options: argparse.Namespace, problem: str) -> None:
    if options.debug:
        traceback.print_exc()
    print(f"napari-neuron: {problem}", file=sys.stderr, flush=True)


def _run(options: argparse.Namespace, engine: Engine | None, *, writes: bool = True) -> int:
    if not writes:
        options.quiet = True
    if _is_network(options.experiment):
        return _run_network(options, engine, writes)
    return _run_experiment(options, engine, writes)


def _run_experiment(options: argparse.Namespace, engine: Engine | None, writes: bool) -> int:
    from napari_neuron.compile.cells import read_cells
    from napari_neuron.engine import simulate
    from napari_neuron.spec import Experiment

    experiment = Experiment.load(options.experiment)
    if options.threads is not None:
        experiment = experiment.replace(run=experiment.run.replace(threads=options.threads))
    cells = read_cells(experiment, options.experiment.parent)
    try:
        result = simulate(
            cells, experiment, engine=engine, progress=None if options.quiet else show_progress
        )
    except SimulationError as error:
        if writes and error.partial is not None and error.partial.n_frames:
            error.partial.save(options.output)
            kept = f"{error} The {error.partial.n_frames} frames so far are in {options.output}."
            raise NapariNeuronError(kept) from error
        raise
    finally:
        _end_progress(options)
    if writes:
        result.save(options.output)
    if not options.quiet:
        n_spikes = sum(len(times) for times in result.spikes.values())
        print(
            f"{options.output}: {result.n_frames} frames of {result.voltage.shape[1]} "
            f"compartments, {len(result.traces)} traces, {n_spikes} spikes; "
            + _how(result.provenance)
        )
    return 0


def _run_network(options: argparse.Namespace, engine: Engine | None, writes: bool) -> int:
    from napari_neuron.engine.network_run import simulate_network
    from napari_neuron.spec.point_network import PointNetwork

    if options.threads not in (None, 1):
        raise NapariNeuronError(
            "--threads: a network of point neurons runs in one thread. Leave it out, or start "
            "ranks: mpiexec -n 4 napari-neuron run ..."
        )
    network = PointNetwork.load(options.experiment)
    try:
        result = simulate_network(
            network, engine=engine, progress=None if options.quiet else show_progress
        )
    except SimulationError as error:
        if writes and error.partial is not None:
            error.partial.save(options.output)
            kept = f"{error} The {error.partial.simulated:g} ms so far are in {options.output}."
            raise NapariNeuronError(kept) from error
        raise
    finally:
        _end_progress(options)
    if writes:
        result.save(options.output)
    if not options.quiet:
        print(
            f"{options.output}: {len(network.neurons)} neurons, {len(network.edges)} edges, "
            f"{len(result.spike_time)} spikes in {result.simulated:g} ms; "
            + _how(result.provenance)
        )
        if "ranks" in result.provenance and network.events_can_meet:
            print(
                "note: edges onto one neuron have equal delays. NEURON decides the order of "
                "simultaneous events, so another number of ranks may give other spikes. "
                "PointNetwork.spread_delays avoids that."
            )
    return 0


def _how(provenance: Mapping[str, str]) -> str:
    """Describe how a run was divided."""
    if "ranks" in provenance:
        return f"ranks: {provenance['ranks']}"
    return f"threads: {provenance.get('threads', '1')}"


def _end_progress(options: argparse.Namespace) -> None:
    if not options.quiet and sys.stderr.isatty():
        print(file=sys.stderr)


def _is_network(path: Path) -> bool:
    from napari_neuron.spec.point_network import is_point_network

    try:
        return is_point_network(json.loads(path.read_bytes()))
    except (ValueError, RecursionError):
        return False  # `Experiment.load` says what is wrong with it
