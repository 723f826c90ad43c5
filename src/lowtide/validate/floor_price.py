"""What a better floor costs in data: the floor to be expected when there is more of what the evidence is made of."""

from __future__ import annotations

import math
from collections.abc import Callable

from lowtide.core.decision import FloorPrice, Need, Range, Step
from lowtide.stats.intervals import t_quantile

STEPS = (2.0, 4.0)
MOST = 16.0
FAR = 4.0

Gain = Callable[[float], Range]
"""From a factor of the data to the gain of the expected score, in the direction that greater is better."""


def floor_price(
    expected: float,
    floor: float,
    baseline: float | None,
    *,
    greater_is_better: bool,
    unit: str,
    units: int,
    windows: int | None = None,
    gain: Gain | None = None,
    confidence: float = 0.95,
) -> FloorPrice:
    """Return the floor with twice and four times the data, and the data for a floor at the baseline or half as far away.

    Parameters
    ----------
    expected, floor, baseline : scores now.
    unit, units : of dependence, and how many there are: ``rows``, ``groups``, ``periods``.
    windows : number of forward windows, under a future scheme.
    gain : of the expected score by the learning curve; without it the expected score is taken to stay.

    Notes
    -----
    The distance from expected to floor is taken to shrink as ``1 / sqrt(k)`` with k times the independent units (the
    standard error of a mean). Forward windows: the bound is a prediction of the next one, ``t_{K-1} s sqrt(1 + 2/K)``
    wide (`lowtide.validate.windows`), so more of them narrow it only from this to ``z s``: what differs between periods
    stays. ``low`` and ``high`` of a step follow the interval of the gain (its low end not below zero).
    """
    sign = 1.0 if greater_is_better else -1.0
    here, low, bed = sign * expected, sign * floor, None if baseline is None else sign * baseline
    away = max(0.0, here - low)

    def at(k: float) -> Range:
        grown = Range(value=0.0, low=0.0, high=0.0) if gain is None else gain(k)
        width = away * shrink(k, windows, confidence)
        value, least, most = (here + max(0.0, g) - width for g in (grown.value, grown.low, grown.high))
        return Range(value=value, low=least, high=most)

    def need(goal: float) -> Need:
        found = [_first(lambda k, end=end: getattr(at(k), end) >= goal) for end in ("value", "high", "low")]  # type: ignore[misc]
        many = [None if k is None else math.ceil(round(k * units, 6)) for k in found]
        return Need(
            floor=sign * goal, units=many[0], soonest=many[1], latest=many[2],
            far=any(k is not None and k > FAR for k in found[:1]),
        )  # fmt: skip

    steps = tuple(
        Step(
            factor=k, units=round(k * units), floor=sign * at(k).value,
            low=min(sign * at(k).low, sign * at(k).high), high=max(sign * at(k).low, sign * at(k).high),
        )
        for k in STEPS
    )  # fmt: skip
    return FloorPrice(
        unit=unit, units=units, assumption="windows" if windows is not None else "root", curve=gain is not None,
        steps=steps, to_baseline=need(bed) if bed is not None and low < bed else None,
        to_half=need(low + away / 2) if away > 0 else None,
    )  # fmt: skip


def shrink(k: float, windows: int | None, confidence: float) -> float:
    """Return what the distance to the floor is multiplied by with ``k`` times the data.

    >>> shrink(4.0, None, 0.95), round(shrink(4.0, 6, 0.95), 2)
    (0.5, 0.76)
    """
    if windows is None:
        return 1 / math.sqrt(k)

    def width(count: float) -> float:
        return t_quantile(confidence, count - 1) * math.sqrt(1 + 2 / count)

    return width(k * windows) / width(windows)


def _first(reached: Callable[[float], bool]) -> float | None:
    """Return the least factor from 1 to sixteen that does, by halving; None when none does."""
    if reached(1.0):
        return 1.0
    if not reached(MOST):
        return None
    low, high = 1.0, MOST
    for _ in range(30):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
