"""One cell in every format comes out the same; units, names and ids as the formats state them."""

import gzip
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from format_files import ASC, FILES, HOC, INFO, KNOSSOS, NEUROML, SWC, XYZ, h5, precomputed

from napari_neuron import SkeletonFileError, read_morphologies, read_morphology
from napari_neuron.morphology import check, find_sections


def read(tmp_path, name, content, **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_morphologies(path, **options)


@pytest.fixture
def precomputed_folder(tmp_path):
    folder = tmp_path / "skeletons"
    folder.mkdir()
    (folder / "info").write_text(json.dumps(INFO))
    (folder / "720575940").write_bytes(precomputed())
    return folder


@pytest.mark.parametrize("name", [name for name in FILES if name != "knossos.nml"])
def test_the_same_cell_comes_out_of_every_format(name, tmp_path):
    cell = read(tmp_path, name, FILES[name], units="um" if name == "cell.swc" else None)[0]
    expected = find_sections(read(tmp_path, "y.swc", SWC, units="um")[0])
    sections = find_sections(cell)
    assert len(cell.roots) == 1
    neurites = np.sort(sections.length[cell.swc_type[sections.owner] != 1])[-3:]
    assert neurites == pytest.approx(np.sort(expected.length)[-3:])
    assert set(cell.swc_type.tolist()) == {1, 3}
    if name != "cell.asc":  # whose branches have their own thickness from the start
        assert sections.area.sum() == pytest.approx(expected.area.sum())


def test_an_asc_branch_has_its_own_thickness_from_its_start(tmp_path):
    sections = find_sections(read(tmp_path, "cell.asc", ASC)[0])
    assert sections.points[sections.point_start[-2] :, 3].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        ("cell.asc", "Neurolucida files are in µm"),
        ("cell.hoc", "hoc files are in µm"),
        ("cell.cell.nml", "NeuroML files are in µm"),
        ("cell.h5", "HDF5 files are in µm"),
        ("knossos.nml", "voxels of 10x10x40 nm"),
        ("cell.json", "stated in the file"),
    ],
)
def test_the_unit_is_that_of_the_format(name, evidence, tmp_path):
    assert evidence in read(tmp_path, name, FILES[name])[0].unit_evidence


def test_a_given_unit_wins_over_that_of_the_file(tmp_path):
    cell = read(tmp_path, "k.nml", KNOSSOS, units="20x20x40 nm")[0]
    assert cell.position[:, 1].max() == pytest.approx(60)


def test_node_ids_are_those_of_the_file_where_it_has_them(tmp_path):
    assert read(tmp_path, "k.nml", KNOSSOS)[0].node_id.tolist() == [11, 12, 13, 14, 15]
    assert {0, 7, 8, 9} < set(read(tmp_path, "c.nml", NEUROML)[0].node_id.tolist())


def test_knossos_comments_become_labels_and_names_names(tmp_path):
    cells = read(tmp_path, "k.nml", KNOSSOS)
    assert [cell.name for cell in cells] == ["Y", "Z"]
    assert cells[0].labels.tolist() == ["soma", "", "", "", ""]


def test_knossos_radii_are_in_voxels_and_those_of_webknossos_in_nm(tmp_path):
    assert read(tmp_path, "k.nml", KNOSSOS)[0].radius.max() == pytest.approx(5.0)
    web = KNOSSOS.replace("<scale ", '<scale unit="nanometer" ')
    assert read(tmp_path, "w.nml", web)[0].radius.max() == pytest.approx(0.5)
    again = read(tmp_path, "w.nml", web, units="10x10x40 nm")[0]
    assert again.radius.max() == pytest.approx(0.5)


def test_one_of_several_cells_is_read_by_its_name(tmp_path):
    read(tmp_path, "k.nml", KNOSSOS)
    path = tmp_path / "k.nml"
    assert read_morphology(path, name="Z").name == "Z"
    with pytest.raises(
        SkeletonFileError, match=r"2 cells: 'Y', 'Z'\. Say which .*read_morphologies"
    ):
        read_morphology(path)
    with pytest.raises(SkeletonFileError, match="none is called 'X'"):
        read_morphology(path, name="X")


def test_precomputed_skeletons_are_transformed_to_nm(precomputed_folder):
    cell = read_morphology(precomputed_folder)
    assert cell.name == "720575940"
    assert cell.position == pytest.approx(XYZ)
    assert cell.radius == pytest.approx([5, 1, 1, 0.5, 0.5])
    assert cell.swc_type.tolist() == [1, 3, 3, 3, 3]
    assert cell.unit == "nm"


def test_a_precomputed_skeleton_is_rooted_at_its_soma_whatever_way_edges_point(precomputed_folder):
    assert read_morphology(precomputed_folder).parent.tolist() == [-1, 0, 1, 2, 2]


