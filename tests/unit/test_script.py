"""Scripts that repeat a run: what stands in them; they are run in tests/engine."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron import spec as s
from napari_neuron.spec.base import Spec
from napari_neuron.spec.code import CodeWriter, literal
from napari_neuron.spec.point_network import EdgeTable, NeuronColumn, NeuronTable

N = (20, 30)
LONG = tuple(range(1000, 1300))
EVERYTHING = [
    s.AllOf(regions=(s.SwcTypes(types=(2,)), s.PathDistance(minimum=50))),
    s.AnyOf(regions=(s.Subtree(node=20), s.NoneOf(regions=(s.RadiusRange(maximum=1),)))),
    s.BranchOrder(minimum=1),
    s.Everywhere(),
    s.PickedNodes(nodes=LONG),
    s.Labelled(labels=("it's", 'the "axon"', "back\\slash", "ä\n")),
    s.CableProperties(cm=s.Linear(offset=1, slope=0.002, maximum=3), cell="PN1"),
    s.CableProperties(cm=s.Exponential(amplitude=2, length=-50, along="soma_distance")),
    s.CableProperties(cm=s.Sigmoid(low=1, high=2, centre=100, width=10)),
    s.CableProperties(cm=s.StepAt(before=1, beyond=2, at=50)),
    s.CableProperties(cm=s.Gaussian(amplitude=3, centre=50, width=5, minimum=0.1)),
    s.CableProperties(cm=s.Table(x=(0, 100), values=(1, 1 / 3), along="radius")),
    s.Passive(),
    s.HodgkinHuxley(),
    s.DensityMechanism(name="hh", parameters=(s.Parameter(name="gnabar", value=0.1),)),
    s.Ions(ion="k", style=s.IonStyle(concentration=3, nernst_while_running=True)),
    s.CurrentPulse(nodes=N, enabled=False, label="kick"),
    s.CurrentPulseTrain(nodes=N),
    s.CurrentRamp(nodes=N),
    s.CurrentSine(nodes=N, phase=90),
    s.CurrentChirp(nodes=N, sweep="exponential"),
    s.CurrentNoise(nodes=N, shared=True),
    s.CurrentWaveform(nodes=N, times=(0, 1 / 3, 2), amplitudes=(0, 0.1 + 0.2, 1e-9)),
    s.CurrentWaveform(nodes=N, times=LONG, amplitudes=np.linspace(0, 1, 300)),
    s.CurrentWaveform(nodes=N, times=LONG, amplitudes=(0.1,) * 100 + (-0.5,) * 200),
    s.VoltageClamp(nodes=N, steps=(s.VoltageStep(duration=1, level=-90),) * 7),
    s.VoltageWaveform(nodes=N, times=(0, 5), levels=(-65, 20)),
    s.PointLeak(nodes=N),
    s.AlphaSynapse(nodes=LONG),
    s.Exp2Synapse(nodes=N),
    s.Synapse(nodes=N, conductance=s.ExpConductance(tau=3), events=s.PoissonEvents(rate=7)),
    s.Synapse(nodes=N, events=s.RegularEvents(rate=7), shared=True),
    s.Synapse(nodes=N, events=s.SpikeTimes(times=(1, 2.5)), weights=(0.1, 0.2), delays=(1, 2)),
    s.Synapse(nodes=N, events=s.SpikeTrains(trains=((1, 2.5), (3,))), train_of=(0, 1)),
    s.Synapse(nodes=N, events=s.NodeSpikes(node=10, source_cell="other"), train_of=(0, 0)),
    s.Synapse(
        nodes=N,
        conductance=s.MechanismConductance(mechanism="Exp2Syn", parameters=(("tau2", 9.0),)),
    ),
    s.PointProcess(nodes=N, mechanism="SEClamp", parameters=(("dur1", 5.0), ("amp1", -60.0))),
    s.VoltageRecorder(label="a", node=10, enabled=False),
    s.VariableRecorder(label="b", node=20, variable="m_hh", interval=0.1),
    s.ProcessRecorder(label="c", node=20, stimulus="kick", variable="i", copy_number=1),
    s.Synapse(nodes=N, events=s.SpikeTrains(trains=(tuple(range(30)), (3, 4.5))), train_of=(0, 1)),
    s.SpikeDetector(label="d", node=24, direction="falling", refractory=2),
    s.ChemicalSynapses(
        source_cell=("a",) * 300,
        source_node=LONG,
        target_cell=("b",) * 200 + ("c",) * 100,
        target_node=LONG,
        weights=(1e-3,) * 300,
        delays=np.linspace(1, 2, 300),
    ),
    s.GapJunctions(cell_a=("a",), node_a=(1,), cell_b=("b",), node_b=(2,), conductances=(1e-4,)),
    s.MapTypes(changes=(s.TypeChange(found=0, wanted=3),)),
    s.Move(x=0.1, y=-2, z=3e-7),
    s.JoinTrees(limit=None),
    s.Resample(spacing=2, keep=(1, 2)),
    s.MaximumLength(length=5),
    s.DLambda(),
    s.RunSettings(duration=1 / 3, v_init=-65.1),
    s.ModFile(name="kd.mod", sha256="a" * 64),
    s.CellSource(name="PN1", path="C:\\cells\\1.swc"),
    nn.PointNetwork(
        neurons=NeuronTable(
            id=np.arange(60),
            label=np.array([f"n {i}" for i in range(60)]),
            group=np.array(["g"] * 60),
            position=np.random.default_rng(1).random((60, 3)),
        ),
        edges=EdgeTable(source=[0, 1], target=[1, 2], weight=[0.5, -1], delay=[1, 1.5]),
        models=(nn.PointNeurons(model=nn.IntFire2(), groups=("g",)),),
        parameters=(NeuronColumn(parameter="taum", values=np.linspace(5, 6, 60)),),
    ),
    s.Experiment(),
]


def read_back(text, writer):
    """Return what code evaluates to; the tests are where code of ours may be evaluated."""
    names = {"nn": nn}
    for module, name in writer.imported:
        exec(f"from {module} import {name}", names)
    for lines in writer.constants.values():
        exec(lines, names)
    exec(text, names)
    return names["value"]


def formatted(text):
    """Return a text as ruff leaves it."""
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("spec", EVERYTHING, ids=lambda spec: type(spec).__name__)
def test_code_makes_the_very_same_spec(spec):
    writer = CodeWriter(nn.__all__)
    assert read_back(writer.statement("value", spec), writer) == spec


def test_the_specs_above_are_all_there_are():
    def of_kinds(value, found):
        if isinstance(value, Spec):
            found.add(type(value).__name__)
            for name in type(value).model_fields:
                of_kinds(getattr(value, name), found)
        elif isinstance(value, tuple):
            for one in value:
                of_kinds(one, found)
        return found

    parts = {"Preset"}  # not of an experiment
    simple = {
        *("ConstantRadius", "FloorRadii", "InterpolateRadii", "KeepBiggestTree", "MarkSoma"),
        *("MergeCoincident", "PruneTwigs", "Reroot", "SetUnit", "SmoothRadii", "EventTrain"),
        *("SynapsesFromPoints", "SynapsesOntoPoints"),
    }
    public = {n for n in s.__all__ if isinstance(getattr(s, n), type) and n[0].isupper()}
    kinds = {
        n for n in public if issubclass(getattr(s, n), Spec) and n not in ("Spec", "TraceRecorder")
    }
    assert kinds - of_kinds(tuple(EVERYTHING), set()) - parts - simple == set()


def test_only_what_differs_from_the_default_is_said():
    writer = CodeWriter(nn.__all__)
    assert writer.expression(s.CurrentPulse(nodes=(1,), delay=3)) == (
        "nn.CurrentPulse(nodes=[1], delay=3)"
    )
    assert writer.expression(s.Experiment()) == "nn.Experiment()"


def test_a_list_that_would_fill_a_line_for_each_value_is_a_constant():
    writer = CodeWriter(nn.__all__)
    ten = tuple(range(720_575_940_600_000_001, 720_575_940_600_000_011))
    text = writer.statement("experiment", s.Experiment(stimuli=(s.Synapse(nodes=ten),)))
    assert "nodes=STIMULI_0_NODES" in text
    assert writer.constants["STIMULI_0_NODES"].count("\n") == 4
    assert writer.expression(tuple(range(20))).startswith("[0, 1, 2")


def test_long_columns_are_constants_and_repeated_values_are_short():
    writer = CodeWriter(nn.__all__)
    spec = s.Experiment(stimuli=(s.Synapse(nodes=LONG, weights=(0.5,) * 300),))
    text = writer.statement("experiment", spec)
    assert "weights=[0.5] * 300" in text
    assert writer.expression((1.5, 1.5)) == "[1.5, 1.5]"
    assert "nodes=STIMULI_0_NODES" in text
    assert list(writer.constants) == ["STIMULI_0_NODES"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "-0.0"),
        (1e300, "1e+300"),
        (True, "True"),
        (None, "None"),
        ("a", '"a"'),
        ("it's", '"it\'s"'),
        ('"', "'\"'"),
        (float("nan"), 'float("nan")'),
    ],
)
def test_numbers_and_texts_are_written_exactly(value, text):
    assert literal(value) == text


def test_a_formatter_leaves_a_script_as_it_is():
    pytest.importorskip("ruff")
    placed = tuple(x for x in EVERYTHING if getattr(x, "kind", "") in KINDS["stimuli"])
    labelled = (x.replace(label=f"s{i}") for i, x in enumerate(placed))
    experiment = s.Experiment(
        cells=(
            s.CellSource(
                name="a",
                path="/a/long/way/to/the/cells/of/the/laboratory/that/takes/a/line/a.swc",
                units="8 nm",
                repairs=(s.JoinTrees(limit=None), s.Move(x=1), s.Resample(spacing=2, keep=(1, 2))),
            ),
            s.CellSource(name="b" * 30, path="/cells/b.swc", repairs=(s.FloorRadii(),)),
        ),
        paint=tuple(x for x in EVERYTHING if hasattr(x, "region")),
        stimuli=tuple(labelled),
        connections=tuple(x for x in EVERYTHING if isinstance(x, s.ChemicalSynapses)),
        mod_files=(s.ModFile(name="kd.mod", sha256="a" * 64),),
        network=next(x for x in EVERYTHING if isinstance(x, nn.PointNetwork)),
    )
    text = nn.script_of(experiment, mod_folder="/mods")
    compile(text, "script.py", "exec")
    assert formatted(text) == text


KINDS = {
    "stimuli": {
        *("current_pulse", "current_pulse_train", "current_ramp", "current_sine"),
        *("current_waveform", "voltage_clamp", "synapse", "point_process", "alpha_synapse"),
    }
}


def test_the_script_reads_repairs_simulates_saves_and_shows():
    experiment = s.Experiment(
        cells=(
            s.CellSource(name="PN1", path="/data/PN1.swc", units="8 nm", repairs=(s.FloorRadii(),)),
        )
    )
    text = nn.script_of(experiment)
    for line in (
        'cell = nn.read_morphology("/data/PN1.swc", units="8 nm", name="PN1")',
        "cell = nn.repair(cell, [nn.FloorRadii()])",
        "experiment = nn.Experiment()",
        "result = nn.simulate(cell, experiment)",
        'result.save(Path(__file__).with_suffix(".h5"))',
        "    nn.show(result)",
    ):
        assert line in text.splitlines()


def test_repairs_of_each_cell_have_constants_of_their_own():
    sources = [
        s.CellSource(
            name=name, path="/a.swc", repairs=(s.ConstantRadius(nodes=range(start, start + 50)),)
        )
        for name, start in (("a", 1000), ("b", 2000))
    ]
    text = nn.script_of(s.Experiment(cells=sources))
    assert "CELLS_0_REPAIRS_0_NODES = [\n    1000," in text
    assert "CELLS_1_REPAIRS_0_NODES = [\n    2000," in text


def test_a_cell_without_a_file_is_said_where_its_path_goes():
    text = nn.script_of(s.Experiment(cells=(s.CellSource(name="PN 1"),)))
    assert "# PN 1 came from no file: save it as SWC, and put its path here." in text
    assert 'cell = nn.read_morphology(HERE / "PN_1.swc", units="um", name="PN 1")' in text


def test_a_name_cannot_break_out_of_its_place():
    name = '"""\nimport os\n# \\'
    text = nn.script_of(s.Experiment(cells=(s.CellSource(name=name, path="/a"),)))
    compile(text, "script.py", "exec")
    assert "\nimport os" not in text
    text = nn.script_of(s.Experiment(cells=(s.CellSource(name=name),)))
    assert "# import os # came from no file" in text
    compile(text, "script.py", "exec")
    assert "\nimport os" not in text


