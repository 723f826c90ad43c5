"""Scores ranked within each fold, for rankings whose folds are not on one scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics.metric import Floats
from lowtide.validate.estimators.bbc_cv import BbcCv
from lowtide.validate.estimators.delong import placements
from lowtide.validate.estimators.estimator import Bound, Evidence


def ranked_within(evidence: Evidence) -> Evidence:
    """Return the evidence with predictions replaced by rank / (m + 1) within each fold (of m rows) of each repeat.

    Models of different folds may be calibrated differently; pooled raw scores then mix their scales (Forman & Scholz
    2010, "Apples-to-apples in cross-validation studies"). Ties get their mean rank. Averaging over repeats, which
    `Evidence.mean_cube` does, reduces the noise of one partition. Sound for metrics that need a ``score`` only.
    """
    from scipy.stats import rankdata

    cube = np.empty(evidence.cube.shape)
    for r, fold in enumerate(evidence.folds):
        for k in np.unique(fold):
            rows = fold == k
            cube[r, rows] = rankdata(evidence.cube[r, rows], axis=0) / (int(rows.sum()) + 1)
    return replace(evidence, cube=cube)


class BbcRanks:
    """`BbcCv` on scores ranked within folds; for metrics of order only (AUC, average precision)."""

    name = "bbc_ranks"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None for metrics that need probabilities or values."""
        return BbcCv().bound(ranked_within(evidence)) if evidence.metric.needs == "score" else None


def within_fold_auc(y: Floats, score: Floats, fold: np.ndarray) -> float:
    """Return the share of pairs within the same fold that are in the right order, ties half; NaN without pairs.

    The AUC of each fold weighted by its pairs of a positive and a negative: no pair joins two models.
    """
    right, pairs = 0.0, 0
    for k in np.unique(fold):
        rows = fold == k
        up, down = placements(y[rows], score[rows])
        right += float(up.sum()) * len(down)
        pairs += len(up) * len(down)
    return right / pairs if pairs else float("nan")
