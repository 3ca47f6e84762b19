"""What is not saved is kept in files, and found again by the next window."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from napari_neuron import CellSource, CurrentPulse, Experiment, HodgkinHuxley, PointNetwork
from napari_neuron.autosave import KEPT_DAYS, Autosave, autosave_folder, find_left_over
from napari_neuron.spec.point_network import NeuronTable

ACTIVE = Experiment(
    cells=(CellSource(name="fork", path="/data/fork.swc"),),
    paint=(HodgkinHuxley(),),
    stimuli=(CurrentPulse(nodes=(1,), amplitude=0.1 + 0.2),),
)
OTHER = ACTIVE.replace(stimuli=())


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    monkeypatch.setenv("NAPARI_NEURON_STATE", str(tmp_path))


def files():
    return sorted(path.name for path in autosave_folder().glob("*"))


def kept(experiment=ACTIVE, kind="experiment"):
    """Have a window leave something."""
    window = Autosave(kind)
    window.close({"a": experiment})


def test_what_a_window_leaves_is_found_as_it_was():
    kept()
    found = find_left_over("experiment").left_over
    assert found.spec == ACTIVE
    assert abs(found.saved.timestamp() - time.time()) < 60


def test_the_file_is_an_experiment_that_anything_of_ours_reads():
    kept()
    assert Experiment.load(next(autosave_folder().glob("*.json"))) == ACTIVE


def test_what_is_saved_elsewhere_leaves_no_file():
    window = Autosave("experiment")
    window.update({"a": ACTIVE})
    assert len(files()) == 2
    window.update({})
    assert files() == []
    window.close({})
    assert files() == []


def test_each_experiment_of_a_window_has_a_file_that_is_replaced():
    window = Autosave("experiment")
    window.update({"a": ACTIVE, "b": OTHER})
    window.update({"a": OTHER, "b": OTHER})
    loaded = [Experiment.load(path) for path in autosave_folder().glob("*.json")]
    assert loaded == [OTHER, OTHER]
    window.close({})


def test_windows_do_not_touch_each_others_files():
    one, other = Autosave("experiment"), Autosave("experiment")
    one.update({"a": ACTIVE})
    other.update({"a": OTHER})
    other.close({})
    assert [Experiment.load(path) for path in autosave_folder().glob("*.json")] == [ACTIVE]
    one.close({})


def test_a_living_windows_file_is_not_offered():
    window = Autosave("experiment")
    window.update({"a": ACTIVE})
    assert find_left_over("experiment").left_over is None
    window.close({"a": ACTIVE})
    assert find_left_over("experiment").left_over.spec == ACTIVE


def test_what_one_window_is_offered_no_other_is_until_it_lets_go():
    kept()
    held = find_left_over("experiment").left_over
    assert find_left_over("experiment").left_over is None
    held.release()
    found = find_left_over("experiment").left_over
    found.delete()
    assert files() == []


KILLED = """
import os, signal, sys
from napari_neuron import Experiment
from napari_neuron.autosave import Autosave
window = Autosave("experiment")
window.update({"a": Experiment.from_json(sys.argv[1])})
print("written", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_what_a_killed_process_had_is_offered_and_not_before():
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, ACTIVE.to_json()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "written\n"
    assert find_left_over("experiment").left_over is None
    process.communicate("now\n")
    assert process.returncode < 0
    assert find_left_over("experiment").left_over.spec == ACTIVE


def test_the_newest_is_offered_first():
    kept(OTHER)
    for path in autosave_folder().glob("*.json"):
        os.utime(path, (time.time() - 100,) * 2)
    kept(ACTIVE)
    first = find_left_over("experiment").left_over
    assert first.spec == ACTIVE
    first.delete()
    assert find_left_over("experiment").left_over.spec == OTHER


def test_what_the_window_has_already_is_not_offered_and_goes():
    kept()
    assert find_left_over("experiment", [ACTIVE]).left_over is None
    assert files() == []


@pytest.mark.parametrize("content", ["", "{", '{"version": 1, "paint": 3}', "[" * 5000, "\x00\xff"])
def test_a_damaged_file_is_put_aside(content):
    kept()
    path = next(autosave_folder().glob("*.json"))
    path.write_text(content, encoding="latin-1")
    found = find_left_over("experiment")
    assert found.left_over is None
    assert found.damaged == (path.with_suffix(".damaged"),)
    assert files() == [path.with_suffix(".damaged").name]
    assert find_left_over("experiment").damaged == ()


def test_behind_a_damaged_file_the_next_is_found():
    kept(OTHER)
    for path in autosave_folder().glob("*.json"):
        os.utime(path, (time.time() - 100,) * 2)
    kept()
    max(autosave_folder().glob("*.json"), key=os.path.getmtime).write_text("{")
    found = find_left_over("experiment")
    assert (found.left_over.spec, len(found.damaged)) == (OTHER, 1)


def test_the_file_of_a_newer_version_is_left_to_it():
    kept()
    path = next(autosave_folder().glob("*.json"))
    path.write_text(path.read_text().replace('"version": 1', '"version": 99'))
    assert find_left_over("experiment") == find_left_over("network")
    assert files() == [path.name]


def test_what_was_left_long_ago_is_deleted():
    kept()
    for path in autosave_folder().glob("*"):
        os.utime(path, (time.time() - (KEPT_DAYS + 1) * 86400,) * 2)
    assert find_left_over("experiment").left_over is None
    assert files() == []


def test_of_very_many_the_oldest_are_deleted():
    for _ in range(25):
        kept()
    find_left_over("experiment").left_over.release()
    assert len(files()) == 20


def test_what_was_discarded_stays_for_a_while_and_is_not_offered():
    kept()
    aside = find_left_over("experiment").left_over.discard()
    assert Experiment.load(aside) == ACTIVE
    assert find_left_over("experiment").left_over is None
    os.utime(aside, (time.time() - (KEPT_DAYS + 1) * 86400,) * 2)
    find_left_over("experiment")
    assert files() == []


def test_old_locks_and_half_written_files_of_windows_that_died_are_deleted():
    kept()
    for name in ("experiment-1.lock", "tmp1.part"):
        path = autosave_folder() / name
        path.touch()
        os.utime(path, (time.time() - (KEPT_DAYS + 1) * 86400,) * 2)
    find_left_over("experiment").left_over.release()
    assert len(files()) == 1


def test_networks_and_experiments_are_kept_apart():
    network = PointNetwork(neurons=NeuronTable(id=[1, 2]))
    kept(network, "network")
    assert find_left_over("experiment").left_over is None
    assert find_left_over("network").left_over.spec == network


def test_a_file_that_cannot_be_written_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("NAPARI_NEURON_STATE", str(tmp_path / "taken"))
    window = Autosave("experiment")
    with pytest.raises(OSError, match="taken"):
        window.update({"a": ACTIVE})
    window.close({})


def test_nothing_is_kept_or_offered_where_that_is_not_wanted(monkeypatch):
    kept()
    monkeypatch.setenv("NAPARI_NEURON_AUTOSAVE", "0")
    kept(OTHER)
    assert len(files()) == 1
    assert find_left_over("experiment").left_over is None
