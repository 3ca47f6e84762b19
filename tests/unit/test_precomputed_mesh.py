"""Meshes in neuroglancer's precomputed format, built here byte by byte."""

import gzip
import json
import sys

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.morphology.formats.precomputed_mesh import (
    LEGACY,
    SEVERAL_LODS,
    precomputed_meshes,
    read_precomputed_mesh,
)
from napari_neuron.view.geometry.mesh_cells import likely_micrometres, mesh_of

# a square of two triangles in the plane z = 500 nm, and its continuation
CORNERS = np.array([[0, 0, 500], [1000, 0, 500], [1000, 1000, 500], [0, 1000, 500]], "<f4")
FACES = np.array([[0, 1, 2], [0, 2, 3]], "<u4")
LEGACY_INFO = {"@type": LEGACY, "mip": 1}


def fragment(vertices=CORNERS, faces=FACES):
    return np.uint32(len(vertices)).tobytes() + vertices.tobytes() + faces.tobytes()


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / name).write_bytes(content)
    return folder


def legacy(folder, **changes):
    further = (CORNERS + np.float32([1000, 0, 0])).astype("<f4")
    files = {
        "info": LEGACY_INFO,
        "7:0": {"fragments": ["7:0:a", "7:0:b"]},
        "7:0:a": fragment(),
        "7:0:b": fragment(further),
    }
    return write(folder, {**files, **changes})


def test_pieces_become_one_mesh_whose_borders_are_shared(tmp_path):
    vertices, faces = read_precomputed_mesh(legacy(tmp_path))
    assert len(vertices) == 6
    assert len(faces) == 4
    np.testing.assert_array_equal(np.ptp(vertices, axis=0), [2000, 1000, 0])
    area = np.cross(*(vertices[faces[:, i]] - vertices[faces[:, 0]] for i in (1, 2)))
    np.testing.assert_allclose(area[:, 2], 1e6)  # all look the same way


def test_a_mesh_is_in_micrometres_z_y_x_in_the_viewer(tmp_path):
    vertices, _ = mesh_of(legacy(tmp_path), segment=7)
    np.testing.assert_allclose(vertices.max(axis=0), [0.5, 1.0, 2.0])


def test_the_folder_of_a_volume_leads_to_its_meshes_and_packed_files_are_read(tmp_path):
    meshes = legacy(tmp_path / "mesh_mip_1")
    for name in ("7:0", "7:0:a"):
        (meshes / f"{name}.gz").write_bytes(gzip.compress((meshes / name).read_bytes()))
        (meshes / name).unlink()
    write(tmp_path, {"info": {"type": "segmentation", "scales": [], "mesh": "mesh_mip_1"}})
    assert precomputed_meshes(tmp_path) == (7,)
    assert len(read_precomputed_mesh(tmp_path, 7)[1]) == 4


def test_of_several_meshes_one_is_named(tmp_path):
    folder = legacy(tmp_path, **{"12:0": {"fragments": ["7:0:a"]}})
    assert precomputed_meshes(folder) == (7, 12)
    assert len(read_precomputed_mesh(folder, 12)[1]) == 2
    with pytest.raises(nn.MorphologyError, match=r"has several\. There are: 7, 12"):
        read_precomputed_mesh(folder)
    with pytest.raises(nn.MorphologyError, match="no mesh of segment 8"):
        read_precomputed_mesh(folder, 8)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"info": b"{"}, "info: is not JSON"),
        ({"info": [1]}, "describes 'a volume', not meshes"),
        ({"info": {"@type": "neuroglancer_skeletons"}}, "skeletons', not meshes"),
        ({"info": {"mesh": "../../etc"}}, "not meshes"),
        ({"info": {**LEGACY_INFO, "sharding": {}}}, None),
        ({"info": {**LEGACY_INFO, "sharding": {"@type": "x"}}}, "in shards"),
        ({"7:0": b"[]"}, "7:0: is no list"),
        ({"7:0": {"fragments": ["../info"]}}, "7:0: is no list"),
        ({"7:0": {"fragments": []}}, "has no triangles"),
        ({"7:0": {"fragments": ["gone"]}}, "gone: cannot be read"),
        ({"7:0:a": b""}, "7:0:a: says 0 vertices"),
        ({"7:0:a": fragment()[:-3]}, "says 4 vertices, which do not go with its 73 bytes"),
        ({"7:0:a": fragment(faces=FACES + np.uint32(9))}, "corner 12 of 4"),
        ({"7:0:a": fragment(CORNERS * np.float32(np.nan))}, "no numbers"),
        ({"7:0:a": b"\x1f\x8bnot packed"}, "cannot be read"),
    ],
)
def test_a_damaged_folder_is_told_in_one_error(tmp_path, changes, said):
    folder = legacy(tmp_path, **changes)
    if said is None:
        assert len(read_precomputed_mesh(folder, 7)[1]) == 4
        return
    with pytest.raises(nn.SkeletonFileError, match=said):
        read_precomputed_mesh(folder, 7)


