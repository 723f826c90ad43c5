"""Closed forms for the score of one fixed model on rows that it did not see."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics import Metric
from lowtide.metrics.decision import Decision
from lowtide.metrics.metric import Floats, is_multiclass
from lowtide.stats.intervals import t_quantile
from lowtide.stats.resampling import Ints, codes
from lowtide.validate.estimators.delong import auc_variance
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.exact import auc_few_positives, mean_proven, share_exact
from lowtide.validate.estimators.single import mean_variance, overall, ship


@dataclass(frozen=True, slots=True)
class Judged:
    """Predictions of one model beside outcomes: ``y`` (n,), ``p`` (n,) or (n, classes), its threshold."""

    y: Floats
    p: Floats
    units: Ints
    cut: float
    metric: Metric
    confidence: float

    @property
    def independent(self) -> bool:
        """Whether every row is a unit of its own."""
        return codes(self.units)[1] == len(self.y)


class Closed:
    """The winner's score with the closed form of its metric; see `closed_floor`. Blind to the selection."""

    name = "closed"
    schemes: tuple[Scheme, ...] = ("rows", "groups")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None where the metric has no closed form (RMSE, R², F1 and others)."""
        best = overall(evidence)
        if best is None:
            return None
        floor = closed_floor(_judged(evidence, best.trial, best.cut))
        return None if floor is None else ship(evidence, best.trial, best.score, floor)


class Proven:
    """The winner's mean with a bound that holds for any bounded rows (`mean_proven`): exact but wide.

    For accuracy, Brier score and costs on independent rows. It would be proven for one model that was fixed before
    these rows were seen; here the winner was chosen by them.
    """

    name = "proven"
    schemes: tuple[Scheme, ...] = ("rows",)

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None unless the score is a mean of bounded rows."""
        best = overall(evidence)
        metric = evidence.metric
        if best is None or not math.isfinite(metric.high - metric.low):
            return None
        rows = row_values(_judged(evidence, best.trial, best.cut))
        if rows is None:
            return None
        s = evidence.sign
        low, high = sorted((s * metric.low, s * metric.high))
        floor = s * mean_proven(s * rows, low, high, evidence.confidence)
        return ship(evidence, best.trial, best.score, floor)


def _judged(evidence: Evidence, trial: int, cut: float) -> Judged:
    return Judged(
        evidence.y,
        evidence.mean_cube[:, trial],
        evidence.units,
        cut,
        evidence.metric,
        evidence.confidence,
    )


def row_values(judged: Judged) -> Floats | None:
    """Return (n,) values whose mean is the score, also of accuracy and costs; None when there are none."""
    metric = judged.metric
    rows = metric.per_row(judged.y, judged.p)
    if rows is not None or not isinstance(metric, Decision) or metric.name not in ("accuracy", "cost"):
        return rows
    if is_multiclass(judged.p):
        return np.asarray(np.argmax(judged.p, axis=1) == judged.y, dtype=np.float64)
    called, actual = (judged.p >= judged.cut).astype(np.float64), judged.y
    right = metric.of_counts(
        actual * called, (1 - actual) * called, actual * (1 - called), (1 - actual) * (1 - called)
    )
    return np.asarray(right, dtype=np.float64)


def closed_floor(judged: Judged) -> float | None:
    """Return the one-sided bound of a score, or None where there is no closed form.

    - ROC AUC of two classes: DeLong's variance on the logit scale; over groups Obuchowski's (`auc_variance`). An AUC
      of 0 or 1 has no variance: then `auc_few_positives`, and nothing over groups.
    - Accuracy of independent rows: Clopper & Pearson (1934).
    - Balanced accuracy of independent rows and two classes: `two_betas`.
    - Average precision of independent rows and two classes: logit interval with error 1 / sqrt(m q (1 - q)), m
      positives, q the score (Boyd, Eng & Page 2013, "Area under the precision-recall curve").
    - Means of rows (log loss, Brier, MAE, costs; accuracy over groups): Student's t, with the cluster-robust variance
      `mean_variance` and U - 1 degrees of freedom over U units.
    """
    name, y = judged.metric.name, judged.y
    if name == "roc_auc":
        return None if is_multiclass(judged.p) else _auc_floor(judged)
    if name == "average_precision":
        return _precision_floor(judged)
    if name == "balanced_accuracy":
        if is_multiclass(judged.p) or not judged.independent:
            return None
        called = judged.p >= judged.cut
        hits, rejections = int((called & (y == 1)).sum()), int((~called & (y == 0)).sum())
        return two_betas(hits, int((y == 1).sum()), rejections, int((y == 0).sum()), judged.confidence)
    rows = row_values(judged)
    if rows is None or len(rows) < 2:
        return None
    if name == "accuracy" and judged.independent:
        return share_exact(round(float(rows.sum())), len(rows), judged.confidence)
    sign = 1.0 if judged.metric.greater_is_better else -1.0
    error = math.sqrt(mean_variance(rows, judged.units))
    if math.isnan(error):
        return None
    freedom = codes(judged.units)[1] - 1
    return float(rows.mean()) - sign * t_quantile(judged.confidence, freedom) * error


def _auc_floor(judged: Judged) -> float | None:
    area, variance = auc_variance(judged.y, judged.p, judged.units)
    if not variance > 0 or not 0 < area < 1:
        if not judged.independent or not math.isfinite(area):
            return None
        positives = int((judged.y == 1).sum())
        return auc_few_positives(area, positives, len(judged.y) - positives, judged.confidence)
    return _logit_floor(area, math.sqrt(variance) / (area * (1 - area)), judged.confidence)


def _precision_floor(judged: Judged) -> float | None:
    if is_multiclass(judged.p) or not judged.independent:
        return None
    score, positives = judged.metric(judged.y, judged.p), float((judged.y == 1).sum())
    if not 0 < score < 1:
        return None
    return _logit_floor(score, 1 / math.sqrt(positives * score * (1 - score)), judged.confidence)


def _logit_floor(score: float, error: float, confidence: float) -> float:
    return 1 / (1 + math.exp(-(math.log(score / (1 - score)) - t_quantile(confidence, math.inf) * error)))


def two_betas(hits: int, positives: int, rejections: int, negatives: int, confidence: float) -> float:
    """Return the lower credible bound of balanced accuracy, flat priors on both recalls.

    Brodersen, Ong, Stephan & Buhmann (2010), "The balanced accuracy and its posterior distribution": half
    the sum of two independent beta variables. The one is cut into equal shares, the other integrated exactly.
    """
    from scipy.optimize import brentq
    from scipy.special import betainc, betaincinv

    a, b = hits + 1, positives - hits + 1
    c, d = rejections + 1, negatives - rejections + 1
    grid = betaincinv(a, b, (np.arange(2000) + 0.5) / 2000)

    def surplus(q: float) -> float:
        return float(betainc(c, d, np.clip(2 * q - grid, 0.0, 1.0)).mean()) - (1 - confidence)

    return float(brentq(surplus, 0.0, 1.0, xtol=1e-10))
