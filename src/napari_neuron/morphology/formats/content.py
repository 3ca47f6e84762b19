"""The bytes and text of skeleton files, with limits against damaged or hostile files."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from napari_neuron.errors import SkeletonFileError

LARGEST_FILE = 512 * 2**20
"""Bytes of one file, after decompression: enough for an SWC file of ten million nodes."""
LARGEST_TEXT = 128 * 2**20
"""Bytes of a text that is read word by word in Python."""
MOST_LINES = 12_000_000
MOST_NODES = 12_000_000
FARTHEST = 1e9
"""No cell is this many micrometres, nanometres or voxels away."""

_MOST_MEMBERS = 100_000
_LARGEST_ARCHIVE = 8 * LARGEST_FILE
_LARGEST_RATIO = 200
"""Text of numbers compresses 3 to 10 times; anything beyond this is a decompression bomb."""
_PIECE = 2**20


def read_content(path: Path, error: type[SkeletonFileError] = SkeletonFileError) -> bytes:
    """Return the content of a file, decompressed if it is gzip.

    Raises
    ------
    SkeletonFileError
        Or its subclass ``error``: if the file is missing, is no file, may not be read, is too
        large, or is damaged gzip.
    """
    require_file(path, error)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as fault:
        raise _unreadable(path, fault, error) from None
    return gunzip(data, str(path), error) if data.startswith(b"\x1f\x8b") else data


def require_file(path: Path, error: type[SkeletonFileError] = SkeletonFileError) -> None:
    """Refuse anything but an ordinary file: reading a pipe or a device may never end.

    Raises
    ------
    SkeletonFileError
        Or its subclass ``error``: if it is missing, a folder, a device, or too large.
    """
    shown = str(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise error(shown, None, "there is no such file", "Check the path.") from None
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        raise _unreadable(path, fault, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise error(shown, None, "cannot be read (it is a folder)", "Give a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise error(shown, None, "is not a file", "Give the path of a file.")
    if status.st_size > LARGEST_FILE:
        raise _too_large(shown, error)


def _unreadable(
    path: Path, fault: OSError | ValueError, error: type[SkeletonFileError]
) -> SkeletonFileError:
    problem = f"cannot be read ({getattr(fault, 'strerror', None) or fault})"
    return error(str(path), None, problem, "Check that it is a file you may read.")


def gunzip(data: bytes, shown: str, error: type[SkeletonFileError] = SkeletonFileError) -> bytes:
    """Decompress gzip, whatever number of members it has.

    Raises
    ------
    SkeletonFileError
        Or its subclass ``error``: if it is damaged, or larger than `LARGEST_FILE`.
    """
    remedy = "Compress it again, or give the plain file."
    damaged = error(shown, None, "the compressed file is damaged", remedy)
    pieces: list[bytes] = []
    size = 0
    while data.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof:
                piece = stream.decompress(data, _PIECE)
                data = stream.unconsumed_tail
                if not piece and not data and not stream.eof:
                    raise zlib.error("truncated")
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST_FILE:
                    raise _too_large(shown, error)
        except zlib.error:
            raise damaged from None
        data = stream.unused_data
    if data.strip(b"\0"):  # zeros are padding
        raise damaged
    return b"".join(pieces)


def _too_large(shown: str, error: type[SkeletonFileError]) -> SkeletonFileError:
    problem = f"holds more than {LARGEST_FILE // 2**20} MiB, more than any skeleton"
    return error(shown, None, problem, "It may be another kind of file; otherwise split it.")


def text_of(data: bytes, shown: str, error: type[SkeletonFileError] = SkeletonFileError) -> str:
    """Decode a text file; line ends become LF.

    UTF-8, UTF-16 with a byte order mark, else Latin-1.

    Raises
    ------
    SkeletonFileError
        Or its subclass ``error``: if it is binary, or has too many lines.
    """
    encodings = ["utf-8-sig", "latin-1"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        remedy = "Save it as UTF-8 text."
        raise error(shown, None, "starts like UTF-16 text but is not", remedy)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.removesuffix("\x1a")  # DOS's mark of the end
    at = text.find("\0")
    if at >= 0:
        remedy = "The format is text: export the skeleton again, or fetch the file again."
        raise error(shown, line_at(text, at), "binary data (a NUL byte)", remedy)
    if text.count("\n") > MOST_LINES:
        problem = f"has more than {MOST_LINES:,} lines"
        raise error(shown, None, problem, "Split it, or remove what is not a node.")
    return text


def short_text_of(data: bytes, shown: str, limit: int = LARGEST_TEXT) -> str:
    """Decode a text that is then read word by word, so a smaller one.

    Raises
    ------
    SkeletonFileError
        If it is binary or too large.
    """
    require_short(data, shown, limit)
    return text_of(data, shown)


def require_short(data: bytes, shown: str, limit: int = LARGEST_TEXT) -> None:
    """Refuse files that would take minutes to read.

    Raises
    ------
    SkeletonFileError
        If it is larger than ``limit`` bytes.
    """
    if len(data) > limit:
        problem = f"holds more than {limit // 2**20} MiB, too much for this format"
        raise SkeletonFileError(
            shown, None, problem, "Put each cell in its own file, or write SWC."
        )


def line_at(text: str, at: int) -> int:
    """Return the one-based number of the line that holds character ``at``."""
    return text.count("\n", 0, at) + 1


def real(word: str) -> float | None:
    """Return a number that a coordinate or a radius can be, else None."""
    if "_" in word or not word.isascii() or len(word) > 60:
        return None  # what Python takes for a number and no other program does
    try:
        value = float(word)
    except ValueError:
        return None
    return value if abs(value) < FARTHEST else None


def members_of(path: Path, shown: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files in a zip archive: "info" first, then by name.

    Encrypted, damaged and exploding archives end it.

    Raises
    ------
    SkeletonFileError
        With what is wrong with the archive.
    """
    remedy = "Make the archive again, or unpack it."
    try:
        with zipfile.ZipFile(path) as archive:
            infos = sorted(
                (one for one in archive.infolist() if not one.is_dir()),
                key=lambda one: (one.filename.rpartition("/")[2] != "info", one.filename),
            )
            _require_modest(infos, shown)
            for info in infos:
                with archive.open(info) as member:
                    content = member.read(LARGEST_FILE + 1)
                if len(content) > info.file_size:
                    raise SkeletonFileError(shown, None, "the archive lies about sizes", remedy)
                yield info.filename, content
    except SkeletonFileError:
        raise
    except (RuntimeError, NotImplementedError) as fault:  # how zipfile says "encrypted"
        raise SkeletonFileError(shown, None, f"cannot be unpacked ({fault})", remedy) from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError) as fault:
        problem = f"the archive is damaged ({fault})"
        raise SkeletonFileError(shown, None, problem, remedy) from None


def _require_modest(infos: list[zipfile.ZipInfo], shown: str) -> None:
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    too_large = unpacked > _LARGEST_ARCHIVE or any(i.file_size > LARGEST_FILE for i in infos)
    exploding = unpacked > 16 * _PIECE and unpacked > _LARGEST_RATIO * max(packed, 1)
    if len(infos) > _MOST_MEMBERS or too_large or exploding:
        problem = (
            f"the archive holds {len(infos):,} files of {unpacked / 2**20:,.0f} MiB in "
            f"{packed / 2**20:,.1f} MiB, which no archive of skeletons does"
        )
        raise SkeletonFileError(shown, None, problem, "Unpack it yourself if you trust it.")
