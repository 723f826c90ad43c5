"""Formulas of two or three columns that give a number: sums, products, quotients, shares, each exact or nearly.

All pairs are tried on a few hundred rows by rank correlation (some rows may be wrong), and what is left is held
against a straight line on all rows: nine rows in ten must lie on it to within the rounding of the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lowtide.auditing.formulas import Formula
from lowtide.stats.association import Bools, Floats, Ints, ranks
from lowtide.stats.lines import line, ordered, spread, unit

MOST_COLUMNS = 60
LEVEL_COLUMNS = 30
SCREEN_ROWS = 500
KEEP = 120
RIGHT = 0.88
FORMS = ("sum", "difference", "product", "quotient", "inverse", "share")
MIXED = ("product", "quotient", "inverse")


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs (i, j), i < j, of the columns of a matrix."""

    first: Ints
    second: Ints

    @classmethod
    def of(cls, columns: int) -> Pairs:
        i, j = np.triu_indices(columns, 1)
        return cls(i.astype(np.int64), j.astype(np.int64))


def apply(form: str, a: Floats, b: Floats) -> Floats:
    """Return the form of two columns (or matrices); NaN where it cannot be computed."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if form == "sum":
            out = a + b
        elif form == "difference":
            out = a - b
        elif form == "product":
            out = a * b
        elif form == "quotient":
            out = a / b
        elif form == "inverse":
            out = b / a
        elif form == "share":
            out = a / (a + b)
        elif form == "per_square":
            out = a / b**2
        elif form == "square_per":
            out = b / a**2
        elif form == "distance":
            out = np.abs(a - b)
        elif form == "max":
            out = np.maximum(a, b)
        else:
            out = np.minimum(a, b)
    return np.where(np.isfinite(out), out, np.nan)


def columnwise_ranks(values: Floats) -> Floats:
    """Return centred ranks of each column, scaled to length 1; NaN and ties in the order of the rows."""
    n = len(values)
    place = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable").astype(np.float64)
    place -= (n - 1) / 2.0
    return np.asarray(place / np.sqrt((place**2).sum(axis=0)))


def tolerance(y: Floats) -> Floats:
    """Return how far a right result may be from the target (n,): half a step of its rounding, or next to nothing."""
    step = unit(y)
    wide = spread(y)
    half = step * 0.51 if step <= 0.2 * wide else 1e-9 * wide
    return np.maximum(half, 1e-6 * np.abs(y))


def right(form: str, value: Floats, y: Floats, allowed: Floats, seed: int) -> tuple[float, float]:
    """Return the share of rows in which a straight line of a form gives the target, and the slope."""
    known = np.isfinite(value)
    if known.mean() < RIGHT or np.ptp(value[known]) == 0:
        return 0.0, 0.0
    slope, _, share = line(value[known], y[known], allowed[known], seed)
    return share * float(known.mean()), slope


def needed(y: Floats, allowed: Floats) -> float:
    """Return the share of rows that must be right: more where the target is so coarse that luck helps."""
    return RIGHT if float(np.median(allowed)) <= 0.02 * spread(y) else 0.98


def pair(x: Floats, y: Floats, seed: int) -> Formula | None:
    """Find two columns whose sum, difference, product, quotient or share is the target in nine rows of ten."""
    n, p = x.shape
    if p < 2 or n < 40:
        return None
    rng = np.random.default_rng([seed, 97])
    few = np.sort(rng.choice(n, min(n, SCREEN_ROWS), replace=False))
    pairs = Pairs.of(p)
    goal = columnwise_ranks(y[few][:, None])
    allowed = tolerance(y)
    least = needed(y, allowed)
    best: Formula | None = None
    for form in FORMS:
        values = apply(form, x[few][:, pairs.first], x[few][:, pairs.second])
        alike = np.abs(goal[:, 0] @ columnwise_ranks(values))
        alike[np.isnan(values).mean(axis=0) > 1 - RIGHT] = 0.0
        for k in np.argsort(-alike, kind="stable")[:KEEP]:
            if alike[k] < 0.75:
                break
            i, j = int(pairs.first[k]), int(pairs.second[k])
            share, slope = right(form, apply(form, x[few, i], x[few, j]), y[few], allowed[few], seed)
            if share < least - 0.05 or slope == 0.0:
                continue
            share, slope = right(form, apply(form, x[:, i], x[:, j]), y, allowed, seed)
            if share >= least and (best is None or share > 1 - best.missed + 1e-9):
                best = Formula(form, (i, j), (slope, slope), 1 - share)
        if best is not None:
            return best
    return None


def _explained(ry: Floats, rz: Floats, both: Floats) -> Floats:
    """Return R² of a target on two standardised columns from the three correlations."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (ry**2 + rz**2 - 2 * ry * rz * both) / (1 - both**2)
    return np.where(np.isfinite(out) & (both**2 < 1 - 1e-9), out, 0.0)


