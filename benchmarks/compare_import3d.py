"""Membrane area and sections of ordinary SWC files, here and in NEURON's Import3d.

    python benchmarks/compare_import3d.py FILE_OR_FOLDER ...

Prints the table of docs/morphology.md. Import3d runs in a process of its own for each file, since
some files end that process.
"""

import subprocess
import sys
from pathlib import Path

from timing import table

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import find_sections, read_swc

IMPORT3D = """
import sys
from neuron import h
h.load_file("stdlib.hoc")
h.load_file("import3d.hoc")
reader = h.Import3d_SWC_read()
reader.quiet = 1
reader.input(sys.argv[1])
h.Import3d_GUI(reader, False).instantiate(None)
sections = list(h.allsec())
print("RESULT", len(sections), sum(segment.area() for section in sections for segment in section))
"""


def import3d(path: Path) -> tuple[int, float] | None:
    """Return Import3d's number of sections and area in µm², or None if it cannot read the file."""
    run = subprocess.run(
        [sys.executable, "-c", IMPORT3D, str(path)], capture_output=True, text=True, timeout=120
    )
    for line in run.stdout.splitlines():
        if line.startswith("RESULT"):
            _, sections, area = line.split()
            return int(sections), float(area)
    return None


def row(path: Path) -> list[str]:
    """Return one line of the table; files are taken to be in µm, as Import3d does."""
    theirs = import3d(path)
    try:
        cell = read_swc(path, units="um")
        sections = find_sections(cell)
    except MorphologyError as error:
        ours, difference = f"refused: {error}"[:60], ""
    else:
        area = float(sections.area.sum())
        ours = f"{len(sections)} / {area:.1f}"
        difference = f"{area / theirs[1] - 1:+.2%}" if theirs and theirs[1] else ""
    return [path.stem, ours, f"{theirs[0]} / {theirs[1]:.1f}" if theirs else "fails", difference]


def main() -> None:
    """Measure, and print a Markdown table."""
    files: list[Path] = []
    for argument in map(Path, sys.argv[1:]):
        files += sorted(argument.rglob("*.swc")) if argument.is_dir() else [argument]
    if not files:
        sys.exit("give SWC files or folders of them")
    header = ["file", "here: sections / µm²", "Import3d: sections / µm²", "difference"]
    print(table(header, [row(path) for path in files]))


if __name__ == "__main__":
    main()
