"""Fetches the voltages of all compartments, often and cheaply."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
FrameArray = npt.NDArray[np.float32]

MOST_FRAMES = 128
"""Fetched before they are taken together."""

ROOM_FOR_FRAMES = 2**20
"""Bytes; half or four times as much makes a run of 1,300 compartments about 3 % longer."""

_HOC = """
objref napari_neuron_context
napari_neuron_context = new ParallelContext()
proc napari_neuron_advance() { local i
    for i = 1, $1 { fadvance() }
}
proc napari_neuron_advance_together() {
    napari_neuron_context.psolve(t + ($1 + 0.5) * dt)
}
proc napari_neuron_frames() { local i, j
    for i = $2, $2 + $1 - 1 {
        for j = 1, $3 { fadvance() }
        $o4.o(i).from_double($5, &$&6)
    }
}
proc napari_neuron_frames_together() { local i
    for i = $2, $2 + $1 - 1 {
        napari_neuron_advance_together($3)
        $o4.o(i).from_double($5, &$&6)
    }
}
"""
"""Between two steps the caches hold NEURON's model, and Python is slow to come back: 20 us for each
frame, a tenth of a step of 1,300 compartments. hoc is not.

Threads and ranks meet at the end of a psolve, not after each step; it is asked for half a step
more, because it rounds down. Without either it is not used: it clears the process'
SIGALRM timer and handler."""

_FIRST_ROW = re.compile(r"Node::field::Voltage row=0/(\d+) ")
"""How NEURON 9 writes a reference to the first of its voltages, and how many there are."""


class Voltages:
    """Steps through time and fetches the voltage of all compartments.

    NEURON 9 keeps the voltages of all its nodes in one block, which `Vector.from_double` copies
    five times faster than a `PtrVector` gathers them one by one. NEURON does not promise where a
    compartment is in the block, so this is found out by writing a number into each; where that
    fails (another version), they are gathered.

    Parameters
    ----------
    h
        NEURON's.
    segments
        The compartments, NEURON's objects.

    Attributes
    ----------
    is_block : bool
        Whether they are known to be in one block.
    """

    def __init__(self, h: Any, segments: list[Any]) -> None:
        self._h = h
        if not hasattr(h, "napari_neuron_frames"):
            h(_HOC)
        self._pointers = h.PtrVector(len(segments))
        point_at = self._pointers.pset
        for index, segment in enumerate(segments):
            point_at(index, segment._ref_v)
        self._now = h.Vector(len(segments))
        self._n_kept = 0
        self.is_block = False
        self._make_room(len(segments), np.arange(len(segments)))

    @property
    def room(self) -> int:
        """How many frames can be kept before they must be taken."""
        return len(self._values) - self._n_kept

    def find_block(self) -> None:
        """Find where NEURON keeps each voltage; to be called after it was initialised."""
        references = (section(0)._ref_v for section in self._h.allsec())
        first, n_nodes = next(
            (
                (reference, int(found[1]))
                for reference in references
                if (found := _FIRST_ROW.search(repr(reference)))
            ),
            (None, 0),
        )
        before = self.now().copy()
        if first is None or n_nodes < len(before):
            return
        marks = 1e6 + np.arange(len(before))  # no voltage is there
        self._pointers.scatter(self._h.Vector(marks))
        vector = self._h.Vector(n_nodes)  # it has to outlive the array
        block = vector.from_double(n_nodes, first).as_numpy()
        rows = np.flatnonzero(block >= 1e6)
        rows = rows[np.argsort(block[rows])]
        self.is_block = np.array_equal(block[rows], marks)
        self._pointers.scatter(self._h.Vector(before))
        if self.is_block:
            self._first = first
            self._make_room(n_nodes, rows)

    def now(self) -> FloatArray:
        """Return the voltage of all compartments, mV; the array is reused by the next call."""
        self._pointers.gather(self._now)
        values: FloatArray = self._now.as_numpy()
        return values

    def advance(self, n_steps: int) -> None:
        """Integrate a number of time steps."""
        h = self._h
        advance = h.napari_neuron_advance_together if self._meets else h.napari_neuron_advance
        advance(n_steps)

    def keep(self) -> None:
        """Fetch a frame."""
        values = self.now()
        self._values[self._n_kept][self._rows] = values
        self._n_kept += 1

    def advance_and_keep(self, n_frames: int, n_steps: int) -> None:
        """Integrate a number of frames of so many steps, fetching each; needs the block."""
        h = self._h
        advance = h.napari_neuron_frames_together if self._meets else h.napari_neuron_frames
        advance(n_frames, self._n_kept, n_steps, self._vectors, self._size, self._first)
        self._n_kept += n_frames

    def take(self) -> FrameArray:
        """Return the frames kept since the last call, (n_frames, n_compartments) mV.

        The array is reused by the next call.
        """
        n, self._n_kept = self._n_kept, 0
        with np.errstate(over="ignore"):  # what does not fit becomes infinite
            for block, values in zip(self._blocks[:n], self._values, strict=False):
                block[:] = values
        frames = self._frames[:n]
        # the mode that does not buffer
        return self._blocks[:n].take(self._rows, axis=1, out=frames, mode="clip")

    @property
    def _meets(self) -> bool:
        """Whether threads or ranks step through time together."""
        context = self._h.napari_neuron_context
        return context.nthread() > 1 or context.nhost() > 1  # type: ignore[no-any-return]

    def _make_room(self, size: int, rows: npt.NDArray[np.intp]) -> None:
        self._size, self._rows = size, rows
        room = min(MOST_FRAMES, max(16, ROOM_FOR_FRAMES // (8 * max(size, 1))))
        self._vectors = self._h.List()
        for _ in range(room):
            self._vectors.append(self._h.Vector(size))
        self._values: list[FloatArray] = [vector.as_numpy() for vector in self._vectors]
        self._blocks: FrameArray = np.empty((room, size), dtype=np.float32)
        self._frames: FrameArray = np.empty((room, len(rows)), dtype=np.float32)