def _standard(values: Floats) -> Floats:
    out = values - values.mean(axis=0)
    size = np.sqrt((out**2).sum(axis=0))
    return np.asarray(out / np.where(size > 0, size, np.inf))


def triple(x: Floats, y: Floats, seed: int) -> Formula | None:
    """Find three columns: a product or quotient of two plus a third, or a sum of two times or over a third."""
    n, p = x.shape
    if p < 2 or n < 60 or np.ptp(y) == 0:
        return None
    rng = np.random.default_rng([seed, 101])
    few = np.sort(rng.choice(n, min(n, SCREEN_ROWS), replace=False))
    step = unit(y)
    enough = 1 - float(np.clip(2 * step**2 / 12 / max(float(y.var()), 1e-300), 1e-7, 1e-4))
    return _plus(x, y, few, enough, seed) or _times(x, y, few, enough, seed)


def _plus(x: Floats, y: Floats, few: Ints, enough: float, seed: int) -> Formula | None:
    pairs = Pairs.of(x.shape[1])
    own = _standard(x[few])
    goal = _standard(y[few][:, None])[:, 0]
    for form in MIXED:
        values = apply(form, x[few][:, pairs.first], x[few][:, pairs.second])
        usable = ~np.isnan(values).any(axis=0)
        made = _standard(np.where(usable, values, 0.0))
        r2 = _explained((goal @ made)[:, None], (goal @ own)[None, :], made.T @ own)
        r2[~usable] = 0.0
        for flat in np.argsort(-r2, axis=None, kind="stable")[:5]:
            k, c = np.unravel_index(int(flat), r2.shape)
            if r2[k, c] < enough:
                break
            i, j = int(pairs.first[k]), int(pairs.second[k])
            columns = (i, j) if int(c) in (i, j) else (i, j, int(c))
            missed = _checked(np.column_stack([apply(form, x[:, i], x[:, j]), x[:, int(c)]]), y)
            if missed is not None:
                return Formula("mixed", columns, (1.0,) * len(columns), missed)
    return None


def _times(x: Floats, y: Floats, few: Ints, enough: float, seed: int) -> Formula | None:
    """y = c · (a ± b), y = (a ± b) / c and y = c / (a ± b): another target that is a sum of two."""
    own = _standard(x[few])
    between = own.T @ own
    i, j = np.triu_indices(x.shape[1], 1)
    for c in range(x.shape[1]):
        for kind in ("times", "over", "under"):
            with np.errstate(divide="ignore", invalid="ignore"):
                goal = {"times": y / x[:, c], "over": y * x[:, c], "under": x[:, c] / y}[kind]
            ok = np.isfinite(goal)
            if not ok[few].all() or ok.mean() < 0.99 or np.ptp(goal[few]) == 0:
                continue
            pull = _standard(goal[few][:, None])[:, 0] @ own
            r2 = _explained(pull[i], pull[j], between[i, j])
            k = int(r2.argmax())
            if r2[k] < enough:
                continue
            a, b = int(i[k]), int(j[k])
            chosen = np.column_stack([x[:, a], x[:, b], np.ones(len(y))])
            weights, *_ = np.linalg.lstsq(chosen[few], goal[few], rcond=None)
            inner = chosen @ weights
            with np.errstate(divide="ignore", invalid="ignore"):
                made = {"times": inner * x[:, c], "over": inner / x[:, c], "under": x[:, c] / inner}[kind]
            missed = _wrong(made, y)
            if missed <= 1 - 0.95:
                columns = (a, b) if c in (a, b) else (a, b, c)
                return Formula("mixed", tuple(sorted(columns)), (1.0,) * len(columns), missed)
    return None


