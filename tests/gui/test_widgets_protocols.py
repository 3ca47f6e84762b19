"""The dock widget "Protocols": what a person does with it, and what it leaves alone."""

from __future__ import annotations

import csv

import numpy as np
import psutil
import pytest
from dock_person import Dock, add_cell, forked_cell, texts_in
from napari.components import ViewerModel
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor

from napari_neuron import (
    CableProperties,
    ConvergenceCheck,
    CurrentPulse,
    FICurve,
    HodgkinHuxley,
    MaximumLength,
    Passive,
    RunSettings,
    StepResponses,
    SynapseThreshold,
    TransferResistance,
    VoltageRecorder,
    run_protocol,
)
from napari_neuron.protocols.kinds import PROTOCOLS
from napari_neuron.widgets import ProtocolsWidget
from napari_neuron.widgets.toolkit.style import Palette

SHORT = {"delay": 5, "duration": 20, "after": 0}


class Person:
    """Someone with the dock "Protocols" beside the two others."""

    def __init__(self, dock):
        self.dock, self.qtbot, self.session = dock, dock.qtbot, dock.session
        self.widget = ProtocolsWidget(dock.viewer)
        if hasattr(dock.viewer, "window"):
            dock.viewer.window.add_dock_widget(self.widget, name="Protocols")
        else:
            dock.qtbot.addWidget(self.widget)
        self.page = self.widget.result_page

    @property
    def form(self):
        return self.widget.edit.form

    def choose(self, kind, **fields):
        """Choose a protocol and fill in its form."""
        self.widget.kind.value = PROTOCOLS.index(kind)
        if fields:
            self.form.set_value(self.form.value.replace(**fields))

    def run(self):
        self.widget.run_button.click()
        assert self.widget.measurement.is_busy, self.widget.problem.text()

    def wait(self):
        self.qtbot.waitUntil(lambda: not self.widget.measurement.is_busy, timeout=60_000)

    def run_to_the_end(self):
        self.run()
        self.wait()
        assert self.widget.problem.text() == ""
        return self.page.result

    def wait_for_the_plot(self):
        self.qtbot.waitUntil(lambda: not self.page.plot.is_busy, timeout=20_000)

    def click_point(self, run):
        self.wait_for_the_plot()
        x, y = next(at for number, *at in self.page.plot.picture.points if number == run)
        self.qtbot.mouseClick(
            self.page.plot, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y))
        )


@pytest.fixture
def person(dock):
    dock.session.edit(
        dock.experiment.replace(
            paint=(CableProperties(), HodgkinHuxley()),
            stimuli=(CurrentPulse(nodes=(10,), delay=2, duration=5, amplitude=1),),
            recorders=(VoltageRecorder(label="tip", node=24),),
            discretisation=MaximumLength(length=20),
            run=RunSettings(duration=20),
        )
    )
    yield from _person(dock)


@pytest.fixture
def person_at_window(window):
    window.session.edit(
        window.experiment.replace(
            paint=(CableProperties(), Passive(e=-65)), run=RunSettings(duration=20)
        )
    )
    yield from _person(window)


def _person(dock):
    person = Person(dock)
    yield person
    person.widget.close()
    person.wait()


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (StepResponses, {**SHORT, "steady_window": 2, "number": 2}, "R_in"),
        (FICurve, {**SHORT, "last_amplitude": 1, "number": 3}, "Rheobase"),
        (SynapseThreshold, {"onset": 5, "window": 10, "number": 50}, "fire node 10"),
        (TransferResistance, {**SHORT, "steady_window": 2}, "R_in"),
        (ConvergenceCheck, {}, "The time step is"),
    ],
)
def test_each_protocol_says_what_a_script_is_told(person, kind, fields, words):
    person.choose(kind, **fields)
    result = person.run_to_the_end()
    cells, experiment = person.session.cells, person.session.experiment
    assert isinstance(result.protocol, kind)
    assert words in person.page.words.text()
    assert person.page.words.text() == "\n".join(result.outcome.words)
    assert result.outcome == run_protocol(cells, experiment, result.protocol).outcome
    assert person.page.table.rowCount() == len(result.outcome.runs)
    assert person.widget.tabs.currentWidget() is person.page
    assert person.widget.status.text() == f"Done: {len(result.runs)} runs."


