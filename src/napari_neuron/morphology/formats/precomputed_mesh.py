"""Meshes in neuroglancer's precomputed format: one resolution in pieces, or several with Draco."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.content import MOST_NODES

Vertices = npt.NDArray[np.float64]
Faces = npt.NDArray[np.int64]

LEGACY, SEVERAL_LODS = "neuroglancer_legacy_mesh", "neuroglancer_multilod_draco"
_REMEDY = "Fetch the mesh again, with the info file of the same folder."


def precomputed_meshes(folder: Path) -> tuple[int, ...]:
    """Return the ids of the segments that a folder has meshes of, ascending.

    Raises
    ------
    SkeletonFileError
        If it is no such folder, or its meshes lie in shards.
    """
    folder, _ = _opened(folder)
    return tuple(sorted(set(_ids(folder))))


def read_precomputed_mesh(folder: Path, segment: int | None = None) -> tuple[Vertices, Faces]:
    """Read the finest mesh of a segment.

    Parameters
    ----------
    folder
        Of the meshes (with their ``info``), or of a volume whose ``info`` names theirs.
    segment
        Its id; None where there is only one.

    Returns
    -------
    vertices : (n, 3) float64
        x, y, z in nm.
    faces : (n_faces, 3) int64

    Raises
    ------
    SkeletonFileError
        If there is no such mesh, or a file does not have the size it says.
    """
    folder, info = _opened(folder)
    there = sorted(set(_ids(folder)))
    if segment is None and len(there) == 1:
        segment = there[0]
    if segment is None or segment not in there:
        some = ", ".join(map(str, there[:5])) + (" …" if len(there) > 5 else "")
        problem = f"has no mesh of segment {segment}" if segment is not None else "has several"
        problem = problem if there else "has no mesh in it"
        raise SkeletonFileError(str(folder), None, problem, f"There are: {some or 'none'}.")
    if info.get("@type") == SEVERAL_LODS:
        return _with_lods(folder, info, segment)
    return _in_pieces(folder, segment)


def _opened(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the folder of the meshes and its info."""
    for _ in range(2):
        path = folder / "info"
        if not path.is_file():
            if any(_ids(folder)):
                return folder, {}  # as early programs left it
            problem = "has neither an info file nor meshes"
            raise SkeletonFileError(str(folder), None, problem, "Give the folder of the meshes.")
        try:
            info = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as fault:
            problem = f"is not JSON ({str(fault)[:80]})"
            raise SkeletonFileError(str(path), None, problem, _REMEDY) from None
        info = info if isinstance(info, dict) else {}
        kind, inner = info.get("@type"), info.get("mesh")
        if kind in (LEGACY, SEVERAL_LODS):
            if info.get("sharding"):
                problem = "the meshes are in shards, many a file"
                remedy = "Fetch single ones with cloud-volume, or through navis."
                raise SkeletonFileError(str(path), None, problem, remedy)
            return folder, info
        if not isinstance(inner, str) or not inner or Path(inner).is_absolute() or ".." in inner:
            problem = f"describes {str(kind or 'a volume')[:60]!r}, not meshes"
            raise SkeletonFileError(str(path), None, problem, "Give the folder of the meshes.")
        folder = folder / inner
    raise SkeletonFileError(str(folder), None, "names another folder again", _REMEDY)


