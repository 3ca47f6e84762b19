"""Experiments that were not saved: kept, offered, and restored on the cells they name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from napari_neuron.session import Session
from napari_neuron.spec import Experiment
from napari_neuron.widgets.cell.cell_files import CellFiles
from napari_neuron.widgets.cell_in_view import cells_in
from napari_neuron.widgets.keeping import Keeping, Offer
from napari_neuron.widgets.toolkit.offer_line import OfferLine

if TYPE_CHECKING:
    from napari.viewer import Viewer

_NAMED = 3


def keeping_of(
    viewer: Viewer,
    session: Session,
    files: CellFiles,
    line: OfferLine,
    say: Callable[..., None],
) -> Keeping:
    """Return what keeps the experiments of a session, and offers those left by others."""
    return Keeping(
        "experiment",
        session,
        session.experiment_changed,
        line,
        restore=lambda left: files.take_over(left, Path()),
        described=lambda left: offer_of(left, cells_in(viewer)),
        say=say,
    )


def offer_of(experiment: Experiment, there: Collection[str]) -> Offer:
    """Say which cells an experiment is on, and which of them restoring it opens.

    Parameters
    ----------
    experiment
        Which one.
    there
        Names of the cells in the viewer.
    """
    if not experiment.cells:
        note = "" if there else "Open a skeleton to restore it."
        return Offer("no cell", note, can_restore=bool(there))
    of = _in_words([source.name for source in experiment.cells])
    missing = [source for source in experiment.cells if source.name not in there]
    lost = [s for s in missing if s.path is None or not Path(s.path).is_file()]
    if lost:
        first = lost[0]
        why = f"its file {Path(first.path).name} is gone" if first.path else "it came from no file"
        rest = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
        return Offer(of, f"To restore it open {first.name} ({why}){rest}.", can_restore=False)
    if missing:
        return Offer(of, f"Restore opens {_in_words([Path(s.path or '').name for s in missing])}.")
    return Offer(of)


def _in_words(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
