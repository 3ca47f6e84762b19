"""The picture of docs/point-networks.md, "In space": neurons of the hemibrain as point neurons."""

from pathlib import Path

import napari
import numpy as np
import pandas as pd

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.view import skeleton_layer_data
from napari_neuron.widgets import NetworkActivityWidget, NetworkWidget


def skeletons() -> list[nn.Morphology]:
    """Return the five projection neurons that navis ships, named by their ids."""
    import navis

    neurons = navis.example_neurons(5, kind="skeleton").convert_units("um")
    return [nn.Morphology.from_navis(neuron).replace(name=str(neuron.id)) for neuron in neurons]


def network(ids: list[int]) -> nn.PointNetwork:
    """Return the five and eight Kenyon cells, which have no skeleton here."""
    random = np.random.default_rng(5)
    kenyon = [f"KC {i + 1}" for i in range(8)]
    rows = [(a, b, random.uniform(0.1, 0.3), 6.0) for a in ids for b in ids if a != b]
    rows += [(str(a), b, random.uniform(0.3, 0.6), 12.0) for a in ids for b in kenyon]
    rows += [(b, str(a), -0.4, 12.0) for a in ids[:2] for b in kenyon]
    edges = pd.DataFrame(rows, columns=["source", "target", "weight", "delay"])
    edges[["source", "target"]] = edges[["source", "target"]].astype(str)
    return nn.PointNetwork.from_edge_list(
        edges,
        "IntFire1",
        delay="delay",
        neurons=[*map(str, ids), *kenyon],
        groups=["DA1 PN"] * len(ids) + ["KC"] * len(kenyon),
        stimuli=[nn.BackgroundNoise(groups=["DA1 PN"], frequency=25, weight=1.1)],
        run=nn.NetworkRun(duration=500),
    )


def picture_the_network_in_space(path: Path) -> None:
    """Run the network beside the skeletons and picture the window while spikes travel."""
    cells = skeletons()
    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(1500, 950)
    for cell in cells:
        for data in skeleton_layer_data(cell):
            viewer.add_layer(napari.layers.Layer.create(*data))
    widget, activity = NetworkWidget(viewer), NetworkActivityWidget(viewer)
    viewer.window.add_dock_widget(widget, name="Network", area="right")
    viewer.window.add_dock_widget(activity, name="Network activity", area="bottom")
    widget.session.open(network([int(cell.name) for cell in cells]))
    while widget.display.edges is None:
        demo.settle(0.1)
    widget.run()
    while widget.session.run_state != "idle" or "edge activity" not in viewer.layers:
        demo.settle(0.1)
    widget.tabs.setCurrentWidget(widget.view_tab)
    viewer.reset_view()
    times = widget.session.result.spike_time
    viewer.dims.set_point(0, float(times[np.searchsorted(times, 200.0)]) + 6.0)
    demo.settle(2)
    demo.window_screenshot(viewer, path)
    viewer.close()
    demo.settle()


if __name__ == "__main__":
    picture_the_network_in_space(Path(__file__).parent / "images" / "network-space.png")
