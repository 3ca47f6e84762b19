"""Compiles MOD files with nrnivmodl into a cache by content, only after the user has agreed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.engine.catalogue import neuron_version, read_catalogue
from napari_neuron.engine.child_process import child_environment
from napari_neuron.engine.mod_advice import undefined_function, with_advice, without_comments
from napari_neuron.engine.mod_files import (
    ModSource,
    check_mod_files,
    find_library,
    find_program,
    library_folder,
    library_in,
    list_mod_files,
)
from napari_neuron.errors import ModFileError, ModProblem, SimulationError
from napari_neuron.spec import ModFile

_COMPILERS = ("g++", "c++", "clang++")
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class MechanismLibrary:
    """Compiled MOD files.

    Attributes
    ----------
    mod_files : tuple of ModFile
        For the experiment that uses them: ``experiment.replace(mod_files=...)``.
    path : Path
        The library NEURON loads.
    catalogue : Catalogue
        What NEURON knows with this library.
    was_there : bool
        Whether it had been compiled before.
    """

    mod_files: tuple[ModFile, ...]
    path: Path
    catalogue: Catalogue
    was_there: bool

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Names of the mechanisms that the files add."""
        return tuple(m.name for m in self.catalogue.mechanisms if m.source)


def compile_mod_files(
    folder: str | PathLike[str],
    *,
    agreed: bool,
    progress: Callable[[float, str], object] | None = None,
    python: str | PathLike[str] | None = None,
) -> MechanismLibrary:
    """Compile the MOD files of a folder, unless the same files have been compiled before.

    Parameters
    ----------
    folder
        Its ``.mod`` files are compiled together; nothing is written there.
    agreed
        True states that the user was asked: compiled code runs with their rights.
    progress
        Called with the fraction done, 0 to 1, and the current step. An exception it raises stops
        the compiler and is passed on.
    python
        The Python interpreter that has NEURON; None: that of this process.

    Returns
    -------
    MechanismLibrary

    Raises
    ------
    ModFileError
        If ``agreed`` is false, there is no compiler, or files are broken or clash; names the file
        and line.
    NeuronNotAvailable
        If NEURON is not installed.
    """
    if not agreed:
        raise ModFileError(
            ModProblem(
                "",
                None,
                "MOD files are programs: once compiled they run with your rights. Ask the user, "
                "then call compile_mod_files(folder, agreed=True)",
            )
        )
    tell = progress if progress is not None else (lambda fraction, what: None)
    tell(0.0, "reading MOD files")
    sources = list_mod_files(folder)
    mod_files = tuple(source.file for source in sources)
    path = find_library(mod_files, python=python)
    was_there = path is not None
    if path is None:
        problems = check_mod_files(folder, python=python)
        if problems:
            raise ModFileError(*problems)
        path = _build(sources, mod_files, tell, python)
    tell(0.95, "loading")
    try:
        catalogue = read_catalogue(mod_files, python=python)
    except SimulationError as error:
        shutil.rmtree(library_folder(mod_files, python=python), ignore_errors=True)
        problem = undefined_function(str(error), sources)
        if problem is None:
            problem = ModProblem("", None, f"NEURON cannot load these: {error}")
        raise ModFileError(problem) from None
    tell(1.0, "done")
    return MechanismLibrary(mod_files, path, catalogue, was_there)


def _build(
    sources: Sequence[ModSource],
    mod_files: Sequence[ModFile],
    tell: Callable[[float, str], object],
    python: str | PathLike[str] | None,
) -> Path:
    environment = _build_environment(python)
    program = find_program("nrnivmodl", python)
    target = library_folder(mod_files, python=python)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A directory of its own each time: what a build finds of an earlier one, it may take for new.
    building = Path(tempfile.mkdtemp(prefix="building-", dir=target.parent))
    try:
        for source in sources:
            content = source.path.read_bytes()
            if hashlib.sha256(content).hexdigest() != source.file.sha256:
                raise ModFileError(ModProblem(source.file.name, None, "changed; try again"))
            (building / source.file.name).write_bytes(content)
        names = [source.file.name for source in sources if source.path.suffix == ".mod"]
        said = _run(program, names, building, environment, tell)
        library = library_in(building)
        if library is None:
            raise ModFileError(*compiler_problems(said, sources))
        _keep(library, building, mod_files, python)
        if library_in(target) is None:
            shutil.rmtree(target, ignore_errors=True)  # what is left of a library
        with contextlib.suppress(OSError):  # another process was faster: the same files
            building.rename(target)
        found = library_in(target)
        if found is None:
            raise ModFileError(ModProblem("", None, f"the library cannot be written to {target}"))
        return found
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _build_environment(python: str | PathLike[str] | None) -> dict[str, str]:
    """Return the environment nrnivmodl needs.

    Raises
    ------
    ModFileError
        If there is no compiler.
    """
    if sys.platform == "win32":
        raise ModFileError(
            ModProblem("", None, "MOD files cannot be compiled on Windows yet; use WSL")
        )
    environment = child_environment()
    compiler = environment.get("CXX") or next(filter(shutil.which, _COMPILERS), None)
    missing = [
        what
        for what, there in (
            ("a C++ compiler (g++ or clang++)", compiler and shutil.which(compiler.split()[0])),
            ("make", shutil.which("make")),
            ("bash", shutil.which("bash")),
        )
        if not there
    ]
    if missing or compiler is None:
        remedy = (
            "run xcode-select --install"
            if sys.platform == "darwin"
            else "on Debian or Ubuntu: sudo apt install g++ make"
        )
        raise ModFileError(
            ModProblem("", None, f"to compile MOD files, install {' and '.join(missing)}; {remedy}")
        )
    home = find_program("nrnivmodl", python).parents[1]
    environment["CXX"] = compiler
    if home.name == ".data":  # a wheel: its programs do not know where they are
        environment |= {"NRNHOME": str(home), "NEURONHOME": str(home / "share" / "nrn")}
    environment["LC_ALL"] = "C"  # messages we can read
    environment["MAKEFLAGS"] = "-k"  # all that is wrong at once
    return environment


