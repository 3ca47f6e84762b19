"""One network session per viewer, shared by its dock widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from napari_neuron.network_session import NetworkSession

if TYPE_CHECKING:
    from napari.viewer import Viewer

_SESSIONS: WeakKeyDictionary[Viewer, NetworkSession] = WeakKeyDictionary()


def network_session_of(viewer: Viewer) -> NetworkSession:
    """Return the viewer's network session, made at the first call."""
    if viewer not in _SESSIONS:
        _SESSIONS[viewer] = NetworkSession()
    return _SESSIONS[viewer]
