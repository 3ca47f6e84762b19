"""Redrawing a hundred neurons in each level of detail, and what a change of level costs.

    xvfb-run -a python benchmarks/levels.py

The five DA1 neurons of the hemibrain, twenty times in a grid in which neighbours overlap: 464,000
edges. "Frame" is one picture of the whole scene, from the call to its pixels; CPU is that of the
whole process. Without a graphics card the processor does the drawing; the ratios show what a level
saves. "Switch" is the time the window's thread spends on choosing a level, the first time and
again, without the drawing itself.
"""

from __future__ import annotations

import dataclasses
import time

import napari
import navis
import numpy as np
from qtpy.QtWidgets import QApplication
from timing import machine, table
from voltage_layer import no_drawing

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.overlays import camera_of


def hundred_neurons(groups: int = 20) -> list[Morphology]:
    """Return the five neurons again and again, 60 µm apart."""
    cells = [Morphology.from_navis(neuron) for neuron in navis.example_neurons(5)]
    return [
        dataclasses.replace(
            cell,
            name=f"{cell.name} {n}",
            position=cell.position + 60.0 * np.array([n % 5, n // 5, 0]),
        )
        for n in range(groups)
        for cell in cells
    ]


def frames_for(cells: list[Morphology]) -> tuple[np.ndarray, np.ndarray]:
    """Return two frames and the compartment of each node: three nodes share one."""
    column, start = [], 0
    for cell in cells:
        column.append(start + np.arange(len(cell)) // 3)
        start = column[-1][-1] + 1
    rng = np.random.default_rng(2)
    return rng.uniform(-70, 30, (2, start)).astype(np.float32), np.concatenate(column)


class Forced:
    """Draws the level that is asked for."""

    def __init__(self, viewer: napari.Viewer, layer: VoltageLayer) -> None:
        self._viewer = viewer
        canvas = viewer.window._qt_viewer.canvas
        self._node = canvas.layer_to_visual[layer].node
        self.level = 0
        self._node._choice.choose = lambda *_: self._node._choice._drawn(self.level)

    def frame(self) -> tuple[float, float]:
        """Draw once; return wall time and CPU time of the process, s."""
        wall, cpu = time.perf_counter(), time.process_time()
        self._viewer.screenshot(canvas_only=True, flash=False)
        return time.perf_counter() - wall, time.process_time() - cpu

    def bare(self) -> float:
        """Return CPU time (s) of the window's thread for a picture, without the drawing."""
        with no_drawing():
            before = time.thread_time()
            self._viewer.screenshot(canvas_only=True, flash=False)
            return time.thread_time() - before

    def switch(self, level: int) -> float:
        """Choose a level; return the CPU time (s) of the window's thread that this adds."""
        unchanged = min(self.bare() for _ in range(4))
        self.level = level
        return max(self.bare() - unchanged, 0.0)


def main() -> None:
    cells = hundred_neurons()
    frames, column = frames_for(cells)
    before = time.thread_time()
    layer = VoltageLayer(cells, frames, column, 1.0)
    made = time.thread_time() - before
    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(900, 700)
    before = time.thread_time()
    viewer.add_layer(layer)
    added = time.thread_time() - before
    layer.colorbar.visible = False
    viewer.reset_view()
    for _ in range(3):
        QApplication.processEvents()
    forced = Forced(viewer, layer)
    pixels = camera_of(viewer).zoom
    n_levels = len(layer.tolerances)
    first = [forced.switch(level) for level in range(n_levels)]
    again = [forced.switch(level) for level in range(n_levels)]
    rows = []
    for level, (tolerance, faces) in enumerate(zip(layer.tolerances, layer.n_faces, strict=True)):
        forced.level = level
        wall, cpu = sorted(forced.frame() for _ in range(4))[1]
        rows.append(
            [
                f"{level}" if level else "full",
                f"{tolerance:.2f} µm, {pixels * tolerance:.1f} pixels",
                f"{faces:,}",
                f"{1e3 * wall:.0f} ms",
                f"{1e3 * cpu:.0f} ms",
                f"{1e3 * first[level]:.1f} ms",
                f"{1e3 * again[level]:.1f} ms",
            ]
        )
    header = ["level", "may be off by", "faces", "frame", "its CPU", "first switch", "again"]
    print("### A hundred neurons\n")
    print(__doc__.split("\n\n")[2] + "\n")
    print(f"{sum(map(len, cells)):,} nodes, {len(cells)} cells\n")
    print(table(header, rows))
    print(f"Making the layer: {made:.1f} s in any thread; adding it: {1e3 * added:.0f} ms.")
    print(f"Measured on {machine()}.")
    viewer.close()  # before Python takes apart what OpenGL still uses


if __name__ == "__main__":
    main()
