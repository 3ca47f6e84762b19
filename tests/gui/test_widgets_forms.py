"""Editors: what is shown is what comes back, and what is typed is understood."""

from __future__ import annotations

import pytest
from qtpy.QtWidgets import QToolTip

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    DLambda,
    Everywhere,
    Exp2Synapse,
    HodgkinHuxley,
    Labelled,
    MaximumLength,
    Passive,
    PickedNodes,
    RunSettings,
    SpikeDetector,
    SwcTypes,
    VoltageRecorder,
)
from napari_neuron.widgets.forms.discretisation_edit import DiscretisationEdit
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.toolkit.numbers import NumberEdit, shown_number

SPECS = [
    CableProperties(Ra=266.1, cm=0.8),
    Passive(g=1 / 20800, e=-60, region=SwcTypes(types=(2, 3))),
    Passive(region=PickedNodes(nodes=(20, 34))),
    HodgkinHuxley(gnabar=0.3, region=Labelled(labels=("axon", "dendrite"))),
    HodgkinHuxley(whole_sections=True),
    CurrentPulse(nodes=(20, 20), delay=1.5, duration=3, amplitude=-0.25),
    AlphaSynapse(nodes=(30, 31), onset=250, tau=0.1, gmax=0.1, e=-10),
    Exp2Synapse(nodes=(10,), tau1=1, tau2=7, number=10**9, noise=0.5, seed=2**32 - 1),
    VoltageRecorder(label="axon tip", node=24),
    SpikeDetector(label="soma", node=10, threshold=-12.5),
    RunSettings(duration=1000, dt=0.01, celsius=24, v_init=-60, frame_interval=0.25),
]


@pytest.fixture
def type_into(qtbot):
    from qtpy.QtCore import Qt

    def type_into(editor, text):
        editor.native.selectAll()
        qtbot.keyClicks(editor.native, text)
        qtbot.keyClick(editor.native, Qt.Key.Key_Return)

    return type_into


def told(signal):
    heard = []
    signal.connect(heard.append)
    return heard


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_a_form_gives_back_what_it_is_given_and_tells_nothing_of_it(spec, view, qtbot):
    form = SpecForm(spec.replace(), view)
    qtbot.addWidget(form)
    heard = told(form.changed)
    form.set_value(spec)
    shown = {name: widget.value for name, widget in form.fields.items()}
    assert form.value == spec
    assert shown == {name: getattr(spec, name) for name in shown}
    assert heard == []


@pytest.mark.parametrize("rule", [DLambda(d_lambda=0.05), MaximumLength(length=2.5)])
def test_the_discretisation_gives_back_what_it_is_given(rule, view, qtbot):
    edit = DiscretisationEdit(view)
    qtbot.addWidget(edit)
    heard = told(edit.changed)
    edit.set_value(rule)
    assert edit.value == rule
    assert heard == []


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.5", 0.5),
        ("4.8e-05", 4.8e-05),
        ("4.8E-5 S/cm2", 4.8e-05),
        ("1e3", 1000.0),
        ("-70", -70.0),
        ("0,25", 0.25),
    ],
)
def test_a_number_is_read_as_people_write_it(typed, value, qtbot, type_into):
    edit = NumberEdit(1.0, unit="S/cm2")
    qtbot.addWidget(edit.native)
    heard = told(edit.changed)
    type_into(edit, typed)
    assert heard == [value]


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("200 pA", "nA", 0.2),
        ("1 s", "ms", 1000.0),
        ("500us", "ms", 0.5),
        ("-0.065 V", "mV", -65.0),
        ("1,5 nS", "µS", 0.0015),
        ("2 kHz", "Hz", 2000.0),
        ("0.5 GOhm", "MΩ", 500.0),
        ("36 mS/cm2", "S/cm2", 0.036),
        ("120 mS/cm²", "S/cm2", 0.12),
        ("30 pS/um2", "S/cm2", 0.003),
        ("1 uF/cm2", "µF/cm2", 1.0),
        ("20 C", "°C", 20.0),
        ("20 °C", "°C", 20.0),
        ("100 ohm cm", "Ω·cm", 100.0),
    ],
)
def test_a_unit_may_have_another_prefix(typed, unit, value, qtbot, type_into):
    edit = NumberEdit(7.0, unit=unit)
    qtbot.addWidget(edit.native)
    type_into(edit, typed)
    assert edit.value == value


