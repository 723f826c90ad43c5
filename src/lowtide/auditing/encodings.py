"""Recognising a column that holds the target's own means: plain, smoothed, leaving one out, or as log odds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Floats, Ints

LEAST_CELLS = 4
# Whatever the formula, values of cells go with their outcomes at least so much; most columns do not.
FOLLOWS = 0.4
LEAST_SHARE = 0.97
# Levels of unlike size can share a value; then neither count nor outcomes are known there.
LEAST_MERGED = 0.6
# Encoders' own settings: slope and start of the sigmoid over the count.
SIGMOIDS = ((0.1, -2.0), (1.0, -1.0), (0.1, -0.1), (1.0, -20.0), (0.1, -1.0))
MOST_MERGED = 3_000
Shrink = Callable[[Floats], Floats]
# Single levels tell nothing about a formula; at least so many rows stand with another row in their cell.
LEAST_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a column follows from the target.

    Attributes
    ----------
    formula : ``mean``, ``m_estimate``, ``sigmoid``, ``bayes``, ``leave_one_out`` or ``woe``.
    cells : number of levels.
    own : mean share of a row's own outcome in its own value: what the column gives away.
    """

    formula: str
    cells: int
    own: float


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows put together by a level: how many, their outcomes, and the value of the column there."""

    codes: Ints
    count: Floats
    mean: Floats
    inner: Floats
    value: Floats

    @property
    def together(self) -> float:
        return float(self.count[self.count >= 2].sum())


def cells_of(codes: Ints, values: Floats, y: Floats) -> Cells:
    """Return the cells of codes (n,) from 0 without gaps, with mean outcome and the spread of outcomes inside."""
    count = np.bincount(codes).astype(np.float64)
    mean = np.bincount(codes, weights=y) / count
    inner = np.maximum(np.bincount(codes, weights=(y - mean[codes]) ** 2) / count, 0.0)
    first = np.empty(len(count))
    first[codes] = values
    return Cells(codes, count, mean, inner, first)


def encoding_of(cells: Cells, y: Floats, step: float, merged: bool, *, part: bool = False) -> Encoding | None:
    """Say by which formula the values of the cells follow from the outcomes.

    Parameters
    ----------
    cells : by the levels of a category, or by the values of the column itself when the category is gone.
    step : on which the values are written.
    merged : cells may be several levels of the same value (the category is gone), so that counts may be too large.
    part : the cells are a random part, ``y`` is still of all rows: a first look that lets more pass.

    Formulas: shrinkage with weight m, or with a sigmoid of the count (Micci-Barreca 2001, eq. 3 to 5), empirical
    Bayes (eq. 6), log odds with a constant added (weight of evidence). A straight line may have been drawn over
    it afterwards (scaling). An honest column misses them by far more than its rounding.
    """
    if len(cells.count) < LEAST_CELLS or cells.together < LEAST_TOGETHER:
        return None
    rows = float(cells.count.sum())
    between = float(cells.count @ (cells.mean - y.mean()) ** 2) / rows
    within = float(cells.count @ cells.inner) / rows
    # All outcomes of a cell alike: a copy of the target, which is another finding.
    if between <= 0.0 or within <= 1e-4 * float(y.var()):
        return None
    if abs(_follows(cells)) < FOLLOWS * (0.7 if part else 1.0):
        return None
    for place, (formula, fitted, weight) in enumerate(_formulas(cells, y, merged)):
        # Constants that were read off the rounded values are off by as much as these.
        room = step if place == 0 else 2.1 * step
        share = _fits(cells, fitted, room)
        least = (LEAST_MERGED if merged and formula != "mean" else LEAST_SHARE) - 0.1 * part
        if share >= least and _many(cells, fitted, room, free=0 if place == 0 else 2):
            own = float(np.sum(np.minimum(weight, 1.0)) / len(y))
            return Encoding(formula, len(cells.count), own)
    return None


def leave_one_out(codes: Ints, values: Floats, y: Floats, step: float) -> Encoding | None:
    """Say whether values (n,) are the mean outcome of the other rows of their level.

    It gives a row's own outcome away altogether: inside a level, value and outcome stand on a falling line.
    """
    count = np.bincount(codes).astype(np.float64)[codes]
    total = np.bincount(codes, weights=y)[codes]
    several = count >= 2
    if several.sum() < LEAST_TOGETHER or len(np.unique(values[several])) < LEAST_CELLS:
        return None
    rest = (total[several] - y[several]) / (count[several] - 1)
    if np.mean(np.abs(values[several] - rest) <= _room(step, rest)) < 0.95:
        return None
    # In large levels it is the plain mean to the last digit that is written.
    plain = np.abs(rest - total[several] / count[several]) > _room(step, rest)
    if plain.mean() < 0.05:
        return None
    return Encoding("leave_one_out", int(codes.max()) + 1, 1.0)


def pure_pairs(codes: Ints, values: Floats, y: Floats, step: float, least: float = 0.6) -> Encoding | None:
    """Recognise leaving one out when the category is gone and the outcome is yes or no.

    Every value then stands for one outcome only. Of a level with S positives among n rows the n - S others have
    the value S / (n - 1), and S rows have (S - 1) / (n - 1): from a value and its count, S or n follow as whole numbers.
    """
    count = np.bincount(codes).astype(np.float64)
    mean = np.bincount(codes, weights=y) / count
    first = np.empty(len(count))
    first[codes] = values
    inside = (first > 0.0) & (first < 1.0)
    pure = (mean == 0.0) | (mean == 1.0)
    rows = float(count[inside].sum())
    if inside.sum() < LEAST_CELLS or rows < LEAST_TOGETHER or count[inside & pure].sum() < 0.9 * rows:
        return None
    if len({0.0, 1.0} & set(mean[inside & pure])) < 2:
        return None
    chosen = inside & pure & (count >= 2)
    v, c, no = first[chosen], count[chosen], mean[chosen] == 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = np.where(no, v * (c - 1) / (1 - v), 1 + (c - 1) / v)
        room = np.where(no, step * c / (1 - v) ** 2, step * c / v**2) + 1e-6 * np.maximum(1.0, whole)
    sharp = room < 0.1
    if c[sharp].sum() < LEAST_TOGETHER or sharp.sum() < LEAST_CELLS:
        return None
    fits = np.abs(whole - np.round(whole)) <= room
    if c[sharp & fits].sum() < least * c[sharp].sum():
        return None
    return Encoding("leave_one_out", int(chosen.sum()), 1.0)


def _follows(cells: Cells) -> float:
    """Return the correlation of value and mean outcome over the cells, weighted by their rows."""
    share = cells.count / cells.count.sum()
    value, mean = cells.value - share @ cells.value, cells.mean - share @ cells.mean
    size = float(np.sqrt((share @ value**2) * (share @ mean**2)))
    return float(share @ (value * mean)) / size if size > 0.0 else 0.0


def _formulas(cells: Cells, y: Floats, merged: bool) -> list[tuple[str, Floats, Floats]]:
    """Return formulas with the values they give per cell, and the weight of the rows' own mean in it."""
    mean, count, value, prior = cells.mean, cells.count, cells.value, float(y.mean())
    binary = set(np.unique(y)) <= {0.0, 1.0}
    out = [("mean", mean, np.ones(len(mean)))]
    lined = _line(cells, mean)
    if lined is not None:
        out.append(("mean", lined, np.ones(len(mean))))
    apart = np.abs(mean - prior) > 1e-3 * float(y.std())
    with np.errstate(divide="ignore", invalid="ignore"):
        pull = (value - prior) / (mean - prior)
        weight = count * (1 - pull) / pull
    usable = apart & (pull > 1e-3) & (pull < 1 - 1e-9)
    sizes = _sizes(cells) if merged and binary else [count]
    total = float(y.var())
    shrinking: list[tuple[str, Shrink]] = [("bayes", lambda n: total * n / (total * n + cells.inner))]
    if usable.sum() >= LEAST_CELLS:
        shrinking += [("m_estimate", _weighted(m)) for m in _middles(weight[usable], count[usable])]
        logit = np.log(pull[usable] / (1 - pull[usable]))
        pairs = list(SIGMOIDS)
        if len(np.unique(count[usable])) >= 3:
            slope, start = _robust_line(count[usable], logit)
            pairs.append((slope, start))
            if slope > 0:
                width, middle = 1 / slope, -start / slope
                pairs.append((1 / max(np.round(width), 1e-9), -np.round(middle) / max(np.round(width), 1e-9)))
        shrinking += [("sigmoid", _sigmoid(a, b)) for a, b in pairs]
    for name, shrink in shrinking:
        fitted, share = _best_size(cells, prior, sizes, shrink)
        if name == "sigmoid":
            # A level with one row gets the prior in some encoders.
            lone = (count == 1) & (np.abs(value - prior) < 1e-9 * (1 + abs(prior)))
            fitted = np.where(lone, prior, fitted)
        out.append((name, fitted, share))
    if binary:
        out.extend(_log_odds(cells, y, sizes))
    return out


