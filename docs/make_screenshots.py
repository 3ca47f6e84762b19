"""Make the pictures of README and docs: the real window, driven to each of its states.

    make screenshots

Needs a display, or Xvfb as `make screenshots` starts it.
"""

import importlib.util
import shutil
import tempfile
from pathlib import Path
from types import ModuleType

import circuit_in_window
import l5_in_window
import make_check_pictures
import make_input_pictures
import make_protocol_pictures
import make_saving_pictures
import make_teaching_pictures
from network_in_space_picture import picture_the_network_in_space
from network_picture import picture_the_network

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.view import skeleton_layer_data
from napari_neuron.view.places import PickedPlace

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
    picture_the_traces(simulation, traces)
    viewer.close()
    demo.settle()


def picture_the_traces(simulation, traces) -> None:
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


def picture_the_display() -> None:
    """Show two runs of the demo in every way of the dock "Neuron display", and film one."""
    viewer, simulation, _ = demo.open_demo()
    session = simulation.session
    short = session.experiment.replace(run=session.experiment.run.replace(duration=300))
    session.edit(short)
    simulation.run()
    result = demo.wait_for_the_end(session)
    dock, display = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron display")
    demo.go_to(viewer, demo.spike_time(result))
    demo.settle(1)
    dock.setFloating(True)  # the other docks of a small screen leave it little room
    dock.resize(400, 560)
    layer = viewer.layers[f"{result.cell.name} voltage"]
    row = int(result.cell.rows(result.traces[demo.WATCHED].node)[0])
    display.readout.show_clicked(PickedPlace(layer, result.cell, row))
    demo.settle(1)
    display.grab().save(str(IMAGES / "display.png"))
    dock.setFloating(False)
    display.colours.is_cut.setChecked(True)
    demo.settle(1)
    picture_the_canvas(viewer, "threshold.png")
    display.colours.is_cut.setChecked(False)
    combo = display.map.what
    for row in range(combo.count()):
        if combo.itemData(row) == ("map", "attenuation"):
            combo.setCurrentIndex(row)
            combo.activated.emit(row)
    demo.settle(1)
    picture_the_canvas(viewer, "attenuation.png")
    display.open_film_dialog()
    demo.settle()
    display.dialog.path.setText("film.mp4")
    display.dialog.grab().save(str(IMAGES / "film-dialog.png"))
    display.dialog.close()
    warmer = session.experiment.run.replace(celsius=session.experiment.run.celsius + 3)
    session.edit(session.experiment.replace(run=warmer))
    simulation.run()
    demo.wait_for_the_end(session)
    simulation.run_tab.comparison.difference_button.menu().actions()[0].trigger()
    demo.go_to(viewer, demo.spike_time(result))
    demo.settle(1)
    picture_the_canvas(viewer, "difference.png")
    viewer.close()
    demo.settle()
    with tempfile.TemporaryDirectory() as folder:
        moment = demo.spike_time(result)
        film = nn.film(
            result,
            Path(folder) / "film",
            fps=1,
            ms_per_second=10,
            start=moment - 10,
            stop=moment + 10,
            traces=True,
        )
        shutil.copy(film / "frame_00001.png", IMAGES / "film.png")


def picture_the_canvas(viewer, name: str) -> None:
    """Write a picture of the canvas."""
    viewer.screenshot(str(IMAGES / name), canvas_only=True, flash=False)


def example_of(name: str) -> ModuleType:
    """Return an example as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS.parent / "examples" / f"{name}.py")
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    return example


def draw_the_circuit() -> None:
    """Run examples/da1_circuit.py and keep its figure."""
    example = example_of("da1_circuit")
    cells = example.five_neurons()
    result = nn.simulate(cells, example.circuit_experiment(cells))
    example.draw(cells, result, IMAGES / "circuit.png")


def picture_the_em() -> None:
    """Run examples/em_overlay.py on the volume it makes, and picture the part about images."""
    import napari

    example = example_of("em_overlay")
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
    example = example_of("drosophila_pn")
    cell = example.fly_neuron()
    result = nn.simulate(cell, example.fly_experiment(cell))
    example.draw_traces(result, IMAGES / "drosophila_traces.png")
    example.draw_peak(result, IMAGES / "drosophila_peak.png")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    draw_the_example()
    draw_the_circuit()
    picture_the_window()
    picture_the_display()
    make_check_pictures.main()
    make_input_pictures.picture_the_inputs(IMAGES)
    make_teaching_pictures.picture(IMAGES)
    make_saving_pictures.picture_the_offer(IMAGES)
    make_protocol_pictures.picture_the_protocols(IMAGES)
    picture_the_network(IMAGES / "network.png")
    picture_the_network_in_space(IMAGES / "network-space.png")
    l5_in_window.picture(IMAGES)
    circuit_in_window.picture(IMAGES)
    picture_the_em()
