"""Cells of every format become one connected tree in NEURON, and run."""

import numpy as np
import pytest
from format_files import FILES

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
from napari_neuron.morphology.soma import rows_without_width

pytest.importorskip("neuron")

REAL = [
    "formats/hoc_morphologies/j7.hoc",
    "formats/lfpy/C010398B-P2.asc",
    "formats/morphio_h5/v1/simple-dendritric-spine.h5",
    "formats/neurom_asc_h5/bio_neuron-000.h5",
    "formats/neurom_asc_h5/bio_neuron-001.asc",
    "formats/neurom_asc_h5/sample.asc",
    "formats/neurom_asc_h5/spine.asc",
    "formats/neuroml_cells/Cell_472450023.cell.nml",
    "formats/neuroml_cells/L23_NoHotSpot.cell.nml",
    "formats/webknossos_nml/generate_nml_snapshot.nml",
    "formats/webknossos_nml/generated_skeleton_snapshot.nml",
]
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
def test_every_real_file_runs_as_one_tree_per_component(name, engine, shared_data):
    for cell in read_morphologies(shared_data / name):
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
