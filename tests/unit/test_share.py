"""A compiled model shared out over ranks: everything once, what belongs together together."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.network import compile_network
from napari_neuron.compile.share import ranks_of_neurons, share_out


def cable(name, length):
    return nn.Morphology(
        node_id=[1, 2, 3],
        parent=[-1, 0, 1],
        swc_type=[1, 3, 3],
        position=[[0, 0, 0], [length / 2, 0, 0], [length, 0, 0]],
        radius=[1, 1, 1],
        name=name,
    )


def model(delay=1.0, connections=(), **changes):
    cells = [cable(name, 100 * (i + 1)) for i, name in enumerate("abcd")]
    synapses = nn.ChemicalSynapses(
        source_cell=("a", "b", "c"),
        source_node=(3, 3, 3),
        target_cell=("b", "c", "d"),
        target_node=(1, 2, 3),
        weights=(0.1, 0.2, 0.3),
        delays=(delay, 1.0, 2.0),
    )
    experiment = nn.Experiment(
        paint=(nn.CableProperties(), nn.Passive(), nn.HodgkinHuxley(cell="b")),
        stimuli=(
            nn.Synapse(cell="d", nodes=(1, 3), events=nn.SpikeTimes(times=(1.0, 2.0)), label="s"),
        ),
        connections=(synapses, *connections),
        recorders=tuple(nn.VoltageRecorder(label=n, cell=n, node=2) for n in "abcd"),
        discretisation=nn.MaximumLength(length=10),
        **changes,
    )
    return compile_experiment(cells, experiment)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_everything_is_on_exactly_one_rank(n):
    whole = model()
    shares = share_out(whole, n)
    for name, count in (
        ("compartments", whole.n_compartments),
        ("recorders", len(whole.recorders)),
    ):
        found = np.sort(np.concatenate([getattr(share, name) for share in shares]))
        assert np.array_equal(found, np.arange(count))
    parts = [share.model for share in shares]
    assert sum(part.n_sections for part in parts) == whole.n_sections
    assert np.isclose(sum(part.points.sum() for part in parts), whole.points.sum())
    for index, batch in enumerate(whole.point_processes):
        assert sum(len(part.point_processes[index].compartment) for part in parts) == len(
            batch.compartment
        )
    gids = np.concatenate([part.sources.gid for part in parts])
    assert len(gids) == len(set(gids.tolist())) == 3
    arriving = np.concatenate([d.gid for p in parts for d in p.drives if hasattr(d, "gid")])
    assert set(arriving.tolist()) == set(gids.tolist())


def test_painted_values_and_recorders_keep_their_compartments():
    whole = model()
    for share in share_out(whole, 2):
        assert np.array_equal(share.model.cm, whole.cm[share.compartments])
        for place, recorder in zip(share.recorders, share.model.recorders, strict=True):
            assert share.compartments[recorder.compartment] == (whole.recorders[place].compartment)


def rank_of(shares, cells="abcd"):
    """Return the rank of each cell; cell i has 10 (i + 1) compartments, made odd."""
    ends = np.cumsum([11, 21, 31, 41])
    return {
        name: next(i for i, share in enumerate(shares) if end - 1 in share.compartments)
        for name, end in zip(cells, ends, strict=True)
    }


def test_the_work_is_shared_evenly():
    loads = [len(share.compartments) for share in share_out(model(), 2)]
    assert max(loads) - min(loads) <= 2


def test_gap_junctions_and_short_delays_keep_cells_together():
    gap = nn.GapJunctions(cell_a=("a",), node_a=(1,), cell_b=("c",), node_b=(1,), conductances=(1,))
    place = rank_of(share_out(model(connections=(gap,)), 3))
    assert place["a"] == place["c"]
    assert len(set(place.values())) == 3
    place = rank_of(share_out(model(delay=0.03), 3))
    assert place["a"] == place["b"]
    assert len(set(place.values())) == 3


def test_a_rank_without_cells_has_one_compartment_that_nobody_sees():
    idle = [share for share in share_out(model(), 6) if not len(share.compartments)]
    assert len(idle) == 2
    assert all(share.model.n_compartments == 1 for share in idle)


def test_beside_point_neurons_the_first_rank_has_all():
    points = nn.PointNetwork.from_adjacency(np.zeros((2, 2)))
    first, second = share_out(model(network=points), 2)
    assert first.model.network is not None
    assert second.model.network is None
    assert not len(second.compartments)


def test_point_neurons_are_shared_by_what_arrives_and_stay_together_without_delay():
    random = np.random.default_rng(0)
    matrix = (random.random((60, 60)) < 0.2) * 1.0
    network = nn.PointNetwork.from_adjacency(matrix, delay=1)
    compiled = compile_network(network)
    rank = ranks_of_neurons(compiled, 3)
    loads = np.bincount(rank[compiled.target], minlength=3)
    assert np.ptp(loads) < 0.05 * loads.sum()
    delay = network.edges.delay.copy()
    delay[:4] = 0
    together = compile_network(network.replace(edges=network.edges.replace(delay=delay)))
    rank = ranks_of_neurons(together, 3)
    assert np.array_equal(rank[together.source[:4]], rank[together.target[:4]])
