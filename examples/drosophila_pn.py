"""A Drosophila olfactory projection neuron: the fly neuron of navis' NEURON tutorial.

A hemibrain DA1 projection neuron with the passive properties of Tobin et al. (2017, eLife 6:e24838)
and Hodgkin-Huxley channels in its axon and linker. Groups of 5, 10, 15 and 20 alpha synapses on
the dendrite fire at 250, 450, 650 and 850 ms (none at 50 ms); spikes are watched at the axon's tip.

    python examples/drosophila_pn.py [FOLDER]

writes traces.png and peak.png (the cell coloured by its voltage at the peak of a spike).
"""

import sys
from pathlib import Path

import navis
import numpy as np

import napari_neuron as nn

DENDRITE_BASE, AXON_TIP, SOMA = 467, 4384, 20


def fly_neuron() -> nn.Morphology:
    """Return the neuron in µm, rooted at its soma, with axon, dendrite and linker labelled."""
    neuron = navis.example_neurons(1, kind="skeleton").convert_units("um")
    neuron.soma = SOMA
    neuron.reroot(SOMA, inplace=True)
    return nn.label_axon_dendrite(nn.Morphology.from_navis(neuron))


def dendritic_synapses(cell: nn.Morphology) -> np.ndarray:
    """Return the nodes of the dendrite that carry a postsynapse, in the order of the table."""
    nodes = cell.connectors.loc[cell.connectors["type"] == "post", "node_id"].unique()
    return nodes[cell.labels[cell.rows(nodes)] == "dendrite"]


def fly_experiment(cell: nn.Morphology) -> nn.Experiment:
    """Return the tutorial's experiment for `fly_neuron`."""
    synapses = dendritic_synapses(cell)
    groups = [(50, 0), (250, 5), (450, 10), (650, 15), (850, 20)]
    return nn.Experiment(
        paint=[
            nn.CableProperties(Ra=266.1, cm=0.8),
            nn.Passive(g=1 / 20_800, e=-60),
            # In whole sections, as navis and plain NEURON scripts do: that takes in half of the
            # cell body fibre, in one run with the linker. With the region to the micrometre
            # (the default) the soma stays below -30 mV; the spikes at the axon's tip are the same.
            nn.HodgkinHuxley(region=nn.Labelled(labels=["axon", "linker"]), whole_sections=True),
        ],
        stimuli=[
            nn.AlphaSynapse(nodes=synapses[:n].tolist(), onset=onset, tau=0.1, gmax=0.1, e=-10)
            for onset, n in groups
            if n
        ],
        recorders=[
            nn.VoltageRecorder(label="soma", node=SOMA),
            nn.VoltageRecorder(label="dendrite base", node=DENDRITE_BASE),
            nn.VoltageRecorder(label="axon tip", node=AXON_TIP),
            nn.SpikeDetector(label="axon tip", node=AXON_TIP, threshold=-20),
        ],
        discretisation=nn.MaximumLength(length=10),
        run=nn.RunSettings(duration=1000, v_init=-60),
    )


def draw_traces(result: nn.SimulationResult, path: Path) -> None:
    """Draw the recorded voltages, one below the other."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(result.traces), sharex=True, figsize=(9, 6))
    for axis, trace in zip(axes, result.traces.values(), strict=True):
        axis.plot(trace.time, trace.values, lw=1)
        axis.set(title=f"{trace.label} (node {trace.node})", ylabel=trace.unit)
    axes[-1].plot(result.spikes["axon tip"], np.full(len(result.spikes["axon tip"]), 45), "v", ms=5)
    axes[-1].set_xlabel("ms")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_peak(result: nn.SimulationResult, path: Path) -> None:
    """Draw the cell from the front, coloured by its voltage at the peak of the last spike."""
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection

    cell = result.cell
    frame = int(np.abs(result.time - result.traces["axon tip"].time[peak_sample(result)]).argmin())
    child = np.flatnonzero(cell.parent >= 0)
    ends = cell.position[np.stack([child, cell.parent[child]], axis=1)][:, :, [0, 2]]
    width = np.clip(2 * cell.radius[child], 0.4, 4)
    lines = LineCollection(ends, cmap="inferno", linewidths=width)
    lines.set_array(result.voltage[frame, result.compartment_of_node[child]])
    lines.set_clim(-80, 40)
    figure, axis = plt.subplots(figsize=(8, 6))
    figure.colorbar(axis.add_collection(lines), label="mV")
    axis.set(aspect="equal", xlabel="x (µm)", ylabel="z (µm)", title=f"{result.time[frame]:.1f} ms")
    axis.set_facecolor("black")
    axis.autoscale()
    axis.invert_yaxis()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def peak_sample(result: nn.SimulationResult) -> int:
    """Return the sample at which the axon's tip is most depolarised."""
    return int(result.traces["axon tip"].values.argmax())


def main(folder: Path) -> None:
    """Simulate, say what happened, and draw the two figures."""
    cell = fly_neuron()
    result = nn.simulate(cell, fly_experiment(cell))
    spikes = result.spikes["axon tip"]
    print(f"{result.voltage.shape[1]} compartments, {len(result.time)} frames")
    print(f"{len(spikes)} spikes at the axon's tip: {', '.join(f'{t:.2f} ms' for t in spikes)}")
    print(f"the soma reaches {result.traces['soma'].values.max():.1f} mV")
    folder.mkdir(parents=True, exist_ok=True)
    draw_traces(result, folder / "traces.png")
    draw_peak(result, folder / "peak.png")
    print(f"wrote {folder / 'traces.png'} and {folder / 'peak.png'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
