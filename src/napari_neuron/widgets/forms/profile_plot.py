"""`ProfilePlot`: a plot of a profile; in its own file because Matplotlib is slow to import."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from qtpy.QtWidgets import QSizePolicy

from napari_neuron.compile.profiles import evaluate_profile
from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology.paths import distance_from
from napari_neuron.widgets.forms.words import ALONG_NAMES

_PLOT_HEIGHT = 120
_GREY = "#888888"


class ProfilePlot(FigureCanvasQTAgg):
    """A profile's value against distance or radius, over the extent of the cell."""

    def __init__(self) -> None:
        self._figure = Figure(facecolor="none", layout="constrained")
        super().__init__(self._figure)
        self._axes = self._figure.add_subplot(facecolor="none")
        self.setStyleSheet("background: transparent")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_PLOT_HEIGHT)

    def show_profile(self, profile: Any, cell: Any, unit: str) -> None:
        """Plot a profile."""
        x = np.linspace(0, self._extent(profile, cell), 300)
        axes = self._axes
        axes.clear()
        axes.plot(x, evaluate_profile(profile, x), color="#4fc3f7", linewidth=1.4)
        axes.set_xlabel(f"{ALONG_NAMES[profile.along]} (µm)", color=_GREY, fontsize=7.5)
        axes.set_ylabel(unit, color=_GREY, fontsize=7.5)
        axes.tick_params(colors=_GREY, labelsize=7, length=2)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_GREY)
        axes.margins(x=0)
        axes.locator_params(nbins=4, axis="y")
        self.draw_idle()

    @staticmethod
    def _extent(profile: Any, cell: Any) -> float:
        if cell is None:
            return 1000.0
        if profile.along == "radius":
            return float(cell.radius.max())
        try:
            origin = "soma" if profile.along == "soma_distance" else "root"
            distance = distance_from(cell, origin)
        except NapariNeuronError:  # no soma: the run says so
            return 1000.0
        return float(np.max(distance, initial=1.0, where=np.isfinite(distance)))
