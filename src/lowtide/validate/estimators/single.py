"""The single best trial: what textbooks ship, under any weighting of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.metrics import Metric
from lowtide.metrics.metric import Column, Floats
from lowtide.stats.resampling import Ints, codes
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.selection import Bools


@dataclass(frozen=True, slots=True)
class Pick:
    """The best trial under each of b weightings, with its threshold and its score there (greater is better)."""

    trials: Ints
    cuts: Floats
    scores: Floats


class Singles:
    """Every trial that may be shipped, alone, with the threshold chosen on the rows that are weighted.

    Parameters
    ----------
    y : (n,) finite outcomes.
    cube : (n, T) or (n, T, classes) out-of-fold predictions of these rows.
    candidates : (T,) trials that may be chosen.
    """

    def __init__(self, y: Floats, cube: Floats, metric: Metric, candidates: Bools) -> None:
        self.trials = np.flatnonzero(candidates)
        self._metric = metric
        self._sign = 1.0 if metric.greater_is_better else -1.0
        self._columns: list[Column] = [metric.column(y, cube[:, t]) for t in self.trials]

    def pick(self, weights: Floats) -> Pick:
        """Return the best trial under (b, n) weightings, the earlier of equals; its score may be -inf."""
        scores, cuts = [], []
        for column in self._columns:
            cut = column.choose(weights)
            scores.append(self._sign * column.scores(weights, cut))
            cuts.append(cut)
        table = np.stack(scores, axis=1)
        table = np.where(np.isnan(table), -np.inf, table)
        best = np.argmax(table, axis=1)
        row = np.arange(len(weights))
        return Pick(self.trials[best], np.stack(cuts, axis=1)[row, best], table[row, best])

    def at(self, pick: Pick, weights: Floats) -> Floats:
        """Return (b,) scores of the picked trials, each under its own weighting; NaN where undefined."""
        found = np.full(len(weights), np.nan)
        for place, trial in enumerate(self.trials):
            mine = pick.trials == trial
            if mine.any():
                found[mine] = self._columns[place].scores(weights[mine], pick.cuts[mine])
        return found


@dataclass(frozen=True, slots=True)
class Winner:
    """The trial with the best score on all rows, its threshold (NaN when none is needed) and that score."""

    trial: int
    cut: float
    score: float


def winner(
    y: Floats, cube: Floats, metric: Metric, candidates: Bools, rows: Ints | None = None
) -> Winner | None:
    """Return the best trial on some rows (all by default), or None when no trial can be judged there."""
    if rows is not None:
        y, cube = y[rows], cube[rows]
    if not candidates.any() or not len(y):
        return None
    sign = 1.0 if metric.greater_is_better else -1.0
    found = Singles(y, cube, metric, candidates).pick(np.ones((1, len(y))))
    if not np.isfinite(found.scores[0]):
        return None
    return Winner(int(found.trials[0]), float(found.cuts[0]), sign * float(found.scores[0]))


def overall(evidence: Evidence) -> Winner | None:
    """Return the trial with the best score on the predictions averaged over repeats."""
    return winner(evidence.y, evidence.mean_cube, evidence.metric, evidence.candidates)


def fold_scores(evidence: Evidence, trial: int, cut: float) -> Floats:
    """Return (R * K,) scores of a trial in each fold of each repeat, NaN where undefined."""
    scores = []
    for repeat, fold in zip(evidence.cube, evidence.folds, strict=True):
        for k in np.unique(fold):
            rows = fold == k
            scores.append(evidence.metric.at(evidence.y[rows], repeat[rows, trial], cut))
    return np.asarray(scores)


def mean_variance(values: Floats, units: Ints) -> float:
    """Return the variance of the mean of ``values`` (n,) when whole units are independent; NaN for one unit.

    Sum over units of (sum of deviations)^2 / n^2, times U / (U - 1): the linearized variance of a ratio mean
    (Cochran 1977, chapter 9A); s^2 / n when units are rows.
    """
    unit, count = codes(units)
    if count < 2:
        return float("nan")
    total = np.bincount(unit, weights=values - values.mean(), minlength=count)
    return float((total**2).sum()) * count / (count - 1) / len(values) ** 2


def ship(evidence: Evidence, trial: int, expected: float, floor: float = float("nan")) -> Bound | None:
    """Return the bound of one trial, inside the metric's bounds and with the floor on the bad side.

    Parameters
    ----------
    expected, floor : in units of the metric; without an ``expected`` there is no bound at all.
    """
    if not np.isfinite(expected):
        return None
    metric = evidence.metric
    if np.isfinite(floor):
        floor = min(floor, expected) if metric.greater_is_better else max(floor, expected)
        floor = metric.clip(floor)
    else:
        floor = float("nan")
    weights = np.zeros(evidence.cube.shape[2])
    weights[trial] = 1.0
    return Bound(metric.clip(expected), floor, weights)
