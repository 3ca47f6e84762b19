"""The picture of docs/point-networks.md: the window with a network that runs."""

from pathlib import Path

import napari
import numpy as np
import pandas as pd

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.widgets import NetworkActivityWidget, NetworkWidget

GROUPS = ("KC", "LN", "MBON", "PN")


def network() -> nn.PointNetwork:
    """Return two hundred and forty neurons in four groups; PN are driven, LN inhibit."""
    random = np.random.default_rng(3)
    n = 240
    group = np.arange(n) // 60
    source, target = random.integers(0, n, (2, 2200))
    weight = np.abs(random.normal(0.12, 0.05, len(source)))
    weight[group[source] == GROUPS.index("LN")] *= -2
    edges = pd.DataFrame({"source": source, "target": target, "weight": weight})
    return nn.PointNetwork.from_edge_list(
        edges,
        "IntFire1",
        neurons=range(n),
        groups=[GROUPS[i] for i in group],
        labels=[f"{GROUPS[g]} {i - 60 * g + 1}" for i, g in enumerate(group)],
        stimuli=[
            nn.TrainStimulus(groups=["PN"], start=200, stop=700, frequency=40, randomness=1),
            nn.BackgroundNoise(frequency=4),
        ],
    )


def picture_the_network(path: Path) -> None:
    """Run the network in the window and picture it with some neurons selected."""
    viewer = napari.Viewer()
    widget, activity = NetworkWidget(viewer), NetworkActivityWidget(viewer)
    viewer.window.add_dock_widget(widget, name="Network", area="right")
    viewer.window.add_dock_widget(activity, name="Network activity", area="bottom")
    viewer.window.resize(1500, 950)
    widget.session.open(network())
    while widget.display.points is None:
        demo.settle()
    widget.run()
    while widget.session.run_state != "idle":
        demo.settle()
    widget.session.select(np.arange(184, 190))
    viewer.dims.set_point(0, 452)
    demo.settle(2)
    demo.window_screenshot(viewer, path)
    viewer.close()
    demo.settle()


if __name__ == "__main__":
    picture_the_network(Path(__file__).parent / "images" / "network.png")
