"""Sets up an empty viewer for a skeleton; napari itself is not imported."""

from __future__ import annotations

import sys


def turn_empty_viewer_to_3d() -> None:
    """Show all three axes if there is a viewer and nothing in it yet.

    In 2D napari draws only what lies in one slice, which of a skeleton is next to nothing.
    """
    napari = sys.modules.get("napari")  # not imported: then there is no viewer either
    viewer = napari.current_viewer() if napari else None
    if viewer is not None and not viewer.layers:
        viewer.dims.ndisplay = 3
