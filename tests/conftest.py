"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real skeletons and EM that is not part of the repository."""
    named = os.environ.get("NAPARI_NEURON_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real data not present: set NAPARI_NEURON_DATA to its folder")
    return folder
