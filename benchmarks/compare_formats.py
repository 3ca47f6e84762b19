"""Sections, length and membrane area of skeleton files of all formats, here and in other readers.

    python benchmarks/compare_formats.py FILE_OR_FOLDER ...

Prints the table of docs/formats.md. The other reader is MorphIO for SWC, ASC and h5, NEURON itself
for hoc, a plain sum over the segments for NeuroML, and navis for the rest. Each runs in a process
of its own, since some files end that process. Every cell is also built in NEURON and run for 5 ms
with a leak.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from timing import table

import napari_neuron as nn
from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology import find_sections
from napari_neuron.morphology.model import SOMA
from napari_neuron.morphology.read import is_skeleton_name
from napari_neuron.morphology.soma import rows_without_width

MORPHIO = """
import sys, numpy as np, morphio
morphio.set_maximum_warnings(0)
cell = morphio.Morphology(sys.argv[1])
length = area = 0.0
for section in cell.iter():
    points, d = section.points.astype(float), section.diameters.astype(float)
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    length += step.sum()
    area += (np.pi / 2 * (d[1:] + d[:-1]) * np.hypot(step, np.diff(d) / 2)).sum()
print("RESULT", len(cell.sections), length, area)
"""
NEURON = """
import sys
from neuron import h
h.load_file("stdlib.hoc")
h.load_file(1, sys.argv[1])
sections = list(h.allsec())
for s in sections:
    s.nseg = 1 + 2 * int(s.L / 40)
area = sum(g.area() for s in sections if s.name() != "soma" for g in s)
cable = [s for s in sections if s.name() != "soma"]
print("RESULT", len(cable), sum(s.L for s in cable), area)
"""
SEGMENTS = """
import sys, math
from xml.etree import ElementTree
root = ElementTree.parse(sys.argv[1]).getroot()
space = root.tag[:root.tag.index("}") + 1]
ends, length, area, sections = {}, 0.0, 0.0, 0
for s in root.iter(space + "segment"):
    read = lambda e: tuple(float(e.get(k)) for k in ("x", "y", "z", "diameter"))
    parent, first = s.find(space + "parent"), s.find(space + "proximal")
    begin = read(first) if first is not None else ends[parent.get("segment")]
    end = ends[s.get("id")] = read(s.find(space + "distal"))
    if "soma" in s.get("name"):
        continue
    sections += first is not None
    step = math.dist(begin[:3], end[:3])
    length += step
    area += math.pi / 2 * (begin[3] + end[3]) * math.hypot(step, (end[3] - begin[3]) / 2)
print("RESULT", sections, length, area)
"""
NAVIS = """
import sys, navis, warnings
from pathlib import Path
warnings.simplefilter("ignore")
path = Path(sys.argv[1])
read = {".json": navis.read_json, ".parquet": navis.read_parquet, ".nml": navis.read_nml}
read = read.get(path.suffix, navis.read_precomputed)
cell = read(path)
cell = cell if isinstance(cell, navis.TreeNeuron) else cell[0]
print("RESULT", 0, float(navis.NeuronList(cell).cable_length[0]), 0)
"""
READERS = {".swc": MORPHIO, ".asc": MORPHIO, ".h5": MORPHIO, ".hoc": NEURON, ".cell.nml": SEGMENTS}
NAMES = {MORPHIO: "MorphIO", NEURON: "NEURON", SEGMENTS: "segments", NAVIS: "navis"}


def theirs(path: Path) -> tuple[str, tuple[int, float, float] | None]:
    """Return the other reader's name, and its sections, length and area without the soma."""
    script = next((code for end, code in READERS.items() if path.name.endswith(end)), NAVIS)
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=300
    )
    for line in run.stdout.splitlines():
        if line.startswith("RESULT"):
            sections, length, area = map(float, line.split()[1:])
            return NAMES[script], (int(sections), length, area)
    return NAMES[script], None


def without_soma(cell: nn.Morphology) -> tuple[int, float, float]:
    """Return number, length and area of the sections that are not the soma's."""
    sections = find_sections(cell)
    cable = cell.swc_type[sections.owner] != SOMA
    return int(cable.sum()), float(sections.length[cable].sum()), float(sections.area[cable].sum())


def runs(cell: nn.Morphology) -> str:
    """Build the cell in NEURON with a leak and run it for 5 ms."""
    experiment = nn.Experiment(
        paint=(nn.CableProperties(), nn.Passive()), run=nn.RunSettings(duration=5.0)
    )
    try:
        result = nn.simulate(cell, experiment)
    except NapariNeuronError as error:
        return " ".join(str(error).split())[:50]
    return "yes" if np.isfinite(result.voltage).all() else "NaN"


def rows(path: Path) -> list[list[str]]:
    """Return the lines of the table for one file."""
    units = "um" if path.suffix == ".swc" else None
    try:
        cells = nn.read_morphologies(path, units)
    except NapariNeuronError as error:
        problem = str(error).removeprefix(f"{path}")[:90]
        return [[path.name, f"refused{problem}", "", "", ""]]
    lines = []
    for cell in cells:
        label = path.name if len(cells) == 1 else f"{path.name}: {cell.name}"
        name, other = theirs(path) if cell is cells[0] else ("", None)
        if len(rows_without_width(cell)):
            label += " (no radii: 0.1 µm given)"
            cell = cell.replace(radius=np.full(len(cell), 0.1))
        ours = without_soma(cell)
        shown, difference = f"{name} fails" if name else "", ""
        if other is not None and other[2]:
            shown = f"{name}: {other[0]} / {other[1]:.1f} / {other[2]:.1f}"
            difference = f"{ours[1] / other[1] - 1:+.2%} / {ours[2] / other[2] - 1:+.2%}"
        elif other is not None:
            shown = f"{name}: {other[1]:.1f} (its unit)"
            difference = f"{cell.cable_length / other[1]:.6g} µm"
        here = f"{ours[0]} / {ours[1]:.1f} / {ours[2]:.1f}"
        trees = f"{len(cell.roots)} tree{'s' * (len(cell.roots) > 1)}"
        lines.append([label, f"{here}, {trees}", shown, difference, runs(cell)])
    return lines


def main() -> None:
    """Measure, and print a Markdown table."""
    files: list[Path] = []
    for argument in map(Path, sys.argv[1:]):
        found = argument.rglob("*") if argument.is_dir() else [argument]
        files += sorted(one for one in found if one.is_file() and is_skeleton_name(one.name))
    if not files:
        sys.exit("give skeleton files or folders of them")
    head = ["file", "here: sections / µm / µm² without soma", "other reader", "difference", "runs"]
    print(table(head, [line for path in files for line in rows(path)]))


if __name__ == "__main__":
    main()
