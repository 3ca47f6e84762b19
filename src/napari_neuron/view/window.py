"""The viewer that something is shown in, or why there can be none."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from napari_neuron.errors import WindowNotAvailable

if TYPE_CHECKING:
    from napari import Viewer

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def current_or_new_viewer() -> Viewer:
    """Return the viewer that was used last, or a new one if there is none.

    Raises
    ------
    WindowNotAvailable
        If there is none and no window can be opened.
    """
    import napari

    return napari.current_viewer() or new_viewer()


def new_viewer(**settings: Any) -> Viewer:
    """Open napari's window.

    napari itself goes on without one where there is no Qt, and Qt ends the process where there is
    no display.

    Parameters
    ----------
    **settings
        As for `napari.Viewer`.

    Raises
    ------
    WindowNotAvailable
        If there is no Qt, or nothing to draw on.
    """
    try:
        from qtpy.QtWidgets import QApplication
    except ImportError as error:
        raise WindowNotAvailable(_what_to_install(error)) from error
    on_linux = sys.platform.startswith("linux")
    if on_linux and QApplication.instance() is None and not any(map(os.environ.get, _DISPLAYS)):
        raise WindowNotAvailable(
            "there is no display to draw with; install xvfb and put `xvfb-run -a` before this"
        )
    import napari

    return napari.Viewer(**settings)


def _what_to_install(error: ImportError) -> str:
    if ".so" in str(error):
        return (
            f"no window can be opened, as Qt lacks a library of the system ({error}). Install the "
            "package that has it (Debian, Ubuntu: libegl1 libgl1 libopengl0 libxcb-cursor0 "
            "libxkbcommon-x11-0)"
        )
    return (
        f"no window can be opened without Qt ({error}). Install it with: pip install "
        '"napari-neuron[all]". Reading, checking and opening results from Python work without it'
    )
