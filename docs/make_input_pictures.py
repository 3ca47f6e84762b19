"""The pictures of docs/inputs.md: synapses from a table, and what a current does."""

from pathlib import Path

import napari
from qtpy.QtWidgets import QApplication

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.view import skeleton_layer_data
from napari_neuron.widgets.placing.synapse_dialog import SynapseDialog

IMAGES = Path(__file__).parent / "images"


def picture_the_inputs(folder: Path) -> None:
    """Fill in the dialog "Synapses from a table" for the fly neuron."""
    cell = demo.fly_neuron()
    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(1500, 1000)
    for data, settings, layer_type in skeleton_layer_data(cell):
        viewer.add_layer(napari.layers.Layer.create(data, settings, layer_type))
    _, widget = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    pulse = nn.CurrentPulse(nodes=(demo.SOMA,), delay=10, duration=50, amplitude=0.02)
    widget.session.edit(demo.fly_experiment().replace(stimuli=(pulse,), recorders=()))
    widget.tabs.setCurrentWidget(widget.inputs_tab)
    widget.inputs_tab.editor.select(0)
    while widget.inputs_tab.effect.isHidden():
        demo.settle(0.1)
    demo.settle()
    widget.grab().save(str(folder / "inputs-current.png"))

    widget.inputs_tab.table_button.click()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, SynapseDialog))
    dialog.resize(440, 760)
    dialog.wanted.setCurrentText("post")
    dialog.region.setCurrentText("label dendrite")
    dialog.draw.setValue(20)
    dialog.limit.setValue(2)
    dialog.synapse.setCurrentText("Synapse, Poisson events")
    dialog.read()
    while dialog.is_busy:
        demo.settle(0.1)
    demo.settle()
    dialog.grab().save(str(folder / "synapse-dialog.png"))
    dialog.close()
    viewer.close()
    demo.settle()


if __name__ == "__main__":
    picture_the_inputs(IMAGES)
