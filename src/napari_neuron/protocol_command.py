"""``napari-neuron protocol``: measure the cell of an experiment, from files, without a window."""

from __future__ import annotations

import argparse
import json
import math
import sys

from napari_neuron.run_command import require_writable, show_progress


def run(options: argparse.Namespace) -> int:
    """Carry the command out and return the exit status; the options are those of the parser."""
    from napari_neuron.compile.cells import read_cells
    from napari_neuron.protocols.kinds import load_protocol
    from napari_neuron.protocols.run import run_protocol
    from napari_neuron.spec import Experiment

    if options.output is not None:
        require_writable(options.output)
    experiment = Experiment.load(options.experiment)
    protocol = load_protocol(options.protocol)
    cells = read_cells(experiment, options.experiment.parent)
    try:
        found = run_protocol(
            cells,
            experiment,
            protocol,
            processes=options.processes,
            progress=None if options.quiet else show_progress,
        )
    finally:
        if not options.quiet and sys.stderr.isatty():
            print(file=sys.stderr)
    outcome = found.outcome
    if options.output is not None:
        outcome.save_table(options.output)
    for warning in outcome.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if options.json:
        values = {
            quantity.name: {
                "value": quantity.value if math.isfinite(quantity.value) else None,
                "unit": quantity.unit,
            }
            for quantity in outcome.quantities
        }
        print(json.dumps(values, indent=2, ensure_ascii=False))
    else:
        print("\n".join(outcome.words))
    return 0
