"""Colours, symbols and icons of the windows, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from qtpy.QtCore import QByteArray, QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF
from qtpy.QtSvg import QSvgRenderer

from napari_neuron.spec import Experiment
from napari_neuron.view.voltage.colours import TRACE_COLOURS

STIMULUS_COLOUR = "#ffe066"
SWITCHED_OFF = "#808080"

SYMBOLS = {
    "voltage": "disc",
    "spikes": "diamond",
    "current_pulse": "triangle_down",
    "current_pulse_train": "triangle_down",
    "current_ramp": "triangle_down",
    "current_sine": "triangle_down",
    "current_chirp": "triangle_down",
    "current_noise": "triangle_down",
    "current_waveform": "triangle_down",
    "voltage_clamp": "triangle_up",
    "voltage_waveform": "triangle_up",
    "point_leak": "cross",
    "point_process": "cross",
    "alpha_synapse": "star",
    "exp2_synapse": "square",
    "synapse": "square",
    "range_variable": "disc",
    "process_variable": "triangle_up",
}
"""napari's name of the marker of each kind of stimulus and recorder."""


def recorder_colours(*experiments: Experiment) -> dict[str, str]:
    """Return a colour for each recorder's label.

    A voltage recorder and a spike detector of one label share it. Labels of the first experiment
    come first, so that a trace keeps the colour of the marker as long as that is there.
    """
    labels = dict.fromkeys(r.label for e in experiments for r in e.recorders)
    return {label: colour_number(i) for i, label in enumerate(labels)}


def colour_number(index: int) -> str:
    """Return the colour of the n-th line of a plot, from 0; they come again after the last."""
    return TRACE_COLOURS[index % len(TRACE_COLOURS)]


@dataclass(frozen=True)
class Palette:
    """The colours of napari's theme that we use, as ``#rrggbb``."""

    background: str
    foreground: str
    primary: str
    text: str
    icon: str
    error: str
    warning: str
    current: str
    dim: str

    @classmethod
    def of(cls, theme_name: str) -> Palette:
        """Read napari's theme of that name."""
        from napari.utils.theme import get_theme

        theme = get_theme(theme_name)

        def colour(name: str) -> str:
            red, green, blue = theme_rgb(getattr(theme, name))
            return QColor(red, green, blue).name()

        text, background = QColor(colour("text")), QColor(colour("background"))
        dim = QColor(
            *(
                round(0.62 * a + 0.38 * b)
                for a, b in zip(text.getRgb()[:3], background.getRgb()[:3], strict=True)
            )
        )
        # napari's error red and warning yellow are made for large areas; small text needs more
        # contrast: light on dark, dark on light
        is_dark = background.lightness() < 128
        return cls(
            error="#ff7b72" if is_dark else "#b3261e",
            warning=colour("warning") if is_dark else "#8a5a00",
            dim=dim.name(),
            **{
                name: colour(name)
                for name in (
                    "background",
                    "foreground",
                    "primary",
                    "text",
                    "icon",
                    "current",
                )
            },
        )


def theme_rgb(colour: Any) -> tuple[int, int, int]:
    """Return red, green, blue (0 to 255) of a colour of napari's theme."""
    red, green, blue = colour.as_rgb_tuple()[:3]
    return int(red), int(green), int(blue)


def style_sheet(palette: Palette) -> str:
    """Return what is added to napari's own style."""
    return f"""
    QLabel#problem {{ color: {palette.error}; }}
    QLabel#warning {{ color: {palette.warning}; }}
    QLabel#hint {{ color: {palette.dim}; }}
    QLabel#heading {{ font-weight: bold; }}
    QScrollArea {{ border: none; background: transparent; }}
    QWidget#page {{ background: transparent; }}
    QListWidget {{ background-color: {palette.foreground}; border: none; padding: 2px; }}
    QListWidget::item {{ padding: 3px 4px; border-radius: 2px; }}
    QListWidget::item:selected {{ background-color: {palette.current}; color: {palette.text}; }}
    QTreeWidget {{ background-color: {palette.foreground}; border: none; }}
    QTreeWidget::item {{ padding: 1px 0px; }}
    QTreeWidget::item:selected {{ background-color: {palette.current}; color: {palette.text}; }}
    QTableWidget {{ background-color: {palette.foreground}; border: none;
        gridline-color: {palette.background}; }}
    QHeaderView::section {{ background-color: {palette.background}; color: {palette.dim};
        border: none; padding: 2px 4px; }}
    QToolButton {{ background-color: {palette.foreground}; color: {palette.text};
        border: none; border-radius: 2px; padding: 4px 6px; }}
    QToolButton:hover {{ background-color: {palette.primary}; }}
    QToolButton:disabled {{ color: {palette.dim}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QPushButton#run {{ font-weight: bold; padding: 4px 14px;
        background-color: {palette.current}; }}
    QPushButton#run:disabled {{ background-color: {palette.foreground}; color: {palette.dim}; }}
    """


