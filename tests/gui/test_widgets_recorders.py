"""The tab Recorders offers what there is to record, and says what is wrong."""

import numpy as np
import pytest

import napari_neuron.spec as s
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.widgets.forms.known_names import process_of, variables


@pytest.fixture
def knowing(knowing):
    """The dock with the tab open, once the catalogue has been read."""
    knowing.open_tab("Recorders")
    return knowing


def offered(edit):
    edit.offer()
    return [edit.box.itemText(i) for i in range(edit.box.count())]


def test_the_variables_of_an_input_are_offered_with_their_units(knowing):
    dock = knowing
    stimuli = (
        s.Synapse(nodes=(20,), label="syn"),
        s.VoltageClamp(nodes=(20,), label="clamp"),
    )
    recorder = s.ProcessRecorder(label="r", stimulus="syn", node=20)
    dock.session.edit(dock.experiment.replace(stimuli=stimuli, recorders=(recorder,)))
    form = dock.editor("recorders").form
    texts = offered(form.fields["variable"])
    assert texts[:4] == ["i  (nA)", "g  (µS)", "A  (µS)", "B  (µS)"]
    form.fields["variable"].box.setCurrentIndex(2)
    form.fields["variable"].box.activated.emit(2)
    assert dock.experiment.recorders[0].variable == "A"
    assert form.fields["variable"].line.text() == "A"
    form.fields["stimulus"].line.setText("clamp")
    form.fields["stimulus"].line.commit()
    assert "vc  (mV)" in offered(form.fields["variable"])


def test_what_is_painted_at_the_node_is_offered_with_its_unit(knowing):
    dock = knowing
    paint = (
        s.CableProperties(),
        s.Passive(),
        s.HodgkinHuxley(region=s.SwcTypes(types=(2,))),
        s.Ions(ion="ca", e=120, region=s.SwcTypes(types=(3,))),
    )
    recorder = s.VariableRecorder(label="r", node=20)
    dock.session.edit(dock.experiment.replace(paint=paint, recorders=(recorder,)))
    form = dock.editor("recorders").form
    axon = offered(form.fields["variable"])
    assert {
        "i_membrane_  (nA)",
        "i_pas  (mA/cm2)",
        "m_hh",
        "gna_hh  (S/cm2)",
        "mtau_hh  (ms)",
        "ina  (mA/cm2)",
        "nai  (mM)",
        "ek  (mV)",
    } <= set(axon)
    assert "cai  (mM)" not in axon
    dock.session.edit(dock.experiment.replace(recorders=(recorder.replace(node=31),)))
    dendrite = offered(form.fields["variable"])
    assert {"cai  (mM)", "g_pas  (S/cm2)"} <= set(dendrite)
    assert "m_hh" not in dendrite
    assert {"m_hh", "cai"} <= set(variables(dock.widget.view))


TIMES = {"times": (0.0, 1.0)}


@pytest.mark.parametrize(
    "stimulus",
    [
        s.CurrentPulse(nodes=(1,)),
        s.CurrentNoise(nodes=(1,)),
        s.CurrentWaveform(nodes=(1,), amplitudes=(0, 1), **TIMES),
        s.VoltageClamp(nodes=(1,)),
        s.VoltageWaveform(nodes=(1,), levels=(0, 1), **TIMES),
        s.PointLeak(nodes=(1,)),
        s.AlphaSynapse(nodes=(1,)),
        s.Exp2Synapse(nodes=(1,)),
        s.Synapse(nodes=(1,)),
        s.Synapse(nodes=(1,), conductance=s.ExpConductance()),
        s.Synapse(nodes=(1,), conductance=s.MechanismConductance(mechanism="AlphaSynapse")),
        s.PointProcess(nodes=(1,), mechanism="APCount"),
    ],
    ids=lambda stimulus: stimulus.kind,
)
def test_an_input_is_known_as_the_process_it_is_compiled_to(stimulus):
    from dock_person import forked_cell

    at_soma = stimulus.replace(nodes=(10,))
    model = compile_experiment([forked_cell()], s.Experiment(stimuli=(at_soma,)))
    assert process_of(at_soma) == model.point_processes[0].mechanism


def test_two_recorders_of_one_label_are_refused_with_one_message(dock):
    dock.select_nodes(10, 20)
    dock.add("recorders", "Spikes")
    before = dock.experiment
    dock.type_into(dock.editor("recorders").form.fields["label"], "node 10")
    assert dock.experiment == before
    said = "the recorder at node 10 is called 'node 10' too; give one of them another name"
    assert dock.editor("recorders").form.problem_text == f"Name: {said}"
    assert dock.widget.header.problem.text() == f"Recorders: {said}"


def test_a_spike_detector_says_which_crossings_count(dock):
    dock.select_nodes(10)
    dock.add("recorders", "Spikes")
    form = dock.editor("recorders").form
    dock.type_into(form.fields["threshold"], "-55")
    dock.type_into(form.fields["refractory"], "2")
    form.fields["direction"].value = "falling"
    form.fields["direction"].changed.emit("falling")
    detector = dock.experiment.recorders[0]
    assert (detector.threshold, detector.refractory, detector.direction) == (-55, 2, "falling")
    assert form.fields["threshold"].native.text() == "-55 mV"
    assert np.isclose(form.fields["refractory"].value, 2)
