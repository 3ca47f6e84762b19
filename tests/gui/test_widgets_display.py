"""The dock widget "Neuron display", and the comparison of runs on the tab Run."""

import numpy as np
import pytest
import trimesh
from napari.components import ViewerModel

import napari_neuron as nn
from napari_neuron.view import VoltageLayer, show
from napari_neuron.view.overlays import text_overlay_of
from napari_neuron.view.voltage.colours import voltage_limits
from napari_neuron.widgets import DisplayWidget
from napari_neuron.widgets.colouring.mesh_dialog import MeshSource
from napari_neuron.widgets.colouring.shown_layers import ShownLayers
from napari_neuron.widgets.running.run_changes import changes
from napari_neuron.widgets.sessions import session_of

N = 5


@pytest.fixture
def result():
    """A cable of five compartments; a wave of 60 mV runs along it, a compartment a frame."""
    cell = nn.Morphology(
        node_id=np.arange(1, N + 1),
        parent=np.arange(N) - 1,
        swc_type=np.full(N, 3),
        position=np.c_[np.arange(N) * 10.0, np.zeros((N, 2))],
        radius=np.ones(N),
        name="cable",
    )
    frames = np.full((N + 1, N), -65, dtype=np.float32)
    frames[np.arange(1, N + 1), np.arange(N)] = [-5, -15, -25, -35, -59]
    experiment = nn.Experiment(run=nn.RunSettings(duration=5, dt=0.5, frame_interval=1))
    return nn.SimulationResult(
        cells=(cell,),
        experiment=experiment,
        frames=frames,
        samples=np.zeros((0, 11)),
        compartment_of_node=np.arange(N),
        n_frames=N + 1,
        n_samples=11,
        status="complete",
    )


@pytest.fixture
def display(result, make_napari_viewer, qtbot):
    viewer = make_napari_viewer()
    widget = DisplayWidget(viewer)
    qtbot.addWidget(widget)
    assert not widget.colours.isEnabled()
    show(result, viewer)
    yield widget
    widget.close()


def layer_of(display):
    return next(x for x in display.viewer.layers if isinstance(x, VoltageLayer))


def choose(display, qtbot, data):
    combo = display.map.what
    row = next(i for i in range(combo.count()) if combo.itemData(i) == data)
    if data[0] == "variable":
        combo.setCurrentIndex(row)
        combo.activated.emit(row)
        return
    with qtbot.waitSignal(display.map.shown, timeout=5000):
        combo.setCurrentIndex(row)
        combo.activated.emit(row)


@pytest.mark.parametrize(
    ("kind", "expected", "unit"),
    [
        ("peak", [-5, -15, -25, -35, -59], "mV"),
        ("time of peak", [1, 2, 3, 4, 5], "ms"),
        ("crossing", [1, 2, np.nan, np.nan, np.nan], "ms"),
        ("attenuation", np.log10([1, 50 / 60, 40 / 60, 30 / 60, 0.1]), "dec"),
    ],
)
def test_a_map_of_the_run_is_shown_and_the_voltage_again(display, qtbot, kind, expected, unit):
    layer = layer_of(display)
    choose(display, qtbot, ("map", kind))
    np.testing.assert_allclose(layer.current_frame, expected, rtol=1e-5)
    assert (layer.shown.unit, display.map.kind) == (unit, kind)
    assert display.colours.low.suffix().strip() == unit
    choose(display, qtbot, ("variable", "v"))
    assert layer.shown.name == "v"


def test_another_threshold_makes_another_map(display, qtbot):
    choose(display, qtbot, ("map", "crossing"))
    with qtbot.waitSignal(display.map.shown, timeout=5000):
        display.map.threshold.setValue(-30)
    np.testing.assert_array_equal(layer_of(display).current_frame, [1, 2, 3, np.nan, np.nan])
    choose(display, qtbot, ("map", "attenuation"))
    display.map.node.setValue(99)
    assert "no node 99" in display.map.problem.text()


def test_colours_are_set_and_told_from_both_sides(display):
    layer, colours = layer_of(display), display.colours
    colours.low.setValue(-90)
    colours.high.setValue(10)
    assert list(layer.contrast_limits) == [-90, 10]
    colours.high.setValue(-95)
    assert "must be below" in colours.problem.text()
    layer.contrast_limits = (-70, 0)  # as napari's own slider does
    assert (colours.low.value(), colours.high.value()) == (-70, 0)
    colours.auto_button.click()
    assert list(layer.contrast_limits) == [-65, -5]
    colours.rest_button.click()
    assert list(layer.contrast_limits) == [-125, -5]
    colours.is_cut.setChecked(True)
    assert layer.threshold == colours.threshold.value()
    colours.is_cut.setChecked(False)
    assert layer.threshold is None
    colours.thinnest.setValue(3)
    assert layer.minimum_radius == 3
    colours.colormap.setCurrentText("magma")
    colours.colormap.activated.emit(0)
    assert layer.colormap.name == "magma"
    colours.colouring.setCurrentIndex(1)
    colours.colouring.activated.emit(1)
    assert layer.colouring == "per compartment"


