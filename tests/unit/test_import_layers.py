"""The layers of docs/architecture.md, read from the imports themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import napari_neuron

ROOT = Path(napari_neuron.__file__).parent

# What each part of the package may import of the others.
ALLOWED = {
    "units": set(),
    "errors": set(),
    "folders": set(),
    "morphology": {"errors"},
    "spec": {"errors", "units"},
    "compile": {"errors", "morphology", "spec"},
    "result": {"errors", "morphology", "spec"},
    "presets": {"errors", "folders", "morphology", "spec", "compile"},
    "engine": {"errors", "folders", "morphology", "spec", "compile", "result"},
    "protocols": {"errors", "units", "morphology", "spec", "result", "engine"},
    "undo_list": set(),
    "autosave": {"errors", "folders", "spec"},
    "script": {"errors", "morphology", "spec", "compile"},
    "runner": {"errors", "engine"},
    "session": {
        *("errors", "morphology", "spec", "compile", "result", "engine"),
        *("runner", "undo_list"),
    },
    "network_session": {
        *("errors", "spec", "compile", "result", "engine", "runner", "undo_list"),
    },
    "view": {"errors", "morphology", "result"},
    "widgets": {
        *("errors", "units", "morphology", "spec", "compile", "result"),
        *(
            "engine",
            "runner",
            "session",
            "network_session",
            "autosave",
            "script",
            "view",
            "presets",
            "protocols",
            "folders",
            "databases",
        ),
    },
    "reader": {"errors", "morphology", "result", "view"},
    "writer": {"errors", "morphology", "view"},
    "databases": {"errors", "morphology"},
    "sample_data": {"morphology", "view"},
    "demo": {"errors", "morphology", "spec", "result", "session", "view", "widgets"},
    "run_command": {"errors", "spec", "compile", "result", "engine"},
    "protocol_command": {"spec", "compile", "protocols", "run_command"},
    "cli": {
        *("errors", "morphology", "spec", "compile", "result", "script"),
        *("demo", "view", "run_command", "protocol_command"),
    },
}
# What only some parts may import from outside.
RESERVED = {
    "napari": {"view", "widgets", "reader", "sample_data", "demo"},
    "vispy": {"view"},
    "qtpy": {"widgets", "view", "demo"},
    "magicgui": {"widgets"},
    "superqt": {"widgets"},
    "neuron": {"engine"},
    "pydantic": {"spec", "protocols", "widgets"},
}
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_the_layers_below_it(path):
    part = part_of(path)
    inside = {
        name.split(".")[1]
        for name in imports_of(path)
        if name.startswith("napari_neuron.") and len(name.split(".")) > 1
    }
    assert inside & set(ALLOWED) - {part} <= ALLOWED[part]


@pytest.mark.parametrize("folder", ["view/geometry", "widgets/toolkit"])
def test_what_a_part_is_built_of_imports_nothing_else_of_it(folder):
    part = folder.partition("/")[0]
    inside = {
        name
        for path in (ROOT / folder).glob("*.py")
        for name in imports_of(path)
        if name.startswith(f"napari_neuron.{part}.")
    }
    home = f"napari_neuron.{folder.replace('/', '.')}"
    assert [name for name in sorted(inside) if not f"{name}.".startswith(f"{home}.")] == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_the_libraries_meant_for_its_layer(path):
    part = part_of(path)
    outside = {name.split(".")[0] for name in imports_of(path)}
    misplaced = {name for name in outside & set(RESERVED) if part not in RESERVED[name]}
    assert not misplaced


@pytest.mark.parametrize(
    "statement",
    [
        "import napari_neuron",
        "from napari_neuron import Experiment, Morphology, SimulationResult",
        "from napari_neuron import read_morphology, simulate, check",
        "import napari_neuron.cli",
    ],
)
def test_the_package_imports_without_qt_napari_neuron_and_navis(statement):
    heavy = ("napari", "vispy", "qtpy", "PyQt5", "PyQt6", "PySide6", "neuron", "navis", "magicgui")
    probe = f"{statement}\nimport sys\nprint([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
