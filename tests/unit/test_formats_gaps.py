"""Sections that begin away from where they are connected have no cable in between."""

import numpy as np
import pytest

from napari_neuron import read_morphology
from napari_neuron.morphology import find_sections
from napari_neuron.morphology.paths import distance_from
from napari_neuron.view.geometry.tubes import tube_mesh

HOC = """\
create stem, twig
connect twig(0), stem(1)
stem { pt3dadd(0, 0, 0, 2) pt3dadd(10, 0, 0, 2) }
twig { pt3dadd(10, 30, 0, 1) pt3dadd(10, 50, 0, 1) }
"""
NEUROML = """\
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="doc"><cell id="Y"><morphology id="m">
  <segment id="0" name="stem"><proximal x="0" y="0" z="0" diameter="2"/>
    <distal x="10" y="0" z="0" diameter="2"/></segment>
  <segment id="1" name="twig"><parent segment="0"/><proximal x="10" y="30" z="0" diameter="1"/>
    <distal x="10" y="50" z="0" diameter="1"/></segment>
</morphology></cell></neuroml>
"""
FILES = {"cell.hoc": HOC, "cell.nml": NEUROML}


@pytest.fixture(params=FILES)
def cell(request, tmp_path):
    path = tmp_path / request.param
    path.write_text(FILES[request.param])
    return read_morphology(path)


def test_a_gap_has_neither_length_nor_membrane(cell):
    sections = find_sections(cell)
    assert cell.cable_length == pytest.approx(30)
    assert sections.length.tolist() == pytest.approx([10, 20])
    assert sections.area.sum() == pytest.approx(np.pi * (2 * 10 + 1 * 20))
    assert sections.parent.tolist() == [-1, 0]
    assert sections.parent_x[1] == 1.0


def test_what_hangs_behind_a_gap_is_drawn_where_the_file_has_it(cell):
    sections = find_sections(cell)
    twig = sections.points[sections.point_start[1] :]
    assert twig.tolist() == [[10, 30, 0, 1], [10, 50, 0, 1]]


def test_a_note_says_how_far_away_it_begins(cell):
    assert any("begin up to 30 µm away" in line for line in cell.header)


def test_distances_count_no_gap_from_either_end(cell):
    tip = cell.rows(cell.node_id[np.argmax(cell.position[:, 1])])[0]
    assert cell.path_distance[tip] == pytest.approx(30)
    turned = cell.rerooted(cell.node_id[tip])
    assert turned.cable_length == pytest.approx(30)
    assert find_sections(turned).area.sum() == pytest.approx(np.pi * 40)
    with_soma = cell.replace(swc_type=np.where(np.arange(len(cell)) == tip, 1, 3))
    assert distance_from(with_soma, "soma").max() == pytest.approx(30)


def test_no_tube_is_drawn_across_a_gap(cell):
    mesh = tube_mesh(cell, np.zeros(len(cell), dtype=int))
    y = mesh.vertices[mesh.faces][:, :, 1]
    assert (y.max(axis=1) - y.min(axis=1)).max() < 25


def test_touching_sections_are_no_gap(tmp_path):
    path = tmp_path / "cell.hoc"
    path.write_text(HOC.replace("10, 30, 0", "10, 0, 0"))
    assert read_morphology(path).no_cable_above is None
