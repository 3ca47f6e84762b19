"""``napari-neuron run``: an experiment from its file to a result in another."""

import json

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.cli import main
from napari_neuron.compile.cells import source_of

SWC = "1 1 0 0 0 5 -1\n2 3 10 0 0 1 1\n3 3 60 0 0 1 2\n"


@pytest.fixture
def experiment(tmp_path):
    (tmp_path / "cell.swc").write_text(SWC)
    cell = nn.read_morphology(tmp_path / "cell.swc", units="um")
    source = source_of(cell)
    return nn.Experiment(
        cells=[source.replace(path="cell.swc")],
        stimuli=[nn.CurrentPulse(nodes=[1], delay=1, duration=5, amplitude=0.1)],
        recorders=[nn.VoltageRecorder(label="tip", node=3)],
        run=nn.RunSettings(duration=10),
    )


def test_a_saved_experiment_gives_the_result_of_the_python_call(experiment, tmp_path):
    experiment.save(tmp_path / "exp.json")
    assert main(["run", str(tmp_path / "exp.json"), "-o", str(tmp_path / "run.h5")]) == 0
    stored = nn.SimulationResult.load(tmp_path / "run.h5")
    direct = nn.simulate(nn.read_morphology(tmp_path / "cell.swc", units="um"), experiment)
    assert np.array_equal(stored.voltage, direct.voltage)
    assert np.array_equal(stored.traces["tip"].values, direct.traces["tip"].values)


def test_a_run_that_fails_half_way_keeps_its_frames_and_says_so(experiment, tmp_path, capsys):
    too_much = nn.CurrentPulse(nodes=[1], delay=5, duration=5, amplitude=1e6)
    experiment.replace(stimuli=[too_much]).save(tmp_path / "exp.json")
    assert main(["run", str(tmp_path / "exp.json"), "-o", str(tmp_path / "run.h5")]) == 1
    stored = nn.SimulationResult.load(tmp_path / "run.h5")
    assert stored.time[-1] == pytest.approx(5.0, abs=0.2)
    assert "run.h5" in capsys.readouterr().err


def test_a_protocol_is_carried_out_from_files(experiment, tmp_path, capsys):
    experiment.save(tmp_path / "exp.json")
    protocol = nn.StepResponses(node=1, delay=1, duration=50, number=2, steady_window=5)
    protocol.save(tmp_path / "steps.json")
    files = [str(tmp_path / "exp.json"), str(tmp_path / "steps.json")]
    assert main(["protocol", *files, "--json", "-o", str(tmp_path / "table.csv")]) == 0
    cell = nn.read_morphology(tmp_path / "cell.swc", units="um")
    direct = nn.run_protocol(cell, experiment, protocol)
    told = json.loads(capsys.readouterr().out)
    assert told["input_resistance"] == {"value": direct["input_resistance"], "unit": "MΩ"}
    assert (tmp_path / "table.csv").read_text().startswith("amplitude (nA),")
    assert main(["protocol", *files, "--quiet"]) == 0
    assert capsys.readouterr().out == "\n".join(direct.outcome.words) + "\n"


def test_a_file_that_is_no_protocol_is_refused(experiment, tmp_path, capsys):
    experiment.save(tmp_path / "exp.json")
    assert main(["protocol", *[str(tmp_path / "exp.json")] * 2]) == 1
    assert "kind: must be one of step_responses" in capsys.readouterr().err
