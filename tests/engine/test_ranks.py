"""``mpiexec -n 3 napari-neuron run``: the same results whatever the number of ranks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from engine_shapes import fork
from test_mixed import mixed

import napari_neuron as nn
from napari_neuron.compile.cells import source_of

SOURCE = Path(nn.__file__).parents[1]

# The package openmpi puts it beside Python, where it need not be on the PATH.
FOLDERS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
MPIEXEC = shutil.which("mpiexec", path=FOLDERS)

pytestmark = pytest.mark.skipif(MPIEXEC is None, reason="there is no mpiexec")


def mpiexec(n, *arguments):
    """Run the command line on ``n`` ranks; return what it printed and its status."""
    environment = {
        **os.environ,
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "PYTHONPATH": str(SOURCE),
    }
    command = [sys.executable, "-m", "napari_neuron.cli", "run", *map(str, arguments), "--mpi"]
    return subprocess.run(
        [MPIEXEC, "-n", str(n), *command],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )


def everything():
    """Four cells with all that can cross, or not cross, from one rank to another."""
    cells = [fork(name) for name in "abcd"]
    experiment = nn.Experiment(
        paint=(
            nn.CableProperties(),
            nn.Passive(),
            *(nn.HodgkinHuxley(cell=name) for name in "abc"),
        ),
        stimuli=(
            nn.CurrentPulse(cell="a", nodes=(1,), delay=1, duration=18, amplitude=1),
            nn.CurrentNoise(cell="b", nodes=(1, 3), sigma=0.05, duration=20),
            nn.Synapse(cell="c", nodes=(2, 6), events=nn.EventTrain(noise=1, number=9, interval=2)),
            nn.Synapse(cell="d", nodes=(1, 6), events=nn.SpikeTimes(times=(2.0, 3.5)), label="s"),
        ),
        connections=(
            nn.ChemicalSynapses(
                source_cell=("a", "a", "b", "c"),
                source_node=(5, 5, 7, 5),
                target_cell=("b", "c", "c", "d"),
                target_node=(1, 1, 2, 3),
                weights=(0.1, 0.05, 0.05, 0.01),
                delays=(1.0, 2.5, 0.5, 0.1),
            ),
        ),
        recorders=(
            *(nn.SpikeDetector(label=n, cell=n, node=5) for n in "abcd"),
            nn.VoltageRecorder(label="v of d", cell="d", node=1, interval=0.1),
            nn.VariableRecorder(label="m of b", cell="b", node=1, variable="m_hh"),
        ),
        frames=("v", "m_hh"),
        discretisation=nn.MaximumLength(length=20),
        run=nn.RunSettings(duration=20),
    )
    return cells, experiment


@pytest.fixture(scope="module")
def circuit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("circuit")
    cells, experiment = everything()
    read = []
    for cell in cells:
        cell.save(folder / f"{cell.name}.swc")
        read.append(nn.read_morphology(folder / f"{cell.name}.swc", units="um"))
    sources = [source_of(cell).replace(path=f"{cell.name}.swc") for cell in read]
    experiment.replace(cells=sources).save(folder / "net.json")
    return folder, nn.simulate(read, experiment)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_circuit_has_the_same_voltages_samples_and_spikes_on_any_number_of_ranks(circuit, n):
    folder, here = circuit
    done = mpiexec(n, folder / "net.json", "-o", folder / f"{n}.h5")
    assert done.returncode == 0, done.stderr
    assert f"ranks: {n} of {n}" in done.stdout
    there = nn.SimulationResult.load(folder / f"{n}.h5")
    assert all(here.spike_count(cell) for cell in "abc")
    assert there.units == here.units
    for label, times in here.spikes.items():
        assert np.array_equal(there.spikes[label], times)
    for label, trace in here.traces.items():
        assert np.array_equal(there.traces[label].values, trace.values), label
    assert np.array_equal(there.voltage, here.voltage)
    ours, theirs = (result.more_frames["m_hh"] for result in (here, there))
    assert np.array_equal(theirs, ours, equal_nan=True)


def test_cells_with_a_gap_junction_stay_on_one_rank_and_spike_the_same(circuit):
    folder, _ = circuit
    experiment = nn.Experiment.load(folder / "net.json")
    gap = nn.GapJunctions(
        cell_a=("c",), node_a=(1,), cell_b=("d",), node_b=(1,), conductances=(1e-3,)
    )
    experiment = experiment.replace(connections=(*experiment.connections, gap))
    experiment.save(folder / "gap.json")
    done = mpiexec(4, folder / "gap.json", "-o", folder / "gap.h5")
    assert "ranks: 3 of 4" in done.stdout
    there = nn.SimulationResult.load(folder / "gap.h5")
    here = nn.simulate(there.cells, experiment)
    for label, times in here.spikes.items():
        assert np.array_equal(there.spikes[label], times)
    # NEURON solves all cells of a process in another way where one of them has a junction.
    np.testing.assert_allclose(there.voltage, here.voltage, atol=1e-4)


def test_cells_beside_point_neurons_run_on_one_of_two_ranks(tmp_path):
    cells, experiment = mixed()
    for cell in cells:
        cell.save(tmp_path / f"{cell.name}.swc")
    read = [nn.read_morphology(tmp_path / f"{name}.swc", units="um") for name in "ab"]
    sources = [source_of(cell).replace(path=f"{cell.name}.swc") for cell in read]
    experiment.replace(cells=sources).save(tmp_path / "net.json")
    done = mpiexec(2, tmp_path / "net.json", "-o", tmp_path / "run.h5")
    assert "ranks: 1 of 2" in done.stdout, done.stderr
    here, there = nn.simulate(read, experiment), nn.SimulationResult.load(tmp_path / "run.h5")
    assert np.array_equal(there.network.spike_time, here.network.spike_time)
    assert np.array_equal(there.voltage, here.voltage)


def point_network(**changes):
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "source": random.integers(0, 100, 2000),
            "target": random.integers(0, 100, 2000),
            "weight": random.normal(0.03, 0.1, 2000),
            "delay": random.uniform(0.5, 8, 2000),
        }
    )
    table.loc[0, ["source", "target", "delay"]] = [0, 1, 0]  # these two stay on one rank
    settings = {
        "delay": "delay",
        "neurons": range(100),
        "recorded": (0, 5, 77),
        "stimuli": [
            nn.TrainStimulus(
                neurons=tuple(range(30)),
                start=3,
                stop=300,
                frequency=50,
                randomness=0.5,
                weight=1.2,
            )
        ],
        "run": nn.NetworkRun(duration=300),
    }
    return nn.PointNetwork.from_edge_list(table, "IntFire1", **{**settings, **changes})


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_point_network_has_the_same_spikes_on_any_number_of_ranks(tmp_path, n):
    network = point_network()
    network.save(tmp_path / "net.json")
    here = nn.simulate_network(network)
    done = mpiexec(n, tmp_path / "net.json", "-o", tmp_path / "run.h5")
    assert done.returncode == 0, done.stderr
    there = nn.NetworkResult.load(tmp_path / "run.h5")
    assert len(here.spike_time) > 300
    assert np.array_equal(there.spike_time, here.spike_time)
    assert np.array_equal(there.spike_neuron, here.spike_neuron)
    np.testing.assert_allclose(there.frames, here.frames, atol=1e-6)
    assert there.provenance["ranks"] == f"{n} of {n}"


def test_where_delays_are_equal_it_is_said_and_spreading_them_helps(tmp_path):
    network = point_network(delay=5, weight_scale=2.0)
    train = network.stimuli[0].replace(randomness=0)  # many neurons fire in one instant
    network = network.replace(stimuli=[train], recorded=())
    assert network.events_can_meet
    spread = network.spread_delays()
    assert not spread.events_can_meet
    assert np.ptp(spread.edges.delay) < 1e-3
    here = nn.simulate_network(spread)
    for name, each in (("equal", network), ("spread", spread)):
        each.save(tmp_path / f"{name}.json")
        done = mpiexec(2, tmp_path / f"{name}.json", "-o", tmp_path / f"{name}.h5")
        assert ("note: edges" in done.stdout) == (name == "equal")
    there = nn.NetworkResult.load(tmp_path / "spread.h5")
    assert len(here.spike_time) > 300
    assert np.array_equal(there.spike_time, here.spike_time)
    assert np.array_equal(there.spike_neuron, here.spike_neuron)


def our_lines(done):
    return [line for line in done.stderr.splitlines() if line.startswith("napari-neuron:")]


def test_what_every_rank_finds_wrong_is_said_once(circuit):
    folder, _ = circuit
    text = (folder / "net.json").read_text().replace('"a.swc"', '"gone.swc"')
    (folder / "bad.json").write_text(text)
    done = mpiexec(2, folder / "bad.json", "-o", folder / "bad.h5")
    assert done.returncode != 0
    assert len(our_lines(done)) == 1
    assert "gone.swc" in our_lines(done)[0]
    assert not (folder / "bad.h5").exists()


def test_a_blow_up_on_one_rank_ends_all_and_keeps_the_frames_so_far(circuit):
    folder, _ = circuit
    experiment = nn.Experiment.load(folder / "net.json")
    pulse = nn.CurrentPulse(cell="b", nodes=(1,), delay=5, duration=9, amplitude=1e5)
    experiment.replace(stimuli=(pulse,)).save(folder / "much.json")
    done = mpiexec(2, folder / "much.json", "-o", folder / "much.h5")
    assert done.returncode != 0
    assert len(our_lines(done)) == 1
    assert "of 'b'" in our_lines(done)[0]
    assert nn.SimulationResult.load(folder / "much.h5").time[-1] == pytest.approx(5, abs=0.3)