@pytest.mark.parametrize(
    ("typed", "unit"), [("5 mS", "ms"), ("5 mV", "nA"), ("5 m", "S/cm2"), ("5 mS", "S/cm2")]
)
def test_another_unit_is_not_a_number(typed, unit, qtbot, type_into):
    edit = NumberEdit(7.0, unit=unit)
    qtbot.addWidget(edit.native)
    type_into(edit, typed)
    assert edit.value == 7.0


def test_what_is_not_a_number_goes_back_to_the_last_one(qtbot, type_into):
    edit = NumberEdit(1.5, unit="mV")
    qtbot.addWidget(edit.native)
    heard = told(edit.changed)
    type_into(edit, "1e")
    assert edit.native.text() == "1.5 mV"
    assert heard == []


def test_what_is_not_a_number_is_said_beside_the_field(qtbot, type_into):
    edit = NumberEdit(10.0, unit="ms")
    qtbot.addWidget(edit.native)
    with qtbot.waitExposed(edit.native):
        edit.native.show()
    type_into(edit, "-65 mV")
    assert QToolTip.text() == "“-65 mV” is not a number in ms; it stays at 10 ms"
    QToolTip.hideText()


def test_a_number_keeps_the_digits_that_are_not_shown(qtbot, type_into):
    edit = NumberEdit(1 / 20800, unit="S/cm2")
    qtbot.addWidget(edit.native)
    assert edit.native.text() == "4.807692e-5 S/cm2"
    type_into(edit, edit.native.text())
    assert edit.value == 1 / 20800


@pytest.mark.parametrize(
    ("value", "steps", "expected"),
    [
        (4.8e-05, 1, 4.9e-05),
        (1e-4, -1, 9.9e-05),
        (100, 1, 110),
        (100, -1, 99),
        (-65, 1, -64),
        (0.1, 1, 0.11),
        (0, 1, 0.01),
    ],
)
def test_arrows_step_in_the_second_digit(value, steps, expected, qtbot):
    edit = NumberEdit(value, step_at_zero=0.01)
    qtbot.addWidget(edit.native)
    edit.native.stepBy(steps)
    assert edit.value == pytest.approx(expected, rel=1e-12)


def test_arrows_stop_at_what_is_allowed(view, qtbot):
    form = SpecForm(Exp2Synapse(nodes=(10,), noise=1), view)
    qtbot.addWidget(form)
    form.fields["noise"].native.stepBy(1)
    assert form.value.noise == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(100.0, "100"), (0.025, "0.025"), (1 / 20800, "4.807692e-5"), (1e7, "1e7"), (0.0, "0")],
)
def test_numbers_are_written_shortly(value, text):
    assert shown_number(value) == text


def test_a_typed_mistake_is_said_in_words_and_changes_nothing(view, qtbot, type_into):
    form = SpecForm(RunSettings(), view)
    qtbot.addWidget(form)
    heard = told(form.changed)
    type_into(form.fields["duration"], "-5")
    assert form.problem_text == "Duration: must be greater than 0 (got -5.0)"
    assert heard == []
    type_into(form.fields["duration"], "50")
    assert form.problem_text == ""
    assert [spec.duration for spec in heard] == [50]


