"""`EdgeListDialog`: assigns the columns of a table before it becomes a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psygnal import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.spec.edge_list import SOURCES, TARGETS, WEIGHTS
from napari_neuron.spec.point_models import POINT_MODELS
from napari_neuron.widgets.toolkit.page import hint

_TRANSMITTERS = ("transmitter", "nt", "nt_type", "predictedNt", "top_nt")
_DELAYS = ("delay", "delay_ms")


_OF_A_SYNAPSE = 0.01
"""Of what brings a resting neuron to threshold."""


def counts_synapses(source: str | None, weight: str | None) -> bool:
    """Say whether a table's weights are counts of synapses, by the names of its columns.

    Without a column of weights each row is a synapse; neuPrint calls its counts "weight".
    """
    if weight is None or source == "bodyId_pre":
        return True
    return "syn" in weight.lower() or "count" in weight.lower()


def columns_of(path: str | Path) -> list[str]:
    """Return the names of a table's columns without reading the table.

    Raises
    ------
    OSError, ValueError
        If it cannot be read.
    """
    import pandas as pd

    from napari_neuron.spec.edge_list import separator_of

    if str(path).endswith((".parquet", ".pq")):
        import pyarrow.parquet as pq

        return [str(name) for name in pq.read_schema(path).names]
    return [str(name) for name in pd.read_csv(path, sep=separator_of(path), nrows=0).columns]


class EdgeListDialog(QDialog):
    """Asks what the columns of an edge list are.

    Attributes
    ----------
    chosen : Signal (dict)
        Arguments for `PointNetwork.from_file`, path included.
    """

    chosen = Signal(dict)

    def __init__(self, path: str | Path, columns: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Load an edge list")
        self._path = str(path)
        self.source = _chooser(columns, SOURCES)
        self.target = _chooser(columns, TARGETS)
        self.weight = _chooser(columns, WEIGHTS, none="1 per row (synapses)")
        self.transmitter = _chooser(columns, _TRANSMITTERS, none="none: weights are signed")
        self.delay = _chooser(columns, _DELAYS, none="the same for all")
        self.delay_time = _number(5.0, " ms", 0.0)
        self.scale = _number(1.0, "", -1e6)
        self.model = QComboBox()
        self.model.addItems(list(POINT_MODELS))
        self.model.setCurrentText("IntFire4")
        self._is_scale_typed = False
        self.scale.valueChanged.connect(self._on_scale_typed)
        self.weight.currentIndexChanged.connect(self._suggest_scale)
        self.source.currentIndexChanged.connect(self._suggest_scale)
        self.delay.currentIndexChanged.connect(self._on_delay_chosen)
        form = QFormLayout()
        for name, widget in {
            "Source": self.source,
            "Target": self.target,
            "Weight": self.weight,
            "Transmitter": self.transmitter,
            "Scale of weights": self.scale,
            "Delay": self.delay,
            "": self.delay_time,
            "Model": self.model,
        }.items():
            form.addRow(name, widget)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(Path(path).name))
        layout.addLayout(form)
        layout.addWidget(
            hint(
                "Rows with the same source, target and delay are summed. Acetylcholine excites; "
                "GABA and glutamate inhibit. A weight of 1 brings a resting IntFire1 or IntFire4 "
                "neuron to threshold; synapse counts are scaled down, to 0.01 each unless you say "
                "otherwise."
            )
        )
        layout.addWidget(self.buttons)
        self._on_delay_chosen()
        self._suggest_scale()

    def _suggest_scale(self, *_: Any) -> None:
        """Scale counts of synapses down, as long as the person has typed no scale."""
        if not self._is_scale_typed:
            is_count = counts_synapses(self.source.currentData(), self.weight.currentData())
            self.scale.blockSignals(True)
            self.scale.setValue(_OF_A_SYNAPSE if is_count else 1.0)
            self.scale.blockSignals(False)

    def _on_scale_typed(self, *_: Any) -> None:
        self._is_scale_typed = True

    def _on_delay_chosen(self, *_: Any) -> None:
        self.delay_time.setEnabled(self.delay.currentData() is None)

    def _on_accepted(self) -> None:
        delay = self.delay.currentData()
        settings = {
            "path": self._path,
            "model": self.model.currentText(),
            "source": self.source.currentData(),
            "target": self.target.currentData(),
            "weight": self.weight.currentData(),
            "transmitter": self.transmitter.currentData(),
            "weight_scale": self.scale.value(),
            "delay": self.delay_time.value() if delay is None else delay,
        }
        self.accept()
        self.chosen.emit(settings)


def _chooser(columns: list[str], known: tuple[str, ...], none: str = "") -> QComboBox:
    combo = QComboBox()
    if none:
        combo.addItem(none, None)
    for name in columns:
        combo.addItem(name, name)
    there = next((name for name in known if name in columns), None)
    if there is not None:
        combo.setCurrentIndex(combo.findData(there))
    combo.setMinimumContentsLength(18)
    return combo


def _number(value: float, suffix: str, lowest: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(lowest, 1e6)
    spin.setDecimals(4)
    spin.setValue(value)
    spin.setSuffix(suffix)
    return spin
