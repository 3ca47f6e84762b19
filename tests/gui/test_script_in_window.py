"""The script that the window writes repeats the window's run."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from dock_person import Dock
from napari.components import ViewerModel
from qtpy.QtWidgets import QFileDialog

from napari_neuron import SimulationResult


def save_script(dock, path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    dock.click(dock.widget.header.script_button)
    status = dock.widget.header.status
    dock.qtbot.waitUntil(lambda: f"Saved {path.stem}.py" in status.text(), timeout=20_000)
    return status.text()


def test_a_script_of_the_window_gives_the_windows_voltages(dock, tmp_path, monkeypatch):
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")
    dock.add("recorders", "Voltage")
    dock.run_to_the_end()
    said = save_script(dock, tmp_path / "again", monkeypatch)
    assert "and beside it again_fork.swc" in said
    script = tmp_path / "again.py"
    subprocess.run([sys.executable, str(script), "--no-window"], check=True, timeout=120)
    again, before = SimulationResult.load(tmp_path / "again.h5"), dock.session.results[-1]
    assert np.array_equal(again.voltage, before.voltage)
    assert np.array_equal(again.samples, before.samples)


def test_without_a_cell_there_is_nothing_to_write_a_script_for(qtbot):
    dock = Dock(ViewerModel(), qtbot)
    dock.click(dock.widget.header.script_button)
    assert "open a skeleton first" in dock.widget.header.problem.text()
    dock.widget.close()
    dock.traces.close()
