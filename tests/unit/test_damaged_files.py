"""Every odd or damaged file of the collection gives the answer written down for it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from napari_neuron import SwcError, check, read_morphology
from napari_neuron.morphology import find_sections

with (Path(__file__).parents[1] / "damaged_files.csv").open(newline="") as table:
    ROWS = list(csv.DictReader(table))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_file_gives_the_error_or_the_findings_it_must(row, shared_data):
    path = shared_data / "swc_edge" / row["file"]
    answer = row["answer"]
    if answer.startswith("error"):
        with pytest.raises(SwcError) as caught:
            read_morphology(path)
        line = "-" if caught.value.line is None else caught.value.line
        assert f"error {line}: {caught.value.problem}" == answer
        return
    cell = read_morphology(path)
    found = {finding.code: finding.severity for finding in check(cell)}
    expected = set() if answer == "opens" else set(answer.split())
    assert expected <= set(found)
    errors = {code for code, severity in found.items() if severity == "error"}
    assert errors <= expected
    if not errors:
        area = find_sections(cell).area
        assert np.isfinite(area).all()
        assert area.sum() > 0


def test_every_file_of_the_collection_is_in_the_table(shared_data):
    folder = shared_data / "swc_edge"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.swc")}
    assert files == {row["file"] for row in ROWS}
