"""Stimuli, events and recorders: what they accept and refuse, and where they end up."""

import dataclasses

import numpy as np
import pytest

from napari_neuron import (
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
    EventTrain,
    Exp2Conductance,
    Exp2Synapse,
    ExpConductance,
    Experiment,
    ExperimentError,
    MechanismConductance,
    Morphology,
    NodeSpikes,
    PointLeak,
    PointProcess,
    PoissonEvents,
    ProcessRecorder,
    RegularEvents,
    RunSettings,
    SpikeDetector,
    SpikeTimes,
    SpikeTrains,
    Synapse,
    VariableRecorder,
    VoltageClamp,
    VoltageRecorder,
    VoltageStep,
    VoltageWaveform,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.spec import edit

ONE_OF_EACH = (
    CurrentPulse(nodes=(1,), label="pulse"),
    CurrentPulseTrain(nodes=(1, 2), number=3),
    CurrentRamp(nodes=(1,), start_amplitude=0.1, end_amplitude=-0.1),
    CurrentSine(nodes=(1,), frequency=40, phase=90, offset=0.1),
    CurrentChirp(nodes=(1,), sweep="exponential"),
    CurrentNoise(nodes=(1, 2), seed=7, shared=True),
    CurrentWaveform(nodes=(1,), times=(0, 1, 1, 2), amplitudes=(0, 1, 2, 0), scale=0.1),
    VoltageClamp(nodes=(1,), steps=(VoltageStep(duration=5, level=-70),)),
    VoltageWaveform(nodes=(1,), times=(0, 10), levels=(-65, 0)),
    PointLeak(nodes=(2,), g=0.01, e=-10),
    Exp2Synapse(nodes=(2,), noise=1),
    Synapse(nodes=(1, 2), conductance=ExpConductance(), events=PoissonEvents(rate=5)),
    Synapse(nodes=(1, 2), events=RegularEvents(), weights=(1, 2), delays=(0, 1), train_of=(4, 4)),
    Synapse(nodes=(1,), events=SpikeTimes(times=(1, 2, 2)), enabled=False),
    Synapse(nodes=(1, 2), events=SpikeTrains(trains=((1, 2), ()))),
    Synapse(
        nodes=(1,),
        conductance=MechanismConductance(mechanism="ExpSyn", parameters=(("tau", 3),)),
        events=NodeSpikes(node=3),
    ),
    PointProcess(nodes=(3,), mechanism="VClamp", parameters=(("dur[0]", 5), ("amp[0]", -60))),
)
RECORDERS = (
    VoltageRecorder(label="v", node=1, interval=0.1),
    VariableRecorder(label="im", node=1),
    ProcessRecorder(label="i", node=1, stimulus="pulse"),
    SpikeDetector(label="s", node=1, direction="falling", refractory=2, enabled=False),
)


def line(n=5, name="line"):
    """A straight cable of n nodes, 1 to n, 100 µm apart."""
    position = np.zeros((n, 3))
    position[:, 0] = 100 * np.arange(n)
    return Morphology(
        node_id=np.arange(1, n + 1),
        parent=np.arange(n) - 1,
        swc_type=np.zeros(n),
        position=position,
        radius=np.ones(n),
        name=name,
    )


def test_everything_comes_back_from_json():
    experiment = Experiment(stimuli=ONE_OF_EACH, recorders=RECORDERS, frames=("v", "m_hh"))
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_an_experiment_of_the_first_version_still_loads():
    text = """{"version": 1, "stimuli": [
        {"kind": "exp2_synapse", "nodes": [5, 6], "start": 15, "number": 20, "interval": 2,
         "noise": 1, "weight": 0.004, "seed": 3},
        {"kind": "current_pulse", "cell": "a", "nodes": [1], "amplitude": 0.5}],
        "recorders": [{"kind": "voltage", "label": "x", "cell": null, "node": 1},
                      {"kind": "spikes", "label": "x", "node": 1, "threshold": 0}]}"""
    experiment = Experiment.from_json(text)
    assert experiment.stimuli[0] == Exp2Synapse(
        nodes=(5, 6), start=15, number=20, interval=2, noise=1, weight=0.004, seed=3
    )
    assert all(placed.enabled for placed in (*experiment.stimuli, *experiment.recorders))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: CurrentPulseTrain(nodes=(1,), width=5, interval=4), "width"),
        (lambda: CurrentWaveform(nodes=(1,), times=(0, 1), amplitudes=(0, 1, 2)), "amplitudes"),
        (lambda: CurrentWaveform(nodes=(1,), times=(0, 2, 1), amplitudes=(0, 1, 2)), "times[2]"),
        (lambda: VoltageWaveform(nodes=(1,), times=(0, 1), levels=(0,)), "levels"),
        (lambda: VoltageClamp(nodes=(1,), steps=()), "steps"),
        (lambda: VoltageClamp(nodes=(1,), series_resistance=0), "series_resistance"),
        (lambda: CurrentNoise(nodes=(1,), tau=0), "tau"),
        (lambda: CurrentSine(nodes=(1,), frequency=0), "frequency"),
        (lambda: SpikeTimes(times=(2, 1)), "times[1]"),
        (lambda: SpikeTimes(times=()), "times"),
        (lambda: PoissonEvents(start=5, stop=5), "stop"),
        (lambda: Synapse(nodes=(1, 2), weights=(1,)), "weights"),
        (lambda: Synapse(nodes=(1, 2), shared=True, train_of=(0, 1)), "train_of"),
        (lambda: SpikeTrains(trains=((1, 2), (3, 2))), "trains[1][1]"),
        (lambda: Synapse(nodes=(1,), events=SpikeTrains(trains=((1,), (2,)))), "events.trains"),
        (
            lambda: Synapse(nodes=(1,), events=SpikeTrains(trains=((1,),)), train_of=(1,)),
            "train_of",
        ),
        (lambda: Exp2Conductance(tau1=3, tau2=2), "tau1"),
        (lambda: Synapse(nodes=(1,), events={"kind": "poisson_events", "rate": 0}), "events.rate"),
        (
            lambda: PointProcess(nodes=(1,), mechanism="IClamp", parameters=(("a", 1), ("a", 2))),
            "parameters[1].name",
        ),
        (
            lambda: PointProcess(nodes=(1,), mechanism="A", parameters=(("a b", 1),)),
            "parameters[0].name",
        ),
        (lambda: Experiment(stimuli=(ONE_OF_EACH[0], ONE_OF_EACH[0])), "stimuli[1].label"),
        (
            lambda: Experiment(recorders=(VoltageRecorder(label="a", node=1, interval=0.03),)),
            "recorders[0].interval",
        ),
        (
            lambda: Experiment(
                recorders=(
                    VoltageRecorder(label="a", node=1),
                    VariableRecorder(label="a", node=1),
                )
            ),
            "recorders[1].label",
        ),
    ],
)
def test_a_mistake_names_its_field(make, field):
    with pytest.raises(ExperimentError) as caught:
        make()
    assert caught.value.field == field


