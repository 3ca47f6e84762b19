"""The unit of a file: given, stated or guessed, and what it does to the numbers."""

import numpy as np
import pytest

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import read_swc


def straight(n=50, step=1.0, radius=0.3, soma=5.0, comment="by hand"):
    """A soma and a straight neurite, in the file's own numbers."""
    rows = [f"# {comment}", f"1 1 0 0 0 {soma} -1"]
    rows += [f"{i} 3 0 0 {i * step} {radius} {i - 1}" for i in range(2, n + 1)]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("given", "label", "scale"),
    [
        ("um", "um", (1, 1, 1)),
        ("µm", "um", (1, 1, 1)),
        ("nm", "nm", (0.001, 0.001, 0.001)),
        ("8 nm", "8 nm", (0.008, 0.008, 0.008)),
        ("8nm", "8 nm", (0.008, 0.008, 0.008)),
        ("8 nanometer", "8 nm", (0.008, 0.008, 0.008)),
        ("4x4x40 nm", "4x4x40 nm", (0.004, 0.004, 0.04)),
        ("(4, 4, 40) nm", "4x4x40 nm", (0.004, 0.004, 0.04)),
        ("0.5 um", "0.5 um", (0.5, 0.5, 0.5)),
    ],
)
def test_a_given_unit_converts_to_micrometres(given, label, scale):
    cell = read_swc("1 1 10 20 30 5 -1\n", units=given)
    assert (cell.unit, cell.unit_evidence) == (label, "given")
    np.testing.assert_allclose(cell.position[0], np.multiply((10, 20, 30), scale))
    np.testing.assert_allclose(cell.radius, 5 * scale[0])


@pytest.mark.parametrize("given", ["", "furlong", "0 nm", "4x4 nm", "8", "nmol"])
def test_what_is_no_unit_is_refused(given):
    with pytest.raises(MorphologyError, match="not a unit of length"):
        read_swc("1 1 10 20 30 5 -1\n", units=given)


@pytest.mark.parametrize(
    ("comment", "label"),
    [
        ("units: nm", "nm"),
        ("Units = nanometers", "nm"),
        ("all units are in µm", "um"),
        ("coordinates in nm", "nm"),
        ('Meta: {"id": "1", "name": "x", "units": "8 nanometer"}', "8 nm"),
        ('Meta: {"id": "1", "name": "x", "units": "1 micrometer"}', "um"),
        ("CNG version, NeuroMorpho.Org", "um"),
    ],
)
def test_a_unit_the_file_states_is_believed(comment, label):
    cell = read_swc(straight(comment=comment))
    assert cell.unit == label
    assert "guessed" not in cell.unit_evidence


@pytest.mark.parametrize("comment", ["units: None", "id type x y z r pid", "in voxels", "10 nmol"])
def test_other_comments_are_not_taken_for_units(comment):
    assert "guessed" in read_swc(straight(comment=comment)).unit_evidence


@pytest.mark.parametrize(("label", "size"), [("um", 1.0), ("nm", 1e-3), ("8 nm", 8e-3)])
def test_the_unit_in_which_the_cell_has_an_ordinary_size_is_guessed(label, size):
    n = 600
    text = straight(n, step=1.0 / size, radius=0.15 / size, soma=3.0 / size)
    cell = read_swc(text)
    assert cell.unit == label
    assert cell.unit_evidence.startswith("guessed")
    assert cell.cable_length == pytest.approx(n)


@pytest.mark.parametrize("text", [straight(3), straight(5, radius=0), "1 1 0 0 0 8 -1\n"])
def test_small_examples_are_in_micrometres(text):
    assert read_swc(text).unit == "um"


def test_hemibrain_voxels_are_recognised():
    navis = pytest.importorskip("navis")
    nodes = navis.example_neurons(1).nodes
    columns = ["node_id", "label", "x", "y", "z", "radius", "parent_id"]
    rows = [" ".join(map(str, row)) for row in nodes[columns].itertuples(index=False)]
    assert read_swc("\n".join(rows) + "\n").unit == "8 nm"


def test_voxels_of_sections_are_recognised_by_their_flat_steps():
    navis = pytest.importorskip("navis")
    nodes = navis.example_neurons(1).nodes.copy()
    nodes[["x", "y", "z"]] = (8 * nodes[["x", "y", "z"]] / [4, 4, 40]).round().astype(int)
    nodes["radius"] = 2 * nodes["radius"]
    columns = ["node_id", "label", "x", "y", "z", "radius", "parent_id"]
    rows = [" ".join(map(str, row)) for row in nodes[columns].itertuples(index=False)]
    cell = read_swc("\n".join(rows) + "\n")
    assert cell.unit == "4x4x40 nm"
    assert "a tenth of those in x and y" in cell.unit_evidence
    assert cell.cable_length == pytest.approx(2132, rel=0.1)


def test_a_flat_cell_in_micrometres_stays_one():
    rows = "".join(f"{i} 3 {i} {i // 3} {i // 9} 0.4 {i - 1}\n" for i in range(1, 900))
    assert read_swc(rows.replace(" 0\n", " -1\n", 1)).unit == "um"
