"""Names that are imported when they are asked for lie where they are looked for."""

from importlib import import_module

import pytest


@pytest.mark.parametrize("part", ["", ".databases", ".engine", ".spec", ".view", ".widgets"])
def test_every_public_name_is_there(part):
    package = import_module(f"napari_neuron{part}")
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
