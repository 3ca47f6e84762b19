"""Runs a mechanism's gates in a voltage clamp; the child's side of `engine.kinetics`."""

from __future__ import annotations

from typing import Any


def clamp_gates(**values: Any) -> Any:
    """Do nothing yet."""
    raise NotImplementedError
