"""The circuit of docs/circuits.md in the window: opened, painted, connected and run by clicks.

`make_screenshots.py` pictures it; a test looks at its spikes.
"""

import time
from pathlib import Path

from napari_neuron import demo

PATIENCE = 300.0  # seconds


def wait(done) -> None:
    """Let the window work until something is done."""
    end = time.monotonic() + PATIENCE
    while not done():
        demo.settle(0.05)
        assert time.monotonic() < end


def choose(menu, text: str) -> None:
    """Choose an entry of a menu, or of a menu in it."""
    for action in menu.actions():
        if action.menu():
            choose(action.menu(), text)
        elif action.text() == text:
            action.trigger()


def select(viewer, cell, node: int) -> None:
    """Click on the layer of a cell's nodes, and on one of its points."""
    layer = viewer.layers[f"{cell.name} nodes"]
    viewer.layers.selection.active = layer
    layer.selected_data = {int(cell.rows([node])[0])}


def soma_of(cell) -> int:
    """Return the node of a cell's soma."""
    return int(cell.node_id[cell.parent < 0][0])


def set_up(viewer, widget) -> None:
    """Open the sample, paint it, stimulate one cell, record from all, and connect them."""
    viewer.open_sample("napari-neuron", "hemibrain_neurons")
    widget.tabs.setCurrentWidget(widget.biophysics_tab)
    choose(widget.biophysics_tab.editor.buttons.add_menu, "Squid giant axon")
    cells = widget.session.cells
    select(viewer, cells[0], soma_of(cells[0]))
    widget.tabs.setCurrentWidget(widget.inputs_tab)
    choose(widget.inputs_tab.editor.buttons.add_menu, "Current pulse")
    widget.tabs.setCurrentWidget(widget.recorders_tab)
    for cell in cells:
        select(viewer, cell, soma_of(cell))
        choose(widget.recorders_tab.editor.buttons.add_menu, "Voltage")
    widget.tabs.setCurrentWidget(widget.connections_tab)
    choose(widget.connections_tab.editor.buttons.add_menu, "Synapses from a table or connectors…")
    dialog = widget.connections_tab.dialog
    wait(lambda: not dialog.is_busy)
    dialog.action_button.click()
    widget.run_tab.form.fields["duration"].value = 30
    widget.run_tab.form.fields["duration"].changed.emit(30)


def run(widget) -> None:
    """Press Run, and wait until all is shown."""
    widget.header.run_button.click()
    wait(lambda: widget.session.results)
    wait(lambda: widget.session.run_state == "idle")


def picture(images: Path) -> None:
    """Picture the window while the spikes arrive, and the dialog that connects."""
    import napari

    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(1500, 950)
    _, widget = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    viewer.window.add_plugin_dock_widget("napari-neuron", "Traces")
    set_up(viewer, widget)
    widget.connections_tab.ask_for_table()
    dialog = widget.connections_tab.dialog
    wait(lambda: not dialog.is_busy)
    dialog.grab().save(str(images / "circuit-connect.png"))
    dialog.reject()
    run(widget)
    viewer.reset_view()
    widget.connections_tab.editor.select(0)
    demo.go_to(viewer, 17.0)
    demo.settle(2)
    demo.window_screenshot(viewer, images / "circuit-window.png")
    viewer.close()
    demo.settle()


if __name__ == "__main__":
    picture(Path(__file__).parent / "images")
