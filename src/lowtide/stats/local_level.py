"""The next of a few values in order of time, each known with an error of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_GRID = 40
_REACH = 10.0
"""Both spreads are looked for up to this many times what is seen, and down to a thousandth of that."""


@dataclass(frozen=True, slots=True)
class Predictive:
    """Posterior predictive distribution of the next value: a mixture of normals over what is unknown.

    Attributes
    ----------
    means, deviations, shares : (G,) of the components; shares sum to 1.
    """

    means: Floats
    deviations: Floats
    shares: Floats

    @property
    def mean(self) -> float:
        """Expected next value."""
        return float(self.shares @ self.means)

    def quantile(self, share: float) -> float:
        """Return the value below which the next one falls with this chance."""
        from scipy.optimize import brentq
        from scipy.special import ndtr, ndtri

        each = self.means + self.deviations * ndtri(share)
        low, high = float(each.min()), float(each.max())
        if high - low < 1e-12 * max(1.0, abs(low)):
            return low

        def excess(x: float) -> float:
            return float(self.shares @ ndtr((x - self.means) / self.deviations)) - share

        # A mixture's quantile lies between the least and the greatest of its components'.
        return float(brentq(excess, low, high, xtol=1e-10 * (high - low)))


def next_value(
    values: Floats, errors: Floats, next_error: float, *, differ: float = 1.0, wander: float = 1.0
) -> Predictive:
    """Return the predictive distribution of value K + 1.

    value_k = level_k + d_k + e_k, level_{k+1} = level_k + w_k, with e_k ~ N(0, errors_k^2) known, d_k ~ N(0, tau^2)
    (periods differ), w_k ~ N(0, omega^2) (the level wanders): a local-level model (Harvey 1989; Durbin & Koopman
    2012, ch. 2) with a flat prior on the first level and half-Cauchy priors on tau and omega (Gelman 2006), which are
    integrated out on a grid. So few values cannot tell whether periods merely differ or drift away; both
    remain possible, each as far as the values allow it (as in the predictive distribution of a random-effects
    analysis: Higgins, Thompson & Spiegelhalter 2009, section 4).

    Parameters
    ----------
    values : (K,) in order of time, at least two.
    errors : (K,) standard deviation of each; positive.
    next_error : standard deviation with which the next value will be seen.
    differ, wander : scales of the priors of tau and omega, in units of the usual error.
    """
    if len(values) < 2:
        raise ValueError("a predictive distribution needs two values")
    usual = float(np.sqrt(np.mean(errors**2)))
    top = _REACH * max(float(np.std(values, ddof=1)), usual)
    grid = np.concatenate([[0.0], np.geomspace(1e-3 * top, top, _GRID)])
    tau, omega = (a.ravel() for a in np.meshgrid(grid, grid, indexing="ij"))
    each = np.gradient(grid)
    log = np.log(np.outer(each, each)).ravel()
    log -= np.log1p((tau / (differ * usual)) ** 2) + np.log1p((omega / (wander * usual)) ** 2)
    # Kalman filter, for all pairs of spreads at once; the first value fixes the level.
    level, variance = np.full(len(tau), values[0]), errors[0] ** 2 + tau**2
    for value, error in zip(values[1:], errors[1:], strict=True):
        before = variance + omega**2
        total = before + error**2 + tau**2
        miss = value - level
        log -= 0.5 * (np.log(total) + miss**2 / total)
        level = level + before / total * miss
        variance = before * (error**2 + tau**2) / total
    share = np.exp(log - log.max())
    return Predictive(level, np.sqrt(variance + omega**2 + tau**2 + next_error**2), share / share.sum())
