"""Where something begins: a threshold narrowed down to a third in each round of runs."""

from __future__ import annotations

from collections.abc import Mapping


def bracket(happens: Mapping[float, bool]) -> tuple[float | None, float | None]:
    """Return the values between which something begins to happen.

    Parameters
    ----------
    happens
        Whether it does, for values that were tried.

    Returns
    -------
    highest without, lowest with
        The lowest value at which it happens, and the highest below that at which it does not;
        None where there is none.
    """
    lowest = min((value for value, does in happens.items() if does), default=None)
    below = [
        value for value, does in happens.items() if not does and (lowest is None or value < lowest)
    ]
    return max(below, default=None), lowest


def between(low: float, high: float, precision: float) -> tuple[float, ...]:
    """Return the values to try next; none where the two are within ``precision``.

    Two values cut the interval into thirds, as two runs go on at a time: one round of them
    narrows it more than one of a bisection, and what is found does not depend on how many run at
    once.
    """
    width = high - low
    if width <= precision * (1 + 1e-9):
        return ()
    if width <= 2 * precision:
        return (low + width / 2,)
    return low + width / 3, low + 2 * width / 3


def whole_between(low: int, high: int) -> tuple[int, ...]:
    """Return the whole numbers to try next; none where there are none between."""
    width = high - low
    if width <= 1:
        return ()
    return tuple(dict.fromkeys((low + max(1, width // 3), low + min(width - 1, 2 * width // 3))))
