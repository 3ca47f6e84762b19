"""From a webKnossos annotation to the first spike: docs/webknossos.md, as a script.

    python examples/webknossos_trace.py [FILE.nml]

Without a file one is made: a hemibrain neuron as a webKnossos tree, in voxels of 8 nm. Most people
who trace never change the radius of a node, and neither did whoever "traced" this one.
"""

import sys
import tempfile
from pathlib import Path

import navis
import numpy as np

import napari_neuron as nn

DEFAULT_RADIUS = 20  # nm, of nodes nobody resized


def make_trace(path: Path) -> None:
    """Write a hemibrain neuron as webKnossos saves a tree, with a comment at its soma."""
    cell = nn.Morphology.from_navis(navis.example_neurons(1, kind="skeleton")).rerooted(20)
    x, y, z = np.round(cell.position / 8e-3).astype(int).T.tolist()
    ids = cell.node_id.tolist()
    nodes = (
        f'<node id="{node}" radius="{DEFAULT_RADIUS}" x="{a}" y="{b}" z="{c}"/>'
        for node, a, b, c in zip(ids, x, y, z, strict=True)
    )
    edges = (
        f'<edge source="{ids[up]}" target="{node}"/>'
        for node, up in zip(ids, cell.parent.tolist(), strict=True)
        if up >= 0
    )
    path.write_text(
        '<things><parameters><experiment name="hemibrain"/>'
        '<scale unit="nanometer" x="8" y="8" z="8"/></parameters>\n'
        f'<thing id="1" name="projection neuron"><nodes>{"".join(nodes)}</nodes>\n'
        f"<edges>{''.join(edges)}</edges></thing>\n"
        '<comments><comment node="20" content="soma"/></comments></things>\n'
    )


SOMA = 20
REPAIRS = (nn.FloorRadii(minimum=0.15), nn.MarkSoma(node=SOMA, radius=3))
"""What is known: the soma is where its comment is, and the neurites have about 0.15 µm."""


def experiment() -> nn.Experiment:
    """Return squid channels everywhere and a pulse of current into the soma."""
    return nn.Experiment(
        paint=[nn.CableProperties(Ra=150, cm=1), nn.HodgkinHuxley()],
        stimuli=[nn.CurrentPulse(nodes=[SOMA], delay=5, duration=5, amplitude=0.1)],
        recorders=[
            nn.VoltageRecorder(label="soma", node=SOMA),
            nn.SpikeDetector(label="soma", node=SOMA, threshold=0),
        ],
        run=nn.RunSettings(duration=30),
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "annotation.nml"
        if not path.is_file():
            make_trace(path)
        traced = nn.read_morphology(path)
    print(traced, "-", traced.unit_evidence)
    for finding in nn.check(traced):
        print(f"{finding.severity}: {finding.message}")
    cell = nn.repair(traced, REPAIRS)
    result = nn.simulate(cell, experiment())
    print("spikes at the soma, ms:", result.spikes["soma"])


if __name__ == "__main__":
    main()
