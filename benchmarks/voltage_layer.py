"""One time step of the voltage layer against napari's own layers, by size of the cell.

    xvfb-run -a python benchmarks/voltage_layer.py [--quick]

What is measured: CPU time of the process (all threads) for one change of the time shown: in the
call that makes it, with all that hangs on its events, and in painting the canvas thereafter, less
the painting of the unchanged scene. Uploads to OpenGL count, but its two draw calls
(glDrawElements, glDrawArrays) do nothing meanwhile: they are the work of a graphics card, the same
for all ways, and without one they would drown the rest; see levels.py for them. Medians; each way
in a process of its own, on the same cell, with 60 s of CPU for adding its layer and a first step.

* voltage layer: the time slider of a `VoltageLayer`.
* values: ``surface.vertex_values = ...`` of a plain Surface, the cheaper of napari's own ways.
* slider: the time slider of a plain Surface with (time, vertices) values.
* vectors, points: ``edge_color = ...`` of a Vectors layer with an arrow for each edge, and
  ``face_color = ...`` of a Points layer with a point for each node.
* shapes: ``edge_color = ...`` of a Shapes layer with a path for each unbranched run (it has one
  colour for each).

"Adding" is the CPU time from the cell's arrays to a painted layer, tubes and all; "memory of a
frame" what each stored frame takes; "allocated in a step" the most that Python and numpy hold at
once for it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import napari
import numpy as np
from napari.utils.colormaps import ensure_colormap
from qtpy.QtWidgets import QApplication
from timing import machine, table
from vispy.gloo import gl

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer, skeleton_layer_data
from napari_neuron.view.geometry.tubes import tube_mesh

CONTENDERS = ("voltage layer", "values", "slider", "vectors", "points", "shapes")
LIMITS = (-70.0, 30.0)
TIME_LIMIT, OUT_OF_TIME = 60.0, 3
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


class Contender:
    """A way to show voltages: adds its layer, and makes a step in time.

    Attributes
    ----------
    frame_bytes
        Memory of a stored frame; 0 where none are stored.
    """

    def __init__(self, name: str, n_nodes: int) -> None:
        self.viewer = napari.Viewer(ndisplay=3)
        self.viewer.window.resize(900, 700)
        self.steps = Steps(self.viewer)
        self._cell = random_cell(n_nodes)
        self._frames, self._compartment = frames_of(self._cell)
        self._add = getattr(self, f"_{name.replace(' ', '_')}")
        self.step: Callable[[int], object] = lambda turn: None
        self.frame_bytes = 0

    def add(self) -> None:
        """Add the layer and paint it."""
        self._add()
        self.viewer.reset_view()

    def _move_slider(self, turn: int) -> None:
        self.viewer.dims.set_point(0, float(turn % N_FRAMES))

    def _voltage_layer(self) -> None:
        layer = VoltageLayer(self._cell, self._frames, self._compartment, 1.0)
        self.viewer.add_layer(layer)
        self.step, self.frame_bytes = self._move_slider, layer.frames[0].nbytes

    def _tubes(self) -> Any:
        sides = 8 if len(self._cell) < 20_000 else 6 if len(self._cell) < 100_000 else 4
        return tube_mesh(self._cell, self._compartment, sides=sides)

    def _values(self) -> None:
        mesh = self._tubes()
        values = [frame[mesh.vertex_compartment] for frame in self._frames]
        surface = self.viewer.add_surface(
            (mesh.vertices, mesh.faces, values[0]), contrast_limits=LIMITS, shading="smooth"
        )
        self.step = lambda turn: setattr(surface, "vertex_values", values[turn % N_FRAMES])
        self.frame_bytes = values[0].nbytes

    def _slider(self) -> None:
        mesh = self._tubes()
        values = self._frames[:, mesh.vertex_compartment]
        surface = self.viewer.add_surface(
            (mesh.vertices, mesh.faces, values), contrast_limits=LIMITS, shading="smooth"
        )
        self.viewer.dims.ndisplay = 3
        self.step = self._move_slider
        self.frame_bytes = surface.vertex_values.nbytes // N_FRAMES

    def _colours(self) -> list[np.ndarray]:
        colormap, (low, high) = ensure_colormap("viridis"), LIMITS
        return [
            colormap.map((frame[self._compartment] - low) / (high - low)).astype(np.float32)
            for frame in self._frames
        ]

    def _vectors(self) -> None:
        colours, place, parent = self._colours(), self._cell.position[:, ::-1], self._cell.parent
        rows = np.flatnonzero(parent >= 0)
        arrows = np.stack([place[parent[rows]], place[rows] - place[parent[rows]]], axis=1)
        layer = self.viewer.add_vectors(arrows, edge_color=colours[0][rows])
        self.step = lambda turn: setattr(layer, "edge_color", colours[turn % N_FRAMES][rows])

    def _points(self) -> None:
        colours = self._colours()
        layer = self.viewer.add_points(
            self._cell.position[:, ::-1], size=0.3, face_color=colours[0]
        )
        self.step = lambda turn: setattr(layer, "face_color", colours[turn % N_FRAMES])

    def _shapes(self) -> None:
        data, settings, _ = skeleton_layer_data(self._cell)[0]
        paths = {key: settings[key] for key in ("shape_type", "edge_width") if key in settings}
        layer = self.viewer.add_shapes(data, **paths)
        colours, which = self._colours(), np.arange(len(layer.data)) % len(self._cell)
        self.step = lambda turn: setattr(layer, "edge_color", colours[turn % N_FRAMES][which])


def end_in_time(done: threading.Event) -> None:
    """End the process when it has had its CPU time before it is done."""
    end = time.process_time() + TIME_LIMIT
    while not done.wait(0.5):
        if time.process_time() > end:
            os._exit(OUT_OF_TIME)


def run_one(name: str, n_nodes: int) -> None:
    """Print what one way takes, as JSON; end the process with 3 when the time is up."""
    contender = Contender(name, n_nodes)
    with no_drawing():
        empty = contender.steps.cpu_of(lambda turn: None, 5)
        done = threading.Event()
        threading.Thread(target=end_in_time, args=(done,), daemon=True).start()
        before = time.process_time()
        contender.add()
        for _ in range(3):
            QApplication.processEvents()
        added = 1e3 * (time.process_time() - before)
        before = time.process_time()
        contender.steps.cpu_of(contender.step, 1)
        once = (time.process_time() - before) / 2
        done.set()
        repeats = int(np.clip(8.0 / max(once, 1e-3), 2, 30))
        unchanged = contender.steps.cpu_of(lambda turn: None, repeats)
        step = contender.steps.cpu_of(contender.step, repeats) - unchanged
        tracemalloc.start()
        contender.steps.cpu_of(contender.step, 1)
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        contender.steps.cpu_of(contender.step, 1)
        peak = tracemalloc.get_traced_memory()[1] - held
    found = {"step": step, "added": added, "peak": peak, "frame": contender.frame_bytes}
    print(json.dumps(found | {"empty": empty}), flush=True)
    os._exit(0)  # napari takes its time to clear what is large


def result_of(name: str, n_nodes: int) -> dict[str, float] | None:
    """Return what `run_one` prints in a process of its own, None where its time was up."""
    command = [sys.executable, __file__, "--one", name, "--nodes", str(n_nodes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode == OUT_OF_TIME:
        return None
    if done.returncode:
        raise SystemExit(f"{name} at {n_nodes:,} nodes ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave the largest cell out")
    parser.add_argument("--one", choices=CONTENDERS, help="only this way, as JSON")
    parser.add_argument("--nodes", type=int, default=4_501)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.nodes)
        return
    print("### A time step\n")
    rows = []
    for n_nodes in (4_501, 45_001, 446_001)[: 2 if options.quick else 3]:
        ours = None
        for name in CONTENDERS:
            found = result_of(name, n_nodes)
            edges = f"{n_nodes - 1:,}" if name == CONTENDERS[0] else ""
            if found is None:
                rows.append(
                    [edges, name, f"did not finish in {TIME_LIMIT:.0f} s of CPU", *[""] * 4]
                )
            else:
                ours = ours or found["step"]
                rows.append(
                    [
                        edges,
                        name,
                        f"{found['step']:.1f} ms",
                        f"{found['step'] / ours:.0f} x" if found["step"] != ours else "1",
                        f"{found['added'] / 1e3:.2f} s",
                        f"{found['frame'] / 2**20:.3f} MiB" if found["frame"] else "",
                        f"{found['peak'] / 2**20:.1f} MiB",
                    ]
                )
            print(rows[-1], file=sys.stderr, flush=True)
    header = ["edges", "way", "CPU of a step", "by ours", "adding", "memory of a frame"]
    print(table([*header, "allocated in a step"], rows))
    print(f"Measured on {machine()}.")


if __name__ == "__main__":
    main()
