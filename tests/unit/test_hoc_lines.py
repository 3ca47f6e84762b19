"""Lines of hoc files: statements that go on in the next one, and the lines errors name."""

from __future__ import annotations

import pytest

from napari_neuron import SkeletonFileError, read_morphology

CELL = """/* a cell
whose first lines are a comment
*/
create soma,\\
    dend[2]
connect dend[0](0), \\
    soma(1)
connect dend[1](0), dend[0](1)
soma { pt3dadd(0, 0, 0, 10) pt3dadd(10, 0, 0, 10) }
dend[0] { pt3dadd(10, 0, 0, 1) pt3dadd(60, 0, 0, 1) }
dend[1] { pt3dadd(60, 0, 0, 1) pt3dadd(90, 0, 0, 1) }
"""


def test_a_backslash_joins_two_lines_of_hoc(tmp_path):
    path = tmp_path / "cell.hoc"
    path.write_text(CELL)
    assert read_morphology(path, "um").cable_length == pytest.approx(90)


def test_an_error_in_hoc_names_the_line_after_comments_and_joined_lines(tmp_path):
    path = tmp_path / "cell.hoc"
    path.write_text(CELL + "dend[1] { pt3dadd(here, 0, 0, 1) }\n")
    with pytest.raises(SkeletonFileError, match=r"cell\.hoc:12: pt3dadd without"):
        read_morphology(path, "um")
