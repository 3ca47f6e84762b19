"""Voltage on electron microscopy: from a labelled volume to a simulated neuron in its slices.

One label of a volume is skeletonised, simulated with a current pulse at one end, and shown in the
slices of the volume and in 3D. The volume is a piece of fly medulla (FIB-SEM, 10 nm voxels, Janelia
FlyEM) if FOLDER/fib25_medulla_training2 is there, otherwise one that is made here: noise in the
greys of EM with a branched neurite in it.

    python examples/em_overlay.py [OUTPUT [FOLDER]]

writes slice-z.png, slice-y.png, slice-x.png and 3d.png, taken at the peak of the voltage. FOLDER is
../shared/data/em beside this repository unless named.
"""

import gzip
import io
import sys
from pathlib import Path

import numpy as np

import napari_neuron as nn
from napari_neuron.view import jump_to_node

VOXEL = (0.01, 0.01, 0.01)  # µm, z, y, x
NEURON = 24720
"""A neurite of that volume that runs through all of it; the one made here has the same label."""


def fly_medulla(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return image and labels (z, y, x) of the piece of medulla."""
    import h5py
    import imageio.v3 as imageio

    pictures = sorted((folder / "grayscale_maps").glob("iso.*.png"))
    image = np.stack([imageio.imread(path) for path in pictures])
    with gzip.open(folder / "groundtruth.h5.gz") as packed:
        truth = h5py.File(io.BytesIO(packed.read()))
    pieces, body = truth["stack"][: len(image)], truth["transforms"][:]
    label_of_piece = np.zeros(max(body.max(), pieces.max()) + 1, dtype=np.int32)
    label_of_piece[body[:, 0]] = body[:, 1]
    return image, label_of_piece[pieces]


def made_up(shape: tuple[int, int, int] = (100, 200, 200)) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and labels of that kind: tissue of noise, and a neurite with a branch."""
    from scipy import ndimage

    random = np.random.default_rng(4)
    along = np.linspace(0, 1, 400)
    trunk = np.stack([20 + 60 * along, 100 + 50 * np.sin(5 * along), 199 * along])
    branch = np.stack([50 + 45 * along, 125 + 70 * along**2, 100 + 40 * along])
    axes = np.zeros(shape, dtype=bool)
    for line, thin in ((trunk, 1.0), (branch, 0.5)):
        axes[tuple(np.round(line * [[thin], [1], [1]]).astype(int))] = True
    distance = ndimage.distance_transform_edt(~axes)
    labels = np.where(distance < 12, NEURON, 0).astype(np.int32)
    texture = ndimage.gaussian_filter(random.normal(size=shape), 1.5)
    cells = ndimage.gaussian_filter(random.normal(size=shape), 9)
    membranes = np.abs(cells) < 0.08 * np.abs(cells).max()
    grey = 160 + 90 * texture - 50 * membranes - 90 * (np.abs(distance - 12) < 2)
    return np.clip(grey, 0, 255).astype(np.uint8), labels


def simulated(cell: nn.Morphology) -> nn.SimulationResult:
    """Return a run of the cell with a pulse of current at its root."""
    root = int(cell.node_id[cell.roots[0]])
    far = int(cell.node_id[cell.path_distance.argmax()])
    return nn.simulate(
        cell,
        nn.Experiment(
            paint=[
                # Two micrometres of real cable have one voltage. For a gradient to be seen in so
                # small a piece, its resistivity is a hundred times that of cytoplasm.
                nn.CableProperties(Ra=20_000, cm=1),
                nn.Passive(g=1e-2, e=-60),
            ],
            stimuli=[nn.CurrentPulse(nodes=[root], delay=0.5, duration=1.5, amplitude=0.004)],
            recorders=[
                nn.VoltageRecorder(label="root", node=root),
                nn.VoltageRecorder(label="far end", node=far),
            ],
            discretisation=nn.MaximumLength(length=0.1),
            run=nn.RunSettings(duration=3, v_init=-60),
        ),
    )


def draw(image: np.ndarray, labels: np.ndarray, result: nn.SimulationResult, to: Path) -> None:
    """Write pictures of the slices through the middle of the cell, and of the cell in 3D."""
    import napari

    cell = result.cell
    place = {"scale": VOXEL, "units": ("um",) * 3, "axis_labels": ("z", "y", "x")}
    viewer = napari.Viewer()
    viewer.window.resize(1200, 900)
    viewer.add_image(image, name="EM", **place)
    viewer.add_labels(labels, name="labels", opacity=0.2, visible=False, **place)
    nn.show(result, viewer)
    layer = viewer.layers[f"{cell.name} voltage"]
    layer.slab = 0.3
    viewer.scale_bar.visible = True
    viewer.dims.set_point(0, 1.9)  # just before the pulse ends
    middle = int(cell.node_id[np.abs(cell.path_distance - cell.path_distance.max() / 3).argmin()])
    viewer.dims.ndisplay = 2
    for name, order in {"z": (0, 1, 2, 3), "y": (0, 2, 1, 3), "x": (0, 3, 1, 2)}.items():
        viewer.dims.order = order
        viewer.reset_view()
        zoom = viewer.camera.zoom
        jump_to_node(viewer, cell, middle)
        viewer.reset_view()
        viewer.camera.zoom = zoom
        viewer.screenshot(str(to / f"slice-{name}.png"), flash=False)
    viewer.dims.order = (0, 1, 2, 3)
    viewer.dims.ndisplay = 3
    viewer.camera.angles = (-20, 35, 60)
    viewer.layers["EM"].depiction = "plane"
    viewer.layers["EM"].plane.position = tuple(n / 2 for n in image.shape)
    viewer.screenshot(str(to / "3d.png"), flash=False)
    viewer.close()


def main(to: Path, folder: Path) -> None:
    """Skeletonise, simulate, say what came out, and write the pictures."""
    there = folder / "fib25_medulla_training2"
    image, labels = fly_medulla(there) if there.is_dir() else made_up()
    cell = nn.skeletonise(labels, NEURON, VOXEL)
    print(f"{cell}: {cell.header[0]}")
    result = simulated(cell)
    for trace in result.traces.values():
        print(f"{trace.label}: {trace.values.min():.1f} to {trace.values.max():.1f} {trace.unit}")
    to.mkdir(parents=True, exist_ok=True)
    draw(image, labels, result, to)
    print(f"wrote slice-z.png, slice-y.png, slice-x.png and 3d.png into {to}")


if __name__ == "__main__":
    beside = Path(__file__).parents[2] / "shared" / "data" / "em"
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else "em_overlay"),
        Path(sys.argv[2]) if len(sys.argv) > 2 else beside,
    )
