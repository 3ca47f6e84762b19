"""Reading an SWC file: here, navis.read_swc and MorphIO.

    python benchmarks/reading.py

Prints CPU seconds (the best of several rounds, each reader once a round) for cells of 5,000, 50,000
and 500,000 nodes, and ratios to ours. CPU time, since that is what differs on a machine that is
also doing other things; everything is imported before.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
from timing import table

import napari_neuron as nn

SIZES = ((5_000, 15), (50_000, 9), (500_000, 5))


def write_cell(n: int, path: Path) -> None:
    """Write a branching random walk as NeuroMorpho does, with three or four decimals."""
    chance = np.random.default_rng(n)
    parent = np.arange(n) - 1
    branches = np.flatnonzero(chance.random(n) < 0.05)[1:]
    parent[branches] = (chance.random(len(branches)) * branches).astype(int)
    step = chance.normal(0, 0.3, (n, 3))
    position = np.zeros((n, 3))
    for row in range(1, n):
        position[row] = position[parent[row]] + step[row]
    rows = (
        f"{row + 1} {3 if row else 1} {x:.4f} {y:.4f} {z:.4f} {0.3 if row else 5:.3f} {up}\n"
        for row, ((x, y, z), up) in enumerate(
            zip(position.tolist(), np.where(parent < 0, -1, parent + 1).tolist(), strict=True)
        )
    )
    path.write_text("# units: um\n" + "".join(rows))


def main() -> None:
    import morphio
    import navis

    morphio.set_maximum_warnings(0)
    navis.config.pbar_hide = True
    navis.set_loggers("ERROR")
    readers = {"here": nn.read_morphology, "navis": navis.read_swc, "MorphIO": morphio.Morphology}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for n, rounds in SIZES:
            path = Path(folder) / f"cell{n}.swc"
            write_cell(n, path)
            best = dict.fromkeys(readers, np.inf)
            for _ in range(rounds):
                for name, read in readers.items():
                    start = time.process_time()
                    read(str(path))
                    best[name] = min(best[name], time.process_time() - start)
            rows.append(
                (
                    f"{n:,} nodes, {path.stat().st_size / 1e6:.1f} MB",
                    *(f"{1000 * best[name]:.0f} ms" for name in readers),
                    *(f"{best['here'] / best[name]:.2f} x" for name in ("navis", "MorphIO")),
                )
            )
    print(table(("file", *readers, "here / navis", "here / MorphIO"), rows))


if __name__ == "__main__":
    main()
