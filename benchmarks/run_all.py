"""Run all benchmarks and print one page; with --write, keep it as docs/benchmarks.md.

python benchmarks/run_all.py [--write]
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
BENCHMARKS = [
    "building.py",
    "running.py",
    "sweeps.py",
    "synapses.py",
    "circuits.py",
    "point_networks.py",
    "placing.py",
    "voltage_layer.py",
    "levels.py",
    "picking.py",
    "window.py",
    "film.py",
]
INTRODUCTION = """\
# Speed

Compare the ratios: all contenders of a table take turns in one run, and the figures are medians.
`make bench` repeats everything here; `python benchmarks/run_all.py --write` updates this page.
"""


def main() -> None:
    """Run each benchmark in a process of its own."""
    page = [INTRODUCTION]
    for name in BENCHMARKS:
        done = subprocess.run(
            [sys.executable, HERE / name], stdout=subprocess.PIPE, text=True, check=True, cwd=HERE
        )
        page.append(done.stdout.strip() + "\n")
        print(done.stdout, flush=True)
    if "--write" in sys.argv:
        PAGE.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