def test_a_folder_without_meshes_says_so(tmp_path):
    with pytest.raises(nn.SkeletonFileError, match="neither an info file nor meshes"):
        mesh_of(tmp_path)


# several levels of detail --------------------------------------------------------------------

BITS, SHAPE, ORIGIN = 10, (512.0, 256.0, 128.0), (1000.0, 2000.0, 3000.0)
PLACES = [(0, 0, 0), (1, 0, 0)]  # two boxes side by side along x


def index(sizes, n_lods=2):
    parts = [
        np.array([*SHAPE, *ORIGIN], "<f4").tobytes(),
        np.uint32(n_lods).tobytes(),
        np.array([1.0, 2.0][:n_lods], "<f4").tobytes(),
        np.zeros((n_lods, 3), "<f4").tobytes(),
        np.array([len(sizes), 0][:n_lods], "<u4").tobytes(),
        np.array(PLACES, "<u4").T.tobytes(),
        np.array(sizes, "<u4").tobytes(),
    ]
    return b"".join(parts)


def with_lods(folder, pieces, **changes):
    info = {
        "@type": SEVERAL_LODS,
        "vertex_quantization_bits": BITS,
        "transform": [2, 0, 0, 10, 0, 2, 0, 20, 0, 0, 2, 30],
        "lod_scale_multiplier": 1,
    }
    files = {"info": info, "5.index": index([len(p) for p in pieces]), "5": b"".join(pieces)}
    return write(folder, {**files, **changes})


def test_the_finest_level_is_unpacked_and_put_where_it_belongs(tmp_path):
    draco = pytest.importorskip("DracoPy")
    full = 2**BITS - 1
    corners = np.array([[0, 0, 0], [full, 0, 0], [full, full, 0], [0, full, full]], np.int32)
    piece = draco.encode(corners.astype(np.float32), FACES.astype(np.uint32), quantization_bits=14)
    vertices, faces = read_precomputed_mesh(with_lods(tmp_path, [piece, piece]))
    assert len(faces) == 4
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    wanted = np.array(ORIGIN), np.array(ORIGIN) + np.array(SHAPE) * (2, 1, 1)
    for found, expected in zip((low, high), wanted, strict=True):
        np.testing.assert_allclose(found, 2 * expected + (10, 20, 30), atol=0.5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"5.index": b"short"}, "5.index: is no list"),
        ({"5.index": index([10, 10**6])}, "its index says 1,000,010"),
        ({"info": {"@type": SEVERAL_LODS}}, "vertex_quantization_bits"),
        ({"5": b"x" * 20}, "cannot be unpacked|compressed with Draco"),
    ],
)
def test_damaged_levels_are_told_in_one_error(tmp_path, changes, said):
    with pytest.raises(nn.SkeletonFileError, match=said):
        read_precomputed_mesh(with_lods(tmp_path, [b"x" * 10, b"x" * 10], **changes))


def test_without_draco_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    with pytest.raises(nn.SkeletonFileError, match=r"pip install 'napari-neuron\[meshes\]'"):
        read_precomputed_mesh(with_lods(tmp_path, [b"x" * 10, b"x" * 10]))


@pytest.mark.parametrize("scale", [1.0, 1e-3, 8e-3])
def test_the_unit_of_a_mesh_is_that_in_which_it_lies_at_the_cell(scale):
    cell = nn.Morphology(
        node_id=[1, 2],
        parent=[-1, 0],
        swc_type=[1, 3],
        position=[[20, 30, 40], [80, 90, 60]],
        radius=[1, 1],
        name="cell",
    )
    vertices = cell.position[:, ::-1] / scale
    assert likely_micrometres((vertices, np.array([[0, 1, 1]])), cell) == scale
