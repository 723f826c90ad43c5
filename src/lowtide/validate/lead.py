"""How far the shipped model is ahead of the rule that needs no model, on the same rows.

Floor and baseline stand side by side, but a bad month is bad for both: comparing the model's worst with the
rule's usual would send a good model away. The difference on the same rows or windows is what decides.
"""

from __future__ import annotations

import math

import numpy as np

from lowtide.core.interval import Lead
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.intervals import t_quantile
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.floor import Estimate
from lowtide.validate.selection import Bools

RESAMPLES = 300
LEAST_WINDOWS = 3


def lead(
    estimate: Estimate,
    y: Floats,
    held: Floats,
    rule: Floats,
    *,
    units: Ints,
    folds: Ints,
    baseline: float | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Lead | None:
    """Return expected lead over the rule and its one-sided lower bound.

    Parameters
    ----------
    held, rule : (n[, classes]) held-out predictions of the shipped combination and of the rule.
    baseline : score of the rule by its better reading. Folds put together rank a rule's few values against each other (a prior
        of 0.51 in one fold, of 0.49 in another, each the opposite of what the fold holds), which would make it look worse than it is.
    units : (n,) units of dependence. folds : (n,) window of each row under a future scheme.

    Returns
    -------
    Lead or None
        In units of the metric, positive when the model is better. Rows and groups: percentile of the paired
        (cluster) bootstrap, lowered by the optimism that selection gave the model (Efron & Tibshirani 1993,
        ch. 16 for pairing). Future: t-bound of the mean difference of the windows. It answers which of the two
        to ship for good, so it is a bound for the average period, not for the next one as the floor is.
    """
    metric = estimate.metric
    if estimate.expected is None or estimate.selected_cv is None:
        return None
    sign = 1.0 if metric.greater_is_better else -1.0
    there = _known(y) & _known(held) & _known(rule)
    if "future" in estimate.scheme:
        return _of_windows(estimate, y, rule, there & (folds >= 0), folds, metric, sign, confidence)
    y, held, rule = y[there], held[there], rule[there]
    if not len(y):
        return None
    unit, count = codes(units[there])
    mine, theirs = metric.column(y, held), metric.column(y, rule)
    rule_cut = metric.choose(y, rule)
    gaps = []
    for w in resamples(unit, count, RESAMPLES, seed + 77):
        cuts = np.full(len(w), estimate.threshold)
        gaps.append(sign * (mine.scores(w, cuts) - theirs.scores(w, np.full(len(w), rule_cut))))
    drawn = np.concatenate(gaps)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < RESAMPLES // 2:
        return None
    optimism = max(0.0, sign * (estimate.selected_cv - estimate.expected))
    pooled = metric.at(y, rule, rule_cut)
    understated = 0.0 if baseline is None else max(0.0, sign * (baseline - pooled))
    gap = sign * (estimate.selected_cv - pooled) - optimism - understated
    bound = float(np.quantile(drawn, 1 - confidence)) - optimism - understated
    return Lead(expected=gap, bound=min(bound, gap), confidence=confidence)


def _of_windows(
    estimate: Estimate,
    y: Floats,
    rule: Floats,
    there: Bools,
    folds: Ints,
    metric: Metric,
    sign: float,
    confidence: float,
) -> Lead | None:
    names = np.unique(folds[there])
    if len(names) != len(estimate.scores) or len(names) < LEAST_WINDOWS:
        return None
    cut = metric.choose(y[there], rule[there])
    theirs = np.array(
        [metric.at(y[rows], rule[rows], cut) for n in names if len(rows := _rows(there, folds, n))]
    )
    gaps = sign * (estimate.scores - theirs)
    gaps = gaps[np.isfinite(gaps)]
    if len(gaps) < LEAST_WINDOWS:
        return None
    expected = float(gaps.mean())
    bound = expected - t_quantile(confidence, len(gaps) - 1) * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return Lead(
        expected=expected, bound=bound, confidence=confidence, windows=len(gaps), ahead=int((gaps > 0).sum())
    )


def _rows(there: Bools, folds: Ints, name: np.int64) -> Ints:
    return np.flatnonzero(there & (folds == name))


def _known(values: Floats) -> Bools:
    finite: Bools = np.isfinite(values if values.ndim == 1 else values.sum(axis=1))
    return finite
