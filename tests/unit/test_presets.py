"""Presets: the numbers of their sources, and a person's own."""

import numpy as np
import pytest

from napari_neuron import (
    CableProperties,
    Experiment,
    ExperimentError,
    HodgkinHuxley,
    Morphology,
    Passive,
    Preset,
)
from napari_neuron.compile.values import compiled_values
from napari_neuron.presets import (
    ACTIVE_PYRAMIDAL,
    BUILT_IN,
    PASSIVE_FLY,
    PASSIVE_PYRAMIDAL,
    SQUID_AXON,
    delete_preset,
    load_preset,
    paint_for,
    presets,
    save_preset,
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NAPARI_NEURON_CONFIG", str(tmp_path))


def pyramidal():
    """A soma (type 1) with an axon (2), a basal (3) and an apical dendrite (4)."""
    return Morphology(
        node_id=[1, 2, 3, 4, 5, 6, 7],
        parent=[-1, 0, 1, 0, 3, 0, 5],
        swc_type=[1, 2, 2, 3, 3, 4, 4],
        position=[
            *([0, 0, 0], [0, -50, 0], [0, -90, 0], [50, 0, 0], [90, 0, 0]),
            *([0, 50, 0], [0, 90, 0]),
        ],
        radius=[8, 1, 1, 1, 1, 1, 1],
    )


def test_the_passive_fly_neuron_has_the_numbers_of_tobin_2017():
    cable, leak = PASSIVE_FLY.paint
    assert (cable.Ra, cable.cm) == (266.1, 0.8)
    assert (1 / leak.g, leak.e) == (pytest.approx(20800), -60)
    assert "Tobin" in PASSIVE_FLY.source


def test_the_squid_axon_is_that_of_hodgkin_and_huxley():
    cable, hh = SQUID_AXON.paint
    assert (cable.Ra, cable.cm, SQUID_AXON.celsius) == (35.4, 1.0, 6.3)
    assert (hh.gnabar, hh.gkbar, hh.gl) == (0.12, 0.036, 0.0003)
    assert (hh.ena, hh.ek, hh.el) == (50, -77, -54.3)


def test_the_passive_pyramidal_cell_has_the_numbers_of_mainen_and_sejnowski():
    cable, leak = PASSIVE_PYRAMIDAL.paint
    assert (cable.Ra, cable.cm, 1 / leak.g, leak.e) == (150, 0.75, pytest.approx(30000), -70)


def test_the_active_pyramidal_cell_has_its_channels_where_the_source_says():
    experiment = Experiment(paint=ACTIVE_PYRAMIDAL.paint)
    values = {
        name: np.nan_to_num(compiled_values([pyramidal()], experiment, name), nan=-1).tolist()
        for name in ("g_pas", "gnabar_hh", "gkbar_hh", "gl_hh")
    }
    assert values == {
        "g_pas": [-1, -1, -1, *[3.333e-5] * 4],
        "gnabar_hh": [*[0.12] * 3, -1, -1, 0.012, 0.012],
        "gkbar_hh": [*[0.036] * 3, -1, -1, 0.0036, 0.0036],
        "gl_hh": [*[0.0003] * 3, -1, -1, 0, 0],
    }
    assert set(compiled_values([pyramidal()], experiment, "Ra")) == {160}


@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda p: p.name)
def test_every_preset_cites_its_source(preset):
    assert len(preset.source) > 60


def test_paint_that_a_cell_has_no_place_for_is_left_out():
    cell = pyramidal()
    assert paint_for(ACTIVE_PYRAMIDAL, cell) == ACTIVE_PYRAMIDAL.paint
    no_apical = cell.replace(swc_type=[1, 2, 2, 3, 3, 3, 3])
    assert paint_for(ACTIVE_PYRAMIDAL, no_apical) == ACTIVE_PYRAMIDAL.paint[:3]


def test_a_saved_preset_is_listed_until_it_is_deleted():
    mine = Preset(name="Mine: Ω/2 (old)", paint=[CableProperties(Ra=90), Passive()])
    path = save_preset(mine)
    assert presets() == (*BUILT_IN, mine)
    assert load_preset(path) == mine
    changed = mine.replace(source="me", paint=[HodgkinHuxley()])
    save_preset(changed)
    assert presets()[-1] == changed
    delete_preset(mine.name)
    assert presets() == BUILT_IN
    delete_preset("never saved")


def test_presets_whose_names_differ_do_not_replace_each_other():
    names = ["a b", "a_b!", "a/b", "../a", "a.b"]
    for name in names:
        save_preset(Preset(name=name, paint=[Passive()]))
    assert {preset.name for preset in presets()[len(BUILT_IN) :]} == set(names)


def test_the_presets_of_the_package_cannot_be_replaced():
    with pytest.raises(ExperimentError, match="comes with the package"):
        save_preset(PASSIVE_FLY.replace(source=""))


def test_a_file_that_is_no_preset_is_left_out_of_the_list(tmp_path):
    save_preset(Preset(name="good", paint=[Passive()]))
    (tmp_path / "presets" / "bad.json").write_text('{"name": "bad", "paint": [{"kind": "huh"}]}')
    assert [preset.name for preset in presets()[len(BUILT_IN) :]] == ["good"]
    with pytest.raises(ExperimentError, match=r"bad\.json: paint\[0\]"):
        load_preset(tmp_path / "presets" / "bad.json")
