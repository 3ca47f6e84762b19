"""Make the pictures of README and docs: the real window, driven to each of its states.

    make screenshots

Needs a display, or Xvfb as `make screenshots` starts it.
"""

import importlib.util
from pathlib import Path

import napari_neuron as nn
from napari_neuron import demo

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


def picture_the_l5_cell() -> None:
    """Set the cell of docs/l5-cell.md up in the window, with its real editors, and picture it."""
    spec = importlib.util.spec_from_file_location("l5_in_window", DOCS / "l5_in_window.py")
    l5_in_window = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(l5_in_window)
    l5_in_window.picture(IMAGES)


def draw_the_example() -> None:
    """Run examples/drosophila_pn.py and keep its figures."""
    path = DOCS.parent / "examples" / "drosophila_pn.py"
    spec = importlib.util.spec_from_file_location("drosophila_pn", path)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    cell = example.fly_neuron()
    result = nn.simulate(cell, example.fly_experiment(cell))
    example.draw_traces(result, IMAGES / "drosophila_traces.png")
    example.draw_peak(result, IMAGES / "drosophila_peak.png")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    draw_the_example()
    picture_the_window()
    picture_the_l5_cell()
