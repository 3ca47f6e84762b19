"""An L5 pyramidal-like cell with ten mechanisms and distance profiles.

The skeleton is made up: a soma, an axon with its initial segment, basal dendrites, and an apical
dendrite with obliques and a tuft, of the sizes of a layer 5 pyramidal cell. The channels are the
MOD files of l5_mod, written for this example, and NEURON's leak. None of it is fitted to a
recording: it shows how such a cell is set up. docs/l5-cell.md does the same in the window.

    python examples/l5_pyramidal.py [FOLDER] --compile

writes l5_cell.swc, l5_cell.json (the experiment) and l5_cell.png to a folder. ``--compile`` says
that the MOD files may be compiled, as programs that run with your rights.
"""

import sys
from pathlib import Path

import numpy as np

import napari_neuron as nn

MOD_FOLDER = Path(__file__).parent / "l5_mod"
SOMA, AXON, BASAL, APICAL = 1, 2, 3, 4
STEP = 10.0  # µm between two nodes
TUFT_BEGINS = 600.0  # µm from the soma


class _Skeleton:
    """Nodes of a skeleton that grows branch by branch."""

    def __init__(self, seed: int) -> None:
        self.rows: list[tuple[int, int, float, float, float, float, int]] = []
        self._random = np.random.default_rng(seed)

    def add(self, swc_type: int, position: np.ndarray, radius: float, parent: int) -> int:
        """Add one node; returns its id."""
        node = len(self.rows) + 1
        x, y, z = np.round(position, 3).tolist()
        self.rows.append((node, swc_type, x, y, z, radius, parent))
        return node

    def branch(
        self,
        swc_type: int,
        parent: int,
        direction: tuple[float, float, float],
        length: float,
        radii: tuple[float, float],
        wobble: float = 0.12,
    ) -> int:
        """Add an unbranched neurite that begins at a node; returns its last node."""
        at = np.array(self.rows[parent - 1][2:5])
        heading = np.array(direction) / np.linalg.norm(direction)
        n = max(1, round(length / STEP))
        for share in np.linspace(0, 1, n + 1)[1:]:
            turn = heading + wobble * self._random.normal(size=3)
            at = at + length / n * turn / np.linalg.norm(turn)
            radius = round(float(radii[0] + share * (radii[1] - radii[0])), 4)
            parent = self.add(swc_type, at, radius, parent)
        return parent

    def fork(
        self,
        swc_type: int,
        parent: int,
        direction: tuple[float, float, float],
        levels: int,
        length: float,
        radius: float,
    ) -> None:
        """Add a tree that divides in two at the end of each branch."""
        end = self.branch(swc_type, parent, direction, length, (radius, 0.8 * radius))
        if levels > 1:
            for side in (1, -1):
                turned = np.array(direction) + side * self._random.uniform(0.3, 0.7, size=3)
                self.fork(swc_type, end, tuple(turned), levels - 1, 0.9 * length, 0.7 * radius)


def swc_text(seed: int = 5) -> str:
    """Return the skeleton as an SWC file; the apical dendrite points up in napari, against y."""
    cell = _Skeleton(seed)
    soma = cell.add(SOMA, np.zeros(3), 9.0, -1)
    hillock = cell.branch(AXON, soma, (0, 1, 0), 20, (1.5, 0.8), wobble=0)
    initial_segment = cell.branch(AXON, hillock, (0, 1, 0), 40, (0.7, 0.6), wobble=0.02)
    cell.branch(AXON, initial_segment, (0.1, 1, 0), 400, (0.5, 0.4))
    for angle in np.linspace(0, 2 * np.pi, 7)[:-1]:
        outwards = (float(np.cos(angle)), 0.4, float(np.sin(angle)))
        cell.fork(BASAL, soma, outwards, 3, 70, 0.9)
    trunk, radius = soma, 2.2
    for number in range(6):
        trunk = cell.branch(APICAL, trunk, (0, -1, 0), 100, (radius, radius - 0.2), wobble=0.04)
        radius -= 0.2
        if number < 5:
            sideways = (float(np.cos(2.4 * number)), -0.3, float(np.sin(2.4 * number)))
            cell.fork(APICAL, trunk, sideways, 2, 80, 0.6)
    for side in (1, -1):
        cell.fork(APICAL, trunk, (side * 0.6, -0.9, 0.2 * side), 4, 80, 0.8)
    lines = [" ".join(map(str, row)) for row in cell.rows]
    return "\n".join(["# made by napari-neuron's examples/l5_pyramidal.py; µm", *lines, ""])