def _run(
    program: Path,
    names: Sequence[str],
    folder: Path,
    environment: dict[str, str],
    tell: Callable[[float, str], object],
) -> str:
    process = subprocess.Popen(
        [str(program), *names],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    said: list[str] = []
    assert process.stdout is not None
    done, total = 0, 2 * len(names) + 3
    try:
        tell(0.02, "starting the compiler")
        for line in _lines(process.stdout):
            said.append(line)
            step = re.match(
                r"\s*[-=]> (NMODL|Compiling|LINKING)(?: shared library| executable)? (.*)", line
            )
            if step:
                done += 1
                what = {"NMODL": "translating", "Compiling": "compiling", "LINKING": "linking"}
                tell(0.02 + 0.93 * min(1.0, done / total), f"{what[step[1]]} {_named(step[2])}")
        process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)  # make and its compilers too
        process.wait()
        raise
    return "\n".join(said)


def _lines(stream: IO[bytes]) -> Iterator[str]:
    with stream:
        for line in stream:
            yield _ESCAPE.sub("", line.decode(errors="replace").rstrip())


def _named(words: str) -> str:
    """Return the file that a step of the build is about."""
    path = re.search(r'"([^"]+)"|(\S+)', words)
    return Path(path[1] or path[2]).name if path else ""


def _keep(
    library: Path,
    building: Path,
    mod_files: Sequence[ModFile],
    python: str | PathLike[str] | None,
) -> None:
    """Leave only the library in a build's folder, and a note of what it is."""
    library.rename(building / f".{library.name}")
    for path in building.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith("."):
            path.unlink()
    (building / f".{library.name}").rename(building / library.name)
    note = {
        "neuron": neuron_version(python),
        "mod_files": [file.model_dump() for file in mod_files],
    }
    (building / "made_from.json").write_text(json.dumps(note, indent=1), encoding="utf-8")


def compiler_problems(said: str, sources: Sequence[ModSource]) -> tuple[ModProblem, ...]:
    """Turn compiler messages into problems, with lines of the MOD files where possible.

    The compiler sees the translator's output, which has no line numbers of the MOD file, so lines
    are found by their text or by the names the compiler complains about.
    """
    by_stem = {s.path.stem: s for s in sources if s.path.suffix == ".mod"}
    problems: dict[ModProblem, None] = {}
    for found in re.finditer(
        r"^(?P<path>\S*?(?P<stem>\w+)\.(?:cpp|mod)):(?P<line>\d+):(?:\d+:)? "
        r"(?:fatal )?error: (?P<what>.*)$",
        said,
        re.MULTILINE,
    ):
        source = by_stem.get(found["stem"])
        if source is not None:
            line = _mod_line(source, Path(found["path"]), int(found["line"]), found["what"])
            code = source.path.read_text(encoding="utf-8", errors="replace")
            what = with_advice(found["what"], in_verbatim="VERBATIM" in code)
            problems[ModProblem(source.file.name, line, what)] = None
    if problems:
        return tuple(problems)[:20]
    undefined = re.findall(r"undefined (?:reference to|symbol:?) ['`\"]?([\w:]+)", said)
    if undefined:
        return (ModProblem("", None, f"nothing defines {', '.join(dict.fromkeys(undefined))}"),)
    for text in re.findall(r"Error: .* in file \S+", said):
        name = text.rpartition(" ")[2]
        return (ModProblem(name, None, text),)
    tail = "\n".join(line for line in said.splitlines() if line.strip())[-1500:]
    return (ModProblem("", None, f"nrnivmodl failed:\n{tail}"),)


def _mod_line(source: ModSource, written: Path, line: int, what: str) -> int | None:
    text = source.path.read_text(encoding="utf-8", errors="replace")
    lines, code = text.splitlines(), without_comments(text).splitlines()
    with contextlib.suppress(OSError, IndexError):
        text = written.read_text(errors="replace").splitlines()[line - 1].strip()
        same = [number for number, own in enumerate(lines, 1) if own.strip() == text and text]
        if len(same) == 1:
            return same[0]
    for name in re.findall(r"['‘`\"](\w+)['’\"]", what):
        having = [n for n, own in enumerate(code, 1) if re.search(rf"\b{name}\b", own)]
        if having:
            return having[0]
    return None
