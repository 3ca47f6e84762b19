"""What of a session would be lost: edited since it was begun, and not saved as it is."""

from __future__ import annotations

import pytest

from napari_neuron import FloorRadii, HodgkinHuxley, Morphology, NetworkRun, PointNetwork
from napari_neuron.network_session import NetworkSession
from napari_neuron.session import Session


def cell(name="a"):
    return Morphology(
        node_id=[1, 2],
        parent=[-1, 0],
        swc_type=[1, 0],
        position=[[0, 0, 0], [100, 0, 0]],
        radius=[1.0, 1.0],
        name=name,
    )


@pytest.fixture
def session():
    session = Session()
    session.choose_cells((cell("a"),))
    return session


def edit(session):
    session.edit(session.experiment.replace(paint=(HodgkinHuxley(),)))


def test_an_experiment_that_nothing_was_done_to_is_not_unsaved(session):
    assert session.unsaved == {}


def test_an_edit_is_unsaved_until_it_is_saved_or_undone(session):
    edit(session)
    assert session.unsaved == {("a",): session.experiment}
    session.undo()
    assert session.unsaved == {}
    session.redo()
    session.mark_saved()
    assert session.unsaved == {}


def test_an_edit_after_saving_is_unsaved(session):
    edit(session)
    session.mark_saved()
    session.edit(session.experiment.replace(paint=()))
    assert list(session.unsaved) == [("a",)]


def test_a_repair_is_unsaved(session):
    session.repair((FloorRadii(minimum=2),))
    assert list(session.unsaved) == [("a",)]


def test_another_choice_of_cells_forgets_nothing_that_is_unsaved(session):
    edit(session)
    before = session.experiment
    session.choose_cells((cell("b"),))
    assert session.unsaved == {("a",): before}
    session.choose_cells(())
    assert session.unsaved == {("a",): before}


def test_what_is_taken_over_is_unsaved_only_when_it_is_edited(session):
    edit(session)
    session.choose_cells((*session.cells, cell("b")))
    assert list(session.unsaved) == [("a",)]
    session.edit(session.experiment.replace(paint=()))
    assert list(session.unsaved) == [("a",), ("a", "b")]


def test_a_saved_experiment_stays_saved_when_its_cell_is_opened_anew(session):
    edit(session)
    session.mark_saved()
    session.choose_cells((cell("a"),))
    assert session.unsaved == {}


def test_a_network_is_unsaved_when_it_was_edited_since_it_was_opened_or_saved():
    session = NetworkSession()
    session.open(PointNetwork.from_adjacency([[0, 1], [1, 0]]))
    assert session.unsaved == {}
    session.edit(session.network.replace(run=NetworkRun(duration=5)))
    assert list(session.unsaved.values()) == [session.network]
    session.mark_saved(session.network)
    assert session.unsaved == {}
