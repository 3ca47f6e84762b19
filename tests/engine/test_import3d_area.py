"""Membrane area against NEURON's own reader, Import3d, on ordinary files."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest

from napari_neuron.morphology import find_sections, read_morphology, read_swc
from napari_neuron.morphology.model import SOMA

h = pytest.importorskip("neuron").h

ONE_POINT = """\
1 1 0 0 0 8 -1
2 3 0 9 0 1.5 1
3 3 0 30 0 1.2 2
4 3 0 60 0 1 3
5 3 20 80 0 0.6 4
6 3 40 100 0 0.4 5
7 3 -20 80 0 0.7 4
8 3 -30 120 0 0.5 7
9 2 9 -1 0 0.5 1
10 2 60 -5 0 0.3 9
11 2 200 -9 9 0.3 10
"""
THREE_POINT = """\
1 1 10 10 10 6 -1
2 1 10 16 10 6 1
3 1 10 4 10 6 1
4 3 10 17 10 1 1
5 3 10 50 10 0.8 4
6 3 30 80 10 0.5 5
7 3 -5 85 10 0.4 5
8 4 18 9 10 2 1
9 4 90 9 10 1 8
"""
SEVERAL_POINT = """\
1 1 0 0 0 4 -1
2 1 0 4 0 6 1
3 1 0 8 0 4 2
4 3 0 20 0 1 3
5 3 0 60 0 0.6 4
6 2 0 -12 0 0.5 1
7 2 0 -90 0 0.3 6
"""
NO_SOMA = """\
1 3 0 0 0 1 -1
2 3 50 0 0 0.8 1
3 3 80 30 0 0.5 2
4 3 80 -30 0 0.4 2
"""

ORDINARY = [
    "allen_bmtk/1606013050101", "allen_bmtk/Pvalb", "arbor_gui/Acker2008",
    "bsb_test/GolgiCell", "bsb_test/StellateCell",
    "jaxley/morph_allen_485574832", "jaxley/morph_ca1_n120",
    "jaxley/morph_ca1_n120_single_point_soma", "lfpy/C010398B-P2.CNG",
    "napari_swc_reader/204-2-6nj.CNG", "neurom/Neuron", "nrn/c91662",
    "swcgeom/101711-10_4p5-of-16_initial.CNG", "swcgeom/101711-11_16-of-16_initial.CNG",
]  # fmt: skip


def import3d_area(path: Path) -> float:
    """Membrane area (µm²) of the cell as Import3d makes it; only ordinary files survive it."""
    h.load_file("stdlib.hoc")
    h.load_file("import3d.hoc")
    before = set(h.allsec())
    with contextlib.redirect_stdout(io.StringIO()):
        reader = h.Import3d_SWC_read()
        reader.quiet = 1
        reader.input(str(path))
        h.Import3d_GUI(reader, False).instantiate(None)
    made = [section for section in h.allsec() if section not in before]
    area = sum(segment.area() for section in made for segment in section)
    for section in made:
        h.delete_section(sec=section)
    return area


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ONE_POINT, id="one-point soma"),
        pytest.param(THREE_POINT, id="three-point soma"),
        pytest.param(SEVERAL_POINT, id="several-point soma"),
        pytest.param(NO_SOMA, id="no soma"),
    ],
)
def test_each_kind_of_soma_has_the_area_it_has_in_import3d(text, tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(text)
    area = find_sections(read_swc(path, units="um")).area.sum()
    assert area == pytest.approx(import3d_area(path), rel=1e-6)


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_files_have_the_area_of_import3d_within_one_percent(name, shared_data):
    path = shared_data / "swc" / f"{name}.swc"
    area = find_sections(read_swc(path, units="um")).area.sum()
    assert area == pytest.approx(import3d_area(path), rel=0.01)


def test_a_hoc_cell_has_the_cable_neuron_gives_it(shared_data):
    """Its dendrites begin up to 40 µm away from where they are connected."""
    path = shared_data / "formats" / "hoc_morphologies" / "j7.hoc"
    cell = read_morphology(path)
    sections = find_sections(cell)
    is_cable = cell.swc_type[sections.owner] != SOMA
    script = (
        "import sys; from neuron import h; h.load_file('stdlib.hoc'); h.load_file(1, sys.argv[1])\n"
        "made = [s for s in h.allsec() if s.name() != 'soma']\n"
        "for s in made: s.nseg = 1 + 2 * int(s.L / 40)\n"
        "print(sum(s.L for s in made), sum(g.area() for s in made for g in s))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    length, area = (float(word) for word in run.stdout.split()[-2:])
    assert sections.length[is_cable].sum() == pytest.approx(length, rel=1e-6)
    # a section whose diameter jumps between two points is one or two compartments there
    assert sections.area[is_cable].sum() == pytest.approx(area, rel=1e-3)