def test_the_film_dialog_makes_a_film_and_can_be_stopped(display, result, tmp_path, qtbot):
    display.viewer.window._qt_window.show()
    display.open_film_dialog()
    dialog = display.dialog
    assert "pictures" in dialog.length.text()
    dialog.path.setText(str(tmp_path / "film"))
    dialog.fps.setValue(1)
    dialog.speed.setValue(1)
    dialog.make_button.click()
    assert dialog.is_filming
    assert not dialog.fps.isEnabled()
    qtbot.waitUntil(lambda: not dialog.is_filming, timeout=20_000)
    assert len(list((tmp_path / "film").iterdir())) == 6
    dialog.make_button.click()  # into the same folder
    qtbot.waitUntil(lambda: not dialog.is_filming, timeout=20_000)
    assert "not empty" in dialog.problem.text()
    dialog.path.setText(str(tmp_path / "other"))
    dialog.make_button.click()
    qtbot.waitUntil(lambda: dialog.bar.value() > 0, timeout=20_000)
    dialog.close_button.click()
    assert not dialog.is_filming
    assert not (tmp_path / "other").exists()
    dialog.close()


def test_no_film_without_a_run(make_napari_viewer, qtbot):
    widget = DisplayWidget(make_napari_viewer())
    qtbot.addWidget(widget)
    widget.open_film_dialog()
    assert "shows no run" in widget.problem.text()
    widget.close()


def test_other_layers_of_the_neuron_can_be_coloured_too(display, qtbot):
    viewer, layer = display.viewer, layer_of(display)
    mesh = viewer.add_surface((layer.mesh.vertices, layer.mesh.faces), name="mesh")
    mesh.units = ("um", "um", "um")
    viewer.dims.set_point(0, 1.0)
    display.also.fill()
    offered = {action.text(): action for action in display.also.menu.actions()}
    own = {"Nodes: cable nodes", "Paths: cable", "Mesh: mesh"}
    assert set(offered) == {*own, "A mesh from a file or folder…"}
    viewer.layers["cable nodes"].visible = True
    offered["Nodes: cable nodes"].trigger()
    assert len({tuple(c) for c in viewer.layers["cable nodes"].face_color}) == 2
    offered["Mesh: mesh"].trigger()
    qtbot.waitUntil(lambda: "mesh voltage" in viewer.layers, timeout=20_000)
    assert not mesh.visible
    np.testing.assert_array_equal(viewer.layers["mesh voltage"].current_frame, layer.current_frame)
    assert display.also.problem.text() == ""


def test_a_mesh_is_read_from_a_file_in_its_unit_or_from_a_precomputed_folder(
    display, qtbot, tmp_path
):
    layer, layers = layer_of(display), display.viewer.layers
    vertices, faces = layer.mesh.vertices[:, ::-1] * 1000, layer.mesh.faces  # nm
    trimesh.Trimesh(vertices, faces, process=False).export(tmp_path / "cell.ply")
    piece = np.uint32(len(vertices)).tobytes() + vertices.astype("<f4").tobytes()
    folder = tmp_path / "meshes"
    folder.mkdir()
    (folder / "info").write_text('{"@type": "neuroglancer_legacy_mesh"}')
    (folder / "42:0").write_text('{"fragments": ["piece"]}')
    (folder / "piece").write_bytes(piece + faces.astype("<u4").tobytes())
    for path, name in ((tmp_path / "cell.ply", "cell voltage"), (folder, "42 voltage")):
        display.also.fill()
        display.also.menu.actions()[-1].trigger()
        dialog = display.also.dialog
        dialog.choose(str(path))
        assert dialog.unit.isHidden() == path.is_dir()
        dialog.add_button.click()
        qtbot.waitUntil(lambda name=name: name in layers, timeout=20_000)
        high = layers[name].mesh.vertices.max(axis=0)
        np.testing.assert_allclose(high, layer.mesh.vertices.max(axis=0), atol=1e-3)
    (tmp_path / "broken.ply").write_text("no mesh")
    display.also.add_mesh_from(MeshSource(tmp_path / "broken.ply"))
    qtbot.waitUntil(lambda: bool(display.also.problem.text()), timeout=20_000)
    assert "broken.ply: this mesh cannot be read" in display.also.problem.text()
    dialog.choose(str(tmp_path))
    assert "neither an info file nor meshes" in dialog.problem.text()
    assert not dialog.add_button.isEnabled()