def test_it_begins_at_the_soma_or_at_the_selected_point(dock):
    dock.select_nodes(33)
    first = ProtocolsWidget(dock.viewer)
    dock.qtbot.addWidget(first)
    assert first.edit.value.node == 33
    dock.select_nodes()
    second = ProtocolsWidget(dock.viewer)
    dock.qtbot.addWidget(second)
    assert second.edit.value.node == 10
    dock.select_nodes(24)
    second.edit.form.fields["node"].use_selected.native.click()
    assert second.edit.value.node == 24
    second.kind.value = PROTOCOLS.index(FICurve)  # the node goes along
    assert second.edit.value.node == 24
    for widget in (first, second):
        widget.close()


def test_forms_have_units_and_refuse_what_cannot_be(person):
    person.choose(FICurve)
    person.dock.type_into(person.form.fields["last_amplitude"], "300 pA")
    assert person.widget.edit.value.last_amplitude == 0.3
    person.dock.type_into(person.form.fields["skip"], "1 s")
    person.widget.run_button.click()
    assert not person.widget.measurement.is_busy
    assert "1000 ms leaves nothing of a step" in person.widget.problem.text()


def test_a_click_on_a_point_chooses_its_run_in_table_and_traces(person):
    person.choose(FICurve, **SHORT, last_amplitude=1, number=3, rheobase_precision=None)
    result = person.run_to_the_end()
    before = person.page.plot.picture
    person.click_point(2)
    assert person.page.chosen == 2
    rows = person.page.table.selectionModel().selectedRows()
    assert [row.row() for row in rows] == [result.outcome.runs.index(2)]
    person.wait_for_the_plot()
    assert person.page.plot.picture.chosen == 2
    assert before is None or person.page.plot.picture.rgba != before.rgba
    person.page.table.selectRow(0)
    assert person.page.chosen == result.outcome.runs[0]


def test_a_chosen_run_is_shown_in_the_viewer_and_in_traces(person_at_window):
    person = person_at_window
    person.choose(StepResponses, **SHORT, steady_window=2, number=2)
    result = person.run_to_the_end()
    person.page.choose(1)
    person.page.show_button.click()
    person.wait()
    (shown,) = person.session.results
    assert shown.n_frames == shown.experiment.run.n_frames
    np.testing.assert_array_equal(shown.samples, result.runs[1].result.samples)
    assert person.dock.viewer.layers["fork voltage"].frames.shape[0] == shown.n_frames
    assert person.dock.traces.result is shown
    assert "run 1 of the session" in person.widget.status.text()


def test_the_session_s_own_run_is_not_disturbed(person):
    alone = person.dock
    alone.run_to_the_end()
    before = person.session.results[-1]
    experiment = person.session.experiment
    person.choose(FICurve, **SHORT, last_amplitude=1, number=3)
    person.run()
    alone.run_to_the_end()
    person.wait()
    beside = person.session.results[-1]
    assert beside is not before
    np.testing.assert_array_equal(beside.voltage, before.voltage)
    assert person.session.experiment is experiment
    assert len(person.session.results) == 2
    assert np.isfinite(person.page.result["rheobase"])


def test_while_the_session_runs_no_other_run_is_shown(person):
    person.choose(StepResponses, **SHORT, steady_window=2, number=2)
    person.run_to_the_end()
    person.page.choose(1)
    person.session.edit(
        person.session.experiment.replace(run=RunSettings(duration=1e5, frame_interval=5))
    )
    person.dock.click(person.dock.widget.header.run_button)
    person.page.show_button.click()
    assert "is under way" in person.widget.problem.text()
    person.session.cancel()
    person.dock.wait_for_the_end()
    assert not person.widget.measurement.is_busy


def test_cancel_keeps_what_is_done(person):
    person.choose(FICurve, delay=5, duration=3e4, number=4, last_amplitude=0.001)
    person.run()
    person.qtbot.waitUntil(lambda: person.widget.progress.fraction > 0, timeout=30_000)
    person.widget.cancel_button.click()
    person.qtbot.waitUntil(lambda: not person.widget.measurement.is_busy, timeout=5_000)
    assert person.widget.status.text().startswith("Cancelled after")
    assert person.widget.run_button.isVisibleTo(person.widget)
    person.choose(FICurve, **SHORT, number=2, rheobase_precision=None)
    assert len(person.run_to_the_end().runs) == 2


