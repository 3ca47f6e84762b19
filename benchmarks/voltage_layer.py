"""One time step of the voltage layer against napari's plain Surface, by size of the cell.

    xvfb-run -a python benchmarks/voltage_layer.py [--quick]

What is measured: CPU time of the process (all threads) for one change of the time shown: in the
call that makes it, with all that hangs on its events, and in painting the canvas thereafter, less
the painting of the unchanged scene. Uploads to OpenGL count, but its two draw calls
(glDrawElements, glDrawArrays) do nothing meanwhile: they are the work of a graphics card, the same
for all ways, and without one they would drown the rest. What they cost where this runs is printed
below the table. Medians; all ways in one process on the same mesh.

* voltage layer: the time slider of a `VoltageLayer`.
* values: ``surface.vertex_values = ...`` of a plain Surface, the cheaper of napari's own ways.
* slider: the time slider of a plain Surface with (time, vertices) values.
* vectors, points: ``edge_color = ...`` of a Vectors layer with an arrow for each edge, and
  ``face_color = ...`` of a Points layer with a point for each node.
* shapes: ``edge_color = ...`` of a Shapes layer with a path for each unbranched run (it has one
  colour for each); only where there are fewer than 50,000 edges.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import napari
import numpy as np
from qtpy.QtWidgets import QApplication
from vispy.gloo import gl

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer

N_FRAMES = 8


def random_cell(n_nodes: int) -> Morphology:
    """Return a tree of which every seventh node begins a branch, as in a hemibrain neuron."""
    rng = np.random.default_rng(1)
    row = np.arange(n_nodes)
    parent = row - 1
    branches = (rng.random(n_nodes) < 1 / 7) & (row > 1)
    parent[branches] = (rng.random(branches.sum()) * row[branches]).astype(int)
    step = rng.normal(size=(n_nodes, 3)) * 0.3
    position = np.zeros((n_nodes, 3))
    for node, above in enumerate(parent.tolist()):
        if above >= 0:
            position[node] = position[above] + step[node]
    radius = rng.uniform(0.05, 0.3, n_nodes)
    return Morphology(row + 1, parent, np.where(row == 0, 1, 3), position, radius)


def frames_of(cell: Morphology) -> tuple[np.ndarray, np.ndarray]:
    """Return frames and the compartment of each node: two nodes share one."""
    compartment = np.arange(len(cell)) // 2
    rng = np.random.default_rng(2)
    frames = rng.uniform(-70, 30, (N_FRAMES, compartment[-1] + 1)).astype(np.float32)
    return frames, compartment


@contextmanager
def no_drawing() -> Iterator[None]:
    """Let the two draw calls of OpenGL do nothing."""
    drawing = gl.glDrawElements, gl.glDrawArrays
    gl.glDrawElements = gl.glDrawArrays = lambda *_: None
    try:
        yield
    finally:
        gl.glDrawElements, gl.glDrawArrays = drawing


class Steps:
    """Counts the CPU time of steps in one viewer."""

    def __init__(self, viewer: napari.Viewer) -> None:
        self._canvas = viewer.window._qt_viewer.canvas._scene_canvas
        self._canvas.events.draw.connect(self._on_painting, position="first")
        self._canvas.events.draw.connect(self._on_painted, position="last")
        self._began = self._painting = 0.0

    def _on_painting(self, event: object) -> None:
        self._began = time.process_time()

    def _on_painted(self, event: object) -> None:
        self._painting += time.process_time() - self._began

    def cpu_of(self, action: Callable[[int], object], repeats: int) -> float:
        """Return the median CPU time (ms) of an action and the painting that follows it."""
        times = []
        for turn in range(repeats + 1):
            self._painting = 0.0
            before = time.process_time()
            action(turn)
            call = time.process_time() - before
            self._canvas.update()
            for _ in range(3):
                QApplication.processEvents()
            times.append(call + self._painting)
        return 1e3 * median(times[1:])


def measure(n_nodes: int, repeats: int, plain_repeats: int) -> dict[str, float]:
    """Return ms of CPU of each way, and of drawing the unchanged scene."""
    cell = random_cell(n_nodes)
    frames, compartment = frames_of(cell)
    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(900, 700)
    steps = Steps(viewer)
    found: dict[str, float] = {}

    def nothing(turn: int) -> None:
        pass

    def move_slider(turn: int) -> None:
        viewer.dims.set_point(0, float(turn % N_FRAMES))

    layer = VoltageLayer(cell, frames, compartment, 1.0)
    viewer.add_layer(layer)
    viewer.reset_view()
    found["drawing ours"] = steps.cpu_of(nothing, 5)
    with no_drawing():
        unchanged = steps.cpu_of(nothing, repeats)
        found["ours"] = steps.cpu_of(move_slider, repeats) - unchanged
    mesh, limits = layer.mesh, layer.contrast_limits
    viewer.layers.clear()

    values = [frame[mesh.vertex_compartment] for frame in frames]
    plain = viewer.add_surface(
        (mesh.vertices, mesh.faces, values[0]), contrast_limits=limits, shading="smooth"
    )
    viewer.dims.ndisplay = 3
    found["drawing plain"] = steps.cpu_of(nothing, 3)

    def set_values(turn: int) -> None:
        plain.vertex_values = values[turn % N_FRAMES]

    with no_drawing():
        found["values"] = steps.cpu_of(set_values, plain_repeats) - unchanged
    viewer.layers.clear()
    viewer.add_surface(
        (mesh.vertices, mesh.faces, np.stack(values)), contrast_limits=limits, shading="smooth"
    )
    with no_drawing():
        found["slider"] = steps.cpu_of(move_slider, plain_repeats) - unchanged
    viewer.layers.clear()
    found |= other_layers(viewer, cell, frames, compartment, layer, steps, plain_repeats)
    for name in ("vectors", "points", "shapes"):
        if name in found:
            found[name] -= unchanged
    viewer.close()
    return found


def other_layers(
    viewer: napari.Viewer,
    cell: Morphology,
    frames: np.ndarray,
    compartment: np.ndarray,
    layer: VoltageLayer,
    steps: Steps,
    repeats: int,
) -> dict[str, float]:
    """Return ms of CPU of a change of all colours of napari's other layers."""
    low, high = layer.contrast_limits
    colours = [
        layer.colormap.map((frame[compartment] - low) / (high - low)).astype(np.float32)
        for frame in frames
    ]
    found = {}
    position, parent = cell.position[:, ::-1], cell.parent
    rows = np.flatnonzero(parent >= 0)
    start = position[parent[rows]]
    arrows = np.stack([start, position[rows] - start], axis=1)
    vectors = viewer.add_vectors(arrows, edge_color=colours[0][rows])
    points = viewer.add_points(position, size=0.3, face_color=colours[0])
    layers = {"vectors": (vectors, "edge_color", rows), "points": (points, "face_color", None)}
    if len(cell) < 50_000:
        from napari_neuron.view import skeleton_layer_data

        data, settings, _ = skeleton_layer_data(cell)[0]
        paths = {key: settings[key] for key in ("shape_type", "edge_width") if key in settings}
        shapes = viewer.add_shapes(data, **paths)
        layers["shapes"] = (shapes, "edge_color", np.arange(len(shapes.data)) % len(cell))
    for one, _, _ in layers.values():
        one.visible = False
    for name, (one, attribute, which) in layers.items():
        one.visible = True

        def recolour(turn: int, one=one, attribute=attribute, which=which) -> None:
            colour = colours[turn % N_FRAMES]
            setattr(one, attribute, colour if which is None else colour[which])

        with no_drawing():
            found[name] = steps.cpu_of(recolour, max(2, repeats // 2))
        one.visible = False
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave the largest cell out")
    sizes = [(4_501, 60, 21), (45_001, 60, 9), (446_001, 60, 3)]
    if parser.parse_args().quick:
        sizes = sizes[:2]
    print(
        "| edges | voltage layer, ms | values, ms | slider, ms | vectors, ms | points, ms "
        "| shapes, ms | values / ours | slider / ours |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    drawing = []
    for n_nodes, repeats, plain_repeats in sizes:
        found = measure(n_nodes, repeats, plain_repeats)
        ours, values, slider = found["ours"], found["values"], found["slider"]
        shapes = f"{found['shapes']:.0f}" if "shapes" in found else "–"
        print(
            f"| {n_nodes - 1:,} | {ours:.1f} | {values:.0f} | {slider:.0f} "
            f"| {found['vectors']:.0f} | {found['points']:.0f} "
            f"| {shapes} "
            f"| {values / ours:.0f} x | {slider / ours:.0f} x |",
            flush=True,
        )
        drawing.append(
            f"{n_nodes - 1:,} edges {found['drawing ours']:.0f} ms (voltage layer) and "
            f"{found['drawing plain']:.0f} ms (plain)"
        )
    print("\npainting and drawing the unchanged scene, not counted: " + "; ".join(drawing))


if __name__ == "__main__":
    main()
