"""The part of the Cell tab about images: verdicts, remedies, labels, following a node."""

import numpy as np
import pytest
from dock_person import add_cell, forked_cell

from napari_neuron.view import VoltageLayer

SHAPE = (10, 260, 240)


def add_image(dock, shape=SHAPE, **settings):
    """Add an image of 1 µm voxels around the forked cell (x to 200, y to -200)."""
    layer = dock.viewer.add_image(np.zeros(shape, dtype=np.uint8), name="em")
    settings = {"units": ("um",) * 3, "scale": (1, 1, 1), "translate": (-5, -230, -20)} | settings
    for name, value in settings.items():
        setattr(layer, name, value)
    return layer


@pytest.fixture
def panel(dock):
    return dock.widget.image_panel


def test_the_panel_is_there_with_an_image_only(dock, panel):
    assert panel.isHidden()
    layer = add_image(dock)
    assert not panel.isHidden()
    assert panel.verdict.text() == "All of fork lies in em."
    assert panel.remedy_button.isHidden()
    dock.viewer.layers.remove(layer)
    assert panel.isHidden()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"scale": (1e-3,) * 3, "translate": (-0.005, -0.23, -0.02)}, "1000 times too small"),
        ({"translate": (900, -230, -20)}, "do not meet, 900 µm apart along z"),
    ],
)
def test_one_click_mends_what_is_wrong(dock, panel, settings, said):
    add_image(dock, **settings)
    assert said in panel.verdict.text()
    dock.click(panel.remedy_button)
    assert panel.verdict.text() == "All of fork lies in em."
    assert panel.remedy_button.isHidden()


def test_a_layer_in_pixels_gets_the_voxel_size_that_is_typed(dock, panel):
    layer = dock.viewer.add_image(np.zeros(SHAPE), name="em")
    assert "no voxel size" in panel.verdict.text()
    for box, size in zip(panel.voxel, (40, 8, 8), strict=True):
        box.setValue(size)
    dock.click(panel.voxel_button)
    assert tuple(layer.scale) == (0.04, 0.008, 0.008)
    assert {str(unit) for unit in layer.units} == {"micrometer"}
    panel.voxel[0].setValue(-1)
    dock.click(panel.voxel_button)
    assert "above 0 nm" in panel.problem.text()
    assert tuple(layer.scale) == (0.04, 0.008, 0.008)


@pytest.mark.parametrize("with_cell", [True, False])
def test_the_slice_that_is_seen_stays_when_a_voxel_size_is_set(dock, panel, with_cell):
    if not with_cell:
        dock.viewer.layers.clear()
    layer = dock.viewer.add_image(np.zeros(SHAPE), name="em")
    dock.viewer.dims.set_point(0, 4)
    for box, size in zip(panel.voxel, (40, 8, 8), strict=True):
        box.setValue(size)
    dock.click(panel.voxel_button)
    assert layer.world_to_data(dock.viewer.dims.point)[0] == pytest.approx(4, abs=0.01)


def test_an_image_and_its_labels_get_their_voxel_size_together(dock, panel):
    image = dock.viewer.add_image(np.zeros(SHAPE), name="em")
    labels = dock.viewer.add_labels(np.zeros(SHAPE, dtype=int), name="seg")
    piece = dock.viewer.add_image(np.zeros((5, 10, 10)), name="piece")
    panel.show_layer("seg")
    panel.voxel[0].setValue(40)
    dock.click(panel.voxel_button)
    assert tuple(labels.scale) == tuple(image.scale) == (0.04, 0.008, 0.008)
    assert image.units == labels.units
    assert tuple(piece.scale) == (1, 1, 1)


def test_the_background_is_no_cell(dock, panel):
    labels = add_image(dock).data
    dock.viewer.add_labels(labels.astype(int), name="seg", scale=(1, 1, 1), units=("um",) * 3)
    panel.show_layer("seg")
    panel.label.setText("0")
    dock.click(panel.skeletonise_button)
    assert "0 is the background" in panel.problem.text()
    assert not panel.skeletonise_button.isHidden()


def test_a_label_becomes_a_cell_that_is_chosen(dock, panel):
    labels = np.zeros((20, 20, 60), dtype=np.int32)
    labels[7:12, 7:12, 5:55] = 3
    layer = dock.viewer.add_labels(labels, name="segments")
    assert not panel.skeletonise_button.isEnabled()  # in pixels
    layer.units, layer.scale = ("um",) * 3, (2.0,) * 3
    layer.selected_label = 3
    assert panel.label.text() == "3"
    dock.click(panel.skeletonise_button)
    dock.qtbot.waitUntil(lambda: len(dock.session.cells[0]) != 11, timeout=60_000)
    cell = dock.session.cells[0]
    assert cell.name == "segments 3"
    assert cell.position[:, 0].mean() == pytest.approx(59, abs=4)
    assert f"{cell.name} nodes" in dock.viewer.layers
    assert panel.skeletonise_button.isEnabled()
    panel.label.setText("4")
    dock.click(panel.skeletonise_button)
    dock.qtbot.waitUntil(lambda: bool(panel.problem.text()), timeout=20_000)
    assert "no label 4" in panel.problem.text()


def test_skeletonising_can_be_cancelled_and_begun_again(dock, panel):
    labels = np.zeros((20, 20, 60), dtype=np.int32)
    labels[7:12, 7:12, 5:55] = 3
    layer = dock.viewer.add_labels(labels, name="segments")
    layer.units, layer.scale = ("um",) * 3, (1.0,) * 3
    layer.selected_label = 3
    dock.click(panel.skeletonise_button)
    assert panel.skeletonise_button.isHidden()
    dock.click(panel.cancel_button)
    dock.qtbot.waitUntil(panel.cancel_button.isHidden, timeout=20_000)
    assert panel.problem.text() == ""
    assert len(dock.session.cells[0]) == 11
    dock.click(panel.skeletonise_button)
    dock.qtbot.waitUntil(lambda: dock.session.cells[0].name == "segments 3", timeout=60_000)


def test_the_slice_follows_the_selected_node_and_the_selected_recorder(dock, panel):
    add_image(dock)
    dock.viewer.dims.ndisplay = 2
    panel.follow.setChecked(True)
    dock.select_nodes(23)
    assert dock.viewer.dims.point == pytest.approx((0, 0, 160), abs=1)
    dock.add("recorders", "Voltage")
    dock.select_nodes(32)
    dock.add("recorders", "Voltage")
    editor = dock.editor("recorders")
    editor.list.setCurrentRow(0)
    assert dock.viewer.dims.point == pytest.approx((0, 0, 160), abs=1)
    editor.list.setCurrentRow(1)
    assert dock.viewer.dims.point == pytest.approx((0, -120, 0), abs=1)
    panel.follow.setChecked(False)
    editor.list.setCurrentRow(0)
    assert dock.viewer.dims.point == pytest.approx((0, -120, 0), abs=1)
    dock.click(panel.go_button)
    assert dock.viewer.dims.point == pytest.approx((0, -120, 0), abs=1)


def test_the_slab_is_that_of_every_voltage_layer(dock, panel):
    add_image(dock)
    panel.slab.setValue(5.0)
    cell = forked_cell("other")
    add_cell(dock.viewer, cell)
    layer = VoltageLayer(cell, np.zeros((1, 11), dtype=np.float32), np.arange(11), 0.1)
    dock.viewer.add_layer(layer)
    assert layer.slab == 5.0
    panel.slab.setValue(0.0)
    assert layer.slab == 0.0
