"""Whatever Python can say is shown in the window, and is left as it is by edits beside it."""

from __future__ import annotations

import pytest
from dock_person import forked_cell

from napari_neuron import spec as s
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.forms.summaries import (
    paint_in_words,
    recorder_in_words,
    region_in_words,
    stimulus_in_words,
)
from napari_neuron.widgets.placing.markers import markers_of

N = (20, 30)
REGIONS = [
    s.Everywhere(),
    s.SwcTypes(types=(2,)),
    s.Labelled(labels=("axon",)),
    s.PickedNodes(nodes=N),
    s.PathDistance(origin="soma", minimum=10),
    s.PathDistance(maximum=100),
    s.RadiusRange(minimum=0.2, maximum=3),
    s.BranchOrder(minimum=1),
    s.Subtree(node=20),
    s.AllOf(regions=(s.SwcTypes(types=(2,)), s.PathDistance(minimum=50))),
    s.AnyOf(regions=(s.Subtree(node=20), s.NoneOf(regions=(s.RadiusRange(maximum=1),)))),
    s.NoneOf(regions=(s.SwcTypes(types=(1, 2)),)),
]
PROFILES = [
    s.Linear(offset=1, slope=0.002, maximum=3),
    s.Exponential(amplitude=2, length=-50, along="soma_distance"),
    s.Sigmoid(low=1, high=2, centre=100, width=10),
    s.StepAt(before=1, beyond=2, at=50),
    s.Gaussian(amplitude=3, centre=50, width=5, minimum=0.1),
    s.Table(x=(0, 100), values=(1, 2.5), along="radius"),
]
PAINT = [
    s.CableProperties(),
    s.Passive(),
    s.HodgkinHuxley(),
    *(s.Passive(region=region) for region in REGIONS),
    *(s.CableProperties(cm=profile) for profile in PROFILES),
    s.DensityMechanism(name="fastpas"),
    s.DensityMechanism(
        name="hh",
        parameters=(
            s.Parameter(name="gnabar", value=0.1),
            s.Parameter(name="gl", value=PROFILES[0]),
        ),
    ),
    s.DensityMechanism(name="kdr_unknown", parameters=(s.Parameter(name="g[1]", value=2),)),
    s.Ions(ion="na", e=55),
    s.Ions(ion="ca", inside=PROFILES[1], outside=2),
    s.Ions(ion="k", style=s.IonStyle(concentration=3, nernst_while_running=True)),
]
STIMULI = [
    s.CurrentPulse(nodes=N, enabled=False, label="kick"),
    s.CurrentPulseTrain(nodes=N),
    s.CurrentRamp(nodes=N),
    s.CurrentSine(nodes=N, phase=90),
    s.CurrentChirp(nodes=N, sweep="exponential"),
    s.CurrentNoise(nodes=N, shared=True),
    s.CurrentWaveform(nodes=N, times=(0, 1 / 3, 2), amplitudes=(0, 0.1, 1e-9)),
    s.CurrentWaveform(nodes=N, times=range(1000), amplitudes=(0.1,) * 1000),
    s.VoltageClamp(nodes=N),
    s.VoltageClamp(nodes=N, steps=(s.VoltageStep(duration=1, level=-90),) * 7),
    s.VoltageWaveform(nodes=N, times=(0, 5), levels=(-65, 20)),
    s.PointLeak(nodes=N),
    s.AlphaSynapse(nodes=N),
    s.Exp2Synapse(nodes=N),
    s.Synapse(nodes=N),
    s.Synapse(nodes=N, conductance=s.ExpConductance(tau=3), events=s.PoissonEvents(rate=7)),
    s.Synapse(nodes=N, events=s.RegularEvents(rate=7), shared=True),
    s.Synapse(nodes=N, events=s.SpikeTimes(times=(1, 2.5)), weights=(0.1, 0.2), delays=(1, 2)),
    s.Synapse(nodes=N, events=s.NodeSpikes(node=10, source_cell="other"), train_of=(0, 0)),
    s.Synapse(
        nodes=N,
        conductance=s.MechanismConductance(mechanism="Exp2Syn", parameters=(("tau2", 9.0),)),
    ),
    s.PointProcess(nodes=N, mechanism="SEClamp", parameters=(("dur1", 5.0), ("amp1", -60.0))),
]
RECORDERS = [
    s.VoltageRecorder(label="a", node=10, enabled=False),
    s.VariableRecorder(label="b", node=20, variable="m_hh", interval=0.1),
    s.ProcessRecorder(label="c", node=20, stimulus="kick", variable="i", copy_number=1),
    s.SpikeDetector(label="d", node=24, direction="falling", refractory=2),
]
EVERYTHING = [*PAINT, *STIMULI, *RECORDERS]


