"""Noisy input to the fly neuron: the second half of navis' NEURON tutorial.

The projection neuron of drosophila_pn.py. Twenty postsynapses of its dendrite, drawn at random, get
twenty spikes each at a mean interval of 50 ms with noise 1, every synapse from a train of its own;
spikes are watched at the axon's tip. The trains are Random123 streams fixed by a seed: the same
spikes on every machine.

    python examples/noisy_input.py [FOLDER] [SEED]

writes noisy_input.png: voltages, input and output spikes, and the firing rate at the axon's tip.
"""

import sys
from pathlib import Path

import numpy as np
from drosophila_pn import AXON_TIP, DENDRITE_BASE, SOMA, fly_neuron

import napari_neuron as nn

N_SYNAPSES, N_SPIKES, MEAN_INTERVAL = 20, 20, 50.0
DURATION = 1500.0


def dendritic_postsynapses(cell: nn.Morphology) -> nn.SynapseTable:
    """Return twenty postsynapses of the dendrite."""
    return (
        nn.read_synapses(None, cell).where(kind="post", label="dendrite").draw(N_SYNAPSES, seed=1)
    )


def noisy_experiment(cell: nn.Morphology, seed: int = 1, *, shared: bool = False) -> nn.Experiment:
    """Return the tutorial's experiment; with ``shared`` all synapses get one train, as in navis."""
    synapse = nn.Synapse(
        label="noisy input",
        nodes=(DENDRITE_BASE,),
        conductance=nn.Exp2Conductance(tau1=0.1, tau2=1.1, e=-10),
        events=nn.EventTrain(start=5, number=N_SPIKES, interval=MEAN_INTERVAL, noise=1, seed=seed),
        weight=0.04,
        delay=1,
        shared=shared,
    )
    stimuli = dendritic_postsynapses(cell).at_once(synapse)
    return nn.Experiment(
        paint=[
            nn.CableProperties(Ra=266.1, cm=0.8),
            nn.Passive(g=1 / 20_800, e=-60),
            nn.HodgkinHuxley(region=nn.Labelled(labels=["axon", "linker"]), whole_sections=True),
        ],
        stimuli=stimuli,
        recorders=[
            nn.VoltageRecorder(label="dendrite base", node=DENDRITE_BASE),
            nn.VoltageRecorder(label="soma", node=SOMA),
            nn.VoltageRecorder(label="axon tip", node=AXON_TIP),
            *(conductance_recorder(i, stimuli[0].nodes) for i in range(N_SYNAPSES)),
            nn.SpikeDetector(label="axon tip", node=AXON_TIP, threshold=-20, refractory=1),
        ],
        discretisation=nn.MaximumLength(length=10),
        run=nn.RunSettings(duration=DURATION, v_init=-60, frame_interval=1),
    )


def conductance_recorder(index: int, nodes: tuple[int, ...]) -> nn.ProcessRecorder:
    """Return a recorder of one synapse; two of them may be at one node."""
    return nn.ProcessRecorder(
        label=f"synapse {index}",
        stimulus="noisy input",
        node=nodes[index],
        copy_number=nodes[:index].count(nodes[index]),
        variable="g",
    )


def input_times(result: nn.SimulationResult, index: int) -> np.ndarray:
    """Return when events reached a synapse, ms: where its conductance begins to rise."""
    trace = result.traces[f"synapse {index}"]
    return trace.time[1:][np.diff(np.diff(trace.values, prepend=0)) > 1e-3]


def draw(result: nn.SimulationResult, path: Path) -> None:
    """Draw voltages, spikes of input and output, and the firing rate."""
    import matplotlib.pyplot as plt

    figure, (voltage, spikes, rate) = plt.subplots(
        3, sharex=True, figsize=(10, 7), height_ratios=(3, 2, 1.5)
    )
    for label in ("dendrite base", "soma", "axon tip"):
        trace = result.traces[label]
        voltage.plot(trace.time, trace.values, lw=0.8, label=label)
    voltage.set_ylabel("mV")
    voltage.legend(loc="upper right", fontsize=8)
    trains = [input_times(result, i) for i in range(N_SYNAPSES)]
    spikes.eventplot([*trains, result.spikes["axon tip"]], colors=["0.4"] * N_SYNAPSES + ["C2"])
    spikes.set_ylabel("synapse (top: axon tip)")
    edges, binned = result.firing_rate("axon tip", bin_width=100)
    time, smooth = result.smoothed_rate("axon tip", sigma=30)
    rate.stairs(binned, edges, fill=True, color="0.8")
    rate.plot(time, smooth, color="C2")
    rate.set(ylabel="spikes/s", xlabel="ms")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(folder: Path, seed: int) -> None:
    """Simulate, say what happened, and draw the figure."""
    cell = fly_neuron()
    result = nn.simulate(cell, noisy_experiment(cell, seed))
    spikes = result.spikes["axon tip"]
    _, rate = result.firing_rate("axon tip", bin_width=DURATION)
    intervals = result.inter_spike_intervals("axon tip")
    print(f"{N_SYNAPSES} synapses, {N_SPIKES} spikes each, mean interval {MEAN_INTERVAL:g} ms")
    print(f"{len(spikes)} spikes at the axon's tip: {rate[0]:.1f} per second")
    if len(intervals):
        variation = intervals.std() / intervals.mean()
        print(f"intervals {intervals.mean():.1f} ms, coefficient of variation {variation:.2f}")
    folder.mkdir(parents=True, exist_ok=True)
    draw(result, folder / "noisy_input.png")
    print(f"wrote {folder / 'noisy_input.png'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."), int((sys.argv[2:] or ["1"])[0]))
