"""Cells of a few shapes that are worked out by hand: for a class, or to try something out."""

from __future__ import annotations

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import AXON, BASAL_DENDRITE, SOMA, FloatArray, Morphology

_POINTS_OF_A_CABLE = 100
"""Edges along a cable: places to put things, whatever its length."""


def single_compartment(diameter: float = 20.0, name: str = "single compartment") -> Morphology:
    """Return a soma alone: a sphere, which is one compartment.

    Parameters
    ----------
    diameter
        µm.
    name
        Of the cell.

    Returns
    -------
    Morphology
        One node, 1.

    Raises
    ------
    MorphologyError
        If the diameter is not above 0.
    """
    _require_positive(diameter=diameter)
    return _cell(name, [_soma(diameter)])


def straight_cable(
    length: float = 1000.0, diameter: float = 2.0, name: str = "straight cable"
) -> Morphology:
    """Return an axon along x with no soma and both ends sealed.

    Parameters
    ----------
    length, diameter
        µm.
    name
        Of the cell.

    Returns
    -------
    Morphology
        Nodes 1 to 101, at equal distances from (0, 0, 0).

    Raises
    ------
    MorphologyError
        If length or diameter is not above 0.
    """
    _require_positive(length=length, diameter=diameter)
    start = np.array([[-1, AXON, 0, 0, 0, diameter / 2]])
    return _cell(name, [start, _run(0, 1, AXON, (0, 0), (length, 0), diameter)])


def ball_and_stick(
    soma_diameter: float = 20.0,
    length: float = 500.0,
    diameter: float = 2.0,
    name: str = "ball and stick",
) -> Morphology:
    """Return a soma with one dendrite along x.

    Parameters
    ----------
    soma_diameter
        µm.
    length, diameter
        Of the dendrite, from the soma's surface, µm.
    name
        Of the cell.

    Returns
    -------
    Morphology
        Node 1 is the soma; 2, on its surface, to 102 are the dendrite.

    Raises
    ------
    MorphologyError
        If a measure is not above 0.
    """
    _require_positive(soma_diameter=soma_diameter, length=length, diameter=diameter)
    surface = soma_diameter / 2
    begin = np.array([[0, BASAL_DENDRITE, surface, 0, 0, diameter / 2]])
    stick = _run(1, 2, BASAL_DENDRITE, (surface, 0), (surface + length, 0), diameter)
    return _cell(name, [_soma(soma_diameter), begin, stick])


def y_shaped(
    soma_diameter: float = 20.0,
    trunk: float = 200.0,
    branch: float = 300.0,
    axon: float = 500.0,
    diameter: float = 2.0,
    name: str = "Y-shaped cell",
) -> Morphology:
    """Return a soma with a dendrite of two branches, and an axon on the other side.

    The branches keep Rall's rule: the sum of d^3/2 after the fork is that before it. The axon is
    half as thick as the trunk.

    Parameters
    ----------
    soma_diameter
        µm.
    trunk, branch, axon
        Lengths of the dendrite up to the fork, of each branch, and of the axon, µm.
    diameter
        Of the trunk, µm.
    name
        Of the cell.

    Returns
    -------
    Morphology
        Node 1 is the soma, 2 to 102 the trunk, then 100 nodes for each branch, and the axon.

    Raises
    ------
    MorphologyError
        If a measure is not above 0.
    """
    _require_positive(
        soma_diameter=soma_diameter, trunk=trunk, branch=branch, axon=axon, diameter=diameter
    )
    surface, thin = soma_diameter / 2, diameter / 2 ** (2 / 3)
    fork = surface + trunk
    aside = branch / np.sqrt(2)
    n = _POINTS_OF_A_CABLE
    dendrite = BASAL_DENDRITE
    return _cell(
        name,
        [
            _soma(soma_diameter),
            np.array([[0, dendrite, surface, 0, 0, diameter / 2]]),
            _run(1, 2, dendrite, (surface, 0), (fork, 0), diameter),
            _run(n + 1, n + 2, dendrite, (fork, 0), (fork + aside, aside), thin),
            _run(n + 1, 2 * n + 2, dendrite, (fork, 0), (fork + aside, -aside), thin),
            np.array([[0, AXON, -surface, 0, 0, diameter / 4]]),
            _run(3 * n + 2, 3 * n + 3, AXON, (-surface, 0), (-surface - axon, 0), diameter / 2),
        ],
    )


def _require_positive(**measures: float) -> None:
    for name, value in measures.items():
        if not (np.isfinite(value) and value > 0):
            raise MorphologyError(f"{name} is {value:g} µm; it must be above 0")


def _soma(diameter: float) -> FloatArray:
    return np.array([[-1, SOMA, 0, 0, 0, diameter / 2]])


def _run(
    parent: int,
    first: int,
    swc_type: int,
    begin: tuple[float, float],
    end: tuple[float, float],
    diameter: float,
) -> FloatArray:
    """Return the rows of a cable: parent, type, x, y, z, radius; the first row is ``first``."""
    n = _POINTS_OF_A_CABLE
    rows = np.zeros((n, 6))
    rows[:, 0] = np.concatenate([[parent], first + np.arange(n - 1)])
    rows[:, 1] = swc_type
    rows[:, 2:4] = np.linspace(begin, end, n + 1)[1:]
    rows[:, 5] = diameter / 2
    return rows


def _cell(name: str, parts: list[FloatArray]) -> Morphology:
    rows = np.concatenate(parts)
    return Morphology(
        node_id=np.arange(1, len(rows) + 1),
        parent=rows[:, 0].astype(np.int64),
        swc_type=rows[:, 1].astype(np.int64),
        position=rows[:, 2:5],
        radius=rows[:, 5],
        name=name,
        unit_evidence="made in micrometres",
    )
