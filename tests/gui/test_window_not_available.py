"""Where no window can be opened, what needs one says why and what to do; all else works."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dock_person import forked_cell

import napari_neuron as nn

SOURCE = Path(nn.__file__).parents[1]
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
WITHOUT_QT = """
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name in ("PyQt5", "PyQt6", "PySide2", "PySide6"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NoQt())
"""
COMMAND_LINE = "from napari_neuron.cli import main; sys.exit(main(sys.argv[1:]))"
SHOW = """
import napari_neuron as nn
result = nn.SimulationResult.load("run.h5")
try:
    nn.show(result)
except nn.WindowNotAvailable as error:
    print(result.voltage.shape, error)
"""


@pytest.fixture
def folder(tmp_path):
    cell = forked_cell()
    experiment = nn.Experiment(
        paint=[nn.CableProperties(), nn.Passive()], run=nn.RunSettings(duration=2)
    )
    nn.simulate(cell, experiment).save(tmp_path / "run.h5")
    cell.save(tmp_path / "cell.swc")
    return tmp_path


def python(folder, script, *arguments, display=True):
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    for name in () if display else DISPLAYS:
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [["demo", "--output", "demo"], ["film", "run.h5", "-o", "film.gif"]]
)
def test_without_qt_the_command_line_says_so_in_one_line(folder, command):
    done = python(folder, WITHOUT_QT + COMMAND_LINE, *command)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert 'pip install "napari-neuron[all]"' in done.stderr
    assert {file.name for file in folder.iterdir()} == {"run.h5", "cell.swc"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others have a display")
@pytest.mark.parametrize(
    "command", [["demo", "--output", "demo"], ["film", "run.h5", "-o", "film.mp4"]]
)
def test_without_a_display_the_command_line_says_what_to_do(folder, command):
    done = python(folder, COMMAND_LINE, *command, display=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "xvfb-run" in done.stderr
    assert {file.name for file in folder.iterdir()} == {"run.h5", "cell.swc"}


def test_without_qt_a_stored_result_opens_and_only_showing_it_fails(folder):
    done = python(folder, WITHOUT_QT + SHOW)
    n_frames, n_compartments = np.shape(nn.SimulationResult.load(folder / "run.h5").voltage)
    assert done.stdout.startswith(f"({n_frames}, {n_compartments}) no window can be opened")


def test_without_qt_a_skeleton_is_checked(folder):
    done = python(folder, WITHOUT_QT + COMMAND_LINE, "check", "cell.swc", "--units", "um")
    assert (done.returncode, "nodes: 11" in done.stdout) == (0, True)
