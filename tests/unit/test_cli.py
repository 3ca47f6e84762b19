"""The command line, as a person types it."""

import json
import subprocess
import sys

import pytest

from napari_neuron import __version__
from napari_neuron.cli import main

BALL_AND_STICK = """\
1 1 0 0 0 5 -1
2 3 10 0 0 1 1
3 3 60 0 0 1 2
"""


@pytest.fixture
def swc(tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(BALL_AND_STICK)
    return path


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"napari-neuron {__version__}"


def test_without_a_command_the_usage_is_shown(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_check_says_what_is_in_a_file(swc, capsys):
    assert main(["check", str(swc), "--units", "um"]) == 0
    out = capsys.readouterr().out
    assert "nodes: 3" in out


def test_check_as_json_lists_findings(tmp_path, capsys):
    path = tmp_path / "thin.swc"
    path.write_text(BALL_AND_STICK.replace("60 0 0 1", "60 0 0 0"))
    assert main(["check", str(path), "--json", "--units", "um"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["nodes"] == 3
    assert "radius-not-positive" in {finding["code"] for finding in found["findings"]}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "missing.swc"], "missing.swc"),
        (["check", "bad.swc"], "bad.swc:2"),
        (["run", "missing.json", "-o", "run.h5"], "missing.json"),
        (["run", "bad.json", "-o", "run.h5"], "run.dt"),
        (["run", "nocell.json", "-o", "run.h5"], "no skeleton file"),
        (["run", "lost.json", "-o", "run.h5"], "gone.swc"),
        (["run", "changed.json", "-o", "run.h5"], "has changed"),
        (["run", "nocell.json", "-o", "nowhere/run.h5"], "nowhere"),
        (["run", "nocell.json", "-o", "."], "this is not a file"),
        (["run", ".", "-o", "run.h5"], ".: is a directory"),
        (["film", "missing.h5", "-o", "film.mp4"], "missing.h5: no such file"),
    ],
)
def test_an_error_is_one_line_and_the_status_is_not_0(
    arguments, says, swc, tmp_path, monkeypatch, capsys
):
    (tmp_path / "bad.swc").write_text("1 1 0 0 0 1 -1\n2 3 x 0 0 1 1\n")
    (tmp_path / "bad.json").write_text('{"run": {"dt": 0}}')
    (tmp_path / "nocell.json").write_text("{}")
    (tmp_path / "lost.json").write_text('{"cells": [{"name": "a", "path": "gone.swc"}]}')
    (tmp_path / "changed.json").write_text(
        '{"cells": [{"name": "a", "path": "cell.swc", "sha256": "0"}]}'
    )
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
    assert not (tmp_path / "run.h5").exists()


def test_a_size_that_is_none_is_said_in_words(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["film", "run.h5", "-o", "film.mp4", "--size", "100"])
    assert ended.value.code == 2
    assert "'100' is not a size in pixels, such as 1280x720" in capsys.readouterr().err


def test_debug_shows_the_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "napari_neuron.cli", "check", "missing.swc", "--debug"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
