"""Python scripts that repeat a run: the cells, the experiment, simulate, save, show."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import napari_neuron
from napari_neuron.compile.repair import repair
from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import CellSource, Experiment, Labelled, Repair, Spec
from napari_neuron.spec.code import CodeWriter, literal

_HERE = "HERE = Path(__file__).parent"


@dataclass(frozen=True)
class _Given:
    """How a script gets one of the cells.

    ``path`` is of its file, absolute or beside the script; ``labels`` is the name of a table
    beside the script.
    """

    name: str
    path: str
    units: str | None
    repairs: tuple[Repair, ...] = ()
    labels: str = ""
    is_there: bool = True


def script_of(experiment: Experiment, *, mod_folder: str | os.PathLike[str] = "") -> str:
    """Return a Python script that repeats a run of an experiment.

    It reads the cells from the files that ``experiment.cells`` names and repairs them; the
    experiment says what differs from the defaults. Run, it gives the same numbers, bit by bit.

    Parameters
    ----------
    experiment
        Of a run (`SimulationResult.experiment`), or as saved in the window. A cell without a file
        is looked for beside the script; see `save_script`, which puts it there.
    mod_folder
        Where its MOD files lie, if it has any. The script compiles them only where a person has
        written into it that they agree.

    Returns
    -------
    str
        The text of the script. ``--no-window`` on its command line shows nothing.
    """
    given = [
        _Given(
            source.name,
            source.path or f"{_file_name(source.name)}.swc",
            source.units if source.path else "um",
            source.repairs,
            is_there=source.path is not None,
        )
        for source in experiment.cells
    ]
    return _script(given or [_Given("", "cell.swc", None, is_there=False)], experiment, mod_folder)


def save_script(
    cells: Morphology | Sequence[Morphology],
    experiment: Experiment,
    path: str | os.PathLike[str],
    *,
    mod_folder: str | os.PathLike[str] = "",
) -> tuple[Path, ...]:
    """Write a Python script that repeats a run; see `script_of`.

    Each cell is read from its file and repaired, as the script will. Where that does not give the
    very cell again, or there is no file, the cell is written beside the script as SWC, and its
    labels as a table if the experiment needs them.

    Parameters
    ----------
    cells
        A morphology or several, as simulated.
    experiment
        What to do with them.
    path
        Of the script; its name ends in ``.py``.
    mod_folder
        Where its MOD files lie, if it has any.

    Returns
    -------
    tuple of Path
        What was written: the script, and what lies beside it.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    cells = (cells,) if isinstance(cells, Morphology) else tuple(cells)
    path = Path(path)
    sources = {source.name: source for source in experiment.cells}
    needs_labels = _mentions(experiment.paint, Labelled)
    given, written = [], [path]
    for cell in cells:
        one, files = _given(cell, sources.get(cell.name), path, needs_labels)
        given.append(one)
        written += files
    text = _script(given, experiment, mod_folder)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return tuple(written)


def _given(
    cell: Morphology, source: CellSource | None, script: Path, needs_labels: bool
) -> tuple[_Given, list[Path]]:
    """Return how a script gets a cell, and the files that were written for that."""
    from napari_neuron.morphology import write_swc

    read = _read_again(source)
    stem = f"{script.stem}_{_file_name(cell.name)}"
    written = []
    if source is not None and source.path is not None and read is not None and _same(read, cell):
        given = _Given(cell.name, source.path, source.units, source.repairs)
        known = read.labels
    else:
        written.append(script.with_name(f"{stem}.swc"))
        write_swc(cell, written[0])
        given, known = _Given(cell.name, written[0].name, "um"), None
    labels = cell.labels
    if not needs_labels or labels is None or (known is not None and (known == labels).all()):
        return given, written
    table = script.with_name(f"{stem}_labels.csv")
    _write_labels(cell, table)
    named = _Given(given.name, given.path, given.units, given.repairs, table.name)
    return named, [*written, table]


def _read_again(source: CellSource | None) -> Morphology | None:
    from napari_neuron.morphology import read_morphology

    if source is None or source.path is None:
        return None
    try:
        read = read_morphology(source.path, units=source.units, name=source.name)
        return repair(read, source.repairs)
    except (NapariNeuronError, OSError):
        return None


def _same(one: Morphology, other: Morphology) -> bool:
    """Whether two cells are the same to a simulation, labels apart."""
    names = ("node_id", "parent", "swc_type", "position", "radius", "no_cable_above")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def _write_labels(cell: Morphology, path: Path) -> None:
    import pandas as pd

    assert cell.labels is not None
    table = pd.DataFrame({"node_id": cell.node_id, "label": cell.labels.astype(object)})
    table[table["label"] != ""].to_csv(path, index=False)


def _mentions(value: object, kind: type[Spec]) -> bool:
    """Whether there is a spec of a kind somewhere in a spec or a tuple."""
    if isinstance(value, kind):
        return True
    if isinstance(value, Spec):
        return any(_mentions(getattr(value, name), kind) for name in type(value).model_fields)
    return isinstance(value, tuple) and any(_mentions(one, kind) for one in value)


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "cell"


