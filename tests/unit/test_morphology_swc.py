"""SWC files: what is read, what is refused and in which line, and that writing loses nothing."""

import contextlib
import gzip
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_neuron.errors import MorphologyError, SwcError
from napari_neuron.morphology import (
    Morphology,
    find_sections,
    read_morphology,
    read_swc,
    write_swc,
)

Y_SHAPE = """\
# a soma and a forked dendrite
1 1 0 0 0 5 -1
2 3 0 5 0 1 1
3 3 0 15 0 1 2
4 3 5 25 0 0.5 3
5 3 -5 25 0 0.5 3
"""


ROWS = Y_SHAPE.partition("\n")[2]


def same_cell(one: Morphology, other: Morphology) -> bool:
    """Same nodes and edges by id, in any order."""
    rows = other.rows(one.node_id)
    up = np.where(one.parent < 0, -1, one.node_id[one.parent])
    other_up = np.where(other.parent < 0, -1, other.node_id[other.parent])
    return (
        len(one) == len(other)
        and np.array_equal(up, other_up[rows])
        and np.array_equal(one.position, other.position[rows])
        and np.array_equal(one.radius, other.radius[rows])
        and np.array_equal(one.swc_type, other.swc_type[rows])
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(Y_SHAPE.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(Y_SHAPE.replace("\n", "\r"), id="lone CR"),
        pytest.param(Y_SHAPE.replace(" ", "\t"), id="tabs"),
        pytest.param(Y_SHAPE.replace(" ", "   "), id="repeated blanks"),
        pytest.param(Y_SHAPE.replace("\n", " \n  "), id="blanks around rows"),
        pytest.param(Y_SHAPE.replace("\n", "\n\n"), id="blank lines"),
        pytest.param(Y_SHAPE.replace("\n2", "\n# half way\n2"), id="comment between rows"),
        pytest.param(Y_SHAPE.replace(" 1\n3", " 1 # base\n3"), id="comment after a row"),
        pytest.param(Y_SHAPE.replace(" 1\n3", " 1#base\n3"), id="comment against a row"),
        pytest.param(Y_SHAPE.replace(" 1\n3", " 1 7 x\n3"), id="extra columns in one row"),
        pytest.param(Y_SHAPE.replace("5 -1", "5 -1.0"), id="parent as a decimal"),
        pytest.param(Y_SHAPE.replace("\n4 3", "\n4.0 3.0"), id="id and type as decimals"),
        pytest.param(Y_SHAPE.replace("25 0 0.5", "2.5e+01 0 .5"), id="exponents"),
        pytest.param(Y_SHAPE.replace("5 -1", "5 -2"), id="another negative parent"),
        pytest.param(Y_SHAPE.rstrip(), id="no final newline"),
        pytest.param(ROWS.replace(" ", ","), id="commas"),
        pytest.param(ROWS.replace(" ", ", "), id="commas and blanks"),
        pytest.param(ROWS.replace(".", ",").replace(" ", ";"), id="semicolons, decimal commas"),
        pytest.param("n,type,x,y,z,radius,parent\n" + ROWS.replace(" ", ","), id="CSV heading"),
        pytest.param("PointNo Label X Y Z Radius Parent\n" + ROWS, id="heading without its #"),
    ],
)
def test_the_same_rows_in_another_writing_are_the_same_cell(text):
    assert same_cell(read_swc(text), read_swc(Y_SHAPE))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_is_read_in_the_encodings_editors_write(encoding):
    text = "# mesuré à 20 °C\n" + Y_SHAPE
    assert read_swc(text.encode(encoding)).header[0] == " mesuré à 20 °C"


def test_ids_up_to_the_largest_int64_are_exact():
    text = f"{2**63 - 1} 3 1 0 0 1 {2**53 + 1}\n{2**53 + 1} 3 0 0 0 1 -1\n"
    cell = read_swc(text)
    assert cell.node_id.tolist() == [2**63 - 1, 2**53 + 1]
    assert cell.parent.tolist() == [1, -1]


def test_several_trees_in_one_file_are_components():
    cell = read_swc(Y_SHAPE + "7 2 90 0 0 1 -1\n8 2 99 0 0 1 7\n")
    assert cell.component.tolist() == [0, 0, 0, 0, 0, 1, 1]


