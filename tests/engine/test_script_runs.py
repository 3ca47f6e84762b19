"""A script gives the numbers of the run that it was made of, bit by bit."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from engine_shapes import cable, fork, fork_experiment
from test_mixed import mixed

import napari_neuron as nn


def ran(script, **environment):
    """Run a script as a person does on a machine without display; return its result."""
    done = subprocess.run(
        [sys.executable, script.name, "--no-window"],
        cwd=script.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return nn.SimulationResult.load(script.with_suffix(".h5"))


def assert_same(again, before):
    assert np.array_equal(again.voltage, before.voltage)
    assert np.array_equal(again.samples, before.samples, equal_nan=True)
    assert again.spikes.keys() == before.spikes.keys()
    for label, times in before.spikes.items():
        assert np.array_equal(again.spikes[label], times)
    assert again.experiment == before.experiment.replace(cells=())


def repeated(cells, experiment, tmp_path, engine, **options):
    """Simulate, write the script, run it, and compare."""
    before = nn.simulate(cells, experiment, engine=engine)
    nn.save_script(cells, experiment, tmp_path / "again.py", **options)
    assert_same(ran(tmp_path / "again.py"), before)
    return before


def test_a_cell_from_no_file_with_paint_by_label(tmp_path, engine):
    result = repeated(fork(), fork_experiment(), tmp_path, engine)
    assert len(result.spikes["axon tip"])


def test_a_repaired_cell_from_a_file_in_nm_with_regions_and_profiles(tmp_path, engine):
    path = tmp_path / "odd.swc"
    rows = [f"{i} {2 if i > 20 else 3} {7e3 * i} {1e3 * (i % 3)} 0 0 {i - 1}" for i in range(2, 40)]
    path.write_text("\n".join(["1 1 0 0 0 5000 -1", *rows, "50 3 0 90000 0 300 -1"]) + "\n")
    repairs = (
        nn.JoinTrees(limit=None),
        nn.InterpolateRadii(),
        nn.FloorRadii(minimum=0.3),
        nn.Resample(spacing=5, keep=(1, 39)),
    )
    cell = nn.repair(nn.read_morphology(path, units="nm", name="odd"), repairs)
    experiment = nn.Experiment(
        cells=[nn.CellSource(name="odd", path=str(path), units="nm", repairs=repairs)],
        paint=[
            nn.CableProperties(cm=nn.Linear(offset=0.7, slope=1 / 700)),
            nn.Passive(e=-66.6),
            nn.DensityMechanism(
                name="pas",
                parameters=[
                    nn.Parameter(name="g", value=nn.Exponential(amplitude=1e-4, length=-90))
                ],
                region=nn.Subtree(node=20),
            ),
            nn.HodgkinHuxley(
                region=nn.AllOf(regions=[nn.SwcTypes(types=[1, 2]), nn.PathDistance(maximum=230)]),
            ),
        ],
        stimuli=[
            nn.CurrentWaveform(
                nodes=[1],
                times=np.linspace(0, 20, 300),
                amplitudes=0.3 * np.sin(np.linspace(0, 7, 300)),
            ),
            nn.CurrentNoise(nodes=[39], seed=3),
        ],
        recorders=[nn.VoltageRecorder(label="tip", node=39)],
        run=nn.RunSettings(duration=20),
    )
    repeated(cell, experiment, tmp_path, engine)
    assert not list(tmp_path.glob("again_*"))  # the file gives the very cell


def test_many_synapses_of_a_table(tmp_path, engine):
    rng = np.random.default_rng(7)
    table = pd.DataFrame({"node_id": rng.integers(1, 1002, 200), "weight": rng.random(200) / 500})
    (tmp_path / "synapses.csv").write_text(table.to_csv(index=False))
    cell = cable()
    synapses = nn.read_synapses(tmp_path / "synapses.csv", cell)
    driven = nn.Synapse(nodes=[1], weight=1, events=nn.PoissonEvents(rate=40, stop=20))
    placed = synapses.at_once(driven, weighted=True)
    experiment = nn.Experiment(
        stimuli=placed,
        recorders=[nn.VoltageRecorder(label="end", node=1)],
        run=nn.RunSettings(duration=20),
    )
    result = repeated(cell, experiment, tmp_path, engine)
    assert result.voltage.max() > result.voltage.min() + 1


def test_several_cells_with_connections_gap_junctions_and_point_neurons(tmp_path, engine):
    cells, experiment = mixed()
    gaps = nn.GapJunctions(
        cell_a=["a"], node_a=[1], cell_b=["b"], node_b=[2], conductances=[1e-3 / 3]
    )
    experiment = experiment.replace(connections=(*experiment.connections, gaps))
    result = repeated(cells, experiment, tmp_path, engine)
    assert len(result.spikes["a"])


def mod_experiment(library):
    return nn.Experiment(
        paint=[nn.CableProperties(), nn.Passive(), nn.DensityMechanism(name="kdr")],
        stimuli=[nn.CurrentPulse(nodes=[1], amplitude=0.1)],
        mod_files=library.mod_files,
        run=nn.RunSettings(duration=15),
    )


def test_mechanisms_of_mod_files(tmp_path, engine, mod_folder, mod_library):
    repeated(fork(), mod_experiment(mod_library), tmp_path, engine, mod_folder=mod_folder)


def test_where_nothing_was_compiled_a_person_has_to_agree(
    tmp_path, engine, mod_folder, mod_library
):
    experiment = mod_experiment(mod_library)
    before = nn.simulate(fork(), experiment, engine=engine)
    script = tmp_path / "again.py"
    nn.save_script(fork(), experiment, script, mod_folder=mod_folder)
    elsewhere = {"NAPARI_NEURON_CACHE": str(tmp_path / "empty")}
    with pytest.raises(AssertionError, match="not compiled on this machine"):
        ran(script, **elsewhere)
    assert not list((tmp_path / "empty").glob("mod/*/*"))
    script.write_text(script.read_text().replace("AGREED = False", "AGREED = True"))
    assert_same(ran(script, **elsewhere), before)
