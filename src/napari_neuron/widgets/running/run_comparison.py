"""`RunComparison`: how a run of the session differs from others, in words and pictures."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from napari_neuron.result import SimulationResult
from napari_neuron.result.model import Status
from napari_neuron.session import Session
from napari_neuron.widgets.running.run_changes import changes
from napari_neuron.widgets.toolkit.page import hint, menu_of

_MOST_LINES = 6


class RunComparison(QWidget):
    """Compares the run chosen in the list with others.

    Attributes
    ----------
    difference_requested : Signal (SimulationResult, SimulationResult)
        Show the first minus the second.
    beside_requested : Signal (SimulationResult, SimulationResult)
        Show the second beside the first.
    """

    difference_requested = Signal(object, object)
    beside_requested = Signal(object, object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._result: SimulationResult | None = None
        self.what_changed = hint()
        self.pin_button = QPushButton("Pin")
        self.pin_button.setToolTip("Keep this run when you forget the others")
        self.pin_button.setCheckable(True)
        self.pin_button.clicked.connect(lambda on: self._pin(on))
        self.clear_button = QPushButton("Forget others")
        self.clear_button.setToolTip("Remove all unpinned runs from the list")
        self.clear_button.clicked.connect(lambda _=False: session.forget_all_but_pinned())
        self.difference_button = QToolButton()
        self.difference_button.setText("Minus…")
        self.difference_button.setToolTip("Show this run's voltage minus another run's")
        self.beside_button = QToolButton()
        self.beside_button.setText("Beside…")
        self.beside_button.setToolTip("Show another run beside this one")
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (
            self.pin_button,
            self.clear_button,
            self.difference_button,
            self.beside_button,
        ):
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.what_changed)

    def set_result(self, result: SimulationResult | None) -> None:
        """Switch to this run; None hides all."""
        self._result = result
        self.setVisible(result is not None)
        if result is None:
            return
        session = self._session
        self.pin_button.setChecked(session.is_pinned(result))
        self.clear_button.setEnabled(
            any(session.is_pinned(r) for r in session.results)
            and not all(session.is_pinned(r) for r in session.results)
        )
        others = [
            other
            for other in session.results
            if other is not result
            and other.status is not Status.RUNNING
            and [len(c) for c in other.cells] == [len(c) for c in result.cells]
        ]
        for button, requested in (
            (self.difference_button, self.difference_requested),
            (self.beside_button, self.beside_requested),
        ):
            button.setEnabled(bool(others) and result.status is not Status.RUNNING)
            menu_of(
                button,
                [
                    (
                        f"Run {session.number_of(other)}",
                        lambda other=other, requested=requested: requested.emit(result, other),
                    )
                    for other in others
                ],
            )
        self.what_changed.setText(self._since_the_run_before(result))

    def _since_the_run_before(self, result: SimulationResult) -> str:
        earlier = [
            r
            for r in self._session.results
            if self._session.number_of(r) < self._session.number_of(result)
        ]
        if not earlier:
            return ""
        before = earlier[-1]
        lines = changes(before.experiment, result.experiment)
        title = f"Since run {self._session.number_of(before)}:"
        if not lines:
            return f"{title} nothing changed."
        more = [f"and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
        return "\n".join([title, *(f"· {x}" for x in (*lines[:_MOST_LINES], *more))])

    def _pin(self, on: bool) -> None:
        if self._result is not None:
            self._session.pin(self._result, on)