def cut(stimulus, recorder=None, cells=None):
    experiment = Experiment(
        stimuli=(stimulus,),
        recorders=(recorder,) if recorder else (),
        run=RunSettings(duration=50),
    )
    return compile_experiment(cells or [line()], experiment)


@pytest.mark.parametrize(
    ("stimulus", "recorder", "field"),
    [
        (
            Synapse(nodes=(1,), events=NodeSpikes(node=9)),
            None,
            "stimuli[0].events.node",
        ),
        (
            Synapse(nodes=(1,), events=NodeSpikes(node=1, source_cell="b")),
            None,
            "stimuli[0].events.source_cell",
        ),
        (
            CurrentPulse(nodes=(1,), label="p"),
            ProcessRecorder(label="i", node=1, stimulus="q"),
            "recorders[0].stimulus",
        ),
        (
            CurrentPulse(nodes=(1,), label="p", enabled=False),
            ProcessRecorder(label="i", node=1, stimulus="p"),
            "recorders[0].stimulus",
        ),
        (
            CurrentPulse(nodes=(1,), label="p"),
            ProcessRecorder(label="i", node=2, stimulus="p"),
            "recorders[0].node",
        ),
        (
            CurrentPulse(nodes=(1, 1), label="p"),
            ProcessRecorder(label="i", node=1, stimulus="p", copy_number=2),
            "recorders[0].copy_number",
        ),
    ],
)
def test_what_is_not_there_is_found_when_compiling(stimulus, recorder, field):
    with pytest.raises(ExperimentError) as caught:
        cut(stimulus, recorder)
    assert caught.value.field == field


