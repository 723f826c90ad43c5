"""How much one column tells about a target, and how alike the target is inside a group or along an order.

All measures share one scale: the *skill*, the share of the target's variance that is explained out of fold
(R² for numbers; for classes the Brier skill, i.e. R² of the class indicators). 0 is no better than the mean,
1 is perfect, negative values are noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def ranks(values: Floats) -> Floats:
    """Return mid-ranks scaled to (0, 1); ties share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle = ends - (counts - 1) / 2.0 - 0.5
    scaled: Floats = middle[inverse] / len(values)
    return scaled


def indicators(y: Floats, classes: int) -> Floats:
    """Return the target as columns (n, k): class indicators, or ranks of a number when ``classes`` is 0.

    Numbers are ranked so that a few extreme values do not decide what is related to what.
    """
    if classes == 0:
        return ranks(y)[:, None]
    if classes == 2:
        return np.asarray(y[:, None], dtype=np.float64)
    return np.asarray(y[:, None] == np.arange(classes)[None, :], dtype=np.float64)


def bin_numbers(values: Floats, most: int = 64) -> Ints:
    """Return bins (n,) of a number: quantile bins, frequent values alone, missing values in bin 0."""
    known = ~np.isnan(values)
    filled = values[known]
    out = np.zeros(len(values), dtype=np.int64)
    if len(filled) == 0:
        return out
    distinct, counts = np.unique(filled, return_counts=True)
    if len(distinct) <= most:
        out[known] = 1 + np.searchsorted(distinct, filled)
        return out
    edges = np.quantile(filled, np.linspace(0, 1, most + 1)[1:-1], method="lower")
    often = distinct[counts >= max(5, len(filled) / most)]
    # A frequent value gets a bin of its own: one edge at it, one just above it.
    edges = np.unique(np.concatenate([edges, often, np.nextafter(often, np.inf)]))
    out[known] = 1 + np.searchsorted(edges, filled, side="right")
    return out


def bin_codes(codes: Ints, least: int = 3, most: int = 400) -> Ints:
    """Return bins (n,) of a category: 0 missing, 1 rare levels, then the levels themselves."""
    out = np.zeros(len(codes), dtype=np.int64)
    known = codes >= 0
    if not known.any():
        return out
    counts = np.bincount(codes[known])
    order = np.argsort(-counts, kind="stable")
    keep = order[:most][counts[order[:most]] >= least]
    place = np.ones(len(counts), dtype=np.int64)
    place[keep] = 2 + np.arange(len(keep))
    out[known] = place[codes[known]]
    return out


def deal_folds(units: Ints | None, n: int, folds: int, seed: int) -> Ints:
    """Return a fold number (n,) per row, balanced; rows of one unit get the same fold."""
    rng = np.random.default_rng([seed, 11])
    if units is None:
        return rng.permutation(np.arange(n, dtype=np.int64) % folds)
    _, inverse = np.unique(units, return_inverse=True)
    count = int(inverse.max()) + 1 if n else 0
    fold: Ints = rng.permutation(np.arange(count, dtype=np.int64) % folds)
    return fold[inverse]


def binned_predictions(bins: Ints, targets: Floats, fold: Ints, folds: int, weight: float = 3.0) -> Floats:
    """Predict targets (n, k) out of fold by the mean of the bin in the other folds, shrunk to their mean.

    ``weight`` is the number of imagined rows at the overall mean.
    """
    width = int(bins.max()) + 1 if len(bins) else 1
    cell = fold * width + bins
    number = np.bincount(cell, minlength=folds * width).reshape(folds, width).astype(np.float64)
    others = number.sum(axis=0) - number
    out = np.empty_like(targets)
    for j in range(targets.shape[1]):
        total = np.bincount(cell, weights=targets[:, j], minlength=folds * width).reshape(folds, width)
        rest = total.sum(axis=0) - total
        mean = rest.sum(axis=1) / np.maximum(others.sum(axis=1), 1.0)
        table = (rest + weight * mean[:, None]) / (others + weight)
        out[:, j] = table[fold, bins]
    return out


def skill(targets: Floats, predictions: Floats) -> float:
    """Return the share of the variance of targets (n, k) that predictions (n, k) explain."""
    spread = float(((targets - targets.mean(axis=0)) ** 2).sum())
    if spread == 0.0:
        return 0.0
    return 1.0 - float(((targets - predictions) ** 2).sum()) / spread


