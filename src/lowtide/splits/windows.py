"""Forward windows: where in time each test window begins and ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.tables.table import Floats

# The first part of the history only ever trains: a model fitted on less says little about one that is
# fitted on all of it.
TRAIN_ONLY = 0.45


@dataclass(frozen=True, slots=True)
class Window:
    """Test moments from ``start`` to ``stop``, both included."""

    start: float
    stop: float


def windows(times: Floats, count: int, gap: float = 0.0) -> tuple[Window, ...]:
    """Cut the later part of the history into at most ``count`` windows of about equal numbers of rows.

    Cuts lie between distinct moments, so equal times are never divided. Windows without a single
    training row at least ``gap`` before them are left out. NaN times are ignored.
    """
    known = times[np.isfinite(times)]
    distinct, rows = np.unique(known, return_counts=True)
    if len(distinct) < 2 or count < 1:
        return ()
    before = np.concatenate([[0], np.cumsum(rows)])
    first = _nearest(before, TRAIN_ONLY * before[-1], 1, len(distinct) - 1)
    # With few distinct moments every one after the first may be needed for a window of its own.
    first = max(1, min(first, len(distinct) - count))
    cuts = [first]
    for number in range(1, count):
        goal = before[first] + (before[-1] - before[first]) * number / count
        cut = _nearest(before, goal, cuts[-1] + 1, len(distinct) - 1)
        if cut > cuts[-1]:
            cuts.append(cut)
    stops = [*cuts[1:], len(distinct)]
    found = (
        Window(float(distinct[a]), float(distinct[b - 1])) for a, b in zip(cuts, stops, strict=True) if b > a
    )
    return tuple(w for w in found if known.min() <= w.start - gap)


def _nearest(before: Floats, goal: float, low: int, high: int) -> int:
    """Return the cut in ``low..high`` with the number of earlier rows closest to ``goal`` (-1: none)."""
    if low > high:
        return -1
    return low + int(np.argmin(np.abs(before[low : high + 1] - goal)))
