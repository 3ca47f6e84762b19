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
    picture_the_traces(viewer, simulation, traces)
    viewer.close()
    demo.settle()


def picture_the_traces(viewer, simulation, traces) -> None:
    """Picture the Traces window undocked: two runs compared, a clicked place, a measurement."""
    session = simulation.session
    first, cell = session.results[-1], session.cells[0]
    experiment = session.experiment
    weaker = [s.replace(gmax=0.7 * s.gmax) if hasattr(s, "gmax") else s for s in experiment.stimuli]
    session.edit(experiment.replace(stimuli=weaker))
    simulation.run()
    demo.wait_for_the_end(session)
    traces.compare(first)
    traces.show_place(cell, int(cell.node_id[len(cell) // 2]))
    traces.panel.rate_kind.setCurrentIndex(2)
    spikes = first.spikes[demo.WATCHED]
    traces.plot.cursors.measure((float(spikes[0]), float(spikes[1])))
    traces.plot.keep_view()
    traces.plot.axes.set_xlim(float(spikes[0]) - 20, float(spikes[1]) + 30)
    dock = traces.parent()
    dock.setFloating(True)
    for size, name in (((900, 480), "compared"), ((400, 740), "narrow")):
        dock.resize(*size)
        demo.settle(1)
        traces.grab().save(str(IMAGES / f"traces-{name}.png"))


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
