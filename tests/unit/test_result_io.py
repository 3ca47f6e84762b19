"""Results come back from a file as they went in, and a bad file is refused in words."""

import os
import stat

import h5py
import numpy as np
import pandas as pd
import pytest

from napari_neuron import (
    CurrentPulse,
    Experiment,
    Morphology,
    NapariNeuronError,
    RunSettings,
    SimulationResult,
    SpikeDetector,
    VoltageRecorder,
)
from napari_neuron.result import Status
from napari_neuron.result.io import save


def a_morphology(name="cell", **fields):
    return Morphology(
        node_id=[2**63 - 1, 3, 5],
        parent=[-1, 0, 0],
        swc_type=[1, 2, 3],
        position=[[0, 0, 0], [1.5, 2, 3], [-4, 5, 6]],
        radius=[1.0, 0.5, -0.25],
        name=name,
        **fields,
    )


def a_result(cells=None, status=Status.COMPLETE, n_frames=4):
    cells = cells or (a_morphology(),)
    experiment = Experiment(
        stimuli=(CurrentPulse(nodes=(3,), cell=cells[0].name),),
        recorders=(
            VoltageRecorder(label="soma é", node=3, cell=cells[0].name),
            SpikeDetector(label="tip/1", node=5, cell=cells[0].name),
            SpikeDetector(label="silent", node=3, cell=cells[0].name),
        ),
        run=RunSettings(duration=1.0, dt=0.1, frame_interval=0.2),
    )
    random = np.random.default_rng(1)
    return SimulationResult(
        cells=cells,
        experiment=experiment,
        frames=random.normal(size=(6, 7)).astype(np.float32),
        samples=random.normal(size=(1, 11)),
        compartment_of_node=np.arange(3 * len(cells)),
        spikes={"tip/1": np.array([0.1, 0.7000000000000001]), "silent": np.empty(0)},
        n_frames=n_frames,
        n_samples=8,
        status=status,
        message="" if status is Status.COMPLETE else "it blew up at 0.8 ms",
        provenance={"NEURON": "9.0.2", "python": "3.11"},
    )


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "run.h5"
    a_result().save(path)
    return path


@pytest.mark.parametrize("compress", [False, True])
def test_everything_comes_back(tmp_path, compress):
    result = a_result(status=Status.FAILED)
    save(result, tmp_path / "run.h5", compress=compress)
    loaded = SimulationResult.load(tmp_path / "run.h5")
    np.testing.assert_array_equal(loaded.voltage, result.voltage)
    np.testing.assert_array_equal(loaded.time, result.time)
    np.testing.assert_array_equal(loaded.traces["soma é"].values, result.traces["soma é"].values)
    np.testing.assert_array_equal(loaded.traces["soma é"].time, result.traces["soma é"].time)
    np.testing.assert_array_equal(loaded.compartment_of_node, result.compartment_of_node)
    assert loaded.voltage.dtype == np.float32
    assert loaded.experiment == result.experiment
    assert list(loaded.spikes) == list(result.spikes)
    for label, times in result.spikes.items():
        np.testing.assert_array_equal(loaded.spikes[label], times)
    assert (loaded.status, loaded.message) == (Status.FAILED, "it blew up at 0.8 ms")
    assert loaded.provenance == result.provenance


def test_a_skeleton_comes_back_with_all_that_hangs_on_it(tmp_path):
    cell = a_morphology(
        name="naïve / cell",
        labels=["", "axon", "dendrite"],
        connectors=pd.DataFrame(
            {"node_id": [3, 5], "type": ["pre", "post"], "x": [0.5, np.nan], "roi": ["AL", None]}
        ),
        header=("made by hand", ""),
        unit="8 nm",
        unit_evidence="stated in the header",
        source="/somewhere/cell.swc",
    )
    a_result((cell, a_morphology("other"))).save(tmp_path / "run.h5")
    loaded, other = SimulationResult.load(tmp_path / "run.h5").cells
    for field in ("node_id", "parent", "swc_type", "position", "radius", "labels"):
        np.testing.assert_array_equal(getattr(loaded, field), getattr(cell, field))
    for field in ("name", "header", "unit", "unit_evidence", "source"):
        assert getattr(loaded, field) == getattr(cell, field)
    assert list(loaded.connectors.columns) == list(cell.connectors.columns)
    assert loaded.connectors["type"].tolist() == ["pre", "post"]
    assert loaded.connectors["node_id"].tolist() == [3, 5]
    assert loaded.connectors["roi"].isna().tolist() == [False, True]
    assert (other.labels, other.connectors, other.source) == (None, None, None)


