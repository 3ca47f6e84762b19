"""NML of KNOSSOS and webKnossos: things (cells) of nodes and edges, in voxels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import (
    NOTE,
    FileCell,
    parents_of_edges,
    rows_of_ids,
    without_loops,
)
from napari_neuron.morphology.formats.content import real
from napari_neuron.morphology.formats.xml import Elements, parse
from napari_neuron.morphology.guess import FileUnit, parse_unit

_REMEDY = "Export the annotation again, or give the size of a voxel: units='4x4x40 nm'."
_UNITS = {"nanometer": "nm", "micrometer": "um", "millimeter": "mm", "nm": "nm", "um": "um"}


@dataclass
class _Thing:
    name: str
    ids: list[int] = field(default_factory=list)
    numbers: list[tuple[float, float, float, float]] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    edge_lines: list[int] = field(default_factory=list)


class _Nml(Elements):
    """Collects what an NML file holds."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.things: list[_Thing] = []
        self.comments: dict[int, str] = {}
        self.header: list[str] = []
        self.scale: tuple[float, float, float] | None = None
        self.scale_unit = "nm"
        self.is_webknossos = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "node" and self.things:
            self._node(attributes)
        elif name == "edge" and self.things:
            thing = self.things[-1]
            ends = [self.whole(name, attributes, end) for end in ("source", "target")]
            thing.edges.append((ends[0], ends[1]))
            thing.edge_lines.append(self.line)
        elif name == "thing":
            self.is_webknossos |= "groupId" in attributes or "isVisible" in attributes
            thing_name = attributes.get("name") or attributes.get("comment") or ""
            number = attributes.get("id", str(len(self.things) + 1))
            self.things.append(_Thing(thing_name.strip() or f"tree {number}"))
        elif name == "comment" and attributes.get("content"):
            self.comments[self.whole(name, attributes, "node")] = attributes["content"]
        elif name == "scale":
            self._scale(attributes)
        elif name == "groups" or (
            name == "meta" and "knossos" in attributes.get("content", "").lower()
        ):
            self.is_webknossos = True
        elif name in ("experiment", "offset") and attributes:
            values = ", ".join(f"{key} {value}" for key, value in attributes.items())
            moved = name == "offset" and any(real(one) for one in attributes.values())
            self.header.append(f"{NOTE if moved else ''} {name}: {values[:200]}")

    def _node(self, attributes: Mapping[str, str]) -> None:
        thing = self.things[-1]
        x, y, z = (self.number("node", attributes, axis) for axis in "xyz")
        thing.ids.append(self.whole("node", attributes, "id"))
        thing.numbers.append((x, y, z, self.number("node", attributes, "radius", missing=0.0)))

    def _scale(self, attributes: Mapping[str, str]) -> None:
        x, y, z = (self.number("scale", attributes, axis) for axis in "xyz")
        if min(x, y, z) <= 0:
            raise self.error(f"the size of a voxel is {x:g} x {y:g} x {z:g}", _REMEDY)
        self.scale = (x, y, z)
        unit = attributes.get("unit", "nanometer").lower()
        if unit not in _UNITS:
            raise self.error(f"the scale has the unknown unit {unit[:20]!r}", _REMEDY)
        self.is_webknossos |= "unit" in attributes
        self.scale_unit = _UNITS[unit]


def read_knossos(content: bytes, shown: str) -> list[FileCell]:
    """Read the cells of a KNOSSOS or webKnossos file; things without nodes are none.

    Raises
    ------
    SkeletonFileError
        Gives the line, if the file cannot be right.
    """
    nml = _Nml(shown)
    parse(content, nml)
    things = [thing for thing in nml.things if thing.ids]
    if not things:
        problem = "holds no <thing> with nodes"
        raise SkeletonFileError(shown, None, problem, "Is it an NML file with a skeleton?")
    unit = None
    if nml.scale is not None:
        size = "x".join(f"{one:.9g}" for one in nml.scale)
        evidence = f"the file's scale: voxels of {size} {nml.scale_unit}"
        unit = parse_unit(f"{size} {nml.scale_unit}", evidence)
    return [_cell(thing, nml, unit) for thing in things]


def _cell(thing: _Thing, nml: _Nml, unit: FileUnit | None) -> FileCell:
    node_id = np.array(thing.ids, dtype=np.int64)
    numbers = np.array(thing.numbers)
    swc_type = np.zeros(len(node_id), dtype=np.int64)
    ends = np.array(thing.edges, dtype=np.int64).reshape(-1, 2)
    lines = np.repeat(thing.edge_lines, 2)
    edges = rows_of_ids(node_id, ends.ravel(), nml.shown, lines.tolist()).reshape(-1, 2)
    edges, opened = without_loops(edges, numbers[:, :3] * (nml.scale or 1.0), node_id)
    comments = [nml.comments.get(one, "") for one in thing.ids]
    return FileCell(
        name=thing.name,
        node_id=node_id,
        parent=parents_of_edges(len(node_id), edges, swc_type, node_id, nml.shown),
        swc_type=swc_type,
        position=numbers[:, :3],
        radius=numbers[:, 3],
        labels=np.array(comments) if any(comments) else None,
        header=(*nml.header, *opened),
        unit=unit,
        # KNOSSOS has radii in voxels, webKnossos in nm whatever the voxels.
        radius_scale=1e-3 if nml.is_webknossos else None,
    )
