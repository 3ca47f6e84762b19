"""neuPrint and CAVE through their real clients, asking servers on this machine.

Run where neuprint-python, caveclient and cloud-volume are installed (``make test-databases``).
"""

import socket
import time

import cave_server
import neuprint_server
import numpy as np
import pytest

from napari_neuron import DatabaseError
from napari_neuron.databases import fetch_cave, fetch_neuprint

QUICK = 15.0
"""Seconds; the clients alone take some to be imported."""


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """The clients look for tokens in the home, and could leave them or servers there."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NEUPRINT_APPLICATION_CREDENTIALS", raising=False)
    yield
    assert not list(tmp_path.glob("home/.cloudvolume/**/*.json"))


@pytest.fixture
def neuprint(tmp_path, monkeypatch):
    pytest.importorskip("neuprint")
    pytest.importorskip("navis.interfaces.neuprint")  # takes its time, which is not the server's
    if not neuprint_server.can_serve():
        pytest.skip("needs openssl for a certificate")
    for address, certificate in neuprint_server.serve(tmp_path):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield address


@pytest.fixture
def cave():
    pytest.importorskip("caveclient")
    pytest.importorskip("cloudvolume")
    yield from cave_server.serve()


@pytest.fixture
def silent():
    """The address of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def from_neuprint(server, body=neuprint_server.BODY, **asked):
    asked = {"mesh": False, "token": neuprint_server.TOKEN} | asked
    return fetch_neuprint(body, server=server, dataset=neuprint_server.DATASET, **asked)


def from_cave(server, root_id=cave_server.ROOT_ID, datastack="stack", **asked):
    asked = {"mesh": False, "token": cave_server.TOKEN} | asked
    return fetch_cave(root_id, server=server, datastack=datastack, **asked)


def test_a_body_comes_from_neuprint_in_micrometres_with_its_synapses(neuprint):
    cell = from_neuprint(neuprint).cell
    assert cell.name == "DA1_lPN_R"
    assert cell.position == pytest.approx(
        np.array([[0.8, 1.6, 2.4], [0.8, 11.6, 2.4], [0.8, 61.6, 2.4]])
    )
    assert cell.radius == pytest.approx([4.8, 0.4, 0.2])
    assert cell.parent.tolist() == [-1, 0, 1]
    assert cell.connectors["node_id"].tolist() == [3, 2]
    assert cell.connectors["type"].tolist() == ["pre", "post"]
    assert cell.connectors["y"].tolist() == pytest.approx([60.8, 11.2])
    assert cell.header[0] == f" neuPrint hemibrain:v1.2.1, body {neuprint_server.BODY}"


def test_a_root_id_comes_from_cave_in_micrometres_with_its_synapses(cave):
    neuron = from_cave(cave)
    cell = neuron.cell
    assert (cell.name, neuron.notes) == (str(cave_server.ROOT_ID), ())
    assert cell.position[:, 1].tolist() == [0, 9, 60, -5]
    assert cell.radius.tolist() == [5, 0.3, 0.25, 0.2]
    assert cell.swc_type.tolist() == [1, 3, 3, 2]
    assert cell.connectors["type"].tolist() == ["pre", "post"]
    assert cell.connectors["node_id"].tolist() == [2, 3]
    assert np.allclose(cell.connectors[["x", "y", "z"]], [[1, 58, 0], [0, -4.2, 0]])


@pytest.mark.parametrize("mesh", [True, False])
def test_of_a_dataset_without_skeletons_the_mesh_is_made_into_one(cave, mesh):
    pytest.importorskip("skeletor")
    neuron = from_cave(cave, datastack="bare", mesh=mesh)
    assert (neuron.mesh is not None) == mesh
    assert neuron.cell.cable_length == pytest.approx(40, rel=0.1)
    assert "this one was made from the mesh" in neuron.notes[0]


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"body": 77}, "neuPrint, body 77: No neurons matching"),
        ({"body": neuprint_server.BODY_WITHOUT_SKELETON}, "neuPrint, body 5 of hemibrain.*400"),
        ({"token": "x"}, "neuPrint needs a token, or refused this one"),
        ({"token": None}, "neuPrint needs a token, .*NEUPRINT_APPLICATION_CREDENTIALS"),
    ],
)
def test_neuprint_errors_are_one_clear_line(neuprint, asked, match):
    start = time.monotonic()
    with pytest.raises(DatabaseError, match=match) as caught:
        from_neuprint(neuprint, **asked)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < QUICK


def test_a_dataset_neuprint_does_not_have_is_said_with_those_it_has(neuprint):
    with pytest.raises(DatabaseError, match=r"'no:1' does not exist .*hemibrain:v1.2.1"):
        fetch_neuprint(1, server=neuprint, dataset="no:1", token=neuprint_server.TOKEN)


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"root_id": 77}, "CAVE, neuron 77 of stack: Invalid root id"),
        ({"datastack": "none"}, r"CAVE has no neuron \d+ of none \(status 404\)"),
        ({"token": "x"}, "CAVE needs a token, or refused this one"),
        ({"token": None}, "CAVE needs a token, .*setup_token"),
    ],
)
def test_cave_errors_are_one_clear_line(cave, asked, match):
    start = time.monotonic()
    with pytest.raises(DatabaseError, match=match) as caught:
        from_cave(cave, **asked)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < QUICK


@pytest.mark.parametrize("fetch", [from_neuprint, from_cave])
def test_without_network_the_server_is_named_at_once(fetch):
    pytest.importorskip("neuprint" if fetch is from_neuprint else "caveclient")
    start = time.monotonic()
    with pytest.raises(DatabaseError, match=r"\(nowhere.invalid\) cannot be reached"):
        fetch("https://nowhere.invalid")
    assert time.monotonic() - start < QUICK


@pytest.mark.parametrize("fetch", [from_neuprint, from_cave])
def test_a_server_that_never_answers_is_not_waited_for(fetch, silent):
    pytest.importorskip("neuprint" if fetch is from_neuprint else "caveclient")
    start = time.monotonic()
    with pytest.raises(DatabaseError, match=r"did not answer in time|cannot be reached"):
        fetch(f"http{'s' * (fetch is from_neuprint)}://{silent}")
    assert time.monotonic() - start < QUICK
