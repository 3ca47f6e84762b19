"""Names and values of point processes are checked before the run, each by its field."""

import pytest
from engine_shapes import fork

from napari_neuron import (
    CurrentPulse,
    Experiment,
    ExperimentError,
    MechanismConductance,
    Parameter,
    PointProcess,
    ProcessParameter,
    RunSettings,
    Synapse,
    simulate,
)


def named(mechanism, *parameters):
    return PointProcess(nodes=(1,), mechanism=mechanism, parameters=parameters)


def driven(mechanism, *parameters):
    conductance = MechanismConductance(mechanism=mechanism, parameters=parameters)
    return Synapse(nodes=(1,), conductance=conductance)


@pytest.mark.parametrize(
    ("stimulus", "field", "says"),
    [
        (named("IClampp"), "mechanism", "did you mean 'IClamp'"),
        (named("hh"), "mechanism", "a density mechanism"),
        (named("NetStim"), "mechanism", "an artificial cell"),
        (named("IClamp", ("dur", 1), ("ampere", 1)), "parameters[1].name", "did you mean 'amp'"),
        (named("VClamp", ("dur[3]", 1)), "parameters[0].name", "3 elements"),
        (named("VClamp", ("dur", 1)), "parameters[0].name", "name one element"),
        (driven("IClamp"), "conductance.mechanism", "takes no events"),
        (driven("ExpSyn", ("tua", 1)), "conductance.parameters[0].name", "did you mean 'tau'"),
    ],
)
def test_names_of_point_processes_are_checked_before_the_run(engine, stimulus, field, says):
    experiment = Experiment(stimuli=(CurrentPulse(nodes=(1,)), stimulus))
    with pytest.raises(ExperimentError, match=says) as error:
        simulate(fork(), experiment, engine=engine)
    assert error.value.field == f"stimuli[1].{field}"
    off = experiment.replace(
        stimuli=(stimulus.replace(enabled=False),), run=RunSettings(duration=1)
    )
    assert simulate(fork(), off, engine=engine).n_frames


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("kind", [Parameter, ProcessParameter])
def test_a_value_that_is_no_number_is_refused_by_its_field(kind, value):
    with pytest.raises(ExperimentError, match="finite") as error:
        kind(name="g", value=value)
    assert error.value.field == "value"
