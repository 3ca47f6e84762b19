"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests cache and save out of the home of who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        if "NAPARI_NEURON_CACHE" not in os.environ:  # name one to spare compiling every time
            patch.setenv("NAPARI_NEURON_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NAPARI_NEURON_CONFIG", str(tmp_path_factory.mktemp("config")))
        patch.delenv("NAPARI_NEURON_AUTOSAVE", raising=False)
        patch.setenv("NAPARI_NEURON_STATE", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real skeletons and EM that is not part of the repository."""
    named = os.environ.get("NAPARI_NEURON_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real data not present: set NAPARI_NEURON_DATA to its folder")
    return folder
