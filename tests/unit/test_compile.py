"""Compiling: which paint wins where, how many compartments, where things are placed."""

import numpy as np
import pytest

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    DLambda,
    Everywhere,
    Exp2Synapse,
    Experiment,
    ExperimentError,
    HodgkinHuxley,
    Labelled,
    MaximumLength,
    Morphology,
    MorphologyError,
    Passive,
    PickedNodes,
    RunSettings,
    SpikeDetector,
    SwcTypes,
    VoltageRecorder,
)
from napari_neuron.compile.lower import compile_experiment


def cable(n=11, step=10.0, radius=0.5, name="cable", first_id=1, **fields):
    """A straight cable along x: n nodes, ``step`` µm apart."""
    position = np.zeros((n, 3))
    position[:, 0] = np.arange(n) * step
    return Morphology(
        node_id=np.arange(n) + first_id,
        parent=np.arange(n) - 1,
        swc_type=fields.pop("swc_type", np.zeros(n)),
        position=position,
        radius=np.full(n, radius),
        name=name,
        **fields,
    )


def fork(name="fork"):
    """A Y: a stem of nodes 1-3, arms 4-5 and 6-7."""
    return Morphology(
        node_id=np.arange(1, 8),
        parent=[-1, 0, 1, 2, 3, 2, 5],
        swc_type=[0, 0, 0, 2, 2, 3, 3],
        position=[
            *([0, 0, 0], [10, 0, 0], [20, 0, 0]),
            *([30, 10, 0], [40, 20, 0], [30, -10, 0], [40, -20, 0]),
        ],
        radius=np.full(7, 0.5),
        name=name,
    )


def values_at_nodes(model, mechanism, parameter):
    """Return a painted value at each node, NaN where the mechanism is not inserted."""
    by_compartment = np.full(model.n_compartments, np.nan)
    for compiled in model.mechanisms:
        if compiled.name == mechanism:
            start, nseg = model.compartment_start, model.section_nseg
            where = np.concatenate(
                [np.arange(start[s], start[s] + nseg[s]) for s in compiled.sections]
            )
            by_compartment[where] = dict(compiled.parameters)[parameter]
    return by_compartment[model.compartment_of_node]


def test_of_two_paints_that_overlap_the_later_wins():
    paint = [Passive(g=1e-3), Passive(region=PickedNodes(nodes=[3, 4, 5]), g=5e-3)]
    model = compile_experiment([cable()], Experiment(paint=paint))
    g = values_at_nodes(model, "pas", "g_pas")
    assert set(np.flatnonzero(g == 5e-3)) == {2, 3, 4}


def test_paint_holds_on_the_edges_above_the_nodes_of_the_region():
    paint = [Passive(), HodgkinHuxley(region=PickedNodes(nodes=[4, 5]))]
    model = compile_experiment([cable()], Experiment(paint=paint))
    hh = next(m for m in model.mechanisms if m.name == "hh")
    assert len(hh.sections) == 1
    first, last = model.point_start[hh.sections[0]], model.point_start[hh.sections[0] + 1] - 1
    assert (model.points[first, 0], model.points[last, 0]) == (20.0, 40.0)


def test_a_mechanism_is_inserted_once_in_each_section():
    paint = [Passive(), Passive(region=SwcTypes(types=[2])), Passive(region=SwcTypes(types=[3]))]
    model = compile_experiment([fork()], Experiment(paint=paint))
    assert [m.name for m in model.mechanisms] == ["pas"]
    assert np.array_equal(model.mechanisms[0].sections, np.arange(model.n_sections))


def test_paint_that_changes_nothing_adds_no_section():
    plain = compile_experiment([fork()], Experiment(paint=[Passive()]))
    assert plain.n_sections == 3


def test_whole_sections_extend_a_region_to_the_runs_it_touches():
    paint = [HodgkinHuxley(region=PickedNodes(nodes=[5]), whole_sections=True)]
    model = compile_experiment([fork()], Experiment(paint=paint))
    there = np.isfinite(values_at_nodes(model, "hh", "ena"))
    assert there.tolist() == [False, False, False, True, True, False, False]


def test_cable_properties_by_region():
    paint = [CableProperties(Ra=100), CableProperties(region=SwcTypes(types=[2]), Ra=200, cm=2)]
    model = compile_experiment([fork()], Experiment(paint=paint))
    assert sorted(model.section_ra) == [100, 100, 200]
    assert set(model.cm[model.compartment_of_node[3:5]]) == {2.0}
    assert set(model.cm[model.compartment_of_node[[0, 1, 5, 6]]]) == {1.0}


def test_without_cable_paint_the_defaults_of_neuron_hold():
    model = compile_experiment([cable()], Experiment(paint=[]))
    assert set(model.section_ra) == {35.4}
    assert set(model.cm) == {1.0}


@pytest.mark.parametrize(
    ("length", "nseg"), [(1000, 1), (100, 1), (99, 3), (34, 3), (33.3, 5), (10, 11), (1, 101)]
)
def test_maximum_length_gives_an_odd_number_of_compartments_no_longer_than_it(length, nseg):
    experiment = Experiment(discretisation=MaximumLength(length=length))
    assert compile_experiment([cable()], experiment).section_nseg.tolist() == [nseg]


def test_d_lambda_is_that_of_a_uniform_cable():
    # λ(100 Hz) = ½ sqrt(d / (π f Ra cm)), in cm with d in cm and cm in F/cm2
    ra, cm, d = 100.0, 1.0, 1e-4
    wavelength = 1e4 * 0.5 * np.sqrt(d / (np.pi * 100 * ra * cm * 1e-6))
    expected = int((100 / (0.1 * wavelength) + 0.9) / 2) * 2 + 1
    experiment = Experiment(
        paint=[CableProperties(Ra=ra, cm=cm)], discretisation=DLambda(d_lambda=0.1)
    )
    assert compile_experiment([cable()], experiment).section_nseg.tolist() == [expected]