def test_two_thresholds_at_one_place_are_refused():
    stimuli = [Synapse(nodes=(1,), events=NodeSpikes(node=5, threshold=t)) for t in (-20, -20, 0)]
    with pytest.raises(ExperimentError, match="threshold") as caught:
        compile_experiment([line()], Experiment(stimuli=stimuli))
    assert caught.value.field == "stimuli[2].events.threshold"


def test_what_is_switched_off_is_left_out_and_the_rest_stays_in_place():
    stimuli = [s.replace(enabled=i != 0) for i, s in enumerate(ONE_OF_EACH)]
    recorders = [r.replace(enabled=r.label in ("v", "im")) for r in RECORDERS]
    experiment = Experiment(stimuli=stimuli, recorders=recorders)
    model = compile_experiment([line()], experiment)
    assert [batch.field for batch in model.point_processes] == [
        f"stimuli[{i}]" for i, s in enumerate(stimuli) if s.enabled
    ]
    assert [recorder.label for recorder in model.recorders] == ["v", "im"]
    assert not model.detectors


def streams(experiment, cells=None):
    model = compile_experiment(cells or [line()], experiment)
    return {
        model.point_processes[drive.target].field: drive.stream.tolist()
        for drive in model.drives
        if hasattr(drive, "stream")
    }


def test_streams_do_not_depend_on_the_order_or_on_what_is_switched_off():
    a = Exp2Synapse(nodes=(1, 2, 2), noise=1)
    b = Synapse(nodes=(2, 3), events=EventTrain(noise=1))
    c = CurrentNoise(nodes=(1, 3))
    forward = streams(Experiment(stimuli=(a, b, c)))
    backward = streams(Experiment(stimuli=(c, b, a)))
    assert [forward[f"stimuli[{i}]"] for i in range(3)] == [
        backward[f"stimuli[{i}]"] for i in (2, 1, 0)
    ]
    without = streams(Experiment(stimuli=(a.replace(enabled=False), b, c)))
    assert without == {field: forward[field] for field in ("stimuli[1]", "stimuli[2]")}
    every = [tuple(ids) for found in forward.values() for ids in found]
    assert len(set(every)) == len(every) == 7


def test_a_stream_belongs_to_its_seed_its_cell_and_its_node():
    one = Synapse(nodes=(1, 2), events=EventTrain(noise=1, seed=5))
    found = streams(Experiment(stimuli=(one,)))["stimuli[0]"]
    more = one.replace(nodes=(4, 2, 1))
    assert streams(Experiment(stimuli=(more,)))["stimuli[0]"][:0:-1] == found
    named = one.replace(cell="line")
    assert streams(Experiment(stimuli=(named,)))["stimuli[0]"] == found
    other = [line(name="other"), line()]
    assert streams(Experiment(stimuli=(named,)), other)["stimuli[0]"] == found
    assert all(ids[0] == 5 for ids in found)