def test_two_fields_that_only_fit_together_can_be_typed_one_after_the_other(view, qtbot, type_into):
    form = SpecForm(RunSettings(), view)
    qtbot.addWidget(form)
    heard = told(form.changed)
    type_into(form.fields["dt"], "0.2")
    assert "multiple of dt" in form.problem_text
    type_into(form.fields["frame_interval"], "0.4")
    assert [(spec.dt, spec.frame_interval) for spec in heard] == [(0.2, 0.4)]


def test_fields_show_their_units(view, qtbot):
    form = SpecForm(Passive(), view)
    qtbot.addWidget(form)
    assert form.fields["g"].native.text() == "0.001 S/cm2"
    assert form.fields["e"].native.text() == "-70 mV"


def test_a_region_is_chosen_among_the_types_the_cell_has(view, qtbot):
    form = SpecForm(Passive(), view)
    qtbot.addWidget(form)
    heard = told(form.changed)
    region = form.fields["region"]
    region.kind = "swc_types"
    assert list(region.choices) == [
        "1 soma  (1)",
        "2 axon  (5)",
        "3 basal dendrite  (5)",
    ]
    assert heard == []  # nothing is ticked yet
    region.choices["2 axon  (5)"].native.click()
    assert heard[-1].region == SwcTypes(types=(2,))
    assert region.said.startswith("5 of 11 nodes, ")
    region.choices["3 basal dendrite  (5)"].native.click()
    assert heard[-1].region == SwcTypes(types=(2, 3))
    region.kind = "everywhere"
    assert heard[-1].region == Everywhere()


def test_a_region_is_chosen_among_the_labels_the_cell_has(view, qtbot):
    form = SpecForm(Passive(), view)
    qtbot.addWidget(form)
    region = form.fields["region"]
    region.kind = "labelled"
    region.choices["dendrite  (5)"].native.click()
    assert form.value.region == Labelled(labels=("dendrite",))


def test_a_region_is_made_of_the_selected_points(view, viewer_model, qtbot):
    form = SpecForm(Passive(), view)
    qtbot.addWidget(form)
    region = form.fields["region"]
    region.kind = "picked_nodes"
    assert "Select points" in region.said
    viewer_model.layers["fork nodes"].selected_data = {1, 2}
    region.nodes.use_selected.native.click()
    assert form.value.region == PickedNodes(nodes=(20, 21))
    assert region.said.startswith("2 of 11 nodes")


def test_nodes_can_be_typed(view, qtbot, type_into):
    form = SpecForm(CurrentPulse(nodes=(10,)), view)
    qtbot.addWidget(form)
    type_into(form.fields["nodes"].ids, "30, 30 31")
    assert form.value.nodes == (30, 30, 31)


def test_nodes_that_are_no_numbers_are_said(view, qtbot, type_into):
    form = SpecForm(CurrentPulse(nodes=(10,)), view)
    qtbot.addWidget(form)
    type_into(form.fields["nodes"].ids, "soma")
    assert form.problem_text.startswith("Nodes:")
    assert form.value.nodes == (10,)


def test_node_ids_of_any_size_are_kept(view, qtbot):
    huge = 2**63 - 1
    form = SpecForm(VoltageRecorder(label="a", node=huge), view)
    qtbot.addWidget(form)
    assert form.fields["node"].value == huge


def test_ten_thousand_nodes_are_kept_when_the_field_is_left(view, qtbot):
    pulse = CurrentPulse(nodes=tuple(range(100_000, 110_000)))
    form = SpecForm(pulse, view)
    qtbot.addWidget(form)
    heard = told(form.changed)
    form.fields["nodes"].ids.native.commit()
    assert form.value == pulse
    assert heard == []


def test_a_recorder_takes_one_selected_point_only(view, viewer_model, qtbot):
    form = SpecForm(VoltageRecorder(label="a", node=10), view)
    qtbot.addWidget(form)
    button = form.fields["node"].use_selected
    nodes = viewer_model.layers["fork nodes"]
    nodes.selected_data = {1, 2}
    assert not button.enabled
    nodes.selected_data = {2}
    button.native.click()
    assert form.value.node == 21
