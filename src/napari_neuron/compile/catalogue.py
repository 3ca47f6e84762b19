"""What NEURON knows: mechanisms, their parameters, and ions. Plain values, JSON in and out.

`napari_neuron.engine.catalogue` reads it from NEURON; forms and checks use it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, Literal, Self

MechanismKind = Literal["density", "point_process", "artificial_cell"]


@dataclass(frozen=True)
class Variable:
    """A parameter, state or other value of a mechanism.

    Attributes
    ----------
    name : str
        As in the MOD file: ``gnabar``.
    neuron_name : str
        NEURON's name from outside: ``gnabar_hh``; the same as ``name`` for point processes.
    unit : str
        The unit as NEURON writes it: ``S/cm2``; "" if there is none.
    default : float or None
        Default value; None if it depends on the run.
    size : int
        Number of elements if it is an array, otherwise 1.
    scope : str
        "range": one value per place. "global": one for all.
    """

    name: str
    neuron_name: str
    unit: str = ""
    default: float | None = None
    size: int = 1
    scope: Literal["range", "global"] = "range"


@dataclass(frozen=True)
class IonUse:
    """How a mechanism uses an ion: the names it reads (``ena``) and writes (``ina``)."""

    ion: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mechanism:
    """One mechanism.

    Attributes
    ----------
    name : str
        NEURON's name: "hh", "ExpSyn", "NetStim".
    kind : str
        "density", "point_process" or "artificial_cell".
    parameters : tuple of Variable
        Variables that can be set.
    states, assigned : tuple of Variable
        Further variables that can be recorded.
    ions : tuple of IonUse
    pointers : tuple of str
        Variables that must point into another mechanism (POINTER), which paint cannot do.
    takes_events : bool
        Whether a spike train can drive it (it has a NET_RECEIVE block).
    sends_events : bool
        Whether it generates events, as artificial cells do.
    source : str
        Name of the MOD file; "" for a built-in mechanism.
    """

    name: str
    kind: MechanismKind
    parameters: tuple[Variable, ...] = ()
    states: tuple[Variable, ...] = ()
    assigned: tuple[Variable, ...] = ()
    ions: tuple[IonUse, ...] = ()
    pointers: tuple[str, ...] = ()
    takes_events: bool = False
    sends_events: bool = False
    source: str = ""

    def parameter(self, name: str) -> Variable | None:
        """Return the parameter called ``name``, None if there is none."""
        return next((v for v in self.parameters if v.name == name), None)

    @property
    def recordable(self) -> tuple[Variable, ...]:
        """Everything that has a value at each place."""
        everything = (*self.states, *self.assigned, *self.parameters)
        return tuple(v for v in everything if v.scope == "range")


@dataclass(frozen=True)
class Ion:
    """An ion known to NEURON, with its default values.

    Attributes
    ----------
    name : str
        "na", "k", "ca" ...
    e : float
        Reversal potential, mV.
    inside, outside : float
        Concentrations, mM.
    charge : float
        Charge number; 0 if no MOD file gives it.
    """

    name: str
    e: float
    inside: float
    outside: float
    charge: float


@dataclass(frozen=True)
class Catalogue:
    """Every mechanism and ion known to NEURON with its compiled MOD files.

    Attributes
    ----------
    neuron : str
        NEURON's version.
    mechanisms : tuple of Mechanism
        Density mechanisms, then point processes, then artificial cells; by name.
    ions : tuple of Ion
    """

    neuron: str
    mechanisms: tuple[Mechanism, ...]
    ions: tuple[Ion, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, Mechanism]:
        return {mechanism.name: mechanism for mechanism in self.mechanisms}

    def mechanism(self, name: str) -> Mechanism | None:
        """Return the mechanism called ``name``, None if there is none."""
        return self._by_name.get(name)

    def ion(self, name: str) -> Ion | None:
        """Return the ion called ``name``, None if there is none."""
        return next((ion for ion in self.ions if ion.name == name), None)

    def of_kind(self, *kinds: MechanismKind) -> tuple[Mechanism, ...]:
        """Return the mechanisms of some kinds."""
        return tuple(m for m in self.mechanisms if m.kind in kinds)

    def to_json(self) -> str:
        """Return the catalogue as JSON text."""
        return json.dumps(dataclasses.asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is something else.
        """
        try:
            return cls.from_plain(json.loads(text))
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"this is not a catalogue of mechanisms: {error}") from None

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> Self:
        """Make a catalogue from the dicts and lists of its JSON."""
        mechanisms = tuple(
            Mechanism(
                **{
                    **mechanism,
                    **{
                        field: tuple(Variable(**variable) for variable in mechanism[field])
                        for field in ("parameters", "states", "assigned")
                    },
                    "pointers": tuple(mechanism["pointers"]),
                    "ions": tuple(
                        IonUse(use["ion"], tuple(use["reads"]), tuple(use["writes"]))
                        for use in mechanism["ions"]
                    ),
                }
            )
            for mechanism in values["mechanisms"]
        )
        return cls(
            neuron=values["neuron"],
            mechanisms=mechanisms,
            ions=tuple(Ion(**ion) for ion in values["ions"]),
        )


def nearest_name(wrong: str, names: Iterable[str]) -> str | None:
    """Return the name that looks most like ``wrong``; None if there are no names."""
    return max(
        names,
        key=lambda name: SequenceMatcher(None, wrong.lower(), name.lower()).ratio(),
        default=None,
    )
