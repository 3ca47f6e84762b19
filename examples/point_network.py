"""A network of three point neurons: the toy network of navis' tutorial.

A excites C (weight 0.5), B inhibits it (weight -1); all are IntFire4. A is driven at 100 Hz from 100
to 1000 ms, B at 100 Hz from 600 to 800 ms. One spike of A is not enough for C: it fires now and then,
where several sum up. While B is active, and for a while after, C is silent.

    python examples/point_network.py [FOLDER]

writes point_network.png: spikes, the state m of C, and firing rates.
"""

import sys
from pathlib import Path

import pandas as pd

import napari_neuron as nn


def toy_network() -> nn.PointNetwork:
    """Return the network with its stimuli."""
    edges = pd.DataFrame({"source": ["A", "B"], "target": ["C", "C"], "weight": [0.5, -1.0]})
    return nn.PointNetwork.from_edge_list(
        edges,
        model="IntFire4",
        delay=5,  # ms, as in navis
        stimuli=[
            nn.TrainStimulus(label="drives A", neurons=["A"], frequency=100, start=100, stop=1000),
            nn.TrainStimulus(label="drives B", neurons=["B"], frequency=100, start=600, stop=800),
        ],
        recorded=["C"],
        run=nn.NetworkRun(duration=1200),
    )


def draw(result: nn.NetworkResult, path: Path) -> None:
    """Draw spikes, the state of C, and rates."""
    import matplotlib.pyplot as plt

    names = ["A", "B", "C"]
    figure, (spikes, state, rates) = plt.subplots(3, sharex=True, figsize=(9, 6))
    colours = ["C0", "C3", "C2"]
    spikes.eventplot([result.spikes_of(name) for name in names], colors=colours)
    spikes.set_yticks(range(3), names)
    spikes.invert_yaxis()
    for index, stimulus in enumerate(result.network.stimuli):
        spikes.hlines(-0.8, stimulus.start, stimulus.stop, colors=colours[index], lw=4, alpha=0.4)
    state.plot(result.state_time, result.state_of("C"), color="C2", lw=0.9)
    state.axhline(1, color="0.6", lw=0.8, ls="--")
    state.set_ylabel("m of C")
    for name, colour in zip(names, colours, strict=True):
        time, rate = result.smoothed_rate(sigma=20, neurons=[name])
        rates.plot(time, rate, color=colour, label=name)
    rates.set(xlabel="ms", ylabel="spikes/s")
    rates.legend(loc="upper right", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(folder: Path) -> None:
    """Simulate, say what happened, and draw the figure."""
    result = nn.simulate_network(toy_network())
    c = result.spikes_of("C")
    print(f"A {len(result.spikes_of('A'))} spikes, B {len(result.spikes_of('B'))}, C {len(c)}")
    print(f"C is silent from {c[c < 700].max():.0f} to {c[c > 700].min():.0f} ms")
    folder.mkdir(parents=True, exist_ok=True)
    draw(result, folder / "point_network.png")
    print(f"wrote {folder / 'point_network.png'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
