"""Reads skeleton files of any supported format: one cell, or several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from napari_neuron.errors import SkeletonFileError, SwcError
from napari_neuron.morphology.formats.cell import FileCell, to_morphology
from napari_neuron.morphology.formats.content import (
    gunzip,
    members_of,
    read_content,
    require_file,
)
from napari_neuron.morphology.formats.precomputed import KIND as PRECOMPUTED
from napari_neuron.morphology.formats.precomputed import parse_info, read_precomputed
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.swc import parse_swc

_READERS = {
    ".asc": "asc.read_asc",
    ".h5": "h5.read_h5",
    ".hdf5": "h5.read_h5",
    ".hoc": "hoc.read_hoc",
    ".json": "navis_tables.read_json",
    ".nml": "nml.read_nml",
    ".parquet": "navis_tables.read_parquet",
    ".xml": "nml.read_nml",
}
"""The reading function of each format; imported when there is such a file."""
_ARCHIVES = (".zip", ".nmx", ".nrx")
_TELLTALE = {
    ".asc": (b"(",),
    ".json": (b'"_nodes"',),
    ".parquet": (b"PAR1",),
    ".xml": (b"<things", b"<neuroml"),
    ".zip": (b".swc", b".asc", b".nml", b"annotation.xml", b".hoc"),
}
"""Strings near the beginning of skeleton files that share a suffix with other files."""
_HEAD = 2**16
_PARTS = {
    ".hoc": (b"pt3dadd",),
    ".json": (b'"_nodes"',),
    ".nml": (b"<thing", b"<segment", b":segment"),
    ".xml": (b"<thing", b"<segment", b":segment"),
}
"""One of these is in every skeleton of a kind that has other parts of models beside it."""
_LARGEST_PART = 2**26
_SWC = (".swc", ".eswc")
SUFFIXES = (*_SWC, *_READERS, *_ARCHIVES)
"""Suffixes of skeleton files, perhaps followed by ``.gz``."""


def read_morphology(
    path: str | os.PathLike[str], units: str | None = None, name: str | None = None
) -> Morphology:
    """Read one skeleton from a file; docs/formats.md lists the formats.

    Parameters
    ----------
    path
        A file with one cell, or with several of which ``name`` picks one.
    units
        Unit of the file: "um", "nm", "8 nm" (voxels), "4x4x40 nm". None: as stated by the file or
        its format, otherwise guessed from the size of the cell; see ``Morphology.unit_evidence``.
    name
        Name to give the cell; None: as in the file, or the file's stem. If the file has several
        cells, the name of the one to read.

    Returns
    -------
    Morphology
        In µm.

    Raises
    ------
    SkeletonFileError
        If the file cannot be read or cannot be right (`SwcError` for SWC files), or if it has
        several cells and none is called ``name``.
    MorphologyError
        If ``units`` is not a unit of length.
    """
    cells = read_morphologies(path, units)
    if len(cells) == 1:
        return cells[0] if name is None else cells[0].replace(name=name)
    for cell in cells:
        if cell.name == name:
            return cell
    names = ", ".join(repr(cell.name) for cell in cells[:10])
    more = f" and {len(cells) - 10} more" if len(cells) > 10 else ""
    problem = f"holds {len(cells)} cells: {names}{more}"
    if name is not None:
        problem += f"; none is called {name!r}"
    remedy = "Say which with name=..., or read all of them with read_morphologies"
    raise SkeletonFileError(str(path), None, problem, remedy)


def read_morphologies(
    path: str | os.PathLike[str],
    units: str | None = None,
    skip: Callable[[SkeletonFileError], None] | None = None,
) -> tuple[Morphology, ...]:
    """Read all skeletons in a file, an archive or a folder.

    Parameters
    ----------
    path
        A file of any format, a zip archive of such files, a folder of them (not of folders), or
        a folder of neuroglancer's precomputed skeletons.
    units
        As for `read_morphology`; applies to all files.
    skip
        Called with the error of each file in a folder or archive that cannot be read; the file is
        then left out. None: the first such file raises its error.

    Returns
    -------
    tuple of Morphology
        At least one, in the order of the file or of the file names; no two have the same name.

    Raises
    ------
    SkeletonFileError
        If there is nothing to read, or a file cannot be read.
    MorphologyError
        If ``units`` is not a unit of length.
    """
    cells = tuple(_with_own_names(iterate_morphologies(path, units, skip)))
    if not cells:
        remedy = f"Formats are recognised by the suffix: {', '.join(SUFFIXES)}."
        raise SkeletonFileError(str(path), None, "holds no skeleton that can be read", remedy)
    return cells


def iterate_morphologies(
    path: str | os.PathLike[str],
    units: str | None = None,
    skip: Callable[[SkeletonFileError], None] | None = None,
) -> Iterator[Morphology]:
    """Yield skeletons as they are read; as `read_morphologies`, but names may repeat."""
    place = Path(path)
    if _is_folder(place) or place.name == "info":
        files = _files_in(place.parent if place.name == "info" else place)
    elif _suffix(place.name) in _ARCHIVES:
        files = _files_in_archive(place)
    else:
        yield from _cells(_File(place.name, place), units)
        return
    for file in files:
        try:
            yield from _cells(file, units)
        except SkeletonFileError as error:
            if skip is None:
                raise
            skip(error)


def skeleton_files(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the files of a folder that are named like skeletons, to be read one by one.

    Archives count as one file; of neuroglancer's folders the files of the skeletons are meant.

    Raises
    ------
    SkeletonFileError
        If the folder cannot be read, or its info file is none of skeletons.
    """
    place = Path(folder)
    try:
        places = sorted(one for one in place.iterdir() if one.is_file())
    except OSError as fault:
        raise _unreadable_folder(place, fault) from None
    is_precomputed = _info_beside(place / "any") is not None
    return tuple(
        one
        for one in places
        if (_is_named_skeleton(one) and not one.name.startswith("."))
        or (is_precomputed and _is_precomputed_name(one.name))
    )


