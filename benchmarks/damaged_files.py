"""What five readers make of odd and damaged SWC files.

    python benchmarks/damaged_files.py FOLDER > docs/damaged-files.md

FOLDER is the collection ``swc_edge``, whose ``peer_behaviour.csv`` holds the answers of the other
readers (MorphIO 3.5.0, navis 1.12.0, NEURON 9.0.2's Import3d, each in a process of its own). What
is wrong with each file, and what must be said, is in tests/damaged_files.csv; our answer is got
anew. Without the folder nothing is written.
"""

import csv
import re
import sys
from pathlib import Path

import napari_neuron as nn

EXPECTED = Path(__file__).parents[1] / "tests" / "damaged_files.csv"
NAMES = {
    "MorphIO": "MorphIO 3.5.0",
    "navis": "navis 1.12.0",
    "NEURON": "NEURON 9.0.2 Import3d+instantiate",
}
HEAD = """\
# Odd and damaged files

What is wrong with each of {n} files that other readers are tested with (MorphIO, NeuroM, Jaxley,
BSB) or that were written for this, one defect each; what is said here; and what MorphIO 3.5.0,
navis 1.12 and NEURON 9.0.2 (Import3d) do with it. The files are not part of the repository;
`python benchmarks/damaged_files.py FOLDER > docs/damaged-files.md` makes this table, and
`tests/unit/test_damaged_files.py` checks every row.

Findings are explained in [check and repair](check-and-repair.md); what damage random changes do is
[below](#an-hour-of-damage).

Of {n} files Import3d ends the Python process with {died}, and fails on {neuron} more. MorphIO
refuses {morphio}, navis {navis}. {refused} are refused here, each with the line where there is one,
and {errors} more open and cannot be simulated before they are mended, which `check` says.

"opens" means: no finding but notes. Trees are what NEURON's simulation would consist of; several
roots that Import3d makes one tree of are joined by cable that is in no file.
"""

TAIL = """
## An hour of damage

    python benchmarks/fuzz.py 60 20261124 FOLDER

starts from 270 whole files: one of each format, the 82 odd ones of every dialect, and the small
ones of the collection above. Bytes are changed, flipped, cut, doubled, swapped for what a format
may stumble over, and spliced from one file into another; one in ten is compressed or put into an
archive. Everything happens in a child process that is watched: an exception that is not ours, a
warning, ten seconds of CPU, a minute in all, or its death is a find, and the file is kept. What is
read is also checked, cut into sections, written as SWC, and read again to the very same numbers.

| run | files | read | found |
|---|---|---|---|
{runs}

No file took more than {slowest} s of CPU. Both finds are tests (`tests/unit/test_formats_odd.py`).
"""
RUNS = (
    ("half an hour, seed 20261123", "not counted", "", "a NaN NumPy warns of (precomputed)"),
    ("an hour, seed 20261124", "250,016", "44,272", "`³`, which Python calls a digit (hoc), twice"),
    (
        "both mended: three at once, 20 minutes each, seeds 101, 102, 103",
        "188,108",
        "32,864",
        "nothing",
    ),
)
SLOWEST = "0.46"


def ours(path: Path) -> str:
    """Return our error, or the findings."""
    try:
        cell = nn.read_morphology(path)
    except nn.SkeletonFileError as error:
        line = "" if error.line is None else f"line {error.line}: "
        return f"**error** {line}{error.problem}"
    found = [f for f in nn.check(cell) if f.code not in ("header-transform", "reader-note")]
    said = ", ".join(f"{'**error** ' * (f.severity == 'error')}{f.code}" for f in found)
    return said or "opens"


def shorter(answer: str) -> str:
    """Return what another reader did, in a few words."""
    if "PROCESS DIED" in answer:
        return "**the process dies**"
    if answer.startswith("ERR"):
        kind, _, words = answer[4:].partition(":")
        words = re.sub(r"\s*\|\s*", " ", words)
        words = re.sub(r"\S+\.swc:\d+:(error|warning)", "", words)
        words = re.sub(r"Error reading \S+\.swc.*?<- ", "", words)
        words = re.sub(r"\s+", " ", words).strip()
        return f"fails: {words[:60] or kind}"
    trees = re.search(r"trees (\d+)|(\d+) roots", answer)
    parts = []
    if trees is not None:
        number = trees[1] or trees[2]
        parts.append(f"{number} {'tree' if trees[1] else 'root'}{'s' * (number != '1')}")
    if "could not parse" in answer:
        parts.append("some lines not parsed")
    area = re.search(r"area (nan|[\d.e+-]+)", answer)
    if area is not None:
        size = float(area[1])
        parts.append("area NaN" if size != size else f"{size:,.0f} µm²")
    return ", ".join(parts) or "opens"


def cell_of_table(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def main(folder: Path) -> None:
    with (folder / "peer_behaviour.csv").open(newline="") as file:
        peers = {row["file"]: row for row in csv.DictReader(file)}
    with EXPECTED.open(newline="") as file:
        expected = list(csv.DictReader(file))
    rows = []
    for row in expected:
        answers = peers[row["file"]]
        others = [answers[NAMES[name]] for name in NAMES]
        rows.append((row["file"], row["wrong"], ours(folder / row["file"]), *others))
    fails = {name: sum(r[3 + k].startswith("ERR") for r in rows) for k, name in enumerate(NAMES)}
    died = sum("PROCESS DIED" in row[5] for row in rows)
    refused = sum(row["answer"].startswith("error") for row in expected)
    errors = sum("radius-not-positive" in row["answer"] for row in expected)
    print(
        HEAD.format(
            n=len(rows),
            died=died,
            neuron=fails["NEURON"] - died,
            morphio=fails["MorphIO"],
            navis=fails["navis"],
            refused=refused,
            errors=errors,
        )
    )
    print("| file | what is wrong | here | MorphIO | navis | NEURON |")
    print("|---|---|---|---|---|---|")
    for name, wrong, answer, *others in rows:
        shown = [name.replace("test_", ""), wrong, answer, *map(shorter, others)]
        print(f"| {' | '.join(map(cell_of_table, shown))} |")
    runs = "\n".join(f"| {' | '.join(run)} |" for run in RUNS)
    print(TAIL.format(runs=runs, slowest=SLOWEST), end="")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1], "peer_behaviour.csv").is_file():
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
