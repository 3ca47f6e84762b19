"""The outlines of tubes in a slice, and of cable near it; pure numpy.

An edge is treated as all spheres along it, with a radius that changes linearly from one node to the
other. The slice cuts each sphere in a disk, and the union of the disks along an edge is convex, so
its outline is found exactly from how far it reaches in each direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EdgeParts:
    """Parts of edges on one side of the slice, or in it; two ends each."""

    edge: IntArray  # (n,) which edge
    begin: Floats  # (n, 2) µm, on the slice
    end: Floats
    radius: Floats  # (2, n) µm
    off: Floats  # (2, n) µm from the slice
    along: Floats  # (2, n) where on the edge, 0 to 1

    def rows(self, rows: IntArray) -> EdgeParts:
        """Return some of the parts."""
        return EdgeParts(
            self.edge[rows],
            self.begin[rows],
            self.end[rows],
            self.radius[:, rows],
            self.off[:, rows],
            self.along[:, rows],
        )


@dataclass(frozen=True, eq=False)
class Outlines:
    """Corners of outlines, and after them the points of their axes; arrays (n, corners, ...)."""

    edge: IntArray  # (n,)
    centre: Floats  # (n, corners, 2) µm, the middle of the disk that reaches farthest
    direction: Floats  # (n, corners, 2) unit vectors; 0 on the axis
    disk: Floats  # (n, corners) µm, its radius
    off: Floats  # (n, corners) µm from the slice; 0 where it is cut
    along: Floats  # (n, corners)
    rank: Floats  # (n, corners) µm from the axis of the tube


def outlines_of(parts: EdgeParts, *, rich: bool, whole: bool = False) -> Outlines:
    """Return the outlines of parts in the slice; ``whole``: of what they look like from afar."""
    off = np.zeros_like(parts.off) if whole else parts.off
    # a sphere reaches the slice where its radius is more than its distance
    more = parts.radius - off
    with np.errstate(divide="ignore", invalid="ignore"):
        touches = more[0] / (more[0] - more[1])
    t_low = np.where(more[0] < 0, touches, 0.0)
    t_high = np.where(more[1] < 0, touches, 1.0)
    kept = np.flatnonzero(more.max(axis=0) > 0)
    parts, off, t_low, t_high = parts.rows(kept), off[:, kept], t_low[kept], t_high[kept]

    way = parts.end - parts.begin
    length = np.sqrt(np.einsum("ij,ij->i", way, way))
    forward = np.tile((1.0, 0.0), (len(way), 1))
    np.divide(way, length[:, None], out=forward, where=length[:, None] > 1e-12)
    # in each direction: the largest of  t * pull + sqrt(a t^2 + b t + c),  the disk's radius
    step, drift = parts.radius[1] - parts.radius[0], off[1] - off[0]
    a = step**2 - drift**2
    b = 2 * (parts.radius[0] * step - off[0] * drift)
    c = parts.radius[0] ** 2 - off[0] ** 2
    centre = (t_low + t_high) / 2
    disk = np.sqrt(np.maximum((a * centre**2 + b * centre + c), 1e-18))
    narrows = -(2 * a * centre + b) / (2 * disk * np.maximum(length, 1e-12))
    narrows = np.where(length > 1e-12, narrows, 0.0)  # a disk is as round everywhere
    stretch = np.maximum((t_high - t_low) * length / (2 * disk), 1.0)
    angle = _angles(np.arccos(np.clip(narrows, -1, 1)), stretch, rich)
    cos, sin = np.cos(angle), np.sin(angle)
    pull = length[:, None] * cos
    a, b, c, t_low, t_high = (x[:, None] for x in (a, b, c, t_low, t_high))
    best = _where_farthest(pull, (a, b, c), (t_low, t_high), whole)
    disk = np.sqrt(np.maximum(a * best**2 + b * best + c, 0.0))
    forward = forward[:, None]
    centre = parts.begin[:, None] + (best * length[:, None])[:, :, None] * forward
    direction = cos[:, :, None] * forward + sin[:, :, None] * forward[:, :, ::-1] * (-1.0, 1.0)
    # what is left of the axis mirrors what is right of it: one row of points on it serves both
    on_axis = slice(0, best.shape[1] // 2 + 1)
    away = parts.off[0][:, None] + best * (parts.off[1] - parts.off[0])[:, None]
    thick = parts.radius[0][:, None] + best * step[:, None]
    # what is near is drawn under what is cut
    shown = np.maximum(away, 1e-6) if whole else np.zeros(best.shape)

    def with_axis(outline: Floats, axis: Floats) -> Floats:
        return np.concatenate([outline, axis[:, on_axis]], axis=1)

    along = parts.along[0][:, None] + best * (parts.along[1] - parts.along[0])[:, None]
    return Outlines(
        edge=parts.edge,
        centre=with_axis(centre, centre),
        direction=with_axis(direction, np.zeros_like(direction)),
        disk=with_axis(disk, disk),
        off=with_axis(shown, shown),
        along=with_axis(along, along),
        rank=with_axis(thick, away),
    )


def _where_farthest(
    pull: Floats, abc: tuple[Floats, Floats, Floats], ends: tuple[Floats, Floats], whole: bool
) -> Floats:
    """Return the t between the ends at which ``t * pull + sqrt(a t^2 + b t + c)`` is largest.

    ``whole``: cones seen from afar reach farthest at their ends. All are (n, angles) or (n, 1).
    """
    a, b, c = abc
    candidates = list(ends)
    if not whole:
        with np.errstate(all="ignore"):
            middle = -b / (2 * a)
            turn = np.sqrt(pull**2 * (c - b**2 / (4 * a)) / (a * (a - pull**2)))
            level = (b**2 / (4 * pull**2) - c) / b  # where a is 0
        candidates += [middle + turn, middle - turn, level]
    best = np.broadcast_to(ends[0], pull.shape)
    farthest = np.full(pull.shape, -np.inf)
    for t in candidates:
        t = np.clip(np.nan_to_num(t, nan=0.0), *ends)
        how_far = t * pull + np.sqrt(np.maximum(a * t * t + b * t + c, 0.0))
        best = np.where(how_far > farthest, t, best)
        farthest = np.maximum(how_far, farthest)
    return best


def _angles(side: Floats, stretch: Floats, rich: bool) -> Floats:
    """Return the directions (from the way of the edge) in which outlines get their corners.

    Parameters
    ----------
    side
        (n,) directions in which the middle of each part reaches farthest.
    stretch
        (n,) how much longer parts are than wide: long ones are round close to ``side`` only.
    rich
        Whether there are to be many corners.
    """
    steps = (0, 30, 60) if rich else (0, 45)
    stretched = (22.5, 45, 67.5) if rich else ()
    turn = [np.full(len(side), np.radians(degrees)) for degrees in steps]
    turn += [np.arctan(stretch * np.tan(np.radians(degrees))) for degrees in stretched]
    turn.append(np.full(len(side), np.pi / 2 - 1e-7))  # just before, and just behind
    part = np.sort(turn, axis=0).T / (np.pi / 2)
    side = side[:, None]
    left = np.concatenate([side * part, np.pi - (np.pi - side) * part[:, ::-1]], axis=1)
    return np.concatenate([left, -left[:, -2:0:-1]], axis=1)
