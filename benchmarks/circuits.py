"""Circuits of whole neurons: building, running, and how both grow.

    python benchmarks/circuits.py [--growth]

The five DA1 neurons of examples/da1_circuit.py. Building: from cells and experiment to the first
frame (compiling, handing over, NEURON's objects, finitialize). Running 200 ms: as in running.py,
all frames every 0.1 ms against the same circuit in a bare psolve, which a script runs in one thread
unless it asks for more; ours uses as many threads as help. Growth: more and more copies of the same
five side by side, each group connected like the first; the fastest of three runs.
docs/images/growth.png plots it.
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

import numpy as np
from running import our_run, pairs
from timing import machine, milliseconds, table

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine import ChildEngine
from napari_neuron.engine.handover import write_model
from napari_neuron.engine.neuron_model import threads_of

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
import da1_circuit

REPEATS = 7
FIGURE = Path(__file__).parents[1] / "docs" / "images" / "growth.png"
SIZES = [1, 4, 10, 20]
"""Groups of five neurons."""


def groups(cells: list[nn.Morphology], experiment: nn.Experiment, n: int) -> tuple[list, object]:
    """Return ``n`` copies of a circuit beside each other, 200 µm apart."""
    copies, connections, stimuli = [], [], []
    for number in range(n):
        renamed = {cell.name: f"{cell.name} {number}" for cell in cells}
        shift = np.array([0.0, 200.0 * number, 0.0])
        copies += [
            dataclasses.replace(cell, name=renamed[cell.name], position=cell.position + shift)
            for cell in cells
        ]
        connections += [
            group.replace(
                source_cell=[renamed[name] for name in group.source_cell],
                target_cell=[renamed[name] for name in group.target_cell],
            )
            for group in experiment.connections
        ]
        stimuli += [s.replace(cell=renamed[s.cell]) for s in experiment.stimuli]
    return copies, experiment.replace(connections=connections, stimuli=stimuli, recorders=())


def five() -> None:
    """Print building and running of the five."""
    cells = da1_circuit.five_neurons()
    experiment = da1_circuit.circuit_experiment(cells)
    alone = experiment.replace(run=experiment.run.replace(threads=1))
    n_threads = threads_of(compile_experiment(cells, experiment))
    nodes = sum(map(len, cells))
    rows = []
    for ours, bare in ((alone, alone), (experiment, alone), (experiment, experiment)):
        with tempfile.TemporaryDirectory() as folder:
            write_model(compile_experiment(cells, bare.replace(recorders=())), Path(folder))
            script, before, ratio = np.median(pairs(cells, ours, folder, REPEATS), axis=0)
        threads = [n_threads if one is experiment else 1 for one in (ours, bare)]
        wanted = "at most 1.10" if threads[1] == 1 else ""
        times = [milliseconds(ratio * script), milliseconds(script)]
        rows.append([*map(str, threads), *times, f"{ratio:.2f}", wanted])
    print(f"{nodes:,} nodes; to the first frame {milliseconds(before)}, wanted under 1000 ms.\n")
    header = ["threads of ours", "of the bare script", "ours", "bare psolve", "ratio", "wanted"]
    print(table(header, rows))


def growth() -> None:
    """Print how building and running grow with the number of neurons."""
    cells = da1_circuit.five_neurons()
    experiment = da1_circuit.circuit_experiment(cells)
    duration = 2.0
    rows, measured = [], []
    for n in SIZES:
        copies, larger = groups(cells, experiment, n)
        larger = larger.replace(run=larger.run.replace(duration=duration))
        engine = ChildEngine()
        engine.warm_up()
        times = [our_run(copies, larger, engine) for _ in range(3)]
        memory = peak_memory(engine.pid)
        engine.close()
        build, run = (min(column) for column in zip(*times, strict=True))
        measured.append((sum(map(len, copies)), build, run / duration, memory))
        model = compile_experiment(copies, larger)
        rows.append(
            [
                f"{5 * n}",
                f"{sum(map(len, copies)):,}",
                f"{model.n_compartments:,}",
                milliseconds(build),
                milliseconds(run / duration),
                milliseconds(1e3 * run / duration / model.n_compartments),
                f"{memory:.0f} MiB",
            ]
        )
    header = ["neurons", "nodes", "compartments", "to the first frame", "per ms simulated"]
    header += ["the same, per 1,000 compartments", "peak memory of the child"]
    print(table(header, rows))
    draw(np.array(measured))


def peak_memory(pid: int | None) -> float:
    """Return the most memory that a process has had, MiB; 0 where /proc does not tell."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    return next((int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM")), 0.0)


def draw(measured: np.ndarray) -> None:
    """Draw what was measured against the number of nodes, and the straight line through it."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(9, 3), layout="constrained")
    thousands = measured[:, 0] / 1e3
    titles = ("to the first frame (s)", "one simulated ms (s)", "peak memory of the child (MiB)")
    for axis, title, values in zip(axes, titles, measured[:, 1:].T, strict=True):
        slope, offset = np.polyfit(thousands, values, 1)
        axis.plot(thousands, offset + slope * thousands, color="0.7")
        axis.plot(thousands, values, "o", color="C0")
        axis.set(title=title, xlabel="thousand nodes", ylim=(0, None), xlim=(0, None))
        axis.title.set_fontsize(10)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(FIGURE, dpi=110)


if __name__ == "__main__":
    print("### Circuits of whole neurons\n")
    print(__doc__.split("\n\n")[2] + "\n")
    if "--growth" not in sys.argv:
        five()
    growth()
    print(f"Measured on {machine()}.")