# the text ----------------------------------------------------------------------------------------


def _script(given: Sequence[_Given], experiment: Experiment, mod_folder: Any) -> str:
    writer = CodeWriter(napari_neuron.__all__)
    said = writer.statement("experiment", experiment.replace(cells=()))
    cells = _cells_in_code(given, writer)
    mods = _mod_files_in_code(experiment, os.fspath(mod_folder))
    names = "cell" if len(given) == 1 else "cells"
    has_labels = any(one.labels for one in given)
    imports = ["import napari_neuron as nn", *(["import pandas as pd"] if has_labels else [])]
    imports += [
        f"from {module} import {', '.join(sorted(n for m, n in writer.imported if m == module))}"
        for module in sorted({module for module, _ in writer.imported})
    ]
    blocks = [
        _docstring(given),
        "import sys\nfrom pathlib import Path",
        "\n".join(imports),
        _HERE,
        *([mods] if mods else []),
        *_constants_in_code(writer),
        cells,
        said,
        f"result = nn.simulate({names}, experiment)\n"
        'result.save(Path(__file__).with_suffix(".h5"))',
        'if "--no-window" not in sys.argv:\n'
        "    import napari\n\n"
        "    nn.show(result)\n"
        "    napari.run()",
    ]
    return "\n\n".join(blocks) + "\n"


def _docstring(given: Sequence[_Given]) -> str:
    names = [_in_text(one.name) for one in given if one.name]
    what = "a cell" if not names else names[0] if len(names) == 1 else f"{len(names)} cells"
    text = (
        f"Simulate {what} with NEURON, as napari-neuron {napari_neuron.__version__} did.\n\n"
        "Writes the result beside this file and shows it; --no-window shows nothing."
    )
    return f'"""{text}\n"""'


def _in_text(name: str) -> str:
    """Return a name as it may stand in a comment or docstring, which it must not end."""
    plain = "".join(c if c.isprintable() and c not in '"\\' else " " for c in name)
    return " ".join(plain.split()) or "the cell"


def _constants_in_code(writer: CodeWriter) -> list[str]:
    if not writer.constants:
        return []
    lines = ["# fmt: off", *writer.constants.values(), "# fmt: on"]
    return ["\n".join(lines)]


def _mod_files_in_code(experiment: Experiment, folder: str) -> str:
    if not experiment.mod_files:
        return ""
    comment = (
        "The mechanisms of these MOD files are compiled only if you agree: they are programs, and "
        "run with your rights. Read them, then say so here. What this computer has compiled "
        "before is found without it."
    )
    folder = folder or "put the folder of the MOD files here"
    return "\n".join(
        [
            *(f"# {line}" for line in textwrap.wrap(comment, 86)),
            f"MOD_FOLDER = {literal(folder)}",
            "AGREED = False",
            "if AGREED:",
            "    nn.compile_mod_files(MOD_FOLDER, agreed=True)",
        ]
    )


def _cells_in_code(given: Sequence[_Given], writer: CodeWriter) -> str:
    lines: list[str] = []
    for index, one in enumerate(given):
        lines += _cell_in_code(one, f"cells_{index}_repairs", writer)
        if len(given) > 1:
            lines += ["cells.append(cell)" if index else "cells = [cell]", ""]
    return "\n".join(lines).rstrip()


def _cell_in_code(one: _Given, where: str, writer: CodeWriter) -> list[str]:
    """Return the lines that read and mend a cell; constants of it are called after ``where``."""
    lines = []
    if not one.is_there:
        lines.append(
            f"# {_in_text(one.name)} came from no file: save it as SWC, and put its path here."
        )
    path = literal(one.path) if Path(one.path).is_absolute() else f"HERE / {literal(one.path)}"
    parts = [path]
    if one.units is not None:
        parts.append(f"units={literal(one.units)}")
    if one.name:
        parts.append(f"name={literal(one.name)}")
    lines += _call("cell", "nn.read_morphology", parts)
    if one.repairs:
        inline = f"cell = nn.repair(cell, {writer.expression(one.repairs, where, before=-999)})"
        repairs = writer.expression(one.repairs, where, indent=4, after=1)
        apart = ["cell = nn.repair(", "    cell,", f"    {repairs},", ")"]
        lines += [inline] if len(inline) <= 88 else apart
    if one.labels:
        table = [f"HERE / {literal(one.labels)}", "keep_default_na=False"]
        lines += _call("table", "pd.read_csv", table)
        lines += [
            'label = dict(zip(table["node_id"], table["label"]))',
            'cell = cell.replace(labels=[label.get(i, "") for i in cell.node_id])',
        ]
    return lines


def _call(target: str, function: str, parts: Sequence[str]) -> list[str]:
    """Return a call as formatters leave it: in one line, else its arguments in one, else each."""
    whole, inner = f"{target} = {function}({', '.join(parts)})", ", ".join(parts)
    if len(whole) <= 88:
        return [whole]
    if len(inner) <= 84:
        return [f"{target} = {function}(", f"    {inner}", ")"]
    return [f"{target} = {function}(", *(f"    {part}," for part in parts), ")"]
