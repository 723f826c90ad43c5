"""From a change to expected and floor, beside the headline's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lowtide.core.interval import Scenario
from lowtide.metrics.metric import Floats
from lowtide.stats.intervals import t_quantile
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.scenarios.waters import Change, Waters

RESAMPLES = 200
Scorer = Callable[[Floats], Floats]


def measure(name: str, waters: Waters, change: Change, *, times: int = RESAMPLES) -> Scenario:
    """Return expected and floor of a scenario.

    Parameters
    ----------
    times : bootstrap resamples of the units.

    Returns
    -------
    Scenario
        ``expected`` is the headline's, moved by the paired difference "changed minus plain" on the same held-out
        rows, so that the correction for selection stays in. Its distance to the floor is
        ``sqrt(W^2 + t^2 (max(0, sd_s^2 - sd_p^2) + v^2))``: ``W`` is the headline's own distance, ``sd_p`` and ``sd_s`` the
        deviations of the plain score and of "plain score of all rows plus difference" over the same cluster
        bootstrap (Efron & Tibshirani 1993, ch. 8), ``v`` the change's own ``wobble``: what the scenario makes less sure is added, what the headline
        allows for besides sampling (selection, other periods) stays. Neither is ever better than the headline's.
        ``facts["baseline"]``: the best rule without a model in the same scenario, where its predictions are known.
    """
    before, after = _scorers(waters, change)
    ones = np.ones((1, len(waters.y)))
    whole = _plain(waters)
    moved = float(after(ones)[0] - before(ones)[0])
    unit, units = codes(waters.units)
    plain, changed = [], []
    for w in resamples(unit, units, times, waters.seed + 0x5CE):
        own = whole(w)
        plain.append(own)
        changed.append(own + after(w) - before(w))
    facts = {**change.facts, "units": units}
    rule = _rule_after(waters, change)
    if rule is not None:
        facts["baseline"] = rule
    if not math.isfinite(moved):
        return Scenario(name=name, expected=None, floor=None, refusal="unstable", facts=facts)
    own_part, part = _deviation(np.concatenate(plain)), _deviation(np.concatenate(changed))
    sign, t = waters.sign, t_quantile(waters.confidence, max(1, units - 1))
    expected = waters.expected + sign * min(0.0, sign * moved)
    extra = t * t * (max(0.0, part**2 - own_part**2) + change.wobble**2)
    width = math.hypot(waters.expected - waters.floor, math.sqrt(extra))
    floor = sign * min(sign * (expected - sign * width), sign * waters.floor, sign * expected)
    facts["difference"] = moved
    return Scenario(
        name=name, expected=waters.metric.clip(expected), floor=waters.metric.clip(floor), facts=facts
    )


def _deviation(scores: Floats) -> float:
    good = scores[np.isfinite(scores)]
    return float(np.std(good, ddof=1)) if len(good) > 1 else 0.0


def _plain(waters: Waters) -> Scorer:
    column = waters.metric.column(waters.y, waters.p)
    return lambda w: column.scores(w, np.full(len(w), waters.threshold))


def _scorers(waters: Waters, change: Change) -> tuple[Scorer, Scorer]:
    """Return what scores any weighting (b, n) of all rows, as they are and changed."""
    rows = np.arange(len(waters.y)) if change.rows is None else change.rows
    y, p = waters.y[rows], waters.p[rows] if change.plain is None else change.plain
    plain = waters.metric.column(y, p)
    changed = [waters.metric.column(y, q) for q in change.predictions] or [plain]
    factor = np.ones(len(rows)) if change.factor is None else change.factor
    counted = np.flatnonzero(factor)
    if len(counted) < len(rows) and not change.predictions:
        # Rows that do not count cost time.
        changed = [waters.metric.column(y[counted], p[counted])]

    def before(w: Floats) -> Floats:
        return plain.scores(w[:, rows], np.full(len(w), waters.threshold))

    def after(w: Floats) -> Floats:
        inside = w[:, rows] * factor
        if len(changed) == 1 and len(counted) < len(rows) and not change.predictions:
            inside = inside[:, counted]
        cuts = np.full(len(w), waters.threshold)
        return np.asarray(np.mean([c.scores(inside, cuts) for c in changed], axis=0))

    return before, after


def _rule_after(waters: Waters, change: Change) -> float | None:
    """Return the baseline's score in the scenario, or None when its predictions there are unknown."""
    if waters.rule is None or waters.baseline is None or change.predictions or change.factor is None:
        return None
    rows = np.arange(len(waters.y)) if change.rows is None else change.rows
    moved = _rule_score(waters, rows, change.factor) - _rule_score(waters, np.arange(len(waters.y)), None)
    return waters.metric.clip(waters.baseline + moved) if math.isfinite(moved) else None


def _rule_score(waters: Waters, rows: Ints, factor: Floats | None) -> float:
    """Return the rule's score on some rows, put together or as the mean of the folds, whichever is better.

    Folds put together rank the few values of a rule against each other: on a slice in which the rule says one thing,
    that is worse than chance. As for the baseline itself, the better reading counts.
    """
    assert waters.rule is not None
    metric, cut = waters.metric, waters.rule_threshold
    y, p = waters.y[rows], waters.rule[rows]
    weight = np.ones(len(rows)) if factor is None else factor
    scores = [metric.at(y, p, cut, weight)]
    if waters.folds is not None:
        places = waters.folds[rows]
        each = [
            metric.at(y[in_], p[in_], cut, weight[in_])
            for f in np.unique(places)
            if len(in_ := np.flatnonzero(places == f))
        ]
        good = [v for v in each if math.isfinite(v)]
        scores += [float(np.mean(good))] if good else []
    known = [v for v in scores if math.isfinite(v)]
    return (max(known) if metric.greater_is_better else min(known)) if known else math.nan
