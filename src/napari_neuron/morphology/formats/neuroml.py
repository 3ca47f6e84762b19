"""NeuroML cells: segments with a distal and perhaps a proximal end, in µm.

Reads version 2 and version 1 (MorphML, also within NeuroML 1). In version 1, a segment names its
parent and its cable in attributes, and groups consist of cables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell, format_unit, without_gaps
from napari_neuron.morphology.formats.names import type_of_name
from napari_neuron.morphology.formats.xml import Elements, parse
from napari_neuron.morphology.model import (
    APICAL_DENDRITE,
    AXON,
    BASAL_DENDRITE,
    SOMA,
    IntArray,
)

_REMEDY = "Correct the segment; validate the file with pynml -validate."
_CELLS = ("cell", "cell2CaPools")
_TERMS = {"GO:0043025": SOMA, "GO:0030424": AXON, "GO:0030425": BASAL_DENDRITE}

_Point = tuple[float, float, float, float]


@dataclass
class _Segment:
    number: int
    line: int
    name: str
    parent: int | None = None
    along: float = 1.0
    proximal: _Point | None = None
    distal: _Point | None = None
    cable: str | None = None


@dataclass
class _Group:
    name: str
    term: str
    members: list[int] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    cables: list[str] = field(default_factory=list)


@dataclass
class _Cell:
    name: str | None
    segments: dict[int, _Segment] = field(default_factory=dict)
    groups: list[_Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    along: dict[str, float] = field(default_factory=dict)

    def resolve_cables(self) -> None:
        """Apply what version 1 says about cables to segments."""
        of_cable: dict[str, list[_Segment]] = {}
        for segment in self.segments.values():
            if segment.cable is not None:
                of_cable.setdefault(segment.cable, []).append(segment)
        for group in self.groups:
            group.members += [one.number for name in group.cables for one in of_cable.get(name, ())]
        for name, along in self.along.items():
            first = next((one for one in of_cable.get(name, ()) if one.parent is not None), None)
            parent = None if first is None else self.segments.get(first.parent or 0)
            if first is None or parent is None:
                continue
            is_alone = parent.cable is None or len(of_cable[parent.cable]) == 1
            if parent.cable != name and is_alone:  # else the place is that of the proximal end
                first.along = along


class _NeuroMl(Elements):
    """Collects the cells and morphologies of a file."""

    wants_text = True

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.cells: list[_Cell] = []
        self._cell: _Cell | None = None
        self._opened_by = ""
        self._segment: _Segment | None = None
        self._group: _Group | None = None
        self._cable: str | None = None
        self._in_notes = False
        self._in_group_name = False
        self.unit = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _CELLS or (name == "morphology" and self._cell is None):
            self._cell = _Cell(attributes.get("id") or attributes.get("name"))
            self._opened_by = name
            self.cells.append(self._cell)
        elif name in ("neuroml", "morphml"):
            self.unit = attributes.get("lengthUnits", attributes.get("length_units", ""))
        elif self._cell is None:
            return
        elif name == "segment":
            number = self.whole(name, attributes, "id")
            if number in self._cell.segments or number < 0:
                raise self.error(f"segment id {number} is negative or used twice", _REMEDY)
            self._segment = _Segment(number, self.line, attributes.get("name", ""))
            self._segment.cable = attributes.get("cable")
            if attributes.get("parent", "-1").strip() != "-1":
                self._segment.parent = self.whole(name, attributes, "parent")
            self._cell.segments[number] = self._segment
        elif name == "segmentGroup":
            self._group = _Group(attributes.get("id", ""), attributes.get("neuroLexId", ""))
            self._cell.groups.append(self._group)
        elif self._segment is not None:
            self._in_segment(self._segment, name, attributes)
        elif name == "cablegroup":
            self._group = _Group(attributes.get("name", ""), "")
            self._cell.groups.append(self._group)
        elif name == "cable":
            self._in_cable(self._cell, attributes)
        elif name == "group" and self._cable is not None:
            self._in_group_name = True
        elif self._group is not None and name == "member":
            self._group.members.append(self.whole(name, attributes, "segment"))
        elif self._group is not None and name == "include":
            self._group.includes.append(attributes.get("segmentGroup", ""))
        elif name == "notes":
            self._in_notes = self._group is None

    def _in_cable(self, cell: _Cell, attributes: Mapping[str, str]) -> None:
        number = attributes.get("id", "")
        if self._group is not None:
            self._group.cables.append(number)
            return
        self._cable = number
        cell.groups.append(_Group(attributes.get("name", ""), "", cables=[number]))
        for key in ("fract_along_parent", "fractAlongParent"):
            if key in attributes:
                along = self.number("cable", attributes, key)
                if not 0 <= along <= 1:
                    raise self.error(f"{key} {along:g} is not from 0 to 1", _REMEDY)
                cell.along[number] = along

    def _in_segment(self, segment: _Segment, name: str, attributes: Mapping[str, str]) -> None:
        if name == "parent":
            segment.parent = self.whole(name, attributes, "segment")
            segment.along = self.number(name, attributes, "fractionAlong", missing=1.0)
            if not 0 <= segment.along <= 1:
                raise self.error(f"fractionAlong {segment.along:g} is not from 0 to 1", _REMEDY)
        elif name in ("proximal", "distal"):
            x, y, z, d = (self.number(name, attributes, key) for key in ("x", "y", "z", "diameter"))
            setattr(segment, name, (x, y, z, d))

    def finish(self, name: str) -> None:
        if name == "segment":
            self._segment = None
        elif name in ("segmentGroup", "cablegroup"):
            self._group = None
        elif name == "cable":
            self._cable = None
        elif name == "group":
            self._in_group_name = False
        elif name == "notes":
            self._in_notes = False
        elif name == self._opened_by:
            self._cell = None
            self._opened_by = ""

    def text(self, content: str) -> None:
        if self._in_group_name and self._cell is not None and self._cable is not None:
            self._cell.groups.append(_Group(content.strip(), "", cables=[self._cable]))
        elif self._in_notes and self._cell is not None and content.strip():
            self._cell.notes.append(f" {content.strip()}")


def read_neuroml(content: bytes, shown: str) -> list[FileCell]:
    """Read the cells of a NeuroML file.

    A segment's id is that of the node at its distal end; other nodes get ids that are free.

    Raises
    ------
    SkeletonFileError
        Gives the line, if the file cannot be right.
    """
    neuroml = _NeuroMl(shown)
    parse(content, neuroml)
    cells = [cell for cell in neuroml.cells if cell.segments]
    if not cells:
        problem = "holds no cell with segments"
        remedy = "Point-neuron models have no shape; give the .cell.nml file of a detailed cell."
        raise SkeletonFileError(shown, None, problem, remedy)
    for cell in cells:
        cell.resolve_cables()
    return [_Nodes(cell, shown).cell() for cell in cells]


class _Nodes:
    """Turns the segments of a cell into nodes."""

    def __init__(self, cell: _Cell, shown: str) -> None:
        self._source = cell
        self._shown = shown
        self._segments = list(cell.segments.values())
        self._in_order = self._parents_first()
        self._start: dict[int, _Point] = {}
        self._own_start: set[int] = set()
        self._between: dict[int, set[float]] = {}
        for segment in self._in_order:
            self._find_start(segment)

    def cell(self) -> FileCell:
        """Lay the nodes out in the order of the file."""
        types = _types(self._source)
        row: dict[tuple[int, float], int] = {}  # of (segment, place along it)
        points: list[_Point] = []
        swc_type: list[int] = []
        number: list[int] = []
        for segment in self._segments:
            for along in self._places(segment):
                row[segment.number, along] = len(points)
                points.append(self._point(segment, along))
                swc_type.append(types[segment.number])
                number.append(segment.number if along == 1.0 else -1)
        parent = np.full(len(points), -1, dtype=np.int64)
        begin: dict[int, int] = {}  # the row at which each segment begins
        for segment in self._in_order:
            onto = self._onto(segment, row, begin)
            for along in self._places(segment):
                at = row[segment.number, along]
                parent[at] = onto
                onto = at
                begin.setdefault(segment.number, at if along == 0.0 else int(parent[at]))
        node_id = np.array(number, dtype=np.int64)
        numbers = np.array(points)
        node_id[node_id < 0] = _free_ids(node_id)
        cell = FileCell(
            name=self._source.name,
            node_id=node_id,
            parent=parent,
            swc_type=np.array(swc_type, dtype=np.int64),
            position=numbers[:, :3],
            radius=0.5 * numbers[:, 3],
            header=tuple(self._source.notes[:100]),
            unit=format_unit("NeuroML"),
        )
        starts = [row[number, 0.0] for number in sorted(self._own_start)]
        first = np.array([one for one in starts if parent[one] >= 0], dtype=np.int64)
        return without_gaps(cell, first, "segments")

    def _parents_first(self) -> list[_Segment]:
        children: dict[int | None, list[_Segment]] = {}
        for segment in self._segments:
            if segment.distal is None:
                raise self._error(segment, "has no distal end")
            if segment.parent is not None and segment.parent not in self._source.segments:
                raise self._error(segment, f"has the parent {segment.parent}, which is not there")
            children.setdefault(segment.parent, []).append(segment)
        in_order = list(children.get(None, ()))
        for segment in in_order:  # grows while it is walked along
            in_order += children.get(segment.number, ())
        if len(in_order) < len(self._segments):
            reached = {segment.number for segment in in_order}
            lost = next(one for one in self._segments if one.number not in reached)
            raise self._error(lost, "has parents that lead round in a circle")
        return in_order

    def _find_start(self, segment: _Segment) -> None:
        number = segment.number
        if segment.parent is None:
            if segment.proximal is None:
                raise self._error(segment, "has neither a parent nor a proximal end")
            self._start[number] = segment.proximal
            if segment.proximal != segment.distal:  # else a sphere, of one node
                self._own_start.add(number)
            return
        above = self._source.segments[segment.parent]
        if 0.0 < segment.along < 1.0:
            self._between.setdefault(above.number, set()).add(segment.along)
        onto = self._point(above, segment.along)
        self._start[number] = onto if segment.proximal is None else segment.proximal
        if segment.proximal is not None and segment.proximal != onto:
            self._own_start.add(number)

    def _places(self, segment: _Segment) -> list[float]:
        first = [0.0] if segment.number in self._own_start else []
        return [*first, *sorted(self._between.get(segment.number, ())), 1.0]

    def _point(self, segment: _Segment, along: float) -> _Point:
        end = segment.distal
        assert end is not None  # _parents_first refused it
        if along == 1.0:
            return end
        begin = self._start[segment.number]
        x, y, z, d = ((1 - along) * a + along * b for a, b in zip(begin, end, strict=True))
        return (x, y, z, d)

    def _onto(
        self, segment: _Segment, row: dict[tuple[int, float], int], begin: dict[int, int]
    ) -> int:
        if segment.parent is None:
            return -1
        if segment.along == 0.0:
            start = begin[segment.parent]
            return start if start >= 0 else row[segment.parent, 1.0]
        return row[segment.parent, segment.along]

    def _error(self, segment: _Segment, problem: str) -> SkeletonFileError:
        whole = f"segment {segment.number} {problem}"
        return SkeletonFileError(self._shown, segment.line, whole, _REMEDY)


def _types(cell: _Cell) -> dict[int, int]:
    """Return the SWC type of each segment, from its groups or else its name."""
    types = {segment.number: type_of_name(segment.name) or 0 for segment in cell.segments.values()}
    by_name = {group.name: group for group in cell.groups}
    said: dict[int, list[_Group]] = {}
    for group in cell.groups:
        swc_type = _TERMS.get(group.term) or type_of_name(group.name)
        if swc_type is not None:
            said.setdefault(swc_type, []).append(group)
    for swc_type in (BASAL_DENDRITE, AXON, APICAL_DENDRITE, SOMA):  # the more telling last
        waiting = list(said.get(swc_type, ()))
        seen = {id(group) for group in waiting}
        for group in waiting:
            types.update((one, swc_type) for one in group.members if one in types)
            for name in group.includes:
                inner = by_name.get(name)
                if inner is not None and id(inner) not in seen:
                    seen.add(id(inner))
                    waiting.append(inner)
    return types


def _free_ids(node_id: IntArray) -> IntArray:
    """Return an id for each node that has none (-1): those after the largest, if there are."""
    n_wanted = int((node_id < 0).sum())
    largest = int(node_id.max())
    if largest < 2**62:
        return largest + 1 + np.arange(n_wanted)
    return np.setdiff1d(np.arange(len(node_id) + n_wanted), node_id)[:n_wanted]
