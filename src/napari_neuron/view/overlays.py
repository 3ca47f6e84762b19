"""napari's canvas overlays and camera, whose names differ between versions of napari."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari.viewer import Viewer


def camera_of(viewer: Viewer) -> Any:
    """Return the viewer's camera."""
    return viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera


def text_overlay_of(viewer: Viewer) -> Any:
    """Return the text in a corner of the canvas."""
    if hasattr(viewer, "canvas"):  # napari >= 0.9
        return viewer.canvas.overlays.text
    return viewer.text_overlay


def scale_bar_of(viewer: Viewer) -> Any:
    """Return the scale bar of the canvas."""
    if hasattr(viewer, "canvas"):
        return viewer.canvas.overlays.scale_bar
    return viewer.scale_bar


def place_overlays(viewer: Viewer) -> None:
    """Make napari place its canvas overlays now rather than while it draws.

    Anything napari moves while drawing makes it draw everything again, so each new text would cost
    two frames.
    """
    if hasattr(viewer, "canvas"):
        # as when the tiling of the corner changes
        viewer.canvas.overlay_tiling.events(type_name="top_left")
