"""What check() finds and describe() says."""

import json

import numpy as np
import pytest

from napari_neuron.morphology import check, describe, read_swc

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
