"""The membrane time constant from how the voltage charges: exponentials fitted to a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_neuron.protocols.outcome import FloatArray

_MOST_SAMPLES = 500
"""That are fitted: more tell nothing new of a curve so smooth."""


@dataclass(frozen=True)
class Charging:
    """A sum of exponentials that a step response follows.

    Attributes
    ----------
    tau : float
        The slowest time constant, ms; NaN where there is nothing to fit.
    weight : float
        Its share of the whole charging, 1 for a cell that charges with one time constant.
    steady : float
        Where the fit goes, mV.
    error : float
        Root mean square of what the fit leaves, as a fraction of the response.
    """

    tau: float
    weight: float
    steady: float
    error: float


_FASTER = np.array([1.0, 8.0, 30.0])
"""How many times faster than the slowest the terms are at first: as those of a cable of one λ."""

_NOTHING = Charging(np.nan, np.nan, np.nan, np.nan)


def fit_charging(time: FloatArray, voltage: FloatArray, *, terms: int = 3) -> Charging:
    """Fit V(t) = steady + Σ Cᵢ exp(−t/τᵢ) to a step response, and return the slowest τ.

    A cable charges with a series of time constants, of which the slowest is the membrane's where
    the membrane is uniform (Rall 1969, Biophys J 9:1483); a single exponential fitted to all of
    it comes out too short. As many terms are used as make the fit better by a lot, at most
    ``terms``, and only where all charge in the same direction.

    Parameters
    ----------
    time : (n,) float64
        From the onset of the step, ms.
    voltage : (n,) float64
        Departure from the run without a step, mV.
    terms
        The most exponentials.

    Returns
    -------
    Charging
    """
    inside = (time > 0) & np.isfinite(voltage)
    t, v = time[inside], voltage[inside]
    size = float(np.abs(v).max()) if len(v) else 0.0
    if len(t) < 8 or size < 1e-9:
        return _NOTHING
    # denser where the fast terms are
    rows = np.unique((np.linspace(0, 1, _MOST_SAMPLES) ** 2 * (len(t) - 1)).astype(np.int64))
    t, v = t[rows], v[rows]
    best = _fit(t, v, np.array([t[-1] / 5]))
    for count in range(2, terms + 1):
        found = _fit(t, v, best[0][0] / _FASTER[:count])
        taus, weights, _, error = found
        share = weights / weights.sum() if weights.sum() else weights
        is_charging = bool((share > 0).all() and share[0] > 0.05 and taus[0] < 3 * t[-1])
        if not is_charging or error > 0.5 * best[3]:
            break
        best = found
    taus, weights, steady, error = best
    total = float(weights.sum())
    return Charging(
        tau=float(taus[0]),
        weight=float(weights[0] / total) if total else np.nan,
        steady=float(steady),
        error=float(error / size),
    )


def _fit(
    t: FloatArray, v: FloatArray, start: FloatArray
) -> tuple[FloatArray, FloatArray, float, float]:
    """Return time constants (slowest first), weights, the steady value and the error.

    For given time constants the rest is linear (variable projection), so only they are searched.
    """
    from scipy.optimize import least_squares

    def solved(log_tau: FloatArray) -> tuple[FloatArray, FloatArray]:
        basis = np.concatenate([np.ones((1, len(t))), np.exp(-t / np.exp(log_tau)[:, None])]).T
        values, *_ = np.linalg.lstsq(basis, v, rcond=None)
        return values, basis @ values - v

    lowest, highest = np.log(max(t[0] / 10, 1e-6)), np.log(10 * t[-1])
    first = np.clip(np.log(start), lowest + 1e-6, highest - 1e-6)
    scale = float(np.abs(v).max())
    answer = least_squares(
        lambda log_tau: solved(log_tau)[1] / scale,
        first,
        bounds=(lowest, highest),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    values, left = solved(answer.x)
    order = np.argsort(-answer.x)
    taus = np.exp(answer.x[order])
    return taus, -values[1:][order], values[0], float(np.sqrt(np.mean(left**2)))
