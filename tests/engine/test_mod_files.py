"""MOD files: checked, compiled where a person agreed, named by content, and run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engine_shapes import cable

from napari_neuron import (
    CableProperties,
    DensityMechanism,
    EngineCrashed,
    Experiment,
    ExperimentError,
    HodgkinHuxley,
    MaximumLength,
    ModFileError,
    Parameter,
    Passive,
    RunSettings,
    SimulationError,
    VoltageRecorder,
    simulate,
)
from napari_neuron.engine import ChildEngine, InProcessEngine
from napari_neuron.engine.mod_build import compile_mod_files
from napari_neuron.engine.mod_files import changed_files, check_mod_files, list_mod_files
from napari_neuron.spec import ModFile

BROKEN = Path(__file__).parents[1] / "mod" / "broken"


def one_section(*paint, mod_files=(), duration=20.0):
    return Experiment(
        paint=(CableProperties(), Passive(), *paint),
        mod_files=mod_files,
        discretisation=MaximumLength(length=1000),
        recorders=(VoltageRecorder(label="v", node=1),),
        run=RunSettings(duration=duration),
    )


def test_nothing_is_compiled_unless_a_person_agreed(mod_folder):
    with pytest.raises(ModFileError, match="they run with your rights"):
        compile_mod_files(mod_folder, agreed=False)


def test_the_folder_covers_what_mod_files_can_be(mod_library):
    kinds = {m.kind for m in mod_library.catalogue.mechanisms if m.source}
    assert kinds == {"density", "point_process", "artificial_cell"}
    assert set(mod_library.mechanisms) == {
        *("cadecay", "cascade", "crash", "follower", "kdr"),
        *("NoiseClamp", "PlasticSyn", "Metronome"),
    }


def test_a_second_time_nothing_is_compiled(mod_library, mod_folder, tmp_path):
    copies = shutil.copytree(mod_folder, tmp_path / "elsewhere")
    again = compile_mod_files(copies, agreed=True)
    assert again.was_there
    assert (again.path, again.catalogue) == (mod_library.path, mod_library.catalogue)


def test_nothing_is_written_into_the_folder_of_mod_files(mod_library, mod_folder):
    assert {path.suffix for path in mod_folder.iterdir()} == {".mod"}


@pytest.mark.parametrize("mechanism", ["kdr", "cascade", "cadecay"])
def test_a_density_mechanism_of_a_mod_file_changes_the_voltage(engine, mod_library, mechanism):
    files = mod_library.mod_files
    painted = DensityMechanism(name=mechanism, parameters=[Parameter(name="gbar", value=0.002)])
    plain = simulate(cable(100, 2), one_section(mod_files=files), engine=engine)
    run = simulate(cable(100, 2), one_section(painted, mod_files=files), engine=engine)
    assert run.traces["v"].values[-1] != pytest.approx(plain.traces["v"].values[-1], abs=0.01)
    assert np.isfinite(run.voltage).all()


def test_point_processes_and_artificial_cells_of_mod_files_run(mod_library):
    # in plain NEURON: whether the files themselves work
    script = """
import sys
from neuron import h
assert h.nrn_load_dll(sys.argv[1])
section = h.Section()
section.insert("pas")
noise = h.NoiseClamp(section(0.5))
noise.r.set_ids(1, 2, 3)
synapse, metronome = h.PlasticSyn(section(0.5)), h.Metronome()
metronome.pace = 2
connection = h.NetCon(metronome, synapse)
connection.weight[0], connection.delay = 0.001, 0
current, conductance = h.Vector().record(noise._ref_i), h.Vector().record(synapse._ref_g)
h.finitialize(-65)
while h.t < 11:
    h.fadvance()
