"""The frames of one run less those of another, worked out where they are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.result import SimulationResult


class DifferenceFrames:
    """B - A, as an array of frames that takes no memory.

    Parameters
    ----------
    of, less : (n_frames, n_compartments) float32
        Frames of B and of A; arrays or memory maps.
    rows : (n_frames of the difference,) int
        Row of B, by row of the difference.
    less_rows : (n_frames of the difference,) int
        Row of A at the same time.
    less_columns : (n_compartments of B,) int
        Column of A that lies where each of B does.
    """

    def __init__(
        self,
        of: npt.NDArray[np.float32],
        less: npt.NDArray[np.float32],
        rows: npt.NDArray[np.int64],
        less_rows: npt.NDArray[np.int64],
        less_columns: npt.NDArray[np.int64],
    ) -> None:
        self._of, self._less = of, less
        self._rows, self._less_rows, self._less_columns = rows, less_rows, less_columns

    @property
    def shape(self) -> tuple[int, int]:
        """(n_frames, n_compartments)."""
        return len(self._rows), len(self._less_columns)

    @property
    def size(self) -> int:
        """Number of values."""
        return self.shape[0] * self.shape[1]

    @property
    def ndim(self) -> int:
        """2: time and compartments."""
        return 2

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """Of the values."""
        return np.dtype(np.float32)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return DifferenceFrames(
                self._of, self._less, self._rows[key], self._less_rows[key], self._less_columns
            )
        less = np.asarray(self._less[self._less_rows[key]])
        return np.asarray(self._of[self._rows[key]]) - less[..., self._less_columns]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self[np.arange(len(self))], dtype=dtype)


def difference_frames(result: SimulationResult, less: SimulationResult) -> DifferenceFrames:
    """Return the voltage of a run less that of another run of the same cell.

    Frames are compared at the same time (the nearest frame of ``less``), as long as both ran;
    where the compartments differ, those at the same node.

    Raises
    ------
    ValueError
        If they are runs of different skeletons, or one has no frames.
    """
    if len(result.compartment_of_node) != len(less.compartment_of_node):
        raise ValueError("these are runs of different cells; their voltages have no difference")
    if not result.n_frames or not less.n_frames:
        raise ValueError("one of these runs has no frames")
    end = min(result.time[-1], less.time[-1])
    rows = np.arange(int(np.floor(end / result.frame_interval + 1e-6)) + 1)
    less_rows = np.rint(rows * result.frame_interval / less.frame_interval).astype(np.int64)
    # a node in each compartment; compartments without a node are on no drawn tube
    column = np.zeros(result.frames.shape[1], dtype=np.int64)
    column[result.compartment_of_node] = less.compartment_of_node
    return DifferenceFrames(
        result.frames, less.frames, rows, np.minimum(less_rows, less.n_frames - 1), column
    )
