"""What the windows do not need at once is not imported when they open."""

import subprocess
import sys

import pytest

pytest.importorskip("qtpy")

SLOW = ("matplotlib.figure", "scipy.ndimage._ndimage_api", "neuron", "navis")


def test_the_dock_opens_without_what_only_plots_and_volumes_need():
    script = (
        "import sys, napari, napari.layers, napari.qt\n"
        "before = set(sys.modules)\n"
        "import napari_neuron.widgets.simulation\n"
        f"print(*({{*{SLOW!r}}} & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_a_sample_opens_without_importing_navis():
    script = (
        "import sys\n"
        "from napari_neuron.sample_data import hemibrain_neuron\n"
        "hemibrain_neuron()\n"
        "print('navis' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]