def test_mod_files_are_compiled_only_where_a_person_says_so():
    experiment = s.Experiment(mod_files=(s.ModFile(name="kd.mod", sha256="a" * 64),))
    text = nn.script_of(experiment, mod_folder="/mods")
    assert 'MOD_FOLDER = "/mods"\nAGREED = False\nif AGREED:\n' in text


SWC = "1 1 0 0 0 2 -1\n2 2 100 0 0 1 1\n3 3 0 100 0 1 1\n"


def test_a_cell_that_its_file_gives_again_is_read_from_there(tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(SWC)
    repairs = (s.FloorRadii(minimum=1.5),)
    cell = nn.repair(nn.read_morphology(path, units="um"), repairs)
    source = s.CellSource(name="cell", path=str(path), units="um", repairs=repairs)
    written = nn.save_script(cell, s.Experiment(cells=(source,)), tmp_path / "run.py")
    assert written == (tmp_path / "run.py",)
    assert f'nn.read_morphology("{path}"' in written[0].read_text().replace("(\n    ", "(")


@pytest.mark.parametrize("change", ["file is gone", "file is another", "was never in one"])
def test_any_other_cell_is_written_beside_the_script(tmp_path, change):
    path = tmp_path / "cell.swc"
    path.write_text(SWC)
    cell = nn.read_morphology(path, units="um")
    source = s.CellSource(name="cell", path=str(path), units="um")
    if change == "file is gone":
        path.unlink()
    elif change == "file is another":
        path.write_text(SWC.replace("100", "101"))
    else:
        source = s.CellSource(name="cell")
    _, beside = nn.save_script(cell, s.Experiment(cells=(source,)), tmp_path / "run.py")
    assert beside == tmp_path / "run_cell.swc"
    again = nn.read_morphology(beside, units="um")
    assert np.array_equal(again.position, cell.position)
    text = (tmp_path / "run.py").read_text()
    assert 'nn.read_morphology(HERE / "run_cell.swc", units="um", name="cell")' in text


def test_labels_go_along_where_paint_needs_them(tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(SWC)
    cell = nn.read_morphology(path, units="um").replace(labels=["", "axon", "NA"])
    source = s.CellSource(name="cell", path=str(path), units="um")
    plain = s.Experiment(cells=(source,))
    assert len(nn.save_script(cell, plain, tmp_path / "run.py")) == 1
    by_label = plain.replace(paint=(s.Passive(region=s.Labelled(labels=("axon",))),))
    _, table = nn.save_script(cell, by_label, tmp_path / "run.py")
    assert table.read_text() == "node_id,label\n2,axon\n3,NA\n"


def test_the_command_line_writes_a_script(tmp_path, capsys):
    from napari_neuron.cli import main

    (tmp_path / "cell.swc").write_text(SWC)
    source = s.CellSource(name="cell", path="cell.swc", units="um")
    s.Experiment(cells=(source,)).save(tmp_path / "experiment.json")
    script = tmp_path / "run.py"
    assert main(["script", str(tmp_path / "experiment.json"), "-o", str(script)]) == 0
    assert capsys.readouterr().out == f"{script}\n"
    assert str(tmp_path / "cell.swc") in script.read_text()
