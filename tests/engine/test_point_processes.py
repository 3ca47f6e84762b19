"""Every point process of NEURON: placed, saved, loaded, run and read back."""

import json
import subprocess
import sys

import numpy as np
import pytest
from engine_shapes import fork

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    Exp2Conductance,
    Exp2Synapse,
    ExpConductance,
    Experiment,
    MechanismConductance,
    Passive,
    PointLeak,
    PointProcess,
    RunSettings,
    SimulationError,
    Synapse,
    VoltageClamp,
    VoltageStep,
    simulate,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine.neuron_model import NeuronModel

NAMES = """
from neuron import h
kinds, name = h.MechanismType(1), h.ref("")
for index in range(int(kinds.count())):
    kinds.select(index)
    kinds.selected(name)
    if not kinds.is_artificial(index):
        print(name[0])
"""

PASSIVE = (CableProperties(), Passive(g=1e-4, e=-65))

BUILT_IN = [
    (
        CurrentPulse(nodes=(1,), delay=3, duration=4, amplitude=0.3),
        "IClamp",
        {"delay": 3, "dur": 4, "amp": 0.3},
    ),
    (
        VoltageClamp(
            nodes=(1,),
            steps=(VoltageStep(duration=2, level=-70), VoltageStep(duration=3, level=-30)),
            series_resistance=5,
        ),
        "SEClamp",
        {"dur1": 2, "amp1": -70, "dur2": 3, "amp2": -30, "dur3": 0, "rs": 5},
    ),
    (
        AlphaSynapse(nodes=(1,), onset=3, tau=0.5, gmax=0.01, e=-5),
        "AlphaSynapse",
        {"onset": 3, "tau": 0.5, "gmax": 0.01, "e": -5},
    ),
    (
        Synapse(nodes=(1,), conductance=ExpConductance(tau=3, e=-80)),
        "ExpSyn",
        {"tau": 3, "e": -80},
    ),
    (
        Synapse(nodes=(1,), conductance=Exp2Conductance(tau1=1, tau2=4, e=-75)),
        "Exp2Syn",
        {"tau1": 1, "tau2": 4, "e": -75},
    ),
    (Exp2Synapse(nodes=(1,), tau1=1, tau2=4, e=2), "Exp2Syn", {"tau1": 1, "tau2": 4, "e": 2}),
    (PointLeak(nodes=(1,), g=0.25, e=-3), "SEClamp", {"rs": 4, "amp1": -3, "dur1": 1e9}),
    *(
        (PointProcess(nodes=(1,), mechanism=name, parameters=tuple(values.items())), name, values)
        for name, values in {
            "IClamp": {"del": 2, "dur": 3, "amp": 0.1},
            "AlphaSynapse": {"onset": 2, "tau": 3, "gmax": 0.01, "e": -10},
            "ExpSyn": {"tau": 3, "e": -10},
            "Exp2Syn": {"tau1": 3, "tau2": 4, "e": -10},
            "SEClamp": {"rs": 2, "dur1": 3, "amp1": -60, "dur2": 4, "amp2": -50, "amp3": -40},
            "VClamp": {"dur[0]": 5, "dur[2]": 3, "amp[0]": -60, "amp[1]": -50, "gain": 1e4},
            "OClamp": {"rs": 2, "on": 3, "off": 6, "vc": -60},
            "APCount": {"thresh": -10},
            "PointProcessMark": {},
        }.items()
    ),
]


@pytest.mark.parametrize(
    ("stimulus", "mechanism", "values"), BUILT_IN, ids=lambda x: x if isinstance(x, str) else ""
)
def test_a_point_process_is_placed_saved_loaded_run_and_read_back(
    engine, tmp_path, stimulus, mechanism, values
):
    Experiment(paint=PASSIVE, stimuli=(stimulus,), run=RunSettings(duration=10)).save(
        tmp_path / "experiment.json"
    )
    experiment = Experiment.load(tmp_path / "experiment.json")
    assert json.loads((tmp_path / "experiment.json").read_text())["stimuli"][0]["nodes"] == [1]
    result = simulate(fork(), experiment, engine=engine)
    assert np.isfinite(result.voltage).all()
    with NeuronModel(compile_experiment([fork()], experiment)) as neuron:
        ((process,),) = neuron.point_processes
        assert process.hname().startswith(f"{mechanism}[")
        for name, value in values.items():
            array, _, index = name.rstrip("]").partition("[")
            found = getattr(process, array)
            assert (found[int(index)] if index else found) == value


def test_every_point_process_of_neuron_is_among_those_tested():
    # in a process of its own: another test may have loaded MOD files into this one
    done = subprocess.run([sys.executable, "-c", NAMES], capture_output=True, text=True, check=True)
    names = set(done.stdout.split())
    assert names == {mechanism for _, mechanism, _ in BUILT_IN}


@pytest.mark.parametrize(
    ("stimulus", "says"),
    [
        (PointProcess(nodes=(1,), mechanism="NoSuch"), "no point process called 'NoSuch'"),
        (PointProcess(nodes=(1,), mechanism="hh"), "no point process called 'hh'"),
        (PointProcess(nodes=(1,), mechanism="quit"), "no point process called 'quit'"),
        (PointProcess(nodes=(1,), mechanism="NetStim"), "artificial cell"),
        (
            PointProcess(nodes=(1,), mechanism="IClamp", parameters=(("ampere", 1),)),
            "IClamp has no parameter 'ampere'",
        ),
        (
            PointProcess(nodes=(1,), mechanism="VClamp", parameters=(("dur[3]", 1),)),
            r"VClamp has no parameter 'dur\[3\]'",
        ),
        (
            PointProcess(nodes=(1,), mechanism="VClamp", parameters=(("dur", 1),)),
            "VClamp has no parameter 'dur'",
        ),
        (
            PointProcess(nodes=(1,), mechanism="IClamp", parameters=(("get_loc", 1),)),
            "IClamp has no parameter 'get_loc'",
        ),
        (
            Synapse(nodes=(1,), conductance=MechanismConductance(mechanism="IClamp")),
            "IClamp takes no events",
        ),
    ],
)
def test_what_neuron_does_not_know_is_said_in_words(engine, stimulus, says):
    experiment = Experiment(stimuli=(stimulus,), run=RunSettings(duration=1))
    model = compile_experiment([fork()], experiment)  # without a catalogue: names are not checked
    with pytest.raises(SimulationError, match=says) as error:
        list(engine.run(model))
    assert "stimuli[0]" in str(error.value)
