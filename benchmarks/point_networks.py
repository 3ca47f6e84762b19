"""Point networks: from the table of edges to the first event, and the run.

    python benchmarks/point_networks.py [N_NEURONS N_EDGES] ...

The same random network of IntFire1 neurons, a tenth of them driven regularly at 20 Hz for 100 ms,
three ways: here (the child process included), navis' PointNetwork (the same NEURON objects, made
one by one), and Brian2 (another simulator, with fixed steps of 0.1 ms and compiled code; compiling
is not counted, and can take minutes the first time). NEURON queues each event by its own time;
where all delays of a neuron are equal, one for all. "build" is everything from the data frame until
time 0. "CPU" is that of the run, this process and its children together. Each row is printed as
soon as it is there. navis is left out above `NAVIS_EDGES`; which of navis and Brian2 cannot be
imported is said below the table.
"""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd
import psutil
from timing import machine

import napari_neuron as nn
from napari_neuron.engine import ChildEngine
from napari_neuron.engine.network_run import NetworkSimulation

SIZES = ((1_000, 10_000), (3_000, 100_000), (10_000, 1_000_000))
NAVIS_EDGES = 100_000
DURATION, FREQUENCY, WEIGHT = 100.0, 20.0, 1.5

Figures = tuple[float, float, float, int]
Contender = Callable[[pd.DataFrame, int], Figures]


def edges(n_neurons: int, n_edges: int, delays: tuple[float, float] = (1, 5)) -> pd.DataFrame:
    """Return random edges, no two of one connection, excitatory on the whole; delays in ms."""
    random = np.random.default_rng(1)
    pairs = random.choice(n_neurons**2, n_edges, replace=False, shuffle=False)
    strength = n_neurons / n_edges
    weight = random.normal(10 * strength, 6 * strength, n_edges)
    return pd.DataFrame(
        {
            "source": pairs // n_neurons,
            "target": pairs % n_neurons,
            "weight": weight,
            "delay": random.uniform(*delays, n_edges),
        }
    )


def ours(frame: pd.DataFrame, n: int, engine: ChildEngine) -> Figures:
    """Return seconds to build, to run and of CPU in the run, and the number of spikes."""
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
    built = before = 0.0
    for advanced in simulation:
        if not built and advanced.n_frames:
            built, before = time.perf_counter(), _cpu(engine)
    wall, cpu = time.perf_counter() - built, _cpu(engine) - before
    return built - start, wall, cpu, len(simulation.result.spike_time)


def navis(frame: pd.DataFrame, n: int) -> Figures:
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
    built, before = time.perf_counter(), _cpu()
    network.run_simulation(DURATION)
    wall, cpu = time.perf_counter() - built, _cpu() - before
    return built - start, wall, cpu, sum(len(x.spk_timings) for x in network)


def brian2(frame: pd.DataFrame, n: int) -> Figures:
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
    built, before = time.perf_counter(), _cpu()
    network.run(DURATION * b2.ms)
    wall, cpu = time.perf_counter() - built, _cpu() - before
    return built - start, wall, cpu, int(spikes.num_spikes)


def _cpu(engine: ChildEngine | None = None) -> float:
    """Return seconds of CPU this process, and the engine's, have taken so far."""
    pids = [None] if engine is None or engine.pid is None else [None, engine.pid]
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(t.user + t.system for t in times)


def main(sizes: list[tuple[int, int]]) -> None:
    """Print a table of sizes and contenders, row by row."""
    print(f"### Point networks\n\n{machine()}, {_brian2_version()}\n")
    engine = ChildEngine()
    ours(edges(100, 1000), 100, engine)  # the child starts
    contenders: dict[str, Contender] = {
        "napari-neuron": lambda frame, n: ours(frame, n, engine),
    }
    missing = []
    for name, run in (("navis", navis), ("Brian2", brian2)):
        try:
            run(edges(100, 1000), 100)  # compiles
        except (ImportError, AttributeError) as error:  # AttributeError: made for an older numpy
            missing.append(f"{name} is left out: {error}")
        else:
            contenders[name] = run
    head = ("neurons", "edges", "delays", "", "build", f"run of {DURATION:g} ms", "CPU", "spikes")
    _print_row(head)
    _print_row(["---"] * len(head))
    for n_neurons, n_edges in sizes:
        for delays, said in (((1, 5), "1 to 5 ms"), ((2, 2), "2 ms")):
            frame = edges(n_neurons, n_edges, delays)
            for name, run in contenders.items():
                if name == "navis" and n_edges > NAVIS_EDGES:
                    continue
                repeats = 2 if n_edges <= NAVIS_EDGES else 1  # which takes a minute
                times = [run(frame, n_neurons) for _ in range(repeats)]
                gc.collect()
                build, wall, cpu = (f"{min(t[i] for t in times):.2f} s" for i in range(3))
                spikes = f"{times[0][3]:,}"
                size = [f"{n_neurons:,}", f"{n_edges:,}", said]
                _print_row([*size, name, build, wall, cpu, spikes])
    engine.close()
    print("", *missing, sep="\n")


def _print_row(cells: Sequence[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def _brian2_version() -> str:
    try:
        return f"Brian2 {version('brian2')}"
    except PackageNotFoundError:
        return "no Brian2"


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    main(list(zip(numbers[::2], numbers[1::2], strict=True)) or list(SIZES))
