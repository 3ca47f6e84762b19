"""Films: what is in them, and what is left of one that was stopped."""

import numpy as np
import pytest
from imageio import v3
from qtpy.QtWidgets import QApplication

import napari_neuron as nn
from napari_neuron import FilmError, Morphology
from napari_neuron.view import Player, VoltageLayer, show
from napari_neuron.view.films.filming import Film, default_speed, filmed
from napari_neuron.view.overlays import camera_of, scale_bar_of

N = 11


@pytest.fixture
def result():
    """A cable that goes from -80 to 40 mV in ten frames of 0.5 ms, with a trace."""
    cell = Morphology(
        node_id=np.arange(1, N + 1),
        parent=np.arange(N) - 1,
        swc_type=np.full(N, 3),
        position=np.c_[np.arange(N) * 10.0, np.zeros((N, 2))],
        radius=np.full(N, 15.0),
        name="cable",
    )
    voltage = np.linspace(-80, 40, 10).astype(np.float32)
    experiment = nn.Experiment(
        run=nn.RunSettings(duration=4.5, dt=0.5, frame_interval=0.5),
        recorders=[nn.VoltageRecorder(label="end", node=11)],
    )
    return nn.SimulationResult(
        cells=(cell,),
        experiment=experiment,
        frames=np.repeat(voltage[:, None], N, axis=1),
        samples=voltage[None].astype(float),
        compartment_of_node=np.arange(N),
        n_frames=10,
        n_samples=10,
        status="complete",
        units=("mV",),
    )


def middle(picture):
    return picture[picture.shape[0] // 2, picture.shape[1] // 2, :3].astype(int)


def test_a_film_of_a_result_has_every_moment_in_its_colour(result, tmp_path, qapp):
    folder = nn.film(
        result,
        tmp_path / "film",
        fps=10,
        ms_per_second=5,
        size=(320, 240),
        shading="none",
        contrast_limits=(-80, 40),
    )
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [f"frame_{i:05}.png" for i in range(10)]
    colormap = VoltageLayer(result.cell, result.frames, np.arange(N), 0.5).colormap
    for number in (0, 4, 9):
        picture = v3.imread(files[number])
        assert picture.shape == (240, 320, 3)
        value = (result.frames[number, 0] + 80) / 120
        expected = 255 * colormap.map(value).ravel()[:3]
        np.testing.assert_allclose(middle(picture), expected, atol=2)
        assert picture[:40, :120].max() > 100  # the time stamp, grey before napari 0.7
        assert picture[-40:, -120:].max() > 200  # the scale bar
    with pytest.raises(FilmError, match="not empty"):
        nn.film(result, tmp_path / "film", size=(320, 240))


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_a_film_has_the_size_speed_and_length_asked_for(result, tmp_path, qapp, name):
    pytest.importorskip("imageio_ffmpeg")
    seen = []
    path = nn.film(
        result, tmp_path / name, fps=10, ms_per_second=5, size=(401, 241), traces=True,
        progress=seen.append,
    )  # fmt: skip
    from imageio_ffmpeg import read_frames

    frames = read_frames(str(path))
    about = next(frames)
    assert about["size"] == (400, 240)
    assert about["fps"] == 10
    assert len(list(frames)) == 10
    assert seen == [pytest.approx((i + 1) / 10) for i in range(10)]
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_viewer_is_filmed_as_it_looks_and_left_as_it_was(result, tmp_path, make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    show(result, viewer, shading="none", contrast_limits=(-80, 40))
    viewer.dims.set_point(0, 1.5)
    layer = viewer.layers[-1]
    layer.colorbar.visible = False
    camera = camera_of(viewer)
    before = (*camera.angles, camera.zoom, *camera.center)
    nn.film(viewer, tmp_path / "a", fps=4, ms_per_second=5, stop=2.0, size=(300, 200), turn=90)
    assert len(list((tmp_path / "a").iterdir())) == 2
    assert viewer.dims.point[0] == 1.5
    np.testing.assert_allclose((*camera.angles, camera.zoom, *camera.center), before, atol=1e-6)
    assert not layer.colorbar.visible
    assert not scale_bar_of(viewer).visible
    first, last = (v3.imread(file) for file in sorted((tmp_path / "a").iterdir()))
    assert middle(first).sum() > 0
    # the cable along x is seen from its end after a quarter turn
    assert (first[100].sum(axis=1) > 30).sum() > 2 * (last[100].sum(axis=1) > 30).sum()


@pytest.mark.parametrize("name", ["film.mp4", "film"])
def test_nothing_is_left_of_a_film_that_was_stopped(result, tmp_path, make_napari_viewer, name):
    viewer = make_napari_viewer(show=True)
    show(result, viewer)
    plan = Film(start=0, stop=4.5, ms_per_second=1, size=(320, 240))
    pictures = filmed(viewer, plan, tmp_path / name)
    assert next(pictures) == 1
    pictures.close()
    assert list(tmp_path.iterdir()) == []
    assert viewer.dims.point[0] == 0.0


def test_what_cannot_be_filmed_is_said(result, tmp_path, make_napari_viewer):
    viewer = make_napari_viewer()
    with pytest.raises(FilmError, match="shows no run"):
        nn.film(viewer, tmp_path / "film.mp4")
    show(result, viewer)
    for name, problem in (("film.xyz", "is a .mp4"), ("none/film.mp4", "does not exist")):
        with pytest.raises(FilmError, match=problem):
            nn.film(viewer, tmp_path / name)
    with pytest.raises(FilmError, match="more than 0"):
        nn.film(viewer, tmp_path / "film.mp4", fps=0)
    with pytest.raises(FilmError, match="traces=result"):
        nn.film(viewer, tmp_path / "film.mp4", traces=True)
    result.experiment = result.experiment.replace(recorders=())
    with pytest.raises(FilmError, match="no recorders"):
        nn.film(viewer, tmp_path / "film.mp4", traces=result)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("duration", "speed"), [(100, 10), (1000, 100), (230, 20), (4, 0.5)])
def test_a_film_takes_about_ten_seconds_if_nothing_is_said(duration, speed):
    assert default_speed(duration) == pytest.approx(speed)


def test_play_keeps_its_speed_loops_and_goes_on_from_where_it_is_put(
    result, make_napari_viewer, qtbot
):
    viewer = make_napari_viewer(show=True)
    show(result, viewer)
    player = Player(viewer)
    player.ms_per_second = 2.0
    player.play()
    qtbot.waitUntil(lambda: viewer.dims.point[0] >= 1.0, timeout=5000)
    viewer.dims.set_point(0, 4.0)
    qtbot.waitUntil(lambda: viewer.dims.point[0] < 1.0, timeout=5000)  # it has come round
    player.loop = False
    viewer.dims.set_point(0, 4.0)
    qtbot.waitUntil(lambda: not player.is_playing, timeout=5000)
    assert viewer.dims.point[0] == 4.5
    player.play()
    assert viewer.dims.point[0] == 0.0
    viewer.layers.clear()
    qtbot.waitUntil(lambda: not player.is_playing, timeout=5000)
    QApplication.processEvents()
