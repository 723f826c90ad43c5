"""The winner's out-of-fold predictions resampled, without repeating the selection."""

from __future__ import annotations

from typing import Literal

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics.metric import Column, Floats
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import overall, ship

RESAMPLES = 1000
MOST_LEFT_OUT = 300
"""Groups of units that the jackknife leaves out in turn; above it they hold several units each."""


class Percentile:
    """The bad-side quantile of the winner's score over resampled units.

    Efron (1979); whole units are drawn (clustered bootstrap, Field & Welsh 2007), which is the plain bootstrap when
    units are rows. ``expected`` is the winner's score: nothing is taken off for the selection, and the spread knows
    nothing of training on other rows.
    """

    name = "percentile"
    schemes: tuple[Scheme, ...] = ("rows", "groups")
    _how: Literal["percentile", "bca"] = "percentile"

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None when half of the resamples cannot be scored."""
        best = overall(evidence)
        if best is None:
            return None
        column = evidence.metric.column(evidence.y, evidence.mean_cube[:, best.trial])
        floor = quantile_bound(
            column,
            evidence.units,
            best.cut,
            confidence=evidence.confidence,
            seed=evidence.seed,
            low_is_bad=evidence.metric.greater_is_better,
            how=self._how,
        )
        return None if floor is None else ship(evidence, best.trial, best.score, floor)


class Bca(Percentile):
    """The bias-corrected and accelerated interval of the winner's score.

    Efron (1987), "Better bootstrap confidence intervals" (acceleration by the jackknife over
    units). Second-order right for smooth scores of one fixed model; blind to the selection like `Percentile`.
    """

    name = "bca"
    _how: Literal["percentile", "bca"] = "bca"


def quantile_bound(
    column: Column,
    units: Ints,
    cut: float,
    *,
    confidence: float,
    seed: int,
    low_is_bad: bool,
    how: Literal["percentile", "bca"] = "percentile",
    times: int = RESAMPLES,
) -> float | None:
    """Return the one-sided bootstrap bound of a score, or None when half of the resamples are undefined.

    Parameters
    ----------
    column : the predictions of one trial beside the outcomes.
    units : (n,) units of dependence; drawn whole.
    cut : threshold of the trial, NaN when none is needed.
    low_is_bad : the bound is a lower one.
    """
    unit, count = codes(units)
    if count < 2:
        return None
    drawn = np.concatenate(
        [column.scores(w, np.full(len(w), cut)) for w in resamples(unit, count, times, seed)]
    )
    drawn = drawn[np.isfinite(drawn)]
    if 2 * len(drawn) < times:
        return None
    tail = 1 - confidence if low_is_bad else confidence
    if how == "bca":
        whole = float(column.scores(np.ones((1, len(units))), np.array([cut]))[0])
        tail = bca_level(drawn, whole, left_out(column, unit, count, cut), tail)
    return float(np.quantile(drawn, tail))


def bca_level(drawn: Floats, whole: float, without: Floats, tail: float) -> float:
    """Return the quantile of the resampled scores that BCa reads instead of ``tail``.

    Parameters
    ----------
    drawn : resampled scores. whole : score of the sample. without : scores with each unit left out.
    """
    from scipy.special import ndtr, ndtri

    below = 0.5 * (np.mean(drawn < whole) + np.mean(drawn <= whole))
    shift = float(ndtri(np.clip(below, 1 / (len(drawn) + 1), len(drawn) / (len(drawn) + 1))))
    gap = without.mean() - without
    square = float((gap**2).sum())
    bend = float((gap**3).sum()) / (6 * square**1.5) if square > 0 else 0.0
    z = shift + float(ndtri(tail))
    # Beyond 1 / bend the formula turns back; the outermost quantile is all that can be said there.
    if bend * z >= 1:
        return 1.0 if bend > 0 else 0.0
    return float(ndtr(shift + z / (1 - bend * z)))


def left_out(column: Column, unit: Ints, count: int, cut: float) -> Floats:
    """Return finite scores with each unit left out in turn; many units are dealt into groups."""
    groups = min(count, MOST_LEFT_OUT)
    group = unit % groups
    weights = (group[None, :] != np.arange(groups)[:, None]).astype(np.float64)
    scores = column.scores(weights, np.full(groups, cut))
    return np.asarray(scores[np.isfinite(scores)])
