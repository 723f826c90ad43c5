"""Recognising a column that was scaled: with what, and how unlikely it is that nature made it so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.digits import decimals, resolution
from lowtide.auditing.large import LARGE, some
from lowtide.stats.association import Floats, ranks

LEAST_DISTINCT = 20
# Scaling in floating point misses its own ends by this much.
EXACT = 2e-7
# Denominators in which people count: halves, months, hours, weeks, cards, minutes.
USUAL = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 24, 30, 31, 32, 52, 60, 64, 128, 365))


@dataclass(frozen=True, slots=True)
class Scale:
    """How a column was scaled.

    Attributes
    ----------
    family : ``standard``, ``norm``, ``centred``, ``minmax``, ``maxabs``, ``robust``, ``uniform`` or ``normal``.
    evidence : minus the decimal logarithm of the chance that an honest column looks so.
    """

    family: str
    evidence: float


def scale_of(values: Floats) -> Scale | None:
    """Say how values (n,), none missing, were scaled over exactly these rows; ``None``: not, as far as seen.

    Tolerances follow from how the numbers are written: a mean of n numbers rounded to a step q is off by about
    q / sqrt(12 n).
    """
    n = len(values)
    if n < LEAST_DISTINCT:
        return None
    spread = float(values.std())
    if spread <= 0.0 or not np.isfinite(spread) or bool(np.all(values == np.floor(values))):
        return None
    low, high = float(values.min()), float(values.max())
    # Of very many rows a random part tells nearly where the middle is.
    middle = float(np.median(some(values)))
    # The cheap look first: most columns are nowhere near.
    inside = low >= -EXACT and high <= 1.0 + EXACT
    if (
        not inside
        and not _is(max(high, -low), 1.0)
        and min(abs(float(values.mean())), abs(middle)) > (0.05 if n <= LARGE else 0.1) * spread
    ):
        return None
    step = resolution(values)
    found = [
        _ranks(values, step), _moments(values, spread, step), _ends(values, step), _robust(values, spread, step),
    ]  # fmt: skip
    return max((s for s in found if s is not None), key=lambda s: s.evidence, default=None)


def _moments(values: Floats, spread: float, step: float) -> Scale | None:
    n = len(values)
    mean = float(values.mean())
    if abs(mean) > step:
        return None
    # Rows with equal values share their rounding error, so it is the distinct values that average it out.
    share = np.unique(values, return_counts=True)[1] / n
    slack = 5.0 * step * float(np.sqrt(np.sum(share**2) / 12.0)) + 1e-12
    if abs(mean) > slack:
        return None
    # Honest noise around zero has a mean within spread / sqrt(n) of it; that it is this near has chance:
    near = min(1.0, 0.8 * slack / (spread / np.sqrt(n)))
    wide = slack + step**2 / 24.0
    for name, unit in (("standard", 1.0), ("norm", 1.0 / np.sqrt(n))):
        for ddof in (0, 1):
            if abs(spread * np.sqrt(n / (n - ddof)) - unit) <= wide:
                also = min(1.0, 4.0 * wide / (unit / np.sqrt(2.0 * n)))
                return Scale(name, _evidence(near * also))
    if len(share) < LEAST_DISTINCT:
        return None
    return Scale("centred", _evidence(near))


def _ends(values: Floats, step: float) -> Scale | None:
    """Both ends (0 or -1, and 1), or the largest amount alone, are reached exactly.

    Shares and flags do so by nature. What they do not do: reach each end in one row only while written with many
    digits, or lie on a grid of a denominator in which nobody counts (1/37: an integer column with a span of 37).
    """
    low, high = float(values.min()), float(values.max())
    both = _is(high, 1.0) and (_is(low, 0.0) or _is(low, -1.0))
    if not both and not _is(max(high, -low), 1.0):
        return None
    distinct = np.unique(values)
    if len(distinct) < 8:
        return None
    fine = int(np.quantile(decimals(distinct[:: max(1, len(distinct) // 2000)]), 0.9))
    parts = _denominator(distinct - low if both else distinct, step)
    if parts is not None:
        odd = fine >= 3 and parts not in USUAL and _other_factor(parts)
        if not odd:
            return None
        return Scale("minmax", 4.0) if both else Scale("maxabs", 2.0)
    reached = (low, high) if both else (high if _is(high, 1.0) else low,)
    ends = [int(np.sum(np.abs(values - e) <= EXACT)) for e in reached]
    digits = 1.0 if fine >= 5 else 0.5 if fine >= 3 else 0.1
    if both:
        return Scale("minmax", digits * (4.0 if max(ends) == 1 else 2.0 if min(ends) == 1 else 0.5))
    return Scale("maxabs", digits * (2.0 if ends[0] == 1 else 0.5))


def _denominator(values: Floats, step: float) -> int | None:
    """Return the smallest integer that makes all values whole numbers, when the writing is exact enough to tell."""
    gaps = np.diff(np.unique(values))
    gap = float(gaps[gaps > 10 * step].min(initial=np.inf)) if len(gaps) else np.inf
    if not np.isfinite(gap):
        return None
    # The smallest gap is known to one step; with two neighbouring numbers absent it is two units wide.
    spans = [(k / (gap + step), k / max(gap - step, 1e-12)) for k in (1, 2)]
    tried = {p for a, b in spans for p in range(int(np.floor(a)), min(int(np.ceil(b)), int(a) + 50) + 1)}
    for parts in sorted(tried):
        if parts <= 0 or parts * step > 0.1 or parts > 20_000:
            continue
        if np.all(np.abs(values * parts - np.round(values * parts)) <= 0.6 * parts * step + 1e-7):
            return int(parts)
    return None


def _is(value: float, end: float) -> bool:
    return abs(value - end) <= EXACT


def _other_factor(parts: int) -> bool:
    """Say whether a number has a factor other than 2 and 5 (else its fractions are plain decimals)."""
    for factor in (2, 5):
        while parts % factor == 0:
            parts //= factor
    return parts > 1


def _robust(values: Floats, spread: float, step: float) -> Scale | None:
    if len(values) > LARGE:
        # The quartiles of a random part lie within nine standard errors (of ranks) of those of all rows.
        near = np.quantile(some(values), (0.22, 0.28, 0.47, 0.53, 0.72, 0.78))
        slack = 2.0 * step
        if (
            near[2] > slack
            or near[3] < -slack
            or not near[4] - near[1] - slack <= 1.0 <= near[5] - near[0] + slack
        ):
            return None
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    if abs(middle) > step or abs(high - low - 1.0) > 2.0 * step or len(np.unique(values)) < LEAST_DISTINCT:
        return None
    if int(np.quantile(decimals(values[:2000]), 0.5)) < 2:
        return None
    chance = min(1.0, step / spread) * min(1.0, 2.0 * step / spread)
    if np.mean(values == 0.0) > 0.1:  # nature has many zeros
        chance = chance**0.5
    return Scale("robust", _evidence(chance))


def _ranks(values: Floats, step: float) -> Scale | None:
    """Ranks as numbers from 0 to 1, or as normal scores: closer to them than any random column comes.

    A column of honest uniform numbers strays from its ranks by about 0.9 / sqrt(n); ten times less happens
    with a chance below 1e-7 (Kolmogorov's distribution, lower tail).
    """
    n = len(values)
    if n < 50:
        return None
    low, high = float(values.min()), float(values.max())
    if low >= -EXACT and high <= 1.0 + EXACT and high - low > 0.9:
        family, even = "uniform", values
    elif low < -1.5 and high > 1.5 and high - low < 12.0:
        from scipy.special import ndtr

        if (n > LARGE and _strays(values, "normal")) or abs(float(np.median(values))) >= 0.05:
            return None
        family, even = "normal", np.asarray(ndtr(values), dtype=np.float64)
    else:
        return None
    if n > LARGE and _strays(values, family):
        return None
    if len(np.unique(values)) < LEAST_DISTINCT:
        return None
    place = ranks(even)
    off = np.abs(even - place)
    # The ends are clipped, and (i - 0.5) / n, i / (n + 1), (i - 1) / (n - 1) differ by up to 1 / n.
    inner = (place > 0.02) & (place < 0.98)
    stray = float(off[inner].max()) if inner.any() else 1.0
    exact = n <= 1200 and stray <= 1.05 / n + 2 * step
    if exact or (n > 1200 and stray <= 0.002 and stray * np.sqrt(n) <= 0.25):
        # Equally spaced numbers are a clock or a row number rather than ranks: every step the same.
        steps = np.diff(np.sort(even))
        if family == "uniform" and len(np.unique(values)) == n and np.ptp(steps) <= 1e-9 + 2 * step:
            return Scale(family, 3.0)
        return Scale(family, 7.0)
    return None


def _strays(values: Floats, family: str) -> bool:
    """Say whether single values lie off their ranks by more than ranks do: what `_ranks` would find for all of them."""
    from scipy.special import ndtr, ndtri

    n = len(values)
    for q in (0.1, 0.5, 0.9, 0.25, 0.75):
        below = values[values < (ndtri(q) if family == "normal" else q)]
        if len(below) == 0:
            continue
        value = float(below.max())
        tied = int((below == value).sum())
        place = (len(below) - tied / 2.0) / n
        even = float(ndtr(value)) if family == "normal" else value
        if 0.02 < place < 0.98 and abs(even - place) > 0.002:
            return True
    return False


def _evidence(chance: float) -> float:
    return float(min(12.0, -np.log10(max(chance, 1e-12))))
