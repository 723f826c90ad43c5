"""Bootstrap bias correction of pooled out-of-fold predictions, as published."""

from __future__ import annotations

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import codes, resamples
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import Singles, overall, ship

RESAMPLES = 500


class BbcCv:
    """BBC-CV: the best trial of each bootstrap resample is scored on the rows that the resample left out.

    Tsamardinos, Greasidou & Borboudakis (2018), "Bootstrapping the out-of-sample predictions for efficient and
    accurate cross-validation": ``expected`` is the mean of the out-of-bag scores, the floor their
    quantile. Predictions of repeats are averaged first; units are drawn whole (rows, as published, when units are
    rows). Resamples in which a class is missing are not counted. Assumes exchangeable units; under a future scheme
    that is not so, and the bound is for the average of the windows at best.
    """

    name = "bbc"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None when half of the resamples cannot be scored."""
        best = overall(evidence)
        if best is None:
            return None
        return from_scores(evidence, best.trial, out_of_bag(evidence))


def out_of_bag(evidence: Evidence, times: int = RESAMPLES) -> Floats:
    """Return (times,) out-of-bag scores of what each resample selects, NaN where undefined."""
    singles = Singles(evidence.y, evidence.mean_cube, evidence.metric, evidence.candidates)
    unit, count = codes(evidence.units)
    scores = []
    for weights in resamples(unit, count, times, evidence.seed):
        picked = singles.pick(weights)
        found = singles.at(picked, (weights == 0).astype(np.float64))
        scores.append(np.where(np.isfinite(picked.scores), found, np.nan))
    return np.concatenate(scores)


def from_scores(evidence: Evidence, trial: int, scores: Floats) -> Bound | None:
    """Return mean and bad-side quantile of resampled scores; None when half of them are undefined."""
    good = scores[np.isfinite(scores)]
    if 2 * len(good) < len(scores) or not len(good):
        return None
    tail = 1 - evidence.confidence
    floor = float(np.quantile(good, tail if evidence.metric.greater_is_better else 1 - tail))
    return ship(evidence, trial, float(good.mean()), floor)
