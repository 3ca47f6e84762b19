"""`TraceList`: the curves by name, to hide, find and keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psygnal import Signal
from qtpy.QtCore import QPointF, QSize, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from napari_neuron.widgets.plotting.curves import CurveKey
from napari_neuron.widgets.toolkit.style import SYMBOLS, Palette, icon, marker_icon

ROW_HEIGHT = 23


@dataclass(frozen=True)
class ListRow:
    """One row.

    Attributes
    ----------
    key
        What it stands for.
    colour
        Of the curve.
    value
        What it is at the cursor, or between the measuring cursors.
    is_shown
        Whether it is drawn.
    place
        "" for what was recorded; "temporary" or "kept" for a trace taken from the frames.
    """

    key: CurveKey
    colour: str
    value: str
    is_shown: bool
    place: str = ""


class TraceList(QTreeWidget):
    """Rows with a check box, a name and a value.

    Attributes
    ----------
    shown_changed : Signal (dict of CurveKey to bool)
        Curves the user has hidden or shown again.
    clicked_on : Signal (CurveKey)
        A name was clicked.
    keep_requested, drop_requested, record_requested : Signal (CurveKey)
        About a trace taken from the frames.
    variable_requested : Signal (CurveKey, str)
        Another variable whose frames were kept, at the same place.
    variables
        Those that were kept.
    """

    shown_changed = Signal(dict)
    clicked_on = Signal(object)
    keep_requested = Signal(object)
    drop_requested = Signal(object)
    record_requested = Signal(object)
    variable_requested = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.variables: tuple[str, ...] = ("v",)
        self._rows: tuple[ListRow, ...] = ()
        self._palette: Palette | None = None
        self.setColumnCount(3)
        self.setHeaderLabels(["", "", ""])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(14, 14))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(4)
        for column in (1, 2):  # Qt would measure all rows again for each text that changes
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, 4)
        self.headerItem().setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
        self.itemChanged.connect(self._on_item_changed)
        self.itemClicked.connect(self._on_item_clicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_requested)

    @property
    def rows(self) -> tuple[ListRow, ...]:
        """What is listed."""
        return self._rows

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        rows, self._rows = self._rows, ()
        self.clear()
        self.set_rows(rows)

    def set_heading(self, name: str, value: str) -> None:
        """Say what the columns hold."""
        for column, text in enumerate((name, value)):
            if self.headerItem().text(column) != text:
                self.headerItem().setText(column, text)

    def set_rows(self, rows: Sequence[ListRow]) -> None:
        """List these; changes nothing that is there already."""
        rows = tuple(rows)
        blocked = self.blockSignals(True)
        same = [(r.key, r.place) for r in rows] == [(r.key, r.place) for r in self._rows]
        if not same:
            self.clear()
            for row in rows:
                self._add(row)
        for index, row in enumerate(rows):
            before = self._rows[index] if same else None
            if row != before:
                self._fill(self.topLevelItem(index), row, before)
        self._rows = rows
        self._fit_columns(same)
        self.blockSignals(blocked)

    def _fit_columns(self, only_widen: bool) -> None:
        """Make room for the values; a column that changed width with them would be unreadable."""
        texts = {self.headerItem().text(1), *(row.value for row in self._rows)}
        longest = max(map(self.fontMetrics().horizontalAdvance, texts), default=0) + 14
        if longest > self.columnWidth(1) or not only_widen:
            self.setColumnWidth(1, longest)
        places = {row.place for row in self._rows}
        buttons = 48 if "temporary" in places else 27 if "kept" in places else 4
        if self.columnWidth(2) != buttons:
            self.setColumnWidth(2, buttons)

    def _add(self, row: ListRow) -> None:
        item = QTreeWidgetItem()
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addTopLevelItem(item)
        if row.place:
            self.setItemWidget(item, 2, self._buttons(row))

    def _buttons(self, row: ListRow) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(1)
        asked = [("drop", "Remove this trace", self.drop_requested)]
        if row.place == "temporary":
            keep = "Keep this trace when you click another place"
            asked.insert(0, ("keep", keep, self.keep_requested))
        for name, tooltip, requested in asked:
            button = QToolButton()
            button.setObjectName(name)
            button.setToolTip(tooltip)
            button.setStyleSheet("padding: 2px;")
            button.setIconSize(QSize(12, 12))
            button.setFixedSize(21, 21)
            if self._palette is not None:
                button.setIcon(icon(name, self._palette))
            button.clicked.connect(lambda _=False, to=requested, key=row.key: to.emit(key))
            line.addWidget(button)
        return box

    def _fill(self, item: QTreeWidgetItem, row: ListRow, before: ListRow | None) -> None:
        if before is None or row.colour != before.colour:
            item.setIcon(0, row_icon(row))
            item.setText(0, row.key.label if row.key.run is None else f"run {row.key.run}")
            if self._palette is not None:
                item.setForeground(1, QColor(self._palette.dim))
                if row.place == "temporary" or row.key.run is not None:
                    item.setForeground(0, QColor(self._palette.dim))
            item.setToolTip(0, f"{row.key.name}\nClick to see where it is; untick to hide it.")
        if before is None or row.value != before.value:
            item.setText(1, row.value)
        checked = Qt.CheckState.Checked if row.is_shown else Qt.CheckState.Unchecked
        if item.checkState(0) != checked or before is None:
            item.setCheckState(0, checked)

    # what the user does ------------------------------------------------------------------

    def _on_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        row = self._rows[self.indexOfTopLevelItem(item)]
        is_shown = item.checkState(0) == Qt.CheckState.Checked
        if is_shown != row.is_shown:
            self._changed = row.key  # Qt tells of a click after this
            self.shown_changed.emit({row.key: is_shown})

    _changed: CurveKey | None = None

    def _on_item_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        row = self._rows[self.indexOfTopLevelItem(item)]
        changed, self._changed = self._changed, None
        if changed != row.key and row.is_shown:
            self.clicked_on.emit(row.key)

    def _on_menu_requested(self, at: Any) -> None:
        item = self.itemAt(at)
        if item is not None:
            menu = self.menu_of(self._rows[self.indexOfTopLevelItem(item)])
            menu.popup(self.viewport().mapToGlobal(at))

    def menu_of(self, row: ListRow) -> QMenu:
        """Return the menu of a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        every = {r.key: True for r in self._rows}
        only = {r.key: r.key == row.key for r in self._rows}
        menu.addAction("Show only this").triggered.connect(
            lambda _=False: self.shown_changed.emit(only)
        )
        menu.addAction("Show all").triggered.connect(lambda _=False: self.shown_changed.emit(every))
        menu.addSeparator()
        menu.addAction("Show where it is").triggered.connect(
            lambda _=False: self.clicked_on.emit(row.key)
        )
        for variable in self.variables if row.place and len(self.variables) > 1 else ():
            menu.addAction(f"Show {variable} here").triggered.connect(
                lambda _=False, name=variable: self.variable_requested.emit(row.key, name)
            )
        if row.place:
            menu.addAction("Record here from the next run on").triggered.connect(
                lambda _=False: self.record_requested.emit(row.key)
            )
        return menu


def row_icon(row: ListRow) -> QIcon:
    """Return the marker of a recorder, or a dashed line for a run that is compared."""
    if row.key.run is None:
        return marker_icon(row.key.kind if row.key.kind in SYMBOLS else "voltage", row.colour)
    pixmap = QPixmap(28, 28)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    colour = QColor(row.colour)
    colour.setAlphaF(0.7)
    pen = QPen(colour, 2.0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    for begin in (0.0, 5.3, 10.6):
        painter.drawLine(QPointF(begin, 7.0), QPointF(begin + 3.4, 7.0))
    painter.end()
    return QIcon(pixmap)
