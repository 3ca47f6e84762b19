"""A sphere as triangles; pure numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray


def unit_sphere(count: int) -> tuple[npt.NDArray[np.float64], IntArray]:
    """Return a unit sphere, an octahedron refined the less the more of them are drawn.

    Returns
    -------
    vertices : (n, 3) float64
    faces : (m, 3) int64
    """
    vertices = np.array(
        [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64
    )
    faces = np.array(
        [
            [0, 2, 4],
            [2, 1, 4],
            [1, 3, 4],
            [3, 0, 4],
            [2, 0, 5],
            [1, 2, 5],
            [3, 1, 5],
            [0, 3, 5],
        ],
        dtype=np.int64,
    )
    for _ in range(3 if count <= 100 else 1 if count <= 10_000 else 0):
        edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        edges, which = np.unique(edges, axis=0, return_inverse=True)
        middles = vertices[edges].sum(axis=1)
        middles /= np.linalg.norm(middles, axis=1, keepdims=True)
        ab, bc, ca = (len(vertices) + which.reshape(-1, 3)).T
        a, b, c = faces.T
        vertices = np.concatenate([vertices, middles])
        faces = np.concatenate(
            [np.stack(f, axis=1) for f in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))]
        )
    return vertices, faces
