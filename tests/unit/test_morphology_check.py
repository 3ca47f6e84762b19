"""What check() finds and describe() says."""

import json
import time

import numpy as np
import pytest

from napari_neuron.morphology import Morphology, check, describe, read_swc

SOUND = "1 1 0 0 0 5 -1\n" + "".join(f"{i} 3 0 0 {4.0 + i} 0.5 {i - 1}\n" for i in range(2, 60))


def found(text, units="um"):
    return {finding.code: finding for finding in check(read_swc(text, units=units))}


def test_nothing_is_found_in_a_sound_cell():
    assert found(SOUND) == {}


@pytest.mark.parametrize(
    ("text", "code", "severity", "nodes"),
    [
        (SOUND.replace("7 3 0 0 11.0 0.5", "7 3 0 0 11.0 0"), "radius-not-positive", "error", (7,)),
        (
            SOUND.replace("7 3 0 0 11.0 0.5", "7 3 0 0 11.0 -2"),
            "radius-not-positive",
            "error",
            (7,),
        ),
        (SOUND.replace("7 3 0 0 11.0", "7 3 0 0 10.0"), "coincident-nodes", "info", (7,)),
        (SOUND + "90 3 9 9 9 1 -1\n", "several-trees", "warning", (1, 90)),
        (SOUND.replace("1 1 0", "1 3 0"), "no-soma", "info", (1,)),
        (SOUND.replace("\n7 3 0", "\n7 1 0"), "several-somata", "warning", (1, 7)),
        (
            SOUND.replace("1 1 0", "1 3 0").replace("\n7 3 0", "\n7 1 0"),
            "soma-not-root",
            "info",
            (7,),
        ),
        (SOUND + "90 3 0 0 400 0.5 59\n", "long-edges", "warning", (90,)),
    ],
)
def test_each_oddity_is_found_with_its_nodes(text, code, severity, nodes):
    findings = found(text)
    assert set(findings) == {code}
    assert (findings[code].severity, findings[code].nodes) == (severity, nodes)
    assert findings[code].message.endswith(".")


@pytest.mark.parametrize(("cell_in", "units"), [(1e3, "um"), (1.0, "nm"), (1e6, "8 nm")])
def test_a_unit_that_cannot_be_is_found(cell_in, units):
    rows = ["1 1 0 0 0 5 -1"]
    rows += [f"{i} 3 0 0 {i * 3 * cell_in} {0.3 * cell_in} {i - 1}" for i in range(2, 90)]
    assert "unlikely-unit" in found("\n".join(rows) + "\n", units)


@pytest.mark.parametrize("header", ["", "# units: um\n"])
def test_a_guess_that_makes_half_of_the_cable_thick_is_doubted(header):
    # as the medulla neurons of FlyEM are, in voxels of 40 nm
    rows = [f"{i} 2 {i * 9} 663 293 3.6 {i - 1 or -1}" for i in range(1, 130)]
    findings = {one.code: one for one in check(read_swc(header + "\n".join(rows) + "\n"))}
    assert ("unlikely-unit" in findings) == (not header)
    if not header:
        assert findings["unlikely-unit"].summary == "The unit may be wrong"


def test_checking_changes_nothing():
    cell = read_swc(SOUND.replace("7 3 0 0 11.0 0.5", "7 3 0 0 11.0 -2"))
    check(cell)
    assert cell.radius[6] == -2


def test_findings_and_description_are_ready_for_json():
    cell = read_swc(SOUND + "90 3 0 0 4000 0 59\n", units="um")
    as_json = json.loads(json.dumps([finding.as_dict() for finding in check(cell)]))
    assert as_json[0]["severity"] == "error"
    assert as_json[0]["nodes"] == [90]
    assert json.loads(json.dumps(describe(cell)))["membrane_area"] is None


def test_a_description_counts_what_is_there():
    facts = describe(read_swc(SOUND + "90 2 0 9 33 0.5 30\n", units="um"))
    assert (facts["nodes"], facts["trees"], facts["tips"], facts["branch_points"]) == (60, 1, 2, 1)
    assert facts["types"] == {"soma": 1, "axon": 1, "basal dendrite": 58}
    assert facts["cable_length"] == pytest.approx(63 + np.hypot(9, 1))
    assert facts["membrane_area"] > 4 * np.pi * 25
    assert (facts["unit"], facts["unit_evidence"]) == ("um", "given")