def _checked(columns: Floats, y: Floats) -> float | None:
    full = np.isfinite(columns).all(axis=1)
    if full.mean() < 0.95:
        return None
    design = np.column_stack([columns, np.ones(len(y))])
    weights, *_ = np.linalg.lstsq(design[full], y[full], rcond=None)
    missed = _wrong(design @ weights, y)
    return missed if missed <= 1 - 0.95 else None


def _wrong(made: Floats, y: Floats) -> float:
    allowed = np.maximum(tolerance(y), 1e-4 * spread(y))
    return 1 - float(np.mean(np.abs(made - y) <= allowed * 1.1))


def within(x: Floats, y: Floats, groups: list[Ints], seed: int) -> tuple[tuple[int, ...], int, float] | None:
    """Find a column, product or quotient that orders the rows as the target does at each level of a category.

    Also of the target over one of the columns. A repayment over an amount gives the rate of interest for each term; a weight gives the freight for each zone.

    Parameters
    ----------
    groups : for each category its level by row (n,), -1 for rows that are left out.

    Returns
    -------
    tuple
        Columns, position of the category (-1: none needed, the order holds over all), rank correlation.
    """
    n, p = x.shape
    if p < 1 or n < 60:
        return None
    whole: list[tuple[int, Ints]] = [(-1, np.zeros(n, dtype=np.int64)), *enumerate(groups)]
    rng = np.random.default_rng([seed, 103])
    for place, levels in whole:
        sizes = np.bincount(levels[levels >= 0])
        main = np.flatnonzero(levels == int(sizes.argmax()))
        few = np.sort(rng.choice(main, min(len(main), 300), replace=False))
        if len(few) < 30 or np.unique(y[few]).size < 10:
            continue
        for columns, value, goal in _ordering(x, y, few, alone=place >= 0):
            held = _order_in(value, goal, levels)
            if held > 0.0:
                return columns, place, held
    return None


def _ordering(
    x: Floats, y: Floats, few: Ints, *, alone: bool
) -> Iterator[tuple[tuple[int, ...], Floats, Floats]]:
    """Yield what orders the few rows as the target does, or as the target over one of the columns does.

    Columns, their value in all rows, and the goal in all rows.
    """
    pairs = Pairs.of(x.shape[1])
    goal = columnwise_ranks(y[few][:, None])[:, 0]
    for form in ("single", "quotient", "product") if alone else ("quotient", "product"):
        values = x[few] if form == "single" else apply(form, x[few][:, pairs.first], x[few][:, pairs.second])
        alike = np.abs(goal @ columnwise_ranks(np.nan_to_num(values, nan=0.0)))
        for k in np.argsort(-alike, kind="stable")[:5]:
            if alike[k] < 0.97:
                break
            i, j = (int(k), -1) if form == "single" else (int(pairs.first[k]), int(pairs.second[k]))
            yield ((i,), x[:, i], y) if j < 0 else ((i, j), apply(form, x[:, i], x[:, j]), y)
    if not alone:
        return
    own = columnwise_ranks(x[few])
    pull = np.abs(goal @ own)
    for c in np.argsort(-pull, kind="stable")[:8]:
        if pull[c] < 0.5 or not np.all(x[few, c] > 0):
            continue
        rate = apply("quotient", y, x[:, c])
        alike = np.abs(columnwise_ranks(np.nan_to_num(rate[few], nan=0.0)[:, None])[:, 0] @ own)
        alike[c] = 0.0
        b = int(alike.argmax())
        if alike[b] >= 0.97:
            yield (int(c), b), x[:, b], rate


def _order_in(value: Floats, y: Floats, levels: Ints) -> float:
    """Return the lowest rank correlation (absolute) over levels of 20 rows or more; 0 when the order breaks in one.

    Rows that share a value of the target lower the correlation and do not break the order.
    """
    worst, rows = 1.0, 0
    for level in np.unique(levels[levels >= 0]):
        inside: Bools = (levels == level) & np.isfinite(value) & np.isfinite(y)
        if inside.sum() < 20:
            continue
        a, b = ranks(value[inside]), ranks(y[inside])
        if a.std() == 0 or b.std() == 0:
            return 0.0
        alike = abs(float(np.corrcoef(a, b)[0, 1]))
        if alike < 0.9995 and not (alike >= 0.995 and ordered(value[inside], y[inside]) >= 0.99):
            return 0.0
        worst = min(worst, alike)
        rows += int(inside.sum())
    return worst if rows >= 0.9 * len(y) else 0.0
