"""`Finding`: one thing you should know about a skeleton before simulating it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from napari_neuron.morphology.model import IntArray, Morphology

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing you should know about a skeleton before simulating it.

    Attributes
    ----------
    code : str
        Its stable name, such as "radius-not-positive" or "several-trees"; docs/check-and-repair.md
        lists all of them.
    severity : "error", "warning" or "info"
        With an error the cell cannot be simulated; with a warning it can, but the result is
        probably not what you want; an info is handled and good to know.
    message : str
        What it is (the first sentence), what it does to a simulation, and what to do about it.
    nodes : tuple of int
        Ids of all nodes concerned; empty if it concerns the whole cell.
    repairs : tuple of str
        The kinds of repair that help ("interpolate_radii"), the likeliest first.
    parameters : tuple of (str, float)
        Suggested values for them: ("prune_twigs.length", 2.5) in µm, or ("discretisation.d_lambda",
        0.25).
    """

    code: str
    severity: Severity
    message: str
    nodes: tuple[int, ...] = ()
    repairs: tuple[str, ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()

    @property
    def summary(self) -> str:
        """The first sentence of the message, without its full stop."""
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
