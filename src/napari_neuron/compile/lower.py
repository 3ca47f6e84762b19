"""`compile_experiment`: (morphologies, experiment) -> `CompiledModel`.

It finds every mistake in the experiment that can be found without running it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_neuron.compile.addresses import NodeAddresses
from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.compile.connections import lower_gaps, threads_for
from napari_neuron.compile.discretise import compartments_of_nodes, count_compartments
from napari_neuron.compile.known import require_known, require_known_processes
from napari_neuron.compile.membrane import Membrane, cable_values
from napari_neuron.compile.mixed import lower_network, lower_onto_points
from napari_neuron.compile.model import CompiledModel, CompiledRun
from napari_neuron.compile.paint import paint_nodes
from napari_neuron.compile.placements import lower_recorders, lower_stimuli
from napari_neuron.compile.process_globals import without_globals
from napari_neuron.compile.profiles import Centres
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.sections import (
    Sections,
    find_sections,
    require_positive_radii,
)
from napari_neuron.spec import Experiment, RunSettings

MOST_COMPARTMENTS = 5_000_000
"""More than any run on one machine can use; far below where the arrays stop fitting in memory."""


def compile_experiment(
    cells: Sequence[Morphology], experiment: Experiment, catalogue: Catalogue | None = None
) -> CompiledModel:
    """Compute sections, compartments, painted values and placements.

    Parameters
    ----------
    cells
        The morphologies, in the order in which their compartments will be numbered.
    experiment
        What to do with them.
    catalogue
        What NEURON knows: names of mechanisms, parameters and ions are checked against it. Needed
        where a parameter that is painted is GLOBAL.

    Returns
    -------
    CompiledModel

    Raises
    ------
    ExperimentError
        If the experiment refers to something that does not exist; names the field.
    MorphologyError
        If a cell cannot be simulated as it is (a radius that is not positive).
    """
    cells = tuple(cells)
    _check_names(cells, experiment)
    for cell in cells:
        require_positive_radii(cell)
    paint = experiment.paint
    if catalogue is not None:
        require_known(paint, catalogue)
        require_known_processes(experiment.stimuli, catalogue)
    painted = paint_nodes(cells, paint)
    parts = [
        find_sections(cell, nodes.changes_above(cell))
        for cell, nodes in zip(cells, painted, strict=True)
    ]
    sections = _laid_end_to_end(parts)
    winner = np.concatenate(
        [nodes.winner[:, p.owner] for p, nodes in zip(parts, painted, strict=True)], axis=1
    )
    middles = Centres(cells, parts, np.ones(len(sections), dtype=np.int64))
    ra = cable_values("Ra", winner[0], paint, middles)
    cm = cable_values("cm", winner[0], paint, middles)
    nseg = count_compartments(sections, experiment.discretisation, ra, cm)
    if nseg.sum() > MOST_COMPARTMENTS:
        raise ExperimentError(
            "discretisation",
            f"this makes {nseg.sum():,} compartments from {sections.length.sum():,.0f} µm of "
            f"cable; "
            "use longer compartments, or check the unit of the skeleton",
        )
    compartment_start = np.concatenate([[0], np.cumsum(nseg)])
    centres = Centres(cells, parts, nseg)
    membrane = Membrane(painted[0].coats, winner, paint, nseg, centres, catalogue)
    addresses = NodeAddresses(cells, compartments_of_nodes(sections, nseg, compartment_start))
    network = lower_network(experiment)
    point_processes, drives = lower_stimuli(experiment, addresses)
    point_processes, process_globals = without_globals(point_processes, catalogue)
    gaps = lower_gaps(experiment, addresses)
    recorders, detectors = lower_recorders(experiment, addresses, point_processes)
    return CompiledModel(
        section_parent=sections.parent,
        section_parent_x=sections.parent_x,
        section_nseg=nseg,
        section_ra=ra,
        point_start=sections.point_start,
        points=sections.points,
        compartment_start=compartment_start,
        cm=cable_values("cm", np.repeat(winner[0], nseg), paint, centres),
        compartment_of_node=addresses.compartment_of_node,
        run=_lower_run(
            experiment.run,
            threads_for(experiment.run, drives, gaps, has_points=network is not None),
        ),
        mechanisms=membrane.mechanisms(),
        ion_styles=membrane.ion_styles(),
        globals=(*membrane.globals(), *process_globals),
        point_processes=point_processes,
        drives=drives,
        gaps=gaps,
        recorders=recorders,
        detectors=detectors,
        cell_names=tuple(cell.name for cell in cells),
        frames=experiment.frames[1:],
        network=network,
        point_targets=tuple(found for _, found in lower_onto_points(experiment, addresses)),
    )


def _check_names(cells: Sequence[Morphology], experiment: Experiment) -> None:
    if not cells:
        raise ExperimentError("cells", "there is no cell to simulate")
    names = [cell.name for cell in cells]
    for name in names:
        if names.count(name) > 1:
            raise ExperimentError("cells", f"two cells are called {name!r}; rename one")
    for source in experiment.cells:
        if source.name not in names:
            raise ExperimentError(
                "cells", f"{source.name!r} is not among the given cells ({', '.join(names)})"
            )
    for index, layer in enumerate(experiment.paint):
        if layer.cell is not None and layer.cell not in names:
            raise ExperimentError(
                f"paint[{index}].cell",
                f"there is no cell {layer.cell!r}; there is {', '.join(names)}",
            )


def _laid_end_to_end(parts: Sequence[Sections]) -> Sections:
    if len(parts) == 1:
        return parts[0]
    n_sections = np.cumsum([0, *(len(p) for p in parts)])
    n_points = np.cumsum([0, *(len(p.points) for p in parts)])
    n_nodes = np.cumsum([0, *(len(p.section_of_node) for p in parts)])
    shifted = list(zip(parts, n_sections, n_points, strict=False))
    return Sections(
        parent=np.concatenate([np.where(p.parent < 0, -1, p.parent + s) for p, s, _ in shifted]),
        parent_x=np.concatenate([p.parent_x for p in parts]),
        owner=np.concatenate([p.owner + n for p, n in zip(parts, n_nodes, strict=False)]),
        point_start=np.concatenate(
            [*(p.point_start[:-1] + n for p, _, n in shifted), n_points[-1:]]
        ),
        points=np.concatenate([p.points for p in parts]),
        point_node=np.concatenate(
            [
                np.where(p.point_node < 0, -1, p.point_node + n)
                for p, n in zip(parts, n_nodes, strict=False)
            ]
        ),
        section_of_node=np.concatenate([p.section_of_node + s for p, s, _ in shifted]),
        x_of_node=np.concatenate([p.x_of_node for p in parts]),
        length=np.concatenate([p.length for p in parts]),
    )


def _lower_run(run: RunSettings, threads: int) -> CompiledRun:
    return CompiledRun(
        dt=run.dt,
        n_steps=run.n_steps,
        steps_per_frame=run.steps_per_frame,
        celsius=run.celsius,
        v_init=run.v_init,
        threads=threads,
    )
