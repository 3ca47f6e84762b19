from __future__ import annotations

from collections.abc import Iterator

import pytest

from napari_neuron.engine import ChildEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[ChildEngine]:
    """A child process that the tests of one file share."""
    engine = ChildEngine()
    yield engine
    engine.close()
