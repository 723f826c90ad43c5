"""Student's bound over the folds: what most people write beside a cross-validated score."""

from __future__ import annotations

import math

import numpy as np

from lowtide.core.task import Scheme
from lowtide.stats.intervals import t_quantile
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import fold_scores, overall, ship


class FoldT:
    """Mean of the winner's J fold scores minus t_{J-1} s / sqrt(J), J = folds times repeats.

    Not valid: fold scores share training rows, so s / sqrt(J) is too small, and no estimator of it is unbiased
    (Bengio & Grandvalet 2004); repeats make it smaller still; nothing is taken off for the selection.
    """

    name = "fold_t"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None with fewer than two folds that can be scored."""
        best = overall(evidence)
        if best is None:
            return None
        scores = fold_scores(evidence, best.trial, best.cut)
        scores = scores[np.isfinite(scores)]
        if len(scores) < 2:
            return None
        return ship(evidence, best.trial, float(scores.mean()), t_bound(evidence, scores, 1 / len(scores)))


def t_bound(evidence: Evidence, scores: np.ndarray, share: float) -> float:
    """Return mean -/+ t_{J-1} s sqrt(share) on the bad side, for J fold scores."""
    spread = float(scores.std(ddof=1)) * math.sqrt(share)
    return float(scores.mean()) - evidence.sign * t_quantile(evidence.confidence, len(scores) - 1) * spread