def test_one_precomputed_file_is_read_with_the_info_beside_it(precomputed_folder):
    cell = read_morphology(precomputed_folder / "720575940")
    assert len(cell) == 5
    (precomputed_folder / "info").unlink()
    with pytest.raises(SkeletonFileError, match="need their info file"):
        read_morphology(precomputed_folder / "720575940")


def test_parquet_files_of_navis_are_read(tmp_path):
    pytest.importorskip("pyarrow")
    navis = pytest.importorskip("navis")
    neurons = navis.example_neurons(2)
    navis.write_parquet(neurons, tmp_path / "two.parquet")
    cells = read_morphologies(tmp_path / "two.parquet")
    assert len(cells) == 2
    assert cells[0].unit == "8 nm"
    assert len(cells[0]) == neurons[0].n_nodes


def test_an_archive_gives_its_cells_and_the_info_may_come_last(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.swc", SWC)
        archive.writestr("b/one.asc", ASC)
        archive.writestr("readme.txt", "no cell")
        archive.writestr("12", precomputed())
        archive.writestr("info", json.dumps(INFO))
    cells = read_morphologies(path)
    assert [cell.name for cell in cells] == ["12", "one", "one (2)"]
    assert all(cell.source == str(path) for cell in cells)


@pytest.mark.parametrize("ending", ["nmx", "nrx"])
def test_an_nmx_archive_gives_its_skeletons_only(ending, tmp_path):
    path = tmp_path / f"cell.{ending}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cell/skeleton.nml", KNOSSOS)
        archive.writestr("cell/synapses.nml", "<things/>")
    assert [cell.name for cell in read_morphologies(path)] == ["Y", "Z"]


def test_any_format_may_be_compressed(tmp_path):
    assert len(read(tmp_path, "cell.asc.gz", gzip.compress(ASC.encode()))[0]) == 7


def test_a_folder_gives_its_files_and_one_bad_file_need_not_stop_the_others(tmp_path):
    (tmp_path / "a.swc").write_text(SWC)
    (tmp_path / "b.swc").write_text("1 2 3\n")
    (tmp_path / "c.hoc").write_text(HOC)
    with pytest.raises(SkeletonFileError, match=r"b\.swc:1"):
        read_morphologies(tmp_path)
    errors = []
    assert [cell.name for cell in read_morphologies(tmp_path, skip=errors.append)] == ["a", "c"]
    assert len(errors) == 1


_PARTS_OF_A_MODEL = {
    "config.json": '{"network": {"nodes": []}}',
    "init.hoc": 'load_file("stdrun.hoc")\n',
    "kca.channel.nml": '<neuroml id="k"><ionChannel id="k"/></neuroml>',
    "neurondb.xml": "<neurondb/>",
    "run.xml": '<Lems><neuroml><segment id="0"/></neuroml></Lems>',
}


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_other_parts_of_a_model_beside_its_cells_are_no_error(kind, tmp_path):
    place = tmp_path / "model"
    place.mkdir()
    for name, content in {**_PARTS_OF_A_MODEL, "a.swc": SWC, "c.hoc": HOC}.items():
        (place / name).write_text(content)
    if kind == "archive":
        place = Path(shutil.make_archive(str(place), "zip", place))
    assert [cell.name for cell in read_morphologies(place)] == ["a", "c"]


@pytest.mark.parametrize("name", _PARTS_OF_A_MODEL)
def test_another_part_of_a_model_given_alone_is_an_error(name, tmp_path):
    with pytest.raises(SkeletonFileError, match=name):
        read(tmp_path, name, _PARTS_OF_A_MODEL[name])


def test_a_line_of_a_hoc_file_is_counted_through_its_comments(tmp_path):
    text = "/* of\nthree\nlines */\ncreate a, \\\n b\nconnect a(0), c(1)\n"
    with pytest.raises(SkeletonFileError, match=r"a\.hoc:6: a connect"):
        read(tmp_path, "a.hoc", text)


def test_a_name_that_is_computed_counts_no_hoc_sections(tmp_path):
    with pytest.raises(SkeletonFileError, match=r"a\.hoc:3: the number of sections a"):
        read(tmp_path, "a.hoc", "n = 3\nn = n * k\ncreate a[n]\n" + HOC)


def test_cells_of_an_hdf5_file_are_its_groups(tmp_path):
    assert read(tmp_path, "m.h5", h5("cell_1"))[0].name == "cell_1"


