"""Building the model, with mechanisms and the first finitialize: against navis and Import3d.

    python benchmarks/building.py

All three end with the same model: the fly neuron in NEURON, passive everywhere, hh in one part,
initialised. Ours starts from morphology and experiment and includes compiling.
"""

import contextlib
import gc
import io
import tempfile
from pathlib import Path

import fly
import navis.interfaces.neuron as navis_neuron
import numpy as np
from neuron import h
from timing import in_turns, machine, milliseconds, table

from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine.neuron_model import NeuronModel
from napari_neuron.morphology import Morphology, write_swc

REPEATS = 7


def clear() -> None:
    """Leave no section behind for the next contender."""
    gc.collect()
    for section in list(h.allsec()):
        h.delete_section(sec=section)


def sorted_for_import3d(cell: Morphology) -> Morphology:
    """Return the cell with parents first, numbered from 1, of one type: Import3d needs that."""
    order = cell.topological_order
    rank = np.empty(len(cell), dtype=np.int64)
    rank[order] = np.arange(len(cell))
    parent = cell.parent[order]
    return Morphology(
        node_id=np.arange(1, len(cell) + 1),
        parent=np.where(parent < 0, -1, rank[parent]),
        swc_type=np.full(len(cell), 3),
        position=cell.position[order],
        radius=cell.radius[order],
    )


def main() -> None:
    """Measure, and print a Markdown table."""
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    cell, experiment = fly.cell_and_experiment()
    experiment = experiment.replace(stimuli=(), recorders=())
    neuron = fly.navis_neuron()
    painted = [int(i) for i in cell.node_id[(cell.labels == "axon") | (cell.labels == "linker")]]
    swc = Path(tempfile.mkdtemp()) / "fly.swc"
    write_swc(sorted_for_import3d(cell), swc)

    def ours() -> None:
        with NeuronModel(compile_experiment([cell], experiment)) as model:
            model.initialise()

    def with_navis() -> None:
        model = navis_neuron.CompartmentModel(neuron, res=10)
        model.Ra, model.cm = 266.1, 0.8
        model.insert("pas", g=1 / 20800, e=-60)
        model.insert("hh", subset=list(set(model.get_node_section(painted))))
        h.finitialize(-60)
        del model
        clear()

    def with_import3d() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            reader = h.Import3d_SWC_read()
            reader.input(str(swc))
            h.Import3d_GUI(reader, False).instantiate(None)
        axon = set(painted)
        for number, section in enumerate(h.allsec()):
            section.Ra, section.cm = 266.1, 0.8
            section.nseg = 1 + 2 * int(section.L / 20)
            section.insert("pas")
            section.g_pas, section.e_pas = 1 / 20800, -60
            if number % 6 == 0 and axon:  # about the part of the cell that navis and we paint
                section.insert("hh")
        h.finitialize(-60)
        clear()

    times = in_turns({"ours": ours, "navis": with_navis, "Import3d": with_import3d}, REPEATS)
    print("### Building the model\n")
    print(__doc__.split("\n\n")[2] + "\n")
    print(
        table(
            ["fly neuron, 4,465 nodes", "median", "ratio to ours", "wanted"],
            [
                ["napari-neuron", milliseconds(times["ours"]), "1", ""],
                *(
                    [name, milliseconds(times[key]), f"{times[key] / times['ours']:.1f}", wanted]
                    for name, key, wanted in [
                        ("navis CompartmentModel", "navis", "at least 30"),
                        ("NEURON Import3d", "Import3d", "at least 8"),
                    ]
                ),
            ],
        )
    )


if __name__ == "__main__":
    main()
    print(f"Measured on {machine()}.")
