"""Pointing at a cell: which node lies under the mouse.

    python benchmarks/picking.py

Lines of sight through the fly neuron, and through copies of it as one cell, aimed at nodes from all
sides. "Sorting" is done once per cell, in a thread; "a look" for each movement of the mouse.
"""

import statistics
import time

import fly
import numpy as np
from timing import machine, milliseconds, table

from napari_neuron.view.geometry.line_hits import CableHits

COPIES = (1, 10, 100)
LOOKS = 200


def main() -> None:
    """Print one row for each number of copies."""
    cell, _ = fly.cell_and_experiment()
    rng = np.random.default_rng(0)
    thin = float(np.ptp(cell.position, axis=0).max()) / 1000
    rows = []
    for copies in COPIES:
        n = len(cell)
        moved = [cell.position + rng.normal(0, 30, 3) for _ in range(copies)]
        parent = [np.where(cell.parent >= 0, cell.parent + i * n, -1) for i in range(copies)]
        position = np.concatenate(moved)
        start = time.perf_counter()
        hits = CableHits(position, np.concatenate(parent), np.tile(cell.radius, copies))
        sorting = time.perf_counter() - start
        times = []
        for _ in range(LOOKS):
            aim, direction = position[rng.integers(len(position))], rng.normal(size=3)
            start = time.perf_counter()
            hits.hit(aim - 300 * direction, direction, minimum_radius=thin)
            times.append(time.perf_counter() - start)
        wanted = {1: "under 5 ms", 100: "under 30 ms"}.get(copies, "")
        look = milliseconds(statistics.median(times))
        rows.append([f"{len(position):,}", milliseconds(sorting), look, wanted])
    print("### Pointing at a cell\n")
    print(__doc__.split("\n\n")[2] + "\n")
    print(table(["nodes", "sorting", "a look", "wanted"], rows))
    print(f"Measured on {machine()}.")


if __name__ == "__main__":
    main()
