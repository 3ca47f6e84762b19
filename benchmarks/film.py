"""Time per picture of a film, from the first to the thousandth.

    xvfb-run -a python benchmarks/film.py [--pictures 1000] [--size 320x180]

A run of 4,500 edges is filmed from a window that nobody sees, as MP4. Printed are the medians of
each tenth of the film, and the last tenth by the first: a film tool that keeps what it has drawn
becomes slower (users of napari-animation report a factor of four). "CPU" is that of this process,
which a busy machine does not change much. Where there is no graphics card, most of the time is
drawing; the ratio is what counts. Memory is the peak of the process after each tenth.
"""

from __future__ import annotations

import argparse
import resource
import sys
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
    parser.add_argument("--size", default="320x180")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    marks: list[tuple[float, float]] = []
    memory: list[float] = []

    def mark(share: float) -> None:
        marks.append((time.perf_counter(), time.process_time()))
        if len(marks) % max(1, options.pictures // 10) == 0:
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)
            since = marks[-1][0] - marks[0][0]
            print(f"{100 * share:.0f} %, {since:.0f} s", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        nn.film(
            run_of(options.pictures),
            Path(folder) / "film.mp4",
            fps=25,
            ms_per_second=2.5,
            size=(width, height),
            progress=mark,
        )
    print(f"### Films\n\n{len(marks):,} pictures of {width} x {height}\n")
    header = ["pictures", *(f"{10 * part + 10} %" for part in range(10)), "last / first tenth"]
    rows = []
    for name, column in (("ms each", 0), ("ms CPU each", 1)):
        times = 1e3 * np.diff([one[column] for one in marks])
        tenths = [median(part) for part in np.array_split(times, 10)]
        ratio = f"{tenths[-1] / tenths[0]:.2f}"
        rows.append([name, *(f"{tenth:.0f}" for tenth in tenths), ratio])
    rows.append(
        ["peak MiB", *(f"{peak:.0f}" for peak in memory[:10]), f"{memory[-1] / memory[0]:.2f}"]
    )
    print(table(header, rows))
    print(f"Measured on {machine()}.")


if __name__ == "__main__":
    main()
