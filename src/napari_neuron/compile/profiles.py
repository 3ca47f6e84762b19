"""Evaluates profiles: the painted value at a distance or radius."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

import numpy as np

from napari_neuron.compile.model import FloatArray, IntArray
from napari_neuron.errors import ExperimentError, MorphologyError
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.paths import distance_from
from napari_neuron.morphology.sections import Sections
from napari_neuron.spec import Exponential, Gaussian, Linear, Profile, Sigmoid, StepAt, Table
from napari_neuron.spec.base import Spec
from napari_neuron.spec.profile import Along


def evaluate_profile(profile: Profile, x: FloatArray) -> FloatArray:
    """Return the values of a profile at places along it, as they will be compiled.

    Parameters
    ----------
    profile
        Any profile.
    x : (n,) float64
        µm: distance or radius, as ``profile.along`` says.

    Returns
    -------
    (n,) float64, in the unit of the painted value
    """
    with np.errstate(over="ignore", invalid="ignore"):
        values = _shape_of(profile, np.asarray(x, dtype=np.float64))
    low = -np.inf if profile.minimum is None else profile.minimum
    high = np.inf if profile.maximum is None else profile.maximum
    return np.asarray(np.clip(values, low, high))


@singledispatch
def _shape_of(profile: Spec, x: FloatArray) -> FloatArray:
    raise TypeError(f"{type(profile).__name__} is not a profile")


@_shape_of.register
def _(profile: Linear, x: FloatArray) -> FloatArray:
    return profile.offset + profile.slope * x


@_shape_of.register
def _(profile: Exponential, x: FloatArray) -> FloatArray:
    return profile.offset + profile.amplitude * np.exp(x / profile.length)


@_shape_of.register
def _(profile: Sigmoid, x: FloatArray) -> FloatArray:
    share = 1 / (1 + np.exp(-(x - profile.centre) / profile.width))
    return profile.low + (profile.high - profile.low) * share


@_shape_of.register
def _(profile: StepAt, x: FloatArray) -> FloatArray:
    return np.where(x < profile.at, profile.before, profile.beyond)


@_shape_of.register
def _(profile: Gaussian, x: FloatArray) -> FloatArray:
    return profile.offset + profile.amplitude * np.exp(
        -(((x - profile.centre) / profile.width) ** 2) / 2
    )


@_shape_of.register
def _(profile: Table, x: FloatArray) -> FloatArray:
    return np.interp(x, profile.x, profile.values)


class Centres:
    """The middles of equal pieces of every section: what profiles are evaluated at.

    Parameters
    ----------
    cells, parts
        The cells and the sections of each.
    count : (n_sections of all cells,) int64
        Into how many pieces each section is divided.
    """

    def __init__(
        self, cells: Sequence[Morphology], parts: Sequence[Sections], count: IntArray
    ) -> None:
        self._cells, self._parts, self._count = cells, parts, count
        self._known: dict[Along, FloatArray] = {}

    def along(self, along: Along) -> FloatArray:
        """Return what a profile is a function of, at every centre, (n_pieces,) µm.

        Raises
        ------
        MorphologyError
            If a soma is asked for and a cell has none.
        """
        if along not in self._known:
            first = np.cumsum([0, *(len(part) for part in self._parts)])
            self._known[along] = np.concatenate(
                [
                    _at_centres(cell, part, self._count[a:b], along)
                    for cell, part, a, b in zip(
                        self._cells, self._parts, first, first[1:], strict=False
                    )
                ]
            )
        return self._known[along]


def painted_values(
    values: Sequence[float | Profile | None],
    winner: IntArray,
    centres: Centres,
    fields: Sequence[str],
) -> FloatArray:
    """Return a painted value at every centre.

    Parameters
    ----------
    values
        The value of each layer of paint; None if it has none. There is one more than layers, for
        places without paint.
    winner : (n_pieces,) int64
        Which layer covers each centre; -1 for none.
    centres
        Where they are.
    fields
        The field of each value in the experiment, for messages.

    Returns
    -------
    (n_pieces,) float64
        NaN where no value is given.

    Raises
    ------
    ExperimentError
        If a profile has no number somewhere.
    """
    constant = np.array([v if isinstance(v, int | float) else np.nan for v in values])
    result = constant[winner]
    for index, profile in enumerate(values):
        if profile is None or isinstance(profile, int | float):
            continue
        here = np.flatnonzero(winner == index % len(values))
        if not len(here):
            continue
        try:
            x = centres.along(profile.along)[here]
        except MorphologyError as error:
            raise ExperimentError(f"{fields[index]}.along", str(error)) from None
        if not np.isfinite(x).all():
            raise ExperimentError(
                f"{fields[index]}.along", "a part of the cell is not connected to any soma"
            )
        result[here] = evaluate_profile(profile, x)
        if not np.isfinite(result[here]).all():
            worst = x[~np.isfinite(result[here])][0]
            raise ExperimentError(fields[index], f"has no finite value at {worst:.6g} µm")
    return result


def _at_centres(cell: Morphology, sections: Sections, count: IntArray, along: Along) -> FloatArray:
    if along == "radius":
        at_point = sections.points[:, 3] / 2
    else:
        at_point = _distance_of_points(cell, sections, along)
    start, points = sections.point_start, sections.points
    step = np.linalg.norm(np.diff(points[:, :3], axis=0, prepend=points[:1, :3]), axis=1)
    step[start[:-1]] = 0.0
    total = np.cumsum(step)
    n_points = np.diff(start)
    arc = total - np.repeat(total[start[:-1]], n_points)
    # One coordinate for all: the number of the section and the place along it, 0 to 1.
    length = np.repeat(arc[start[1:] - 1], n_points)
    coordinate = np.repeat(np.arange(len(sections)), n_points) + np.clip(arc / length, 0.0, 1.0)
    section = np.repeat(np.arange(len(sections)), count)
    within = np.arange(len(section)) - np.repeat(np.cumsum(count) - count, count)
    return np.interp(section + (within + 0.5) / count[section], coordinate, at_point)


def _distance_of_points(cell: Morphology, sections: Sections, along: Along) -> FloatArray:
    """Return the distance of every point of the sections; those that are no nodes included."""
    origin = "soma" if along == "soma_distance" else "root"
    distance = distance_from(cell, origin)  # type: ignore[arg-type]
    node, points = sections.point_node, sections.points
    at_point = np.where(node >= 0, distance[node], np.nan)
    first, last = sections.point_start[:-1], sections.point_start[1:] - 1
    # Cable that leaves a soma starts at its surface; cable that enters one ends there.
    leaving = first[np.isnan(at_point[first]) & ~np.isnan(at_point[first + 1])]
    step = np.linalg.norm(points[leaving + 1, :3] - points[leaving, :3], axis=1)
    at_point[leaving] = np.maximum(at_point[leaving + 1] - step, 0.0)
    entering = last[np.isnan(at_point[last]) & ~np.isnan(at_point[last - 1])]
    step = np.linalg.norm(points[entering, :3] - points[entering - 1, :3], axis=1)
    towards = -step if origin == "soma" else step
    at_point[entering] = np.maximum(at_point[entering - 1] + towards, 0.0)
    # A soma is one place.
    of_owner = np.repeat(distance[sections.owner], np.diff(sections.point_start))
    return np.where(np.isnan(at_point), of_owner, at_point)
