"""Which synapses of a table to place, and how: what the dialog asks its thread to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_neuron.compile.read_synapses import read_columns, read_synapses
from napari_neuron.compile.synapse_table import SynapseTable
from napari_neuron.errors import ExperimentError, MorphologyError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Stimulus, Synapse
from napari_neuron.spec.base import Spec

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE, IN_GROUPS, BY_PARTNER = "all at once", "in groups over time", "one train per partner"


@dataclass(frozen=True, eq=False)
class Choice:
    """The requested synapses of a table.

    Attributes
    ----------
    cell, source, columns
        As `read_synapses` takes them.
    where
        As `SynapseTable.where` takes it; "partner" is text separated by commas.
    draw, seed
        How many at random, 0 for all.
    """

    cell: Morphology
    source: str | None
    columns: dict[str, Any]
    where: dict[str, Any] = field(default_factory=dict)
    draw: int = 0
    seed: int = 1

    @property
    def of_the_table(self) -> str:
        """What the unfiltered rows depend on, as text."""
        changed = Path(self.source).stat().st_mtime_ns if self.source else 0
        return repr((self.source, changed, sorted(self.columns.items())))


@dataclass(frozen=True, eq=False)
class Found:
    """The outcome of a choice.

    Attributes
    ----------
    names : tuple of str
        Columns of the source.
    table : SynapseTable or None
        The synapses that are wanted; None if something is wrong.
    everything : SynapseTable or None
        Before filters, for the next choice, with what it depends on.
    said, problem : str
    """

    names: tuple[str, ...] = ()
    table: SynapseTable | None = None
    everything: tuple[str, SynapseTable] | None = None
    said: str = ""
    problem: str = ""

    @property
    def left_out(self) -> pd.DataFrame | None:
        """Rows that could not be placed."""
        return self.everything[1].left_out if self.everything is not None else None


def find(choice: Choice, before: tuple[str, SynapseTable] | None) -> Found:
    """Read the table, unless that is ``before``, and choose among its synapses."""
    names: tuple[str, ...] = ()
    everything = None
    try:
        names = read_columns(choice.source, choice.cell)
        key = choice.of_the_table
        if before is None or before[0] != key:
            before = key, read_synapses(choice.source, choice.cell, **choice.columns)
        everything = before
        table = chosen = everything[1].where(**_matching(choice.where, everything[1]))
        if choice.draw:
            table = chosen.draw(choice.draw, choice.seed)
    except (NapariNeuronError, OSError) as error:
        return Found(names, None, everything, "", str(error))
    said = _in_words(table, len(chosen), everything[1])
    if not len(everything[1]):
        said += _in_another_unit(choice)
    return Found(names, table, everything, said)


def _in_another_unit(choice: Choice) -> str:
    """Say in which unit, if any, synapses that are all too far away would lie at the cell."""
    said = choice.columns.get("units", "um")
    for units in dict.fromkeys((choice.cell.unit, "nm", "um", "8 nm", "4x4x40 nm", "10 nm")):
        if units == said:
            continue
        try:
            there = read_synapses(choice.source, choice.cell, **{**choice.columns, "units": units})
        except MorphologyError:  # a cell may be in a unit that positions cannot be in
            continue
        if 2 * len(there) > len(there) + len(there.left_out):
            return (
                f"\nWith “{units}” as the unit of positions, {len(there):,} would be close enough."
            )
    return ""


def _matching(where: dict[str, Any], table: SynapseTable) -> dict[str, Any]:
    """Return the conditions with partners as the table writes them."""
    if not where.get("partner"):
        return {name: value for name, value in where.items() if name != "partner"}
    wanted = {piece.strip() for piece in where["partner"].split(",")}
    if "partner" not in table.rows:
        raise ExperimentError("partner", "choose the column that names the partners first")
    there = {str(partner): partner for partner in table.rows["partner"].unique().tolist()}
    missing = sorted(wanted - set(there))
    if missing:
        raise ExperimentError("partner", f"the table has no partner {missing[0]!r}")
    return {**where, "partner": [there[name] for name in sorted(wanted)]}


def _in_words(table: SynapseTable, n_found: int, everything: SynapseTable) -> str:
    n_left_out = len(everything.left_out)
    n_read = len(everything) + n_left_out
    text = f"{len(table):,} synapses to place, of {n_found:,} that match and {n_read:,} rows."
    if len(table) and not table.rows["distance"].isna().all():
        text += f" At most {table.rows['distance'].max():.2f} µm from their nodes."
    if n_left_out:
        for reason, n in everything.left_out["why"].value_counts().items():
            text += f"\n{n:,} left out: {reason}."
    return text


def usual_kind(table: SynapseTable) -> str:
    """Return which kind is wanted as long as no one has said: what drives the cell, if known."""
    is_known = "kind" in table.rows and (table.rows["kind"] == "post").any()
    return "post" if is_known else "all"


def activate(
    table: SynapseTable,
    template: Any,
    how: str,
    groups: tuple[list[float], list[float]],
    of_table: dict[str, bool],
) -> tuple[tuple[Stimulus, ...], str]:
    """Return the stimuli for the synapses of a table, and what is wrong.

    Parameters
    ----------
    template
        The stimulus to place.
    how
        One of the three ways above.
    groups
        Sizes and times (ms) of `IN_GROUPS`.
    of_table
        "weighted" and "timed", as `SynapseTable.at_once` takes them.
    """
    try:
        if how == IN_GROUPS:
            sizes, times = groups
            return table.in_groups(template, [round(n) for n in sizes], times), ""
        if how == BY_PARTNER:
            if not isinstance(template, Synapse):
                raise ExperimentError("", "an alpha synapse has no events; choose a synapse")
            return table.by_partner(template, **of_table), ""
        return table.at_once(template, **of_table), ""
    except NapariNeuronError as error:
        return (), str(error)


def regions_of(cell: Morphology) -> dict[str, Spec | None]:
    """Return the regions that synapses can be chosen by: types and labels of the cell."""
    from napari_neuron.morphology.check import TYPE_NAMES
    from napari_neuron.spec import Labelled, SwcTypes

    regions: dict[str, Spec | None] = {"everywhere": None}
    for swc_type in sorted({int(t) for t in cell.swc_type}):
        name = f"type {swc_type}, {TYPE_NAMES.get(swc_type, 'custom')}"
        regions[name] = SwcTypes(types=(swc_type,))
    if cell.labels is not None:
        for label in sorted(set(cell.labels.tolist()) - {""}):
            regions[f"label {label}"] = Labelled(labels=(str(label),))
    return regions