def _ids(folder: Path) -> Any:
    """Yield the segments that a folder has a manifest of."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        name = path.name.removesuffix(".gz")
        for ending in (":0", ".index"):
            number = name.removesuffix(ending)
            if number != name and number.isascii() and number.isdecimal():
                yield int(number)


def _content(folder: Path, name: str) -> tuple[bytes, str]:
    """Return the content of a file, which may be compressed, and its path for messages."""
    plain, packed = folder / name, folder / f"{name}.gz"
    path = packed if packed.is_file() and not plain.is_file() else plain
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content), str(path)
    except (OSError, EOFError, zlib.error) as fault:
        raise SkeletonFileError(str(path), None, f"cannot be read: {fault}", _REMEDY) from None


def _in_pieces(folder: Path, segment: int) -> tuple[Vertices, Faces]:
    content, shown = _content(folder, f"{segment}:0")
    try:
        names = json.loads(content)["fragments"]
    except (ValueError, TypeError, KeyError, RecursionError):
        names = None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not is_list or any(Path(name).name != name for name in names):
        problem = "is no list of a mesh's fragments"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    return _joined([_fragment(*_content(folder, name)) for name in names], shown)


def _fragment(content: bytes, shown: str) -> tuple[Vertices, Faces]:
    n = int(np.frombuffer(content, "<u4", 1)[0]) if len(content) >= 4 else 0
    rest = len(content) - 4 - 12 * n
    if n == 0 or n > MOST_NODES or rest < 0 or rest % 12:
        problem = f"says {n:,} vertices, which do not go with its {len(content):,} bytes"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    vertices = np.frombuffer(content, "<f4", 3 * n, 4).reshape(-1, 3).astype(np.float64)
    faces = np.frombuffer(content, "<u4", rest // 4, 4 + 12 * n).reshape(-1, 3).astype(np.int64)
    return vertices, faces


def _with_lods(folder: Path, info: dict[str, Any], segment: int) -> tuple[Vertices, Faces]:
    """Read the fragments of the finest level, which come first in the file."""
    matrix, bits = _transform(folder, info)
    manifest, shown = _content(folder, f"{segment}.index")
    words = np.frombuffer(manifest[: len(manifest) // 4 * 4], "<u4")
    numbers = words.view("<f4")
    n_lods = int(words[6]) if len(words) > 6 else 0
    at = 7 + 4 * n_lods  # behind the scales and offsets of the levels
    n = int(words[at]) if 0 < n_lods <= 64 and len(words) >= at + n_lods else 0
    at += n_lods
    if n <= 0 or len(words) < at + 4 * n or not np.isfinite(numbers[:6]).all():
        problem = f"is no list of a mesh's levels ({len(manifest):,} bytes)"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    shape, origin = numbers[:3].astype(np.float64), numbers[3:6].astype(np.float64)
    offset = numbers[7 + n_lods : 10 + n_lods].astype(np.float64)
    place = words[at : at + 3 * n].reshape(3, n).T
    sizes = words[at + 3 * n : at + 4 * n].astype(np.int64)
    content, data = _content(folder, str(segment))
    if sizes.sum() > len(content):
        problem = f"has {len(content):,} bytes, and its index says {sizes.sum():,}"
        raise SkeletonFileError(data, None, problem, _REMEDY)
    pieces = []
    for index, end in enumerate(np.cumsum(sizes)):
        if sizes[index]:  # else there is nothing in that box
            vertices, faces = _unpacked(content[end - sizes[index] : end], data)
            vertices = origin + offset + shape * (place[index] + vertices / (2**bits - 1))
            pieces.append((vertices @ matrix[:, :3].T + matrix[:, 3], faces))
    return _joined(pieces, data)


def _unpacked(content: bytes, shown: str) -> tuple[Vertices, Faces]:
    try:
        import DracoPy
    except ImportError:
        problem = "is compressed with Draco"
        remedy = "Install DracoPy: pip install 'napari-neuron[meshes]'."
        raise SkeletonFileError(shown, None, problem, remedy) from None
    try:
        mesh = DracoPy.decode(content)
        vertices, faces = np.asarray(mesh.points, np.float64), np.asarray(mesh.faces, np.int64)
        return vertices.reshape(-1, 3), faces.reshape(-1, 3)
    except Exception as fault:  # whatever a compiled decoder makes of a damaged file
        problem = f"a fragment cannot be unpacked ({str(fault)[:80]})"
        raise SkeletonFileError(shown, None, problem, _REMEDY) from None


def _transform(folder: Path, info: dict[str, Any]) -> tuple[npt.NDArray[np.float64], int]:
    """Return the (3, 4) matrix from stored numbers to nm, and the bits of a coordinate."""
    bits = info.get("vertex_quantization_bits")
    try:
        matrix = np.array(info.get("transform", np.eye(3, 4)), dtype=np.float64).reshape(3, 4)
    except (ValueError, TypeError, OverflowError):
        matrix = np.full((3, 4), np.nan)
    if not np.isfinite(matrix).all() or not isinstance(bits, int) or not 1 <= bits <= 32:
        problem = "its transform (12 numbers) or vertex_quantization_bits (10 or 16) is none"
        raise SkeletonFileError(str(folder / "info"), None, problem, _REMEDY)
    return matrix, bits


def _joined(pieces: list[tuple[Vertices, Faces]], shown: str) -> tuple[Vertices, Faces]:
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces)])
    vertices = np.concatenate([np.zeros((0, 3)), *(vertices for vertices, _ in pieces)])
    no_faces = np.zeros((0, 3), np.int64)
    faces = np.concatenate(
        [no_faces, *(f + start for (_, f), start in zip(pieces, starts, strict=False))]
    )
    for (own, mine), start in zip(pieces, starts, strict=False):
        if len(mine) and mine.max() >= len(own):
            problem = f"a triangle has corner {mine.max()} of {len(own)} (from vertex {start} on)"
            raise SkeletonFileError(shown, None, problem, _REMEDY)
    if not len(faces) or not np.isfinite(vertices).all():
        problem = "has no triangles" if not len(faces) else "has vertices that are no numbers"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    # pieces of one mesh share vertices at their borders: as one, normals are smooth there
    unique, which = np.unique(vertices, axis=0, return_inverse=True)
    return unique, which.reshape(-1)[faces]
