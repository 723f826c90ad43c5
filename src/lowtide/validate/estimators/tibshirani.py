"""A bias correction for the best cross-validated score, from the folds alone."""

from __future__ import annotations

import numpy as np

from lowtide.core.task import Scheme
from lowtide.validate.estimators.bbc_f import fold_table
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import overall, ship


class Tibshirani:
    """Best score minus the mean over folds of (best score in the fold - the winner's score there).

    Tibshirani & Tibshirani (2009), "A bias correction for the minimum error rate in cross-validation".
    Each fold is taken for a small copy of all rows, so with many trials it takes off too much (Tsamardinos et al.
    2018). No floor. Thresholds are those chosen on all rows.
    """

    name = "tibshirani"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the corrected score; the floor is NaN."""
        best = overall(evidence)
        if best is None:
            return None
        table = fold_table(evidence)
        good = table.scores[np.isfinite(table.scores).all(axis=1)]
        if not len(good):
            return None
        optimism = float((good.max(axis=1) - good[:, list(table.trials).index(best.trial)]).mean())
        return ship(evidence, best.trial, best.score - evidence.sign * optimism)
