"""No file, however broken, hangs, crashes, eats memory, or gives anything but our error."""

import contextlib
import gzip
import json
import os
import random
import struct
import time
import zipfile

import numpy as np
import pytest
from format_files import ASC, FILES, HOC, INFO, KNOSSOS, NEUROML, SWC, h5, navis_json, precomputed

from napari_neuron import MorphologyError, SkeletonFileError, read_morphologies
from napari_neuron.morphology.formats import content as content_limits

ENDS = ["swc", "asc", "hoc", "nml", "xml", "h5", "json", "parquet", "zip", "nmx", "swc.gz"]
QUICK = 10.0
"""Seconds; damaged files take a fraction of one, but the machine may be busy."""


def refuses(path, match=None):
    """Read a file that must give one error that names it, and return its message."""
    start = time.monotonic()
    with pytest.raises(SkeletonFileError, match=match) as caught:
        read_morphologies(path)
    assert time.monotonic() - start < QUICK
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert len(message) < 600 + len(str(path))
    return message


@pytest.fixture
def refuse(tmp_path):
    def write_and_read(name, content, match=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return refuses(path, match)

    return write_and_read


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0" * 5000, id="zeros"),
        pytest.param(bytes(range(256)) * 20, id="binary"),
        pytest.param(b"\xff\xfe\x00", id="half a character of UTF-16"),
        pytest.param(b"\x1f\x8b" + b"x" * 50, id="no gzip"),
        pytest.param(b"(" * 100_000, id="brackets"),
        pytest.param(b"[" * 100_000, id="square brackets"),
        pytest.param(b"<a>" * 100_000, id="elements"),
        pytest.param(b"# nothing\n" * 100_000, id="comments"),
        pytest.param(b"PK\x03\x04" + b"x" * 100, id="no zip"),
    ],
)
def test_what_is_no_skeleton_is_refused(end, content, refuse):
    refuse(f"bad.{end}", content)


@pytest.mark.parametrize("name", [*FILES, "cell.nml.gz", "cell.zip"])
def test_a_file_cut_off_anywhere_is_refused_or_a_smaller_cell(name, tmp_path):
    whole = FILES.get(name)
    if name == "cell.nml.gz":
        whole = gzip.compress(NEUROML.encode())
    elif name == "cell.zip":
        with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
            archive.writestr("cell.swc", SWC)
        whole = (tmp_path / "whole.zip").read_bytes()
    path = tmp_path / name
    for size in np.linspace(0, len(whole) - 1, 25).astype(int).tolist():
        path.write_bytes(whole[:size])
        with contextlib.suppress(SkeletonFileError):
            read_morphologies(path)


@pytest.mark.parametrize("name", [*FILES, "123"])
def test_changed_bytes_give_a_cell_or_our_error(name, tmp_path):
    path = tmp_path / name
    (tmp_path / "info").write_text(json.dumps(INFO))
    whole = FILES.get(name, precomputed())
    for seed in range(60):
        chance = random.Random(seed)
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 1, 1, 3, 10])):
            at = chance.randrange(len(damaged))
            kind = chance.random()
            if kind < 0.6:
                damaged[at] = chance.randrange(256)
            elif kind < 0.8:
                del damaged[at : at + chance.randrange(1, 40)]
            else:
                damaged[at:at] = bytes(damaged[at : at + chance.randrange(1, 40)])
            if not damaged:
                break
        path.write_bytes(damaged)
        with contextlib.suppress(MorphologyError):
            read_morphologies(path)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.asc", ASC.replace("0 20 0 2", "0 nan 0 2"), r"asc:8: .*is not a point"),
        ("a.asc", ASC.replace("0 20 0 2", "0 2,0,0 0 2 7"), r"asc:8: .*is not a point"),
        ("a.asc", ASC + ")", r"asc:19: .*outside all brackets"),
        ("a.asc", ASC[:-4], r"ends within 2 open brackets"),
        ("a.asc", "((Axon) | (1 2 3 4))", r"asc:1: a \| outside"),
        ("a.hoc", HOC.replace("20, 0, 2", "1/0, 0, 2"), r"hoc:6: pt3dadd without four plain"),
        ("a.hoc", HOC.replace("soma(0.5)", "soma(x)"), r"hoc:3: a connect statement"),
        ("a.hoc", HOC.replace("dend[0](0), soma(0.5)", "dend[0](0), dend[1](1)"), "circle"),
        ("a.hoc", "create a\nfor i = 0, 999999999 a pt3dclear()", r"hoc:2: loops for too long"),
        ("a.hoc", "create a[999999999]", r"hoc:1: .*not plain"),
        ("a.hoc", "create a, b\na connect b(0), 1\na pt3dadd(1,2,3,4)", "b .*no pt3dadd"),
        ("a.nml", NEUROML.replace('parent segment="0"', 'parent segment="9"'), r"nml:8: .*circle"),
        ("a.nml", NEUROML.replace('parent segment="0"', 'parent segment="5"'), r"parent 5"),
        ("a.nml", NEUROML.replace('x="10"', 'x="1e999"'), r"nml:12: <distal> has x='1e999'"),
        ("a.nml", KNOSSOS.replace('x="1000"', 'x="inf"'), r"nml:12: <node> has x='inf'"),
        ("a.nml", KNOSSOS.replace('id="14"', 'id="9223372036854775808"'), r"nml:12: .*64 bits"),
        ("a.nml", KNOSSOS.replace('id="14"', 'id="13"'), "13 is used twice"),
        ("a.nml", KNOSSOS.replace('target="15"', 'target="99"'), r"nml:17: node 99"),
        ("a.nml", KNOSSOS.replace('scale x="10"', 'scale x="0"'), r"nml:4: the size of a voxel"),
        ("a.nml", "<swc/>", "neither NeuroML nor KNOSSOS"),
        ("a.json", navis_json().replace("-1", "7"), "node 7 is referred to"),
        ("a.json", navis_json().replace('\\"0\\": 1,', '\\"0\\": 1e300,', 1), "64 bits"),
        ("a.json", '{"layers": []}', "not a list of neurons"),
        ("a.h5", h5()[:-500], "not an HDF5 file, or damaged"),
    ],
)
def test_the_error_says_where_and_what(name, content, match, refuse):
    refuse(name, content, match)


