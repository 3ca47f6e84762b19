"""Make the pictures of README and docs: the real window, driven to each of its states.

    make screenshots

Needs a display, or Xvfb as `make screenshots` starts it.
"""

import importlib.util
import shutil
import tempfile
from pathlib import Path

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.view import skeleton_layer_data

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
ROW_SHOWN = {"biophysics": 2, "inputs": 0, "recorders": 2}
"""The item whose form is shown on a tab."""


def picture_the_window() -> None:
    """Run the demo in the window and picture the whole, each tab, and the traces."""
    viewer, simulation, traces = demo.open_demo()
    simulation.run()
    result = demo.wait_for_the_end(simulation.session)
    demo.go_to(viewer, demo.spike_time(result))
    demo.settle(1)
    demo.window_screenshot(viewer, IMAGES / "window.png")
    for index in range(simulation.tabs.count()):
        name = simulation.tabs.tabText(index).lower()
        simulation.tabs.setCurrentIndex(index)
        if name in ROW_SHOWN:
            simulation.tabs.currentWidget().editor.list.setCurrentRow(ROW_SHOWN[name])
        demo.settle()
        simulation.grab().save(str(IMAGES / f"tab-{name}.png"))
    traces.grab().save(str(IMAGES / "traces.png"))
    viewer.close()
    demo.settle()


def example_named(name: str):
    """Import one of the examples."""
    path = DOCS.parent / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    return example


def picture_the_em() -> None:
    """Run examples/em_overlay.py on the volume it makes, and picture the part about images."""
    import napari

    example = example_named("em_overlay")
    image, labels = example.made_up()
    cell = nn.skeletonise(labels, example.NEURON, example.VOXEL)
    with tempfile.TemporaryDirectory() as folder:
        example.draw(image, labels, example.simulated(cell), Path(folder))
        shutil.copy(Path(folder) / "slice-z.png", IMAGES / "em-slice.png")
        shutil.copy(Path(folder) / "3d.png", IMAGES / "em-3d.png")
    viewer = napari.Viewer()
    viewer.window.resize(1300, 1000)
    viewer.add_labels(labels, name="labels", units=("um",) * 3, scale=example.VOXEL)
    for data, settings, layer_type in skeleton_layer_data(cell.replace(name="neurite")):
        viewer.add_layer(napari.layers.Layer.create(data, settings, layer_type))
    viewer.add_image(image, name="EM", units=("um",) * 3, scale=[v / 1000 for v in example.VOXEL])
    _, simulation = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    simulation.image_panel.show_layer("EM")
    demo.settle(1)
    simulation.image_panel.grab().save(str(IMAGES / "em-panel.png"))
    viewer.close()
    demo.settle()


def draw_the_example() -> None:
    """Run examples/drosophila_pn.py and keep its figures."""
    example = example_named("drosophila_pn")
    cell = example.fly_neuron()
    result = nn.simulate(cell, example.fly_experiment(cell))
    example.draw_traces(result, IMAGES / "drosophila_traces.png")
    example.draw_peak(result, IMAGES / "drosophila_peak.png")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    draw_the_example()
    picture_the_window()
    picture_the_em()
