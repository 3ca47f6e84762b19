"""What a cell and a volume have to do with each other, and the remedies."""

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image

from napari_neuron.morphology import Morphology
from napari_neuron.view.alignment import Volume, compare, judge, mend, volume_of, with_voxel

SHAPE = (50, 100, 200)
VOXEL = (0.04, 0.01, 0.01)


@pytest.fixture
def cell():
    """A line through nearly all of a volume of 2 x 1 x 2 µm (z, y, x), read in 8 nm voxels."""
    t = np.linspace(0.05, 0.95, 50)
    return Morphology(
        node_id=np.arange(50),
        parent=np.arange(50) - 1,
        swc_type=np.full(50, 3),
        position=np.c_[2 * t, 1 * t, 2 * t - 0.02],
        radius=np.full(50, 0.05),
        name="cell",
        unit="10 nm",
    )


def volume(shape=SHAPE, voxel=VOXEL, **changes):
    return Volume("em", shape, voxel, **changes)


@pytest.mark.parametrize(
    ("there", "kind", "said"),
    [
        (volume(), "aligned", "All of cell lies in em"),
        (volume(voxel=tuple(v / 4 for v in VOXEL)), "partly", "it is 4 times too small"),
        (volume(voxel=tuple(v / 8 for v in VOXEL)), "partly", "it is 8 times too small"),
        (volume(voxel=tuple(v / 1000 for v in VOXEL)), "scale", "em seems 1000 times too small"),
        (volume(voxel=tuple(v * 8 for v in VOXEL)), "scale", "em seems 8 times too large"),
        (volume(voxel=tuple(v * 1000 for v in VOXEL)), "scale", "em seems 1000 times too large"),
        (volume((45, 100, 200)), "partly", "94 % of cell lies in em"),
        (volume(origin=(500.0, 0.0, 0.0)), "apart", "498 µm apart along z"),
        (volume(SHAPE, (1.0, 1.0, 1.0), has_unit=False), "no unit", "no voxel size"),
        (volume(has_unit=False), "no unit", "its scale"),
    ],
)
def test_what_a_volume_has_to_do_with_a_cell_is_said(cell, there, kind, said):
    verdict = compare(cell, there)
    assert verdict.kind == kind
    assert said in verdict.message


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_rolled_and_swapped_axes_are_found(cell, order):
    # along x much longer than along z and y, so that no other order holds it
    long = cell.replace(position=cell.position * (10, 1, 1))
    right = volume((50, 100, 2000))
    assert compare(long, right).kind == "aligned"
    wrong = volume(tuple(right.shape[a] for a in order), tuple(right.voxel[a] for a in order))
    verdict = compare(long, wrong)
    assert verdict.kind == "axes"
    assert tuple(wrong.shape[a] for a in verdict.remedy.order)[2] == 2000


@pytest.mark.parametrize("factor", [1 / 8, 8, 1 / 1000, 1000])
@pytest.mark.parametrize("unit", ["um", "nm"])
def test_one_click_lines_a_layer_up(cell, factor, unit):
    layer = Image(np.zeros(SHAPE), name="em", units=(unit,) * 3)
    in_unit = factor * (1000 if unit == "nm" else 1)
    layer.scale = tuple(v * in_unit for v in VOXEL)
    verdict = compare(cell, volume_of(layer))
    mend(layer, verdict.remedy)
    assert volume_of(layer).voxel == pytest.approx(VOXEL)
    assert compare(cell, volume_of(layer)).kind == "aligned"


def test_one_click_turns_the_axes_of_the_data(cell):
    long = cell.replace(position=cell.position * (10, 1, 1))
    data = np.arange(50 * 10 * 200).reshape(50, 10, 200)
    rolled = data.transpose(2, 0, 1)
    layer = Image(rolled, name="em", scale=(0.1, 0.04, 0.1), units=("um",) * 3)
    mend(layer, compare(long, volume_of(layer)).remedy)
    assert layer.data.shape == data.shape
    np.testing.assert_array_equal(layer.data, data)
    assert tuple(layer.scale) == (0.04, 0.1, 0.1)


def test_a_layer_in_pixels_is_given_the_voxels_of_the_cells_file(cell):
    layer = Image(np.zeros((200, 100, 200)), name="em")
    verdict = compare(cell, volume_of(layer))
    assert verdict.remedy.label == "Set voxels of 10 nm"
    mend(layer, verdict.remedy)
    assert tuple(layer.scale) == (0.01,) * 3
    assert compare(cell, volume_of(layer)).kind == "aligned"


def test_a_voxel_size_moves_the_origin_that_is_counted_in_voxels():
    layer = Image(np.zeros(SHAPE), name="em", translate=(10, 0, 20))
    mend(layer, with_voxel(volume_of(layer), (0.04, 0.01, 0.01)))
    assert tuple(layer.translate) == (0.4, 0.0, 0.2)
    assert {str(unit) for unit in layer.units} == {"micrometer"}


def test_levels_of_a_pyramid_are_turned_together(cell):
    layer = Image([np.zeros((8, 8, 4)), np.zeros((4, 4, 2))], name="em")
    verdict = compare(cell, volume_of(layer))
    assert volume_of(layer).shape == (8, 8, 4)
    mend(layer, verdict.remedy or with_voxel(volume_of(layer), VOXEL))
    assert volume_of(layer).has_unit


def test_an_image_in_nm_is_written_in_um_where_another_layer_is_in_pixels(cell):
    viewer = ViewerModel()
    layer = viewer.add_image(
        np.zeros(SHAPE), name="em", scale=tuple(1000 * v for v in VOXEL), units=("nm",) * 3
    )
    viewer.add_points(np.zeros((1, 3)), name="somewhere")
    verdict = judge(viewer, cell, layer)
    assert verdict.kind == "no unit"
    mend(layer, verdict.remedy)
    assert judge(viewer, cell, layer).kind == "aligned"
    np.testing.assert_allclose(layer.scale, VOXEL)


def test_a_flat_picture_is_no_volume(cell):
    assert judge(ViewerModel(), cell, Image(np.zeros((4, 4)))) is None