def is_skeleton(path: str | os.PathLike[str]) -> bool:
    """Return whether a file or folder may well hold skeletons, without reading all of it.

    Ends of names that other kinds of files share are looked into; others are believed.
    """
    place = Path(path)
    if _is_folder(place):
        return _holds(place / "info", PRECOMPUTED.encode())
    suffix = _suffix(place.name)
    if suffix in (".h5", ".hdf5"):
        from napari_neuron.morphology.formats.h5 import is_morphology

        return is_morphology(place)
    if suffix in _TELLTALE and not place.name.lower().endswith(".gz"):
        return any(_holds(place, mark) for mark in _TELLTALE[suffix])
    return bool(suffix)


def _is_named_skeleton(place: Path) -> bool:
    """Return whether a file is named like a skeleton and is not another part of a model."""
    suffix = _suffix(place.name)
    if suffix in (".h5", ".hdf5"):
        return is_skeleton(place)
    if suffix not in _PARTS or place.name.lower().endswith(".gz"):
        return bool(suffix)
    try:
        with place.open("rb") as file:
            return not _is_other_part(file.read(_LARGEST_PART), suffix)
    except OSError:
        return True  # reading it says what is wrong


def _is_other_part(content: bytes, suffix: str) -> bool:
    """Return whether this is a model's settings, channels or commands beside its cells.

    Opened alone such a file is an error; beside skeletons it is not.
    """
    if suffix not in _PARTS or content.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return False
    is_lems = suffix == ".xml" and b"<Lems" in content[:_HEAD]
    return is_lems or not any(mark in content for mark in _PARTS[suffix])


def _holds(place: Path, mark: bytes) -> bool:
    try:
        with place.open("rb") as file:
            return mark in file.read(_HEAD)
    except OSError:
        return False


def is_skeleton_name(name: str) -> bool:
    """Return whether a file's name is one of a format we read."""
    return _suffix(name) in SUFFIXES


@dataclass(frozen=True)
class _File:
    """A file on disk, or one in an archive.

    Attributes
    ----------
    name : str
        Without its folders.
    place : Path
        On disk, of the archive for what is in one.
    member, content
        Name and content of what is in an archive.
    info : dict or None
        What the info file beside it says, for one of neuroglancer's skeletons.
    """

    name: str
    place: Path
    member: str | None = None
    content: bytes | None = None
    info: dict[str, Any] | None = None

    @property
    def shown(self) -> str:
        """Its name in errors."""
        return str(self.place) if self.member is None else f"{self.place}: {self.member}"

    def read(self, error: type[SkeletonFileError] = SkeletonFileError) -> bytes:
        """Return the content, decompressed."""
        if self.content is None:
            return read_content(self.place, error)
        is_gzip = self.content.startswith(b"\x1f\x8b")
        return gunzip(self.content, self.shown, error) if is_gzip else self.content


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except (OSError, ValueError):
        return False


