"""Databases: what comes from them, and errors without network, token or package.

No database is asked: a server on this machine answers as NeuroMorpho does. What the real clients of
neuPrint and CAVE make of servers that answer as these do is in test_database_clients.py.
"""

import importlib.util
import time

import numpy as np
import pytest
from neuromorpho_server import serve

from napari_neuron import DatabaseError
from napari_neuron.databases import fetch_cave, fetch_neuprint, fetch_neuromorpho
from napari_neuron.databases.cave import attach, cell_of_skeleton

NOWHERE = "https://nowhere.invalid"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo"


@pytest.fixture
def neuromorpho():
    yield from serve()


def without(package):
    return pytest.mark.skipif(
        importlib.util.find_spec(package) is not None, reason=f"{package} is installed"
    )


def test_a_neuromorpho_cell_comes_in_micrometres_with_its_header(neuromorpho):
    cell = fetch_neuromorpho("cnic_001.CNG.swc", server=neuromorpho).cell
    assert (cell.name, len(cell), cell.unit) == ("cnic_001", 3, "um")
    assert cell.header == (
        " archive: Wearne_Hof", " species: monkey", " cell type: a", " CNG version",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("nobody", r"NeuroMorpho has no neuron 'nobody' \(status 404\)"),
        ("busy", "answered the request for neuron 'busy' with status 503; try again later"),
        ("odd", "NeuroMorpho, neuron 'odd': Expecting value"),
        ("lost", r"has no neuron 'lost' \(status 404\)"),
        ("  ", "give the name of a neuron"),
    ],
)
def test_neuromorpho_errors_say_what_is_wrong(neuromorpho, name, match):
    with pytest.raises(DatabaseError, match=match):
        fetch_neuromorpho(name, server=neuromorpho)


def test_without_network_the_error_names_the_server():
    start = time.monotonic()
    with pytest.raises(DatabaseError, match=r"NeuroMorpho \(nowhere.invalid\) cannot be reached"):
        fetch_neuromorpho("cnic_001", server=NOWHERE)
    assert time.monotonic() - start < 30


@without("neuprint")
def test_without_neuprint_python_the_error_says_how_to_install_it():
    with pytest.raises(DatabaseError, match=r"neuPrint needs neuprint, .*napari-neuron\[databases"):
        fetch_neuprint(1, server=NOWHERE)


@without("caveclient")
def test_without_caveclient_the_error_says_how_to_install_it():
    with pytest.raises(DatabaseError, match=r"CAVE needs caveclient, .*napari-neuron\[databases"):
        fetch_cave(1)


def test_neuprint_without_a_token_says_where_to_get_one(monkeypatch):
    pytest.importorskip("neuprint")
    monkeypatch.delenv("NEUPRINT_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(DatabaseError, match=r"needs a token, .*NEUPRINT_APPLICATION_CREDENTIALS"):
        fetch_neuprint(1, server=NOWHERE)


def test_neuprint_without_network_names_the_server():
    pytest.importorskip("neuprint")
    with pytest.raises(DatabaseError, match=r"neuPrint \(nowhere.invalid\) cannot be reached"):
        fetch_neuprint(1, server=NOWHERE, token=TOKEN)


def test_cave_without_network_names_the_server():
    pytest.importorskip("caveclient")
    with pytest.raises(DatabaseError, match=r"CAVE \(nowhere.invalid\) cannot be reached"):
        fetch_cave(1, server=NOWHERE, token="x")


SKELETON = {
    "vertices": [[0, 0, 0], [0, 9000, 0], [0, 60000, 0], [0, -5000, 0]],
    "edges": [[1, 0], [2, 1], [3, 0]],
    "radius": [5000, 300, np.nan, 200],
    "compartment": [1, 3, 3, 2],
    "root": 0,
}


def test_a_cave_skeleton_becomes_a_cell_in_micrometres():
    cell = cell_of_skeleton(SKELETON, "7")
    assert cell.parent.tolist() == [-1, 0, 1, 0]
    assert cell.position[2].tolist() == [0, 60, 0]
    assert cell.radius.tolist() == [5, 0.3, 0, 0.2]
    assert cell.swc_type.tolist() == [1, 3, 3, 2]


def test_a_cave_skeleton_is_rooted_where_cave_says():
    cell = cell_of_skeleton({**SKELETON, "compartment": None, "root": 2}, "7")
    assert cell.parent.tolist() == [1, 2, -1, 0]


def test_a_skeleton_without_vertices_is_an_error():
    with pytest.raises(DatabaseError, match="skeleton of 7 is empty"):
        cell_of_skeleton({}, "7")


def test_synapses_are_attached_to_the_nearest_node():
    cell = cell_of_skeleton(SKELETON, "7")
    table = attach(cell, {"pre": np.array([[1.0, 58, 0]]), "post": np.array([[0, -4.0, 1]])})
    assert table["node_id"].tolist() == [2, 3]
    assert table["type"].tolist() == ["pre", "post"]
    assert attach(cell, {"pre": np.empty((0, 3))}) is None