@pytest.mark.parametrize("spec", EVERYTHING, ids=lambda spec: type(spec).__name__)
def test_a_form_shows_every_spec_and_keeps_what_is_not_edited(spec, view, qtbot):
    form = SpecForm(spec, view)
    qtbot.addWidget(form)
    heard = []
    form.changed.connect(heard.append)
    form.set_value(spec)
    assert {name: widget.value for name, widget in form.fields.items()} == {
        name: getattr(spec, name) for name in form.fields
    }
    assert heard == []
    edits = {"whole_sections": True} if hasattr(spec, "region") else {"label": "edited"}
    for name, value in edits.items():
        form.fields[name].value = value
        getattr(form.fields[name].native, "commit", lambda: None)()
    assert heard[-1] == spec.replace(**edits)


def test_the_window_shows_any_experiment_and_gives_it_back(dock):
    shown = s.Experiment(
        cells=dock.experiment.cells,
        paint=tuple(PAINT),
        stimuli=tuple(STIMULI),
        recorders=tuple(RECORDERS),
        frames=("v", "m_hh", "i_membrane_"),
    )
    heard = []
    dock.session.edit(shown)
    dock.session.experiment_changed.connect(heard.append)
    for part in ("biophysics", "inputs", "recorders"):
        dock.open_tab(part.capitalize())
        editor = dock.editor(part)
        for row in range(editor.list.count()):
            editor.list.setCurrentRow(row)
            assert editor.form.value == editor.value[row]
        assert all(editor.list.item(row).text() for row in range(editor.list.count()))
    assert dock.widget.recorders_tab.frames.value == shown.frames
    assert heard == []
    assert dock.experiment == shown
    assert markers_of(shown, forked_cell())


def test_lines_of_the_lists_are_for_people():
    lines = [
        *map(paint_in_words, PAINT),
        *map(stimulus_in_words, STIMULI),
        *map(recorder_in_words, RECORDERS),
        *map(region_in_words, REGIONS),
    ]
    assert [line for line in lines if "(" in line and "=" in line] == []
    assert region_in_words(REGIONS[-2]) == "from node 20 outwards or (not radius 0 to 1 µm)"
    assert stimulus_in_words(STIMULI[0]) == "kick: Current pulse · nodes 20, 30 · 0.1 nA from 10 ms"


def test_what_is_placed_is_switched_off_in_the_list_without_being_deleted(dock):
    from qtpy.QtCore import Qt

    dock.session.edit(dock.experiment.replace(stimuli=(s.CurrentPulse(nodes=N),)))
    dock.editor("inputs").list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert dock.experiment.stimuli == (s.CurrentPulse(nodes=N, enabled=False),)
    assert {m.colour for m in markers_of(dock.experiment, forked_cell())} == {"#808080"}


def test_a_copy_of_noise_has_a_seed_and_name_of_its_own(dock):
    noise = s.CurrentNoise(nodes=N, label="hum")
    dock.session.edit(dock.experiment.replace(stimuli=(noise,)))
    dock.open_tab("Inputs")
    dock.click(dock.editor("inputs").buttons.copy_button)
    assert dock.experiment.stimuli == (noise, noise.replace(label="hum (2)", seed=2))
