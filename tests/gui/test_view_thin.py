"""What is thin on the screen: wide enough to be seen from afar, and true from near."""

import numpy as np
import pytest
from canvas_picture import picture_of

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.overlays import camera_of

BOTH = pytest.mark.parametrize("gpu", [True, False], ids=["gpu", "plain Surface"])
RADIUS = 0.005  # µm: a neurite of 10 nm
SOMA = 0.5


@pytest.fixture
def thin():
    """A soma of 1 µm, and a neurite of 10 nm along x to 100 µm, slanted a little."""
    x = np.linspace(0, 100, 11)
    return Morphology(
        node_id=np.arange(1, 12),
        parent=np.arange(11) - 1,
        swc_type=np.array([1] + [3] * 10),
        position=np.c_[x, 0.1 * x, np.zeros(11)],
        radius=np.array([SOMA] + [RADIUS] * 10),
        name="thin",
    )


def shown(viewer, cell, gpu, **settings):
    frames = np.full((1, 11), 40, dtype=np.float32)
    layer = VoltageLayer(
        cell, frames, np.arange(11), 0.5, gpu=gpu, shading="none", contrast_limits=(-80, 40)
    )
    for name, value in settings.items():
        setattr(layer, name, value)
    viewer.add_layer(layer)
    layer.colorbar.visible = False
    viewer.dims.ndisplay = 3
    return layer


def picture(viewer):
    return picture_of(viewer).max(axis=2)


def look_at(viewer, place, zoom):
    camera_of(viewer).center = place[::-1]
    camera_of(viewer).zoom = zoom


@BOTH
def test_a_neurite_of_10_nm_is_seen_from_afar_and_has_its_radius_from_near(
    make_napari_viewer, thin, gpu
):
    viewer = make_napari_viewer(show=True)
    layer = shown(viewer, thin, gpu)
    middle = (50.0, 5.0, 0.0)
    look_at(viewer, middle, 3.0)  # the neurite is 0.03 pixels wide
    picture(viewer)
    lit = picture(viewer) > 100
    along = np.flatnonzero(lit.any(axis=0))
    assert np.ptp(along) > 290  # all of its 300 pixels, without a gap
    assert lit[:, along.min() + 5 : along.max() - 5].any(axis=0).all()
    assert lit[:, along[len(along) // 2]].sum() <= 3
    beside = layer.get_value(  # by a pixel
        (0, -50, 5.3, 50), view_direction=(0, 1, 0, 0), dims_displayed=[1, 2, 3], world=True
    )
    assert beside == (40.0, 6)
    look_at(viewer, middle, 4000.0)  # 40 pixels wide, slanted by a tenth
    picture(viewer)
    lit = picture(viewer) > 100
    assert lit[:, lit.shape[1] // 2].sum() == pytest.approx(40, abs=3)
    look_at(viewer, (0, 0, 0), 100.0)  # the soma, 100 pixels wide
    picture(viewer)
    lit = picture(viewer) > 100
    assert lit[: lit.shape[0] // 2, lit.shape[1] // 2].sum() == pytest.approx(50, abs=3)
    layer.minimum_width = 0.0
    look_at(viewer, middle, 3.0)
    picture(viewer)
    columns = (picture(viewer) > 100).any(axis=0)
    assert columns.sum() < 100
    with pytest.raises(ValueError, match="0 or more"):
        layer.minimum_width = -1.0


@BOTH
def test_a_thin_cut_is_seen_in_the_slice(make_napari_viewer, thin, gpu):
    viewer = make_napari_viewer(show=True)
    layer = shown(viewer, thin, gpu, minimum_width=3.0)
    viewer.dims.ndisplay = 2
    viewer.dims.order = (0, 3, 1, 2)  # across the neurite: a dot of 10 nm
    viewer.dims.set_point(3, 50.0)
    camera_of(viewer).center = (0, 0.0, 5.0)
    camera_of(viewer).zoom = 3.0
    picture(viewer)
    lit = picture(viewer) > 100
    assert 4 <= lit.sum() <= 25
    rows, columns = np.nonzero(lit)
    assert abs(rows.mean() - lit.shape[0] / 2) < 2
    assert abs(columns.mean() - lit.shape[1] / 2) < 2
    layer.minimum_width = 0.0
    picture(viewer)
    assert (picture(viewer) > 100).sum() <= 1
