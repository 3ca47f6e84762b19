"""Finds MOD files in a folder, checks them without a compiler, and names them by content.

Nothing here runs code from the files; `napari_neuron.engine.mod_build` compiles them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from napari_neuron.engine.catalogue import installation, neuron_version, read_catalogue
from napari_neuron.errors import (
    ExperimentError,
    ModFileError,
    ModProblem,
    NapariNeuronError,
    NeuronNotAvailable,
)
from napari_neuron.folders import cache_folder
from napari_neuron.spec import ModFile

_INCLUDED = (".inc", ".h", ".hpp")
_SYNTAX_PATIENCE = 20.0  # seconds; it takes 0.005
_LIBRARY = "libnrnmech"


@dataclass(frozen=True)
class ModSource:
    """One file of a folder of MOD files.

    Attributes
    ----------
    path : Path
        Path of the file.
    file : ModFile
        Its name and content.
    mechanism : str or None
        Name of the mechanism; None if it defines none, like files that others include.
    kind : str
        "SUFFIX", "POINT_PROCESS", "ARTIFICIAL_CELL", or "" if there is no mechanism.
    """

    path: Path
    file: ModFile
    mechanism: str | None
    kind: str


def list_mod_files(folder: str | PathLike[str]) -> tuple[ModSource, ...]:
    """Return the MOD files of a folder and the files they may include, by name.

    Raises
    ------
    ModFileError
        If there is no MOD file, or one cannot be read or has a name NEURON cannot use.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModFileError(ModProblem("", None, f"there is no folder {folder}"))
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".mod", *_INCLUDED) and p.is_file())
    if not any(path.suffix == ".mod" for path in paths):
        raise ModFileError(ModProblem("", None, f"there is no .mod file in {folder}"))
    sources, problems = [], []
    for path in paths:
        is_mod = path.suffix == ".mod"
        # NEURON makes the name of a function of the name of a MOD file
        if not re.fullmatch(r"\w+" if is_mod else r"[\w.+ -]+", path.stem, re.ASCII):
            problems.append(
                ModProblem(path.name, None, "rename this file: letters, digits and _ only")
            )
            continue
        try:
            content = path.read_bytes()
        except OSError as error:
            problems.append(ModProblem(path.name, None, f"cannot be read ({error.strerror})"))
            continue
        kind, mechanism = _declared(content.decode("utf-8", errors="replace"))
        digest = hashlib.sha256(content).hexdigest()
        sources.append(
            ModSource(
                path=path,
                file=ModFile(name=path.name, sha256=digest),
                mechanism=mechanism if is_mod else None,
                kind=kind if is_mod else "",
            )
        )
    if problems:
        raise ModFileError(*problems)
    return tuple(sources)


def check_mod_files(
    folder: str | PathLike[str], *, python: str | PathLike[str] | None = None
) -> tuple[ModProblem, ...]:
    """Return the problems of a folder of MOD files that can be found without compiling.

    These are names that clash, files without a mechanism, and whatever NEURON's translator
    complains about. It takes about 5 ms per file, needs no compiler, and runs no code from the
    files.

    Raises
    ------
    ModFileError
        If the folder has no MOD files that can be read.
    NeuronNotAvailable
        If NEURON is not installed.
    """
    sources = list_mod_files(folder)
    problems = [*_clashes(sources, python)]
    translator = find_program("nocmodl", python)
    with tempfile.TemporaryDirectory(prefix="napari-neuron-") as output:
        for source in sources:
            if source.mechanism is not None:
                problems += _translate(translator, source, Path(output))
    return tuple(problems)


def changed_files(
    mod_files: Iterable[ModFile], folder: str | PathLike[str]
) -> tuple[ModProblem, ...]:
    """Return which of an experiment's MOD files are missing from a folder or differ there.

    Raises
    ------
    ModFileError
        If the folder has no MOD files that can be read.
    """
    there = {source.file.name: source.file for source in list_mod_files(folder)}
    problems = []
    for wanted in mod_files:
        found = there.pop(wanted.name, None)
        if found is None:
            problems.append(ModProblem(wanted.name, None, "is not in this folder"))
        elif found != wanted:
            problems.append(ModProblem(wanted.name, None, "differs in this folder"))
    problems += [ModProblem(name, None, "is new") for name in there]
    return tuple(problems)


def library_folder(
    mod_files: Iterable[ModFile], *, python: str | PathLike[str] | None = None
) -> Path:
    """Return the folder of these files compiled for this NEURON and this machine type."""
    key = "\n".join(
        [
            neuron_version(python),
            sys.platform,
            platform.machine(),
            *sorted(f"{file.sha256} {file.name}" for file in mod_files),
        ]
    )
    return cache_folder() / "mod" / hashlib.sha256(key.encode()).hexdigest()[:24]


def find_library(
    mod_files: Iterable[ModFile], *, python: str | PathLike[str] | None = None
) -> Path | None:
    """Return the library compiled from these files, None if there is none on this machine."""
    return library_in(library_folder(mod_files, python=python))


