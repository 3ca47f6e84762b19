"""`StagedAxes`: draws axes one after another, so that the window does not freeze."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from qtpy.QtCore import QTimer


class StagedAxes:
    """Draws the parts of a figure that are not animated, each of its axes in a separate event.

    matplotlib takes 15 to 30 ms for axes with their scales. The old picture stays on the canvas
    until all is done.

    Parameters
    ----------
    canvas
        matplotlib's.
    done
        Called when the canvas holds the whole picture.
    """

    def __init__(self, canvas: FigureCanvasQTAgg, done: Callable[[], None]) -> None:
        self._canvas, self._done = canvas, done
        self._waiting: list[Axes] = []
        self._partial: Any = None
        self._before: Any = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)

    @property
    def is_busy(self) -> bool:
        """Whether `done` is still pending."""
        return bool(self._waiting)

    def start(self, before: Any) -> None:
        """Begin again.

        Parameters
        ----------
        before
            A region of the canvas to show meanwhile, None for nothing.
        """
        figure = self._canvas.figure
        self._waiting = sorted(
            (axes for axes in figure.axes if axes.get_visible()), key=lambda axes: axes.get_zorder()
        )
        self._partial, self._before = None, before
        self._timer.start(0)

    def stop(self) -> None:
        """Leave it."""
        self._timer.stop()
        self._waiting = []
        self._partial = self._before = None

    def _draw_next(self) -> None:
        canvas = self._canvas
        renderer = canvas.get_renderer()
        if self._partial is None:
            renderer.clear()
            canvas.figure.patch.draw(renderer)
        else:
            canvas.restore_region(self._partial)
        self._waiting.pop(0).draw(renderer)
        if not self._waiting:
            self._partial = self._before = None
            self._done()
            return
        self._partial = canvas.copy_from_bbox(canvas.figure.bbox)
        if self._before is not None:
            canvas.restore_region(self._before)
        self._timer.start(0)