def _weighted(m: float) -> Shrink:
    return lambda n: np.asarray(n / (n + m))


def _sigmoid(slope: float, start: float) -> Shrink:
    return lambda n: np.asarray(1 / (1 + np.exp(-np.clip(slope * n + start, -500, 500))))


def _sizes(cells: Cells) -> list[Floats]:
    """Return counts that one level can have had when levels of equal size and outcome share a value: count / k.

    Both the rows and the positives must divide; where they do not, the count is NaN.
    """
    rows, yes = np.round(cells.count).astype(np.int64), np.round(cells.count * cells.mean).astype(np.int64)
    shared = np.gcd(rows, yes)
    out = [cells.count]
    for k in range(2, int(min(shared.max(initial=1), MOST_MERGED)) + 1):
        divides = shared % k == 0
        if divides.any():
            out.append(np.where(divides, cells.count / k, np.nan))
    return out


def _best_size(cells: Cells, prior: float, sizes: list[Floats], shrink: Shrink) -> tuple[Floats, Floats]:
    """Return the values (cells,) of a shrinkage, by the size of level that comes nearest to each value."""
    best, weight = np.full(len(cells.count), np.inf), np.ones(len(cells.count))
    for size in sizes:
        share = shrink(size)
        fitted = prior + share * (cells.mean - prior)
        nearer = np.abs(fitted - cells.value) < np.abs(best - cells.value)
        best = np.where(nearer, fitted, best)
        # The weight of all rows of a cell is the number of levels in it times the weight of one.
        weight = np.where(nearer, share * cells.count / size, weight)
    return np.where(np.isfinite(best), best, np.nan), weight


