"""The unit of length of a skeleton: given by the user, stated in the file, or guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import SOMA, FloatArray, IntArray

_SI = {"um": 1.0, "nm": 1e-3, "mm": 1e3}
_WORD = (
    r"(?P<{0}>um|[µμ]m|microns?|micro-?met(?:re|er)s?|nm|nano-?met(?:re|er)s?|"
    r"mm|milli-?met(?:re|er)s?)"
)
_NUMBER = r"\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+"
_TIMES = r"\s*(?:x|×|\*|,|\s)\s*"
_SIZE = rf"(?P<size>(?:{_NUMBER})(?:{_TIMES}(?:{_NUMBER})){{0,2}})"
_UNIT = re.compile(
    rf"[\[(]?\s*(?:{_SIZE}\s*[\])]?)?\s*{_WORD.format('unit')}\s*(?:/\s*)?(?:voxels?|px|pixels?)?\s*[\])]?",
    re.IGNORECASE,
)
_STATED = re.compile(
    rf"\bunits?\b[\"']?(?:\s*(?:are|is|in|of|:|=|,))*\s*[\"']?{_UNIT.pattern}(?![\w])",
    re.IGNORECASE,
)
_MEASURED_IN = re.compile(
    r"\b(?:coordinates?|positions?|xyz|x,\s*y,?\s*(?:and\s*)?z|lengths?|distances?|values|"
    rf"dimensions)\b[^.\n]{{0,40}}?\b(?:in|are)\s*[\[(]?\s*{_WORD.format('unit')}\b",
    re.IGNORECASE,
)
REPAIRED = " repaired: "
"""Begins header lines that say what was done to a cell; a unit in them is not the file's."""
_NEUROMORPHO = re.compile(r"neuromorpho|\bCNG\b|StdSwc", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class FileUnit:
    """The unit of a file's numbers.

    Attributes
    ----------
    label : str
        "um", "nm", "8 nm", "4x4x40 nm".
    scale : (3,) float64
        µm per number along x, y, z; radii have that of x.
    evidence : str
        The evidence, in words.
    """

    label: str
    scale: FloatArray
    evidence: str


def parse_unit(text: str, evidence: str = "given") -> FileUnit:
    """Read a unit of length such as "um", "nm", "8 nm" or "4x4x40 nm".

    Raises
    ------
    MorphologyError
        If it is not a unit.
    """
    match = _UNIT.fullmatch(text.strip())
    unit = None if match is None else _from_match(match, evidence)
    if unit is None:
        raise MorphologyError(
            f"{text!r} is not a unit of length: write 'um', 'nm', the size of a voxel ('8 nm' or "
            "'4x4x40 nm'), or None for what the file says"
        )
    return unit


def _from_match(match: re.Match[str], evidence: str) -> FileUnit | None:
    word = match["unit"].lower().replace("-", "")
    unit = "nm" if word[0] == "n" else "mm" if word == "mm" or word.startswith("milli") else "um"
    size = match.groupdict().get("size")
    factors = (
        [1.0] if size is None else [float(number) for number in re.findall(_NUMBER, size, re.I)]
    )
    if len(factors) == 2 or not all(0 < factor < 1e6 for factor in factors):
        return None
    if len(set(factors)) == 1:
        factors = factors[:1]
    sizes = "x".join(f"{factor:g}" for factor in factors)
    label = unit if sizes == "1" else f"{sizes} {unit}"
    scale = np.array(factors * (3 // len(factors))) * _SI[unit]
    return FileUnit(label, scale, evidence)


def stated_unit(header: Sequence[str]) -> FileUnit | None:
    """Return the unit that comment lines state, or None if none does."""
    for line in header:
        for pattern in (_STATED, _MEASURED_IN):
            match = None if line.startswith(REPAIRED) else pattern.search(line)
            if match is not None:
                unit = _from_match(match, f"stated in the file: {line.strip()[:80]!r}")
                if unit is not None:
                    return unit
    if any(_NEUROMORPHO.search(line) for line in header):
        return FileUnit("um", np.ones(3), "a NeuroMorpho file, which are in µm")
    return None


def says_unit(line: str) -> bool:
    """Return whether a comment line states a unit."""
    said = _STATED.search(line) or _MEASURED_IN.search(line)
    return bool(said) and not line.startswith(REPAIRED)


def find_unit(
    given: str | None,
    header: Sequence[str],
    position: FloatArray,
    parent: IntArray,
    swc_type: IntArray,
    radius: FloatArray,
) -> FileUnit:
    """Return the unit that was given, else the one the header states, else the likeliest.

    Raises
    ------
    MorphologyError
        If ``given`` is not a unit of length.
    """
    if given is not None:
        return parse_unit(given)
    return stated_unit(header) or guess_unit(position, parent, swc_type, radius)


@dataclass(frozen=True)
class _Expected:
    """What a cell measures: a typical size in µm, and the spread in powers of ten."""

    typical: float
    decades: float
    words: str


_CABLE = _Expected(3000.0, 0.8, "cable")
_EXTENT = _Expected(300.0, 0.7, "across")
_RADIUS = _Expected(0.3, 0.5, "median radius")
_SOMA_RADIUS = _Expected(5.0, 0.35, "soma radius")
_CANDIDATES = (("um", 1.0, 4.0), ("nm", 1e-3, 0.0), ("8 nm", 8e-3, 0.0))
"""Unit, µm, and its prior: most SWC files are in µm."""

_SECTIONS = ("4x4x40 nm", np.array([0.004, 0.004, 0.04]))
"""Voxels of FlyWire (FAFB) and MICrONS, which were cut into sections of 40 nm."""

GUESSED = "guessed:"
"""Beginning of the evidence of a guess."""

_ORDINARY = 2.0
"""Number of spreads within which a size counts as that of an ordinary neuron."""


@dataclass(frozen=True)
class UnitCandidate:
    """What a cell measures if its file is in a unit.

    Attributes
    ----------
    label : str
        "um", "nm", "8 nm".
    sizes : tuple of (str, float)
        What is measured ("cable", "across", "median radius", "soma radius"), and µm.
    likely : tuple of bool
        For each size whether an ordinary neuron may have it.
    unlikeliness : float
        The smaller the likelier.
    """

    label: str
    sizes: tuple[tuple[str, float], ...]
    likely: tuple[bool, ...]
    unlikeliness: float


def unit_candidates(
    position: FloatArray,
    parent: IntArray,
    swc_type: IntArray,
    radius: FloatArray,
    more: Sequence[FileUnit] = (),
) -> tuple[UnitCandidate, ...]:
    """Return what the cell measures in each unit it may be in, the likeliest unit first.

    Parameters
    ----------
    position, parent, swc_type, radius
        As in the file.
    more
        Units besides µm, nm, voxels of 8 nm and, where the numbers look like them, of 4x4x40 nm.
    """
    measured = _measured(position, parent, swc_type, radius)
    known = {label: (np.full(3, scale), favour) for label, scale, favour in _CANDIDATES}
    if _look_like_sections(position, parent):
        known[_SECTIONS[0]] = (_SECTIONS[1], 4.0)
    for unit in more:
        known.setdefault(unit.label, (unit.scale, 0.0))
    found = []
    for label, (scale, favour) in known.items():
        x = float(scale[0])
        sizes = [(expected, value * x) for expected, value in measured]
        if (scale != x).any():
            sizes = _measured(position * scale, parent, swc_type, radius * x)
        off = [
            float(np.log10(value / expected.typical) / expected.decades)
            for expected, value in sizes
        ]
        named = tuple((expected.words, value) for expected, value in sizes)
        likely = tuple(abs(deviation) <= _ORDINARY for deviation in off)
        found.append(UnitCandidate(label, named, likely, float(np.square(off).sum()) - favour))
    return tuple(sorted(found, key=lambda candidate: candidate.unlikeliness))


def _look_like_sections(position: FloatArray, parent: IntArray) -> bool:
    """Return whether these are whole numbers with steps in z about a tenth of those in x and y.

    So do voxels that are ten times as high as they are wide. A neurite that is flat in truth may
    be taken for such; it is told that it may be another unit.
    """
    if len(position) < 50 or (position[:200] % 1).any():
        return False
    row = np.flatnonzero(parent >= 0)
    across, along, up = np.abs(position[row] - position[parent[row]]).sum(axis=0)
    is_flat = 0.04 < up / max(0.5 * (across + along), 1e-12) < 0.25
    return bool(is_flat and not (position % 1).any())


def guess_unit(
    position: FloatArray, parent: IntArray, swc_type: IntArray, radius: FloatArray
) -> FileUnit:
    """Return the unit in which the cell has the most ordinary size, with the evidence.

    Told apart are µm (nearly all light microscopy), nm (FlyWire and other precomputed
    skeletons), voxels of 8 nm (hemibrain and its relatives) and of 4x4x40 nm (what is traced in
    the EM of FlyWire and MICrONS).
    """
    first, second, *_ = unit_candidates(position, parent, swc_type, radius)
    if not first.sizes:
        return FileUnit("um", np.ones(3), "assumed: nothing in the file has a size")
    sizes = ", ".join(f"{_shown(value)} µm {words}" for words, value in first.sizes)
    unit_words = {"um": "µm", "nm": "nm"}.get(first.label, f"voxels of {first.label}")
    evidence = f"{GUESSED} in {unit_words} the cell has {sizes}"
    if second.unlikeliness - first.unlikeliness < 3.0:
        evidence += f"; {second.label} is nearly as likely, so say which it is"
    if first.label == _SECTIONS[0]:
        evidence += "; steps in z are a tenth of those in x and y, as in sections of EM"
    return FileUnit(first.label, parse_unit(first.label).scale, evidence)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if 100 <= value < 1e7 else f"{value:.3g}"


def _measured(
    position: FloatArray, parent: IntArray, swc_type: IntArray, radius: FloatArray
) -> list[tuple[_Expected, float]]:
    step = position - position[parent]
    edges = np.sqrt(np.einsum("ij,ij->i", step, step))
    edges[parent < 0] = 0.0
    soma = swc_type == SOMA
    of_neurites, of_soma = radius[~soma & (radius > 0)], radius[soma & (radius > 0)]
    median = float(np.median(of_neurites)) if len(of_neurites) else 0.0
    measured: list[tuple[_Expected, float]] = [
        (_CABLE, float(edges.sum())),
        (_EXTENT, float(np.ptp(position, axis=0).max())),
        (_RADIUS, median),
    ]
    of_soma = of_soma[of_soma > 3 * median]  # a thinner one is a mere mark on the cable
    if len(of_soma):
        measured.append((_SOMA_RADIUS, float(of_soma.max())))
    return [(expected, value) for expected, value in measured if value > 1e-9]