def l5_cell(folder: Path) -> nn.Morphology:
    """Write the skeleton to a folder and read it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "l5_cell.swc"
    path.write_text(swc_text(), encoding="utf-8")
    return nn.read_morphology(path, units="um")


def _channel(name: str, gbar: object, region: object) -> nn.DensityMechanism:
    return nn.DensityMechanism(
        name=name, parameters=(nn.Parameter(name="gbar", value=gbar),), region=region
    )


def l5_paint() -> tuple[object, ...]:
    """Return what the membrane does: ten mechanisms, six layers of them with a profile."""

    axon = nn.SwcTypes(types=(AXON,))
    apical = nn.SwcTypes(types=(APICAL,))
    not_axon = nn.SwcTypes(types=(SOMA, BASAL, APICAL))
    calcium_cells = nn.SwcTypes(types=(SOMA, APICAL))
    along = {"along": "soma_distance"}
    return (
        nn.CableProperties(
            Ra=100,
            cm=nn.StepAt(before=1.0, beyond=1.8, at=50, **along),  # spines, beyond 50 µm
        ),
        nn.Passive(g=5e-5, e=-78),
        _channel(
            "l5_ih", nn.Exponential(offset=3e-5, amplitude=3e-5, length=250, **along), not_axon
        ),
        _channel(
            "l5_nat", nn.Exponential(offset=0.008, amplitude=0.25, length=-40, **along), not_axon
        ),
        _channel("l5_nat", nn.StepAt(before=1.2, beyond=0.1, at=70, **along), axon),
        _channel("l5_nap", 0.0001, axon),
        _channel(
            "l5_kv", nn.Exponential(offset=0.003, amplitude=0.15, length=-40, **along), not_axon
        ),
        _channel("l5_kv", nn.StepAt(before=0.6, beyond=0.06, at=70, **along), axon),
        _channel("l5_km", 0.0001, nn.Everywhere()),
        _channel(
            "l5_cahva",
            nn.Gaussian(offset=2e-5, amplitude=4e-4, centre=TUFT_BEGINS, width=80, **along),
            calcium_cells,
        ),
        _channel(
            "l5_calva",
            5e-4,
            nn.AllOf(regions=(apical, nn.PathDistance(origin="soma", minimum=500, maximum=750))),
        ),
        nn.DensityMechanism(name="l5_cadyn", region=calcium_cells),
        _channel("l5_sk", 0.002, calcium_cells),
        nn.Ions(ion="na", e=50),
        nn.Ions(ion="k", e=-85),
    )


def l5_experiment(mod_files: tuple[nn.ModFile, ...], *, amplitude: float = 0.45) -> nn.Experiment:
    """Return a 300 ms current step at the soma."""
    return nn.Experiment(
        paint=l5_paint(),
        mod_files=mod_files,
        stimuli=(nn.CurrentPulse(nodes=(1,), delay=100, duration=300, amplitude=amplitude),),
        recorders=(
            nn.VoltageRecorder(label="soma", node=1),
            nn.SpikeDetector(label="soma", node=1, threshold=-10),
        ),
        discretisation=nn.MaximumLength(length=20),
        run=nn.RunSettings(duration=450, celsius=34, v_init=-75, frame_interval=0.5),
    )


def draw(result: nn.SimulationResult, path: Path) -> None:
    """Draw the voltages."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 3.5))
    for trace in result.traces.values():
        axes.plot(trace.time, trace.values, lw=0.9, label=trace.label)
    axes.set(xlabel="ms", ylabel="mV")
    axes.legend(loc="upper right", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(folder: Path, *, agreed: bool) -> None:
    """Make the cell, compile the channels, run, and draw."""
    cell = l5_cell(folder)
    library = nn.compile_mod_files(MOD_FOLDER, agreed=agreed)
    experiment = l5_experiment(library.mod_files)
    experiment.save(folder / "l5_cell.json")
    result = nn.simulate(cell, experiment)
    spikes = result.spikes["soma"]
    print(f"{len(cell):,} nodes, {cell.cable_length:,.0f} µm of cable")
    print(f"{len(spikes)} spikes at the soma, at {np.round(spikes, 1).tolist()} ms")
    draw(result, folder / "l5_cell.png")
    print(f"wrote {folder / 'l5_cell.png'}")


if __name__ == "__main__":
    arguments = [word for word in sys.argv[1:] if word != "--compile"]
    main(Path(arguments[0] if arguments else "."), agreed="--compile" in sys.argv)
