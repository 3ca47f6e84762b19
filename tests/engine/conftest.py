from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from napari_neuron.engine import ChildEngine
from napari_neuron.engine.mod_build import MechanismLibrary, compile_mod_files


@pytest.fixture(scope="module")
def engine() -> Iterator[ChildEngine]:
    """A child process that the tests of one file share."""
    engine = ChildEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def mod_folder() -> Path:
    """Our own MOD files, which compile and run (all but one: it crashes where it is painted)."""
    return Path(__file__).parents[1] / "mod" / "good"


@pytest.fixture(scope="session")
def mod_library(mod_folder: Path) -> MechanismLibrary:
    """Our own MOD files, compiled once for all tests."""
    return compile_mod_files(mod_folder, agreed=True)
