"""The score of a finished model on rows that nothing has seen, with its one-sided bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lowtide.core.task import Kind
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.exchangeable import bad_side, small_sample

TIMES = 1000


@dataclass(frozen=True, slots=True)
class Once:
    """Score, its bad-side bound, the good-side one, and the units of dependence behind them."""

    value: float
    bound: float
    reach: float
    units: int


def judge_once(
    y: Floats,
    p: Floats,
    units: Ints,
    metric: Metric,
    *,
    kind: Kind,
    threshold: float,
    confidence: float,
    seed: int,
    times: int = TIMES,
) -> Once | None:
    """Score predictions that nothing was selected on; None where the score is undefined.

    Notes
    -----
    Percentile bootstrap over whole units (clustered bootstrap: Davison & Hinkley 1997, 3.8), its distances
    from the score stretched for few units as Student's t would be (`lowtide.validate.exchangeable.small_sample`).
    A perfect score has no spread to resample: then the distance is that of u units without a single failure,
    1 - (1 - confidence)^(1/u) of the metric's range (Clopper & Pearson 1934).
    """
    value = metric.at(y, p, threshold) if len(y) else math.nan
    if not math.isfinite(value):
        return None
    unit, count = codes(units)
    column = metric.column(y, p)
    draws = resamples(unit, count, times, seed)
    drawn = np.concatenate([column.scores(w, np.full(len(w), threshold)) for w in draws])
    drawn = drawn[np.isfinite(drawn)]
    evidence = _evidence(y, unit, kind)
    if len(drawn) < times / 2 or evidence < 2:
        return None
    tail = 1 - confidence if metric.greater_is_better else confidence
    stretch = small_sample(evidence, confidence)
    low, high = (value + (float(np.quantile(drawn, q)) - value) * stretch for q in (tail, 1 - tail))
    best = metric.high if metric.greater_is_better else metric.low
    if value == best and math.isfinite(metric.high) and math.isfinite(metric.low):
        room = (metric.high - metric.low) * (1 - (1 - confidence) ** (1 / evidence))
        low = bad_side(metric, low, best - room if metric.greater_is_better else best + room)
    reach = max(high, value) if metric.greater_is_better else min(high, value)
    return Once(value, metric.clip(bad_side(metric, value, low)), metric.clip(reach), count)


def _evidence(y: Floats, unit: Ints, kind: Kind) -> int:
    """Return the units that carry the evidence: all, or of the rarer side when there are classes."""
    if kind == "regression":
        return len(np.unique(unit))
    common = y == np.argmax(np.bincount(y.astype(np.int64)))
    return min(len(np.unique(unit[~common])), len(np.unique(unit[common])))
