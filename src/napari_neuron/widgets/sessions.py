"""One session per viewer, shared by its dock widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from napari_neuron.result import SimulationResult
from napari_neuron.session import Session
from napari_neuron.widgets.cell_in_view import KEY, cells_in

if TYPE_CHECKING:
    from napari.viewer import Viewer


class _OpenedResults:
    """Takes results that are opened in a viewer, from files or by scripts, into its session."""

    def __init__(self, viewer: Viewer, session: Session) -> None:
        self._viewer = ref(viewer)  # sessions go with their viewers
        self._session = session
        viewer.layers.events.inserted.connect(self._on_inserted)
        for layer in tuple(viewer.layers):
            self._take(layer)

    def _on_inserted(self, event: Any) -> None:
        self._take(event.value)

    def _take(self, layer: Any) -> None:
        held, viewer = layer.metadata.get(KEY), self._viewer()
        result = held.get("result") if isinstance(held, dict) else None
        if isinstance(result, SimulationResult) and viewer is not None:
            there = cells_in(viewer).values()
            are_there = all(any(cell is one for one in there) for cell in result.cells)
            self._session.open_result(result, with_experiment=are_there)


_SESSIONS: WeakKeyDictionary[Viewer, tuple[Session, _OpenedResults]] = WeakKeyDictionary()


def session_of(viewer: Viewer) -> Session:
    """Return the viewer's session, made at the first call."""
    if viewer not in _SESSIONS:
        session = Session()
        _SESSIONS[viewer] = session, _OpenedResults(viewer, session)
    return _SESSIONS[viewer][0]
