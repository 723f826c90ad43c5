"""The worst part of the rows that a person can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.scenarios.waters import Change, LeftOut, Waters

LEAST_SLICE = 30
"""Rows of a slice, in each half, below which it is not looked at."""
LEAST_ROWS = 200
CONFIRMED = 3
"""Slices that the second half is asked about."""
_RESAMPLES = 100
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the rows that a person can name.

    Attributes
    ----------
    column, level : e.g. ``region`` and ``north``, or ``age`` and ``60 to 75``.
    rows : (n,) mask.
    """

    column: str
    level: str
    rows: npt.NDArray[np.bool_]


class WorstSlice:
    """Found on one half of the units and judged on the other half.

    The search on the first half may look at any number of slices and is free to be lucky. The second half has
    not taken part in it; it is only asked about the `CONFIRMED` slices that looked worst, and whether one of them is
    weaker than the rest there, too, is decided at the given confidence for all of them together (Holm 1979). The
    first confirmed one in the order of the search is reported, or the first when none is. The halves are drawn
    by a seeded permutation of the units.
    """

    name: ClassVar[str] = "worst slice"

    def look(self, waters: Waters) -> Change | LeftOut:
        slices = slices_of(waters.seen.numbers, waters.seen.categories)
        if len(waters.y) < LEAST_ROWS or not slices:
            return LeftOut("too_few_rows", told=len(waters.y) < LEAST_ROWS)
        unit, count = codes(waters.units)
        first = np.random.default_rng([waters.seed, 0x51]).permutation(count)[unit] % 2 == 0
        search, judge = np.flatnonzero(first), np.flatnonzero(~first)
        slices = [s for s in slices if min(s.rows[search].sum(), s.rows[judge].sum()) >= LEAST_SLICE]
        # By the distance in standard errors: small slices look bad by luck alone.
        far = _errors_below(waters, search, slices, waters.seed)
        order = [int(i) for i in np.argsort(far, kind="stable") if np.isfinite(far[i])][:CONFIRMED]
        if not order:
            return LeftOut("too_few_rows", told=False)
        there = _errors_below(waters, judge, [slices[i] for i in order], waters.seed + 1)
        sure = _holm(there, 1 - waters.confidence)
        chosen = int(np.argmax(sure)) if sure.any() else 0
        part = slices[order[chosen]]
        return Change(
            rows=judge,
            factor=part.rows[judge].astype(np.float64),
            facts={
                "column": part.column,
                "level": part.level,
                "share": float(part.rows.mean()),
                "slice_rows": int(part.rows[judge].sum()),
                "confirmed": bool(sure[chosen]),
                "looked": len(slices),
                "asked": len(order),
            },
        )


def _errors_below(waters: Waters, rows: Ints, slices: Sequence[Slice], seed: int) -> Floats:
    """Return for each slice how many standard errors better (below 0: worse) it is than all these rows.

    The standard error is that of the difference, from a bootstrap of the units; NaN where it is undefined.
    """
    metric, y, p = waters.metric, waters.y[rows], waters.p[rows]
    code, count = codes(waters.units[rows])
    drawn = np.concatenate(list(resamples(code, count, _RESAMPLES, seed)))
    drawn = np.concatenate([np.ones((1, len(rows))), drawn])
    cuts = np.full(len(drawn), waters.threshold)
    whole = metric.column(y, p).scores(drawn, cuts)
    found = np.full(len(slices), np.nan)
    for i, part in enumerate(slices):
        mask = part.rows[rows]
        gaps = waters.sign * (metric.column(y[mask], p[mask]).scores(drawn[:, mask], cuts) - whole)
        good = gaps[1:][np.isfinite(gaps[1:])]
        error = float(np.std(good, ddof=1)) if len(good) > 1 else 0.0
        if error > 0:
            found[i] = gaps[0] / error
    return found


def _holm(errors: Floats, level: float) -> npt.NDArray[np.bool_]:
    """Return which of several one-sided differences are below 0 at a joint level (Holm 1979)."""
    from scipy.special import ndtr

    chance = np.where(np.isfinite(errors), ndtr(errors), 1.0)
    sure = np.zeros(len(chance), dtype=bool)
    for left, i in enumerate(np.argsort(chance, kind="stable")):
        if chance[i] * (len(chance) - left) > level:
            break
        sure[i] = True
    return sure


def slices_of(
    numbers: Mapping[str, Floats],
    categories: Mapping[str, tuple[Ints, Sequence[str]]],
    parts: int = _QUARTERS,
) -> list[Slice]:
    """Return the slices worth a look: quarters of each number, levels of each category, and missing.

    Parameters
    ----------
    numbers : column name to (n,) values with NaN.
    categories : column name to (n,) codes (-1 is missing) and the levels' names.
    """
    found: list[Slice] = []
    for name, values in numbers.items():
        there = np.isfinite(values)
        cuts = np.quantile(values[there], np.linspace(0, 1, parts + 1)) if there.any() else np.empty(0)
        edges = np.unique(cuts)
        for low, high in pairwise(edges):
            last = high == edges[-1]
            rows = there & (values >= low) & ((values <= high) if last else (values < high))
            found.append(Slice(name, f"{low:g} … {high:g}", rows))
        if not there.all():
            found.append(Slice(name, "missing", ~there))
    for name, (code, levels) in categories.items():
        for value, level in enumerate(levels):
            found.append(Slice(name, str(level), code == value))
        if (code < 0).any():
            found.append(Slice(name, "missing", code < 0))
    return [s for s in found if 2 * LEAST_SLICE <= s.rows.sum() < len(s.rows)]
