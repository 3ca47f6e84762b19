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

This table lists {n} files used to test other readers (MorphIO, NeuroM, Jaxley, BSB) or written for
this purpose with one defect each. It shows what is wrong with each file, what napari-neuron
reports, and what MorphIO 3.5.0, navis 1.12 and NEURON 9.0.2 (Import3d) do with it. The files are
not part of the repository; `python benchmarks/damaged_files.py FOLDER > docs/damaged-files.md`
makes the table, and `tests/unit/test_damaged_files.py` checks every row.

See [check and repair](check-and-repair.md) for the findings, and [below](#an-hour-of-damage) for
random damage.

Of {n} files, {died} make Import3d end the Python process, and it fails on {neuron} more. MorphIO
refuses {morphio}, navis {navis}. Here, {refused} are refused, each with the line if there is one,
and {errors} more open but cannot be simulated until they are repaired, as `check` says.

"opens" means that there are no findings other than notes. Trees are those NEURON would simulate;
if Import3d makes one tree of several roots, it joins them by cable that is in no file.
"""

TAIL = """
## An hour of damage

    python benchmarks/fuzz.py 60 20261124 FOLDER

starts from 270 intact files: one of each format, the 82 odd ones of every dialect, and the small
ones of the collection above. It changes, flips, cuts and doubles bytes, replaces them by things a
format may trip over, and splices bytes from one file into another; one file in ten is compressed
or put into an archive. Everything runs in a monitored child process: an exception that is not
ours, a warning, ten seconds of CPU, a minute in total, or the death of the process counts as a
find, and the file is kept. Each cell that is read is also checked, cut into sections, written as
SWC, and read back to exactly the same numbers.

| run | files | read | found |
|---|---|---|---|
{runs}

No file took more than {slowest} s of CPU. Both finds are tests (`tests/unit/test_formats_odd.py`).
"""
RUNS = (
    (
        "half an hour, seed 20261123",
        "not counted",
        "",
        "a NaN that NumPy warns about (precomputed)",
    ),
    ("an hour, seed 20261124", "250,016", "44,272", "`³`, which Python calls a digit (hoc), twice"),
    (
        "both fixed: three at once, 20 minutes each, seeds 101, 102, 103",
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
