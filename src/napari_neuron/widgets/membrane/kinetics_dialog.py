"""`KineticsDialog`: plots the gates of a painted mechanism against voltage, as measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from napari.qt.threading import create_worker
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import NapariNeuronError
from napari_neuron.spec import DensityMechanism, ModFile, Paint, Parameter
from napari_neuron.widgets.forms.summaries import mechanism_of
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox, shown_number
from napari_neuron.widgets.toolkit.page import hint, leave_enter_to_fields
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import Palette, colour_number, style_sheet

COLDEST, WARMEST = -20.0, 60.0
"""Range of temperatures, °C."""


def parameters_of(layer: Paint) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
    """Return the parameters a layer sets that can be measured, and the names of the others.

    A clamped mechanism has no place on the cell: profiles have no value there.
    """
    if not isinstance(layer, DensityMechanism):
        return (), ()  # their conductances and potentials move no gate
    plain, left = [], []
    for parameter in layer.parameters:
        if isinstance(parameter.value, int | float) and "[" not in parameter.name:
            plain.append(parameter)
        else:
            left.append(parameter.name)
    return tuple(plain), tuple(left)


class KineticsDialog(QDialog):
    """Shows steady states and time constants; measures again at another temperature.

    Parameters
    ----------
    layer
        A layer of paint that has a mechanism.
    celsius
        The temperature at first, °C.
    mod_files
        Of the experiment.
    palette
        Of the theme.
    """

    def __init__(
        self,
        layer: Paint,
        celsius: float,
        mod_files: tuple[ModFile, ...],
        palette: Palette,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.mechanism = mechanism_of(layer)
        self._parameters, left = parameters_of(layer)
        self._mod_files = mod_files
        self._palette = palette
        self._worker: Any = None
        self._wanted = celsius
        self.kinetics: Any = None
        self.setWindowTitle(f"Kinetics of {self.mechanism}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(style_sheet(palette))
        self.resize(560, 560)
        self.figure = Figure(facecolor=palette.background, layout="constrained")
        self.canvas = FigureCanvasQTAgg(self.figure)
        self.canvas.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.canvas.setMinimumHeight(260)
        self.said = hint()
        self.problem = ProblemLabel()
        self.note = hint(
            f"{', '.join(left)} varies along the cell: measured with the default." if left else ""
        )
        self.note.setVisible(bool(left))
        self.celsius = QuantitySpinBox()
        self.celsius.setRange(COLDEST, WARMEST)
        self.celsius.setSuffix(" °C")
        self.celsius.setValue(celsius)
        self.celsius.setToolTip(
            "Temperature for these curves; the experiment's own is on the Run tab"
        )
        self.celsius.valueChanged.connect(self._on_celsius_changed)
        self.save_button = QPushButton("Save…")
        self.save_button.setToolTip("As a picture (PNG, SVG, PDF) or as numbers (CSV)")
        self.save_button.clicked.connect(lambda _=False: self._ask_where_to_save())
        self.save_button.setEnabled(False)
        row = QHBoxLayout()
        row.addWidget(QLabel("Temperature"))
        row.addWidget(self.celsius)
        row.addStretch()
        row.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.said)
        layout.addWidget(self.note)
        layout.addWidget(self.problem)
        layout.addWidget(self.canvas, 1)
        leave_enter_to_fields(self)
        self._measure()

    @property
    def is_busy(self) -> bool:
        """Whether NEURON is being asked."""
        return self._worker is not None

    def save(self, path: str | Path) -> None:
        """Write what is shown: numbers if the name ends in .csv, else a picture."""
        path = Path(path)
        try:
            if path.suffix.lower() == ".csv":
                self.kinetics.save_csv(path)
            else:
                self.figure.savefig(path, dpi=150)
        except (OSError, ValueError) as error:  # ValueError: matplotlib knows no such format
            self.problem.say(str(error))
        else:
            self.problem.say("")
            self.said.setText(f"Saved {path.name}.")

    def _ask_where_to_save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            "Save the kinetics",
            f"{self.mechanism}_{self.kinetics.celsius:g}C.png",
            "Pictures (*.png *.svg *.pdf);;Numbers (*.csv)",
        )
        if path:
            self.save(path)

    def _on_celsius_changed(self, celsius: float) -> None:
        self._wanted = celsius
        self._measure()

    def _measure(self) -> None:
        if self.is_busy:
            return  # it looks again when it is done
        self.said.setText(f"Running {self.mechanism} at {shown_number(self._wanted)} °C …")
        self._worker = create_worker(
            _measured,
            self.mechanism,
            self._parameters,
            self._wanted,
            self._mod_files,
            _start_thread=False,
        )
        self._worker.returned.connect(self._on_returned)
        self._worker.start()

    def _on_returned(self, answer: tuple[Any, float, str]) -> None:
        self._worker = None
        kinetics, celsius, problem = answer
        try:
            self.problem.say(problem)
        except RuntimeError:  # the dialog was closed in the meantime
            return
        if celsius != self._wanted:
            self._measure()
            return
        self.kinetics = kinetics
        has_gates = kinetics is not None and bool(kinetics.gates)
        self.save_button.setEnabled(has_gates)
        self.canvas.setVisible(has_gates)
        if has_gates:
            self._draw()
        if kinetics is None:
            self.said.setText("")
        elif has_gates:
            names = ", ".join(gate.name for gate in kinetics.gates)
            self.said.setText(
                f"{names} of {self.mechanism} at {shown_number(celsius)} °C, measured by clamping "
                f"at {len(kinetics.voltage)} voltages."
            )
        else:
            self.said.setText(
                f"{self.mechanism} has no gates: none of its states changes with time, so there "
                "is nothing to measure."
            )

    def _draw(self) -> None:
        palette, kinetics = self._palette, self.kinetics
        self.figure.clear()
        steady, tau = self.figure.subplots(2, sharex=True)
        for number, gate in enumerate(kinetics.gates):
            colour = colour_number(number)
            steady.plot(kinetics.voltage, gate.steady, color=colour, label=gate.name)
            tau.plot(kinetics.voltage, gate.tau, color=colour, label=gate.name)
        steady.set_title(
            f"{self.mechanism} at {shown_number(kinetics.celsius)} °C", color=palette.text
        )
        steady.set_ylabel("steady state")
        tau.set(xlabel="voltage (mV)", ylabel="time constant (ms)", ylim=(0, None))
        steady.legend(facecolor=palette.background, labelcolor=palette.text, edgecolor=palette.dim)
        for axes in (steady, tau):
            axes.set_facecolor(palette.background)
            axes.tick_params(colors=palette.dim)
            axes.spines[["top", "right"]].set_visible(False)
            axes.spines[["left", "bottom"]].set_color(palette.dim)
            axes.xaxis.label.set_color(palette.text)
            axes.yaxis.label.set_color(palette.text)
        self.canvas.draw_idle()


def _measured(
    mechanism: str, parameters: tuple[Parameter, ...], celsius: float, mod_files: Any
) -> tuple[Any, float, str]:
    from napari_neuron.engine import measure_kinetics

    try:
        measured = measure_kinetics(
            mechanism, parameters=parameters, celsius=celsius, mod_files=mod_files
        )
    except NapariNeuronError as error:
        return None, celsius, str(error)
    return measured, celsius, ""
