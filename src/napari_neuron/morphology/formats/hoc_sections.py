"""The sections of a hoc file, and the nodes they become."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell, format_unit, without_gaps
from napari_neuron.morphology.formats.names import type_of_name
from napari_neuron.morphology.model import FloatArray

REMEDY = (
    "Only points given with pt3dadd and plain connect statements are read; in NEURON, write the "
    "cell in such a form, or as SWC."
)


@dataclass
class HocSection:
    """What a file says of one section."""

    line: int
    points: list[tuple[float, float, float, float]] = field(default_factory=list)
    """x, y, z and diameter of each."""
    end: float = 0.0
    """The end that is connected, 0 or 1."""
    parent: str | None = None
    parent_x: float = 1.0
    connect_line: int = 0


def cell_of_sections(
    sections: dict[str, HocSection], shown: str, header: tuple[str, ...]
) -> FileCell:
    """Make a node for each point, and one where another section is connected between two.

    Raises
    ------
    SkeletonFileError
        If a connected section has no points, or sections hang on each other in a circle.
    """
    sections = {name: one for name, one in sections.items() if one.points or one.parent}
    placed: dict[str, tuple[FloatArray, int]] = {}  # place of each point from 0 to 1, first row
    pieces: list[FloatArray] = []
    parents: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    types: list[int] = []
    hung: list[int] = []
    n = 0
    in_order = _parents_first(sections, shown)
    cuts = _cuts(sections)
    for name in in_order:
        section = sections[name]
        points, arc = _with_cuts(np.array(section.points), cuts.get(name, []))
        placed[name] = (arc, n)
        parent = np.arange(n - 1, n - 1 + len(points))
        first = 0
        if section.end == 1.0 and section.parent is not None:  # hangs by its 1 end
            parent = np.arange(n + 1, n + 1 + len(points))
            first = len(points) - 1
        parent[first] = -1
        if section.parent is not None:
            parent[first] = _row_at(*placed[section.parent], section.parent_x)
            hung.append(n + first)
        pieces.append(points)
        parents.append(parent)
        types += [type_of_name(name) or 0] * len(points)
        n += len(points)
    everything = np.concatenate(pieces)
    cell = FileCell(
        name=None,
        node_id=np.arange(1, n + 1),
        parent=np.concatenate(parents),
        swc_type=np.array(types, dtype=np.int64),
        position=everything[:, :3],
        radius=0.5 * everything[:, 3],
        header=header,
        unit=format_unit("hoc"),
    )
    return without_gaps(cell, np.array(hung, dtype=np.int64), "sections")


def _parents_first(sections: dict[str, HocSection], shown: str) -> list[str]:
    children: dict[str | None, list[str]] = {}
    for name, section in sections.items():
        if not section.points:
            problem = f"section {name} is connected and has no pt3dadd points"
            raise SkeletonFileError(shown, section.line, problem, REMEDY)
        if section.parent is not None and section.parent not in sections:
            problem = f"section {name} hangs on {section.parent}, which has no pt3dadd points"
            raise SkeletonFileError(shown, section.connect_line, problem, REMEDY)
        children.setdefault(section.parent, []).append(name)
    in_order = list(children.get(None, ()))
    for name in in_order:  # grows while it is walked along
        in_order += children.get(name, ())
    if len(in_order) < len(sections):
        reached = set(in_order)
        lost = next(name for name in sections if name not in reached)
        problem = f"the parents of section {lost} lead round in a circle"
        line = sections[lost].connect_line
        raise SkeletonFileError(shown, line, problem, "Connect one to another.")
    return in_order


def _cuts(sections: dict[str, HocSection]) -> dict[str, list[float]]:
    cuts: dict[str, list[float]] = {}
    for section in sections.values():
        if section.parent is not None and 0 < section.parent_x < 1:
            cuts.setdefault(section.parent, []).append(section.parent_x)
    return cuts


def _with_cuts(points: FloatArray, cuts: list[float]) -> tuple[FloatArray, FloatArray]:
    """Return points and their places from 0 to 1, with one at each cut."""
    step = np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1)
    arc = np.concatenate([[0.0], np.cumsum(step)])
    if arc[-1] == 0:
        return points, np.linspace(0, 1, len(points)) if len(points) > 1 else np.zeros(1)
    arc /= arc[-1]
    new = [cut for cut in sorted(set(cuts)) if np.abs(arc - cut).min() > 1e-9]
    places = np.sort(np.concatenate([arc, new]), kind="stable")
    if not new:
        return points, arc
    values = np.column_stack([np.interp(new, arc, column) for column in points.T])
    at = np.searchsorted(arc, new)
    return np.insert(points, at, values, axis=0), places


def _row_at(arc: FloatArray, first: int, x: float) -> int:
    if x == 1.0:
        return first + len(arc) - 1
    return first + int(np.argmin(np.abs(arc - x)))
