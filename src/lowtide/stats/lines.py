"""Is one number another one again? Shares of rows on one line or in one order, sound when some cells are wrong."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from lowtide.stats.association import Floats

TRIES = 40
MOST = 4_000


def spread(values: Floats) -> float:
    """Return a standard deviation that a few wild values do not move (from the quartiles, else the plain one)."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low) / 1.349 or float(values.std())


def line(x: Floats, y: Floats, tolerance: Floats | float, seed: int = 0) -> tuple[float, float, float]:
    """Return slope, intercept and share of rows within ``tolerance`` of the best straight line.

    Lines through random pairs of rows are tried, one row from the low third of ``x`` and one from the high
    third (random sample consensus, Fischler & Bolles 1981), so rows off the line do not bend it.
    """
    n = len(x)
    order = np.argsort(x, kind="stable")
    rng = np.random.default_rng([seed, 83])
    third = max(n // 3, 1)
    low, high = order[rng.integers(0, third, TRIES)], order[n - 1 - rng.integers(0, third, TRIES)]
    wide = x[high] != x[low]
    if not wide.any():
        return 0.0, 0.0, 0.0
    with np.errstate(over="ignore"):
        slopes = (y[high[wide]] - y[low[wide]]) / (x[high[wide]] - x[low[wide]])
    slopes = np.where(np.abs(slopes) < 1e100, slopes, 0.0)
    starts = y[low[wide]] - slopes * x[low[wide]]
    off = np.abs(y[None, :] - slopes[:, None] * x[None, :] - starts[:, None])
    shares = (off <= np.asarray(tolerance) * 4 + 1e-12).mean(axis=1)
    best = int(shares.argmax())
    slope, start = float(slopes[best]), float(starts[best])
    for _ in range(2):
        near = np.abs(y - slope * x - start) <= np.asarray(tolerance) * 4 + 1e-12
        if near.sum() < 3 or np.ptp(x[near]) == 0:
            break
        centre = x[near].mean()
        slope = float(np.dot(x[near] - centre, y[near]) / np.dot(x[near] - centre, x[near] - centre))
        start = float(y[near].mean() - slope * centre)
    share = float(np.mean(np.abs(y - slope * x - start) <= np.asarray(tolerance) + 1e-12))
    return slope, start, share


def ordered(x: Floats, y: Floats, seed: int = 0) -> float:
    """Return the share of rows that can stay so that ``y`` rises (or falls) with ``x`` all along.

    The longest monotone subsequence (Schensted 1961). Rows that are equal in ``x`` only stay together when
    they are equal in ``y``.
    """
    if len(x) > MOST:
        keep = np.random.default_rng([seed, 89]).choice(len(x), MOST, replace=False)
        x, y = x[keep], y[keep]
    if len(x) == 0:
        return 0.0
    return max(_longest(x, y), _longest(-x, y)) / len(x)


def _longest(x: Floats, y: Floats) -> int:
    tails: list[float] = []
    for value in y[np.lexsort((-y, x))].tolist():
        place = bisect_right(tails, value)
        if place == len(tails):
            tails.append(value)
        else:
            tails[place] = value
    return len(tails)


def unit(values: Floats) -> float:
    """Return the step to which values were rounded (1, 0.1, 0.01 …, or 10, 100 …); 0 when there is none.

    >>> unit(np.array([1.25, 3.5, 7.0]))
    0.01
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0
    for power in range(6, -7, -1):
        step = 10.0**power
        steps = known / step
        if np.all(np.abs(steps - np.round(steps)) <= 1e-9 * np.maximum(np.abs(steps), 1.0)):
            return float(f"1e{power}")
    return 0.0