def _suffix(name: str) -> str:
    """Return the end of a name that says its format, without .gz; "" if it says none."""
    name = name.lower().removesuffix(".gz")
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def _stem(name: str) -> str:
    bare = name[:-3] if name.lower().endswith(".gz") else name
    bare = bare[: len(bare) - len(_suffix(name))]
    return bare.removesuffix(".cell").removesuffix(".k") or name or "neuron"


def _is_precomputed_name(name: str) -> bool:
    return name.removesuffix(".gz").isdecimal()


def _files_in(folder: Path) -> Iterator[_File]:
    try:
        places = sorted(one for one in folder.iterdir() if one.is_file())
    except OSError as fault:
        raise _unreadable_folder(folder, fault) from None
    info = _info_beside(folder / "any")  # of a folder of neuroglancer's
    for place in places:
        if info is not None and _is_precomputed_name(place.name):
            yield _File(place.name, place, info=info)
        elif _suffix(place.name) in _ARCHIVES:
            yield from _files_in_archive(place)
        elif _is_named_skeleton(place) and not place.name.startswith("."):
            yield _File(place.name, place)


def _unreadable_folder(folder: Path, fault: OSError) -> SkeletonFileError:
    problem = f"cannot be read ({fault.strerror or fault})"
    return SkeletonFileError(str(folder), None, problem, "Check its permissions.")


def _files_in_archive(place: Path) -> Iterator[_File]:
    require_file(place)
    info = None
    for member, content in members_of(place, str(place)):
        name = PurePosixPath(member).name
        if name == "info":
            info = parse_info(content, f"{place}: {member}")
        elif info is not None and _is_precomputed_name(name):
            yield _File(name, place, member, content, info)
        elif _suffix(place.name) != ".zip" and "skeleton" not in member.lower():
            continue  # pyKNOSSOS keeps other annotations in the same archive
        elif not is_skeleton_name(name) or _suffix(name) in _ARCHIVES:
            continue
        elif name.lower().endswith(".gz") or not _is_other_part(content, _suffix(name)):
            yield _File(name, place, member, content)


def _info_beside(place: Path) -> dict[str, Any] | None:
    info = place.parent / "info"
    return parse_info(read_content(info), str(info)) if info.is_file() else None


def _cells(file: _File, units: str | None) -> Iterator[Morphology]:
    suffix = _suffix(file.name)
    source = str(file.place.absolute())
    if suffix in _SWC:
        content = file.read(SwcError)
        yield parse_swc(content, file.shown, units, _stem(file.name), source)
        return
    for cell in _file_cells(file, suffix):
        yield to_morphology(cell, file.shown, units, cell.name or _stem(file.name), source)


def _file_cells(file: _File, suffix: str) -> list[FileCell]:
    if suffix:
        module, function = _READERS[suffix].split(".")
        reader = getattr(import_module(f"napari_neuron.morphology.formats.{module}"), function)
        cells: list[FileCell] = reader(file.read(), file.shown)
        return cells
    info = file.info or _info_beside(file.place)
    if info is None:
        problem = f"skeletons are read from {', '.join(SUFFIXES)} files, and this is none of them"
        remedy = "Give it the suffix of its format; neuroglancer skeletons need their info file."
        raise SkeletonFileError(file.shown, None, problem, remedy)
    return read_precomputed(file.read(), file.shown, info)


def _with_own_names(cells: Iterable[Morphology]) -> Iterator[Morphology]:
    """Yield the cells, with numbers after names that come again."""
    used: dict[str, int] = {}
    for cell in cells:
        name = cell.name
        while name in used:
            used[cell.name] += 1
            name = f"{cell.name} ({used[cell.name]})"
        used[name] = 1
        yield cell if name == cell.name else cell.replace(name=name)
