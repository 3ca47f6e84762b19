"""What a person does with the Traces window and with the cell in the canvas."""

from __future__ import annotations

import numpy as np
from matplotlib.backend_bases import MouseButton, MouseEvent
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication
from test_widgets_traces import result_of

from napari_neuron.runner import RunStarted


def fill(dock, values, **changes):
    """Show a finished run with these values; return it."""
    result = result_of(np.asarray(values, float), cell=dock.session.cells[0], **changes)
    dock.session.apply(RunStarted(result))
    dock.traces.resize(700, 300)
    dock.traces.grab()
    return result


def ramp(n=1001, begin=-80.0, end=20.0):
    return np.linspace(begin, end, n)


def mouse(plot, name, x, y, **more):
    event = MouseEvent(name, plot.canvas, x, y, MouseButton.LEFT, **more)
    plot.canvas.callbacks.process(name, event)


def position_of(window, node):
    """Where a node is on the canvas, pixels."""
    cell = window.session.results[0].cell
    x, y, z = cell.position[cell.rows(node)[0]]
    view = window.viewer.window._qt_viewer.canvas.view
    at = (view.transform * view.scene.transform).map(
        [x, y, z if window.viewer.dims.ndisplay == 3 else 0, 1]
    )
    return np.asarray(at[:2] / at[3])


def click(window, at, modifier=Qt.KeyboardModifier.NoModifier, *, double=False):
    native = window.viewer.window._qt_viewer.canvas.native
    at = QPoint(*np.round(at).astype(int).tolist())
    act = window.qtbot.mouseDClick if double else window.qtbot.mouseClick
    act(native, Qt.MouseButton.LeftButton, modifier, at)
    window.qtbot.wait(20)


def move_to(window, at, buttons=Qt.MouseButton.NoButton):
    """Move the mouse over the canvas; with a button pressed, drag."""
    native = window.viewer.window._qt_viewer.canvas.native
    at = QPointF(*np.round(at).astype(float).tolist())
    where = native.mapToGlobal(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        where,
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(native, event)
    window.qtbot.wait(20)
