"""Turns the errors of database clients into messages that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from napari_neuron.errors import DatabaseError, NapariNeuronError

INSTALL = "pip install 'napari-neuron[databases]'"


@contextmanager
def said_clearly(database: str, what: str, token_help: str) -> Iterator[None]:
    """Turn whatever a client raises into a `DatabaseError`.

    Parameters
    ----------
    database
        Its name.
    what
        What is asked for: "neuron 123".
    token_help
        Where a user gets a token, and where to put it.

    Raises
    ------
    DatabaseError
        That names the database and what was asked for.
    """
    try:
        yield
    except NapariNeuronError as fault:
        raise fault if isinstance(fault, DatabaseError) else _error(database, what, fault) from None
    except Exception as fault:  # clients raise all kinds of things, plain Exception among them
        raise _translated(database, what, fault, token_help) from fault


def require_answer(server: str) -> None:
    """Ask a server for anything at all, and not for long.

    The clients wait forever for a server that does not answer, or try several times.

    Raises
    ------
    requests.RequestException
        If there is no answer in time; any answer will do.
    """
    import requests

    requests.head(server, timeout=PATIENCE, allow_redirects=False)


PATIENCE = (5.0, 8.0)
"""Seconds until a server takes the connection, and until it answers."""


def in_a_line(fault: Exception) -> str:
    """Return what an exception says, on one line and not too long."""
    words = re.sub(r"\s+", " ", str(fault)).strip() or type(fault).__name__
    return words if len(words) <= 300 else f"{words[:297]}..."


def _translated(database: str, what: str, fault: Exception, token_help: str) -> DatabaseError:
    import requests

    if isinstance(fault, ImportError):
        name = fault.name or "its client"
        return DatabaseError(f"{database} needs {name}, which is not installed: {INSTALL}")
    response = getattr(fault, "response", None)
    status = getattr(response, "status_code", None)
    words = in_a_line(fault)
    if status in (401, 403) or type(fault).__name__ == "AuthException" or "oken" in words:
        return DatabaseError(f"{database} needs a token, or refused this one. {token_help}")
    if status in (400, 404):
        return DatabaseError(f"{database} has no {what} (status {status})")
    if status is not None:
        return DatabaseError(
            f"{database} answered the request for {what} with status {status}; try again later"
        )
    if isinstance(fault, requests.Timeout):
        return DatabaseError(f"{database} did not answer in time; try again later")
    if isinstance(fault, requests.ConnectionError):
        host = re.search(r"host='([^']+)'|https?://([^/\s]+)", str(fault))
        where = f" ({host[1] or host[2]})" if host else ""
        return DatabaseError(
            f"{database}{where} cannot be reached. Check the network, a proxy or firewall, and the "
            "address of the server"
        )
    return _error(database, what, fault)


def _error(database: str, what: str, fault: Exception) -> DatabaseError:
    return DatabaseError(f"{database}, {what}: {in_a_line(fault)}")