def test_closing_the_dock_stops_playing_and_listening(display):
    display.play.button.click()
    assert display.play.player.is_playing
    display.close()
    assert not display.play.player.is_playing
    layer = layer_of(display)
    layer.contrast_limits = (-1, 1)
    assert display.colours.low.value() != -1


def test_what_changed_between_two_experiments_is_said():
    before = nn.Experiment(
        paint=[nn.Passive()],
        stimuli=[nn.CurrentPulse(nodes=(1,), delay=1, duration=2, amplitude=0.1)],
    )
    pulse = before.stimuli[0].replace(amplitude=0.2)
    after = before.replace(
        stimuli=[pulse],
        run=before.run.replace(duration=50),
        paint=[nn.Passive(), nn.HodgkinHuxley()],
    )
    lines = changes(before, after)
    assert any("0.1 → 0.2 nA" in line for line in lines), lines
    assert any("100 → 50 ms" in line for line in lines), lines
    assert any(line.startswith("with Hodgkin") for line in lines), lines
    assert len(lines) == 3
    assert changes(before, before) == []


def test_runs_are_kept_pinned_subtracted_and_put_side_by_side(window, qtbot):
    from napari_neuron import CurrentPulse, Passive

    session = session_of(window.viewer)
    pulse = CurrentPulse(nodes=(10,), delay=1, duration=3, amplitude=0.1)
    run = session.experiment.run.replace(duration=5)
    session.edit(session.experiment.replace(paint=[Passive()], stimuli=[pulse], run=run))
    window.run_to_the_end()
    session.edit(session.experiment.replace(stimuli=[pulse.replace(amplitude=0.3)]))
    window.run_to_the_end()
    first, second = session.results
    comparison = window.widget.run_tab.comparison
    assert "0.1 → 0.3 nA" in comparison.what_changed.text()
    comparison.difference_button.menu().actions()[0].trigger()
    layer = next(x for x in window.viewer.layers if isinstance(x, VoltageLayer))
    assert layer.shown.name == "run 2 − run 1"
    window.viewer.dims.set_point(0, 3.0)
    row = round(3.0 / second.frame_interval)
    np.testing.assert_allclose(layer.current_frame, second.frames[row] - first.frames[row])
    low, high = layer.contrast_limits
    assert low == -high

    def shown():
        return [x for x in window.viewer.layers if isinstance(x, VoltageLayer)]

    comparison.beside_button.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: len(shown()) == 2, timeout=20_000)
    one, other = shown()
    assert one.shown.name == "v"
    assert other.name.startswith("run 1: ")
    assert other.translate[-1] > 0
    np.testing.assert_array_equal(other.current_frame, first.frames[row])
    assert text_overlay_of(window.viewer).text == "3.0 ms  run 2, beside it run 1"
    both = np.concatenate([first.frames, second.frames])
    assert tuple(one.contrast_limits) == tuple(other.contrast_limits) == voltage_limits(both)
    comparison.difference_button.menu().actions()[0].trigger()
    assert shown() == [one]
    assert text_overlay_of(window.viewer).text == "3.0 ms  run 2 − run 1"
    comparison.beside_button.menu().actions()[0].trigger()
    window.widget.run_tab.show_requested.emit(first)  # before it is made
    qtbot.wait(500)
    assert shown() == [one]
    assert text_overlay_of(window.viewer).text == "3.0 ms"
    assert not comparison.clear_button.isEnabled()
    comparison.pin_button.click()
    assert session.is_pinned(second)
    comparison.clear_button.click()
    assert session.results == (second,)


def test_a_large_cell_is_coloured_anew_in_a_thread(qtbot):
    n = 20_000
    cell = nn.Morphology(
        node_id=np.arange(1, n + 1),
        parent=np.arange(n) - 1,
        swc_type=np.full(n, 3),
        position=np.c_[np.arange(n), np.zeros((n, 2))],
        radius=np.ones(n),
    )
    viewer = ViewerModel()
    layer = VoltageLayer(cell, np.zeros((1, n // 10), np.float32), np.arange(n) // 10, 1.0)
    viewer.add_layer(layer)
    layers = ShownLayers(viewer)
    layers.set_colouring("per compartment")
    assert layer.colouring == "along the cable"
    qtbot.waitUntil(lambda: layer.colouring == "per compartment", timeout=20_000)
    layers.set_colouring("along the cable")
    layers.disconnect()
    qtbot.wait(300)
    assert layer.colouring == "per compartment"
