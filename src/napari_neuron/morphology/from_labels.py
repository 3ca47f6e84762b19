"""Makes a cell from a volume of labels: thinned to its centre line, with radii from distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import Morphology, depths

Say = Callable[[str, float], None]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


def skeletonise(
    labels: Any,
    label: int,
    voxel: tuple[float, float, float],
    *,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    name: str | None = None,
    progress: Say | None = None,
) -> Morphology:
    """Return the skeleton of one label of a volume.

    The voxels of the label are thinned (scikit-image's `skeletonize`, after Lee et al. 1994), and
    the remaining voxels make a tree. A node's radius is its distance to the nearest voxel outside
    the label; the edge of the volume does not count as a border. Twigs that barely leave their
    cable are cut off, voxel steps are smoothed, and nodes in a row are thinned to about half a
    radius apart. The root is the thickest end.

    If the label is in several pieces, the largest is used.

    Parameters
    ----------
    labels : (z, y, x) integers
        An array, or anything that can be sliced like one (dask, zarr); read in slabs along z.
    label
        Which.
    voxel
        Size of a voxel along z, y, x, µm.
    origin
        z, y, x of the centre of the first voxel, µm.
    name
        Name of the cell; "label 12" by default.
    progress
        Called with the next step and the fraction done (0 to 1).

    Returns
    -------
    Morphology
        In µm, with no soma.

    Raises
    ------
    MorphologyError
        If the label does not exist or has no extent.
    """
    say = progress or (lambda text, done: None)
    if len(labels.shape) != 3:
        raise MorphologyError(f"labels have {len(labels.shape)} axes, not z, y, x")
    mask, corner = crop(labels, label, say)
    place = np.asarray(origin) + corner * np.asarray(voxel)
    return skeleton_of(mask, label, voxel, origin=place, name=name or f"label {label}", say=say)


def skeleton_of(
    mask: npt.NDArray[np.bool_],
    label: int,
    voxel: tuple[float, float, float],
    *,
    origin: Floats,
    name: str,
    say: Say,
) -> Morphology:
    """Return the skeleton of the voxels that `crop` has found; as `skeletonise`."""
    say("Finding its largest piece", 0.3)
    mask, n_pieces = _largest_piece(mask)
    say("Smoothing it", 0.35)
    smooth = _without_roughness(mask)
    say("Measuring its thickness", 0.4)
    # of what was rounded off too, which would make thin cable thinner;
    # a voxel's middle is half a voxel nearer to the border than to the voxel behind it
    thickness = ndimage.distance_transform_edt(mask | smooth, sampling=voxel) - min(voxel) / 2
    say("Thinning", 0.6)
    line = np.argwhere(_thinned(smooth))
    if len(line) < 2:
        raise MorphologyError(
            f"label {label} is too small for a skeleton: its {mask.sum():,} voxels have no centre "
            f"line"
        )
    say("Making a tree", 0.9)
    place = line * np.asarray(voxel, dtype=float)
    radius = np.maximum(thickness[tuple(line.T)], min(voxel) / 2)
    tree = _with_fewer_nodes(_smoothed(_without_twigs(_tree_of(line, place, radius), max(voxel))))
    pieces = "" if n_pieces == 1 else f", the largest of {n_pieces} pieces"
    size = " x ".join(f"{1000 * v:.4g}" for v in voxel)
    return Morphology(
        node_id=np.arange(1, len(tree.parent) + 1),
        parent=tree.parent,
        swc_type=np.zeros(len(tree.parent), dtype=np.int64),
        position=(tree.place + origin)[:, ::-1],
        radius=tree.radius,
        name=name,
        header=(f"skeleton of label {label}{pieces}, voxels of {size} nm (z, y, x)",),
        unit="um",
        unit_evidence="voxel size of the labels",
    )


def crop(labels: Any, label: int, say: Say) -> tuple[npt.NDArray[np.bool_], Any]:
    """Return the label's voxels in its bounding box, one voxel wider, and the box's corner."""
    depth, height, width = labels.shape
    step = max(1, 16_000_000 // max(1, height * width))
    low, high = np.array(labels.shape), np.zeros(3, dtype=np.int64)
    slabs: list[tuple[npt.NDArray[np.bool_], Rows]] = []
    for start in range(0, depth, step):
        say(f"Looking for label {label}", 0.3 * start / depth)
        found = np.asarray(labels[start : start + step]) == label
        boxes = ndimage.find_objects(found.astype(np.uint8))
        if not boxes:
            continue
        at = np.array([s.start for s in boxes[0]])
        at[0] += start
        slabs.append((found[boxes[0]].copy(), at))
        low = np.minimum(low, at)
        high = np.maximum(high, at + found[boxes[0]].shape)
    if not slabs:
        raise MorphologyError(f"there is no label {label} in this volume; choose another")
    low, high = np.maximum(low - 1, 0), np.minimum(high + 1, labels.shape)
    mask = np.zeros(high - low, dtype=bool)
    for found, at in slabs:
        mask[tuple(slice(a, a + n) for a, n in zip(at - low, found.shape, strict=True))] = found
    return mask, low


def _largest_piece(
    mask: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.bool_], int]:
    pieces, n_pieces = ndimage.label(mask, np.ones((3, 3, 3)))
    if n_pieces == 1:
        return mask, 1
    return pieces == np.bincount(pieces.ravel())[1:].argmax() + 1, int(n_pieces)


def _without_roughness(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Fill holes and round off a surface of voxels, each bump of which would make a twig."""
    soft = ndimage.gaussian_filter(mask.astype(np.float32), 1.5, mode="nearest")
    # thin cable, which that would wear away, stays as it is
    thick = ndimage.binary_dilation(soft > 0.5, iterations=3)
    smooth = np.where(thick, soft > 0.5, mask)
    # holes are what the outside does not reach (binary_fill_holes does the same, slowly)
    outside, _ = ndimage.label(~np.pad(smooth, 1))
    filled = outside[1:-1, 1:-1, 1:-1] != outside[0, 0, 0]
    return _largest_piece(filled)[0]


def _thinned(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    from skimage.morphology import skeletonize

    thin: npt.NDArray[np.bool_] = np.asarray(skeletonize(mask)) > 0
    return thin


class _Tree:
    """A skeleton on its way: place (n, 3) z, y, x in µm, radius (n,), parent (n,) rows."""

    def __init__(self, place: Floats, radius: Floats, parent: Rows) -> None:
        self.place, self.radius, self.parent = place, radius, parent

    @property
    def n_children(self) -> Rows:
        parent = self.parent[self.parent >= 0]
        return np.bincount(parent, minlength=len(self.parent)).astype(np.int64)

    def only(self, kept: npt.NDArray[np.bool_]) -> _Tree:
        """Drop nodes; their children attach to the node above."""
        parent = self.parent.copy()
        while True:
            hanging = np.flatnonzero((parent >= 0) & ~kept[parent])
            if not len(hanging):
                break
            parent[hanging] = self.parent[parent[hanging]]
        row = np.append(np.cumsum(kept) - 1, -1)  # -1 stays -1
        return _Tree(self.place[kept], self.radius[kept], row[parent[kept]])


def _tree_of(line: Rows, place: Floats, radius: Floats) -> _Tree:
    """Return the shortest tree over neighbouring voxels, from its thickest end."""
    pairs = cKDTree(line).query_pairs(1.8, output_type="ndarray")
    length = np.linalg.norm(place[pairs[:, 0]] - place[pairs[:, 1]], axis=1)
    graph = sparse.csr_matrix((length, pairs.T), shape=(len(line), len(line)))
    tree = csgraph.minimum_spanning_tree(graph)
    tree = (tree + tree.T).tocsr()
    ends = np.flatnonzero(np.diff(tree.indptr) == 1)
    root = int(ends[radius[ends].argmax()]) if len(ends) else 0
    order, above = csgraph.breadth_first_order(tree, root, directed=False)
    reached = np.zeros(len(line), dtype=bool)
    reached[order] = True
    parent = np.where(above < 0, -1, above).astype(np.int64)
    return _Tree(place, radius, parent).only(reached)


def _without_twigs(tree: _Tree, step: float) -> _Tree:
    """Cut off twigs that barely leave their cable: the shortest of each fork, repeatedly."""
    while True:
        n_children, parent = tree.n_children, tree.parent
        edge = np.where(parent >= 0, _norm(tree.place - tree.place[parent]), 0.0)
        shortest: dict[int, tuple[float, list[int]]] = {}
        for tip in np.flatnonzero((n_children == 0) & (parent >= 0)).tolist():
            rows, row, length = [], tip, 0.0
            while n_children[row] < 2 and parent[row] >= 0:
                rows.append(row)
                length += edge[row]
                row = int(parent[row])
            hardly = length < 2 * tree.radius[row] + 5 * step
            if n_children[row] > 1 and hardly and length < shortest.get(row, (np.inf,))[0]:
                shortest[row] = length, rows
        if not shortest:
            return tree
        kept = np.ones(len(parent), dtype=bool)
        kept[[row for _, rows in shortest.values() for row in rows]] = False
        tree = tree.only(kept)


def _norm(vectors: Floats) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return lengths


def _smoothed(tree: _Tree, rounds: int = 4) -> _Tree:
    """Smooth the voxel steps of unbranched runs; ends and branch points stay."""
    place = tree.place.copy()
    inner = np.flatnonzero((tree.n_children == 1) & (tree.parent >= 0))
    child = np.zeros(len(place), dtype=np.int64)
    below = np.flatnonzero(tree.parent >= 0)
    child[tree.parent[below]] = below
    for _ in range(rounds):
        place[inner] = (place[tree.parent[inner]] + 2 * place[inner] + place[child[inner]]) / 4
    return _Tree(place, tree.radius, tree.parent)


def _with_fewer_nodes(tree: _Tree) -> _Tree:
    """Thin unbranched runs to nodes half a radius apart."""
    n_children, parent = tree.n_children, tree.parent
    kept = (n_children != 1) | (parent < 0)
    since = np.zeros(len(parent))  # cable since the last node that is kept
    for row in np.argsort(depths(parent), kind="stable").tolist():
        above = parent[row]
        if above < 0:
            continue
        before = 0.0 if kept[above] else since[above]
        since[row] = before + np.linalg.norm(tree.place[row] - tree.place[above])
        if since[row] >= 0.5 * tree.radius[row]:
            kept[row] = True
    return tree.only(kept)
