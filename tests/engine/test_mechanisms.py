"""Painted mechanisms, profiles and ions, read back from the NEURON that runs them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from engine_shapes import cable, fork

from napari_neuron import (
    CableProperties,
    DensityMechanism,
    Experiment,
    ExperimentError,
    Exponential,
    HodgkinHuxley,
    Ions,
    IonStyle,
    Labelled,
    Linear,
    MaximumLength,
    Parameter,
    Passive,
    RunSettings,
    VoltageRecorder,
    simulate,
)
from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.paint import shadowed
from napari_neuron.compile.values import parameter_names, values_per_compartment
from napari_neuron.engine.catalogue import read_catalogue
from napari_neuron.engine.neuron_model import NeuronModel, import_neuron


@pytest.fixture(scope="module")
def catalogue():
    return read_catalogue()


def in_neuron(cell, experiment, *names, catalogue=None, initialise=True):
    """Build an experiment and return values of all compartments as NEURON has them."""
    model = compile_experiment([cell], experiment, catalogue)
    with NeuronModel(model) as neuron:
        if initialise:
            neuron.initialise()
        sections = list(import_neuron().allsec())
        segments = [segment for section in sections for segment in section]
        return [np.array([getattr(s, name, np.nan) for s in segments]) for name in names], model


def test_the_catalogue_has_every_built_in_mechanism(catalogue):
    names = {
        kind: {m.name for m in catalogue.of_kind(kind)}
        for kind in ("density", "point_process", "artificial_cell")
    }
    assert names["density"] >= {"pas", "hh", "extracellular", "fastpas"}
    assert names["point_process"] >= {
        *("IClamp", "SEClamp", "VClamp", "AlphaSynapse", "ExpSyn", "Exp2Syn", "APCount")
    }
    assert names["artificial_cell"] >= {"NetStim", "IntFire1", "IntFire2", "IntFire4"}


@pytest.mark.parametrize(
    ("mechanism", "parameter", "unit", "default"),
    [
        ("pas", "g", "S/cm2", 0.001),
        ("hh", "gnabar", "S/cm2", 0.12),
        ("hh", "el", "mV", -54.3),
        ("extracellular", "xraxial", "MOhm/cm", 1e9),
        ("IClamp", "delay", "ms", 0),
        ("ExpSyn", "tau", "ms", 0.1),
        ("NetStim", "interval", "ms", 10),
        ("IntFire1", "refrac", "ms", 5),
    ],
)
def test_parameters_have_their_units_and_defaults(catalogue, mechanism, parameter, unit, default):
    found = catalogue.mechanism(mechanism).parameter(parameter)
    assert (found.unit, found.default) == (unit, pytest.approx(default))


def test_the_catalogue_knows_ions_states_and_events(catalogue):
    hh = catalogue.mechanism("hh")
    assert {use.ion: (use.reads, use.writes) for use in hh.ions} == {
        "na": (("ena",), ("ina",)),
        "k": (("ek",), ("ik",)),
    }
    assert [state.neuron_name for state in hh.states] == ["m_hh", "h_hh", "n_hh"]
    assert {"ina", "gna_hh"} & {v.neuron_name for v in hh.recordable} == {"gna_hh"}
    assert catalogue.mechanism("ExpSyn").takes_events
    assert catalogue.mechanism("NetStim").sends_events
    assert not catalogue.mechanism("IClamp").takes_events
    assert (catalogue.ion("na").e, catalogue.ion("k").e) == (50, -77)
    assert catalogue.ion("ca").charge == 2


def test_a_catalogue_comes_back_from_json(catalogue):
    assert Catalogue.from_json(catalogue.to_json()) == catalogue


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"neuron": "9", "mechanisms": [{}]}'])
def test_json_that_is_no_catalogue_is_refused(text):
    with pytest.raises(ValueError, match=r"catalogue|Expecting"):
        Catalogue.from_json(text)


@pytest.mark.parametrize("name", ["pas", "hh", "extracellular", "fastpas"])
def test_parameters_of_every_built_in_mechanism_arrive_in_neuron(engine, catalogue, name):
    known = catalogue.mechanism(name)
    values = {
        f"{v.name}[1]" if v.size > 1 else v.name: (v.default or 1.0) * 0.75
        for v in known.parameters
    }
    painted = DensityMechanism(
        name=name,
        parameters=[Parameter(name=key, value=value) for key, value in values.items()],
    )
    experiment = Experiment(paint=[CableProperties(), painted], run=RunSettings(duration=1))
    experiment = Experiment.from_json(experiment.to_json())
    variables = [v.neuron_name for v in known.parameters]
    model = compile_experiment([fork()], experiment, catalogue)
    with NeuronModel(model):
        for section in import_neuron().allsec():
            for segment in section:
                for key, variable in zip(values, variables, strict=True):
                    there = getattr(segment, variable)
                    there = there[1] if key.endswith("]") else there
                    assert there == pytest.approx(values[key], rel=1e-6)
    assert np.isfinite(simulate(fork(), experiment, engine=engine).voltage).all()


def test_mechanisms_by_name_and_by_kind_are_the_same_thing(engine):
    def trace(paint):
        experiment = Experiment(
            paint=[CableProperties(), *paint],
            recorders=[VoltageRecorder(label="v", node=1)],
            run=RunSettings(duration=10),
        )
        return simulate(fork(), experiment, engine=engine).traces["v"].values

    named = DensityMechanism(name="pas", parameters=[Parameter(name="g", value=3e-4)])
    np.testing.assert_array_equal(trace([named]), trace([Passive(g=3e-4)]))
    np.testing.assert_array_equal(trace([DensityMechanism(name="hh")]), trace([HodgkinHuxley()]))


def test_a_profile_arrives_in_every_compartment():
    profile = Exponential(offset=1e-4, amplitude=1e-3, length=-50)
    experiment = Experiment(
        paint=[
            CableProperties(cm=Linear(offset=1, slope=0.005)),
            DensityMechanism(name="pas", parameters=[Parameter(name="g", value=profile)]),
        ],
        discretisation=MaximumLength(length=10),
    )
    (g, cm), model = in_neuron(cable(500, 50), experiment, "g_pas", "cm")
    x = (np.arange(model.n_compartments) + 0.5) * 500 / model.n_compartments
    np.testing.assert_allclose(g, 1e-4 + 1e-3 * np.exp(-x / 50), rtol=1e-6)
    np.testing.assert_allclose(cm, 1 + 0.005 * x, rtol=1e-9)


def test_values_as_compiled_are_those_neuron_has(catalogue):
    experiment = Experiment(
        paint=[
            CableProperties(),
            Passive(g=2e-4),
            DensityMechanism(name="hh", region=Labelled(labels=["axon"])),
            DensityMechanism(
                name="hh",
                region=Labelled(labels=["stem"]),
                parameters=[Parameter(name="gl", value=Linear(offset=1e-4, slope=1e-6))],
            ),
            Ions(ion="k", e=-90, region=Labelled(labels=["stem"])),
        ],
        discretisation=MaximumLength(length=10),
    )
    model = compile_experiment([fork()], experiment, catalogue)
    names = [name for name in parameter_names(model) if name != "Ra"]
    found, _ = in_neuron(fork(), experiment, *names, catalogue=catalogue)
    for name, there in zip(names, found, strict=True):
        expected = values_per_compartment(model, name, catalogue)
        given = ~np.isnan(expected)
        np.testing.assert_allclose(there[given], expected[given], rtol=1e-6, err_msg=name)


def test_reversal_potentials_are_those_of_the_last_paint():
    experiment = Experiment(
        paint=[
            Ions(ion="na", e=40),
            HodgkinHuxley(ena=55, region=Labelled(labels=["stem", "axon"])),
            Ions(ion="na", e=60, region=Labelled(labels=["axon"])),
        ],
        discretisation=MaximumLength(length=1000),
    )
    (ena, ek), model = in_neuron(fork(), experiment, "ena", "ek")
    at_node = model.compartment_of_node
    assert ena[at_node].tolist() == [55, 55, 55, 60, 60, 40, 40]
    assert ek[at_node[:5]].tolist() == [-77] * 5
    assert np.isnan(ek[at_node[6]])


def test_ions_reach_no_further_than_their_region():
    experiment = Experiment(
        paint=[HodgkinHuxley(), Ions(ion="na", inside=20, region=Labelled(labels=["axon"]))],
        discretisation=MaximumLength(length=1000),
    )
    (nai,), model = in_neuron(fork(), experiment, "nai")
    assert nai[model.compartment_of_node].tolist() == [10, 10, 10, 20, 20, 10, 10]


def nernst(inside, outside, charge, celsius):
    return (
        1e3
        * 8.31446261815324
        * (273.15 + celsius)
        / (charge * 96485.33212)
        * math.log(outside / inside)
    )


def test_concentrations_alone_set_the_reversal_potential_by_nernst():
    experiment = Experiment(
        paint=[DensityMechanism(name="hh"), Ions(ion="na", inside=15, outside=150)],
        run=RunSettings(celsius=20),
    )
    (ena, ek), _ = in_neuron(fork(), experiment, "ena", "ek")
    assert ena[0] == pytest.approx(nernst(15, 150, 1, 20), rel=1e-4)
    assert ek[0] == -77


@pytest.mark.parametrize(
    "paint",
    [
        [Ions(ion="na", inside=15, outside=150), HodgkinHuxley(ena=33)],
        [HodgkinHuxley(), Ions(ion="na", e=33, inside=15, outside=150)],
        [
            HodgkinHuxley(ena=33),
            Ions(ion="na", inside=15, outside=150, style=IonStyle(potential=1)),
        ],
    ],
    ids=["of a later layer", "of the same layer", "as a parameter"],
)
def test_a_painted_reversal_potential_holds_whatever_the_concentrations_are(paint):
    (ena, nai), _ = in_neuron(fork(), Experiment(paint=paint), "ena", "nai")
    assert (ena[0], nai[0]) == (33, 15)


def test_concentrations_replace_the_reversal_potential_of_earlier_layers():
    axon = Labelled(labels=["axon"])
    experiment = Experiment(
        paint=[HodgkinHuxley(ena=33), Ions(ion="na", outside=35, region=axon)],
        discretisation=MaximumLength(length=1000),
    )
    (ena, ek), model = in_neuron(fork(), experiment, "ena", "ek")
    at_node = model.compartment_of_node
    assert ena[at_node[[0, 6]]].tolist() == [33, 33]
    assert ena[at_node[4]] == pytest.approx(nernst(10, 35, 1, 6.3), rel=1e-4)
    assert ek[at_node[4]] == -77
    hidden = shadowed(experiment.paint, fork())[0]
    assert hidden.by == (1,)
    assert fork().node_id[hidden.shadowed].tolist() == [4, 5]


def test_calcium_can_be_painted_before_any_mechanism_uses_it(catalogue):
    experiment = Experiment(paint=[Passive(), Ions(ion="ca", inside=1e-4, outside=2)])
    (cai, eca), _ = in_neuron(fork(), experiment, "cai", "eca", catalogue=catalogue)
    assert cai[0] == 1e-4
    assert eca[0] == pytest.approx(nernst(1e-4, 2, 2, 6.3), rel=1e-4)


def test_an_ion_style_overrules():
    experiment = Experiment(
        paint=[
            HodgkinHuxley(ena=33),
            Ions(
                ion="na",
                inside=15,
                outside=150,
                style=IonStyle(potential=2, nernst_at_start=True),
            ),
        ]
    )
    (ena,), _ = in_neuron(fork(), experiment, "ena")
    assert ena[0] == pytest.approx(nernst(15, 150, 1, 6.3), rel=1e-4)


def test_a_painted_concentration_is_the_start_of_a_pool(engine, mod_library):
    def eca(*paint):
        experiment = Experiment(
            paint=[DensityMechanism(name="cadecay"), *paint], mod_files=mod_library.mod_files
        )
        model = compile_experiment([fork()], experiment, mod_library.catalogue)
        return dataclasses.replace(model, library=str(mod_library.path))

    for model in (eca(), eca(Ions(ion="ca", e=100))):
        assert list(engine.run(model))[-1] is not None


@pytest.mark.parametrize(
    ("paint", "field", "says"),
    [
        (DensityMechanism(name="hhh"), "paint[0].name", "did you mean 'hh'"),
        (DensityMechanism(name="IClamp"), "paint[0].name", "a point process"),
        (
            DensityMechanism(name="hh", parameters=[Parameter(name="gna", value=1)]),
            "paint[0].parameters[0].name",
            "did you mean 'gnabar'",
        ),
        (Ions(ion="natrium", e=50), "paint[0].ion", "did you mean 'na'"),
    ],
)
def test_unknown_names_are_found_before_the_run(paint, field, says):
    with pytest.raises(ExperimentError, match=says) as caught:
        simulate(fork(), Experiment(paint=[paint]))
    assert caught.value.field == field
