"""`Player`: moves the time slider at a chosen biological speed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.view.time_text import time_axis

if TYPE_CHECKING:
    from napari.viewer import Viewer

_PAUSE = 25
"""ms that the window has for itself between two pictures."""


class Player:
    """Plays the run in a viewer at a given number of ms per second.

    The clock decides which frame to show, so a slow window skips frames and keeps the speed. If the
    user moves the slider, playing continues from there.

    Attributes
    ----------
    ms_per_second : float
        Biological ms in one second; 1000 is real time.
    loop : bool
        Whether it starts again at the end.
    playing_changed : Signal (bool)
    """

    playing_changed = Signal(bool)

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.ms_per_second = 10.0
        self.loop = True
        self._shown: float | None = None
        self._exact = self._clock = 0.0
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)

    @property
    def is_playing(self) -> bool:
        """Whether it plays."""
        return self._shown is not None

    def play(self) -> None:
        """Play from the current time, or from the beginning if that is the end."""
        axis = time_axis(self._viewer)
        if axis is None or self.is_playing:
            return
        span = self._viewer.dims.range[axis]
        self._exact = float(self._viewer.dims.point[axis])
        if self._exact >= span.stop - 0.5 * span.step:
            self._exact = float(span.start)
        self._clock = time.perf_counter()
        self._go_to(axis, self._exact)
        self._timer.start(_PAUSE)
        self.playing_changed.emit(True)

    def stop(self) -> None:
        """Stop at the current time."""
        self._timer.stop()
        if self._shown is not None:
            self._shown = None
            self.playing_changed.emit(False)

    def _step(self, event: Any = None) -> None:
        axis = time_axis(self._viewer)
        if axis is None:  # the last voltage layer is gone
            self.stop()
            return
        span = self._viewer.dims.range[axis]
        now = time.perf_counter()
        point = float(self._viewer.dims.point[axis])
        if point != self._shown:
            self._exact = point  # somebody has moved the slider
        self._exact += (now - self._clock) * self.ms_per_second
        self._clock = now
        if self._exact >= span.stop:
            if not self.loop:
                self._go_to(axis, float(span.stop))
                self.stop()
                return
            length = max(float(span.stop - span.start), 1e-9)
            self._exact = float(span.start) + (self._exact - float(span.start)) % length
        self._go_to(axis, self._exact)
        self._timer.start(_PAUSE)

    def _go_to(self, axis: int, moment: float) -> None:
        span = self._viewer.dims.range[axis]
        if span.step:  # a time between two frames would draw the same picture again
            moment = span.start + round((moment - span.start) / span.step) * span.step
        if moment != self._viewer.dims.point[axis]:
            self._viewer.dims.set_point(axis, moment)
        self._shown = float(self._viewer.dims.point[axis])