def test_frames_are_mapped_not_read(saved):
    assert isinstance(SimulationResult.load(saved).frames, np.memmap)


def test_a_result_without_any_frame_can_be_saved(tmp_path):
    a_result(n_frames=0, status=Status.CANCELLED).save(tmp_path / "run.h5")
    assert SimulationResult.load(tmp_path / "run.h5").voltage.shape == (0, 7)


def test_a_loaded_result_can_be_saved_over_its_own_file(saved):
    loaded = SimulationResult.load(saved)
    before = loaded.voltage.copy()
    loaded.save(saved)
    np.testing.assert_array_equal(SimulationResult.load(saved).voltage, before)
    np.testing.assert_array_equal(loaded.voltage, before)


def test_units_stand_in_the_file(saved):
    with h5py.File(saved) as file:
        units = {name: file[name].attrs["unit"] for name in ("frames", "frame_time", "samples")}
        assert file["cells/0/position"].attrs["unit"] == "um"
    assert units == {"frames": "mV", "frame_time": "ms", "samples": "mV"}


def test_a_failed_save_leaves_the_old_file_and_nothing_else(saved):
    old = saved.read_bytes()
    result = a_result()
    result.provenance = {"NEURON": object()}
    with pytest.raises(TypeError):
        result.save(saved)
    assert saved.read_bytes() == old
    assert os.listdir(saved.parent) == [saved.name]


def test_the_file_has_the_permissions_of_any_new_file(saved, tmp_path):
    (tmp_path / "plain").touch()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (saved, tmp_path / "plain")]
    assert modes[0] == modes[1]


def not_hdf5(path):
    path.write_text("frames: 1 2 3")


def empty(path):
    path.write_bytes(b"")


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-100])


def another_program(path):
    with h5py.File(path, "a") as file:
        file.attrs["format"] = "something else"


def from_the_future(path):
    with h5py.File(path, "a") as file:
        file.attrs["format_version"] = 2


def without_frames(path):
    with h5py.File(path, "a") as file:
        del file["frames"]


def frames_of_other_type(path):
    with h5py.File(path, "a") as file:
        del file["frames"]
        file["frames"] = np.zeros((4, 7))


def compartments_out_of_range(path):
    with h5py.File(path, "a") as file:
        file["compartment_of_node"][0] = 7


def unknown_experiment(path):
    with h5py.File(path, "a") as file:
        del file["experiment"]
        file["experiment"] = '{"surprise": 1}'


def cyclic_skeleton(path):
    with h5py.File(path, "a") as file:
        file["cells/0/parent"][:] = [1, 2, 0]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (not_hdf5, "not a result of napari-neuron"),
        (empty, "not a result of napari-neuron"),
        (cut_short, "damaged or incomplete"),
        (another_program, "was not written by napari-neuron"),
        (from_the_future, "Update it"),
        (without_frames, "damaged or incomplete"),
        (frames_of_other_type, "damaged or incomplete"),
        (compartments_out_of_range, "damaged or incomplete"),
        (unknown_experiment, "surprise"),
        (cyclic_skeleton, "circle"),
    ],
)
def test_a_bad_file_is_refused_in_words(saved, spoil, says):
    spoil(saved)
    with pytest.raises(NapariNeuronError, match=says) as error:
        SimulationResult.load(saved)
    assert str(saved) in str(error.value)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        SimulationResult.load(tmp_path / "none.h5")
