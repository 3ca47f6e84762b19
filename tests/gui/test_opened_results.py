"""A result that is opened brings its traces and its experiment along."""

from __future__ import annotations

import pytest
from dock_person import Dock, forked_cell

import napari_neuron as nn
from napari_neuron.widgets import SimulationWidget


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A stored run of the forked cell: a pulse at its soma, recorded at a tip."""
    cell = forked_cell()
    experiment = nn.Experiment(
        paint=(nn.CableProperties(), nn.HodgkinHuxley()),
        stimuli=(nn.CurrentPulse(nodes=(10,), delay=1, amplitude=1),),
        recorders=(nn.VoltageRecorder(label="tip", node=24),),
        run=nn.RunSettings(duration=5),
    )
    path = tmp_path_factory.mktemp("results") / "run.h5"
    nn.simulate(cell, experiment).save(path)
    return path


@pytest.fixture
def empty_window(make_napari_viewer, qtbot):
    """napari's window with both dock widgets and no layers."""
    dock = Dock(make_napari_viewer(), qtbot)
    yield dock
    dock.widget.close()
    dock.traces.close()
    dock.wait_for_the_end()


def labels_of_traces(dock):
    return [item.key.label for item in dock.traces.content.items]


def test_its_traces_and_its_experiment_are_there(empty_window, stored):
    dock = empty_window
    dock.widget.open_experiment(stored)
    assert dock.widget.header.status.text() == "Opened run.h5."
    assert labels_of_traces(dock) == ["tip"]
    assert dock.experiment.stimuli[0].nodes == (10,)
    assert dock.editor("inputs").value == dock.experiment.stimuli
    assert dock.widget.run_tab.results.item(0).text() == "1 · fork · 5 ms · complete"
    dock.click(dock.widget.header.undo_button)
    assert dock.experiment.stimuli == ()


@pytest.mark.usefixtures("registered")
def test_so_they_are_when_the_file_is_dropped(empty_window, stored):
    empty_window.viewer.open(str(stored), plugin="napari-neuron")
    assert labels_of_traces(empty_window) == ["tip"]
    assert empty_window.experiment.recorders[0].label == "tip"


@pytest.mark.usefixtures("registered")
def test_and_when_the_docks_open_later(make_napari_viewer, stored, qtbot):
    viewer = make_napari_viewer()
    viewer.open(str(stored), plugin="napari-neuron")
    dock = Dock(viewer, qtbot)
    assert labels_of_traces(dock) == ["tip"]
    assert dock.editor("recorders").value == dock.experiment.recorders
    assert [layer.name for layer in viewer.layers].count("fork") == 1
    dock.widget.close()
    dock.traces.close()


def test_its_experiment_is_not_unsaved_work(empty_window, stored):
    empty_window.widget.open_experiment(stored)
    assert empty_window.session.results
    assert empty_window.session.unsaved == {}


def test_it_can_be_run_again(empty_window, stored):
    dock = empty_window
    dock.widget.open_experiment(stored)
    first = dock.session.results[0]
    dock.run_to_the_end()
    assert len(dock.session.results) == 2
    assert (dock.session.results[1].frames == first.frames).all()


def test_what_runs_keeps_its_experiment(empty_window, stored):
    dock = empty_window
    dock.widget.open_experiment(stored)
    long = dock.experiment.replace(run=nn.RunSettings(duration=10_000))
    dock.session.edit(long)
    dock.widget.run()
    dock.qtbot.waitUntil(lambda: dock.session.run_state == "running", timeout=20_000)
    dock.session.open_result(nn.SimulationResult.load(stored))
    assert dock.experiment == long
    dock.session.cancel()
    dock.wait_for_the_end()


def test_a_file_that_is_no_result_is_said_in_words(empty_window, tmp_path):
    path = tmp_path / "other.h5"
    path.write_bytes(b"something else")
    empty_window.widget.open_experiment(path)
    assert "this is not a result of napari-neuron" in empty_window.widget.header.problem.text()


def test_a_shown_result_of_a_script_is_known_to_the_docks(make_napari_viewer, stored):
    viewer = make_napari_viewer()
    result = nn.SimulationResult.load(stored)
    nn.show(result, viewer)
    widget = SimulationWidget(viewer)
    assert widget.session.results == (result,)
    assert not widget.session.is_out_of_date(result)
    widget.close()
