"""Names that are imported when they are first used are where the tables say."""

import ast
from pathlib import Path

import pytest

import napari_neuron as nn
import napari_neuron.engine as engine
import napari_neuron.view as view


@pytest.mark.parametrize("package", [nn, engine, view], ids=lambda package: package.__name__)
def test_every_public_name_can_be_had(package):
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


def test_type_checkers_see_every_public_name():
    tree = ast.parse(Path(nn.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(nn.__all__) - seen == {"__version__"}
