"""Cells saved from their layers, as a person does it, through napari's own saving."""

import numpy as np
import pytest

from napari_neuron import read_morphology
from napari_neuron.errors import NapariNeuronError

SWC = """\
# units: um
# seen once
1 1 0 0 0 5 -1
2 3 0 5 0 1 1
3 3 0 20 0 1 2
4 3 10.1 30 0 0.5 3
5 3 -10 30 0.3 0.5 3
6 2 0 -5 0 0.4 1
7 2 0 -50 0 0.3 6
"""


pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(SWC)
    return path


@pytest.fixture
def viewer(make_napari_viewer, source):
    viewer = make_napari_viewer()
    viewer.open(str(source), plugin="napari-neuron")
    return viewer


@pytest.fixture
def save(viewer, tmp_path):
    def save_layers(layers=None):
        path = tmp_path / "saved.swc"
        for layer in viewer.layers:
            layer_is_wanted = layers is None or layer in layers
            (viewer.layers.selection.add if layer_is_wanted else viewer.layers.selection.discard)(
                layer
            )
        assert viewer.layers.save(str(path), selected=True) == [str(path)]
        return read_morphology(path)

    return save_layers


def same(cell, other):
    return all(
        np.array_equal(getattr(cell, name), getattr(other, name))
        for name in ("node_id", "parent", "swc_type", "position", "radius")
    )


@pytest.mark.parametrize("chosen", [[0], [1], [0, 1]], ids=["paths", "nodes", "both"])
def test_untouched_layers_save_the_very_cell(viewer, save, source, chosen):
    cell = save([viewer.layers[index] for index in chosen])
    assert same(cell, read_morphology(source))
    assert cell.header == (" units: um", " source: cell.swc, in um", " seen once")


def test_moved_nodes_are_saved_where_they_are(viewer, save):
    nodes = viewer.layers[1]
    data = nodes.data.copy()
    data[3] = (1, 2, 3)
    nodes.data = data
    cell = save()
    assert cell.position[3].tolist() == [3, 2, 1]
    assert cell.position[4].tolist() == [-10, 30, 0.3]
    assert cell.header[-1] == " changed: node 4 moved"


def test_a_moved_layer_is_saved_where_it_is(viewer, save):
    viewer.layers[1].translate = (100, 0, 0)
    viewer.layers[1].scale = (2, 2, 2)
    cell = save()
    assert cell.position[1].tolist() == [0, 10, 100]
    assert cell.radius[0] == pytest.approx(10)


def test_deleted_nodes_are_gone_and_the_others_keep_their_ids(viewer, save):
    nodes = viewer.layers[1]
    nodes.selected_data = {2, 6}
    nodes.remove_selected()
    cell = save()
    assert cell.node_id.tolist() == [1, 2, 4, 5, 6]
    assert cell.parent.tolist() == [-1, 0, 1, 1, 0]
    assert cell.header[-1] == " changed: 2 nodes (3, 7) deleted"


def test_a_deleted_root_does_not_cut_the_cell(viewer, save):
    nodes = viewer.layers[1]
    nodes.selected_data = {0}
    nodes.remove_selected()
    cell = save()
    assert len(cell.roots) == 1
    assert cell.node_id[cell.roots].tolist() == [2]
    assert cell.parent[cell.rows(6)[0]] == cell.rows(2)[0]


def test_radii_are_those_of_changed_sizes_and_features(viewer, save):
    nodes = viewer.layers[1]
    nodes.selected_data = {2}
    nodes.current_size = 9
    nodes.selected_data = set()
    features = nodes.features.copy()
    features.loc[4, "radius"] = 0.75
    features.loc[4, "swc_type"] = 4
    nodes.features = features
    cell = save()
    assert cell.radius.tolist() == [5, 1, 4.5, 0.5, 0.75, 0.4, 0.3]
    assert cell.swc_type[4] == 4
    assert cell.header[-3:] == (
        " changed: node 3 given the radius of their napari point size",
        " changed: node 5 given another radius",
        " changed: node 5 given another type",
    )


def test_several_cells_are_saved_to_files_of_their_own(viewer, tmp_path):
    (tmp_path / "other.swc").write_text(SWC)
    viewer.open(str(tmp_path / "other.swc"), plugin="napari-neuron")
    written = viewer.layers.save(str(tmp_path / "both.swc"))
    names = [tmp_path / "both cell.swc", tmp_path / "both other.swc"]
    assert written == [str(name) for name in names]
    assert all(len(read_morphology(name)) == 7 for name in names)


def test_added_points_are_an_error_that_says_what_to_do(viewer, tmp_path):
    viewer.layers[1].add([0, 0, 0])
    with pytest.raises(NapariNeuronError, match="1 points of its nodes layer were added by hand"):
        viewer.layers.save(str(tmp_path / "no.swc"))
    assert not (tmp_path / "no.swc").exists()


def test_layers_of_no_cell_are_an_error(make_napari_viewer, tmp_path):
    viewer = make_napari_viewer()
    viewer.add_points(np.zeros((3, 3)))
    with pytest.raises(NapariNeuronError, match="none of these layers is a cell's skeleton"):
        viewer.layers.save(str(tmp_path / "no.swc"))
