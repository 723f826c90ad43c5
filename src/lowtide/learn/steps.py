"""Piecewise-constant functions of one column, fitted and judged on histograms alone.

A column is cut into at most 32 bins (numbers, by quantiles) or one bin a level (categories). All that
fitting and cross-validation need are the weight and the sums of the target in each bin and fold: the
training histogram of a fold is the total minus its own. The division of ordered bins into a few intervals
that leaves the least squared error (for shares: the least Gini impurity) is found exactly by dynamic
programming (Fisher 1958).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from lowtide.learn.learner import Floats

BINS = 32
LEVELS = 256
TINY = 1e-12
Loss = Literal["squares", "log"]


@dataclass(frozen=True, slots=True)
class Binned:
    """Histograms of one column.

    Attributes
    ----------
    edges : numbers: (B - 1,) upper ends of bins (inclusive); categories: (B,) codes.
    weight : (folds, B + 1) weight in each bin; the last bin is "missing" (and, for categories, rare codes
        beyond the ``LEVELS`` most frequent are left out of all bins but count in ``total``).
    sums : (folds, B + 1, k) weighted sums of the target.
    """

    category: bool
    edges: Floats
    weight: Floats
    sums: Floats
    fold_weight: Floats
    fold_sums: Floats


@dataclass(frozen=True, slots=True)
class Steps:
    """A fitted piecewise-constant function; see ``learners/one_column.py`` for the fields."""

    edges: Floats
    values: Floats
    support: Floats
    missing: Floats
    missing_rows: float


def bin_numbers(x: Floats, T: Floats, w: Floats, folds: npt.NDArray[np.int64], count: int) -> Binned | None:
    """Histogram an ordered column; ``None`` when it says nothing (one value and none missing)."""
    gone = np.isnan(x)
    present = np.unique(x[~gone])
    if len(present) + bool(gone.any()) < 2:
        return None
    edges = np.zeros(0)
    if len(present) > 1:
        if len(present) <= BINS:
            at = np.arange(len(present) - 1)
        else:
            wanted = np.quantile(x[~gone], np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf")
            at = np.unique(np.searchsorted(present, wanted))
            at = at[at < len(present) - 1]
        edges = np.asarray([between(float(present[i]), float(present[i + 1])) for i in at])
    place = np.where(gone, len(edges) + 1, np.searchsorted(edges, x, side="left"))
    return _histogram(False, edges, place, len(edges) + 2, T, w, folds, count)


def bin_codes(x: Floats, T: Floats, w: Floats, folds: npt.NDArray[np.int64], count: int) -> Binned | None:
    """Histogram a column of codes without order; ``None`` when it says nothing."""
    gone = np.isnan(x)
    codes, rows = np.unique(x[~gone], return_counts=True)
    if len(codes) + bool(gone.any()) < 2:
        return None
    common = np.sort(codes[np.argsort(-rows, kind="stable")[:LEVELS]])
    at = np.minimum(np.searchsorted(common, x), max(len(common) - 1, 0))
    known = ~gone & (common[at] == x) if len(common) else np.zeros(len(x), dtype=bool)
    place = np.where(gone, len(common), np.where(known, at, len(common) + 1))
    full = _histogram(True, common, place, len(common) + 2, T, w, folds, count)
    return Binned(True, common, full.weight[:, :-1], full.sums[:, :-1], full.fold_weight, full.fold_sums)


def between(a: float, b: float) -> float:
    """Return the shortest decimal c with a <= c < b, so that rules read well.

    >>> between(0.31999, 0.5712)
    0.4
    """
    middle = a + (b - a) / 2
    if not np.isfinite(middle):
        return a
    for digits in range(1, 17):
        c = float(f"{middle:.{digits}g}")
        if a <= c < b:
            return c
    return a


def held_out_loss(binned: Binned, most: int, shrink: float, loss: Loss) -> Floats:
    """Return (most,) mean held-out loss with 1 .. ``most`` pieces (categories: the same for all).

    Squared losses omit the term that does not depend on the rule.
    """
    total_w, total_s = binned.weight.sum(axis=0), binned.sums.sum(axis=0)
    all_w, all_s = binned.fold_weight.sum(), binned.fold_sums.sum(axis=0)
    out = np.zeros(most)
    for fold in range(len(binned.weight)):
        w, s = total_w - binned.weight[fold], total_s - binned.sums[fold]
        left = max(all_w - binned.fold_weight[fold], TINY)
        prior = (all_s - binned.fold_sums[fold]) / left
        cuts = None if binned.category else best_cuts(w[:-1], s[:-1], most, _least(left))
        rest_w = binned.fold_weight[fold] - binned.weight[fold].sum()
        rest_s = binned.fold_sums[fold] - binned.sums[fold].sum(axis=0)
        for pieces in range(most):
            answers = _answers(w, s, None if cuts is None else cuts[pieces], prior, shrink)
            out[pieces] += _loss(binned.weight[fold], binned.sums[fold], answers, loss)
            out[pieces] += _loss(np.asarray([rest_w]), rest_s[None, :], prior[None, :], loss)
    mean: Floats = out / max(all_w, TINY)
    return mean


def fit_steps(binned: Binned, pieces: int, shrink: float) -> Steps:
    """Fit the function on all folds together."""
    w, s = binned.weight.sum(axis=0), binned.sums.sum(axis=0)
    total = max(binned.fold_weight.sum(), TINY)
    prior = binned.fold_sums.sum(axis=0) / total
    missing = (s[-1] + shrink * prior) / (w[-1] + shrink)
    if binned.category:
        values = (s[:-1] + shrink * prior) / (w[:-1] + shrink)[:, None]
        return Steps(binned.edges, values, w[:-1], missing, float(w[-1]))
    cuts = best_cuts(w[:-1], s[:-1], pieces, _least(total))[pieces - 1]
    part_w, part_s = np.add.reduceat(w[:-1], cuts), np.add.reduceat(s[:-1], cuts, axis=0)
    values = (part_s + shrink * prior) / (part_w + shrink)[:, None]
    edges = binned.edges[cuts[1:] - 1] if len(cuts) > 1 else np.zeros(0)
    return Steps(edges, values, part_w, missing, float(w[-1]))


def best_cuts(w: Floats, s: Floats, most: int, least: float) -> list[npt.NDArray[np.int64]]:
    """Return, for 1 .. ``most`` intervals, the first bins of the best intervals of at least ``least`` weight.

    Where so many intervals cannot be made, the answer for the largest number that can stands in.
    """
    B = len(w)
    W = np.concatenate([[0.0], np.cumsum(w)])
    S = np.vstack([np.zeros((1, s.shape[1])), np.cumsum(s, axis=0)])
    inside = W[None, :] - W[:, None]
    square = ((S[None, :, :] - S[:, None, :]) ** 2).sum(axis=2)
    allowed = np.triu(np.ones((B + 1, B + 1), dtype=bool), 1) & (inside >= least)
    gain = np.where(allowed, square / np.maximum(inside, TINY), -np.inf)
    gain[0, B] = square[0, B] / max(inside[0, B], TINY)
    reach, back = [gain[0]], [np.zeros(B + 1, dtype=np.int64)]
    for _ in range(1, most):
        options = reach[-1][:, None] + gain
        back.append(np.argmax(options, axis=0))
        reach.append(options.max(axis=0))
    out: list[npt.NDArray[np.int64]] = []
    for pieces in range(1, most + 1):
        if not np.isfinite(reach[pieces - 1][B]):
            out.append(out[-1])
            continue
        starts, end = [], B
        for level in range(pieces - 1, -1, -1):
            end = int(back[level][end]) if level else 0
            starts.append(end)
        out.append(np.asarray(starts[::-1], dtype=np.int64))
    return out


def _least(total: float) -> float:
    """Smallest weight of a piece: 5 rows or 1 % of the rows, but on tiny data a fifth of them."""
    return min(max(5.0, 0.01 * total), 0.2 * total)


def _answers(
    w: Floats, s: Floats, cuts: npt.NDArray[np.int64] | None, prior: Floats, shrink: float
) -> Floats:
    """Return (B + 1, k) the answer in each bin, the last one for missing."""
    if cuts is None:
        alone: Floats = (s + shrink * prior) / (w + shrink)[:, None]
        return alone
    part_w, part_s = np.add.reduceat(w[:-1], cuts), np.add.reduceat(s[:-1], cuts, axis=0)
    values = (part_s + shrink * prior) / (part_w + shrink)[:, None]
    lengths = np.diff(np.append(cuts, len(w) - 1))
    missing = (s[-1] + shrink * prior) / (w[-1] + shrink)
    return np.vstack([np.repeat(values, lengths, axis=0), missing])


def _loss(w: Floats, s: Floats, answer: Floats, loss: Loss) -> float:
    """Return the summed loss of rows with weight ``w`` (B,) and target sums ``s`` (B, k)."""
    if loss == "squares":
        return float((answer**2 * w[:, None] - 2 * answer * s).sum())
    p = np.clip(answer, TINY, 1 - TINY)
    if s.shape[1] > 1:
        return float(-(s * np.log(p)).sum())
    return float(-(s * np.log(p) + (w[:, None] - s) * np.log1p(-p)).sum())


def _histogram(
    category: bool,
    edges: Floats,
    place: npt.NDArray[np.int64],
    bins: int,
    T: Floats,
    w: Floats,
    folds: npt.NDArray[np.int64],
    count: int,
) -> Binned:
    cell = folds * bins + place
    weight = np.bincount(cell, weights=w, minlength=count * bins).astype(np.float64).reshape(count, bins)
    sums: Floats = np.stack(
        [
            np.bincount(cell, weights=w * T[:, k], minlength=count * bins).reshape(count, bins)
            for k in range(T.shape[1])
        ],
        axis=2,
    )
    return Binned(category, edges, weight, sums, weight.sum(axis=1), sums.sum(axis=1))
