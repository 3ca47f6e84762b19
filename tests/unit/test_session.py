"""The session: what is edited, undone, run and kept."""

from __future__ import annotations

import numpy as np
import pytest

from napari_neuron import (
    CurrentPulse,
    Experiment,
    ExperimentError,
    Morphology,
    Passive,
    PickedNodes,
    Resample,
    RunSettings,
    SetUnit,
    SimulationError,
    VoltageRecorder,
    repair,
)
from napari_neuron.engine.protocol import Advanced, Finished, Started
from napari_neuron.result.model import Status
from napari_neuron.runner import Progress, RunEnded, RunStarted, RunState
from napari_neuron.session import Session


class SteadyEngine:
    """A cell that stays where it is; tells of ten steps, or fails at one."""

    def __init__(self, fails_at=None):
        self.fails_at = fails_at
        self.is_closed = False
        self.provenance = {}

    def run(self, model):
        frames = np.full((model.run.n_frames, model.n_compartments), -65, np.float32)
        samples = np.full((len(model.recorders), model.run.n_steps + 1), -65.0)
        yield Started(frames, samples)
        yield Advanced(0.0, 0, 0)
        for step in range(1, 11):
            if step == self.fails_at:
                raise SimulationError("it went wrong")
            n = model.run.n_steps * step // 10
            yield Advanced(n * model.run.dt, n // model.run.steps_per_frame + 1, n + 1)
        yield Finished({})

    def close(self):
        self.is_closed = True


def cell(name="cell"):
    return Morphology(
        node_id=[1, 2, 3],
        parent=[-1, 0, 1],
        swc_type=[1, 3, 3],
        position=[[0, 0, 0], [50, 0, 0], [100, 0, 0]],
        radius=[1, 1, 1],
        name=name,
    )


@pytest.fixture
def engine():
    return SteadyEngine()


@pytest.fixture
def session(engine):
    session = Session(lambda: engine)
    session.choose_cells((cell(),))
    return session


def with_duration(session, duration):
    return session.experiment.replace(run=RunSettings(duration=duration))


def run_to_the_end(session):
    for event in session.run():
        session.apply(event)


def told(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def test_an_edit_can_be_undone_and_done_again(session):
    before = session.experiment
    after = with_duration(session, 7)
    session.edit(after)
    assert session.experiment == after
    session.undo()
    assert session.experiment == before
    assert session.can_redo
    session.redo()
    assert session.experiment == after
    assert not session.can_redo


def test_an_edit_forgets_what_was_undone(session):
    session.edit(with_duration(session, 7))
    session.undo()
    session.edit(with_duration(session, 8))
    assert not session.can_redo
    session.undo()
    assert session.experiment.run.duration == 100


def test_an_edit_that_changes_nothing_is_none(session):
    heard = told(session.experiment_changed)
    session.edit(session.experiment.replace())
    assert not session.can_undo
    assert heard == []


def test_undo_and_redo_without_history_do_nothing(session):
    heard = told(session.experiment_changed)
    session.undo()
    session.redo()
    assert heard == []


def test_every_cell_keeps_its_own_experiment_and_undo_list(session):
    first = session.cells
    session.edit(with_duration(session, 7))
    session.choose_cells((cell("other"),))
    assert session.experiment.run.duration == 100
    assert not session.can_undo
    session.choose_cells(first)
    assert session.experiment.run.duration == 7
    assert session.can_undo


def test_the_experiment_names_the_chosen_cell(session):
    assert [source.name for source in session.experiment.cells] == ["cell"]
    session.choose_cells((cell("other"),))
    assert [source.name for source in session.experiment.cells] == ["other"]


def test_a_relabelled_cell_keeps_its_experiment(session):
    session.edit(with_duration(session, 7))
    heard = told(session.cells_changed)
    relabelled = session.cells[0].replace(labels=["", "axon", "axon"])
    session.choose_cells((relabelled,))
    assert session.cells == (relabelled,)
    assert session.experiment.run.duration == 7
    assert len(heard) == 1


def test_choosing_the_same_cells_again_tells_nothing(session):
    heard = told(session.cells_changed)
    session.choose_cells(session.cells)
    assert heard == []


def test_one_of_several_cells_is_shown_and_repaired(session):
    session.choose_cells((cell(), cell("other")))
    heard = told(session.cells_changed)
    session.show_cell("other")
    assert session.shown_cell.name == "other"
    assert len(heard) == 1
    session.repair((SetUnit(unit="nm"),))
    assert [len(source.repairs) for source in session.experiment.cells] == [0, 1]
    assert session.shown_cell.position.max() == pytest.approx(0.1)
    assert session.opened_cells[1].position.max() == 100
    session.undo()
    assert session.shown_cell.position.max() == 100


def test_a_repaired_cell_keeps_its_repairs_where_others_come(session):
    session.repair((SetUnit(unit="nm"),))
    session.choose_cells((*session.cells, cell("other")))
    assert [len(source.repairs) for source in session.experiment.cells] == [1, 0]
    assert session.opened_cells[0].position.max() == 100


def test_a_choice_of_cells_that_was_worked_on_is_as_it_was(session):
    alone = session.cells
    together = (*alone, cell("other"))
    session.choose_cells(together)
    session.edit(with_duration(session, 7))
    session.choose_cells(alone)
    assert session.experiment.run.duration == 100
    session.choose_cells(together)
    assert session.experiment.run.duration == 7
    assert session.can_undo


def test_two_cells_of_one_name_are_refused(session):
    before = session.cells
    with pytest.raises(ExperimentError, match="called 'cell'"):
        session.choose_cells((cell(), cell()))
    assert session.cells == before


def test_a_run_goes_through_its_states_and_ends_with_a_result(session):
    states, started, ended = map(
        told, (session.run_state_changed, session.run_started, session.run_ended)
    )
    run_to_the_end(session)
    assert [state for (state,) in states] == [
        RunState.PREPARING,
        RunState.RUNNING,
        RunState.IDLE,
    ]
    (result,) = session.results
    assert started == [(result,)]
    assert ended == [(result, None)]
    assert result.status is Status.COMPLETE
    assert session.progress.fraction == pytest.approx(1.0)


def test_a_result_is_out_of_date_once_the_experiment_differs(session):
    run_to_the_end(session)
    (result,) = session.results
    assert not session.is_out_of_date(result)
    session.edit(with_duration(session, 7))
    assert session.is_out_of_date(result)
    session.undo()
    assert not session.is_out_of_date(result)


def test_a_result_is_out_of_date_for_a_changed_cell(session):
    run_to_the_end(session)
    session.choose_cells((session.cells[0].replace(labels=["", "axon", "axon"]),))
    assert session.is_out_of_date(session.results[0])


def test_results_are_numbered_by_run_and_can_be_forgotten(session):
    run_to_the_end(session)
    run_to_the_end(session)
    first, second = session.results
    session.forget(first)
    assert session.results == (second,)
    assert session.number_of(second) == 2


def test_cancelling_ends_the_run_and_keeps_what_there_is(session):
    ended = told(session.run_ended)
    for event in session.run():
        session.apply(event)
        if isinstance(event, RunStarted):
            session.cancel()
            assert session.run_state is RunState.CANCELLING
    ((result, error),) = ended
    assert error is None
    assert result.status is Status.CANCELLED
    assert 0 < result.n_frames < 1001
    assert session.run_state is RunState.IDLE


def test_closing_the_events_stops_the_run(session):
    events = session.run()
    started = next(events)
    events.close()
    assert started.result.status is Status.CANCELLED


def test_a_failure_is_the_last_event_with_the_frames_so_far():
    session = Session(lambda: SteadyEngine(fails_at=5))
    session.choose_cells((cell(),))
    ended = told(session.run_ended)
    run_to_the_end(session)
    ((result, error),) = ended
    assert str(error) == "it went wrong"
    assert result is session.results[0]
    assert result.status is Status.FAILED
    assert result.n_frames > 0


def test_a_mistake_in_the_experiment_ends_the_run_before_there_is_a_result(session):
    session.edit(session.experiment.replace(paint=(Passive(),), stimuli=()))
    session.edit(
        Experiment.from_json(
            '{"recorders": [{"kind": "voltage", "label": "a", "node": 99}]}'
        ).replace(cells=session.experiment.cells)
    )
    last = list(session.run())[-1]
    assert isinstance(last, RunEnded)
    assert last.result is None
    assert last.error.field == "recorders[0].node"


def test_one_run_at_a_time(session):
    session.run()
    with pytest.raises(SimulationError, match="under way"):
        session.run()


def test_no_run_without_a_cell():
    with pytest.raises(SimulationError, match="no cell"):
        Session(SteadyEngine).run()


def test_release_ends_an_idle_engine_and_the_next_run_makes_another():
    made = []

    def make():
        made.append(SteadyEngine())
        return made[-1]

    session = Session(make)
    session.choose_cells((cell(),))
    run_to_the_end(session)
    session.release()
    assert made[0].is_closed
    run_to_the_end(session)
    assert len(made) == 2


def test_release_during_a_run_cancels_it_and_ends_the_engine(session, engine):
    for event in session.run():
        session.apply(event)
        if isinstance(event, RunStarted):
            session.release()
    assert session.results[0].status is Status.CANCELLED
    assert engine.is_closed


@pytest.mark.parametrize(
    ("progress", "left"),
    [
        (Progress(time=0, duration=100, wall_time=5), None),
        (Progress(time=50, duration=100, wall_time=0.1), None),
        (Progress(time=25, duration=100, wall_time=2), 6),
        (Progress(time=100.5, duration=100, wall_time=2), 0),
    ],
)
def test_time_left_is_estimated_once_it_is_no_guess(progress, left):
    assert progress.wall_time_left == left


def test_resampling_keeps_the_nodes_at_which_something_is_placed(session):
    fine = Morphology(
        node_id=np.arange(1, 102),
        parent=np.arange(-1, 100),
        swc_type=[1] + [3] * 100,
        position=np.column_stack([np.arange(101.0), np.zeros((101, 2))]),
        radius=np.ones(101),
        name="fine",
    )
    session.choose_cells((fine,))
    placed = {
        "stimuli": (CurrentPulse(nodes=(34, 57)),),
        "recorders": (VoltageRecorder(label="v", node=73),),
        "paint": (Passive(region=PickedNodes(nodes=(88,))),),
    }
    session.edit(session.experiment.replace(**placed))
    session.repair((Resample(spacing=20),))
    assert len(session.cells[0]) < 20
    assert {34, 57, 73, 88} <= set(session.cells[0].node_id.tolist())
    again = repair(fine, session.experiment.cells[0].repairs)
    assert np.array_equal(again.node_id, session.cells[0].node_id)