def test_comments_are_kept_and_the_name_and_path_are_those_of_the_file(tmp_path):
    path = tmp_path / "cell.CNG.swc"
    path.write_text("#first\n" + Y_SHAPE + "# last")
    cell = read_morphology(path)
    assert cell.header == ("first", " a soma and a forked dendrite", " last")
    assert (cell.name, cell.source) == ("cell.CNG", str(path))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("1 1 0 0 0 1 -1\n\n2 3 0 0 0 1 9\n", 3, "parent 9 of node 2 is not in the file"),
        ("# c\n1 1 0 0 0 1 -1\n1 3 0 0 0 1 -1\n", 3, "id 1 was already used in line 2"),
        ("1 1 0 0 0 1 -1\n2 3 0 0 0 1 3\n3 3 0 0 0 1 2\n", 2, "lead round in a circle"),
        ("1 1 0 0 0 1 -1\n2 3 0 0 0 1 2\n", 2, "node 2 is its own parent"),
        ("1 1 0 0 0 1 -1\n2 3 x 0 0 1 1\n", 2, "x 'x' is not a number"),
        ("1 1 0 0 0 1 -1\n2 dend 0 0 0 1 1\n", 2, "type 'dend' is not a number"),
        ("1 1 0 0 0 1 -1\n2 3 0 0 0,5 1 1\n", 2, "z '0,5' is not a number"),
        ("1 1 0 0 0 1 -1\n2 3 0 0 1_0 1 1\n", 2, "z '1_0' is not a number"),
        ("1 1 0 0 0 1 -1\n2 3 0 0 0 1\n", 2, "6 columns where an SWC row has 7"),
        ("1,1,0,0,0,1,-1\n2 3 0 0 0 1 1\n", 1, "1 column where an SWC row has 7"),
        ("1;1;0;0;0;1;-1\n2;3;0;1,0,0;0;1;1\n", 2, "y '1.0.0' is not a number"),
        ("n,t,x,y,z,r,p\n1,1,0,,0,1,-1\n", 2, "6 columns where an SWC row has 7"),
        ("1 1 nan 0 0 1 -1\n", 1, "x 'nan' is not finite"),
        ("1 1 0 0 0 inf -1\n", 1, "radius 'inf' is not finite"),
        ("1 1 0 1e300 0 1 -1\n", 1, "y '1e300' is impossibly large"),
        ("-3 1 0 0 0 1 -1\n", 1, "negative id -3"),
        ("1.5 1 0 0 0 1 -1\n", 1, "id '1.5' is not an integer"),
        (f"{2**63} 1 0 0 0 1 -1\n", 1, "is too large"),
        ("1 1 0 0 0 1 -1\n2 3 0 \0 0 1 1\n", 2, "binary data"),
        ("", None, "holds no node"),
        ("# nothing\n\n", None, "holds no node"),
    ],
)
def test_what_cannot_be_meant_is_one_error_with_its_line(text, line, problem):
    with pytest.raises(SwcError) as caught:
        read_swc(text.encode())
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert caught.value.remedy


def test_an_error_names_file_and_line(tmp_path):
    path = tmp_path / "bad.swc"
    path.write_text("1 1 0 0 0 1 5\n")
    with pytest.raises(SwcError, match=r"bad\.swc:1: parent 5 .*Write -1"):
        read_morphology(path)


def test_a_missing_file_and_an_unknown_format_are_said_so(tmp_path):
    with pytest.raises(SwcError, match="there is no such file"):
        read_morphology(tmp_path / "gone.swc")
    with pytest.raises(MorphologyError, match=r"read from \.swc"):
        read_morphology(tmp_path / "cell.xyz")


def test_a_compressed_file_is_read_and_written(tmp_path):
    path = tmp_path / "cell.swc.gz"
    write_swc(read_swc(Y_SHAPE), path)
    assert gzip.decompress(path.read_bytes()).startswith(b"# units: um")
    assert same_cell(read_morphology(path), read_swc(Y_SHAPE))
    assert read_morphology(path).name == "cell"


def test_a_cell_is_saved_under_names_of_swc_files_only(tmp_path):
    cell = read_swc(Y_SHAPE)
    cell.save(tmp_path / "cell.swc")
    assert same_cell(read_morphology(tmp_path / "cell.swc"), cell)
    with pytest.raises(MorphologyError, match=r"end the name in \.swc"):
        cell.save(tmp_path / "cell.txt")


def test_a_saved_cell_says_where_it_is_from_and_what_was_changed(tmp_path):
    (tmp_path / "raw.swc").write_text(Y_SHAPE)
    read_morphology(tmp_path / "raw.swc", units="8 nm").save(tmp_path / "one.swc", ["node 4 moved"])
    again = read_morphology(tmp_path / "one.swc")
    said = (
        " units: um", " source: raw.swc, in 8 nm", " a soma and a forked dendrite",
        " changed: node 4 moved",
    )  # fmt: skip
    assert again.header == said
    again.save(tmp_path / "two.swc")
    assert (tmp_path / "two.swc").read_bytes() == (tmp_path / "one.swc").read_bytes()


def test_what_has_no_cable_above_is_saved_with_the_cell(tmp_path):
    cell = read_swc(Y_SHAPE)
    apart = cell.replace(no_cable_above=cell.node_id == 3)
    apart.save(tmp_path / "cell.swc")
    again = read_swc(tmp_path / "cell.swc")
    assert again.no_cable_above.tolist() == [False, False, True, False, False]
    assert again.cable_length == cell.cable_length - 10


def test_a_chain_of_a_hundred_thousand_nodes_is_read_in_seconds():
    rows = (f"{i} 3 {i * 0.1:.1f} 0 0 1 {i - 1 if i else -1}" for i in range(100_000))
    start = time.perf_counter()
    cell = read_swc("\n".join(rows) + "\n")
    assert time.perf_counter() - start < 5
    assert cell.depth.max() == 99_999


finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@st.composite
def skeletons(draw):
    n = draw(st.integers(1, 12))
    ids = draw(st.lists(st.integers(0, 2**63 - 1), min_size=n, max_size=n, unique=True))
    parent = [-1] + [draw(st.integers(-1, row - 1)) for row in range(1, n)]
    rows = [[draw(finite) for _ in range(3)] for _ in range(n)]
    return Morphology(
        node_id=np.array(ids),
        parent=np.array(parent),
        swc_type=np.array([draw(st.integers(0, 7)) for _ in range(n)]),
        position=np.array(rows).reshape(n, 3),
        radius=np.array([draw(st.floats(-1, 100, allow_subnormal=False)) for _ in range(n)]),
        header=tuple(draw(st.lists(st.sampled_from([" a", "units: nm", "", "x # y"]), max_size=3))),
    )


@settings(max_examples=60, deadline=None)
@given(skeletons())
def test_what_was_written_reads_the_same(tmp_path_factory, cell):
    path = tmp_path_factory.mktemp("swc") / "cell.swc"
    write_swc(cell, path)
    again = read_swc(path)
    assert np.array_equal(again.node_id, cell.node_id)
    assert same_cell(again, cell)
    assert again.unit == "um"
    written = path.read_bytes()
    write_swc(again, path)
    assert path.read_bytes() == written


@settings(max_examples=60, deadline=None)
@given(skeletons(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tmp_path_factory, cell, random):
    path = tmp_path_factory.mktemp("swc") / "cell.swc"
    write_swc(cell, path)
    comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
    rows = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    random.shuffle(rows)
    assert same_cell(read_swc("\n".join([*comments, *rows, ""])), cell)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(Y_SHAPE) - 1), st.integers(0, 255)), max_size=6))
def test_a_damaged_file_reads_or_is_an_swc_error(flips):
    data = bytearray(Y_SHAPE.encode())
    for at, value in flips:
        data[at] = value
    with contextlib.suppress(SwcError):
        assert len(read_swc(bytes(data))) >= 1


REFUSED = {
    "morph_multiple_roots", "test_1_swc_L116_test_repeated_id", "test_1_swc_L215_test_cyclic",
    "test_1_swc_L564_test_throw_on_negative_id", "test_1_swc_L622_test_missing_parent",
    "test_swc_reader_L117_test_cyclic", "Neuron_missing_ids", "Neuron_missing_parents",
    "repeated_id", "all_cycle_no_root", "decimal_comma", "empty",
    "inf_coordinate", "nan_coordinate", "nan_radius", "nul_bytes", "only_comments", "self_parent",
    "six_columns", "truncated_last_line", "two_node_cycle", "type_text",
}  # fmt: skip


def test_edge_cases_of_other_readers_are_read_or_refused_as_meant(shared_data):
    files = sorted((shared_data / "swc_edge").rglob("*.swc"))
    refused = set()
    for file in files:
        try:
            read_swc(file)
        except SwcError:
            refused.add(file.stem)
    assert len(files) > 150
    assert refused == REFUSED


def test_real_files_read_and_round_trip(shared_data, tmp_path):
    for file in sorted((shared_data / "swc").rglob("*.swc")):
        cell = read_swc(file)
        write_swc(cell, tmp_path / "cell.swc")
        assert same_cell(read_swc(tmp_path / "cell.swc"), cell), file.name


@settings(max_examples=60, deadline=None)
@given(skeletons(), st.data())
def test_other_ids_give_the_same_cell(tmp_path_factory, cell, data):
    n = len(cell)
    ids = data.draw(st.lists(st.integers(0, 2**63 - 1), min_size=n, max_size=n, unique=True))
    order = data.draw(st.permutations(range(n)))
    numbers = cell.replace(node_id=np.array(ids))
    path = tmp_path_factory.mktemp("swc") / "cell.swc"
    write_swc(numbers, path)
    lines = path.read_text().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rows = [line for line in lines if not line.startswith("#")]
    again = read_swc("\n".join([*comments, *(rows[i] for i in order), ""]))
    back = dict(zip(ids, cell.node_id.tolist(), strict=True))
    assert same_cell(again.replace(node_id=[back[one] for one in again.node_id.tolist()]), cell)
    assert again.cable_length == pytest.approx(cell.cable_length)


@settings(max_examples=40, deadline=None)
@given(skeletons(), st.data())
def test_the_order_of_rows_does_not_change_the_cable(cell, data):
    thick = cell.replace(
        radius=np.maximum(np.abs(cell.radius), 0.1),
        position=np.clip(np.round(cell.position, 3), -1e4, 1e4),
    )
    order = np.array(data.draw(st.permutations(range(len(cell)))))
    row = np.argsort(order)
    parent = thick.parent[order]
    moved = thick.replace(
        node_id=thick.node_id[order],
        parent=np.where(parent < 0, -1, row[parent]),
        swc_type=thick.swc_type[order],
        position=thick.position[order],
        radius=thick.radius[order],
    )
    one, other = find_sections(thick), find_sections(moved)
    assert len(one) == len(other)
    assert sorted(one.length) == pytest.approx(sorted(other.length))
    assert one.area.sum() == pytest.approx(other.area.sum())
