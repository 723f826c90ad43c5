"""Outcomes that have not had time to happen: a rate that falls off at the end of the period, unlike before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Bools, Floats, Ints

STRETCHES = 24
LEAST_ROWS = 25
END = 0.25
LEAST_BEFORE = 8
FALL = 0.65
Z = 3.7
FEW = 6


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall of the rate toward the end.

    Attributes
    ----------
    before, after : mean rate of the stretches before the fall and from it on; ``last``: of the last stretch.
    strength : the fall in standard deviations of what the earlier stretches differ by.
    share : share of the rows that it concerns; ``first``: position (along time) of the first of them.
    """

    before: float
    after: float
    last: float
    strength: float
    share: float
    first: int


def stretches(when: Floats) -> Ints:
    """Return the stretch (n,) of rows sorted by time: about equally filled, rows of one moment together."""
    n = len(when)
    _, place, counts = np.unique(when, return_inverse=True, return_counts=True)
    count = int(np.clip(n // LEAST_ROWS, 1, STRETCHES))
    middle = np.cumsum(counts) - counts / 2
    own = np.minimum((middle / n * count).astype(np.int64), count - 1)
    _, own = np.unique(own, return_inverse=True)
    stretch: Ints = own[place].astype(np.int64)
    return stretch


def falls(happened: Bools, when: Floats) -> Fall | None:
    """Return the fall of a rate at the end of rows that are sorted by time, or ``None``.

    The earlier stretches tell how much a rate varies here (their variance, but never less than that of a
    coin, and around their straight line, so that a steady trend is no fall). The fall must exceed it by
    `Z` standard deviations, be steeper than any before it, and end lower than any earlier stretch as long.
    """
    stretch = stretches(when)
    count = int(stretch.max()) + 1
    if count <= FEW:
        return _few(happened, stretch)
    size = np.bincount(stretch).astype(np.float64)
    rate = np.bincount(stretch, weights=happened) / size
    best: Fall | None = None
    for ends in range(1, max(1, int(END * count)) + 1):
        early = count - ends
        if early < LEAST_BEFORE:
            break
        before, after = rate[:early], rate[early:]
        level = float(np.average(before, weights=size[:early]))
        rows = size[early:].sum()
        mean = float(np.average(after, weights=size[early:]))
        ahead, spread = _ahead(before, size[:early], np.arange(early, count))
        expected = min(level, float(np.average(ahead, weights=size[early:])))
        coin = level * (1 - level) / rows
        wide = float(np.sqrt(coin + spread**2 * (1 / early + 1 / ends)))
        strength = (expected - mean) / max(wide, 1e-9)
        steepest = max((_step(before, size, k, ends) for k in range(ends, early - ends + 1)), default=0.0)
        drop = level - mean
        lowest = min(_mean(before, size, k, ends) for k in range(early - ends + 1))
        falling = mean <= FALL * expected and mean < lowest
        if (
            falling
            and strength >= Z
            and drop >= 1.3 * steepest
            and (best is None or strength > best.strength)
        ):
            best = Fall(
                level, mean, float(after[-1]), strength, float(rows / size.sum()), int(size[:early].sum())
            )
    return best


def _ahead(rate: Floats, size: Floats, future: Ints) -> tuple[Floats, float]:
    """Return where the line through the earlier rates leads, and what they differ by around it beyond coins."""
    x = np.arange(len(rate), dtype=np.float64)
    slope, start = np.polyfit(x, rate, 1, w=np.sqrt(size))
    left = rate - (start + slope * x)
    level = float(np.average(rate, weights=size))
    coins = float(np.mean(level * (1 - level) / size))
    spread = float(np.sqrt(max(float((left**2).sum()) / max(len(rate) - 2, 1) - coins, 0.0)))
    noise = float(np.sqrt((coins + spread**2) / max(float(((x - x.mean()) ** 2).sum()), 1e-12)))
    if abs(slope) < 2 * noise:
        # No trend: the level goes on.
        return np.full(len(future), level), spread
    ahead: Floats = start + slope * future
    return ahead, spread


def _mean(rate: Floats, size: Floats, at: int, ends: int) -> float:
    return float(np.average(rate[at : at + ends], weights=size[at : at + ends]))


def _step(rate: Floats, size: Floats, at: int, ends: int) -> float:
    """Return how far the rate fell from the stretches before to the ``ends`` stretches from ``at`` on."""
    low = max(0, at - 2 * ends)
    return float(np.average(rate[low:at], weights=size[low:at])) - _mean(rate, size, at, ends)


def _few(happened: Bools, stretch: Ints) -> Fall | None:
    """Few moments (three months, say): each must be lower than the one before, and the last by far."""
    size = np.bincount(stretch).astype(np.float64)
    if len(size) < 3 or size.min() < LEAST_ROWS:
        return None
    rate = np.bincount(stretch, weights=happened) / size
    level = float(rate[0])
    wide = np.sqrt(level * (1 - level) * (1 / size[0] + 1 / size[-1]))
    strength = (level - rate[-1]) / max(float(wide), 1e-9)
    if np.all(np.diff(rate) < 0) and rate[-1] <= FALL * level and strength >= Z:
        rows = float(size[1:].sum() / size.sum())
        return Fall(level, float(rate[1:].mean()), float(rate[-1]), float(strength), rows, int(size[0]))
    return None