def library_in(folder: Path) -> Path | None:
    """Return the library that lies in a folder or below it, None if there is none."""
    return next((p for p in sorted(folder.rglob(f"{_LIBRARY}.*")) if p.is_file()), None)


def require_library(
    mod_files: Sequence[ModFile], *, python: str | PathLike[str] | None = None
) -> Path:
    """Return the library compiled from the MOD files of an experiment.

    Raises
    ------
    ExperimentError
        If there is none on this machine; says which files are missing. Nothing is compiled.
    """
    library = find_library(mod_files, python=python)
    if library is None:
        names = ", ".join(f"{file.name} (sha256 {file.sha256[:8]}…)" for file in mod_files)
        raise ExperimentError(
            "mod_files",
            f"this experiment needs MOD files that are not compiled on this machine: {names}. "
            "Choose the folder that has them, or call compile_mod_files(folder, agreed=True)",
        )
    return library


def find_program(name: str, python: str | PathLike[str] | None = None) -> Path:
    """Return one of the programs that come with an interpreter's NEURON.

    Raises
    ------
    NeuronNotAvailable
        If it is not there.
    """
    beside = Path(sys.executable if python is None else python).parent
    for folder in (_neuron_folder(python) / ".data" / "bin", beside):
        if (folder / name).is_file():
            return folder / name
    found = shutil.which(name)
    if found is None:
        raise NeuronNotAvailable(
            f"NEURON's program {name} was not found; install NEURON with pip, or put {name} on PATH"
        )
    return Path(found)


def _neuron_folder(python: str | PathLike[str] | None) -> Path:
    if python is None or str(python) == sys.executable:
        found = importlib.util.find_spec("neuron")
        if found is not None and found.origin is not None:
            return Path(found.origin).parent
    return Path(installation(python)["folder"])


def _declared(code: str) -> tuple[str, str | None]:
    """Return the kind and name that a MOD file declares in its NEURON block."""
    code = re.sub(r"\b(COMMENT|VERBATIM)\b.*?\bEND\1\b", " ", code, flags=re.DOTALL)
    code = re.sub(r"[:?].*", "", code)
    block = re.search(r"\bNEURON\s*\{(.*?)(\}|$)", code, re.DOTALL)
    found = block and re.search(r"\b(SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)\s+(\w+)", block.group(1))
    return (found.group(1), found.group(2)) if found else ("", None)


def _clashes(
    sources: Sequence[ModSource], python: str | PathLike[str] | None
) -> Iterable[ModProblem]:
    try:
        built_in = {mechanism.name for mechanism in read_catalogue(python=python).mechanisms}
    except NapariNeuronError as error:
        raise NeuronNotAvailable(str(error)) from None
    first: dict[str, str] = {}
    for source in sources:
        name, mechanism = source.file.name, source.mechanism
        if source.path.suffix != ".mod":
            continue
        if mechanism is None:
            yield ModProblem(
                name,
                None,
                "there is no mechanism in this file: no SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL "
                "in a NEURON block",
            )
        elif mechanism in built_in:
            yield ModProblem(
                name,
                _line_of(source, mechanism),
                f"NEURON has a mechanism {mechanism!r} already; give this one another name",
            )
        elif mechanism in first and mechanism != "nothing":
            yield ModProblem(
                name,
                _line_of(source, mechanism),
                f"{first[mechanism]} has a mechanism {mechanism!r} too; rename one, or take one "
                "of the files out of the folder",
            )
        else:
            first[mechanism] = name


def _line_of(source: ModSource, mechanism: str) -> int | None:
    text = source.path.read_text(encoding="utf-8", errors="replace")
    found = re.search(rf"\b{source.kind}\s+{mechanism}\b", text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _translate(translator: Path, source: ModSource, output: Path) -> list[ModProblem]:
    name = source.file.name
    try:
        done = subprocess.run(
            [str(translator), name, "-o", str(output)],
            cwd=source.path.parent,
            capture_output=True,
            timeout=_SYNTAX_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [ModProblem(name, None, "NEURON's translator does not finish")]
    if done.returncode == 0:
        return []
    return [translator_problem(name, (done.stdout + done.stderr).decode(errors="replace"))]


def translator_problem(name: str, printed: str) -> ModProblem:
    """Turn the message of NEURON's translator about a file into one problem."""
    line = None
    words = []
    for text in printed.splitlines():
        if text.startswith(("Translating", "Notice", "Thread Safe")):
            continue
        found = re.search(r"(.*?)\s*at line (\d+) in file", text)
        if found:
            line = int(found.group(2))
            words.append(found.group(1))
            break  # what follows repeats the line
        missing = re.match(r"Couldn't open:? *(\S+)", text)
        if missing:  # said twice, without a line
            words = [f"there is no file {missing.group(1)} in its folder, which it includes"]
            break
        words.append(text)
    said = " ".join(word.strip().removeprefix("Error:").strip() for word in words if word.strip())
    return ModProblem(name, line, said or "NEURON's translator refuses this file")
