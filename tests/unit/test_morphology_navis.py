"""From navis and back: units, soma, labels, synapses."""

import numpy as np
import pandas as pd
import pytest

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology, label_axon_dendrite, read_swc
from napari_neuron.morphology.navis_samples import navis_samples

navis = pytest.importorskip("navis")


@pytest.fixture(scope="module")
def hemibrain():
    return navis.example_neurons(1)


@pytest.fixture(scope="module")
def fly(hemibrain):
    """The neuron of navis' NEURON tutorial: in µm, rooted at node 20."""
    neuron = hemibrain.convert_units("um")
    neuron.soma = 20
    neuron.reroot(20, inplace=True)
    return neuron


def test_voxels_of_8_nm_become_micrometres(hemibrain):
    cell = Morphology.from_navis(hemibrain)
    assert cell.unit == "8 nm"
    assert cell.cable_length == pytest.approx(hemibrain.cable_length * 0.008, rel=1e-6)
    row = cell.connectors.iloc[0]
    raw = hemibrain.connectors.iloc[0]
    assert (row.x, row.y, row.z) == pytest.approx((raw.x * 0.008, raw.y * 0.008, raw.z * 0.008))
    assert cell.connectors.columns[:5].tolist() == ["node_id", "type", "x", "y", "z"]
    assert "roi" in cell.connectors


def test_units_in_micrometres_are_kept_and_the_neurons_soma_is_the_only_one(fly):
    cell = Morphology.from_navis(fly)
    assert cell.unit == "um"
    assert cell.node_id[cell.swc_type == 1].tolist() == [20]
    assert cell.node_id[cell.roots].tolist() == [20]
    assert len(cell.rows([467, 4384, 20])) == 3


def test_without_units_they_are_guessed_and_it_says_so(hemibrain):
    neuron = hemibrain.copy()
    neuron.units = None
    cell = Morphology.from_navis(neuron)
    assert cell.unit == "8 nm"
    assert "guessed" in cell.unit_evidence


def test_a_cell_goes_to_navis_and_comes_back():
    cell = read_swc("1 1 0 0 0 5 -1\n2 2 0 0 9 1 1\n3 3 0 8 0 1 1\n", units="um").replace(
        labels=["", "axon", "dendrite"],
        connectors=pd.DataFrame(
            {"node_id": [2, 3], "type": ["pre", "post"], "x": [0.5, 1], "y": [0, 8], "z": [9, 0]}
        ),
        name="tiny",
    )
    again = Morphology.from_navis(cell.to_navis())
    for field in ("node_id", "parent", "swc_type", "position", "radius", "labels"):
        assert np.array_equal(getattr(again, field), getattr(cell, field)), field
    assert (again.name, again.unit) == ("tiny", "um")
    assert again.connectors[["node_id", "type"]].equals(cell.connectors[["node_id", "type"]])


def test_axon_and_dendrite_are_where_navis_splits_them(fly):
    cell = label_axon_dendrite(Morphology.from_navis(fly))
    pieces = navis.split_axon_dendrite(fly, cellbodyfiber="soma", reroot_soma=True)
    assert {piece.compartment for piece in pieces} == set(cell.labels)
    for piece in pieces:
        labelled = cell.node_id[cell.labels == piece.compartment]
        assert set(labelled.tolist()) == set(piece.nodes.node_id.tolist())
    assert cell.node_id.tolist() == fly.nodes.node_id.tolist()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"connectors": None}, "this cell has none"),
        ({"swc_type": "none"}, "no node is marked as the soma"),
        ({"parent": "cut"}, "in 2 pieces"),
    ],
)
def test_a_cell_that_cannot_be_labelled_is_refused_with_the_reason(fly, change, problem):
    cell = Morphology.from_navis(fly)
    parent = cell.parent.copy()
    parent[100] = -1
    values = {"none": np.zeros(len(cell)), "cut": parent}
    change = {field: values.get(value, value) for field, value in change.items()}
    with pytest.raises(MorphologyError, match=problem):
        label_axon_dendrite(cell.replace(**change))


def test_what_is_no_skeleton_is_refused():
    with pytest.raises(MorphologyError, match="not a skeleton"):
        Morphology.from_navis(object())


def test_the_samples_are_the_neurons_that_navis_ships():
    samples = navis_samples()
    neurons = navis.example_neurons(5)
    assert list(samples) == [str(neuron.id) for neuron in neurons]
    for cell, neuron in zip(samples.values(), neurons, strict=True):
        other = Morphology.from_navis(neuron)
        assert (cell.name, cell.unit) == (other.name, other.unit)
        np.testing.assert_array_equal(cell.node_id, other.node_id)
        np.testing.assert_array_equal(cell.parent, other.parent)
        np.testing.assert_array_equal(cell.swc_type, other.swc_type)
        np.testing.assert_allclose(cell.position, other.position, atol=2e-5)  # navis has float32
        np.testing.assert_allclose(cell.radius, other.radius, atol=1e-6)
        pd.testing.assert_frame_equal(cell.connectors, other.connectors)
