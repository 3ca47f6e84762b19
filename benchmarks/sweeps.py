"""A sweep on warm processes against the same runs one after the other.

    python benchmarks/sweeps.py

Forty runs of 100 ms of the fly neuron, each with another current into its soma. One by one:
`simulate` in a loop, in a child process that stays warm. Sweep: `simulate_many`, its processes
started within the time that counts, on as many as there are cores; and on one, which shows what
the sweep itself costs. Fresh: a new process for each run, as many at a time as there are cores.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import fly
import numpy as np
from timing import in_turns, machine, milliseconds, table

import napari_neuron as nn
from napari_neuron.engine import ChildEngine

N_RUNS, DURATION, REPEATS = 40, 100, 3


def family() -> tuple[nn.Morphology, list[nn.Experiment]]:
    """Return the fly neuron and its experiments."""
    cell, experiment = fly.cell_and_experiment()
    run = experiment.run.replace(duration=DURATION)
    soma = int(cell.node_id[cell.roots[0]])
    recorder = nn.VoltageRecorder(label="soma", node=soma)
    return cell, [
        experiment.replace(
            stimuli=(nn.CurrentPulse(nodes=(soma,), delay=10, duration=80, amplitude=amplitude),),
            recorders=(recorder,),
            run=run,
        )
        for amplitude in np.linspace(0.0, 0.1, N_RUNS)
    ]


def fresh_run(cell: nn.Morphology, experiment: nn.Experiment) -> None:
    """Run in a process of its own."""
    engine = ChildEngine()
    nn.simulate(cell, experiment, engine=engine)
    engine.close()


def main() -> None:
    """Print the table."""
    cell, experiments = family()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    def serial() -> float:
        engine = ChildEngine()
        nn.simulate(cell, experiments[0], engine=engine)  # warm, as it would be in a session
        begun = time.perf_counter()
        for experiment in experiments:
            nn.simulate(cell, experiment, engine=engine)
        taken = time.perf_counter() - begun
        engine.close()
        return taken

    def fresh() -> None:
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(lambda experiment: fresh_run(cell, experiment), experiments))

    contenders = {
        "one by one": serial,
        f"sweep, {cores} processes": lambda: list(nn.simulate_many(cell, experiments)),
        "sweep, 1 process": lambda: list(nn.simulate_many(cell, experiments, processes=1)),
        f"fresh processes, {cores} at a time": fresh,
    }
    times = in_turns(contenders, REPEATS)
    wanted = {f"sweep, {cores} processes": f"at most {1.2 / cores:.2f}" if cores > 1 else ""}
    rows = [
        [
            name,
            milliseconds(taken),
            f"{taken / times['one by one']:.2f}",
            wanted.get(name, ""),
        ]
        for name, taken in times.items()
    ]
    header = [f"{N_RUNS} runs of {DURATION} ms", "time", "to one by one", "wanted"]
    print(table(header, rows))


if __name__ == "__main__":
    print("### Sweeps\n")
    print(__doc__.split("\n\n")[2] + "\n")
    main()
    print(f"Measured on {machine()} by `sweeps.py`.")
