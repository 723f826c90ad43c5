"""The ways in which deployment may differ from the data, as lines of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lowtide.core.interval import Scenario
from lowtide.core.task import Scheme
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.floor import SCENARIO, Estimate

LEAST_SLICE = 30
"""Rows of a slice, in each half, below which it is not looked at."""


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


def build(
    estimates: Sequence[Estimate],
    *,
    headline: Scheme,
    batch_rows: int | None = None,
    worst: Scenario | None = None,
) -> tuple[Scenario, ...]:
    """Return one scenario for each estimate, the headline first, then the worst slice.

    ``batch_rows``: size of the batch whose floor is shown beside the long-run floor; by default as many
    rows as were held out, at most 1,000.
    """
    lines = [_line(e, e.scheme == headline, batch_rows) for e in estimates]
    lines.sort(key=lambda s: not s.headline)
    return (*lines, worst) if worst is not None else tuple(lines)


def _line(estimate: Estimate, headline: bool, batch_rows: int | None) -> Scenario:
    rows = batch_rows if batch_rows is not None else min(1000, estimate.rows)
    batch = estimate.batch_floor(rows)
    return Scenario(
        name=SCENARIO[estimate.scheme],
        expected=estimate.expected,
        floor=estimate.floor.value,
        batch_floor=batch,
        rows=rows if batch is not None else None,
        headline=headline,
        refusal=estimate.floor.refusal,
        facts={
            "scheme": estimate.scheme,
            "held_out": estimate.rows,
            "units": estimate.units,
            "trend": estimate.trend,
        },
    )


def worst_slice(
    y: Floats,
    p: Floats,
    units: Ints,
    slices: Sequence[Slice],
    metric: Metric,
    *,
    threshold: float = float("nan"),
    confidence: float = 0.95,
    seed: int = 0,
    times: int = 300,
) -> Scenario | None:
    """Find the worst slice on one half of the units and judge it on the other half.

    The search on the first half is free to be lucky; the second half has not taken part in it, so its
    score needs no correction. Half of the units is drawn by a seeded permutation.

    Parameters
    ----------
    y, p : (n,) outcomes and out-of-fold predictions of the shipped model, finite.
    slices : what to look at; slices with fewer than `LEAST_SLICE` rows in either half are left out.

    Returns
    -------
    Scenario or None
        ``worst slice`` with facts ``column``, ``level``, ``share`` (of rows), ``overall`` (score of all
        rows of the second half) and ``confirmed`` (the slice is worse there, too, with the given
        confidence); None when there is no slice that is large enough.
    """
    unit, count = codes(units)
    first = np.random.default_rng([seed, 0x51]).permutation(count)[unit] % 2 == 0
    search, judge = np.flatnonzero(first), np.flatnonzero(~first)
    sign = 1.0 if metric.greater_is_better else -1.0
    found: tuple[float, Slice] | None = None
    for part in slices:
        if min(part.rows[search].sum(), part.rows[judge].sum()) < LEAST_SLICE:
            continue
        gap, spread = _gap(y, p, unit, search, part.rows, metric, threshold, seed, times)
        # By the distance in standard errors: small slices look bad by luck alone.
        if np.isfinite(gap) and spread > 0 and (found is None or sign * gap / spread < found[0]):
            found = (sign * gap / spread, part)
    if found is None:
        return None
    part = found[1]
    inside = judge[part.rows[judge]]
    score = metric.at(y[inside], p[inside], threshold)
    if not np.isfinite(score):
        return None
    drawn = _drawn(y, p, unit, inside, metric, threshold, seed + 1, times)
    tail = 1 - confidence if metric.greater_is_better else confidence
    edge = metric.clip(float(np.quantile(drawn, tail))) if len(drawn) else None
    gap, spread = _gap(y, p, unit, judge, part.rows, metric, threshold, seed + 1, times)
    return Scenario(
        name="worst slice",
        expected=score,
        floor=None if edge is None else (min(edge, score) if sign > 0 else max(edge, score)),
        facts={
            "column": part.column,
            "level": part.level,
            "share": float(part.rows.mean()),
            "slice_rows": int(part.rows[judge].sum()),
            "overall": metric.at(y[judge], p[judge], threshold),
            "confirmed": bool(spread > 0 and sign * gap < -1.645 * spread),
        },
    )


def _gap(
    y: Floats,
    p: Floats,
    unit: Ints,
    rows: Ints,
    inside: npt.NDArray[np.bool_],
    metric: Metric,
    threshold: float,
    seed: int,
    times: int,
) -> tuple[float, float]:
    """Return score inside the slice minus score of all these rows, and its bootstrap deviation."""
    mask = inside[rows]
    ones = np.ones((1, len(rows)))
    part, whole = metric.column(y[rows][mask], p[rows][mask]), metric.column(y[rows], p[rows])
    cut = np.asarray([threshold])
    gap = float(part.scores(ones[:, mask], cut)[0] - whole.scores(ones, cut)[0])
    code, count = codes(unit[rows])
    gaps = []
    for w in resamples(code, count, min(times, 100), seed):
        cuts = np.full(len(w), threshold)
        gaps.append(part.scores(w[:, mask], cuts) - whole.scores(w, cuts))
    drawn = np.concatenate(gaps)
    drawn = drawn[np.isfinite(drawn)]
    return gap, float(np.std(drawn)) if len(drawn) > 1 else 0.0


def _drawn(
    y: Floats, p: Floats, unit: Ints, rows: Ints, metric: Metric, threshold: float, seed: int, times: int
) -> Floats:
    code, count = codes(unit[rows])
    column = metric.column(y[rows], p[rows])
    scores = np.concatenate(
        [column.scores(w, np.full(len(w), threshold)) for w in resamples(code, count, times, seed)]
    )
    good: Floats = scores[np.isfinite(scores)]
    return good


def slices_of(
    numbers: Mapping[str, Floats], categories: Mapping[str, tuple[Ints, Sequence[str]]], parts: int = 4
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
