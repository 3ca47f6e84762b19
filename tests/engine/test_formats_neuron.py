"""Cells of every format become one connected tree in NEURON, and run."""

import os
from pathlib import Path

import numpy as np
import pytest
from format_files import FILES
from odd_files import ODD_FILES

from napari_neuron import (
    CableProperties,
    Experiment,
    Passive,
    RunSettings,
    read_morphologies,
    simulate,
)
from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology import find_sections
from napari_neuron.morphology.read import is_skeleton_name
from napari_neuron.morphology.soma import rows_without_width

pytest.importorskip("neuron")

_NAMED = os.environ.get("NAPARI_NEURON_DATA")
_DATA = Path(_NAMED) if _NAMED else Path(__file__).parents[3] / "shared" / "data"
REAL = [
    path.relative_to(_DATA).as_posix()
    for folder in ("swc", "formats")
    for path in sorted((_DATA / folder).rglob("*"))
    if path.is_file() and is_skeleton_name(path.name)
]
"""Whatever there is."""
DAMAGED = {
    "incorrect_point_columns.h5",
    "incorrect_structure_columns.h5",
    "simple-negative-section-type.h5",
}
"""Files with which MorphIO tests its errors."""
LEAKY = Experiment(
    paint=(CableProperties(), Passive(e=-70.0)), run=RunSettings(duration=5.0, v_init=-60.0)
)


def run_with_a_leak(cell, engine):
    """Return the number of trees in NEURON's sections, and the voltages at the end."""
    if len(rows_without_width(cell)):  # files without radii
        cell = cell.replace(radius=np.full(len(cell), 0.1))
    n_trees = int((find_sections(cell).parent < 0).sum())
    result = simulate(cell, LEAKY, engine=engine)
    return n_trees, np.asarray(result.voltage[-1])


@pytest.mark.parametrize("name", FILES)
def test_a_cell_of_each_format_runs_as_one_tree(name, engine, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    cell = read_morphologies(path)[0]
    n_trees, voltage = run_with_a_leak(cell, engine)
    assert n_trees == len(cell.roots) == 1
    assert (voltage < -60.0).all()
    assert (voltage > -70.0).all()


@pytest.mark.parametrize("name", REAL)
def test_every_real_file_runs_as_one_tree_per_component(name, engine):
    if Path(name).name in DAMAGED:
        with pytest.raises(SkeletonFileError):
            read_morphologies(_DATA / name)
        return
    for cell in read_morphologies(_DATA / name):
        n_trees, voltage = run_with_a_leak(cell, engine)
        assert n_trees == len(cell.roots)
        assert (voltage < -60.0).all()
        assert (voltage > -70.0).all()


@pytest.mark.parametrize("name", ODD_FILES)
def test_every_odd_file_runs_as_one_tree_per_component(name, engine, tmp_path):
    path = tmp_path / name
    path.write_bytes(ODD_FILES[name].content)
    for cell in read_morphologies(path):
        n_trees, voltage = run_with_a_leak(cell, engine)
        assert n_trees == len(cell.roots)
        assert (voltage < -60.0).all()
        assert (voltage > -70.0).all()


def test_a_cell_of_a_file_of_several_is_found_again_by_its_name(tmp_path):
    from napari_neuron import CellSource
    from napari_neuron.compile.cells import read_cells, source_of

    path = tmp_path / "knossos.nml"
    path.write_bytes(FILES["knossos.nml"])
    second = read_morphologies(path)[1]
    experiment = Experiment(cells=(source_of(second),))
    assert read_cells(experiment, tmp_path)[0].name == second.name
    with pytest.raises(SkeletonFileError, match="holds 2 cells"):
        read_cells(Experiment(cells=(CellSource(name="x", path=str(path)),)), tmp_path)