def test_nodes_lie_in_compartments_in_order_along_the_cable():
    experiment = Experiment(discretisation=MaximumLength(length=34))
    model = compile_experiment([cable(n=7, step=100 / 6)], experiment)
    assert model.compartment_of_node.tolist() == [0, 0, 1, 1, 2, 2, 2]


def test_stimuli_are_placed_at_the_compartment_of_their_node():
    stimuli = [CurrentPulse(nodes=[7, 7, 1], delay=2, duration=3, amplitude=0.5)]
    model = compile_experiment([fork()], Experiment(stimuli=stimuli))
    batch = model.point_processes[0]
    assert batch.mechanism == "IClamp"
    assert batch.compartment.tolist() == model.compartment_of_node[[6, 6, 0]].tolist()
    assert {name: v.tolist() for name, v in batch.parameters} == {
        "delay": [2, 2, 2],
        "dur": [3, 3, 3],
        "amp": [0.5, 0.5, 0.5],
    }


def test_every_train_has_a_random_stream_of_its_own():
    synapses = [Exp2Synapse(nodes=[1, 2, 3], noise=1), Exp2Synapse(nodes=[1, 2], noise=1)]
    model = compile_experiment([fork()], Experiment(stimuli=synapses))
    streams = np.concatenate([t.stream for t in model.drives])
    assert len(np.unique(streams, axis=0)) == 5
    assert [t.target for t in model.drives] == [0, 1]


def test_cells_are_laid_end_to_end():
    cells = [cable(name="a"), fork(name="b")]
    paint = [Passive(), HodgkinHuxley(cell="b")]
    recorders = [VoltageRecorder(label="b tip", cell="b", node=7)]
    both = compile_experiment(cells, Experiment(paint=paint, recorders=recorders))
    alone = compile_experiment([cells[1]], Experiment(paint=paint, recorders=recorders))
    first = compile_experiment([cells[0]], Experiment())
    assert both.n_sections == first.n_sections + alone.n_sections
    assert (both.section_parent < 0).sum() == 2
    assert both.recorders[0].compartment == first.n_compartments + alone.recorders[0].compartment
    assert next(m for m in both.mechanisms if m.name == "hh").sections.min() == first.n_sections


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"stimuli": [CurrentPulse(nodes=[1, 99])]}, "stimuli[0].nodes"),
        ({"stimuli": [AlphaSynapse(nodes=[1]), CurrentPulse(nodes=[0])]}, "stimuli[1].nodes"),
        ({"stimuli": [CurrentPulse(nodes=[1], cell="other")]}, "stimuli[0].cell"),
        ({"recorders": [VoltageRecorder(label="a", node=99)]}, "recorders[0].node"),
        ({"recorders": [SpikeDetector(label="a", node=1, cell="x")]}, "recorders[0].cell"),
        ({"paint": [Passive(region=SwcTypes(types=[4]))]}, "paint[0].region"),
        ({"paint": [Passive(), Passive(region=PickedNodes(nodes=[99]))]}, "paint[1].region.nodes"),
        ({"paint": [Passive(region=Labelled(labels=["axon"]))]}, "paint[0].region.labels"),
        ({"paint": [Passive(region=Everywhere(), cell="x")]}, "paint[0].cell"),
        ({"cells": [{"name": "somebody else"}]}, "cells"),
        ({"discretisation": MaximumLength(length=1e-6)}, "discretisation"),
    ],
)
def test_what_is_not_there_is_one_error_that_names_the_field(values, field):
    with pytest.raises(ExperimentError) as caught:
        compile_experiment([fork()], Experiment(**values))
    assert caught.value.field == field


def test_an_empty_region_says_what_there_is():
    experiment = Experiment(paint=[Passive(region=SwcTypes(types=[4]))])
    with pytest.raises(ExperimentError, match=r"SWC types in 'fork': 0, 2, 3"):
        compile_experiment([fork()], experiment)


def test_labels_pick_their_nodes():
    labelled = fork().replace(labels=["", "", "", "axon", "axon", "dendrite", "dendrite"])
    paint = [HodgkinHuxley(region=Labelled(labels=["axon", "linker"]))]
    model = compile_experiment([labelled], Experiment(paint=paint))
    assert np.isfinite(values_at_nodes(model, "hh", "ena")).tolist() == [
        *(False, False, False),
        *(True, True),
        *(False, False),
    ]


def test_two_cells_of_one_name_are_refused():
    with pytest.raises(ExperimentError, match="two cells are called 'fork'"):
        compile_experiment([fork(), fork()], Experiment())


def test_with_several_cells_a_placement_must_say_which():
    experiment = Experiment(stimuli=[CurrentPulse(nodes=[1])])
    with pytest.raises(ExperimentError, match="say which cell is meant: a, b"):
        compile_experiment([cable(name="a"), fork(name="b")], experiment)


def test_a_radius_that_is_not_positive_is_refused():
    with pytest.raises(MorphologyError, match="radius"):
        compile_experiment([cable(radius=0)], Experiment())


def test_steps_and_frames_are_those_of_the_experiment():
    run = RunSettings(duration=50, dt=0.05, frame_interval=0.2)
    model = compile_experiment([cable()], Experiment(run=run))
    assert (model.run.n_steps, model.run.steps_per_frame, model.run.n_frames) == (1000, 4, 251)
