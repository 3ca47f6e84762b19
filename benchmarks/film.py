"""Time per picture of a film, from the first to the thousandth.

    xvfb-run -a python benchmarks/film.py [--pictures 1000] [--size 640x360]

A run of 4,500 edges is filmed from a window that nobody sees, as MP4. Printed are the medians of
each tenth of the film, and the last tenth by the first: a film tool that keeps what it has drawn
becomes slower (users of napari-animation report a factor of four). Where there is no graphics
card, most of the time is drawing; the ratio is what counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from timing import machine, table
from voltage_layer import random_cell

import napari_neuron as nn


def run_of(n_frames: int) -> nn.SimulationResult:
    """Return a run of random voltages."""
    cell = random_cell(4_501)
    compartment = np.arange(len(cell)) // 2
    frames = np.random.default_rng(2).uniform(-70, 30, (n_frames, compartment[-1] + 1))
    settings = nn.RunSettings(duration=(n_frames - 1) * 0.1, dt=0.1, frame_interval=0.1)
    return nn.SimulationResult(
        cells=(cell,),
        experiment=nn.Experiment(run=settings),
        frames=frames.astype(np.float32),
        samples=np.zeros((0, 0)),
        compartment_of_node=compartment,
        n_frames=n_frames,
        status="complete",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--size", default="640x360")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        nn.film(
            run_of(options.pictures),
            Path(folder) / "film.mp4",
            fps=25,
            ms_per_second=2.5,
            size=(width, height),
            progress=lambda _: marks.append(time.perf_counter()),
        )
    times = 1e3 * np.diff(marks)
    tenths = [median(part) for part in np.array_split(times, 10)]
    print(f"{machine()}\n")
    print(table(["pictures", *(f"{10 * i + 10} %" for i in range(10))],
                [[f"{len(marks):,}, ms each", *(f"{t:.0f}" for t in tenths)]]))  # fmt: skip
    print(f"last tenth / first tenth: {tenths[-1] / tenths[0]:.2f}")


if __name__ == "__main__":
    main()
