"""`ClosingWidget`: a dock widget that notices when it is closed, however that happens."""

from __future__ import annotations

import atexit
import contextlib
from typing import Any

from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QApplication, QWidget
from superqt.utils import WorkerBase

_PATIENCE = 10_000
"""ms for work in threads to end."""


@atexit.register
def _wait_for_workers() -> None:
    """Let work in threads end before Qt's objects: it would abort the process.

    napari waits when its application quits, which a script need not do before it ends.
    """
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
