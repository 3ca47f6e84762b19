"""A script may end while work of ours is under way in a thread."""

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


def test_a_script_that_ends_during_work_in_a_thread_ends_without_an_error():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert (done.returncode, "deleted" in done.stderr) == (0, False)
