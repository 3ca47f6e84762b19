"""What is kept of the whole cell, and the cell coloured by it after the run."""

import numpy as np

from napari_neuron import HodgkinHuxley, RunSettings
from napari_neuron.spec import CableProperties


def chosen(dock):
    box = dock.widget.run_tab.shown.variable
    return [box.itemText(i) for i in range(box.count())], box.currentText()


def choose(dock, name):
    box = dock.widget.run_tab.shown.variable
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def test_the_cell_is_coloured_by_another_variable_after_the_run(window):
    paint = (CableProperties(), HodgkinHuxley())
    run = RunSettings(duration=5)
    window.session.edit(window.experiment.replace(paint=paint, run=run))
    frames = window.widget.recorders_tab.frames
    frames.offer()
    offered = {action.text(): action for action in frames.menu.actions()}
    assert {"v", "i_membrane_"} <= set(offered)
    offered["i_membrane_"].trigger()
    assert window.experiment.frames == ("v", "i_membrane_")
    window.session.edit(window.experiment.replace(frames=("v", "m_hh", "ina")))
    assert not window.widget.run_tab.shown.isVisibleTo(window.widget.run_tab)
    window.run_to_the_end()
    window.open_tab("Run")
    assert window.widget.run_tab.shown.isVisibleTo(window.widget)
    assert chosen(window) == (["v  (mV)", "m_hh", "ina  (mA/cm2)"], "v  (mV)")
    choose(window, "ina")
    layer, result = window.viewer.layers["fork voltage"], window.session.results[0]
    np.testing.assert_array_equal(layer.current_frame, result.frames_of("ina")[-1])
    assert layer.colorbar.unit == "mA/cm2"

    window.session.edit(window.experiment.replace(frames=("v",)))
    window.run_to_the_end()
    assert chosen(window) == (["v  (mV)"], "v  (mV)")
    window.click(window.widget.run_tab.show_button)
    assert layer.shown.name == "v"
    window.viewer.layers.remove(layer)
    assert not window.widget.run_tab.shown.isVisibleTo(window.widget.run_tab)
