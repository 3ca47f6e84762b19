"""The run with all frames delivered, against the same model in a bare NEURON script.

    python benchmarks/running.py

Bare: the same sections, compartments, mechanisms and stimuli, `finitialize` and one `psolve`
to the end, nothing recorded. Ours: `simulate` in its child process, with every compartment every
0.1 ms, all recorders, handing over and building, until the result is in the caller's hands.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import fly
from neuron import h
from timing import in_turns, machine, milliseconds, table

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine import ChildEngine
from napari_neuron.engine.neuron_model import NeuronModel

REPEATS = 5


def bare_run(cell: nn.Morphology, experiment: nn.Experiment) -> float:
    """Return the seconds that finitialize and one psolve take, frames and recorders apart."""
    bare = experiment.replace(recorders=())
    with NeuronModel(compile_experiment([cell], bare)):
        context = h.ParallelContext()
        context.set_maxstep(10)
        start = time.perf_counter()
        h.finitialize(experiment.run.v_init)
        context.psolve(experiment.run.duration)
        return time.perf_counter() - start


def against_a_bare_script() -> None:
    """Print a table for three fineness of compartments."""
    cell, experiment = fly.cell_and_experiment()
    rows = []
    for length, duration in [(10, 300), (1, 200), (0.5, 100)]:
        shorter = experiment.replace(
            discretisation=nn.MaximumLength(length=length),
            run=experiment.run.replace(duration=duration),
        )
        n = compile_experiment([cell], shorter).n_compartments
        engine = ChildEngine()
        try:
            times = in_turns(
                {
                    "bare": lambda e=shorter: bare_run(cell, e),
                    "ours": lambda e=shorter, g=engine: nn.simulate(cell, e, engine=g),
                },
                REPEATS,
            )
        finally:
            engine.close()
        rows.append(
            [
                f"{n:,} compartments, {duration} ms",
                milliseconds(times["bare"]),
                milliseconds(times["ours"]),
                f"{times['ours'] / times['bare']:.2f}",
                "at most 1.10",
            ]
        )
    print(table(["fly neuron", "bare psolve", "with all frames", "ratio", "wanted"], rows))


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
    else:
        print("### The run with all frames delivered\n")
        print(__doc__.split("\n\n")[2] + "\n")
        against_a_bare_script()
        memory_of_a_long_run()
        print(f"Measured on {machine()} by `{Path(__file__).name}`.")
