"""Traces and spikes as tables and CSV."""

import numpy as np
import pandas as pd
import pytest

from napari_neuron import Experiment, RunSettings, SimulationResult, SpikeDetector
from napari_neuron.morphology import read_swc
from napari_neuron.result.model import Status, Trace
from napari_neuron.result.tables import spikes_table, traces_table
from napari_neuron.spec import VariableRecorder, VoltageRecorder


@pytest.fixture
def result():
    experiment = Experiment(
        recorders=[
            VoltageRecorder(label="soma", node=1),
            VariableRecorder(label="m", node=1, variable="m_hh", interval=0.1),
            VoltageRecorder(label="tip, far", node=2),
            SpikeDetector(label="soma", node=1),
        ],
        run=RunSettings(duration=0.2, dt=0.025, frame_interval=0.1),
    )
    return SimulationResult(
        cells=(read_swc("1 1 0 0 0 5 -1\n2 3 100 0 0 1 1\n", units="um"),),
        experiment=experiment,
        frames=np.zeros((3, 2), np.float32),
        samples=np.arange(27.0).reshape(3, 9),
        compartment_of_node=np.array([0, 1]),
        spikes={"soma": np.array([0.1, 0.15])},
        n_frames=3,
        n_samples=9,
        status=Status.COMPLETE,
        units=("mV", "mV", ""),
    )


def test_each_sampling_interval_has_a_column_of_times(result):
    table = result.traces_table()
    assert list(table) == [
        *("time (ms)", "soma (mV)", "tip, far (mV)"),
        *("time every 0.1 ms (ms)", "m"),
    ]
    np.testing.assert_allclose(table["time (ms)"], np.arange(9) * 0.025)
    np.testing.assert_allclose(table["time every 0.1 ms (ms)"][:3], [0, 0.1, 0.2])
    assert table["m"][3:].isna().all()


def test_a_saved_table_reads_back(result, tmp_path):
    result.save_traces(tmp_path / "traces.csv")
    result.save_spikes(tmp_path / "spikes.csv")
    traces = pd.read_csv(tmp_path / "traces.csv")
    pd.testing.assert_frame_equal(traces, result.traces_table(), check_dtype=False)
    spikes = pd.read_csv(tmp_path / "spikes.csv")
    assert spikes["detector"].tolist() == ["soma", "soma"]
    assert spikes["time (ms)"].tolist() == [0.1, 0.15]


def test_traces_of_one_name_are_told_apart():
    time = np.arange(3.0)
    trace = Trace("v", 1, time, time, "mV", "cell")
    table = traces_table([("v", trace), ("v", trace)])
    assert list(table) == ["time (ms)", "v (mV)", "v [2] (mV)"]


def test_what_is_empty_is_a_table_too():
    assert traces_table([]).empty
    assert list(spikes_table({})) == ["detector", "time (ms)"]
    assert len(spikes_table({"quiet": np.empty(0)})) == 0
