"""Opening files and samples as napari does it."""

import subprocess
import sys
from pathlib import Path

import npe2
import numpy as np
import pytest
from dock_person import Dock
from napari.components import ViewerModel

import napari_neuron
from napari_neuron import Experiment, Morphology, RunSettings, SimulationResult, SwcError
from napari_neuron.reader import napari_get_reader
from napari_neuron.view import VoltageLayer

SWC = "# a neuron in µm\n1 1 0 0 0 5 -1\n2 3 20 0 0 1 1\n3 3 50 10 0 1 2\n4 3 50 -10 5 1 2\n"


@pytest.fixture
def swc(tmp_path):
    def write(text=SWC, name="neuron.swc"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def manifest():
    return npe2.PluginManifest.from_file(Path(napari_neuron.__file__).with_name("napari.yaml"))


def test_a_skeleton_file_is_two_layers_named_after_it(swc):
    path = swc()
    (paths, settings, shapes), (nodes, node_settings, points) = napari_get_reader(path)(path)
    assert (shapes, points) == ("shapes", "points")
    assert (settings["name"], node_settings["name"]) == ("neuron", "neuron nodes")
    assert len(paths) == 2
    np.testing.assert_array_equal(nodes[2], [0, 10, 50])


def test_several_files_open_at_once(swc):
    files = [swc(name="a.swc"), swc(name="b.SWC")]
    assert [s["name"] for _, s, _ in napari_get_reader(files)(files)][::2] == ["a", "b"]


@pytest.mark.parametrize("name", ["picture.tif", "stack.h5", "notes.txt"])
def test_files_of_others_are_left_to_others(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"something else")
    assert napari_get_reader(str(path)) is None


def test_a_broken_file_says_where_it_is_broken(swc):
    path = swc("1 1 0 0 0 5 -1\n2 3 20 0 0 1 77\n")
    with pytest.raises(SwcError, match=r"neuron\.swc:2: .*77"):
        napari_get_reader(path)(path)


def test_an_empty_viewer_turns_to_3d_and_one_with_layers_stays_as_it_is(make_napari_viewer, swc):
    viewer = make_napari_viewer()
    path = swc()
    napari_get_reader(path)(path)
    assert viewer.dims.ndisplay == 3
    viewer.dims.ndisplay = 2
    viewer.add_points(np.zeros((1, 3)))
    napari_get_reader(path)(path)
    assert viewer.dims.ndisplay == 2


def test_a_stored_result_opens_as_a_voltage_layer(make_napari_viewer, tmp_path):
    viewer = make_napari_viewer()
    cell = Morphology([1, 2], [-1, 0], [1, 3], np.array([[0, 0, 0], [30.0, 0, 0]]), [3, 1])
    result = SimulationResult(
        cells=(cell,),
        experiment=Experiment(run=RunSettings(duration=0.5, frame_interval=0.25)),
        frames=np.full((3, 2), -65, dtype=np.float32),
        samples=np.zeros((0, 21)),
        compartment_of_node=np.array([0, 1]),
        n_frames=3,
    )
    path = str(tmp_path / "run.h5")
    result.save(path)
    assert napari_get_reader(path)(path) == [(None,)]
    assert isinstance(viewer.layers[-1], VoltageLayer)
    assert viewer.dims.range[0].stop == 0.5


def test_reading_a_skeleton_needs_neither_navis_nor_neuron_nor_napari(swc):
    code = (
        "import sys; from napari_neuron.reader import napari_get_reader as get;"
        f"p = {swc()!r}; assert len(get(p)(p)) == 2;"
        "sys.exit(' '.join({'navis', 'neuron', 'napari', 'qtpy'} & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_manifest_names_only_what_there_is(manifest):
    manifest.validate_imports()
    commands = {command.id for command in manifest.contributions.commands}
    contributed = manifest.contributions
    used = [c.command for c in [*contributed.readers, *contributed.writers, *contributed.widgets]]
    used += [sample.command for sample in manifest.contributions.sample_data]
    assert set(used) == commands


def test_the_sample_is_a_hemibrain_neuron_in_um_with_its_synapses():
    pytest.importorskip("navis")
    from napari_neuron.sample_data import hemibrain_neuron

    _, (nodes, settings, _), (synapses, synapse_settings, _) = hemibrain_neuron()
    assert len(nodes) == 4465
    assert 100 < np.ptp(nodes, axis=0).max() < 300
    assert set(synapse_settings["features"]["type"]) == {"pre", "post"}
    nearest = np.isin(synapse_settings["features"]["node_id"], settings["features"]["node_id"])
    assert nearest.all()
    assert (synapses.min(axis=0) > nodes.min(axis=0) - 5).all()


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ("single_compartment", "single compartment"),
        ("straight_cable", "straight cable"),
        ("ball_and_stick", "ball and stick"),
        ("y_shaped_cell", "Y-shaped cell"),
    ],
)
def test_simple_cells_open_as_samples_in_um_and_run(registered, sample, name, qtbot):
    viewer = ViewerModel()
    viewer.open_sample("napari-neuron", sample)
    dock = Dock(viewer, qtbot)
    try:
        assert viewer.layers[f"{name} nodes"].units == ("micrometer",) * 3
        dock.select_nodes(1, name=name)
        dock.add("inputs", "Current pulse")
        dock.run_to_the_end()
        (result,) = dock.session.results
        assert result.voltage[500:, 0].max() > -69.5  # the leak pulls to -70
    finally:
        dock.widget.close()
        dock.traces.close()
