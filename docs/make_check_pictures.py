"""Make the pictures of flywire.md and neuromorpho.md: from open to the first spike.

The files are made here: a fly neuron as FlyWire gives it, and a cell as NeuroMorpho gives it.
"""

import tempfile
from pathlib import Path

import napari
import navis
import numpy as np
from qtpy.QtWidgets import QApplication

import napari_neuron as nn
from napari_neuron import demo

IMAGES = Path(__file__).parent / "images"


def write_flywire_like(path: Path) -> None:
    """Write a hemibrain neuron in nm, without a soma, with holes in its radii and two gaps."""
    cell = nn.Morphology.from_navis(navis.example_neurons(1, kind="skeleton").convert_units("um"))
    chance = np.random.default_rng(5)
    radius = cell.radius.copy()
    radius[chance.choice(len(cell), 400, replace=False)] = 0
    radius[cell.swc_type == 1] = cell.radius[cell.swc_type == 1]
    parent = cell.parent.copy()
    inner = np.flatnonzero((cell.n_children == 1) & (cell.edge_length > 0) & (parent >= 0))
    parent[chance.choice(inner, 2, replace=False)] = -1
    rows = zip(
        cell.node_id,
        (1000 * cell.position).round().astype(int),
        (1000 * radius).round().astype(int),
        np.where(parent < 0, -1, cell.node_id[parent]),
        strict=True,
    )
    lines = [f"{i} 0 {x} {y} {z} {r} {p}" for i, (x, y, z), r, p in rows]
    path.write_text("\n".join(lines) + "\n")


def write_neuromorpho_like(path: Path) -> None:
    """Write a small pyramidal cell with a soma of three points, a pinch and some twigs."""
    chance = np.random.default_rng(3)
    rows = [(1, 0, 0, 0, 8.0, -1), (1, 0, 8, 0, 8.0, 1), (1, 0, -8, 0, 8.0, 1)]

    def grow(kind: int, parent: int, way: np.ndarray, radius: float, n: int, forks: int) -> None:
        at = np.array(rows[parent - 1][1:4], dtype=float)
        for step in range(n):
            way = way + chance.normal(0, 0.12, 3)
            way /= np.linalg.norm(way)
            at = at + 8 * way
            rows.append((kind, *at.round(2), round(radius * (1 - 0.4 * step / n), 3), parent))
            parent = len(rows)
            if kind != 2 and chance.random() < 0.04:
                rows.append((kind, *(at + 0.4).round(2), 0.2, parent))  # a spine
        if forks:
            for _ in range(2):
                turned = way + chance.normal(0, 0.6, 3)
                grow(kind, parent, turned / np.linalg.norm(turned), 0.7 * radius, n, forks - 1)

    grow(4, 1, np.array([0.0, 1, 0]), 1.8, 30, 2)
    for angle in (0.5, 2.2, 3.9, 5.4):
        grow(3, 1, np.array([np.cos(angle), -0.6, np.sin(angle)]), 1.0, 12, 2)
    grow(2, 1, np.array([0.0, -1, 0.2]), 0.6, 60, 0)
    pinched = 15
    rows[pinched] = (*rows[pinched][:4], 0.1, rows[pinched][5])
    lines = [f"{i} " + " ".join(map(str, row)) for i, row in enumerate(rows, start=1)]
    path.write_text("# Original file made.swc edited using StdSwc\n" + "\n".join(lines) + "\n")


def open_in_window(path: Path):
    """Open a file in napari with both dock widgets."""
    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(1500, 1000)
    viewer.open(str(path), plugin="napari-neuron")
    _, simulation = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    _, traces = viewer.window.add_plugin_dock_widget("napari-neuron", "Traces")
    wait_for(simulation)
    viewer.reset_view()
    demo.settle(0.3)
    return viewer, simulation, traces


def wait_for(simulation) -> None:
    """Wait for the check, the preview and the layers."""
    panel = simulation.cell_tab.check
    demo.settle(0.5)
    while panel.is_busy or simulation.layers.is_busy:
        QApplication.processEvents()
    demo.settle(0.3)


