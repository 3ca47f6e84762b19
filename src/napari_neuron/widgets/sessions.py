"""One session per viewer, shared by its dock widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from napari_neuron.session import Session

if TYPE_CHECKING:
    from napari.viewer import Viewer

_SESSIONS: WeakKeyDictionary[Viewer, Session] = WeakKeyDictionary()


def session_of(viewer: Viewer) -> Session:
    """Return the viewer's session, made at the first call."""
    if viewer not in _SESSIONS:
        _SESSIONS[viewer] = Session()
    return _SESSIONS[viewer]