def _middles(weight: Floats, count: Floats) -> list[float]:
    """Return likely smoothing weights: the middle over rows, and whole numbers near it."""
    order = np.argsort(weight, kind="stable")
    place = np.searchsorted(np.cumsum(count[order]), 0.5 * count.sum())
    middle = float(weight[order][min(place, len(order) - 1)])
    tried = [middle, float(np.median(weight)), float(np.quantile(weight, 0.25))]
    return sorted({m for t in tried for m in (t, float(np.round(t))) if 0 < m < 1e6})


def _robust_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Return slope and start of the line through most points (median of slopes to the middle point's group)."""
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    levels = np.unique(x)
    middle = np.asarray([np.median(y[x == v]) for v in levels])
    low, high = len(levels) // 4, max(len(levels) // 4 + 1, 3 * len(levels) // 4)
    high = min(high, len(levels) - 1)
    slopes = np.diff(middle) / np.diff(levels)
    slope = float(np.median(slopes)) if len(slopes) else 0.0
    exact = (middle[high] - middle[low]) / (levels[high] - levels[low])
    if abs(exact - slope) < 0.05 * abs(slope):
        slope = float(exact)
    return slope, float(np.median(middle - slope * levels))


def _log_odds(cells: Cells, y: Floats, sizes: list[Floats]) -> list[tuple[str, Floats, Floats]]:
    """Return log odds with a constant added to both counts; the log odds of all rows may be taken off."""
    out: list[tuple[str, Floats, Floats]] = []
    yes, no = float(y.sum()), float(len(y) - y.sum())
    for added in (0.0, 0.5, 1.0, 0.01, 1e-6):
        with np.errstate(divide="ignore", invalid="ignore"):
            each = [np.log((n * cells.mean + added) / (n * (1 - cells.mean) + added)) for n in sizes]
        good = np.isfinite(each[0])
        if good.sum() < LEAST_CELLS:
            continue
        # What is taken off is known, or else whatever most cells agree on.
        starts = [-float(np.log((yes + 2 * added) / (no + 2 * added))), -float(np.log(yes / no)), 0.0]
        for sign in (1.0, -1.0):
            for start in (
                *(sign * t for t in starts),
                float(np.median((cells.value - sign * each[0])[good])),
            ):
                best = np.full(len(cells.count), np.inf)
                for odds in each:
                    fitted = sign * odds + start
                    best = np.where(np.abs(fitted - cells.value) < np.abs(best - cells.value), fitted, best)
                out.append(("woe", np.where(np.isfinite(best), best, np.nan), np.ones(len(best))))
    return out


def _line(cells: Cells, shape: Floats) -> Floats | None:
    """Return a straight line of the cells' means through their values (the column was scaled afterwards)."""
    if len(shape) < 5:
        return None
    centre = float(cells.count @ shape / cells.count.sum())
    spread = float(cells.count @ (shape - centre) ** 2)
    if spread <= 0.0:
        return None
    level = float(cells.count @ cells.value / cells.count.sum())
    slope = float(cells.count @ ((shape - centre) * (cells.value - level))) / spread
    return np.asarray(level + slope * (shape - centre), dtype=np.float64)


def _room(step: float, fitted: Floats) -> Floats:
    return np.asarray(0.51 * step + 1e-9 + 1e-7 * np.abs(fitted), dtype=np.float64)


def _fits(cells: Cells, fitted: Floats, step: float) -> float:
    """Return the share of rows whose value is the formula's, as exactly as it is written (where it has one)."""
    told = np.isfinite(fitted)
    if cells.count[told].sum() < 0.3 * cells.count.sum():
        return 0.0
    near = np.abs(cells.value[told] - fitted[told]) <= _room(step, fitted[told])
    return float(cells.count[told][near].sum() / cells.count[told].sum())


def _many(cells: Cells, fitted: Floats, step: float, free: int) -> bool:
    """Say whether the fit is more than luck: many cells, each hit with little chance.

    A column that follows the target honestly strays from its own means by about the standard error of each.
    """
    spread = float(np.sqrt(np.average((cells.value - np.average(cells.value, weights=cells.count)) ** 2,
                                      weights=cells.count)))  # fmt: skip
    if spread <= 0.0:
        return False
    several = cells.count >= 2
    near = several & (np.abs(cells.value - fitted) <= _room(step, fitted))
    distinct = len(np.unique(np.round(cells.value[near], 12)))
    chance = np.minimum(1.0, 2.0 * np.nanmedian(_room(step, fitted)) / spread)
    # As many values as there are free constants always fit; each further one is evidence.
    return bool(max(distinct - free, 0) * -np.log10(max(chance, 1e-9)) >= 6.0)
