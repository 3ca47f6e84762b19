"""The same voltages on nodes, paths, a segment of a Labels layer, and a mesh of the neuron."""

import numpy as np
import pytest
import trimesh
from dock_person import forked_cell
from napari.layers import Labels, Layer, Surface

import napari_neuron as nn
from napari_neuron.view import LinkedColours, add_voltage_mesh, mesh_of, show, skeleton_layer_data


@pytest.fixture
def result():
    cell = forked_cell()
    frames = np.linspace(-80, 40, 33, dtype=np.float32).reshape(3, 11)
    return nn.SimulationResult(
        cells=(cell,),
        experiment=nn.Experiment(run=nn.RunSettings(duration=2, dt=0.5, frame_interval=1)),
        frames=frames,
        samples=np.zeros((0, 5)),
        compartment_of_node=np.arange(11),
        n_frames=3,
        status="complete",
    )


@pytest.fixture
def shown(result, make_napari_viewer):
    viewer = make_napari_viewer()
    show(result, viewer, skeleton=False, contrast_limits=(-80, 40))
    for data in skeleton_layer_data(result.cell):
        viewer.add_layer(Layer.create(*data))
    viewer.dims.set_point(0, 0.0)
    return viewer, viewer.layers["fork voltage"]


def colours(layer, values):
    return layer.colormap.map((np.asarray(values) + 80) / 120)


def test_nodes_and_paths_follow_the_time_and_the_limits(result, shown):
    viewer, layer = shown
    linked = LinkedColours(viewer, layer)
    nodes, paths = viewer.layers["fork nodes"], viewer.layers["fork"]
    linked.add_nodes(nodes)
    linked.add_paths(paths)
    np.testing.assert_allclose(nodes.face_color, colours(layer, result.frames[0]), atol=1e-3)
    viewer.dims.set_point(0, 2.0)
    frame = result.frames[2]
    np.testing.assert_allclose(nodes.face_color, colours(layer, frame), atol=1e-3)
    drawn = {tuple(np.round(c, 3)) for c in np.asarray(paths.edge_color)}
    assert len(drawn) == len(paths.data) == 2
    layer.contrast_limits = (-80, 100)
    expected = layer.colormap.map((frame + 80) / 180)
    np.testing.assert_allclose(nodes.face_color, expected, atol=1e-3)
    viewer.layers.remove(layer)  # the others keep their colours
    viewer.dims.set_point(0, 0.0)
    with pytest.raises(ValueError, match="points for 11 nodes"):
        LinkedColours(viewer, layer).add_nodes(viewer.add_points(np.zeros((2, 3))))


@pytest.mark.parametrize(("of", "value"), [("soma", 0), ("mean", slice(None))])
def test_a_segment_has_the_colour_of_the_soma_or_of_the_mean(result, shown, of, value):
    viewer, layer = shown
    labels = viewer.add_layer(Labels(np.full((4, 4, 4), 7), name="segments"))
    LinkedColours(viewer, layer).add_segment(labels, 7, of=of)
    for time in (0.0, 2.0):
        viewer.dims.set_point(0, time)
        expected = colours(layer, [result.frames[int(time), value].mean()])[0]
        np.testing.assert_allclose(labels.get_color(7), expected, atol=1e-3)
    with pytest.raises(ValueError, match="'soma' or the 'mean'"):
        LinkedColours(viewer, layer).add_segment(labels, 7, of="axon")


def test_each_vertex_of_a_mesh_has_the_value_of_the_nearest_node(result, shown, tmp_path):
    viewer, _ = shown
    mesh = trimesh.creation.icosphere(radius=2.0).apply_translation((200, 0, 0))
    path = tmp_path / "tip.ply"
    mesh.export(path)
    layer = add_voltage_mesh(viewer, result, path)
    assert len(layer.mesh.faces) == len(mesh.faces)
    viewer.dims.set_point(0, 1.0)
    values = layer.blend.of(layer.current_frame)
    axon_tip = list(result.cell.node_id).index(24)
    assert set(layer.mesh.vertex_node) == {axon_tip}
    np.testing.assert_allclose(values, values[0])
    in_nm = Surface(
        (np.asarray(mesh.vertices)[:, ::-1] * 1000, mesh.faces), units=("nm", "nm", "nm")
    )
    vertices, _ = mesh_of(in_nm)
    np.testing.assert_allclose(vertices, layer.mesh.vertices, atol=1e-3)
    (tmp_path / "broken.ply").write_text("no mesh")
    with pytest.raises(nn.MorphologyError, match="cannot be read"):
        mesh_of(tmp_path / "broken.ply")
