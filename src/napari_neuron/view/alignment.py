"""How a cell and a volume lie relative to each other, and how to fix it; pure numpy.

`volume_of` reads a napari layer; `compare` says what is wrong. The remedy it finds is a voxel
size, an origin and an order of axes, which `mend` writes into the layer. Lengths are in µm and
axes z, y, x throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import Morphology

Three = tuple[float, float, float]
Kind = Literal["aligned", "partly", "no unit", "axes", "scale", "apart"]

_FACTORS = (2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 62.5, 64, 100, 125, 250, 500, 1000)
_ENOUGH = 0.95
"""Fraction of the cell that a remedy must bring into the volume."""


@dataclass(frozen=True)
class Volume:
    """The geometry of an image in a viewer.

    Attributes
    ----------
    name
        Of the layer.
    shape
        Voxels along z, y, x.
    voxel
        Size of a voxel, µm; in napari's pixels if there is no unit.
    origin
        Position of the centre of the first voxel, in the same unit.
    has_unit
        False for a layer that is still in pixels.
    """

    name: str
    shape: tuple[int, int, int]
    voxel: Three = (1.0, 1.0, 1.0)
    origin: Three = (0.0, 0.0, 0.0)
    has_unit: bool = True

    @property
    def low(self) -> npt.NDArray[np.float64]:
        """(3,) where the volume begins."""
        return np.asarray(self.origin) - np.asarray(self.voxel) / 2

    @property
    def high(self) -> npt.NDArray[np.float64]:
        """(3,) where it ends."""
        return self.low + np.asarray(self.shape) * self.voxel


@dataclass(frozen=True)
class Remedy:
    """A change that would bring a volume and a cell together.

    Attributes
    ----------
    label
        Text of the button.
    voxel, origin
        µm, along the new axes.
    order
        The axes of the data in their new order; (0, 1, 2) leaves them.
    """

    label: str
    voxel: Three
    origin: Three
    order: tuple[int, int, int] = (0, 1, 2)


@dataclass(frozen=True)
class Verdict:
    """What a cell and a volume have to do with each other.

    Attributes
    ----------
    kind
        "aligned": the volume holds the cell; "partly": some of it; "no unit": the volume is in
        pixels; "axes": swapped or rolled; "scale": too large or too small; "apart": disjoint.
    inside
        Fraction of the cell's nodes that lie in the volume, 0 to 1.
    message
        In words.
    remedy
        None if there is nothing to fix, or no known way.
    """

    kind: Kind
    inside: float
    message: str
    remedy: Remedy | None = None


def compare(cell: Morphology, volume: Volume) -> Verdict:
    """Say what a cell and a volume have to do with each other.

    Of the changes that bring at least 95 % of the cell's nodes into the volume, the smallest is
    proposed: another order of axes, then a scale (the smallest), then both. If at least half of the
    cell lies in the volume, no scale is proposed, because the cell was traced beyond it.
    """
    nodes = cell.position[:, ::-1]
    if not volume.has_unit:
        return _without_unit(cell, volume, nodes)
    inside = _share(nodes, volume)
    factor = _too_large(nodes, volume) if inside >= _ENOUGH else None
    if factor is not None:
        there = _scaled(volume, factor)
        return Verdict(
            "scale",
            inside,
            f"{volume.name} seems {1 / factor:g} times too large for {cell.name}, which fills "
            f"only one corner of it. Now {_sizes(cell, nodes, volume)}.",
            Remedy(f"Voxels of {_nanometres(there.voxel)}", there.voxel, there.origin),
        )
    percent = f"{_percent(inside)} of {cell.name} lies in {volume.name}"
    if inside >= _ENOUGH:
        return Verdict("aligned", inside, f"{percent[:1].upper()}{percent[1:]}.")
    sizes = _sizes(cell, nodes, volume)
    some = nodes[:: max(1, len(nodes) // 4000)]
    for order, factor in _ways():
        there = _changed(volume, order, factor)
        if _share(some, there) < _ENOUGH or (inside >= 0.5 and factor != 1):
            continue
        label = f"Voxels of {_nanometres(there.voxel)}"
        kind: Kind
        if order == _UNCHANGED:
            kind, text = "scale", f"{volume.name} seems {_times(factor)} for {cell.name}."
            if inside > 0:
                kind = "partly"
                text = (
                    f"{percent}. That is right if {volume.name} is only a piece; if it should "
                    f"hold the whole cell, it is {_times(factor)}."
                )
        else:
            kind, change = "axes", "rolled" if order in _ROLLS else "swapped"
            text = f"The axes of {volume.name} seem to be {change}"
            text += "." if factor == 1 else f", and it is {_times(factor)}."
            back = f"{'Roll' if order in _ROLLS else 'Swap'} the axes back"
            label = back if factor == 1 else f"{back}, {label[0].lower()}{label[1:]}"
        text = f"{text} Now {sizes}."
        return Verdict(kind, inside, text, Remedy(label, there.voxel, there.origin, order))
    if inside > 0:
        return Verdict("partly", inside, f"{percent}: {sizes}.")
    gap = np.maximum(volume.low - nodes.max(axis=0), nodes.min(axis=0) - volume.high)
    axis = int(gap.argmax())
    where = f", {_length(gap[axis])} apart along {'zyx'[axis]}" if gap[axis] > 0 else ""
    to = (nodes.min(axis=0) + nodes.max(axis=0)) / 2 - (volume.low + volume.high) / 2
    return Verdict(
        "apart",
        0.0,
        f"{cell.name} and {volume.name} do not meet{where}: {sizes}. An image cut from a larger "
        f"one needs its position there as its origin.",
        Remedy("Centre the image on the cell", volume.voxel, _three(volume.origin + to)),
    )


def _without_unit(cell: Morphology, volume: Volume, nodes: npt.NDArray[np.float64]) -> Verdict:
    text = (
        f"{volume.name} has no voxel size. While it is in pixels, napari does not line up any "
        f"layers by their units."
    )
    guesses: list[tuple[Volume, str]] = []
    if volume.voxel != (1.0, 1.0, 1.0):  # somebody has set a scale and no unit
        guesses += [(_scaled(volume, factor), "its scale") for factor in (1.0, 1e-3)]
    else:
        sizes = [float(s) for s in cell.unit.split(" ")[:1] if cell.unit.endswith(" nm")]
        guesses += [(_scaled(volume, s / 1000), "the file of the cell") for s in sizes]
        guesses += [(_scaled(volume, s / 1000), "a usual size") for s in (4, 8, 10, 16, 32)]
    for there, why in guesses:
        inside = _share(nodes, there)
        if inside >= _ENOUGH:
            size = _nanometres(there.voxel)
            return Verdict(
                "no unit",
                inside,
                f"{text} With voxels of {size} ({why}) {_percent(inside)} of {cell.name} lies in "
                "it.",
                Remedy(f"Set voxels of {size}", there.voxel, there.origin),
            )
    return Verdict("no unit", 0.0, f"{text} Enter the size below.")


def with_voxel(volume: Volume, voxel: Three) -> Remedy:
    """Return the remedy that gives a volume another voxel size (µm) and leaves its first voxel.

    The origin is counted in voxels, so it changes too.
    """
    origin = np.asarray(volume.origin) / volume.voxel * voxel
    return Remedy(f"Set voxels of {_nanometres(voxel)}", voxel, _three(origin))


_ROLLS = ((1, 2, 0), (2, 0, 1))
_UNCHANGED = (0, 1, 2)


def _ways() -> list[tuple[tuple[int, int, int], float]]:
    """Return changes of axes and scale, the smallest first."""
    orders = [(2, 1, 0), *_ROLLS]
    orders += [order for order in permutations(range(3)) if order not in (_UNCHANGED, *orders)]
    factors = sorted((f**sign for f in _FACTORS for sign in (1, -1)), key=lambda f: abs(np.log(f)))
    ways = [(order, 1.0) for order in orders] + [(_UNCHANGED, float(f)) for f in factors]
    return ways + [(order, float(f)) for f in factors for order in orders[:3]]


def _changed(volume: Volume, order: Sequence[int], factor: float) -> Volume:
    first, second, third = order
    return replace(
        _scaled(volume, factor),
        shape=(volume.shape[first], volume.shape[second], volume.shape[third]),
        voxel=_three(factor * volume.voxel[axis] for axis in order),
        origin=_three(factor * volume.origin[axis] for axis in order),
    )


def _scaled(volume: Volume, factor: float) -> Volume:
    return replace(
        volume,
        voxel=_three(factor * size for size in volume.voxel),
        origin=_three(factor * place for place in volume.origin),
    )


def _too_large(nodes: npt.NDArray[np.float64], volume: Volume) -> float | None:
    """Return the factor that makes the volume as large as a cell in a corner of it."""
    for factor in _FACTORS[1:]:
        there = _scaled(volume, 1 / factor)
        fill = np.ptp(nodes, axis=0) / (there.high - there.low)
        if fill.min() >= 0.6 and _share(nodes, there) >= _ENOUGH:
            return 1 / factor
    return None


def _times(factor: float) -> str:
    return f"{factor:g} times too small" if factor > 1 else f"{1 / factor:g} times too large"


def _sizes(cell: Morphology, nodes: npt.NDArray[np.float64], volume: Volume) -> str:
    of_volume = _extent(volume.high - volume.low)
    return f"{cell.name} spans {_extent(np.ptp(nodes, axis=0))}, {volume.name} {of_volume}"


def _share(nodes: npt.NDArray[np.float64], volume: Volume) -> float:
    return float(((nodes >= volume.low) & (nodes <= volume.high)).all(axis=1).mean())


def _three(values: Any) -> Three:
    # a product of decimals has rounding errors in its last digits, visible in fields
    z, y, x = (float(f"{value:.9g}") for value in values)
    return z, y, x


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def _length(micrometres: float) -> str:
    return f"{micrometres:.3g} µm" if micrometres < 1e4 else f"{micrometres / 1000:.3g} mm"


def _extent(sizes: npt.NDArray[np.float64]) -> str:
    return " × ".join(f"{size:.3g}" for size in sizes) + " µm (z, y, x)"


def _nanometres(voxel: Three) -> str:
    sizes = [f"{1000 * size:.4g}" for size in voxel]
    return f"{sizes[0]} nm" if len(set(sizes)) == 1 else " × ".join(sizes) + " nm"


# napari layers --------------------------------------------------------------------------------


def volume_of(layer: Any) -> Volume | None:
    """Read an Image or Labels layer; None if it has fewer than three axes.

    If it has more, the last three count.
    """
    if layer.ndim < 3:
        return None
    low, high = layer.extent.data[:, -3:]
    shape = tuple(round(n) + 1 for n in high - low)
    factors = [_micrometres(unit) for unit in layer.units[-3:]]
    has_unit = all(factor is not None for factor in factors)
    factor = np.array(factors, dtype=float) if has_unit else np.ones(3)
    return Volume(
        layer.name,
        (shape[0], shape[1], shape[2]),
        _three(np.asarray(layer.scale[-3:]) * factor),
        _three(np.asarray(layer.translate[-3:]) * factor),
        has_unit,
    )


def lie_alike(one: Any, other: Any) -> bool:
    """Whether two layers have the same voxels in the same place, as an image and its labels."""
    first, second = volume_of(one), volume_of(other)
    return None not in (first, second) and replace(first, name="") == replace(second, name="")


def judge(viewer: Any, cell: Morphology, layer: Any) -> Verdict | None:
    """Compare a cell with a layer as the viewer shows it; None if it has fewer than three axes."""
    volume = volume_of(layer)
    if volume is None:
        return None
    in_micrometres = all(_micrometres(unit) == 1 for unit in layer.units[-3:])
    if volume.has_unit and not in_micrometres:
        others = [x.name for x in layers_in_pixels(viewer)]
        problem = ""
        if not hasattr(viewer.layers, "units"):
            problem = "this version of napari does not line up layers by their units"
        elif others:
            problem = f"{others[0]} is in pixels, so napari does not line up layers by their units"
        if problem:
            return Verdict(
                "no unit",
                0.0,
                f"{layer.name} is in {layer.units[-1]:~} and the cell in µm, but {problem}.",
                Remedy("Give its voxel size in µm", volume.voxel, volume.origin),
            )
    return compare(cell, volume)


def mend(layer: Any, remedy: Remedy) -> None:
    """Give a layer the voxel size, origin and order of axes of a remedy; its unit becomes µm."""
    if remedy.order != _UNCHANGED:
        extra = layer.ndim - 3
        order = (*range(extra), *(extra + axis for axis in remedy.order))
        if layer.multiscale:
            layer.data = [level.transpose(order) for level in layer.data]
        else:
            layer.data = layer.data.transpose(order)
    # units first: napari 0.9.2 keeps an inverse of the transform with the units of before
    layer.units = (*layer.units[:-3], "um", "um", "um")
    layer.scale = (*layer.scale[:-3], *remedy.voxel)
    layer.translate = (*layer.translate[:-3], *remedy.origin)


def layers_in_pixels(viewer: Any) -> list[Any]:
    """Return the layers that switch off napari's units for all, by having none themselves."""
    return [
        layer
        for layer in viewer.layers
        if layer.ndim >= 2 and any(_micrometres(unit) is None for unit in layer.units[-2:])
    ]


def _micrometres(unit: Any) -> float | None:
    """Return how many µm a unit is; None if it is not a length."""
    import pint

    try:
        return float((1 * unit).to("um").magnitude)
    except pint.DimensionalityError:
        return None