def with_rows(**rows):
    """Return the sound cell with some rows changed: node 7 is ``n7="type x y z radius"``."""
    text = SOUND
    for node, row in rows.items():
        number = int(node[1:])
        text = text.replace(f"\n{number} 3 0 0 {4.0 + number} 0.5", f"\n{number} {row}")
    return text


TIPS = "".join(f"{i} 3 9 0 {i / 10} 0.5 30\n" for i in (90, 91, 92))


@pytest.mark.parametrize(
    ("text", "code", "severity", "nodes", "repair"),
    [
        (with_rows(n30="3 0 0 34 0.05"), "pinch", "warning", (30,), "interpolate_radii"),
        (with_rows(n30="3 0 0 34 80"), "radius-too-large", "warning", (30,), "interpolate_radii"),
        (with_rows(n30="3 0 0 34 0.001"), "radius-too-small", "warning", (30,), "floor_radii"),
        (SOUND + "90 3 0 0.4 34.0 0.4 30\n", "twigs", "info", (90,), "prune_twigs"),
        (SOUND + TIPS, "many-branches", "info", (30,), None),
        (with_rows(n59="9 0 0 63 0.5"), "types", "info", (59,), "map_types"),
        (with_rows(n30="3 0 0 33.0004 0.5"), "short-edges", "info", (30,), "merge_coincident"),
        (
            SOUND + "90 3 0 3 34 0.5 30\n91 3 0 3 40.0 0.5 90\n92 3 0 0 44.0 0.5 91\n",
            "duplicate-nodes",
            "warning",
            (92,),
            "merge_coincident",
        ),
    ],
)
def test_each_fault_names_the_repair_that_helps(text, code, severity, nodes, repair):
    findings = found(text)
    assert set(findings) == {code}
    assert (findings[code].severity, findings[code].nodes) == (severity, nodes)
    assert findings[code].repairs[:1] == ((repair,) if repair else ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 1 0 0 0 5 -1\n2 1 0 5 0 5 1\n3 1 0 -5 0 5 1\n4 3 0 0 9 1 1\n", "soma-three-points"),
        (
            "".join(
                f"{i + 1} 1 {5 * np.cos(i / 3):.3f} {5 * np.sin(i / 3):.3f} 0 0.1 {i or -1}\n"
                for i in range(19)
            ),
            "soma-contour",
        ),
    ],
)
def test_a_soma_that_is_drawn_is_said_to_be_read_as_a_lump(text, code):
    assert code in found(text)


def test_a_cell_far_from_the_image_is_found_and_one_inside_is_not():
    cell = read_swc(SOUND, units="um")
    near, far = np.array([[-9, -9, -9], [9, 9, 99.0]]), np.array([[500, 0, 0], [900, 9, 99.0]])
    assert check(cell, near) == ()
    assert [finding.code for finding in check(cell, far)] == ["far-from-image"]


def test_every_repair_that_a_finding_names_is_offered_for_it():
    from napari_neuron.compile.repair import repair
    from napari_neuron.compile.suggest_repairs import suggested_repairs

    text = with_rows(n30="3 0 0 34 0", n40="9 0 0 44 0.02", n50="1 0 0 54 0.5", n58="3 0 0 61.0 1")
    cell = read_swc(text + "90 3 0 0.4 34.0 0.4 30\n95 3 9 9 9 1 -1\n", units="nm")
    box = np.array([[500, 0, 0], [900, 9, 99.0]])
    findings = check(cell, box)
    assert len(findings) >= 8
    for finding in findings:
        suggested = suggested_repairs(cell, finding, box)
        assert tuple(one.kind for one in suggested) == finding.repairs
        for one in suggested:
            if one.kind != "smooth_radii":  # which wants radii first
                repair(cell, one)


def test_half_a_million_nodes_are_checked_in_seconds():
    n = 500_000
    parent = np.arange(n) - 1
    parent[::50] = np.maximum(parent[::50] - 300, -1)
    position = np.random.default_rng(0).normal(size=(n, 3)).cumsum(axis=0)
    cell = Morphology(
        node_id=np.arange(n),
        parent=parent,
        swc_type=np.full(n, 3),
        position=position,
        radius=np.full(n, 0.5),
    )
    begun = time.perf_counter()
    codes = {finding.code for finding in check(cell)}
    assert time.perf_counter() - begun < 30  # 1 s on an idle machine
    assert {"several-trees", "long-edges", "no-soma"} <= codes
