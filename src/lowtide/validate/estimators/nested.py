"""Nested cross-validation with the variance of Bates, Hastie & Tibshirani."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics.metric import Floats
from lowtide.stats.intervals import t_quantile
from lowtide.stats.resampling import codes
from lowtide.validate.estimators.bootstrap import left_out
from lowtide.validate.estimators.closed import Judged, row_values
from lowtide.validate.estimators.delong import auc_variance
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import Winner, mean_variance, overall, ship, winner


@dataclass(frozen=True, slots=True)
class _Outer:
    """One outer fold: the outer score, the variance of that score, the K - 1 inner scores, rows of each."""

    score: float
    variance: float
    inner: Floats
    rows: int
    inner_rows: Floats


class Nested:
    """Nested cross-validation: a mean squared error of the estimate from inner against outer errors.

    Bates, Hastie & Tibshirani (2024), "Cross-validation: what does it estimate and how well does it do it?", algorithm 1
    and section 4.3. For outer fold k, a_k = (mean inner error - outer error)^2 and b_k = the variance of the outer error
    by the spread of its rows; MSE = (K - 1) / K * mean(a_k - b_k), its root kept between the naive standard error and
    sqrt(K) times that; the estimate is the mean inner error less the bias (1 + (K - 2) / K) (inner - outer).

    Our reading where a choice among trials is part of the procedure: the outer error of fold k is that of the trial
    (and threshold) chosen by ``nested[k]`` without fold k; the inner error of fold j that of the trial chosen by the
    other folds of ``nested[k]``. Over groups, b_k is the cluster-robust variance. For scores that are no mean of rows
    (AUC, R², RMSE ...) the paper says nothing: scores of folds stand for errors, and b_k is DeLong's variance or the
    jackknife's over units within fold k. The paper averages many partitions; here there is one, so the bias
    correction is noisy.
    """

    name = "nested"
    schemes: tuple[Scheme, ...] = ("rows", "groups")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None without ``nested``, or when some fold cannot be scored."""
        best = overall(evidence)
        if best is None or evidence.nested is None:
            return None
        numbers = np.unique(evidence.folds[0])
        if len(numbers) < 3:
            return None
        outer = [_outer(evidence, evidence.nested, int(k), numbers) for k in numbers]
        found = [o for o in outer if o is not None]
        if len(found) < len(numbers):
            return None
        k = len(found)
        inside = np.array([np.average(o.inner, weights=o.inner_rows) for o in found])
        outside = np.array([o.score for o in found])
        own = np.array([o.variance for o in found])
        rows = np.array([o.rows for o in found], dtype=np.float64)
        mse = (k - 1) / k * float(np.mean((inside - outside) ** 2 - own))
        # Variances of folds, brought to all rows: s^2 / n of the paper when the score is a mean.
        naive = math.sqrt(float((own * rows).sum() / rows.sum()) / k)
        error = min(max(math.sqrt(max(mse, 0.0)), naive), math.sqrt(k) * naive)
        inner, plain = float(inside.mean()), float(np.average(outside, weights=rows))
        expected = inner - (1 + (k - 2) / k) * (inner - plain)
        z = t_quantile(evidence.confidence, math.inf)
        return ship(evidence, best.trial, expected, expected - evidence.sign * z * error)


def _outer(evidence: Evidence, nested: Floats, k: int, numbers: np.ndarray) -> _Outer | None:
    """Score one outer fold and its inner folds, selection repeated in each."""
    y, fold, metric = evidence.y, evidence.folds[0], evidence.metric
    cube = nested[k]
    chosen = winner(y, cube, metric, evidence.candidates, np.flatnonzero(fold != k))
    if chosen is None:
        return None
    held = np.flatnonzero(fold == k)
    score, variance = _score_and_variance(evidence, held, chosen)
    inner, sizes = [], []
    for j in numbers[numbers != k]:
        without = winner(y, cube, metric, evidence.candidates, np.flatnonzero((fold != k) & (fold != j)))
        rows = fold == j
        if without is None:
            return None
        inner.append(metric.at(y[rows], cube[rows, without.trial], without.cut))
        sizes.append(int(rows.sum()))
    if not np.isfinite([score, variance, *inner]).all():
        return None
    return _Outer(score, variance, np.asarray(inner), len(held), np.asarray(sizes, dtype=np.float64))


def _score_and_variance(evidence: Evidence, rows: np.ndarray, chosen: Winner) -> tuple[float, float]:
    """Return the score of the outer model on its fold, and that score's variance given the model."""
    y, p, units = evidence.y[rows], evidence.cube[0, rows, chosen.trial], evidence.units[rows]
    metric = evidence.metric
    score = metric.at(y, p, chosen.cut)
    values = row_values(Judged(y, p, units, chosen.cut, metric, evidence.confidence))
    if values is not None:
        return score, mean_variance(values, units)
    if metric.name == "roc_auc" and p.ndim == 1:
        return score, auc_variance(y, p, units)[1]
    unit, count = codes(units)
    without = left_out(metric.column(y, p), unit, count, chosen.cut)
    if len(without) < 2:
        return score, float("nan")
    return score, (len(without) - 1) / len(without) * float(((without - without.mean()) ** 2).sum())
