"""What a person sees of a skeleton to begin with: all of it. napari itself is not imported."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from napari_neuron.view.overlays import camera_of

if TYPE_CHECKING:
    from napari.viewer import Viewer

    from napari_neuron.view.skeleton_layers import LayerDataTuple

_KEY = "napari_neuron"

_NEARLY, _PIXELS = 0.03, 10
"""By how much zoom and centre may be off: napari shows the whole of the first layer, and points and
paths of one cell differ by their sizes."""


def show_what_is_read(layers: Sequence[LayerDataTuple]) -> None:
    """Have all of what is read be in view when napari has added it.

    An empty viewer is turned to 3D: in 2D napari draws only what lies in one slice, which of a
    skeleton is next to nothing. napari shows the whole of the first layer only; where all that was
    there was in view, all that is added is too.

    Parameters
    ----------
    layers
        What a reader returns: the last of them is waited for.
    """
    napari = sys.modules.get("napari")  # not imported: then there is no viewer either
    viewer = napari.current_viewer() if napari else None
    if viewer is None or not layers:
        return
    if not viewer.layers:
        viewer.dims.ndisplay = 3
    elif not is_all_in_view(viewer):
        return
    awaited = [settings["metadata"][_KEY] for _, settings, _ in layers]

    def on_inserted(event: Any) -> None:
        held = event.value.metadata.get(_KEY)
        for at, one in enumerate(awaited):
            if held is one:
                del awaited[at]
                break
        if not awaited:
            viewer.layers.events.inserted.disconnect(on_inserted)
            viewer.reset_view()

    viewer.layers.events.inserted.connect(on_inserted)


def is_all_in_view(viewer: Viewer) -> bool:
    """Say whether the camera is where napari's home button brings it."""
    if not viewer.layers:
        return False
    camera = camera_of(viewer)
    # nothing is drawn from where the camera stands meanwhile
    with camera.events.blocker_all(), viewer.events.reset_view.blocker():
        before = stand_of(viewer)
        viewer.reset_view()
        home = stand_of(viewer)
        camera.center, camera.zoom, camera.angles = before
    pixel = 1 / max(home[1], 1e-12)
    return (
        math.isclose(before[1], home[1], rel_tol=_NEARLY)
        and all(
            math.isclose(a, b, abs_tol=_PIXELS * pixel)
            for a, b in zip(before[0], home[0], strict=True)
        )
        and all(math.isclose(a, b, abs_tol=1e-3) for a, b in zip(before[2], home[2], strict=True))
    )


def stand_of(viewer: Viewer) -> tuple[tuple[float, ...], float, tuple[float, ...]]:
    """Return centre, zoom and angles of the camera."""
    camera = camera_of(viewer)
    return tuple(camera.center), float(camera.zoom), tuple(camera.angles)