def test_xml_entities_are_refused_before_they_grow(refuse):
    lines = ['<!ENTITY a0 "x">']
    lines += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)]
    bomb = f"<?xml version='1.0'?><!DOCTYPE n [{''.join(lines)}]><things>&a11;</things>"
    refuse("bomb.nml", bomb, "defines entities")
    outside = '<!DOCTYPE n [<!ENTITY e SYSTEM "file:///etc/passwd">]><things>&e;</things>'
    refuse("outside.nml", outside, "defines entities")


def test_a_gzip_bomb_is_refused(refuse, monkeypatch):
    monkeypatch.setattr(content_limits, "LARGEST_FILE", 2**20)
    refuse("bomb.swc.gz", gzip.compress(b"#" * 2**24), "more than 1 MiB")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.swc", b"#" * 2**26)
    refuses(path, "which no archive of skeletons does")


def test_an_archive_that_understates_its_sizes_is_refused(tmp_path):
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.swc", SWC * 100)
    size = struct.pack("<I", len(SWC) * 100)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<I", 10)))
    refuses(path)


def test_a_huge_file_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "huge.swc"
    with path.open("wb") as file:
        file.truncate(2**40)
    refuses(path, "more than 512 MiB")


def test_too_many_lines_are_refused(refuse, monkeypatch):
    monkeypatch.setattr(content_limits, "MOST_LINES", 1000)
    refuse("long.swc", b"\n" * 2000, "more than 1,000 lines")


def test_folders_devices_and_pipes_are_refused(tmp_path):
    (tmp_path / "folder.swc").mkdir()
    refuses(tmp_path / "folder.swc", "holds no skeleton")
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.swc")
        refuses(tmp_path / "pipe.swc", "is not a file")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_refused(tmp_path):
    path = tmp_path / "secret.swc"
    path.write_text(SWC)
    path.chmod(0)
    refuses(path, "cannot be read")


@pytest.mark.parametrize("kind", ["asc", "nml", "hoc"])
def test_a_tree_of_great_depth_is_read(kind, tmp_path):
    n = 100_000
    path = tmp_path / f"deep.{kind}"
    if kind == "asc":
        inner = "(0 0 0 1)".join(["("] * n)
        path.write_text("((Axon) (0 0 0 1)" + inner + "(1 1 1 1)" + ")" * (n + 1))
    elif kind == "nml":
        nodes = "".join(f'<node id="{i}" x="{i}" y="0" z="0" radius="1"/>\n' for i in range(n))
        edges = "".join(f'<edge source="{i + 1}" target="{i}"/>\n' for i in range(n - 1))
        path.write_text(f'<things><thing id="1"><nodes>{nodes}</nodes>{edges}</thing></things>')
    else:
        n = 20_000
        lines = [f"a[{i}] {{ pt3dadd({i},0,0,1) pt3dadd({i + 1},0,0,1) }}" for i in range(n)]
        lines += [f"connect a[{i}](0), a[{i - 1}](1)" for i in range(1, n)]
        path.write_text(f"create a[{n}]\n" + "\n".join(lines))
    start = time.monotonic()
    assert read_morphologies(path)[0].depth.max() >= n - 1
    assert time.monotonic() - start < 3 * QUICK


@pytest.mark.parametrize(
    ("info", "match"),
    [
        (b"[", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"@type": "neuroglancer_legacy_mesh"}', "not skeletons"),
        (b'{"type": "segmentation", "scales": [], "skeletons": "sk"}', "'sk'"),
        (b'{"transform": [1, 2]}', "transform is not one"),
        (b'{"transform": [0,0,0,0,0,0,0,0,0,0,0,0]}', "transform is not one"),
        (b'{"vertex_attributes": [{"id": "r", "data_type": "object"}]}', "attribute that is none"),
        (b'{"vertex_attributes": 5}', "attribute that is none"),
        (b'{"sharding": {"@type": "x"}}', "in shards"),
        (b"{}", "which with the attributes of the info file make"),
    ],
)
def test_a_wrong_info_file_is_refused(info, match, tmp_path):
    (tmp_path / "info").write_bytes(info)
    (tmp_path / "77").write_bytes(precomputed())
    with pytest.raises(SkeletonFileError, match=match):
        read_morphologies(tmp_path / "77")


@pytest.mark.parametrize("counts", [(2**32 - 1, 0), (0, 0), (5, 2**32 - 1), (1, 0)])
def test_a_precomputed_file_that_lies_about_its_size_is_refused(counts, tmp_path):
    (tmp_path / "info").write_text(json.dumps(INFO))
    (tmp_path / "77").write_bytes(struct.pack("<II", *counts) + precomputed()[8:])
    refuses(tmp_path / "77", "bytes")


def test_a_real_file_of_every_folder_opens_or_is_refused(shared_data):
    n_read = 0
    for path in sorted((shared_data / "formats").rglob("*")):
        if path.is_file() and path.name != "SOURCE.txt":
            with contextlib.suppress(SkeletonFileError):
                n_read += len(read_morphologies(path))
    assert n_read >= 14
