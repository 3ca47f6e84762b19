"""A napari window that draws without being visible, for films made by scripts.

napari has no public way to draw into a window that was never shown (its screenshots are empty),
so this file reaches for the window and its canvas by their private names, as `_vispy_voltage`
does for layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from napari_neuron.view.window import new_viewer

if TYPE_CHECKING:
    from napari import Viewer


@contextmanager
def hidden_viewer(size: tuple[int, int]) -> Iterator[Viewer]:
    """Provide a viewer that is on no screen, and close it at the end.

    Parameters
    ----------
    size
        Width and height of its canvas, pixels of the picture.

    Raises
    ------
    WindowNotAvailable
        If there is no Qt, or no display that could draw.
    """
    viewer = new_viewer(show=False)
    from qtpy.QtCore import Qt

    try:
        window = viewer.window._qt_window
        window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.show()
        canvas = viewer.window._qt_viewer.canvas.native
        ratio = canvas.devicePixelRatioF()
        canvas.setFixedSize(round(size[0] / ratio), round(size[1] / ratio))
        yield viewer
    finally:
        viewer.close()
