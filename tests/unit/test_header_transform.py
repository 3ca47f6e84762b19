"""SCALE and OFFSET comments of SWC files are reported, and applied where a person says so."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.compile.suggest_repairs import suggested_repairs
from napari_neuron.morphology import read_swc

ROWS = "1 1 0 0 0 5 -1\n2 3 0 5 0 1 1\n3 3 0 20 10 1 2\n"


def reported(cell):
    """Return the repairs suggested for what the header says, a tuple for each line."""
    findings = [f for f in nn.check(cell) if f.code == "header-transform"]
    return [suggested_repairs(cell, finding) for finding in findings]


@pytest.mark.parametrize(
    ("line", "unit", "repair", "places"),
    [
        ("# SCALE 0.5 0.5 2", "um", nn.SetUnit(unit="0.5x0.5x2 um"), [0, 10, 20]),
        ("# SCALE 0.5", "um", nn.SetUnit(unit="0.5 um"), [0, 10, 5]),
        ("# SCALE: 1, 1, 2.5", "8 nm", nn.SetUnit(unit="0.008x0.008x0.02 um"), [0, 0.16, 0.2]),
        ("# OFFSET 74.5 18.25 36", "um", nn.Move(x=74.5, y=18.25, z=36), [74.5, 38.25, 46]),
        ("# OFFSET 1000 0 0", "nm", nn.Move(x=1), [1, 0.02, 0.01]),
    ],
)
def test_the_repair_applies_what_the_header_says_once(line, unit, repair, places, tmp_path):
    cell = read_swc(f"{line}\n{ROWS}", units=unit)
    assert reported(cell) == [(repair,)]
    after = nn.repair(cell, repair)
    assert after.position[2] == pytest.approx(places)
    assert reported(after) == []
    after.save(tmp_path / "applied.swc")
    again = nn.read_morphology(tmp_path / "applied.swc")
    assert reported(again) == []
    assert np.allclose(again.position, after.position)


@pytest.mark.parametrize("line", ["# SCALE 1.0 1.0 1.0", "# OFFSET 0 0 0", "# SCALED by hand"])
def test_what_changes_nothing_is_not_reported(line):
    assert reported(read_swc(f"{line}\n{ROWS}", units="um")) == []


@pytest.mark.parametrize("line", ["# SCALE 1 2", "# SCALE 0 1 1", "# SCALE -1 1 1"])
def test_what_cannot_be_applied_is_reported_without_a_repair(line):
    assert reported(read_swc(f"{line}\n{ROWS}", units="um")) == [()]


def test_both_are_applied_one_after_the_other():
    cell = read_swc(f"# SCALE 2 2 2\n# OFFSET 5 0 0\n{ROWS}", units="um")
    assert reported(cell) == [(nn.SetUnit(unit="2 um"),), (nn.Move(x=5),)]
    moved = nn.repair(cell, nn.Move(x=5))
    assert reported(moved) == [(nn.SetUnit(unit="2 um"),)]
