"""Odd files that are right open as what they mean, whatever program wrote them."""

import gzip
import json

import numpy as np
import pytest
from odd_files import ODD_FILES, PRECOMPUTED, Odd

from napari_neuron import SkeletonFileError, read_morphologies
from napari_neuron.morphology import check, find_sections

FOLDERS = sorted({name.partition("/")[0] for name in PRECOMPUTED})


def written(name, folder):
    """Write one of the files, with what belongs beside it, and return where and what it is."""
    if name in ODD_FILES:
        path, odd = folder / name, ODD_FILES[name]
        path.write_bytes(odd.content)
        return path, odd
    (folder / name).mkdir()
    for file, content in PRECOMPUTED.items():
        if file.startswith(f"{name}/"):
            is_odd = isinstance(content, Odd)
            (folder / file).write_bytes(content.content if is_odd else content)
            odd = content if is_odd else None
    return folder / name, odd


@pytest.mark.parametrize("name", [*ODD_FILES, *FOLDERS])
def test_an_odd_file_opens_as_what_it_means(name, tmp_path):
    path, odd = written(name, tmp_path)
    cells = read_morphologies(path)
    first = cells[0]
    assert len(cells) == odd.cells
    assert odd.nodes in (None, len(first))
    assert len(first.roots) == odd.trees
    assert set(first.swc_type.tolist()) == odd.types
    assert check(first) is not None
    # soma at the origin, two tips 10 µm to its sides
    if odd.trees == 1 and name not in ("without_scale.nml", "turned_and_shifted"):
        extent = np.ptp(first.position[first.n_children == 0][:, 0])
        assert extent == pytest.approx(20, rel=0.01)
    if (first.radius > 0).all():
        assert len(find_sections(first).area)


@pytest.mark.parametrize("name", ["spreadsheet.swc", "outline.asc", "version_1.xml"])
def test_an_odd_file_may_be_compressed(name, tmp_path):
    path = tmp_path / f"{name}.gz"
    path.write_bytes(gzip.compress(ODD_FILES[name].content))
    assert len(read_morphologies(path)) == 1


def test_shards_are_refused_with_what_to_do(tmp_path):
    info = {"@type": "neuroglancer_skeletons", "sharding": {"@type": "neuroglancer_uint64_sharded"}}
    (tmp_path / "info").write_text(json.dumps(info))
    (tmp_path / "0.shard").write_bytes(b"\0" * 100)
    with pytest.raises(SkeletonFileError, match=r"in shards.*cloud-volume"):
        read_morphologies(tmp_path)


def test_a_nan_of_any_bits_is_refused_without_a_warning(tmp_path):
    path, odd = written("uint64_id", tmp_path)
    damaged = bytearray(odd.content)
    damaged[24:28] = b"\0\0\xa0\xff"  # found by benchmarks/fuzz.py: one that signals
    (path / "18446744073709551615").write_bytes(damaged)
    with pytest.raises(SkeletonFileError):
        read_morphologies(path)


@pytest.mark.parametrize("name", ["crlf.hoc", "template.hoc"])
def test_a_raised_digit_is_no_number(name, tmp_path):
    # found by benchmarks/fuzz.py: Python calls ³ a digit, and cannot make a number of it
    damaged = ODD_FILES[name].content.replace(b"for i = 1, 2", "for i = 1,³2".encode("latin-1"))
    (tmp_path / name).write_bytes(damaged)
    with pytest.raises(SkeletonFileError, match=name):
        read_morphologies(tmp_path / name)


def test_a_number_below_the_statements_that_is_none_is_refused(tmp_path):
    damaged = ODD_FILES["points_below.hoc"].content.replace(b"CONNECTIONS:\n 0", b"\n 1e999")
    (tmp_path / "a.hoc").write_bytes(damaged)
    with pytest.raises(SkeletonFileError, match=r"a\.hoc:16: a connect statement"):
        read_morphologies(tmp_path / "a.hoc")