def mend(simulation, code: str, **parameters) -> None:
    """Choose a finding, and apply the repair that is suggested first."""
    show(simulation, code, **parameters)
    simulation.cell_tab.check.repair.apply_button.click()
    wait_for(simulation)


def show(simulation, code: str, **parameters) -> None:
    """Click a finding, and type the parameters of the suggested repair."""
    panel = simulation.cell_tab.check
    row = [finding.code for finding in panel.findings].index(code)
    panel.list.setCurrentRow(row)
    panel.fly_to_all()
    if parameters:
        form = panel.repair.form
        changed = form.value.replace(**parameters)
        form.set_value(changed)
        form.changed.emit(changed)
    wait_for(simulation)


def run_a_spike(simulation, soma: int, amplitude: float) -> None:
    """Paint Hodgkin-Huxley channels, inject a pulse at the soma, record there, run."""
    session = simulation.session
    session.edit(
        session.experiment.replace(
            paint=(nn.CableProperties(Ra=100, cm=1), nn.HodgkinHuxley()),
            stimuli=(nn.CurrentPulse(nodes=(soma,), delay=5, duration=2, amplitude=amplitude),),
            recorders=(
                nn.VoltageRecorder(label="soma", node=soma),
                nn.SpikeDetector(label="soma", node=soma),
            ),
            run=nn.RunSettings(duration=25, v_init=-65),
        )
    )
    simulation.run()
    result = demo.wait_for_the_end(session)
    demo.settle(1)
    print(session.experiment.cells[0].repairs, "spikes at", result.spikes["soma"])


def picture(viewer, name: str) -> None:
    """Write a picture of the window."""
    demo.settle(0.5)
    demo.window_screenshot(viewer, IMAGES / f"{name}.png")


def flywire(folder: Path) -> None:
    """From open to the first spike: a neuron in nm."""
    path = folder / "flywire.swc"
    write_flywire_like(path)
    viewer, simulation, _ = open_in_window(path)
    picture(viewer, "flywire-opened")
    show(simulation, "radius-not-positive")
    picture(viewer, "check-radii")
    mend(simulation, "radius-not-positive")
    show(simulation, "several-trees")
    simulation.cell_tab.check.next_button.click()
    picture(viewer, "check-trees")
    mend(simulation, "several-trees")
    mend(simulation, "no-soma")
    simulation.cell_tab.check.list.setCurrentRow(-1)
    simulation.grab().save(str(IMAGES / "check-done.png"))
    viewer.reset_view()
    cell = simulation.session.cells[0]
    run_a_spike(simulation, int(cell.node_id[cell.swc_type == 1][0]), 1.0)
    viewer.dims.set_point(0, 6)
    simulation.tabs.setCurrentWidget(simulation.inputs_tab)
    simulation.inputs_tab.editor.list.setCurrentRow(0)
    picture(viewer, "check-spike")
    viewer.close()


def neuromorpho(folder: Path) -> None:
    """From open to the first spike: a cell with a soma of three points."""
    path = folder / "neuromorpho.swc"
    write_neuromorpho_like(path)
    viewer, simulation, _ = open_in_window(path)
    picture(viewer, "neuromorpho-opened")
    show(simulation, "pinch")
    simulation.cell_tab.check.next_button.click()
    picture(viewer, "check-pinch")
    mend(simulation, "pinch")
    show(simulation, "twigs")
    picture(viewer, "check-twigs")
    mend(simulation, "twigs")
    viewer.reset_view()
    run_a_spike(simulation, 1, 5.0)
    viewer.dims.set_point(0, 6.2)
    simulation.tabs.setCurrentWidget(simulation.recorders_tab)
    picture(viewer, "check-neuromorpho")
    viewer.close()


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        flywire(Path(folder))
        neuromorpho(Path(folder))


if __name__ == "__main__":
    main()