_PATHS = {
    "run": "M7 4 L20 12 L7 20 Z",
    "stop": "M6 6 H18 V18 H6 Z",
    "undo": "M9 4 L3 10 L9 16 V12 C14 12 17 13.5 20 19 C20 12 16 8 9 8 Z",
    "redo": "M15 4 L21 10 L15 16 V12 C10 12 7 13.5 4 19 C4 12 8 8 15 8 Z",
    "open": "M3 5 H9 L11 7.5 H20 V10 H6.5 L4 18 L3 17 Z M7.5 11.5 H22 L19.5 19 H5 Z",
    "save": "M4 4 H17 L20 7 V20 H4 Z M8 4 V9 H15 V4 Z M7 13 H17 V20 H7 Z",
    "script": "M8 5.5 L9.5 7 L4.5 12 L9.5 17 L8 18.5 L1.5 12 Z M16 5.5 L14.5 7 L19.5 12 L14.5 17 "
    "L16 18.5 L22.5 12 Z M12.4 6 H14 L11.6 18 H10 Z",
    "add": "M10.5 4 H13.5 V10.5 H20 V13.5 H13.5 V20 H10.5 V13.5 H4 V10.5 H10.5 Z",
    "remove": "M4 10.5 H20 V13.5 H4 Z",
    "up": "M12 6 L20 16 H4 Z",
    "down": "M12 18 L20 8 H4 Z",
    "copy": "M4 4 H15 V8 H8 V15 H4 Z M10 10 H20 V20 H10 Z",
    "home": "M12 4 L21 12 H18 V20 H14 V14 H10 V20 H6 V12 H3 Z",
    "pan": "M12 2 L15.5 6 H13 V11 H18 V8.5 L22 12 L18 15.5 V13 H13 V18 H15.5 L12 22 L8.5 18 H11 "
    "V13 H6 V15.5 L2 12 L6 8.5 V11 H11 V6 H8.5 Z",
    "measure": "M5 3 H7 V21 H5 Z M17 3 H19 V21 H17 Z M8 12 L11 9 V11 H13 V9 L16 12 L13 15 V13 H11 "
    "V15 Z",
    "pick": "M12 3 A9 9 0 1 1 12 21 A9 9 0 1 1 12 3 Z M12 5.5 A6.5 6.5 0 1 0 12 18.5 "
    "A6.5 6.5 0 1 0 12 5.5 Z M12 9 A3 3 0 1 1 12 15 A3 3 0 1 1 12 9 Z",
    "keep": "M8 3 H16 V5 L15 6 V11 L18 14 V15.5 H13 V21 L12 22 L11 21 V15.5 H6 V14 L9 11 V6 L8 5 Z",
    "drop": "M5.5 4 L12 10.5 L18.5 4 L20 5.5 L13.5 12 L20 18.5 L18.5 20 L12 13.5 L5.5 20 L4 18.5 "
    "L10.5 12 L4 5.5 Z",
    "zoom": "M10 3 A7 7 0 1 1 10 17 A7 7 0 1 1 10 3 Z M10 5.5 A4.5 4.5 0 1 0 10 14.5 "
    "A4.5 4.5 0 1 0 10 5.5 Z M15 16.5 L16.5 15 L21.5 20 L20 21.5 Z",
}


def icon(name: str, palette: Palette, size: int = 16) -> QIcon:
    """Return one of our icons, in the theme's colour, and dimmed where it is disabled."""
    made = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, palette.icon), (QIcon.Mode.Disabled, palette.primary)):
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
            f'<path fill="{colour}" fill-rule="evenodd" d="{_PATHS[name]}"/></svg>'
        )
        made.addPixmap(_rendered(svg, size), mode)
    return made


def _rendered(svg: str, size: int) -> QPixmap:
    pixmap = _blank(size)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def _blank(size: int) -> QPixmap:
    pixmap = QPixmap(2 * size, 2 * size)  # twice, for screens with small pixels
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


@cache
def marker_icon(kind: str, colour: str, size: int = 14) -> QIcon:
    """Return the marker of a kind of stimulus or recorder, as it is drawn on the cell."""
    pixmap = _blank(size)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    s = float(size)
    symbol = SYMBOLS[kind]
    if symbol == "disc":
        painter.drawEllipse(QRectF(1.5, 1.5, s - 3, s - 3))
    elif symbol == "square":
        painter.drawRect(QRectF(2, 2, s - 4, s - 4))
    else:
        painter.drawPolygon(QPolygonF([QPointF(s * x, s * y) for x, y in _CORNERS[symbol]]))
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it
    return made


@cache
def dot_icon(colour: str, size: int = 12) -> QIcon:
    """Return a round spot of a colour."""
    pixmap = _blank(size)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QRectF(2, 2, size - 4, size - 4))
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it
    return made


_CORNERS = {
    "diamond": ((0.5, 0.05), (0.9, 0.5), (0.5, 0.95), (0.1, 0.5)),
    "triangle_down": ((0.08, 0.15), (0.92, 0.15), (0.5, 0.92)),
    "triangle_up": ((0.08, 0.88), (0.92, 0.88), (0.5, 0.1)),
    "cross": (
        (0.36, 0.06),
        (0.64, 0.06),
        (0.64, 0.36),
        (0.94, 0.36),
        (0.94, 0.64),
        (0.64, 0.64),
        (0.64, 0.94),
        (0.36, 0.94),
        (0.36, 0.64),
        (0.06, 0.64),
        (0.06, 0.36),
        (0.36, 0.36),
    ),
    "star": (
        (0.5, 0.03),
        (0.62, 0.36),
        (0.97, 0.37),
        (0.69, 0.58),
        (0.79, 0.93),
        (0.5, 0.73),
        (0.21, 0.93),
        (0.31, 0.58),
        (0.03, 0.37),
        (0.38, 0.36),
    ),
}
