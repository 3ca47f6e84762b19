"""Writes the pictures of a film to an MP4, a GIF, or a folder of PNG files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import FilmError

Picture = npt.NDArray[np.uint8]
"""(height, width, 3) RGB."""

_GIF_PALETTES = "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1"


class FilmWriter(Protocol):
    """Takes pictures of one size, one after another."""

    def append(self, picture: Picture) -> None:
        """Write the next picture."""

    def finish(self) -> None:
        """Complete the film."""

    def discard(self) -> None:
        """Remove what was written."""


def film_writer(path: Path, fps: float, size: tuple[int, int]) -> FilmWriter:
    """Return a writer for a film of ``size`` (width, height).

    Raises
    ------
    FilmError
        If the film cannot be written there, or in that format.
    """
    suffix = path.suffix.lower()
    if suffix not in (".mp4", ".gif", ""):
        raise FilmError(f"{path}: a film is a .mp4, a .gif, or a folder (a name without a suffix)")
    if not path.absolute().parent.is_dir():
        raise FilmError(f"{path}: the folder to write this film into does not exist")
    if not suffix:
        return _PictureFolder(path)
    return _VideoFile(path, fps, size)


class _PictureFolder:
    def __init__(self, folder: Path) -> None:
        if folder.is_dir() and any(folder.iterdir()):
            raise FilmError(f"{folder}: this folder is not empty; name a new one")
        self._folder, self._files = folder, list[Path]()
        self._was_there = folder.is_dir()
        folder.mkdir(exist_ok=True)

    def append(self, picture: Picture) -> None:
        from imageio import v3

        file = self._folder / f"frame_{len(self._files):05}.png"
        v3.imwrite(file, picture, compress_level=3)
        self._files.append(file)

    def finish(self) -> None:
        pass

    def discard(self) -> None:
        for file in self._files:
            file.unlink(missing_ok=True)
        if not self._was_there:
            self._folder.rmdir()


class _VideoFile:
    """Writes next to the target file, which is replaced only by a complete film."""

    def __init__(self, path: Path, fps: float, size: tuple[int, int]) -> None:
        try:
            from imageio_ffmpeg import write_frames
        except ImportError as error:
            raise FilmError(
                f"{path.name} needs imageio-ffmpeg: pip install 'napari-neuron[film]'. A folder "
                f"of PNG files needs nothing extra."
            ) from error
        self._path = path
        self._part = path.with_name(f".{path.stem}.part{path.suffix}")
        how: dict[str, Any] = {"quality": 8, "macro_block_size": 1}
        if path.suffix.lower() == ".gif":
            how = {
                "codec": "gif",
                "pix_fmt_out": "pal8",
                "macro_block_size": 1,
                "output_params": ["-lavfi", _GIF_PALETTES],
            }
        self._frames = write_frames(str(self._part), size, fps=fps, ffmpeg_log_level="error", **how)
        self._frames.send(None)

    def append(self, picture: Picture) -> None:
        try:
            self._frames.send(np.ascontiguousarray(picture))
        except OSError as error:
            raise FilmError(f"{self._path}: writing stopped: {error}") from error

    def finish(self) -> None:
        self._frames.close()
        if not self._part.is_file() or not self._part.stat().st_size:
            raise FilmError(f"{self._path}: ffmpeg wrote nothing; is there room on the disk?")
        os.replace(self._part, self._path)

    def discard(self) -> None:
        self._frames.close()
        self._part.unlink(missing_ok=True)
