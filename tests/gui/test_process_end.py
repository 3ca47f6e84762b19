"""A script may end with docks open, and while work of ours is under way in a thread."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import time
from napari.qt import get_qapp
app = get_qapp()
import napari_neuron.widgets.toolkit.closing
from napari_neuron.widgets.toolkit.latest_job import LatestJob
job = LatestJob()
job.request(time.sleep, 0.5)
"""


DOCK_SCRIPT = """
import atexit
from qtpy import QtCore
atexit.register(print, "Qt is taken down")  # PyQt's own turn comes after this
from napari.qt import get_qapp
app = get_qapp()
from napari_neuron.widgets.toolkit.closing import ClosingWidget
class Dock(ClosingWidget):
    def shut_down(self):
        print("the dock is shut down")
dock = Dock()
"""


def test_a_script_that_closes_nothing_shuts_docks_down_before_qt_is_taken_down():
    done = subprocess.run(
        [sys.executable, "-c", DOCK_SCRIPT],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert done.stdout.splitlines() == ["the dock is shut down", "Qt is taken down"]
    assert done.returncode == 0


def test_a_script_that_ends_during_work_in_a_thread_ends_without_an_error():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert (done.returncode, "deleted" in done.stderr) == (0, False)
