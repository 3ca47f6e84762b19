"""`ClosingWidget`: a dock widget that notices when it is closed, however that happens."""

from __future__ import annotations

import atexit
import contextlib
from typing import Any
from weakref import WeakSet

from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QApplication, QWidget
from superqt.utils import WorkerBase

_PATIENCE = 10_000
"""ms for work in threads to end."""

_open: WeakSet[ClosingWidget] = WeakSet()


@atexit.register
def _end_before_qt() -> None:
    """Shut down what is open, and let work in threads end, before Qt's objects do.

    A script need not close napari before it ends. PyQt destroys its objects then while it goes
    through a table of them: what we did when told would change the table and crash the process. So
    would a thread that is still at work.
    """
    for widget in list(_open):
        with contextlib.suppress(RuntimeError):  # Qt has taken something down before us
            widget._shut_down_once()
    with contextlib.suppress(RuntimeError):  # it takes longer, or Qt is gone
        WorkerBase.await_workers(_PATIENCE)


class ClosingWidget(QWidget):
    """Calls `shut_down` once: when its dock or window is closed, or the application ends.

    napari does not tell: it takes the widget of a closed dock out of it, and destroys the docks
    of a closed window.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_docked = False
        self._is_shut_down = False
        _open.add(self)
        shut_down_once = self._shut_down_once

        def on_destroyed(*_: Any) -> None:
            with contextlib.suppress(RuntimeError):  # Qt has taken something down before us
                shut_down_once()

        self.destroyed.connect(on_destroyed)  # a method of ours would be disconnected by then
        QApplication.instance().aboutToQuit.connect(self._shut_down_once)

    def shut_down(self) -> None:
        """Stop what was started, and listen to nothing any more; for subclasses.

        Qt's objects come last: when napari closes they can be gone.
        """
        raise NotImplementedError

    def event(self, event: Any) -> bool:
        """Notice that the dock was closed: its widget has no parent then."""
        if event.type() == QEvent.Type.ParentChange:
            if self._is_docked and self.parent() is None:
                self._shut_down_once()
            self._is_docked = self.parent() is not None
        return bool(super().event(event))

    def closeEvent(self, event: Any) -> None:
        """Notice that the widget itself was closed."""
        self._shut_down_once()
        super().closeEvent(event)

    def _shut_down_once(self) -> None:
        if not self._is_shut_down:
            self._is_shut_down = True
            self.shut_down()
