"""Neurolucida ASC files: nested brackets, read without recursion.

A tree is ``( (Axon) (x y z d) ... ( branch | branch ) )``; a cell body is one or more outlines.
Trees are not connected in the file. If there is a cell body, a tree is attached to the point of
its outline nearest to the tree's first point or, if it begins on another tree, to the point there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import NOTE, FileCell, format_unit
from napari_neuron.morphology.formats.content import line_at, real, short_text_of
from napari_neuron.morphology.formats.outline import nearest_row, soma_nodes
from napari_neuron.morphology.model import (
    APICAL_DENDRITE,
    AXON,
    BASAL_DENDRITE,
    SOMA,
    FloatArray,
)

_TYPES = {
    "axon": AXON,
    "dendrite": BASAL_DENDRITE,
    "apical": APICAL_DENDRITE,
    "cellbody": SOMA,
}
_NUMBER = r"[^\s(),\"|<>;]++"
_TOKEN = re.compile(
    rf"(?P<point>\(\s*+(?P<x>[+-]?[.\d]{_NUMBER[:-2]}*+)(?P<rest>(?:[\s,]++{_NUMBER}){{2,5}}+)\s*+\))"
    r"|;(?P<comment>[^\n]*+(?:\n\s*+;[^\n]*+)*+)"
    r'|(?P<string>"[^"]*+")'
    r"|(?P<mark>[()|<>])"
    rf"|(?P<word>{_NUMBER})"
)
_SEPARATOR = re.compile(r"[\s,]+")
_LARGEST = 32 * 2**20
_REMEDY = "Save it again in Neurolucida (File > Export as ASCII), or correct the line."


@dataclass
class _Tree:
    """One block of points: a neurite or an outline."""

    name: str = ""
    swc_type: int | None = None
    is_closed: bool = False
    points: list[tuple[float, float, float, float]] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)


def read_asc(content: bytes, shown: str) -> list[FileCell]:
    """Read a Neurolucida ASC file.

    Raises
    ------
    SkeletonFileError
        Gives the line, if the file cannot be right.
    """
    text = short_text_of(content, shown, _LARGEST)
    blocks, comments = _Parser(text, shown).blocks()
    outlines = [np.array(b.points) for b in blocks if b.swc_type == SOMA and b.points]
    is_neurite = [
        b.points and b.swc_type != SOMA and (b.swc_type is not None or not (b.name or b.is_closed))
        for b in blocks
    ]
    neurites = [block for block, yes in zip(blocks, is_neurite, strict=True) if yes]
    if not outlines and not neurites:
        remedy = "A tree is a block of points such as ((Axon) (0 0 0 1) (0 9 0 1))."
        raise SkeletonFileError(shown, None, "holds neither a tree nor a cell body", remedy)
    skipped = [b.name for b in blocks if b.points and b.swc_type is None and b not in neurites]
    header = list(comments)
    if skipped:
        header.append(f"{NOTE} not read: outlines {', '.join(skipped)}")
    return [_cell(outlines, neurites, header)]


class _Parser:
    """Walks through the tokens; open brackets are in a list, so depth is unlimited."""

    def __init__(self, text: str, shown: str) -> None:
        self._text = text
        self._shown = shown
        self._tokens = _TOKEN.finditer(text)
        self._token: re.Match[str] | None = None

    def blocks(self) -> tuple[list[_Tree], list[str]]:
        """Return the blocks of points of the file and the comments before the first of them."""
        blocks: list[_Tree] = []
        comments: list[str] = []
        for token in self._tokens:
            self._token = token
            if token.lastgroup == "comment":
                if not blocks:
                    lines = token["comment"][:100_000].split("\n")
                    comments += [line.strip(" \t;") for line in lines if line.strip(" \t;")]
            elif token[0] == "(":
                blocks.append(self._block())
            else:
                raise self._error(f"{token[0][:30]!r} outside all brackets")
        return blocks, [f" {line}" for line in comments]

    def _next(self) -> re.Match[str] | None:
        for token in self._tokens:
            if token.lastgroup != "comment":
                self._token = token
                return token
        return None

    def _block(self) -> _Tree:
        tree = _Tree()
        token = self._next()
        if token is not None and token.lastgroup == "word":  # (Sections), a marker ...
            self._property(tree, token)
            return _Tree()
        branchings: list[int] = []
        begins_branch = False
        last = -1
        while token is not None:
            mark = token[0]
            if token.lastgroup == "point":
                point = self._point(token)
                if begins_branch and tree.points[last][3] != point[3]:
                    # As in MorphIO and Import3d, a branch has its own thickness from its start.
                    tree.parent.append(last)
                    tree.points.append((*tree.points[last][:3], point[3]))
                    last = len(tree.points) - 1
                begins_branch = False
                tree.points.append(point)
                tree.parent.append(last)
                last = len(tree.points) - 1
            elif token.lastgroup == "string":
                tree.name = tree.name or mark[1:-1]
            elif mark == "(":
                following = self._next()
                if following is None:
                    break
                if following.lastgroup in ("word", "string"):
                    self._property(tree, following)
                elif following[0] != ")":
                    if last < 0:
                        raise self._error("branches before the first point of a tree")
                    branchings.append(last)
                    begins_branch = True
                    token = following
                    continue
            elif mark == "|":
                if not branchings:
                    raise self._error("a | outside the brackets of branches")
                last = branchings[-1]
                begins_branch = True
            elif mark == "<":
                self._skip(">")
            elif mark == ")":
                if not branchings:
                    return tree
                last = branchings.pop()
                begins_branch = False
            elif mark == ">":
                raise self._error("a > without a <")
            token = self._next()
        raise self._error(f"the file ends within {len(branchings) + 1} open brackets")

    def _property(self, tree: _Tree, word: re.Match[str]) -> None:
        what = word[0].strip('"').lower()
        if what[:1] in "+-.0123456789" or what in ("nan", "inf"):
            raise self._error(f"a bracket that begins with {word[0][:30]!r} and is not a point")
        if what in _TYPES and tree.swc_type is None:
            tree.swc_type = _TYPES[what]
        elif what == "closed":
            tree.is_closed = True
        self._skip(")")

    def _skip(self, end: str) -> None:
        """Skip everything up to the end of what is open."""
        start = self._token
        begin = {")": "(", ">": "<"}[end]
        depth = 1
        for token in self._tokens:
            if token.lastgroup == "mark":
                depth += (token[0] == begin) - (token[0] == end)
                if depth == 0:
                    self._token = token
                    return
        self._token = start
        raise self._error(f"there is no {end} to the {begin}")

    def _point(self, token: re.Match[str]) -> tuple[float, float, float, float]:
        words = [token["x"], *_SEPARATOR.split(token["rest"])[1:]]
        if len(words) == 5:  # the fifth is the slice the point is in
            words.pop()
        values = [real(word) for word in words[:4]]
        if len(words) > 4 or None in values:
            raise self._error(f"{token[0][:60]!r} is not a point (x y z diameter)")
        x, y, z = values[:3]
        diameter = values[3] if len(values) == 4 else 0.0
        return (x, y, z, diameter)  # type: ignore[return-value]

    def _error(self, problem: str) -> SkeletonFileError:
        line = 1 if self._token is None else line_at(self._text, self._token.start())
        return SkeletonFileError(self._shown, line, problem, _REMEDY)


def _cell(outlines: list[FloatArray], neurites: list[_Tree], header: list[str]) -> FileCell:
    points: list[FloatArray] = []
    parents: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    types: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    soma = np.empty((0, 3))
    if outlines:
        around = [float(np.ptp(one[:, :3], axis=0).max()) for one in outlines]
        soma, radius, parent = soma_nodes(outlines[int(np.argmax(around))])
        points.append(np.column_stack([soma, 2 * radius]))
        parents.append(parent)
        types.append(np.full(len(soma), SOMA))
        if len(outlines) > 1:
            header.append(
                f"{NOTE} the largest of {len(outlines)} outlines of the cell body was read"
            )
    start = len(soma)
    starts = start + np.concatenate([[0], np.cumsum([len(tree.points) for tree in neurites])])
    on_other = _begin_on_another(neurites, starts.tolist())
    for index, tree in enumerate(neurites):
        own = np.array(tree.points)
        parent = np.array(tree.parent, dtype=np.int64)
        parent[parent >= 0] += starts[index]
        if index in on_other:
            parent[0] = on_other[index]
        elif len(soma):
            parent[0] = nearest_row(soma, own[0, :3])
        points.append(own)
        parents.append(parent)
        types.append(np.full(len(own), tree.swc_type or 0))
    if on_other:
        header.append(
            f"{NOTE} trees that begin on a point of another and hang there: {len(on_other)}"
        )
    everything = np.concatenate(points)
    return FileCell(
        name=None,
        node_id=np.arange(1, len(everything) + 1),
        parent=np.concatenate(parents),
        swc_type=np.concatenate(types),
        position=everything[:, :3],
        radius=0.5 * everything[:, 3],
        header=tuple(header),
        unit=format_unit("Neurolucida"),
    )


def _begin_on_another(neurites: list[_Tree], starts: list[int]) -> dict[int, int]:
    """Return, for trees whose first point is a later point of another tree, that point's row.

    Only trees that do not themselves begin on another are begun on, so there is no circle.
    """
    where: dict[tuple[float, float, float], tuple[int, int]] = {}
    for index, tree in enumerate(neurites):
        for row, point in enumerate(tree.points[1:], start=1):
            where.setdefault(point[:3], (index, row))
    found = {
        index: where[tree.points[0][:3]]
        for index, tree in enumerate(neurites)
        if tree.points[0][:3] in where and where[tree.points[0][:3]][0] != index
    }
    return {
        index: starts[other] + row for index, (other, row) in found.items() if other not in found
    }
