"""`save_in_thread`: writes a file without holding up the window, and says how that went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from napari.qt.threading import create_worker

from napari_neuron.errors import NapariNeuronError


def save_in_thread(
    write: Callable[[], str | None],
    path: str | Path,
    say: Callable[[str, str], object],
    written: Callable[[], object] = lambda: None,
) -> None:
    """Write a file in a thread.

    Parameters
    ----------
    write
        Writes it; called in the thread. It may return a message.
    path
        The file, for the messages.
    say
        Called in this thread with a message and an error, of which one is "": at once, and when
        the file is written or cannot be.
    written
        Called in this thread, before that, if the file is written.
    """
    name = Path(path).name
    say(f"Saving {name} …", "")
    worker = create_worker(_written, write, name, _start_thread=False)

    def on_returned(answer: tuple[str, str]) -> None:
        if not answer[1]:
            written()
        say(*answer)

    worker.returned.connect(on_returned)
    worker.start()


def _written(write: Callable[[], str | None], name: str) -> tuple[str, str]:
    try:
        message = write()
    except (NapariNeuronError, OSError, ValueError) as error:  # ValueError: of matplotlib
        return "", f"{name} was not saved: {error}"
    return message or f"Saved {name}.", ""
