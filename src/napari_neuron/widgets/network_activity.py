"""`NetworkActivityWidget`: the dock widget "Network activity"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.result.network import NetworkResult
from napari_neuron.view import time_axis
from napari_neuron.widgets.networks.network_plot import NetworkPlot
from napari_neuron.widgets.networks.network_sessions import network_session_of
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.closing import ClosingWidget
from napari_neuron.widgets.toolkit.style import Palette, style_sheet
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals
from napari_neuron.widgets.traces import open_below_the_canvas

if TYPE_CHECKING:
    import napari

DOCK_NAME = "Network activity (napari-neuron)"
"""What napari calls the dock of the Plugins menu."""

NO_RUN = "Run a network to see its spikes and rates here."


class NetworkActivityWidget(ClosingWidget):
    """Raster and rates of the newest run, with a cursor at the time shown in the viewer.

    Parameters
    ----------
    viewer
        The viewer whose network is shown, and whose time slider the cursor follows and moves.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        CanvasRoom(self, viewer)
        open_below_the_canvas(DOCK_NAME)
        self.viewer = viewer
        self.session = network_session_of(viewer)
        self._wanted_time: float | None = None
        self.plot = NetworkPlot()
        self.plot.time_requested.connect(self._on_time_requested)
        self.plot.neurons_picked.connect(self._on_picked)
        self.text = QLabel()
        self.text.setObjectName("hint")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bin = QDoubleSpinBox()
        self.bin.setRange(0.1, 10_000)
        self.bin.setDecimals(1)
        self.bin.setValue(20.0)
        self.bin.setSuffix(" ms")
        self.bin.setKeyboardTracking(False)
        self.bin.setToolTip("Width of the bins in which spikes are counted for the rates")
        self.bin.valueChanged.connect(self.plot.set_bin)
        self.clear_button = QPushButton("Clear selection")
        self.clear_button.clicked.connect(lambda _=False: self.session.select([]))
        bar = QHBoxLayout()
        bar.setSpacing(6)
        bar.addWidget(self.text, 1)
        bar.addWidget(self.clear_button)
        bar.addWidget(QLabel("Bins"))
        bar.addWidget(self.bin)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self.plot, 1)
        self.empty = QLabel(NO_RUN)
        self.empty.setObjectName("hint")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(8, 6, 8, 6)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(full)
        self._move = QTimer()
        self._move.setSingleShot(True)
        self._move.setInterval(15)
        self._move.timeout.connect(self._move_slider)

        session = self.session
        session.result_changed.connect(self._on_result_changed)
        session.run_advanced.connect(self._on_run_advanced)
        session.run_ended.connect(self._on_run_ended)
        session.selection_changed.connect(self._on_selection_changed)
        self._signals = ViewerSignals(viewer)
        self._signals.time_moved.connect(self._on_slider_moved)
        self._signals.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_selection_changed(session.selected)
        self._on_result_changed(session.result)

    def sizeHint(self) -> QSize:
        """Ask for 700 x 300."""
        return QSize(700, 300)

    def minimumSizeHint(self) -> QSize:
        """Stay usable when small."""
        return QSize(240, 180)

    def _on_result_changed(self, result: NetworkResult | None) -> None:
        self.plot.show_result(result)
        self._stack.setCurrentIndex(0 if result is None else 1)
        self._on_slider_moved()
        self._say()

    def _on_run_advanced(self, _: Any) -> None:
        self.plot.redraw()
        self._say()

    def _on_run_ended(self, *_: Any) -> None:
        self.plot.redraw()
        self._say()

    def _on_selection_changed(self, rows: Any) -> None:
        self.plot.select(rows)
        self.clear_button.setVisible(len(rows) > 0)
        self._say()

    def _say(self) -> None:
        result = self.plot.result
        if result is None:
            return
        text = f"{len(result.spike_time):,} spikes of {len(result.network.neurons):,} neurons"
        n = len(self.session.selected)
        if n:
            text += f" · {n:,} selected (white)"
        self.text.setText(text)
        self.text.setToolTip("Click to move the time. Shift-drag over rows to select neurons.")

    def _on_picked(self, rows: Any) -> None:
        self.session.select(rows)

    # the cursor and the slider -------------------------------------------------------------

    def _on_slider_moved(self) -> None:
        axis = time_axis(self.viewer)
        if axis is not None:
            self.plot.move_cursor(float(self.viewer.dims.point[axis]))

    def _on_time_requested(self, time: float) -> None:
        self._wanted_time = time
        if time_axis(self.viewer) is None:
            self.plot.move_cursor(time)
        elif not self._move.isActive():
            self._move.start()

    def _move_slider(self) -> None:
        axis = time_axis(self.viewer)
        if axis is not None and self._wanted_time is not None:
            self.viewer.dims.set_point(axis, self._wanted_time)

    # coming and going ----------------------------------------------------------------------

    def _on_theme_changed(self) -> None:
        palette = Palette.of(self.viewer.theme)
        self.setStyleSheet(style_sheet(palette))
        self.plot.set_palette(palette)

    def shut_down(self) -> None:
        """Stop listening."""
        session = self.session
        session.result_changed.disconnect(self._on_result_changed)
        session.run_advanced.disconnect(self._on_run_advanced)
        session.run_ended.disconnect(self._on_run_ended)
        session.selection_changed.disconnect(self._on_selection_changed)
        self._signals.disconnect()
        self._move.stop()
