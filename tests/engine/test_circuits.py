"""Whole neurons connected to each other."""

import numpy as np
import pandas as pd
import pytest
from engine_shapes import cable, fork

from napari_neuron import (
    CableProperties,
    ChemicalSynapses,
    CurrentPulse,
    EventTrain,
    ExpConductance,
    Experiment,
    ExperimentError,
    GapJunctions,
    HodgkinHuxley,
    MaximumLength,
    Passive,
    RunSettings,
    SpikeDetector,
    SpikeTimes,
    Synapse,
    VariableRecorder,
    VoltageRecorder,
    simulate,
)

STILL = ExpConductance(tau=1e9, e=0)
"""A conductance that stays: it counts events, and adds up their weights."""


def three_spiking_cells(**changes):
    """Cells a, b and c with hh; a is driven and excites b and c at several places."""
    experiment = Experiment(
        paint=(CableProperties(), Passive(), HodgkinHuxley()),
        stimuli=(CurrentPulse(cell="a", nodes=(1,), delay=1, duration=28, amplitude=1),),
        connections=(
            ChemicalSynapses(
                source_cell=("a", "a", "b"),
                source_node=(5, 5, 7),
                target_cell=("b", "c", "c"),
                target_node=(1, 1, 2),
                weights=(0.1, 0.05, 0.05),
                delays=(1.0, 2.5, 0.5),
            ),
        ),
        recorders=tuple(SpikeDetector(label=n, cell=n, node=5) for n in "abc"),
        discretisation=MaximumLength(length=20),
        run=RunSettings(duration=30),
    )
    return [fork(name) for name in "abc"], experiment.replace(**changes)


def test_every_spike_arrives_once_after_its_delay_with_its_weight(engine):
    cells = [fork("a"), cable(100, 10, name="b")]
    weights, delays = (1e-5, 3e-5, 7e-5), (0.5, 1.25, 4.0)
    experiment = Experiment(
        paint=(CableProperties(), Passive(), HodgkinHuxley(cell="a")),
        stimuli=(CurrentPulse(cell="a", nodes=(1,), delay=1, duration=28, amplitude=1),),
        connections=(
            ChemicalSynapses(
                source_cell=("a",) * 3,
                source_node=(5,) * 3,
                target_cell=("b",) * 3,
                target_node=(1,) * 3,
                weights=weights,
                delays=delays,
                conductance=STILL,
            ),
        ),
        recorders=(
            SpikeDetector(label="spikes", cell="a", node=5),
            VariableRecorder(label="total", cell="b", node=1, variable="i_membrane_"),
            VoltageRecorder(label="v", cell="b", node=1),
        ),
        run=RunSettings(duration=40),
    )
    result = simulate(cells, experiment, engine=engine)
    spikes = result.spikes["spikes"]
    assert len(spikes) >= 2
    # One compartment would do, but a cable is what a cell is: compare with the trains themselves.
    trains = tuple(
        Synapse(
            cell="b",
            nodes=(1,),
            conductance=STILL,
            events=SpikeTimes(times=tuple(spikes)),
            weight=weight,
            delay=delay,
        )
        for weight, delay in zip(weights, delays, strict=True)
    )
    same = simulate(
        cells,
        experiment.replace(connections=(), stimuli=experiment.stimuli + trains),
        engine=engine,
    )
    assert np.abs(result.traces["v"].values - same.traces["v"].values).max() < 1e-9
    assert np.ptp(result.traces["v"].values) > 0.1


def test_a_circuit_has_the_same_spikes_every_time_and_in_two_threads(engine):
    cells, experiment = three_spiking_cells()
    first = simulate(cells, experiment, engine=engine)
    assert all(len(first.spikes[name]) for name in "abc")
    for threads in (1, 2, 3):
        run = experiment.run.replace(threads=threads)
        again = simulate(cells, experiment.replace(run=run), engine=engine)
        assert np.array_equal(again.voltage, first.voltage), threads


