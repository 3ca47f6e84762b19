"""`PlayBar`: plays the run at a biological speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QWidget

from napari_neuron.view.player import Player
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page
from napari_neuron.widgets.toolkit.style import Palette, icon

if TYPE_CHECKING:
    from napari.viewer import Viewer

SPEEDS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Biological ms in one second."""


class PlayBar(QWidget):
    """Play, speed, loop and film.

    Attributes
    ----------
    film_requested : Signal ()
    player : Player
    """

    film_requested = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self.player = Player(viewer)
        self.button = QPushButton("Play")
        self.button.clicked.connect(lambda _=False: self._toggle())
        self.speed = QComboBox()
        self.speed.setToolTip("Simulated time shown per second")
        leave_wheel_to_page(self.speed)
        for speed in SPEEDS:
            text = "real time" if speed == 1000 else f"{shown_number(speed)} ms per second"
            self.speed.addItem(text, float(speed))
        self.speed.setCurrentIndex(SPEEDS.index(10))
        self.speed.currentIndexChanged.connect(lambda _: self._on_speed_changed())
        self.loop = QCheckBox("Loop")
        self.loop.setChecked(self.player.loop)
        self.loop.toggled.connect(self._on_loop_changed)
        self.film_button = QPushButton("Film…")
        self.film_button.setToolTip("Save the view as an MP4, a GIF or PNG files")
        self.film_button.clicked.connect(lambda _=False: self.film_requested.emit())
        bar = QHBoxLayout(self)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(6)
        bar.addWidget(self.button)
        bar.addWidget(self.speed, 1)
        bar.addWidget(self.loop)
        bar.addWidget(self.film_button)
        self.player.playing_changed.connect(self._on_playing_changed)

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._icons = {False: icon("run", palette, 12), True: icon("stop", palette, 12)}
        self._on_playing_changed(self.player.is_playing)

    def shut_down(self) -> None:
        """Stop playing, and tell nobody."""
        self.player.playing_changed.disconnect()
        self.player.stop()

    def _toggle(self) -> None:
        if self.player.is_playing:
            self.player.stop()
        else:
            self.player.play()

    def _on_playing_changed(self, is_playing: bool) -> None:
        self.button.setText("Stop" if is_playing else "Play")
        self.button.setIcon(self._icons[is_playing])

    def _on_speed_changed(self) -> None:
        self.player.ms_per_second = self.speed.currentData()

    def _on_loop_changed(self, loop: bool) -> None:
        self.player.loop = loop
