"""A bounded shift: the mix of rows moves toward the hard ones, no further than it was seen to move."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.scenarios.hard_rows import wobble
from lowtide.validate.scenarios.waters import Change, Fact, LeftOut, Waters

DEFAULT = -math.log(0.9)
"""Radius when nothing was measured: as far as the data would move if the easiest tenth of rows never came."""
MOST = -math.log(0.2)
"""No further than the worst fifth alone, which is a scenario of its own."""
BINS = 10
LEAST_ROWS = 50


class BoundedShift:
    """The worst reweighting of the held-out rows within a ball of Kullback-Leibler divergence.

    The worst weights in such a ball are an exponential tilt, ``w_i ~ exp(s h_i)`` (Hu & Hong 2013; Duchi &
    Namkoong 2021 for f-divergences), here of the predicted loss ``h(x_i)``, so that only the mix of rows moves and
    not what happens to a row. ``s`` is chosen so that the divergence from equal weights is the radius.
    """

    name: ClassVar[str] = "bounded shift"

    def look(self, waters: Waters) -> Change | LeftOut:
        hard = waters.hard
        if hard is None:
            return LeftOut("too_few_rows")
        measured = None if waters.windows is None else distance(hard, waters.windows)
        radius = min(MOST, max(DEFAULT, measured or 0.0))
        source = "time" if measured is not None and measured > DEFAULT else "default"
        facts: dict[str, Fact] = {
            "radius": radius, "measured": measured, "source": source, "left_out": 1 - math.exp(-radius),
        }  # fmt: skip
        return Change(
            factor=tilted(hard, radius), wobble=wobble(waters, lambda h: tilted(h, radius)), facts=facts
        )


def tilted(hard: Floats, radius: float) -> Floats:
    """Return (n,) weights with mean 1 that favour hard rows, at divergence ``radius`` from equal weights.

    Where no tilt reaches the radius (too few distinct rows), the hardest rows alone are kept.
    """
    spread = float(np.std(hard))
    if spread <= 0 or radius <= 0:
        return np.ones(len(hard))
    z = (hard - float(hard.max())) / spread
    low, high = 0.0, 1.0
    while divergence(_tilt(z, high)) < radius and high < 1e6:
        low, high = high, 2 * high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if divergence(_tilt(z, middle)) < radius else (low, middle)
    return _tilt(z, low)


def _tilt(z: Floats, s: float) -> Floats:
    w = np.exp(s * z)
    return np.asarray(w / w.mean())


def divergence(weights: Floats) -> float:
    """Return the Kullback-Leibler divergence of weights with mean 1 from equal weights.

    >>> round(divergence(np.array([2.0, 2.0, 0.0, 0.0])), 4)
    0.6931
    """
    there = weights[weights > 0]
    return float(np.sum(there * np.log(there))) / len(weights)


def distance(hard: Floats, windows: Ints) -> float | None:
    """Return how far the mix of rows in one stretch of time was from that of all others; the farthest one.

    Only the distribution of ``hard`` matters to a tilt of it, so the divergence is taken between its tenths and
    needs no density of all columns (whose divergence is never smaller: data-processing inequality). What chance
    alone would give, ``(bins - 1) / 2m`` (Miller 1955), is taken off. None when no stretch has enough rows.
    """
    edges = np.unique(np.quantile(hard, np.linspace(0, 1, BINS + 1)[1:-1]))
    tenth, bins = np.searchsorted(edges, hard, side="right"), len(edges) + 1
    found = []
    for window in np.unique(windows):
        inside = windows == window
        m = int(inside.sum())
        if m < LEAST_ROWS or len(hard) - m < LEAST_ROWS:
            continue
        here = np.bincount(tenth[inside], minlength=bins) / m
        # Half a row more in each bin: none of them is impossible elsewhere.
        there = (np.bincount(tenth[~inside], minlength=bins) + 0.5) / (len(hard) - m + 0.5 * bins)
        known = here > 0
        value = float(np.sum(here[known] * np.log(here[known] / there[known])))
        found.append(value - (bins - 1) / (2 * m))
    return max(0.0, *found) if found else None
