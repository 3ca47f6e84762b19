"""Frames seen as one value per vertex, without a copy; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.view.geometry.cable_colours import Blend


@dataclass(frozen=True, eq=False)
class VariableFrames:
    """Frames of one variable of the membrane.

    Attributes
    ----------
    name : str
        NEURON's: "v", "m_hh", "ina", "i_membrane_".
    unit : str
        NEURON's words; "" where it has none.
    frames : (n_frames, n_compartments) float32
        In ``unit``, NaN in compartments that do not have it; an array or a memory map.
    """

    name: str
    unit: str
    frames: npt.NDArray[np.float32]


class FrameValues:
    """Passed to a Surface as ``vertex_values``: an array that looks up each frame on request.

    Frames that are not valid yet show the newest valid one.

    Parameters
    ----------
    frames : (n_frames, n_compartments) float32
        mV; an array or a memory map.
    blend
        Whose value every vertex has.
    n_valid
        How many rows of ``frames`` are valid.
    """

    def __init__(
        self,
        frames: npt.NDArray[np.float32],
        blend: Blend,
        n_valid: int,
    ) -> None:
        self.frames = frames
        self.blend = blend
        self.n_valid = n_valid

    def __repr__(self) -> str:
        return f"FrameValues(shape={self.shape}, n_valid={self.n_valid})"

    @property
    def shape(self) -> tuple[int, int]:
        """(n_frames, n_vertices)."""
        return len(self.frames), len(self.blend)

    @property
    def ndim(self) -> int:
        """2: time and vertices."""
        return 2

    @property
    def size(self) -> int:
        """Number of values."""
        return self.shape[0] * self.shape[1]

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Of the values."""
        return np.dtype(np.float32)

    @property
    def valid(self) -> npt.NDArray[np.float32]:
        """(n_valid, n_compartments) float32, mV."""
        return self.frames[: self.n_valid]

    def frame(self, index: float) -> npt.NDArray[np.float32]:
        """Return the frame nearest to ``index``, (n_compartments,) mV; NaN before there is any."""
        if not self.n_valid:
            return np.full(self.frames.shape[1], np.nan, dtype=np.float32)
        last = self.n_valid - 1
        # a viewer without a time axis asks for NaN
        row = last if np.isnan(index) else min(max(round(index), 0), last)
        return np.asarray(self.frames[row])

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, key: Any) -> npt.NDArray[np.float32]:
        time, *vertices = key if isinstance(key, tuple) else (key,)
        rows = np.arange(len(self.frames))[time]
        if rows.ndim == 0:
            return self.blend.of(self.frame(int(rows)), *vertices)
        return np.stack([self.blend.of(self.frame(int(row)), *vertices) for row in rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self[:], dtype=dtype)

    def __deepcopy__(self, memo: Any) -> FrameValues:
        return FrameValues(self.frames, self.blend, self.n_valid)
