"""The how-to of docs/l5-cell.md: ten mechanisms and profiles, through the editors of the window."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from dock_person import add_cell

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a compiler")
def test_an_l5_cell_is_set_up_in_the_window_and_fires(dock, tmp_path):
    spec = importlib.util.spec_from_file_location("l5_in_window", DOCS / "l5_in_window.py")
    in_window = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(in_window)
    example = in_window.the_example()
    cell = example.l5_cell(tmp_path)
    add_cell(dock.viewer, cell)
    dock.session.choose_cells((cell,))
    in_window.set_up(dock.widget, example.l5_paint())
    assert dock.experiment.paint == example.l5_paint()
    wanted = example.l5_experiment(dock.experiment.mod_files)
    dock.session.edit(wanted.replace(cells=dock.experiment.cells, paint=dock.experiment.paint))
    dock.click(dock.widget.header.run_button)
    in_window.wait(lambda: dock.session.results)
    dock.wait_for_the_end(180_000)
    result = dock.session.results[-1]
    spikes = result.spikes["soma"]
    assert 20 < len(spikes) < 32
    assert spikes.min() > 105
    assert spikes.max() < 402
    trace = result.traces["soma"]
    assert trace.values[trace.time < 100].max() < -69
    assert 25 < trace.values.max() < 50
