"""`Page`: the scrolling column that each tab consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qtpy.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)


class Page(QScrollArea):
    """A scrolling column of widgets, as wide as the dock."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("page")
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(10, 10, 10, 10)
        self.column.setSpacing(6)
        self.setWidget(inside)
        self._scroll_target: QWidget | None = None
        self._is_top_wanted = False
        self._scrolling = QTimer(self, singleShot=True, interval=50)
        self._scrolling.timeout.connect(self._scroll)

    def add(self, *widgets: QWidget) -> None:
        """Append widgets to the column."""
        for widget in widgets:
            self.column.addWidget(widget)

    def scroll_to(self, widget: QWidget) -> None:
        """Bring a widget into view once the column has made room for what it now says."""
        self._scroll_target, self._is_top_wanted = widget, False
        self._scrolling.start()

    def bring_to_top(self, widget: QWidget) -> None:
        """Have a widget be the first that is seen, so that what is below it is seen too."""
        self._scroll_target, self._is_top_wanted = widget, True
        self._scrolling.start()

    def _scroll(self) -> None:
        target = self._scroll_target
        if target is None:
            return
        if self._is_top_wanted:
            self.verticalScrollBar().setValue(target.mapTo(self.widget(), QPoint(0, -6)).y())
        else:
            self.ensureWidgetVisible(target, 0, 6)

    def add_heading(self, text: str) -> None:
        """Append a heading, with room above it."""
        if self.column.count():
            self.column.addSpacing(8)
        label = QLabel(text)
        label.setObjectName("heading")
        self.column.addWidget(label)


def hint(text: str = "") -> QLabel:
    """Return a label for what is said in passing."""
    label = QLabel(text)
    label.setObjectName("hint")
    label.setWordWrap(True)
    return label


def leave_enter_to_fields(dialog: QDialog) -> None:
    """Let Enter end what is typed; of itself Qt presses the first button of a dialog too."""
    for button in dialog.findChildren(QPushButton):
        button.setAutoDefault(False)


class _WheelFilter(QObject):
    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()  # it goes on to the page
            return True
        return False


def leave_wheel_to_page(widget: QWidget) -> None:
    """Have the wheel scroll the page over ``widget``, not change its value, until it is used."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelFilter(widget))


def let_shrink(combo: QComboBox) -> None:
    """Have a combo box be as wide as there is room, not as its longest text."""
    combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    combo.setMinimumWidth(60)


def menu_of(
    button: QToolButton, entries: Sequence[tuple[str, Callable[[], object] | None]]
) -> QMenu:
    """Give a button a menu; an entry without an action is a heading."""
    menu = QMenu(button)
    for text, act in entries:
        action = menu.addAction(text)
        action.setEnabled(act is not None)
        if act is not None:
            action.triggered.connect(lambda _=False, act=act: act())
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return menu
