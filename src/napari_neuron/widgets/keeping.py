"""`Keeping`: a window's unsaved work is kept in files, and what another has left is offered."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from qtpy.QtCore import QTimer

from napari_neuron.autosave import KEPT_DAYS, Autosave, Found, LeftOver, find_left_over
from napari_neuron.errors import NapariNeuronError
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.offer_line import OfferLine

PAUSE, LONGEST_PAUSE = 1000, 30_000
"""ms from an edit until it is written; longer for what takes long to write."""

_SHARE = 20
"""Writing takes one part in so many of the time, as it can hold Python's global lock."""


@dataclass(frozen=True)
class Offer:
    """What a person should know before restoring something.

    Attributes
    ----------
    of : str
        What it is on.
    note : str
        What restoring does besides, or what has to be done first.
    can_restore : bool
        Whether it can be restored as things are.
    """

    of: str
    note: str = ""
    can_restore: bool = True


class Keeping:
    """Writes what is unsaved, in a thread, a moment after each edit, and offers what was left.

    Parameters
    ----------
    kind
        One of `napari_neuron.autosave.KINDS`.
    session
        Whose ``unsaved`` is kept.
    edited
        Its signal that something was edited.
    line
        Where it is offered.
    restore
        Takes over what was left, in one step; returns what there is to say.
    described
        Says what it is.
    say
        Takes what there is to say, and what went wrong.
    """

    def __init__(
        self,
        kind: str,
        session: Any,
        edited: Any,
        line: OfferLine,
        *,
        restore: Callable[[Any], str | None],
        described: Callable[[Any], Offer],
        say: Callable[..., None],
    ) -> None:
        self._kind = kind
        self._session = session
        self._changes = (edited, session.saved)
        self._line = line
        self._restore = restore
        self._described = described
        self._say = say
        self._files = Autosave(kind)
        self._left: LeftOver | None = None
        self._problem = ""
        self._timer = QTimer(singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._write)
        self._writing = LatestJob()
        self._writing.finished.connect(self._on_written)
        self._looking = LatestJob()
        self._looking.finished.connect(self._on_found)
        line.restore_requested.connect(self.restore)
        line.discard_requested.connect(self.discard)
        for change in self._changes:
            change.connect(self._on_changed)
        self._on_changed()
        self._look()

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be written or looked for."""
        return self._timer.isActive() or self._writing.is_busy or self._looking.is_busy

    def show(self) -> None:
        """Say what is offered, as things are now."""
        left = self._left
        if left is None:
            self._line.offer("")
            return
        offer = self._described(left.spec)
        then = when(left.saved, datetime.now())
        text = f"The {self._kind} of {then} ({offer.of}) was not saved."
        self._line.offer(
            f"{text} {offer.note}".strip(),
            can_restore=offer.can_restore,
            tooltip=str(left.path),
        )

    def restore(self) -> None:
        """Take over what is offered, and offer what else there is."""
        left = self._left
        if left is None:
            return
        try:
            note = self._restore(left.spec)
            self._files.update(self._session.unsaved)  # it is in a file of this window first
        except (NapariNeuronError, OSError) as error:
            self._say("", str(error))
            return
        self._left = None
        left.delete()
        self.show()
        said = f"Restored the {self._kind} of {when(left.saved, datetime.now())}; undo goes back."
        self._say(f"{said} {note}" if note else said)
        self._look()

    def discard(self) -> None:
        """Offer it no more, and offer what else there is."""
        left, self._left = self._left, None
        if left is not None:
            aside = left.discard()
            self.show()
            self._say(f"Discarded. Its file stays for {KEPT_DAYS} days: {_wrapping(aside)}")
            self._look()

    def close(self) -> None:
        """Write what is unsaved: the next window offers it."""
        with contextlib.suppress(OSError):  # there is nobody any more to tell
            self._files.close(self._session.unsaved)
        if self._left is not None:
            self._left.release()
            self._left = None
        for change in self._changes:
            change.disconnect(self._on_changed)
        self._timer.stop()
        self._writing.stop()
        self._looking.stop()

    def _on_changed(self, *_: Any) -> None:
        if not self._timer.isActive():  # edits without a pause are written, too
            self._timer.start()

    def _look(self) -> None:
        self._looking.request(_found, self._kind, tuple(self._session.unsaved.values()))

    def _on_found(self, found: Found) -> None:
        self._left = found.left_over
        self.show()
        if found.damaged:
            files = ", ".join(_wrapping(path) for path in found.damaged)
            self._say(f"What was not saved is damaged and cannot be read: {files}")

    def _write(self) -> None:
        self._writing.request(_written, self._files, self._session.unsaved)

    def _on_written(self, answer: tuple[float, str]) -> None:
        seconds, problem = answer
        self._timer.setInterval(min(max(PAUSE, round(1000 * _SHARE * seconds)), LONGEST_PAUSE))
        if problem and problem != self._problem:
            self._say("", f"What is not saved cannot be kept for the next time: {problem}")
        self._problem = problem


def when(then: datetime, now: datetime) -> str:
    """Say when something was: "today 14:32", "yesterday 09:10", "3 March 2026, 16:05"."""
    days = (now.date() - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    if days == 1:
        return f"yesterday {then:%H:%M}"
    return f"{then.day} {then:%B %Y}, {then:%H:%M}"


def _wrapping(path: Path) -> str:
    """Return a path that a narrow label may break between folders."""
    return str(path).replace(os.sep, f"{os.sep}\u200b")


def _found(kind: str, known: tuple[Any, ...]) -> Found:
    try:
        return find_left_over(kind, known)
    except OSError:  # there is no such folder, or it cannot be read
        return Found()


def _written(files: Autosave, unsaved: Mapping[Any, Any]) -> tuple[float, str]:
    """Return how many seconds it took, and what went wrong."""
    start = time.perf_counter()
    try:
        files.update(unsaved)
    except OSError as error:
        return 0.0, str(error)
    return time.perf_counter() - start, ""
