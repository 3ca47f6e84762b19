"""Point networks: from the table of edges to the first event, and the run.

    python benchmarks/point_networks.py [N_NEURONS N_EDGES] ...

The same random network of IntFire1 neurons, a tenth of them driven regularly at 20 Hz for 100 ms,
three ways: here (the child process included), navis' PointNetwork (the same NEURON objects, made
one by one), and Brian2 (another simulator, with fixed steps of 0.1 ms and compiled code; compiling
is not counted). "build" is everything from the data frame until time 0. navis is left out above
`NAVIS_EDGES`, navis or Brian2 where they are not installed.
"""

import contextlib
import gc
import sys
import time

import numpy as np
import pandas as pd
from timing import machine, table

import napari_neuron as nn
from napari_neuron.engine import ChildEngine
from napari_neuron.engine.network_run import NetworkSimulation

SIZES = ((1_000, 10_000), (3_000, 100_000), (10_000, 1_000_000))
NAVIS_EDGES = 100_000
DURATION, FREQUENCY, WEIGHT = 100.0, 20.0, 1.5


def edges(n_neurons: int, n_edges: int) -> pd.DataFrame:
    """Return random edges, no two of one connection, excitatory on the whole."""
    random = np.random.default_rng(1)
    pairs = random.choice(n_neurons**2, n_edges, replace=False, shuffle=False)
    strength = n_neurons / n_edges
    weight = random.normal(10 * strength, 6 * strength, n_edges)
    return pd.DataFrame(
        {
            "source": pairs // n_neurons,
            "target": pairs % n_neurons,
            "weight": weight,
            "delay": random.uniform(1, 5, n_edges),
        }
    )


def ours(frame: pd.DataFrame, n: int, engine: ChildEngine) -> tuple[float, float, int]:
    """Return seconds to build and to run, and the number of spikes."""
    start = time.perf_counter()
    network = nn.PointNetwork.from_edge_list(
        frame,
        "IntFire1",
        delay="delay",
        neurons=range(n),
        stimuli=(
            nn.TrainStimulus(
                neurons=tuple(range(n // 10)),
                start=0,
                stop=DURATION,
                frequency=FREQUENCY,
                weight=WEIGHT,
            ),
        ),
        run=nn.NetworkRun(duration=DURATION),
    )
    simulation = NetworkSimulation(network, engine)
    built = 0.0
    for advanced in simulation:
        if not built and advanced.n_frames:
            built = time.perf_counter()
    return built - start, time.perf_counter() - built, len(simulation.result.spike_time)


def navis(frame: pd.DataFrame, n: int) -> tuple[float, float, int]:
    """Return the same of navis."""
    from navis.interfaces.neuron import PointNetwork
    from neuron import h

    start = time.perf_counter()
    network = PointNetwork()
    network.add_neurons(range(n), model="IntFire1")
    for source, target, weight, delay in frame.to_numpy():
        network.connect(source, target, weight, delay=delay)
    driven = range(n // 10)
    network.add_stimulus(
        driven, start=0, stop=DURATION, frequency=FREQUENCY, randomness=0, weight=WEIGHT
    )
    h.finitialize()
    built = time.perf_counter()
    network.run_simulation(DURATION)
    return built - start, time.perf_counter() - built, sum(len(x.spk_timings) for x in network)


def brian2(frame: pd.DataFrame, n: int) -> tuple[float, float, int]:
    """Return the same of Brian2."""
    import brian2 as b2

    start = time.perf_counter()
    neurons = b2.NeuronGroup(
        n,
        "dm/dt = -m / (10*ms) : 1 (unless refractory)",
        threshold="m >= 1",
        reset="m = 0",
        refractory=5 * b2.ms,
        method="exact",
    )
    synapses = b2.Synapses(neurons, neurons, "w : 1", on_pre="m_post += w")
    synapses.connect(i=frame["source"].to_numpy(), j=frame["target"].to_numpy())
    synapses.w = frame["weight"].to_numpy()
    synapses.delay = frame["delay"].to_numpy() * b2.ms
    times = np.arange(0, DURATION, 1000 / FREQUENCY)
    driver = b2.SpikeGeneratorGroup(1, np.zeros(len(times), int), times * b2.ms)
    drive = b2.Synapses(driver, neurons, on_pre=f"m_post += {WEIGHT}")
    drive.connect(i=0, j=np.arange(n // 10))
    spikes = b2.SpikeMonitor(neurons)
    network = b2.Network(neurons, synapses, driver, drive, spikes)
    network.run(0 * b2.ms)
    built = time.perf_counter()
    network.run(DURATION * b2.ms)
    return built - start, time.perf_counter() - built, int(spikes.num_spikes)


def main(sizes: list[tuple[int, int]]) -> None:
    """Print a table of sizes and contenders."""
    print(f"### Point networks\n\n{machine()}\n")
    engine = ChildEngine()
    ours(edges(100, 1000), 100, engine)  # the child starts
    contenders = {"napari-neuron": lambda frame, n: ours(frame, n, engine)}
    with contextlib.suppress(ImportError):
        navis(edges(100, 1000), 100)
        contenders["navis"] = navis
    with contextlib.suppress(ImportError, AttributeError):  # one made for an older numpy
        brian2(edges(100, 1000), 100)  # compiles
        contenders["Brian2"] = brian2
    rows = []
    for n_neurons, n_edges in sizes:
        frame = edges(n_neurons, n_edges)
        for name, run in contenders.items():
            if name == "navis" and n_edges > NAVIS_EDGES:
                continue
            times = [run(frame, n_neurons) for _ in range(2)]
            gc.collect()
            build, wall = (min(t[i] for t in times) for i in (0, 1))
            spikes = f"{times[0][2]:,}"
            rows.append(
                [f"{n_neurons:,}", f"{n_edges:,}", name, f"{build:.2f} s", f"{wall:.2f} s", spikes]
            )
    engine.close()
    print(table(["neurons", "edges", "", "build", f"run of {DURATION:g} ms", "spikes"], rows))


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    main(list(zip(numbers[::2], numbers[1::2], strict=True)) or list(SIZES))