print(metronome.fired, synapse.count, len(set(current)) > 300, conductance.max())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(mod_library.path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    fired, count, is_random, peak = done.stdout.split()[-4:]
    assert (fired, count, is_random) == ("5.0", "5.0", "True")
    assert 0.001 < float(peak) < 0.002


def test_a_global_is_set_for_the_run_and_is_itself_again_after(engine, mod_library):
    def last(*parameters):
        painted = DensityMechanism(name="kdr", parameters=parameters)
        experiment = one_section(painted, mod_files=mod_library.mod_files)
        return simulate(cable(100, 2), experiment, engine=engine).traces["v"].values[-1]

    plain = last()
    assert last(Parameter(name="vhalf", value=-60)) < plain - 0.1
    assert last() == plain


def test_an_element_of_an_array_can_be_set(engine, mod_library):
    def last(value):
        painted = DensityMechanism(
            name="cascade",
            parameters=[Parameter(name="scale[0]", value=value)],
        )
        experiment = one_section(painted, mod_files=mod_library.mod_files)
        return simulate(cable(100, 2), experiment, engine=engine).traces["v"].values[-1]

    assert last(50.0) < last(0.0) - 0.1


@pytest.mark.parametrize(
    ("paint", "field", "says"),
    [
        (DensityMechanism(name="kdrr"), "paint[2].name", "did you mean 'kdr'"),
        (DensityMechanism(name="PlasticSyn"), "paint[2].name", "a point process"),
        (DensityMechanism(name="Metronome"), "paint[2].name", "an artificial cell"),
        (DensityMechanism(name="follower"), "paint[2].name", "needs its source to point"),
        (
            DensityMechanism(name="kdr", parameters=[Parameter(name="gmax", value=1)]),
            "paint[2].parameters[0].name",
            "did you mean 'gbar'",
        ),
        (
            DensityMechanism(name="cascade", parameters=[Parameter(name="scale[2]", value=1)]),
            "paint[2].parameters[0].name",
            "2 elements",
        ),
        (
            DensityMechanism(name="cascade", parameters=[Parameter(name="scale", value=1)]),
            "paint[2].parameters[0].name",
            "an array of 2",
        ),
        (
            DensityMechanism(
                name="kdr",
                parameters=[
                    Parameter(name="vhalf", value={"kind": "linear", "offset": 0, "slope": 1})
                ],
            ),
            "paint[2].parameters[0].value",
            "GLOBAL",
        ),
    ],
)
def test_what_neuron_does_not_know_is_said_before_the_run(mod_library, paint, field, says):
    experiment = one_section(paint, mod_files=mod_library.mod_files)
    with pytest.raises(ExperimentError, match=says) as caught:
        simulate(cable(100, 2), experiment)
    assert caught.value.field == field


def test_one_global_cannot_have_two_values(mod_library):
    layers = [
        DensityMechanism(name="kdr", parameters=[Parameter(name="vhalf", value=value)])
        for value in (-20, -30)
    ]
    with pytest.raises(ExperimentError, match=r"paint\[2\]\.parameters\[0\]\.value sets it to -20"):
        simulate(cable(100, 2), one_section(*layers, mod_files=mod_library.mod_files))


def test_without_its_mod_files_an_experiment_does_not_know_the_mechanism():
    with pytest.raises(ExperimentError, match="no density mechanism called 'kdr'"):
        simulate(cable(100, 2), one_section(DensityMechanism(name="kdr")))


def test_an_experiment_says_which_mod_files_are_missing_and_compiles_nothing(mod_folder):
    wanted = ModFile(name="kdr.mod", sha256="0" * 64)
    experiment = one_section(DensityMechanism(name="kdr"), mod_files=(wanted,))
    assert Experiment.from_json(experiment.to_json()) == experiment
    with pytest.raises(ExperimentError, match=r"not compiled on this machine: kdr\.mod \(sha256 0"):
        simulate(cable(100, 2), experiment)
    said = {problem.file: problem.problem for problem in changed_files([wanted], mod_folder)}
    assert said.pop("kdr.mod") == "differs in this folder"
    assert set(said.values()) == {"is new"}


def test_a_mechanism_that_crashes_neuron_costs_the_run_only(engine, mod_library):
    files = mod_library.mod_files
    with pytest.raises(EngineCrashed, match="killed by signal 6") as caught:
        simulate(
            cable(100, 2),
            one_section(DensityMechanism(name="crash"), mod_files=files),
            engine=engine,
        )
    assert "most recent call" not in str(caught.value)  # our stack says nothing of the mechanism
    assert caught.value.partial is None or caught.value.partial.time[-1] <= 5.1
    assert simulate(cable(100, 2), one_section(mod_files=files), engine=engine).n_frames == 201


def test_a_changed_file_is_compiled_and_used_by_the_next_run(
    engine, mod_library, mod_folder, tmp_path
):
    text = (mod_folder / "kdr.mod").read_text().replace("vhalf = -30", "vhalf = -60")
    (tmp_path / "kdr.mod").write_text(text)
    changed = compile_mod_files(tmp_path, agreed=True)
    values = []
    for library in (mod_library, changed, mod_library):
        experiment = one_section(DensityMechanism(name="kdr"), mod_files=library.mod_files)
        values.append(simulate(cable(100, 2), experiment, engine=engine).traces["v"].values[-1])
    assert values[1] < values[0] - 0.1
    assert values[2] == values[0]


def test_runs_share_a_process_only_where_they_need_the_same_mod_files(mod_library):
    engine = ChildEngine()
    pids = []
    try:
        for files in ((), mod_library.mod_files, mod_library.mod_files, ()):
            simulate(cable(100, 2), one_section(mod_files=files, duration=1), engine=engine)
            pids.append(engine.pid)
    finally:
        engine.close()
    assert pids[0] == pids[1] == pids[2] != pids[3]


@pytest.mark.parametrize(
    ("names", "problems"),
    [
        (["syntax"], [r"syntax\.mod:8: .*[Ii]llegal"]),
        (["builtin"], [r"builtin\.mod:2: NEURON has a mechanism 'hh' already"]),
        (["nothing"], [r"nothing\.mod: there is no mechanism"]),
        (["include"], [r"include\.mod: .*not_there\.inc"]),
        (["clash", "kdr"], [r"kdr\.mod:9: clash\.mod has a mechanism 'kdr' too"]),
    ],
)
def test_a_broken_file_is_found_without_a_compiler(tmp_path, mod_folder, names, problems):
    for name in names:
        source = BROKEN / f"{name}.mod"
        shutil.copy(source if source.exists() else mod_folder / f"{name}.mod", tmp_path)
    with pytest.raises(ModFileError) as caught:
        compile_mod_files(tmp_path, agreed=True)
    assert caught.value.problems == check_mod_files(tmp_path)
    for said, wanted in zip(caught.value.problems, problems, strict=True):
        assert re.match(wanted, str(said)), str(said)


def test_what_the_compiler_says_has_the_lines_of_the_mod_file(tmp_path):
    for name in ("undeclared", "verbatim"):
        shutil.copy(BROKEN / f"{name}.mod", tmp_path)
    assert check_mod_files(tmp_path) == ()
    with pytest.raises(ModFileError) as caught:
        compile_mod_files(tmp_path, agreed=True)
    said = {(p.file, p.line): p.problem for p in caught.value.problems}
    assert set(said) == {("undeclared.mod", 8), ("verbatim.mod", 9)}
    assert "reversal" in said["undeclared.mod", 8]
    assert "no_such_function" in said["verbatim.mod", 9]


def test_without_a_compiler_one_is_told_what_to_install(tmp_path, mod_folder, monkeypatch):
    (tmp_path / "one.mod").write_text(
        (mod_folder / "kdr.mod").read_text().replace("kdr", "no_compiler")
    )
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(ModFileError, match=r"install a C\+\+ compiler .* and make"):
        compile_mod_files(tmp_path, agreed=True)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no .mod file"),
        ({"a-b.mod": "NEURON { SUFFIX ab }"}, "rename this file"),
        ({"notes.txt": "x"}, "no .mod file"),
    ],
)
def test_a_folder_without_usable_mod_files_is_refused(tmp_path, files, says):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ModFileError, match=says):
        list_mod_files(tmp_path)
    with pytest.raises(ModFileError, match="no folder"):
        list_mod_files(tmp_path / "nowhere")


def test_what_progress_raises_ends_the_compiler(tmp_path, mod_folder):
    class Stop(Exception):
        pass

    def progress(fraction, what):
        if "starting" in what:
            raise Stop

    (tmp_path / "one.mod").write_text((mod_folder / "kdr.mod").read_text().replace("kdr", "stop"))
    with pytest.raises(Stop):
        compile_mod_files(tmp_path, agreed=True, progress=progress)


def test_a_process_cannot_exchange_what_it_has_loaded(mod_library, monkeypatch):
    from napari_neuron.engine import neuron_model

    monkeypatch.setattr(neuron_model, "_loaded", "/another/library")
    experiment = one_section(HodgkinHuxley(), mod_files=mod_library.mod_files)
    with pytest.raises(SimulationError, match="cannot unload"):
        simulate(cable(100, 2), experiment, engine=InProcessEngine())