def test_what_went_wrong_is_said(person):
    person.session.edit(
        person.session.experiment.replace(run=RunSettings(duration=20, dt=10, frame_interval=10))
    )
    person.choose(StepResponses, node=10, delay=5, last_amplitude=1e5, first_amplitude=1e4)
    person.run()
    person.wait()
    said = person.page.warnings.text()
    assert "failed: the run was stopped at" in said
    assert "at node 10 of 'fork' became NaN or left ±1000 mV" in said


def test_table_and_picture_are_saved(person, tmp_path):
    person.choose(FICurve, **SHORT, last_amplitude=1, number=3, rheobase_precision=None)
    person.run_to_the_end()
    for name, save in (
        ("table.csv", person.page.save_table),
        ("plot.svg", person.page.save_picture),
        ("plot.png", person.page.save_picture),
    ):
        save(tmp_path / name)
        person.qtbot.waitUntil(
            lambda name=name: person.widget.status.text() == f"Saved {name}.", timeout=20_000
        )
    with open(tmp_path / "table.csv", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0][:3] == ["amplitude (nA)", "spikes", "rate (Hz)"]
    assert [float(row[0]) for row in rows[1:]] == [0, 0.5, 1]
    assert "<svg" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_saved_is_said(person, tmp_path):
    person.choose(StepResponses, **SHORT, steady_window=2, number=2)
    person.run_to_the_end()
    person.page.save_picture(tmp_path / "no" / "plot.png")
    person.qtbot.waitUntil(
        lambda: "plot.png was not saved" in person.widget.problem.text(), timeout=20_000
    )


def test_closing_the_dock_ends_its_processes(dock):
    person = Person(dock)
    person.choose(FICurve, delay=5, duration=1e5, number=4, last_amplitude=0.001)
    person.run()
    measurement = person.widget.measurement
    person.qtbot.waitUntil(lambda: measurement.fraction > 0, timeout=30_000)
    pids = measurement.pids
    assert pids
    person.widget.close()
    person.qtbot.waitUntil(lambda: not any(map(psutil.pid_exists, pids)), timeout=10_000)


def test_without_a_cell_it_says_what_to_do(qtbot):
    widget = ProtocolsWidget(ViewerModel())
    qtbot.addWidget(widget)
    assert "Open a skeleton" in " ".join(texts_in(widget.edit))
    assert not widget.run_button.isVisibleTo(widget)
    assert widget.open_button.isVisibleTo(widget)
    widget.close()


def test_another_cell_gets_nodes_of_its_own(qtbot):
    viewer = ViewerModel()
    add_cell(viewer, forked_cell())
    dock = Dock(viewer, qtbot)
    person = Person(dock)
    person.choose(TransferResistance)
    assert person.widget.edit.value.node == 10
    other = forked_cell("other", node_id=np.arange(100, 111))
    dock.session.choose_cells((other,))
    assert person.widget.edit.value.node == 100
    assert set(person.widget.edit.value.nodes) <= set(range(100, 111))
    types = [3, 3, 1, *[3] * 8]
    dock.session.choose_cells((forked_cell("third", node_id=np.arange(100, 111), swc_type=types),))
    assert person.widget.edit.value.node == 102  # its soma
    for widget in (person.widget, dock.widget, dock.traces):
        widget.close()


def test_it_fits_into_400_pixels_and_scrolls(person):
    person.widget.resize(400, 500)
    person.widget.show()
    for kind in PROTOCOLS:
        person.choose(kind)
        person.qtbot.wait(20)
        page = person.widget.tabs.widget(0)
        assert page.widget().width() <= page.viewport().width() <= 400
        for field in person.form.fields.values():
            corner = field.native.mapTo(person.widget, QPoint(field.native.width(), 0))
            assert corner.x() <= 400
    person.choose(StepResponses, **SHORT, steady_window=2, number=2)
    person.run_to_the_end()
    assert person.page.widget().width() <= person.page.viewport().width()


def test_the_plot_takes_the_theme_over(person_at_window):
    person = person_at_window
    person.choose(StepResponses, **SHORT, steady_window=2, number=2)
    person.run_to_the_end()
    corners = []
    for theme in ("dark", "light"):
        person.dock.viewer.theme = theme
        person.wait_for_the_plot()
        corners.append(person.page.plot.picture.rgba[:4])
        assert corners[-1] == bytes(QColor(Palette.of(theme).background).getRgb())
    assert corners[0] != corners[1]
