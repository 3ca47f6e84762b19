"""`CheckPanel`: shows what is wrong with a cell, on the cell, and repairs it in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psygnal import Signal
from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.compile.suggest_repairs import suggested_discretisation, suggested_repairs
from napari_neuron.morphology import Finding, Morphology
from napari_neuron.widgets.cell.check_worker import checked
from napari_neuron.widgets.cell.findings_layer import FindingsLayer
from napari_neuron.widgets.cell.flying import fly_to
from napari_neuron.widgets.cell.image_box import image_box_of
from napari_neuron.widgets.cell.repair_edit import RepairEdit
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.toolkit.asked import Asked
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.style import Palette, dot_icon

if TYPE_CHECKING:
    from napari.viewer import Viewer

_NOTE = "#6fe39a"  # visible on the pale blue cell
_ROW_HEIGHT = 24
_ROWS = 7


class CheckPanel(QWidget):
    """Lists the findings of the chosen cell; the selected one is marked, explained and repaired.

    Attributes
    ----------
    repair_requested : Signal (Repair, Morphology)
        A repair, and the cell after it.
    discretisation_requested : Signal (Discretisation)
        Longer compartments, where there are too many.
    n_errors_changed : Signal ()
        Another number of errors is known; see `n_errors`.
    """

    n_errors_changed = Signal()

    repair_requested = Signal(object, object)
    discretisation_requested = Signal(object)

    def __init__(self, viewer: Viewer, view: CellInView, palette: Palette) -> None:
        super().__init__()
        self._viewer = viewer
        self._view = view
        self._palette = palette
        self._cell: Morphology | None = None
        self._findings: tuple[Finding, ...] = ()
        self._wanted = ""  # the code of the finding to select when the cell has been checked
        self._at = -1
        self._is_shown = True
        self._layer = FindingsLayer(viewer)
        self._check = Asked(checked)
        self._check.answered.connect(self._on_checked)

        self.status = hint()
        self.list = QListWidget()
        self.list.setIconSize(QSize(12, 12))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.list.itemClicked.connect(lambda _: self.fly_to_all())
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.node = QLabel()
        self.before_button = self._step_button("◀", "Fly to the previous node", -1)
        self.next_button = self._step_button("▶", "Fly to the next node", 1)
        steps = QHBoxLayout()
        steps.setSpacing(4)
        steps.addWidget(self.before_button)
        steps.addWidget(self.next_button)
        steps.addWidget(self.node, 1)
        self.steps = QWidget()
        self.steps.setLayout(steps)
        steps.setContentsMargins(0, 0, 0, 0)
        self.longer_button = QPushButton()
        self.longer_button.setToolTip("Use fewer compartments; Undo reverts this")
        self.longer_button.clicked.connect(lambda _=False: self._ask_for_longer())
        self.repair = RepairEdit(view, palette)
        self.repair.apply_requested.connect(self._apply)
        self.done = hint()

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.status, self.list, self.message, self.steps, self.longer_button):
            column.addWidget(widget)
        column.addWidget(self.repair)
        column.addWidget(self.done)
        view.cell_changed.connect(self.look_again)
        self.look_again()

    def _step_button(self, text: str, tooltip: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tooltip)
        button.clicked.connect(lambda _=False: self._step(by))
        return button

    @property
    def is_busy(self) -> bool:
        """Whether a check or a preview is under way."""
        return self._check.is_busy or self.repair.is_busy

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found in the cell, errors first."""
        return self._findings

    @property
    def finding(self) -> Finding | None:
        """The selected finding."""
        row = self.list.currentRow()
        return self._findings[row] if 0 <= row < len(self._findings) else None

    @property
    def n_errors(self) -> int:
        """How many findings are errors, which no run can be done with."""
        return sum(finding.severity == "error" for finding in self._findings)

    def look_again(self) -> None:
        """Check the chosen cell."""
        cell = self._view.cell
        if cell is self._cell and cell is not None:
            return
        self._wanted = self.finding.code if self.finding is not None else self._wanted
        self._cell = cell
        self._show_done()
        # findings of another cell are neither marked nor repaired, but stay visible a moment longer
        self._findings = ()
        self.list.setEnabled(False)
        self._on_row_changed(-1)
        if cell is None:
            self._check.forget()
            self._show_findings(())
            return
        self.status.setText("Checking …")
        self._check.ask(cell, image_box_of(self._viewer))

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self.repair.set_palette(palette)
        if not self._check.is_busy:
            self._show_findings(self._findings)

    def set_shown(self, is_shown: bool) -> None:
        """Mark the selected finding on the cell only while this panel is visible."""
        self._is_shown = is_shown
        self._mark()

    def _mark(self) -> None:
        finding = self.finding if self._is_shown else None
        nodes = finding.nodes if finding is not None else ()
        colour = self._colour(finding.severity) if finding is not None else ""
        self._layer.show(self._cell, nodes, colour)

    def stop(self) -> None:
        """Clean up when the window closes."""
        self._check.stop()
        self.repair.stop()

    def _on_checked(self, answer: tuple[Morphology, tuple[Finding, ...]]) -> None:
        cell, findings = answer
        if cell is self._cell:
            self._show_findings(findings)

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        kept = self.finding.code if self.finding is not None else self._wanted
        self._wanted = ""
        n_errors, self._findings = self.n_errors, findings
        self.list.setEnabled(True)
        self.list.blockSignals(True)
        self.list.clear()
        for finding in findings:
            item = QListWidgetItem(
                dot_icon(self._colour(finding.severity)), _without_count(finding.summary)
            )
            item.setToolTip(finding.message)
            item.setSizeHint(QSize(0, _ROW_HEIGHT))
            self.list.addItem(item)
        codes = [finding.code for finding in findings]
        self.list.setCurrentRow(codes.index(kept) if kept in codes else -1)
        self.list.blockSignals(False)
        self.list.setFixedHeight(min(len(findings), _ROWS) * _ROW_HEIGHT + 6)
        self.list.setVisible(bool(findings))
        self.status.setText(_in_words(findings) if self._cell is not None else "")
        self._on_row_changed(self.list.currentRow())
        if self.n_errors != n_errors:
            self.n_errors_changed.emit()

    def _colour(self, severity: str) -> str:
        palette = self._palette
        return {"error": palette.error, "warning": palette.warning}.get(severity, _NOTE)

    def _on_row_changed(self, row: int) -> None:
        finding, self._at = self.finding, -1
        self.message.setVisible(finding is not None)
        self.message.setText(finding.message if finding is not None else "")
        self.steps.setVisible(finding is not None and bool(finding.nodes))
        self._show_node()
        self._mark()
        longer = None if finding is None else suggested_discretisation(finding)
        self.longer_button.setVisible(longer is not None)
        if longer is not None:
            self.longer_button.setText(f"Longer compartments: d_lambda {longer.d_lambda:g}")
        suggested: tuple[Any, ...] = ()
        if finding is not None and self._cell is not None:
            suggested = suggested_repairs(self._cell, finding, image_box_of(self._viewer))
        self.repair.offer(self._cell, suggested)

    def _apply(self, repair: Any, repaired: Morphology) -> None:
        self.setFocus()  # of a button that goes, Qt hands it on, and scrolls to where that is
        self.repair_requested.emit(repair, repaired)

    def _ask_for_longer(self) -> None:
        longer = None if self.finding is None else suggested_discretisation(self.finding)
        if longer is not None:
            self.discretisation_requested.emit(longer)

    def _show_node(self) -> None:
        finding = self.finding
        nodes = finding.nodes if finding is not None else ()
        n = len(nodes)
        self.next_button.setVisible(n > 1)
        self.before_button.setVisible(n > 1)
        if self._at >= 0:
            self.node.setText(
                f"node {nodes[self._at]}" + (f", {self._at + 1:,} of {n:,}" * (n > 1))
            )
        else:
            self.node.setText(f"{n:,} nodes" if n != 1 else f"node {nodes[0]}")

    def _step(self, by: int) -> None:
        finding = self.finding
        if finding is None or not finding.nodes:
            return
        n = len(finding.nodes)
        self._at = (max(self._at, 0) + by) % n if self._at >= 0 else (0 if by > 0 else n - 1)
        self._show_node()
        self._fly((finding.nodes[self._at],))
        self._layer.point_at(self._at)

    def fly_to_all(self) -> None:
        """Bring all nodes of the selected finding into view."""
        finding = self.finding
        if finding is not None and finding.nodes:
            self._fly(finding.nodes)

    def _fly(self, nodes: tuple[int, ...]) -> None:
        cell, layer = self._cell, self._layer.layer or self._view.nodes_layer
        if cell is None or layer is None:
            return
        points = cell.position[cell.rows(nodes)][:, ::-1]
        extent = float((cell.position.max(axis=0) - cell.position.min(axis=0)).max())
        fly_to(self._viewer, layer, points, room=0.06 * extent)

    def _show_done(self) -> None:
        sources = {source.name: source for source in self._view.experiment.cells}
        cell = self._view.cell
        repairs = sources[cell.name].repairs if cell is not None and cell.name in sources else ()
        names = ", ".join(kind_name(one).lower() for one in repairs)
        self.done.setText(f"Repairs so far: {names}. Undo reverts the last." if names else "")
        self.done.setVisible(bool(names))


def _without_count(summary: str) -> str:
    return summary[:1].upper() + summary[1:]


def _in_words(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "No problems found."
    parts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note")):
        n = sum(finding.severity == severity for finding in findings)
        if n:
            parts.append(f"{n} {word}{'s' if n > 1 else ''}")
    return f"Found: {', '.join(parts)}. Click one to see it on the cell."
