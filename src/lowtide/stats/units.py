"""Values of one column in two units, or with a decimal mark or a sign that slipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Bools, Floats, bin_numbers

POWERS = (1, 2, 3, -1, -2, -3)
# Pounds in a kilogram, centimetres in an inch, feet in a metre, kilometres in a mile, dozens, minutes.
RATIOS = (2.2046226, 2.54, 3.2808399, 1.609344, 12.0, 25.4, 60.0, 10.0, 100.0, 1000.0)
LEAST = 30
GAP = 0.45
APART = 1.0
WIDE, NARROW = 1.2, 0.8
MINORITY = 0.3


@dataclass(frozen=True, slots=True)
class Cluster:
    """Values that belong to another unit.

    Attributes
    ----------
    where : (n,) which.
    factor : what they seem to be multiplied with; ``None`` when they are only far away.
    """

    where: Bools
    factor: float | None

    @property
    def number(self) -> int:
        return int(self.where.sum())


def separated(values: Floats) -> Cluster | None:
    """Return the minority of positive values that an empty stretch parts from all others.

    The stretch is a factor of 2.8 or more, the others lie within a factor of 16, and the minority falls
    among them when divided by a power of ten; without such a power it is at most 1 % of the rows and a factor of ten away.
    """
    usable = np.isfinite(values) & (values > 0)
    if usable.sum() < LEAST:
        return None
    logs = np.log10(values[usable])
    ordered = np.sort(logs)
    steps = np.diff(ordered)
    n = len(ordered)
    for at in sorted(np.flatnonzero(steps >= GAP), key=lambda i: -steps[i])[:4]:
        low, high = ordered[: at + 1], ordered[at + 1 :]
        few, most = (low, high) if len(low) < len(high) else (high, low)
        if len(few) > MINORITY * n or len(np.unique(most)) < 10:
            continue
        first, last = np.quantile(most, [0.005, 0.995])
        if last - first > (WIDE if len(few) >= 5 else NARROW) or (len(few) < 3 and steps[at] < APART):
            continue
        # Near zero a ratio is large where a difference is not: noise around a mean may come there.
        if few is low and 10 ** most[0] - 10 ** few[-1] < 0.3 * (10**last - 10**first):
            continue
        middle = float(np.median(most))
        power = _power(few, float(first), float(last), middle)
        outside = np.zeros(len(values), dtype=bool)
        outside[usable] = np.isin(logs, few)
        if power is not None:
            return Cluster(outside, 10.0**power)
        if len(few) <= max(1, 0.01 * n) and steps[at] >= max(APART, last - first):
            return Cluster(outside, None)
    return None


def _power(few: Floats, first: float, last: float, middle: float) -> int | None:
    """Return the power of ten by which the few are too large, if there is one that puts them among the most."""
    fits = []
    for power in POWERS:
        moved = few - power
        if np.mean((moved >= first - 0.02) & (moved <= last + 0.02)) >= 0.9:
            fits.append((abs(float(np.median(moved)) - middle), power))
    return min(fits)[1] if fits else None


def wrong_signs(values: Floats) -> Bools | None:
    """Return the few negative values of a column that is positive elsewhere, as large as the others are.

    Small values beyond zero are noise around it; a value that would be ordinary without its sign is not.
    """
    known = np.isfinite(values)
    positive = values[known & (values > 0)]
    below = known & (values < 0)
    number = int(below.sum())
    if number == 0 or len(positive) < LEAST or number > 0.02 * known.sum():
        return None
    low, middle, high = np.quantile(positive, [0.05, 0.5, 0.995])
    least = float(positive.min())
    size = -values[below]
    # Where even the smallest is far from zero, half of it is too.
    ordinary = (size >= (0.3 * least if least >= 0.3 * middle else low)) & (size <= high)
    # A column that reaches down to zero in small steps may cross it.
    touches = float(np.mean(positive < 0.1 * middle))
    if ordinary.mean() < 0.8 or touches > 0.01:
        return None
    return below


def factor_beside(left: Floats) -> Cluster | None:
    """Return the rows whose log10 residuals stand at a known ratio of units, apart from all the others.

    Parameters
    ----------
    left : (n,) log10 of the value minus what is expected of it; NaN unknown.
    """
    known = np.isfinite(left)
    if known.sum() < LEAST:
        return None
    own = left[known] - np.median(left[known])
    width = 1.4826 * float(np.median(np.abs(own)))
    for ratio in RATIOS:
        step = float(np.log10(ratio))
        if width > step / 12:
            continue
        reach = step / 4
        for sign in (1, -1):
            there = np.abs(sign * own - step) <= reach
            # The valley between (as wide as the two hills), the other side, and what lies beyond: nearly empty.
            valley = (sign * own > reach) & (sign * own < step - reach)
            others = (-sign * own > reach) | (sign * own > step + reach)
            number = int(there.sum())
            if number < max(5, 0.005 * known.sum()) or number > 0.4 * known.sum():
                continue
            peak = abs(float(np.median(sign * own[there])) - step) <= max(width, 0.01)
            if peak and max(int(valley.sum()), int(others.sum())) <= 0.15 * number:
                where = np.zeros(len(left), dtype=bool)
                where[np.flatnonzero(known)[there]] = True
                return Cluster(where, ratio if sign > 0 else 1 / ratio)
    return None


def beside(values: Floats, partner: Floats) -> Floats:
    """Return log10 of positive values minus its median among rows with a like partner (n,), NaN unknown."""
    usable = np.isfinite(values) & (values > 0) & np.isfinite(partner)
    out = np.full(len(values), np.nan)
    if usable.sum() < LEAST:
        return out
    logs = np.log10(values[usable])
    bins = bin_numbers(partner[usable], most=int(np.clip(usable.sum() / 25, 2, 40)))
    order = np.argsort(bins, kind="stable")
    cuts = np.flatnonzero(np.diff(bins[order])) + 1
    middle = np.empty(len(logs))
    for part in np.split(order, cuts):
        middle[part] = np.median(logs[part])
    out[usable] = logs - middle
    return out
