"""Sections: one connected tree per component, nothing without length, somata as customary."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology, find_sections, read_swc


def swc(text: str) -> Morphology:
    return read_swc(text, units="um")


def points(sections, index):
    return sections.points[sections.point_start[index] : sections.point_start[index + 1]]


FORK = """\
1 0 0 0 0 1 -1
2 0 10 0 0 1 1
3 0 20 0 0 1 2
4 0 30 5 0 1 3
5 0 30 -5 0 1 3
"""


def test_a_section_runs_from_branch_point_to_branch_point():
    sections = find_sections(swc(FORK))
    assert sections.parent.tolist() == [-1, 0, 0]
    assert sections.parent_x.tolist() == [0, 1, 1]
    assert np.diff(sections.point_start).tolist() == [3, 2, 2]
    assert sections.point_node.tolist() == [0, 1, 2, 2, 3, 2, 4]
    assert sections.section_of_node.tolist() == [0, 0, 0, 1, 2]
    assert sections.x_of_node.tolist() == [0, 0.5, 1, 1, 1]
    np.testing.assert_allclose(sections.length, [20, 125**0.5, 125**0.5])


@pytest.mark.parametrize("root", [1, 2, 3, 5], ids=["end", "mid-cable", "branch point", "tip"])
def test_wherever_the_root_is_the_tree_is_one_and_children_hang_on_the_roots_end(root):
    cell = swc(FORK).rerooted(root)
    sections = find_sections(cell)
    assert (sections.parent < 0).sum() == 1
    assert sections.length.sum() == pytest.approx(swc(FORK).cable_length)
    row = cell.rows(root)[0]
    assert (sections.section_of_node[row], sections.x_of_node[row]) == (0, 0)
    at_root = np.flatnonzero(cell.parent == row)
    others = sections.section_of_node[at_root][1:]
    assert (sections.parent[others] == 0).all()
    assert (sections.parent_x[others] == 0).all()


def test_a_break_starts_a_section_at_the_edges_upper_end():
    sections = find_sections(swc(FORK), np.array([False, False, True, False, False]))
    assert sections.parent.tolist() == [-1, 0, 1, 1]
    assert sections.section_of_node.tolist() == [0, 0, 1, 2, 3]
    assert sections.owner.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("swc_type", [0, 1, 3])
def test_a_lone_node_is_a_sphere(swc_type):
    sections = find_sections(swc(f"7 {swc_type} 1 2 3 4 -1\n"))
    assert len(sections) == 1
    assert sections.length[0] == 8
    assert sections.area[0] == pytest.approx(4 * np.pi * 4**2)
    assert (sections.section_of_node.tolist(), sections.x_of_node.tolist()) == ([0], [0.5])


def test_every_component_has_its_own_first_section():
    sections = find_sections(swc(FORK + "8 1 90 0 0 4 -1\n9 2 99 0 0 1 -1\n10 2 99 9 0 1 9\n"))
    assert (sections.parent < 0).sum() == 3


def test_nodes_at_one_place_share_a_place_and_nothing_has_no_length():
    y = (0, 0, 9, 9, 18, 9)
    parent = (-1, 1, 2, 3, 4, 3)
    rows = [f"{i} 0 0 {y[i - 1]} 0 1 {parent[i - 1]}\n" for i in range(1, 7)]
    sections = find_sections(swc("".join(rows)))
    assert sections.length.tolist() == [18]
    assert sections.x_of_node.tolist() == [0, 0, 0.5, 0.5, 1, 0.5]


def test_a_component_without_any_length_is_a_sphere():
    sections = find_sections(swc("1 3 5 5 5 2 -1\n2 3 5 5 5 2 1\n3 3 5 5 5 2 1\n"))
    assert sections.area.sum() == pytest.approx(16 * np.pi)
    assert sections.section_of_node.tolist() == [0, 0, 0]


def test_a_branch_may_start_thinner_than_its_parent_by_repeating_the_point():
    thick = "1 0 0 0 0 4 -1\n2 0 10 0 0 4 1\n3 0 20 0 0 4 2\n"
    sections = find_sections(swc(thick + "4 0 10 0 0 1 2\n5 0 10 10 0 1 4\n"))
    thin = int(sections.section_of_node[4])
    assert points(sections, thin)[:, 3].tolist() == [2, 2]


def test_a_break_above_a_node_without_cable_is_kept():
    text = "1 0 0 0 0 1 -1\n2 0 9 0 0 1 1\n3 0 9 0 0 1 2\n4 0 18 0 0 1 3\n"
    sections = find_sections(swc(text), np.array([False, False, True, False]))
    assert sections.length.tolist() == [9, 9]


def neurite(first, tip, radius=0.5, parent=1, start_id=10):
    """Rows of a neurite along x, one node each 10 µm from ``first`` to ``tip``."""
    rows = []
    for node, x in enumerate(range(first, tip + 1, 10), start=start_id):
        rows.append(f"{node} 3 {x} 0 0 {radius} {parent}\n")
        parent = node
    return "".join(rows)


def test_a_one_point_soma_is_a_sphere_with_neurites_in_its_middle():
    sections = find_sections(swc("1 1 0 0 0 10 -1\n" + neurite(10, 50)))
    assert sections.area[0] == pytest.approx(400 * np.pi)
    assert sections.parent_x.tolist() == [0, 0.5]
    assert sections.length.tolist() == [20, 40]  # no cable through the sphere
    assert sections.x_of_node[0] == 0.5


def test_the_soma_sphere_is_the_same_wherever_the_root_is():
    text = (
        "1 1 0 0 0 10 -1\n" + neurite(10, 50) + neurite(12, 52, start_id=20).replace(" 3 ", " 2 ")
    )
    cell = swc(text)
    area = find_sections(cell).area.sum()
    for root in (14, 24, 12):
        again = find_sections(cell.rerooted(root))
        assert (again.parent < 0).sum() == 1
        assert again.area.sum() == pytest.approx(area)


def test_cable_that_starts_far_from_the_soma_starts_at_its_surface():
    sections = find_sections(swc("1 1 0 0 0 10 -1\n" + neurite(40, 60)))
    assert sections.length[1] == 50
    assert points(sections, 1)[0].tolist() == [10, 0, 0, 1]


def test_a_neurite_of_one_point_keeps_the_cable_outside_the_soma():
    sections = find_sections(swc("1 1 0 0 0 10 -1\n2 3 15 0 0 1 1\n"))
    assert sections.length.tolist() == [20, 5]


def test_a_mark_on_the_cable_costs_no_noticeable_cable():
    text = neurite(0, 100, parent=-1, start_id=1)
    marked = text.replace("6 3 50", "6 1 50")
    sections = find_sections(swc(marked))
    assert (sections.parent < 0).sum() == 1
    assert sections.length.sum() == pytest.approx(100)
    assert sections.area.sum() == pytest.approx(find_sections(swc(text)).area.sum())


THREE_POINT = "1 1 0 0 0 6 -1\n2 1 0 6 0 6 1\n3 1 0 -6 0 6 1\n"


def test_a_three_point_soma_is_the_sphere_it_stands_for():
    sections = find_sections(swc(THREE_POINT + neurite(6, 46)))
    assert sections.area[0] == pytest.approx(4 * np.pi * 36)
    assert sections.section_of_node[:3].tolist() == [0, 0, 0]
    assert sections.parent_x.tolist() == [0, 0.5]


def test_a_soma_of_several_points_is_cable_with_neurites_at_its_ends():
    text = "1 1 0 0 0 4 -1\n2 1 0 5 0 6 1\n3 1 0 10 0 4 2\n"
    sections = find_sections(swc(text + neurite(10, 40, parent=3)))
    assert sections.length[0] == pytest.approx(10)
    assert points(sections, 0)[:, 3].tolist() == [8, 12, 8]
    assert (sections.parent[1], sections.parent_x[1]) == (0, 1)
    assert points(sections, 1)[0].tolist() == [0, 10, 0, 1]  # starts with its own thickness


def test_a_neurite_on_the_side_of_a_long_soma_starts_at_the_surface():
    text = "1 1 0 0 0 4 -1\n2 1 0 10 0 4 1\n3 1 0 20 0 4 2\n4 3 30 10 0 1 2\n5 3 40 10 0 1 4\n"
    sections = find_sections(swc(text))
    side = int(sections.section_of_node[4])
    assert points(sections, side)[0].tolist() == [4, 10, 0, 2]
    assert sections.length[side] == pytest.approx(36)


@pytest.mark.parametrize("thickness", [0.0, 0.1])
def test_an_outline_of_thin_points_is_the_body_it_surrounds(thickness):
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rows = [
        f"{i + 1} 1 {10 * np.cos(a)} {10 * np.sin(a)} 0 {thickness} {i or -1}\n"
        for i, a in enumerate(angle)
    ]
    sections = find_sections(swc("".join(rows) + neurite(12, 52, start_id=50)))
    assert len(sections) == 2
    assert sections.area[0] == pytest.approx(4 * np.pi * 100, rel=0.1)
    assert sections.parent_x[1] == 0.5


def test_radii_no_cable_can_have_are_refused_with_the_first_node():
    with pytest.raises(MorphologyError, match=r"node 3 has a radius of 0 µm; 2 of 5 nodes.*repair"):
        find_sections(swc(FORK).replace(radius=[1, 1, 0, 1, -1]))


@st.composite
def skeletons(draw):
    """Small trees with coincident nodes, marks of soma anywhere and a few radii."""
    n = draw(st.integers(1, 14))
    parent = [-1] + [draw(st.integers(-1 if row % 5 == 0 else 0, row - 1)) for row in range(1, n)]
    place = st.tuples(*[st.integers(0, 3)] * 3)
    return Morphology(
        node_id=np.arange(n),
        parent=np.array(parent),
        swc_type=np.array([draw(st.sampled_from([1, 2, 3, 3])) for _ in range(n)]),
        position=draw(st.sampled_from([0.3, 1.0, 5.0]))
        * np.array([draw(place) for _ in range(n)], dtype=float),
        radius=np.array([draw(st.sampled_from([0.2, 0.5, 1.0, 3.0])) for _ in range(n)]),
    )


@settings(max_examples=150)
@given(skeletons(), st.data())
def test_any_skeleton_makes_one_proper_tree_per_component(cell, data):
    breaks = np.array(data.draw(st.lists(st.booleans(), min_size=len(cell), max_size=len(cell))))
    sections = find_sections(cell, breaks)
    assert (sections.parent < np.arange(len(sections))).all()
    component = cell.component[sections.owner]
    assert sorted(component[sections.parent < 0]) == list(range(len(cell.roots)))
    inner = sections.parent >= 0
    assert (component[inner] == component[sections.parent[inner]]).all()
    assert (component[sections.section_of_node] == cell.component).all()
    assert (sections.length > 0).all()
    assert np.isin(sections.parent_x, (0, 0.5, 1)).all()
    assert ((sections.x_of_node >= 0) & (sections.x_of_node <= 1)).all()
    real = sections.point_node >= 0
    np.testing.assert_allclose(
        sections.points[real, :3], cell.position[sections.point_node[real]], atol=1e-6
    )


@settings(max_examples=60)
@given(skeletons(), st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_their_numbers_do_not_change_the_cell(cell, random):
    order = list(range(len(cell)))
    random.shuffle(order)
    place = np.argsort(order)
    other = cell.replace(
        node_id=np.array(random.sample(range(10**12), len(cell))),
        parent=np.where(cell.parent < 0, -1, place[cell.parent])[order],
        swc_type=cell.swc_type[order],
        position=cell.position[order],
        radius=cell.radius[order],
    )
    one, two = find_sections(cell), find_sections(other)
    assert len(one) == len(two)
    np.testing.assert_allclose(np.sort(one.area), np.sort(two.area), atol=1e-9)


def test_half_a_million_nodes_take_about_a_second():
    n = 450_000
    rng = np.random.default_rng(1)
    parent = np.maximum(np.arange(n) - rng.integers(1, 4, n), -1)
    parent[1:] = np.maximum(parent[1:], 0)
    cell = Morphology(
        node_id=np.arange(n),
        parent=parent,
        swc_type=np.full(n, 3),
        position=np.cumsum(rng.normal(size=(n, 3)), axis=0),
        radius=np.ones(n),
    )
    start = time.perf_counter()
    find_sections(cell)
    assert time.perf_counter() - start < 5  # 0.5 s on an idle machine


def test_real_files_make_one_tree_each(shared_data):
    for file in sorted((shared_data / "swc").rglob("*.swc")):
        cell = read_swc(file)
        cell = cell.replace(radius=np.where(cell.radius > 0, cell.radius, 0.05))
        sections = find_sections(cell)
        assert (sections.parent < 0).sum() == len(cell.roots), file.name
        assert sections.length.sum() == pytest.approx(cell.cable_length, rel=0.05), file.name
