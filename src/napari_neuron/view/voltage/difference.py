"""The frames of one run minus those of another, computed where they are viewed."""

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
        Row of A at the same time, -1 where A has none: NaN.
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
        less_rows = self._less_rows[key]
        less = np.asarray(self._less[less_rows])[..., self._less_columns]
        difference = np.asarray(self._of[self._rows[key]]) - less
        return np.where(np.asarray(less_rows < 0)[..., None], np.float32(np.nan), difference)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self[np.arange(len(self))], dtype=dtype)


def difference_frames(
    result: SimulationResult, less: SimulationResult, cell: str | None = None
) -> DifferenceFrames:
    """Return the voltage of a run minus that of another run of the same cell.

    Frames are compared at the same time (the nearest frame of ``less``). If the compartments
    differ, those at the same node are compared.

    Parameters
    ----------
    result, less
        The run, and the run to subtract from it.
    cell
        Name of the only cell to compare; by default all.

    Returns
    -------
    DifferenceFrames
        (n_frames, n_compartments) float32, mV; behaves like a read-only array.

    Raises
    ------
    ValueError
        If they are runs of different skeletons, or one has no frames.
    """
    of, column = _of_cell(result, cell)
    other, other_column = _of_cell(less, cell)
    if len(column) != len(other_column):
        raise ValueError("these are runs of different cells; their voltages cannot be subtracted")
    if not result.n_frames or not less.n_frames:
        raise ValueError("one of these runs has no frames")
    rows = np.arange(len(of))
    less_rows = np.rint(rows * result.frame_interval / less.frame_interval).astype(np.int64)
    less_rows[less_rows >= less.n_frames] = -1
    # a node in each compartment; compartments without a node are on no drawn tube
    less_columns = np.zeros(of.shape[1], dtype=np.int64)
    less_columns[column] = other_column
    return DifferenceFrames(of, other, rows, less_rows, less_columns)


def _of_cell(
    result: SimulationResult, cell: str | None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the frames of all cells or of one, and the column of each node."""
    if cell is None:
        return result.frames, result.compartment_of_node
    start = 0
    for one in result.cells:
        if cell == one.name:
            column = result.compartment_of_node[start : start + len(one)]
            first, last = int(column.min()), int(column.max())
            return result.frames[:, first : last + 1], column - first
        start += len(one)
    raise ValueError(f"one of these runs has no cell called {cell!r}")
