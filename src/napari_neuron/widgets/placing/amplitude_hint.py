"""`AmplitudeHint`: how far an input's current moves the voltage where it is placed."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_neuron.compile.effect import passive_resistance_at
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import (
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
    Experiment,
)
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import hint

_PAUSE = 150
"""ms after the last edit."""

Key = tuple[Morphology, Any, Any, int]
"""What the resistance depends on: cell, paint, discretisation, node."""


def largest_current(stimulus: Any) -> float | None:
    """Return the largest current (nA) of an input, by magnitude; None if it is not a current."""
    match stimulus:
        case CurrentPulse() | CurrentPulseTrain():
            return float(stimulus.amplitude)
        case CurrentRamp():
            return float(max(stimulus.start_amplitude, stimulus.end_amplitude, key=abs))
        case CurrentSine() | CurrentChirp():
            low, high = (stimulus.offset + s * abs(stimulus.amplitude) for s in (-1, 1))
            return float(max(low, high, key=abs))
        case CurrentNoise():
            return float(stimulus.mean)
        case CurrentWaveform():
            return float(max(stimulus.amplitudes, key=abs)) * float(stimulus.scale)
    return None


def effect_in_words(current: float, resistance: float, node: int) -> str:
    """Return what a lasting current does at a node; the resistance is in MΩ."""
    shift = current * resistance
    text = (
        f"Input resistance at node {node}: {shown_number(_rounded(resistance))} MΩ (leak only). "
        f"{shown_number(_rounded(current))} nA, sustained, moves the voltage there by "
        f"{shown_number(_rounded(shift))} mV."
    )
    if abs(shift) > 200:
        text += (
            f" That is a lot: {shown_number(_rounded(20 / resistance))} nA would move it by 20 mV."
        )
    return text


class AmplitudeHint(QWidget):
    """Shows the effect of an input's current, computed in a thread shortly after an edit."""

    def __init__(self) -> None:
        super().__init__()
        self.label = hint()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label)
        self.setVisible(False)
        self._wanted: tuple[Key, Experiment, float] | None = None
        self._known: tuple[Key, float | None] | None = None
        self._job = LatestJob()
        self._job.finished.connect(self._on_finished)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._work_out)

    def request(self, cell: Morphology | None, experiment: Experiment, stimulus: Any) -> None:
        """Show it for this input of an experiment; nothing for None or other inputs."""
        current = None if stimulus is None or cell is None else largest_current(stimulus)
        if current is None or stimulus.cell not in (None, cell.name):
            self._wanted = None
            self.setVisible(False)
            return
        key = (cell, experiment.paint, experiment.discretisation, stimulus.nodes[0])
        self._wanted = (key, experiment, current)
        if self._known is not None and _is_same(self._known[0], key):
            self._show()
        else:
            self._timer.start()

    def stop(self) -> None:
        """Emit nothing more."""
        self._timer.stop()
        self._job.stop()

    def _work_out(self) -> None:
        if self._wanted is not None:
            self._job.request(_resistance, *self._wanted[:2])

    def _on_finished(self, answer: tuple[Key, float | None]) -> None:
        self._known = answer
        if self._wanted is not None and not _is_same(answer[0], self._wanted[0]):
            self._timer.start()
        else:
            self._show()

    def _show(self) -> None:
        resistance = self._known[1] if self._known is not None else None
        if self._wanted is None or resistance is None:
            self.setVisible(False)
            return
        key, _, current = self._wanted
        self.label.setText(effect_in_words(current, resistance, key[3]))
        self.setVisible(True)


def _is_same(a: Key, b: Key) -> bool:
    return a[0] is b[0] and a[1:] == b[1:]


def _resistance(key: Key, experiment: Experiment) -> tuple[Key, float | None]:
    cell, node = key[0], key[3]
    return key, passive_resistance_at(cell, experiment, node)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
