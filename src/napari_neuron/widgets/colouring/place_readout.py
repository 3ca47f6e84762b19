"""`PlaceReadout`: the place under the mouse, or clicked: node, compartment, region, value."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from napari_neuron.compile.paint import painted_by
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.view.places import PickedPlace
from napari_neuron.view.time_text import time_axis, time_in_words
from napari_neuron.widgets.colouring.hover import Hover
from napari_neuron.widgets.forms.summaries import paint_in_words
from napari_neuron.widgets.sessions import session_of
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.style import Palette

if TYPE_CHECKING:
    from napari.viewer import Viewer

Painted = list[tuple[str, npt.NDArray[np.bool_]]]

_HINT = (
    "Point at the cell to see what is there. Shift-click to add its trace, double-click to select "
    "its node."
)


class PlaceReadout(QWidget):
    """Three lines: the value now, where it is, and what it is made of.

    Parameters
    ----------
    viewer
        The viewer whose mouse and time are followed.
    """

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._palette = Palette.of(viewer.theme)
        self._clicked: PickedPlace | None = None
        self._painted: tuple[Any, Morphology, Painted] | None = None
        self._asked: tuple[Any, Morphology] | None = None
        self._watched: Any = None
        self._job = LatestJob()
        self._job.finished.connect(self._on_painted)
        self.hover = Hover(viewer)
        self.hover.changed.connect(self.refresh)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 6)
        column.addWidget(self.text)
        viewer.dims.events.current_step.connect(self._on_time_moved)
        viewer.layers.events.removed.connect(self._on_removed)
        self.refresh()

    @property
    def place(self) -> PickedPlace | None:
        """The place described: under the mouse, or else the last one clicked if still shown."""
        if self.hover.place is not None and self._is_shown(self.hover.place):
            return self.hover.place
        clicked = self._clicked
        return clicked if clicked is not None and self._is_shown(clicked) else None

    def showEvent(self, event: QShowEvent | None) -> None:
        """Keep room for four lines of the font, which is napari's only once this is in a window."""
        self.text.ensurePolished()
        self.text.setFixedHeight(4 * self.text.fontMetrics().lineSpacing() + 8)
        super().showEvent(event)

    def show_clicked(self, place: PickedPlace) -> None:
        """Describe a clicked place whenever the mouse is off the cell."""
        self._clicked = place
        self.refresh()

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self.refresh()

    def shut_down(self) -> None:
        """Stop listening."""
        self.hover.disconnect()
        self._job.stop()
        self._watch(None)
        self._viewer.dims.events.current_step.disconnect(self._on_time_moved)
        self._viewer.layers.events.removed.disconnect(self._on_removed)

    def refresh(self) -> None:
        """Say what is there now."""
        place = self.place
        self._watch(None if place is None else place.layer)
        if place is None:
            self.text.setText(f'<span style="color:{self._palette.dim}">{_HINT}</span>')
            return
        value, when = place.value_in_words, self._time(place)
        where = [f"node {place.node}", f"compartment {place.compartment}", place.cell.name]
        made_of = [place.region, *self._paint_at(place)]
        lines = (
            f"<b>{escape(value)}</b>{escape(when)}",
            escape(" · ".join(where)),
            f'<span style="color:{self._palette.dim}">{escape(" · ".join(made_of))}</span>',
        )
        self.text.setText("<br>".join(lines))
        self.text.setToolTip("\n".join((value + when, " · ".join(where), *made_of)))

    def _time(self, place: PickedPlace) -> str:
        axis = time_axis(self._viewer)
        if axis is None or place.layer.is_map:
            return ""
        moment = float(self._viewer.dims.point[axis])
        return f" at {time_in_words(moment, place.layer.frame_interval)}"

    def _paint_at(self, place: PickedPlace) -> list[str]:
        """Return the paint on the node; nothing while it is being computed."""
        experiment = self._experiment(place)
        known = self._painted
        if known is None or known[0] is not experiment.paint or known[1] is not place.cell:
            if self._asked is None or self._asked[0] is not experiment.paint:
                self._asked = (experiment.paint, place.cell)
                self._job.request(_painted, experiment, place.cell)
            return []
        return [name for name, nodes in known[2] if nodes[place.row]]

    def _on_painted(self, painted: tuple[Any, Morphology, Painted]) -> None:
        self._painted, self._asked = painted, None
        self.refresh()

    def _experiment(self, place: PickedPlace) -> Experiment:
        """Return the experiment of the run that is shown, that of the session if it has gone."""
        session, frames = session_of(self._viewer), place.layer.frames_of("v")
        for result in reversed(session.results):
            if np.may_share_memory(result.frames, frames):
                return result.experiment
        return session.experiment

    def _is_shown(self, place: PickedPlace) -> bool:
        return place.layer in self._viewer.layers and bool(place.layer.visible)

    def _watch(self, layer: Any) -> None:
        if layer is self._watched:
            return
        for emitter in _told(self._watched):
            emitter.disconnect(self._on_time_moved)
        for emitter in _told(layer):
            emitter.connect(self._on_time_moved)
        self._watched = layer

    def _on_removed(self, event: Any) -> None:
        """Release a removed layer."""
        if self._clicked is not None and self._clicked.layer is event.value:
            self._clicked = None
        if self.hover.place is not None and self.hover.place.layer is event.value:
            self.hover.place = None
        self.refresh()

    def _on_time_moved(self, event: Any = None) -> None:
        if self.place is not None:
            self.refresh()


def _painted(experiment: Experiment, cell: Morphology) -> tuple[Any, Morphology, Painted]:
    painted: Painted = []
    for layer in experiment.paint:
        if layer.cell not in (None, cell.name):
            continue
        try:
            nodes = painted_by(layer, cell)
        except ExperimentError:
            continue  # said where it is painted
        painted.append((paint_in_words(layer).partition(" · ")[0], nodes))
    return experiment.paint, cell, painted


def _told(layer: Any) -> tuple[Any, ...]:
    """Return what says that a layer shows other values."""
    return () if layer is None else (layer.events.variable, layer.valid_frames_changed)