def null_skill(columns: list[Ints], targets: Floats, fold: Ints, folds: int, draws: int, seed: int) -> Floats:
    """Return the largest skill (draws,) over all columns when the target is shuffled over rows.

    The maximum over columns makes the comparison honest for having looked at all of them
    (Westfall & Young 1993, single-step maxT).
    """
    best = np.full(draws, -np.inf)
    for d in range(draws):
        shuffled = targets[np.random.default_rng([seed, 23, d]).permutation(len(targets))]
        for bins in columns:
            best[d] = max(best[d], skill(shuffled, binned_predictions(bins, shuffled, fold, folds)))
    return best


def auc(positive: Bools, score: Floats) -> float:
    """Return the area under the ROC curve (ties count half); 0.5 when a class is empty."""
    yes = int(positive.sum())
    no = len(positive) - yes
    if yes == 0 or no == 0:
        return 0.5
    rank = ranks(score) * len(score) + 0.5
    return float((rank[positive].sum() - yes * (yes + 1) / 2.0) / (yes * no))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike values are inside groups: intraclass correlation and its one-sided permutation p-value."""

    icc: float
    p_value: float
    groups: int
    rows: int


def _between(values: Floats, inverse: Ints, counts: Floats) -> float:
    total = 0.0
    for j in range(values.shape[1]):
        sums = np.bincount(inverse, weights=values[:, j], minlength=len(counts))
        total += float((sums**2 / counts).sum())
    return total


def likeness(values: Floats, groups: Ints, draws: int = 199, seed: int = 0) -> Likeness:
    """Return the intraclass correlation of values (n, k) in groups (n,), over groups of two rows or more.

    One-way random effects, unbalanced (Donner 1986): ICC = (MSB - MSW) / (MSB + (n0 - 1) MSW). The
    p-value permutes rows over groups. Groups of one row say nothing and are left out.
    """
    _, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    keep = counts[inverse] >= 2
    rows = int(keep.sum())
    if rows < 4:
        return Likeness(0.0, 1.0, 0, rows)
    values = values[keep] - values[keep].mean(axis=0)
    _, inverse = np.unique(inverse[keep], return_inverse=True)
    size = np.bincount(inverse).astype(np.float64)
    k = len(size)
    whole = float((values**2).sum())
    if k < 2 or rows <= k or whole <= 0.0:
        return Likeness(0.0, 1.0, k, rows)
    n0 = (rows - float((size**2).sum()) / rows) / (k - 1)
    between = _between(values, inverse, size)
    msb = between / (k - 1)
    msw = max(whole - between, 0.0) / (rows - k)
    icc = (msb - msw) / (msb + (n0 - 1) * msw) if msb + (n0 - 1) * msw > 0 else 0.0
    rng = np.random.default_rng([seed, 31])
    above = sum(
        _between(values[rng.permutation(rows)], inverse, size) >= between * (1 - 1e-12) for _ in range(draws)
    )
    return Likeness(float(icc), (1 + above) / (1 + draws), k, rows)


def serial(values: Floats, lags: int = 5, breaks: Bools | None = None, apart: Ints | None = None) -> float:
    """Return the mean autocorrelation over lags 1..``lags`` of values (n, k) in their order.

    Parameters
    ----------
    breaks : (n,) True where a new stretch begins; pairs never reach across.
    apart : (n,) group numbers; pairs inside one group are left out (their likeness is another matter).
    """
    n = len(values)
    values = values - values.mean(axis=0)
    spread = float((values**2).sum()) / max(n, 1)
    if spread <= 0.0:
        return 0.0
    stretch = np.zeros(n, dtype=np.int64) if breaks is None else np.cumsum(breaks)
    found = []
    for lag in range(1, min(lags, n - 1) + 1):
        pair = stretch[lag:] == stretch[:-lag]
        if apart is not None:
            pair &= apart[lag:] != apart[:-lag]
        if pair.sum() >= 20:
            found.append(float((values[lag:] * values[:-lag]).sum(axis=1)[pair].mean()) / spread)
    return float(np.mean(found)) if found else 0.0


def serial_p(
    values: Floats, lags: int = 5, breaks: Bools | None = None, apart: Ints | None = None,
    draws: int = 99, seed: int = 0,
) -> tuple[float, float]:  # fmt: skip
    """Return `serial` and its one-sided permutation p-value."""
    seen = serial(values, lags, breaks, apart)
    rng = np.random.default_rng([seed, 41])
    above = sum(
        serial(values[rng.permutation(len(values))], lags, breaks, apart) >= seen for _ in range(draws)
    )
    return seen, (1 + above) / (1 + draws)
