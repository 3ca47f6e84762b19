"""The run with all frames delivered, against the same model in a bare NEURON script.

    python benchmarks/running.py

Bare: the same sections, compartments, mechanisms and stimuli in a separate process, `finitialize`
and one `psolve` to the end, nothing recorded. Ours: `simulate` in its child process, with every
compartment every 0.1 ms and all recorders, until the caller has the result; "before" is compiling,
handing over and building (which the bare time leaves out), "run" is what follows. The ratios are
medians over pairs of runs.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fly
import numpy as np
from timing import machine, milliseconds, table

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine import ChildEngine, Simulation
from napari_neuron.engine.handover import read_model, write_model

REPEATS = 11
CASES = [(10, 1000), (1, 500), (0.5, 300)]
"""Longest compartment (um) and duration (ms)."""


def bare_runs(folder: Path) -> None:
    """Build the model in ``folder``, run it once per line of input, print the seconds."""
    from neuron import h

    from napari_neuron.engine.neuron_model import NeuronModel

    model = read_model(folder)
    for _ in sys.stdin:
        with NeuronModel(model):
            context = h.ParallelContext()
            context.set_maxstep(10)
            start = time.perf_counter()
            h.finitialize(model.run.v_init)
            context.psolve(model.run.n_steps * model.run.dt)
            print("seconds", time.perf_counter() - start, flush=True)


def our_run(
    cells: nn.Morphology | list[nn.Morphology], experiment: nn.Experiment, engine: ChildEngine
) -> list[float]:
    """Return the seconds until the first frame and those from there to the end."""
    start = time.perf_counter()
    simulation = Simulation(cells, experiment, engine)
    begun = None
    for advanced in simulation:
        if begun is None and advanced.n_frames:
            begun = time.perf_counter()
    assert begun is not None
    return [begun - start, time.perf_counter() - begun]


def against_a_bare_script() -> None:
    """Print a table for three fineness of compartments."""
    cell, experiment = fly.cell_and_experiment()
    rows = []
    for length, duration in CASES:
        shorter = experiment.replace(
            discretisation=nn.MaximumLength(length=length),
            run=experiment.run.replace(duration=duration),
        )
        model = compile_experiment([cell], shorter.replace(recorders=()))
        with tempfile.TemporaryDirectory() as folder:
            write_model(model, Path(folder))
            bare, before, run = np.median(pairs(cell, shorter, folder), axis=0)
        rows.append(
            [
                f"{model.n_compartments:,} compartments, {duration} ms",
                milliseconds(bare),
                milliseconds(before),
                milliseconds(run * bare),
                f"{run:.2f}",
                f"{before / bare + run:.2f}",
                "at most 1.10",
            ]
        )
    header = ["fly neuron", "bare psolve", "before", "run", "run / bare", "all / bare", "wanted"]
    print(table(header, rows))


def pairs(
    cells: nn.Morphology | list[nn.Morphology],
    experiment: nn.Experiment,
    folder: str,
    repeats: int = REPEATS,
) -> np.ndarray:
    """Return a row for each pair of runs: bare (s), ours before the run (s), ours / bare."""
    rows = []
    command = [sys.executable, str(Path(__file__).with_name("running.py")), "--bare", folder]
    engine = ChildEngine()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as script:
        assert script.stdin is not None
        assert script.stdout is not None
        for _ in range(repeats + 1):
            script.stdin.write("\n")
            script.stdin.flush()
            line = next(line for line in script.stdout if line.startswith("seconds"))
            bare = float(line.split()[1])
            before, run = our_run(cells, experiment, engine)
            rows.append([bare, before, run / bare])
        script.stdin.close()
    engine.close()
    return np.array(rows[1:])  # the first warms up


def memory_of_a_long_run() -> None:
    """Print what 1000 ms with a frame every 0.1 ms cost in memory and on disk."""
    done = subprocess.run(
        [sys.executable, __file__, "--one-run"], check=True, capture_output=True, text=True
    )
    before, after, frames, size = map(float, done.stdout.split())
    print("### Memory of a 1 s run\n")
    print(
        f"{frames:,.0f} frames take {size / 2**20:.0f} MiB in a memory-mapped temporary file "
        "(4 bytes per compartment and frame). Peak memory of the calling process (resident, "
        f"mapped pages included): {before / 2**10:.0f} MiB before the run, {after / 2**10:.0f} MiB "
        "after it, with every frame touched once.\n"
    )


def one_run() -> None:
    """Do one run of 1000 ms and print peak memory (KiB) before and after, frames, bytes."""
    cell, experiment = fly.cell_and_experiment()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = nn.simulate(cell, experiment)
    result.voltage.max()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(before, after, len(result.time), result.voltage.nbytes)


if __name__ == "__main__":
    if "--one-run" in sys.argv:
        one_run()
    elif "--bare" in sys.argv:
        bare_runs(Path(sys.argv[-1]))
    else:
        print("### The run with all frames delivered\n")
        print(__doc__.split("\n\n")[2] + "\n")
        against_a_bare_script()
        memory_of_a_long_run()
        print(f"Measured on {machine()} by `{Path(__file__).name}`.")