def test_an_asc_outline_is_a_soma_and_neurites_begin_on_it(tmp_path):
    box = ASC.replace("(0 0 0 10)", "(9 4 0 0) (-9 4 0 0) (-9 -4 0 0) (9 -4 0 0)")
    box = box.replace("(0 5 0 2)", "(0 5 0 2) (0 9 0 2)")
    cell = read(tmp_path, "box.asc", box)[0]
    sections = find_sections(cell)
    soma = cell.swc_type[sections.owner] == 1
    assert sections.area[soma].sum() == pytest.approx(8 * 18 * np.pi, rel=0.1)
    assert sections.length[~soma].sum() == pytest.approx(15 + 2 * np.sqrt(200))


def test_asc_trees_without_a_soma_stay_apart(tmp_path):
    text = "((Axon) (0 0 0 1) (0 9 0 1)) ((Dendrite) (5 0 0 1) (9 9 0 1))"
    assert len(read(tmp_path, "two.asc", text)[0].roots) == 2


def test_an_asc_tree_that_begins_on_another_hangs_there(tmp_path):
    text = "((Dendrite) (0 0 0 1) (0 9 0 1)) ((Axon) (0 9 0 1) (9 9 0 1))"
    cell = read(tmp_path, "sprout.asc", text)[0]
    assert cell.parent.tolist() == [-1, 0, 1, 2]
    assert any(finding.code == "reader-note" for finding in check(cell))


def test_a_hoc_section_may_hang_by_its_end_and_in_the_middle_of_another(tmp_path):
    text = """
    create a, b
    a { pt3dadd(0, 0, 0, 2) pt3dadd(0, 10, 0, 2) }
    b { pt3dadd(5, 5, 0, 1) pt3dadd(0, 5, 0, 1) }
    a connect b(1), 0.5
    """
    cell = read(tmp_path, "hung.hoc", text)[0]
    assert cell.position[:, 1].tolist() == [0, 5, 10, 5, 5]
    assert cell.parent.tolist() == [-1, 0, 1, 4, 1]


def test_hoc_is_never_executed(tmp_path):
    text = HOC + f'\nsystem("touch {tmp_path}/ran")\nwhile (1) {{ }}\n{{ quit() }}\n'
    read(tmp_path, "evil.hoc", text)
    assert not (tmp_path / "ran").exists()


def test_neuroml_children_in_mid_segment_get_a_node_there(tmp_path):
    text = NEUROML.replace('id="9" name="c"><parent segment="7"/>', 'id="9" name="c">'
                           '<parent segment="7" fractionAlong="0.5"/>')  # fmt: skip
    cell = read(tmp_path, "mid.cell.nml", text)[0]
    tip = cell.rows(9)[0]
    assert cell.position[cell.parent[tip]].tolist() == [0, 12.5, 0]
    assert len(cell.roots) == 1


@pytest.mark.parametrize("line", ["# SCALE 1.13 1.13 4.0", "# OFFSET 10 20 30"])
def test_a_scale_or_offset_in_an_swc_header_is_reported_and_not_applied(line, tmp_path):
    cell = read(tmp_path, "h.swc", f"{line}\n{SWC}", units="um")[0]
    assert cell.position[2].tolist() == [0, 20, 0]
    assert [f.code for f in check(cell)].count("header-transform") == 1


def loops_in(cell):
    return [finding.nodes for finding in check(cell) if finding.code == "loops"]


def test_a_loop_is_opened_at_its_longest_edge_and_reported(tmp_path, precomputed_folder):
    edge = '<edge source="15" target="11"/></edges>'
    cell = read(tmp_path, "loop.nml", KNOSSOS.replace("</edges>", edge, 1))[0]
    assert cell.parent.tolist() == [-1, 0, 1, 2, 2]
    assert loops_in(cell) == [(15, 11)]
    (warning,) = [f for f in check(cell) if f.code == "loops"]
    assert warning.severity == "warning"
    assert "reader-note" not in [f.code for f in check(cell)]
    edges = [[1, 0], [1, 2], [3, 2], [2, 4], [0, 4], [4, 0], [3, 4]]
    content = bytearray(precomputed())
    content[4:8] = (len(edges)).to_bytes(4, "little")
    content[68:100] = np.array(edges, dtype="<u4").tobytes()
    (precomputed_folder / "720575940").write_bytes(content)
    cell = read_morphology(precomputed_folder)
    assert cell.cable_length == pytest.approx(5 + 15 + 2 * np.sqrt(200))
    assert sorted(loops_in(cell)[0]) == [0, 3, 4, 4]


def test_the_report_of_a_loop_is_saved_with_the_cell(tmp_path):
    edge = '<edge source="15" target="11"/></edges>'
    cell = read(tmp_path, "loop.nml", KNOSSOS.replace("</edges>", edge, 1))[0]
    cell.save(tmp_path / "saved.swc")
    assert loops_in(read_morphology(tmp_path / "saved.swc")) == [(15, 11)]
