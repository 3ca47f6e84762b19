"""Results as NWB files: they are valid, and what they hold is the result."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.result import Status
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import NeuronTable

pynwb = pytest.importorskip("pynwb")


def a_cell(name="PN 1/a", **changes):
    return nn.Morphology(
        node_id=[2**53 + 1, 3, 5],
        parent=[-1, 0, 0],
        swc_type=[1, 2, 3],
        position=[[0, 0, 0], [1.5, 2, 3], [-4, 5, 6]],
        radius=[1.0, 0.5, 0.25],
        name=name,
        **changes,
    )


def a_result(cells=None, **changes):
    cells = cells or (a_cell(labels=["", "axon", "µ"]),)
    name = cells[0].name
    experiment = nn.Experiment(
        stimuli=(nn.VoltageClamp(nodes=(5,), cell=name, label="clamp"),),
        recorders=(
            nn.VoltageRecorder(label="soma/é", node=3, cell=name),
            nn.VoltageRecorder(label="soma:é", node=3, cell=name, interval=0.2),
            nn.VoltageRecorder(label="held", node=5, cell=name),
            nn.VariableRecorder(label="gate", node=3, cell=name, variable="m_hh"),
            nn.ProcessRecorder(label="current", node=5, cell=name, stimulus="clamp"),
            nn.SpikeDetector(label="tip/1", node=5, cell=name, threshold=-10),
            nn.SpikeDetector(label="silent", node=3, cell=name),
        ),
        frames=("v", "m_hh"),
        run=nn.RunSettings(duration=1.0, dt=0.1, frame_interval=0.2),
    )
    random = np.random.default_rng(1)
    values = {
        "cells": cells,
        "experiment": experiment,
        "frames": random.normal(size=(6, 7)).astype(np.float32),
        "more_frames": {"m_hh": random.normal(size=(6, 7)).astype(np.float32)},
        "samples": random.normal(size=(5, 11)),
        "units": ("mV", "mV", "mV", "", "nA", ""),
        "compartment_of_node": np.arange(3 * len(cells)),
        "spikes": {"tip/1": np.array([0.1, 0.7]), "silent": np.empty(0)},
        "n_frames": 4,
        "n_samples": 8,
        "status": Status.FAILED,
        "message": "it blew up at 0.8 ms",
        "provenance": {"NEURON": "9.0.2", "python": "3.11", "threads": "2"},
    }
    return nn.SimulationResult(**{**values, **changes})


@pytest.fixture
def read():
    """Read a file back, after its validation; files are closed at the end."""
    files = []

    def read(path):
        assert pynwb.validate(path=str(path)) == []
        files.append(pynwb.NWBHDF5IO(str(path), "r"))
        return files[-1].read()

    yield read
    for file in files:
        file.close()


@pytest.fixture
def saved(tmp_path, read):
    result = a_result()
    result.save(tmp_path / "run.nwb")
    return result, read(tmp_path / "run.nwb")


def test_a_voltage_is_a_current_clamp_recording_in_volts(saved):
    result, file = saved
    series = file.acquisition["soma_é"]
    assert type(series) is pynwb.icephys.CurrentClampSeries
    assert (series.unit, series.conversion, series.rate) == ("volts", 1e-3, 10_000.0)
    assert np.array_equal(series.data[:], result.traces["soma/é"].values)
    assert series.electrode.cell_id == "PN 1/a"
    assert series.electrode.location == "node 3"


def test_names_that_nwb_would_make_one_stay_two_with_the_rate_of_each(saved):
    _, file = saved
    assert file.acquisition["soma_é (2)"].rate == 5_000.0
    assert '"label":"soma:é"' in file.acquisition["soma_é (2)"].comments


def test_where_a_clamp_holds_the_voltage_its_current_is_the_recording(saved):
    result, file = saved
    assert type(file.acquisition["held"]) is pynwb.TimeSeries
    current = file.acquisition["current"]
    assert type(current) is pynwb.icephys.VoltageClampSeries
    assert (current.unit, current.conversion) == ("amperes", 1e-9)
    assert np.array_equal(current.data[:], result.traces["current"].values)


def test_any_other_variable_is_a_plain_series(saved):
    _, file = saved
    gate = file.acquisition["gate"]
    assert (type(gate), gate.unit, gate.description) == (
        pynwb.TimeSeries,
        "1",
        "m_hh at node 3 of PN 1/a",
    )


def test_spikes_are_units_in_seconds(saved):
    _, file = saved
    table = file.units.to_dataframe()
    assert table["detector"].tolist() == ["tip/1", "silent"]
    assert table["threshold"].tolist() == [-10, -20]
    np.testing.assert_allclose(table["spike_times"][0], [1e-4, 7e-4])
    assert len(table["spike_times"][1]) == 0
    assert file.units.resolution == pytest.approx(1e-4)


def test_frames_and_the_nodes_that_their_columns_are_of(saved):
    result, file = saved
    module = file.processing["simulation"]
    frames = module["membrane_potential"]
    assert np.array_equal(frames.data[:], result.voltage)
    assert (frames.unit, frames.conversion, frames.rate) == ("volts", 1e-3, 5_000.0)
    assert np.array_equal(module["m_hh"].data[:], result.frames_of("m_hh"))
    skeleton = module["skeleton"].to_dataframe()
    assert skeleton["node_id"].tolist() == [2**53 + 1, 3, 5]
    assert skeleton["parent_id"].tolist() == [-1, 2**53 + 1, 2**53 + 1]
    assert skeleton["label"].tolist() == ["", "axon", "µ"]
    assert skeleton["compartment"].tolist() == [0, 1, 2]
    assert skeleton[["x", "y", "z"]].to_numpy().tolist() == result.cell.position.tolist()


def test_the_experiment_and_what_ran_it_are_there(saved):
    result, file = saved
    assert nn.Experiment.from_json(file.protocol) == result.experiment
    assert [list(row) for row in file.was_generated_by[:]] == [
        ["NEURON", "9.0.2"],
        ["python", "3.11"],
    ]
    assert json.loads(file.notes) == {
        "status": "failed",
        "message": "it blew up at 0.8 ms",
        "threads": "2",
    }
    assert "not a recording" in file.session_description


def test_frames_can_be_left_out_and_the_date_be_given(tmp_path, read):
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    nn.save_nwb(a_result(), tmp_path / "run.nwb", frames=False, session_start=start)
    file = read(tmp_path / "run.nwb")
    assert list(file.processing["simulation"].data_interfaces) == ["skeleton"]
    assert file.session_start_time == start


def test_several_cells_and_point_neurons_beside_them(tmp_path, read):
    network = nn.PointNetwork(
        neurons=NeuronTable(id=["p", "q", "r"], position=np.arange(9.0).reshape(3, 3))
    )
    points = NetworkResult(network)
    points.add(np.array([1.0, 2.0, 3.0]), np.array([2, 0, 2]))
    cells = (a_cell("a"), a_cell("b", labels=["", "axon", ""]))
    a_result(cells, network=points).save(tmp_path / "run.nwb")
    file = read(tmp_path / "run.nwb")
    skeleton = file.processing["simulation"]["skeleton"].to_dataframe()
    assert skeleton["cell"].tolist() == ["a"] * 3 + ["b"] * 3
    assert skeleton["label"].tolist() == ["", "", "", "", "axon", ""]
    spikes = file.processing["point_neurons"]["spikes"].to_dataframe()
    assert [t.tolist() for t in spikes["spike_times"]] == [[0.002], [], [0.001, 0.003]]
    assert spikes["x"].tolist() == [0, 3, 6]


def test_a_run_without_recorders_or_frames_is_valid(tmp_path, read):
    cell = a_cell()
    result = a_result(
        experiment=nn.Experiment(),
        samples=np.empty((0, 11)),
        spikes={},
        more_frames={},
        units=(),
        n_frames=0,
        provenance={},
        cells=(cell,),
    )
    result.save(tmp_path / "run.nwb")
    assert not read(tmp_path / "run.nwb").acquisition


def test_a_network_is_units_and_its_states(tmp_path, read):
    network = nn.PointNetwork(neurons=NeuronTable(id=[7, 8]), recorded=(8,))
    result = NetworkResult(network, frames=np.ones((5, 1), np.float32), n_frames=3)
    result.add(np.array([1.0]), np.array([1]))
    result.save(tmp_path / "net.nwb")
    file = read(tmp_path / "net.nwb")
    assert [t.tolist() for t in file.units.to_dataframe()["spike_times"]] == [[], [0.001]]
    assert file.units["neuron"][:].tolist() == ["7", "8"]
    assert file.acquisition["m"].data.shape == (3, 1)
    assert nn.PointNetwork.from_json(file.protocol) == network


def test_an_old_file_stays_where_a_new_one_cannot_be_written(tmp_path):
    path = tmp_path / "run.nwb"
    path.write_bytes(b"old")
    with pytest.raises(TypeError):
        nn.save_nwb(a_result(cells=None, message=object()), path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.nwb"]


WITHOUT = """
import sys
sys.modules["pynwb"] = None
from napari_neuron.cli import main
sys.exit(main(["run", "experiment.json", "-o", "run.nwb"]))
"""


def test_without_pynwb_a_run_is_refused_before_it_begins(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert 'NWB files need pynwb: pip install "napari-neuron[nwb]"' in done.stderr
