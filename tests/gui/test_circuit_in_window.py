"""The how-to of docs/circuits.md: five neurons opened, connected and run with a few clicks."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from dock_person import Dock

from napari_neuron.view import VoltageLayer

DOCS = Path(__file__).parents[2] / "docs"


def test_five_neurons_are_opened_connected_and_run(make_napari_viewer, qtbot, registered):
    spec = importlib.util.spec_from_file_location(
        "circuit_in_window", DOCS / "circuit_in_window.py"
    )
    in_window = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(in_window)
    viewer = make_napari_viewer()
    dock = Dock(viewer, qtbot)
    in_window.set_up(viewer, dock.widget)
    assert len(dock.session.cells) == 5
    assert dock.widget.header.cells.text() == "All 5 together ▾"
    groups = dock.experiment.connections
    assert sum(len(group.weights) for group in groups) == 75
    assert len(groups) == 20
    in_window.run(dock.widget)
    assert dock.widget.header.problem.text() == ""
    (result,) = dock.session.results
    first, *others = (
        trace.time[np.argmax(trace.values > 0)] if trace.values.max() > 0 else np.inf
        for trace in result.traces.values()
    )
    assert 10 < first < min(others)
    assert max(others) < 30
    (shown,) = [layer for layer in viewer.layers if isinstance(layer, VoltageLayer)]
    assert shown.cells == result.cells
    assert shown.n_valid == result.n_frames
    dock.widget.close()
    dock.traces.close()
