"""What is not saved is kept as it is edited, and offered by the next window."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from dock_person import SWC, Dock, add_cell, forked_cell
from napari.components import ViewerModel

from napari_neuron import (
    CurrentPulse,
    Experiment,
    FloorRadii,
    HodgkinHuxley,
    NetworkRun,
    PointNetwork,
    read_morphology,
)
from napari_neuron.widgets import NetworkWidget


@pytest.fixture
def opened(qtbot):
    """Open docks, each as in a napari of its own; all are closed at the end."""
    docks = []

    def open_dock(*cells):
        viewer = ViewerModel()
        for cell in cells:
            add_cell(viewer, cell)
        dock = Dock(viewer, qtbot)
        docks.append(dock)
        wait_until_kept(dock.widget, qtbot)
        return dock

    yield open_dock
    for dock in docks:
        close(dock)


def close(dock):
    dock.widget.close()
    dock.traces.close()


def wait_until_kept(widget, qtbot):
    qtbot.waitUntil(lambda: not widget.keeping.is_busy, timeout=20_000)


def kept(state):
    return [Experiment.load(path) for path in (state / "autosave").glob("experiment-*.json")]


def is_offered(dock):
    return dock.widget.offer.isVisibleTo(dock.widget)


def edit(dock):
    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")


def test_an_edit_is_in_a_file_a_moment_later(opened, qtbot, state):
    dock = opened(forked_cell())
    assert kept(state) == []
    edit(dock)
    wait_until_kept(dock.widget, qtbot)
    assert kept(state) == [dock.experiment]


def test_undoing_all_leaves_nothing_to_keep(opened, qtbot, state):
    dock = opened(forked_cell())
    edit(dock)
    wait_until_kept(dock.widget, qtbot)
    dock.click(dock.widget.header.undo_button)
    wait_until_kept(dock.widget, qtbot)
    assert kept(state) == []


def test_saving_leaves_nothing_to_keep_until_the_next_edit(opened, qtbot, state, tmp_path):
    dock = opened(forked_cell())
    edit(dock)
    dock.widget.save_experiment(tmp_path / "saved.json")
    wait_until_kept(dock.widget, qtbot)
    assert kept(state) == []
    edit(dock)
    close(dock)
    assert kept(state) == [dock.experiment]


def test_closing_with_nothing_to_lose_leaves_no_file(opened, state, tmp_path):
    dock = opened(forked_cell())
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    dock.widget.save_experiment(tmp_path / "saved.json")
    close(dock)
    assert list((state / "autosave").glob("*")) == []
    assert not is_offered(opened(forked_cell()))


def test_what_was_not_saved_is_offered_and_restored_in_one_step(opened, state):
    first = opened(forked_cell())
    edit(first)
    dock = None
    first.add("biophysics", "Hodgkin–Huxley (hh)")
    close(first)
    dock = opened(forked_cell())
    assert is_offered(dock)
    text = dock.widget.offer.text.text()
    assert text.startswith("The experiment of today")
    assert text.endswith("(fork) was not saved.")
    assert dock.experiment.stimuli == ()
    dock.click(dock.widget.offer.restore_button)
    assert dock.experiment == first.experiment
    assert not is_offered(dock)
    assert dock.widget.header.status.text().startswith("Restored the experiment of today")
    assert kept(state) == [dock.experiment]
    dock.click(dock.widget.header.undo_button)
    assert dock.experiment == Experiment(cells=dock.experiment.cells)
    assert not dock.session.can_undo


def test_what_is_discarded_is_offered_no_more(opened, state):
    first = opened(forked_cell())
    edit(first)
    close(first)
    dock = opened(forked_cell())
    dock.click(dock.widget.offer.discard_button)
    assert not is_offered(dock)
    assert kept(state) == []
    assert dock.experiment.stimuli == ()
    (aside,) = (state / "autosave").glob("*.discarded")  # for who clicked beside the other button
    assert str(aside) in dock.widget.header.status.text().replace("\u200b", "")
    assert dock.widget.minimumSizeHint().width() <= 400
    dock.widget.open_experiment(aside)
    assert dock.experiment == first.experiment


def test_what_is_neither_restored_nor_discarded_is_offered_again(opened):
    first = opened(forked_cell())
    edit(first)
    close(first)
    close(opened(forked_cell()))
    assert is_offered(opened(forked_cell()))


def test_another_window_that_is_open_is_not_offered_it(opened):
    edit(opened(forked_cell()))
    assert not is_offered(opened(forked_cell()))


def test_the_dock_opened_again_in_the_same_viewer_offers_nothing(opened, qtbot):
    first = opened(forked_cell())
    edit(first)
    close(first)
    again = Dock(first.viewer, qtbot)
    wait_until_kept(again.widget, qtbot)
    assert again.experiment.stimuli
    assert not is_offered(again)
    close(again)


def test_experiments_of_other_choices_of_cells_are_kept_too(opened, state):
    dock = opened(forked_cell("a"), forked_cell("b"))
    dock.session.edit(dock.experiment.replace(paint=(HodgkinHuxley(),)))
    dock.session.choose_cells(
        (dock.viewer.layers["b nodes"].metadata["napari_neuron"]["morphology"],)
    )
    edit_of_b = dock.experiment.replace(stimuli=(CurrentPulse(nodes=(10,)),))
    dock.session.edit(edit_of_b)
    close(dock)
    assert sorted(one.cells[0].name for one in kept(state)) == ["a", "b"]
    dock = opened(forked_cell("a"), forked_cell("b"))
    dock.click(dock.widget.offer.restore_button)
    dock.qtbot.waitUntil(lambda: is_offered(dock), timeout=20_000)
    dock.click(dock.widget.offer.restore_button)
    restored = dock.session.unsaved
    assert restored[("a",)].paint == (HodgkinHuxley(),)
    assert restored[("b",)] == edit_of_b


def test_a_cell_that_is_not_open_is_read_from_its_file_and_repaired(opened, tmp_path):
    path = tmp_path / "three.swc"
    path.write_text(SWC)
    first = opened(read_morphology(path, units="um"))
    first.session.edit(first.experiment.replace(paint=(HodgkinHuxley(),)))
    first.session.repair((FloorRadii(minimum=1.5),))
    close(first)
    dock = opened()
    assert "Restore opens three.swc." in dock.widget.offer.text.text()
    dock.click(dock.widget.offer.restore_button)
    assert dock.experiment == first.experiment
    assert dock.session.cells[0].radius.min() == 1.5


def test_a_cell_without_a_file_is_to_be_opened_first(opened):
    first = opened(forked_cell())
    edit(first)
    close(first)
    dock = opened()
    offer = dock.widget.offer
    assert "To restore it open fork (it came from no file)." in offer.text.text()
    assert not offer.restore_button.isEnabled()
    add_cell(dock.viewer, forked_cell())
    assert offer.restore_button.isEnabled()
    dock.click(offer.restore_button)
    assert dock.experiment == first.experiment


def test_a_skeleton_that_has_changed_is_said_and_the_offer_stays(opened, tmp_path):
    path = tmp_path / "three.swc"
    path.write_text(SWC)
    first = opened(read_morphology(path, units="um"))
    first.session.edit(first.experiment.replace(paint=(HodgkinHuxley(),)))
    close(first)
    path.write_text(SWC + "4 3 0 150 0 1 3\n")
    dock = opened()
    dock.click(dock.widget.offer.restore_button)
    assert "has changed since" in dock.widget.header.problem.text()
    assert is_offered(dock)
    add_cell(dock.viewer, read_morphology(path, units="um"))  # a person finds it the same
    dock.click(dock.widget.offer.restore_button)
    assert dock.experiment.paint == (HodgkinHuxley(),)


def test_a_damaged_file_is_a_word_and_nothing_else(opened, state):
    folder = state / "autosave"
    folder.mkdir()
    (folder / "experiment-1.json").write_text('{"version": 1, "paint": [{"kind": "__import__"}]}')
    dock = opened(forked_cell())
    assert not is_offered(dock)
    assert "is damaged" in dock.widget.header.status.text()
    edit(dock)
    assert dock.experiment.stimuli


def test_where_nothing_can_be_written_the_window_says_so_once(opened, qtbot, state, monkeypatch):
    (state / "taken").write_text("")
    monkeypatch.setenv("NAPARI_NEURON_STATE", str(state / "taken"))
    dock = opened(forked_cell())
    said = []
    for _ in range(2):
        edit(dock)
        wait_until_kept(dock.widget, qtbot)
        said.append(dock.widget.header.problem.text())
    assert said[0].startswith("What is not saved cannot be kept for the next time: ")
    assert said[1] == ""
    assert len(dock.experiment.stimuli) == 2


CRASH = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from dock_person import add_cell, forked_cell
from napari.components import ViewerModel
from napari.qt import get_qapp
from qtpy.QtTest import QTest
app = get_qapp()
from napari_neuron import CurrentPulse
from napari_neuron.widgets import SimulationWidget
viewer = ViewerModel()
add_cell(viewer, forked_cell())
dock = SimulationWidget(viewer)
dock.session.edit(dock.session.experiment.replace(stimuli=(CurrentPulse(nodes=(24,)),)))
while True:
    QTest.qWait(50)
    if not dock.keeping.is_busy:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_what_was_edited_before_a_crash_is_offered(opened):
    done = subprocess.run(
        [sys.executable, "-c", CRASH, os.path.dirname(__file__)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert done.returncode < 0
    dock = opened(forked_cell())
    dock.click(dock.widget.offer.restore_button)
    assert dock.experiment.stimuli == (CurrentPulse(nodes=(24,)),)


def test_a_network_is_kept_and_restored_in_one_step(qtbot, state):
    network = PointNetwork.from_adjacency([[0, 1], [1, 0]])
    first = NetworkWidget(ViewerModel())
    qtbot.addWidget(first)
    first.session.open(network)
    first.session.edit(network.replace(run=NetworkRun(duration=77)))
    first.close()
    assert len(list((state / "autosave").glob("network-*.json"))) == 1
    other = NetworkWidget(ViewerModel())
    qtbot.addWidget(other)
    wait_until_kept(other, qtbot)
    assert "(2 neurons, 2 edges) was not saved" in other.offer.text.text()
    other.offer.restore_button.click()
    assert other.session.network == first.session.network
    other.session.undo()
    assert other.session.network == PointNetwork()
    other.close()


def test_a_network_that_was_loaded_and_not_edited_is_not_kept(qtbot, state):
    widget = NetworkWidget(ViewerModel())
    qtbot.addWidget(widget)
    widget.session.open(PointNetwork.from_adjacency([[0, 1], [1, 0]]))
    widget.close()
    assert list((state / "autosave").glob("*.json")) == []
