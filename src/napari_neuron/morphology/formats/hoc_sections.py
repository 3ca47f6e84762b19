"""The nodes of hoc sections that have pt3d points and connections."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell, format_unit, without_gaps
from napari_neuron.morphology.formats.names import type_of_name
from napari_neuron.morphology.model import FloatArray

REMEDY = (
    "Only points given with pt3dadd and plain connect statements are read; in NEURON, write the "
    "cell in such a form, or as SWC"
)


@dataclass
class Section:
    """One section as the statements of a file leave it; points are x, y, z and diameter."""

    line: int
    points: list[tuple[float, float, float, float]] = field(default_factory=list)
    end: float = 0.0  # the end that is connected
    parent: str | None = None
    parent_x: float = 1.0
    connect_line: int = 0


class SectionNodes:
    """Turns sections into nodes: one for each point, and those where others are connected."""

    def __init__(self, sections: dict[str, Section], shown: str) -> None:
        self._sections = {name: one for name, one in sections.items() if one.points or one.parent}
        self._shown = shown

    def cell(self, header: tuple[str, ...]) -> FileCell:
        """Lay the nodes out section by section, parents first."""
        placed: dict[str, tuple[FloatArray, int]] = {}  # place of each point from 0 to 1, first row
        pieces: list[FloatArray] = []
        parents: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        types: list[int] = []
        hung: list[int] = []
        n = 0
        in_order = self._parents_first()
        cuts = self._cuts()
        for name in in_order:
            section = self._sections[name]
            points, arc = _with_cuts(np.array(section.points), cuts.get(name, []))
            onto = -1
            if section.parent is not None:
                onto = _row_at(*placed[section.parent], section.parent_x)
            placed[name] = (arc, n)
            parent = np.arange(n - 1, n - 1 + len(points))
            parent[0] = onto
            if section.end == 1.0 and section.parent is not None:  # hangs by its 1 end
                parent = np.arange(n + 1, n + 1 + len(points))
                parent[-1] = onto
            if section.parent is not None:
                hung.append(n + (len(points) - 1 if section.end == 1.0 else 0))
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

    def _parents_first(self) -> list[str]:
        children: dict[str | None, list[str]] = {}
        for name, section in self._sections.items():
            if not section.points:
                problem = f"section {name} is connected and has no pt3dadd points"
                raise SkeletonFileError(self._shown, section.line, problem, REMEDY + ".")
            if section.parent is not None and section.parent not in self._sections:
                problem = f"section {name} hangs on {section.parent}, which has no pt3dadd points"
                raise SkeletonFileError(self._shown, section.connect_line, problem, REMEDY + ".")
            children.setdefault(section.parent, []).append(name)
        in_order = list(children.get(None, ()))
        for name in in_order:  # grows while it is walked along
            in_order += children.get(name, ())
        if len(in_order) < len(self._sections):
            reached = set(in_order)
            lost = next(name for name in self._sections if name not in reached)
            problem = f"the parents of section {lost} lead round in a circle"
            line = self._sections[lost].connect_line
            raise SkeletonFileError(self._shown, line, problem, "Connect one to another.")
        return in_order

    def _cuts(self) -> dict[str, list[float]]:
        cuts: dict[str, list[float]] = {}
        for section in self._sections.values():
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