@pytest.mark.parametrize("events", [EventTrain(noise=1, number=30), SpikeTimes(times=(2.0, 3.5))])
def test_trains_drive_cells_of_all_threads_the_same(engine, events):
    cells, experiment = three_spiking_cells()
    stimuli = tuple(
        Synapse(cell=name, nodes=(1, 6), events=events, weight=0.01, delay=1) for name in "abc"
    )
    voltages = [
        simulate(
            cells,
            experiment.replace(stimuli=stimuli, run=RunSettings(duration=30, threads=threads)),
            engine=engine,
        ).voltage
        for threads in (1, 2)
    ]
    assert np.array_equal(*voltages)


def test_a_gap_junction_passes_the_current_of_ohms_law(engine):
    """Two small passive cells: v_b / v_a = g / (g + g_leak) at rest (Kirchhoff's law)."""
    cells = [cable(10, 1, 2.0, name="a"), cable(10, 1, 2.0, name="b")]
    g, leak = 2e-4, 1e-3 * 2 * np.pi * 1 * 10 * 1e-8 * 1e6  # µS: junction; g_pas times area
    experiment = Experiment(
        paint=(CableProperties(), Passive(g=1e-3, e=0)),
        stimuli=(CurrentPulse(cell="a", nodes=(1,), delay=0, duration=1e3, amplitude=0.001),),
        connections=(
            GapJunctions(cell_a=("a",), node_a=(1,), cell_b=("b",), node_b=(2,), conductances=(g,)),
        ),
        recorders=tuple(VoltageRecorder(label=n, cell=n, node=1) for n in "ab"),
        discretisation=MaximumLength(length=10),
        run=RunSettings(duration=60, v_init=0),
    )
    result = simulate(cells, experiment, engine=engine)
    a, b = (result.traces[name].values[-1] for name in "ab")
    assert b / a == pytest.approx(g / (g + leak), rel=1e-6)
    assert a * leak + (a - b) * g == pytest.approx(0.001, rel=1e-6)


@pytest.mark.parametrize("delay", [0.025, 0.049, 0.05])
def test_threads_are_chosen_as_the_shortest_delay_allows(engine, delay):
    cells, experiment = three_spiking_cells()
    connections = (experiment.connections[0].replace(delays=(delay, 0.5, 1)),)
    experiment = experiment.replace(connections=connections)
    two = experiment.replace(run=experiment.run.replace(threads=2))
    if delay < 0.05:
        with pytest.raises(ExperimentError, match="below two time steps"):
            simulate(cells, two, engine=engine)
    else:
        one = simulate(cells, experiment, engine=engine)
        assert one.provenance["threads"] == "1"
        result = simulate(cells, two, engine=engine)
        assert result.provenance["threads"] == "2"
        assert np.array_equal(result.voltage, one.voltage)


def test_threads_are_refused_where_neuron_cannot_have_them():
    cells, experiment = three_spiking_cells()
    gap = GapJunctions(cell_a=("a",), node_a=(1,), cell_b=("b",), node_b=(1,), conductances=(1e-3,))
    with pytest.raises(ExperimentError, match=r"run\.threads: .*gap junctions"):
        simulate(
            cells,
            experiment.replace(connections=(gap,), run=experiment.run.replace(threads=2)),
        )


def test_a_table_that_is_wrong_names_its_row():
    from napari_neuron import connect

    cells = [fork("a"), fork("b")]
    good = {"pre": ["a", "a"], "post": ["b", "b"], "pre_node": [5, 5], "post_node": [1, 2]}
    for change, problem in [
        ({"post": ["b", "x"]}, r"row 1, post: 'x' is not one of the cells"),
        ({"weight": [1, np.nan]}, r"row 1, weight: .* is not a number"),
        ({"delay": [-1, 1]}, r"row 0, delay: .* is below 0"),
        ({"post_node": [1, 99]}, r"row 1, post_node: .*99.* is not a node of 'b'"),
    ]:
        with pytest.raises(ExperimentError, match=problem):
            connect(cells, pd.DataFrame({**good, **change}))
