"""`Finding`: one thing about a skeleton that a person should know before simulating it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from napari_neuron.morphology.model import IntArray, Morphology

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing about a skeleton that a person should know before simulating it.

    Attributes
    ----------
    code : str
        A word for it that does not change: "radius-not-positive", "several-trees"; all of them
        are listed in docs/check-and-repair.md.
    severity : "error", "warning" or "info"
        An error cannot be simulated; a warning can, with a result that is probably not meant;
        an info is handled and good to know.
    message : str
        What it is (the first sentence), what it does to a simulation and what to do about it.
    nodes : tuple of int
        The ids of all nodes concerned; empty where it concerns the cell as a whole.
    repairs : tuple of str
        The kinds of repair that help ("interpolate_radii"), the likeliest first.
    parameters : tuple of (str, float)
        What was worked out for them: ("prune_twigs.length", 2.5) in µm, or
        ("discretisation.d_lambda", 0.25).
    """

    code: str
    severity: Severity
    message: str
    nodes: tuple[int, ...] = ()
    repairs: tuple[str, ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()

    @property
    def summary(self) -> str:
        """The first sentence of the message, without its stop."""
        return self.message.partition(". ")[0].removesuffix(".")

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain types, ready for JSON."""
        return {
            **asdict(self),
            "summary": self.summary,
            "nodes": list(self.nodes),
            "repairs": list(self.repairs),
            "parameters": dict(self.parameters),
        }


def finding(
    morphology: Morphology,
    code: str,
    severity: Severity,
    message: str,
    rows: IntArray | None = None,
    repairs: tuple[str, ...] = (),
    parameters: tuple[tuple[str, float], ...] = (),
) -> Finding:
    """Return a finding about some rows of a cell."""
    nodes = () if rows is None else tuple(morphology.node_id[rows].tolist())
    return Finding(code, severity, message, nodes, repairs, parameters)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return "1 node", "2,000 nodes"."""
    return f"1 {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"
