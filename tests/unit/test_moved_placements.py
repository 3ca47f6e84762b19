"""What is placed at nodes that a repair leaves out moves to the nearest that stay."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.moved_placements import follow_repair, moved_placements
from napari_neuron.session import Session


@pytest.fixture
def cell():
    """Nodes 1 to 11 a micrometre apart; 20, 21 a twig at 6; 30, 31 another tree, 50 µm away."""
    position = [[x, 0, 0] for x in range(11)] + [[5, 0.3, 0], [5, 0.6, 0], [60, 0, 0], [61, 0, 0]]
    parent = [-1, *range(10), 5, 11, -1, 13]
    return nn.Morphology(
        node_id=[*range(1, 12), 20, 21, 30, 31],
        parent=parent,
        swc_type=[1] + [3] * 14,
        position=np.array(position, dtype=float),
        radius=np.full(15, 0.5),
        name="line",
    )


def repaired(cell, experiment, *repairs):
    """Return the experiment after repairs, and what they made of the cell."""
    after = nn.repair(cell, repairs)
    moved = follow_repair(experiment, cell, after)
    if len(after.roots) == 1:
        compile_experiment([after], moved)  # every node it names is one of the cell
    return moved


def test_inputs_and_recorders_move_to_the_nearest_node_that_stays(cell):
    experiment = nn.Experiment(
        stimuli=[nn.CurrentPulse(nodes=[21, 3], label="pulse")],
        recorders=[
            nn.VoltageRecorder(label="twig", node=20),
            nn.ProcessRecorder(label="i", node=21, stimulus="pulse"),
            nn.SpikeDetector(label="far", node=31),
        ],
    )
    moved = repaired(cell, experiment, nn.PruneTwigs(length=1), nn.KeepBiggestTree())
    assert moved.stimuli[0].nodes == (6, 3)
    assert [one.node for one in moved.recorders] == [6, 6, 11]


def test_it_is_said_which_nodes_move_where_and_how_far(cell):
    experiment = nn.Experiment(recorders=[nn.VoltageRecorder(label="a", node=21)])
    (one,) = moved_placements(experiment, cell, nn.repair(cell, nn.PruneTwigs(length=1)))
    assert (one.node, one.to, one.distance) == (21, 6, pytest.approx(0.6))


def test_the_nearest_is_looked_for_on_the_same_piece_of_cable(cell):
    near = cell.replace(position=cell.position + (cell.position[:, :1] > 50) * [-55.0, 2.0, 0])
    experiment = nn.Experiment(recorders=[nn.VoltageRecorder(label="a", node=21)])
    after = nn.repair(near, [nn.PruneTwigs(length=1)])
    assert follow_repair(experiment, near, after).recorders[0].node == 6  # 31 is nearer


def test_a_recorder_of_a_current_still_watches_the_same_synapse(cell):
    experiment = nn.Experiment(
        stimuli=[nn.Synapse(label="s", nodes=[20, 21, 6], weights=[1, 2, 3], train_of=[0, 1, 2])],
        recorders=[nn.ProcessRecorder(label="g", node=21, stimulus="s", variable="g")],
    )
    moved = repaired(cell, experiment, nn.PruneTwigs(length=1), nn.KeepBiggestTree())
    assert moved.stimuli[0].nodes == (6, 6, 6)
    assert moved.stimuli[0].weights == (1, 2, 3)
    assert (moved.recorders[0].node, moved.recorders[0].copy_number) == (6, 1)


def painted(region):
    return nn.Experiment(paint=[nn.CableProperties(), nn.Passive(region=region)])


@pytest.mark.parametrize(
    ("region", "repair", "expected"),
    [
        # what goes with its cable is not painted elsewhere, but no region is left empty
        (nn.PickedNodes(nodes=[5, 21]), nn.PruneTwigs(length=1), nn.PickedNodes(nodes=[5])),
        (nn.PickedNodes(nodes=[20, 21]), nn.PruneTwigs(length=1), nn.PickedNodes(nodes=[6])),
        # cable that was thinned or divided stays painted
        (nn.PickedNodes(nodes=[3]), nn.Resample(spacing=0.5), nn.PickedNodes(nodes=[3, 32])),
        (nn.Subtree(node=20), nn.PruneTwigs(length=1), nn.Subtree(node=6)),
        (
            nn.NoneOf(regions=[nn.AnyOf(regions=[nn.Subtree(node=21)])]),
            nn.PruneTwigs(length=1),
            nn.NoneOf(regions=[nn.AnyOf(regions=[nn.Subtree(node=6)])]),
        ),
    ],
)
def test_regions_keep_what_is_left_of_them(cell, region, repair, expected):
    moved = repaired(cell, painted(region), repair)
    assert moved.paint[1].region == expected


def test_only_what_is_on_the_repaired_cell_moves(cell):
    experiment = nn.Experiment(
        recorders=[nn.VoltageRecorder(label="a", cell="other", node=21)],
        stimuli=[
            nn.Synapse(cell="other", nodes=[1], events=nn.NodeSpikes(source_cell="line", node=21))
        ],
        connections=[
            nn.ChemicalSynapses(
                source_cell=["line", "other"],
                source_node=[21, 21],
                target_cell=["other", "line"],
                target_node=[1, 20],
                weights=[0.1, 0.1],
                delays=[1, 1],
            ),
            nn.GapJunctions(
                cell_a=["line"], node_a=[20], cell_b=["other"], node_b=[20], conductances=[1]
            ),
        ],
    )
    moved = follow_repair(experiment, cell, nn.repair(cell, nn.PruneTwigs(length=1)))
    assert moved.recorders == experiment.recorders
    assert moved.stimuli[0].events.node == 6
    synapses, gaps = moved.connections
    assert (synapses.source_node, synapses.target_node) == ((6, 21), (1, 6))
    assert (gaps.node_a, gaps.node_b) == ((6,), (20,))


def test_what_fits_already_is_left_as_it_is(cell):
    experiment = nn.Experiment(recorders=[nn.VoltageRecorder(label="a", node=21)])
    for one in (nn.Move(x=5), nn.JoinTrees(limit=None), nn.SetUnit(unit="nm")):
        assert follow_repair(experiment, cell, nn.repair(cell, one)) is experiment


def test_repair_and_move_are_one_step_of_the_undo_list(cell):
    session = Session()
    session.choose_cells((cell,))
    session.edit(session.experiment.replace(recorders=[nn.VoltageRecorder(label="a", node=21)]))
    before = session.experiment
    session.repair((nn.PruneTwigs(length=1),))
    assert session.experiment.recorders[0].node == 6
    session.undo()
    assert session.experiment == before
    assert session.cells == (cell,)