def test_nodes_that_share_a_train_share_its_stream():
    events = EventTrain(noise=1)
    for changes, n in (({"shared": True}, 1), ({"train_of": (7, 3, 7)}, 2), ({}, 3)):
        model = cut(Synapse(nodes=(1, 2, 3), events=events, **changes))
        (drive,) = model.drives
        assert len(drive.stream) == len(drive.start) == n
        assert len(set(drive.train.tolist())) == n
    assert drive.weight.tolist() == [0.001] * 3


def test_times_of_events_end_with_the_run():
    model = cut(Synapse(nodes=(1, 2), events=RegularEvents(rate=100, start=5, stop=1000)))
    assert model.drives[0].times.tolist() == [5, 15, 25, 35, 45]
    model = cut(Synapse(nodes=(1, 2), events=SpikeTimes(times=(1, 1, 60))))
    assert model.drives[0].times.tolist() == [1, 1]
    model = cut(Synapse(nodes=(1,), events=RegularEvents(rate=100, start=10, stop=30)))
    assert model.drives[0].times.tolist() == [10, 20, 30]


def test_every_node_has_the_train_that_is_its():
    trains = SpikeTrains(trains=((1, 2, 60), (3,), ()))
    model = cut(Synapse(nodes=(1, 2), events=trains, train_of=(1, 0)))
    (drive,) = model.drives
    assert drive.times.tolist() == [1, 2, 3]
    assert (drive.first.tolist(), drive.train.tolist()) == ([0, 2, 3, 3], [1, 0])
    assert cut(Synapse(nodes=(1, 2), events=trains, shared=True)).drives[0].train.tolist() == [0, 0]


def test_recorders_know_their_interval_and_their_process():
    pulse = CurrentPulse(nodes=(4, 2, 4), label="p")
    recorder = ProcessRecorder(label="i", node=4, stimulus="p", copy_number=1, interval=0.5)
    (kept,) = cut(pulse, recorder).recorders
    assert (kept.every, kept.batch, kept.process, kept.variable) == (20, 0, 2, "i")


def test_the_rows_of_samples_are_the_voltages_first():
    recorders = (VariableRecorder(label="m", node=1), VoltageRecorder(label="v", node=1))
    experiment = Experiment(recorders=recorders)
    assert [recorder.label for recorder in experiment.traced] == ["v", "m"]
    model = compile_experiment([line()], experiment)
    assert [dataclasses.asdict(r)["variable"] for r in model.recorders] == ["v", "i_membrane_"]


def test_voltage_is_always_among_the_frames():
    assert Experiment(frames=("m_hh", "v", "m_hh")).frames == ("v", "m_hh")


# edits -------------------------------------------------------------------------------------


def test_a_stimulus_moves_and_takes_the_recorders_of_its_current_along():
    experiment = Experiment(
        stimuli=(CurrentPulse(nodes=(1, 2), label="pulse"),), recorders=RECORDERS
    )
    moved = edit.with_stimulus_moved(experiment, 0, 1, 4)
    assert moved.stimuli[0].nodes == (4, 2)
    assert [recorder.node for recorder in moved.recorders] == [1, 1, 4, 1]
    assert edit.moved(RECORDERS[0], 1, 3).node == 3
    assert edit.moved(RECORDERS[0], 2, 3) == RECORDERS[0]


def test_a_copy_has_a_label_and_a_seed_of_its_own():
    noisy = Synapse(nodes=(1,), label="in", events=PoissonEvents(seed=1))
    experiment = Experiment(stimuli=(noisy, CurrentNoise(nodes=(1,), seed=2)), recorders=RECORDERS)
    copied = edit.with_stimulus_copied(edit.with_stimulus_copied(experiment, 0), 2)
    assert [s.label for s in copied.stimuli] == ["in", "in (2)", "", ""]
    assert [s.events.seed for s in copied.stimuli[:2]] == [1, 3]
    assert [s.seed for s in copied.stimuli[2:]] == [2, 4]
    labels = [r.label for r in edit.with_recorder_copied(experiment, 0).recorders]
    assert labels == ["v", "v (2)", "im", "i", "s"]
