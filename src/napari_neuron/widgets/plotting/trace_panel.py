"""`TracePanel`: the panel beside the plot: names, values, differences, spikes."""

from __future__ import annotations

from collections.abc import Sequence

from psygnal import Signal
from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from napari_neuron.widgets.plotting.curves import (
    Curve,
    RateSettings,
    SpikeTrain,
    quantity,
    spikes_in_words,
)
from napari_neuron.widgets.plotting.trace_list import ROW_HEIGHT, TraceList
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox, shown_number
from napari_neuron.widgets.toolkit.page import Page, leave_wheel_to_page
from napari_neuron.widgets.toolkit.style import Palette

_RATES = {"off": "no rate", "bins": "in bins", "smooth": "smoothed"}


class TracePanel(Page):
    """A column that scrolls.

    Attributes
    ----------
    list
        The names.
    rate_changed : Signal (RateSettings)
    """

    rate_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.column.setContentsMargins(0, 0, 4, 0)
        self.column.setSpacing(4)
        self.measured = _readout()
        self.list = TraceList()
        self.spikes = _readout()
        self.rate_kind = QComboBox()
        self.rate_kind.addItems([*_RATES.values()])
        self.rate_kind.setToolTip("Draw the firing rate under the traces")
        self.rate_kind.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        leave_wheel_to_page(self.rate_kind)
        self.rate_width = QuantitySpinBox()
        self.rate_width.setSuffix(" ms")
        self.rate_width.setValue(RateSettings().width)
        self.rate_width.lowest = 0.01
        self.rate_width.setToolTip("Width of a bin, or standard deviation of the Gaussian")
        self._rate = QWidget()
        line = QHBoxLayout(self._rate)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(QLabel("Rate"))
        line.addWidget(self.rate_kind, 1)
        line.addWidget(self.rate_width, 1)  # napari's style sheet overrules a minimum width
        self.add(self.measured, self.list, self.spikes, self._rate)
        self.column.addStretch()
        self.rate_kind.currentIndexChanged.connect(self._on_rate_changed)
        self.rate_width.valueChanged.connect(self._on_rate_changed)
        self._on_rate_changed()

    def sizeHint(self) -> QSize:
        """Ask for 250 x 160."""
        return QSize(250, 160)

    def minimumSizeHint(self) -> QSize:
        """Leave room for the plot."""
        return QSize(200, 70)

    @property
    def rate(self) -> RateSettings:
        """The settings of the rate."""
        kind = [*_RATES][self.rate_kind.currentIndex()]
        width = self.rate_width.value()
        return RateSettings(kind, width if width > 0 else RateSettings().width)

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self.list.set_palette(palette)

    def fit_list(self) -> None:
        """Make the list as high as its rows, because the column scrolls."""
        n = self.list.topLevelItemCount()
        height = max(n, 1) * ROW_HEIGHT + self.list.header().sizeHint().height() + 4
        if self.list.height() != height or self.list.minimumHeight() != height:
            self.list.setFixedHeight(height)

    def show_spikes(self, trains: Sequence[SpikeTrain]) -> None:
        """Show the spikes of the visible detectors."""
        lines = [
            f'<span style="color:{train.colour}">◆</span> {_escaped(train.key.name)}: '
            f'<span style="color:{self._palette.dim}">{spikes_in_words(train)}</span>'
            for train in trains
        ]
        _say(self.spikes, "<br>".join(lines))
        self._rate.setVisible(bool(trains))

    def show_measured(self, between: tuple[float, float] | None) -> None:
        """Show what lies between the measuring cursors."""
        if between is None:
            _say(self.measured, "")
            return
        a, b = between
        text = f"A {_time(a)} · B {_time(b)} · <b>Δt {_time(b - a)} ms</b>"
        if b != a:
            text += f" ({1000 / abs(b - a):.3g} /s)"
        _say(self.measured, text.replace("-", "−"))

    def _on_rate_changed(self) -> None:
        self.rate_width.setVisible(self.rate.kind != "off")
        self.rate_changed.emit(self.rate)


def value_in_words(
    item: Curve | SpikeTrain, time: float | None, between: tuple[float, float] | None
) -> str:
    """Return a curve's value at the cursor, or the difference between the measuring cursors.

    Of spikes it is their number.
    """
    if isinstance(item, SpikeTrain):
        if between is None:
            return f"{len(item.times)} spike{'' if len(item.times) == 1 else 's'}"
        low, high = min(between), max(between)
        return f"{int(((item.times >= low) & (item.times <= high)).sum())} between"
    if between is not None:
        a, b = (item.at(moment) for moment in between)
        if a is None or b is None:
            return ""
        sign = "+" if b >= a else ""
        return f"Δ {sign}{quantity(b - a, item.unit)}"
    value = None if time is None else item.at(time)
    return "" if value is None else quantity(value, item.unit)


def _readout() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setVisible(False)
    return label


def _say(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
        label.setVisible(bool(text))


def _time(time: float) -> str:
    return shown_number(round(time, 3))


def _escaped(text: str) -> str:
    for character, written in {"&": "&amp;", "<": "&lt;"}.items():
        text = text.replace(character, written)
    return text
