"""Five DA1 projection neurons of the hemibrain as whole neurons in one circuit.

The skeletons and connectors are navis' examples. Synapses between the five are found where the
two sides lie within 0.3 µm of each other (the connectors do not name their partners). All cells
have the membrane of examples/drosophila_pn.py; twenty synapses on the dendrite of the first fire at
50, 100 and 150 ms, and its spikes excite the others where their axons meet.

    python examples/da1_circuit.py [FOLDER]

writes circuit.png: where the synapses are, and the voltage of each axon.
"""

import sys
from pathlib import Path

import navis
import numpy as np

import napari_neuron as nn

EXCITATION = nn.Exp2Conductance(tau1=0.3, tau2=2.0, e=-10)
THRESHOLD = -20.0


def five_neurons() -> list[nn.Morphology]:
    """Return the neurons in µm, rooted at their thickest node, axon and dendrite labelled."""
    cells = []
    for neuron in navis.example_neurons(5, kind="skeleton").convert_units("um"):
        neuron = navis.heal_skeleton(neuron)  # one of them is in two pieces
        neuron.soma = int(neuron.nodes.loc[neuron.nodes["radius"].idxmax(), "node_id"])
        neuron.reroot(neuron.soma, inplace=True)
        neuron.name = str(neuron.id)
        cells.append(nn.label_axon_dendrite(nn.Morphology.from_navis(neuron)))
    return cells


def axon_of(cell: nn.Morphology) -> int:
    """Return the presynapse of the axon that is the farthest from the root."""
    nodes = cell.connectors.loc[cell.connectors["type"] == "pre", "node_id"].unique()
    rows = cell.rows(nodes)
    on_axon = cell.labels[rows] == "axon"
    rows = rows[on_axon] if on_axon.any() else rows
    return int(cell.node_id[rows[np.argmax(cell.path_distance[rows])]])


def dendritic_synapses(cell: nn.Morphology) -> list[int]:
    """Return twenty nodes of the dendrite that carry a postsynapse."""
    nodes = cell.connectors.loc[cell.connectors["type"] == "post", "node_id"].unique()
    return nodes[cell.labels[cell.rows(nodes)] == "dendrite"][:20].tolist()


def circuit_experiment(cells: list[nn.Morphology], weight: float = 0.002) -> nn.Experiment:
    """Return the experiment; ``weight`` (µS) is that of one synapse between the cells."""
    circuit = nn.connect(
        cells,
        nn.match_connectors(cells, distance=0.3),
        weight=weight,
        delay=1.0,
        threshold=THRESHOLD,
    )
    first = cells[0]
    return nn.Experiment(
        paint=[
            nn.CableProperties(Ra=266.1, cm=0.8),
            nn.Passive(g=1 / 20_800, e=-60),
            nn.HodgkinHuxley(region=nn.Labelled(labels=["axon", "linker"]), whole_sections=True),
        ],
        stimuli=[
            nn.AlphaSynapse(
                cell=first.name, nodes=dendritic_synapses(first), onset=t, tau=0.1, gmax=0.1, e=-10
            )
            for t in (50, 100, 150)
        ],
        connections=[group.replace(conductance=EXCITATION) for group in circuit.connections],
        recorders=[
            recorder
            for cell in cells
            for recorder in (
                nn.VoltageRecorder(label=cell.name, cell=cell.name, node=axon_of(cell)),
                nn.SpikeDetector(
                    label=cell.name, cell=cell.name, node=axon_of(cell), threshold=THRESHOLD
                ),
            )
        ],
        discretisation=nn.MaximumLength(length=10),
        run=nn.RunSettings(duration=200, v_init=-60),
    )


def draw(cells: list[nn.Morphology], result: nn.SimulationResult, path: Path) -> None:
    """Draw the cells with their synapses, and the voltage of each axon."""
    import matplotlib.pyplot as plt

    figure, (space, time) = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    for index, cell in enumerate(cells):
        color = f"C{index}"
        child = np.flatnonzero(cell.parent >= 0)
        ends = cell.position[np.stack([child, cell.parent[child]], axis=1)]
        space.plot(*ends[:, :, [0, 2]].transpose(2, 1, 0), color=color, lw=0.5)
        trace = result.traces[cell.name]
        n = len(result.spikes[cell.name])
        time.plot(trace.time, trace.values - 110 * index, color=color, lw=1)
        time.text(204, -60 - 110 * index, f"{cell.name}\n{n} spikes", color=color, va="center")
    by_name = {cell.name: cell for cell in cells}
    for group in result.experiment.connections:
        for name, node in zip(group.target_cell, group.target_node, strict=True):
            cell = by_name[name]
            x, _, z = cell.position[cell.rows([node])[0]]
            space.plot(x, z, "k.", ms=4)
    space.set(aspect="equal", xlabel="x (µm)", ylabel="z (µm)", title="black: synapses")
    space.invert_yaxis()
    time.set(
        xlabel="ms", yticks=[], xlim=(0, 250), title="voltage of the axons, one below the other"
    )
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(folder: Path) -> None:
    """Connect and simulate the five, say what happened, and draw it."""
    cells = five_neurons()
    experiment = circuit_experiment(cells)
    result = nn.simulate(cells, experiment)
    n_synapses = sum(len(group.weights) for group in experiment.connections)
    print(f"{sum(map(len, cells)):,} nodes, {result.voltage.shape[1]:,} compartments")
    print(f"{n_synapses} synapses between the five")
    for cell in cells:
        spikes = ", ".join(f"{t:.2f}" for t in result.spikes[cell.name])
        print(f"{cell.name}: {spikes or 'no spike'}")
    folder.mkdir(parents=True, exist_ok=True)
    draw(cells, result, folder / "circuit.png")
    print(f"wrote {folder / 'circuit.png'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
