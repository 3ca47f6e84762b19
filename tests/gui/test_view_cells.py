"""Several cells in one voltage layer: which are drawn, and in which colours."""

import numpy as np
import pytest
from canvas_picture import picture_of
from napari.utils.colormaps.standardize_color import transform_color
from qtpy.QtCore import Qt

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.overlays import camera_of
from napari_neuron.widgets import DisplayWidget

BOTH = pytest.mark.parametrize("gpu", [True, False], ids=["gpu", "plain Surface"])


def cable(name, y):
    return Morphology(
        node_id=[1, 2, 3],
        parent=[-1, 0, 1],
        swc_type=[3, 3, 3],
        position=np.array([[0, y, 0], [50, y, 0], [100, y, 0]], float),
        radius=[5.0] * 3,
        name=name,
    )


CELLS = [cable("left", 0.0), cable("right", 40.0)]
FRAMES = np.array([[-60, -60, 20, 20], [0, 0, 30, 30]], dtype=np.float32)


def shown(viewer, gpu=True):
    layer = VoltageLayer(
        CELLS,
        FRAMES,
        [0, 0, 1, 2, 2, 3],
        0.5,
        gpu=gpu,
        shading="none",
        contrast_limits=(-80, 40),
    )
    viewer.add_layer(layer)
    layer.colorbar.visible = False
    return layer


def colours(viewer):
    """Return the colours of the two cables in their middle."""
    camera_of(viewer).center = (0, 20, 25)
    camera_of(viewer).zoom = 3.0
    picture = picture_of(viewer)
    rows = picture.shape[0] / 2 + np.array([-60, 60])
    return picture[rows.astype(int), picture.shape[1] // 2]


def wanted(layer, *values):
    return 255 * layer.colormap.map((np.array(values) + 80) / 120)[:, :3]


@BOTH
@pytest.mark.parametrize("ndisplay", [3, 2])
def test_cells_are_hidden_one_by_one_at_all_times(make_napari_viewer, gpu, ndisplay):
    viewer = make_napari_viewer(show=True)
    layer = shown(viewer, gpu)
    viewer.dims.ndisplay = ndisplay
    viewer.dims.set_point((0, 1), (0.0, 0.0))
    np.testing.assert_allclose(colours(viewer), wanted(layer, -60, 20), atol=2)
    layer.visible_cells = ["right"]
    assert layer.visible_cells == ("right",)
    left, right = colours(viewer)
    assert left.max() == 0
    np.testing.assert_allclose(right, wanted(layer, 20)[0], atol=2)
    viewer.dims.set_point(0, 0.5)
    left, right = colours(viewer)
    assert left.max() == 0
    np.testing.assert_allclose(right, wanted(layer, 30)[0], atol=2)
    layer.visible_cells = []
    assert colours(viewer).max() == 0
    layer.visible_cells = ["left", "right"]
    np.testing.assert_allclose(colours(viewer), wanted(layer, 0, 30), atol=2)
    with pytest.raises(ValueError, match="no cell 'middle'"):
        layer.visible_cells = ["middle"]


@BOTH
def test_cells_have_colours_of_their_own_and_voltages_again(make_napari_viewer, gpu):
    viewer = make_napari_viewer(show=True)
    layer = shown(viewer, gpu)
    viewer.dims.ndisplay = 3
    layer.colour_by_cell()
    own = 255 * transform_color(list(layer.cell_colours))[:, :3]
    np.testing.assert_allclose(colours(viewer), own, atol=2)
    viewer.dims.set_point(0, 0.5)
    np.testing.assert_allclose(colours(viewer), own, atol=2)
    layer.show_variable("v")
    np.testing.assert_allclose(colours(viewer), wanted(layer, 0, 30), atol=2)


def test_the_dock_lists_several_cells_with_a_box_for_each(make_napari_viewer, qtbot):
    viewer = make_napari_viewer()
    display = DisplayWidget(viewer)
    qtbot.addWidget(display)
    display.show()
    assert not display.cells.isVisible()
    layer = shown(viewer)
    assert display.cells.isVisible()
    rows = [display.cells.list.item(row) for row in range(2)]
    assert [row.text() for row in rows] == ["left", "right"]
    rows[0].setCheckState(Qt.CheckState.Unchecked)
    assert layer.visible_cells == ("right",)
    display.cells.none_button.click()
    assert layer.visible_cells == ()
    display.cells.all_button.click()
    assert rows[0].checkState() == Qt.CheckState.Checked
    combo = display.map.what
    row = combo.findText("Cell")
    combo.setCurrentIndex(row)
    combo.activated.emit(row)
    assert layer.shown.name == "cell"
    assert not rows[0].icon().isNull()
    assert combo.currentText() == "Cell"
    layer.show_variable("v")
    assert rows[0].icon().isNull()
    display.colours.width.setValue(4.0)
    assert layer.minimum_width == 4.0
    viewer.layers.clear()
    assert not display.cells.isVisible()
    display.close()
