"""Ten thousand synapses: from the table to the initialised model.

    python benchmarks/synapses.py

A cable of 500 compartments. "specs" is what `SynapseTable` makes, "compile" `compile_experiment`,
"build" NEURON's objects and "initialise" finitialize; the bare cell is taken off the last two.
"""

import time

import numpy as np
import pandas as pd
from neuron import h
from timing import machine, milliseconds, table

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.read_synapses import read_synapses
from napari_neuron.engine.neuron_model import NeuronModel

N = 10_000


def cable() -> nn.Morphology:
    """Return a straight cable of 5 mm."""
    n = 5001
    position = np.zeros((n, 3))
    position[:, 0] = np.arange(n)
    return nn.Morphology(
        node_id=np.arange(n),
        parent=np.arange(n) - 1,
        swc_type=np.zeros(n),
        position=position,
        radius=np.ones(n),
    )


def connectors(cell: nn.Morphology) -> pd.DataFrame:
    """Return a table of synapses of 800 partners beside the cable."""
    random = np.random.default_rng(1)
    place = cell.position[random.integers(0, len(cell), N)] + random.normal(0, 0.1, (N, 3))
    return pd.DataFrame(place, columns=list("xyz")).assign(
        partner=random.integers(0, 800, N),
        weight=random.integers(1, 9, N),
        time=random.uniform(0, 50, N),
    )


def main() -> None:
    """Print a table of the ways to activate them."""
    assert h is not None  # imported before any clock runs
    cell = cable()
    frame = connectors(cell)
    read_synapses(frame, cell)  # imports scipy
    start = time.perf_counter()
    synapses = read_synapses(frame, cell)
    print(f"### Ten thousand synapses\n\n{machine()}\n")
    print(f"Reading and snapping {N:,} rows: {milliseconds(time.perf_counter() - start)}\n")

    def placed(events: object, **fields: object) -> nn.Synapse:
        return nn.Synapse(nodes=(0,), events=events, **fields)

    noisy = nn.EventTrain(noise=1, number=20, interval=50)
    poisson = nn.PoissonEvents(rate=20)
    ways = {
        "NetStim for each": lambda: synapses.at_once(placed(noisy)),
        "NetStim, one for all": lambda: synapses.at_once(placed(noisy, shared=True)),
        "Poisson at 20 Hz for each": lambda: synapses.at_once(placed(poisson)),
        "Poisson for each partner": lambda: synapses.by_partner(placed(poisson), weighted=True),
        "once each, at times of the table": lambda: synapses.at_once(
            placed(nn.SpikeTimes(times=(0,))), timed=True, weighted=True
        ),
        "AlphaSynapse, all at 250 ms": lambda: synapses.in_groups(
            nn.AlphaSynapse(nodes=(0,)), (0, N), (50, 250)
        ),
    }
    rows = []
    for name, way in ways.items():
        marks = [time.perf_counter()]
        stimuli = way()
        marks.append(time.perf_counter())
        experiment = nn.Experiment(
            stimuli=stimuli,
            discretisation=nn.MaximumLength(length=10),
            run=nn.RunSettings(duration=1000),
        )
        model = compile_experiment([cell], experiment)
        marks.append(time.perf_counter())
        with NeuronModel(model) as neuron:
            marks.append(time.perf_counter())
            neuron.initialise()
            marks.append(time.perf_counter())
        rows.append([name, *(milliseconds(t) for t in np.diff(marks)), milliseconds(np.ptp(marks))])
    print(table(["activation", "specs", "compile", "build", "initialise", "together"], rows))


if __name__ == "__main__":
    main()
