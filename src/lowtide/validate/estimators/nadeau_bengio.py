"""The corrected resampled t."""

from __future__ import annotations

import numpy as np

from lowtide.core.task import Scheme
from lowtide.stats.resampling import codes
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.folds import t_bound
from lowtide.validate.estimators.single import fold_scores, overall, ship


class NadeauBengio:
    """Student's bound over J fold scores with the variance (1/J + n2/n1) S^2.

    Nadeau & Bengio (2003), "Inference for the generalization error", the corrected resampled t-test:
    n1 and n2 are the sizes of training and test parts (in units of dependence here), and n2 / (n1 + n2) stands in
    for the unknown correlation of fold scores. Bouckaert & Frank (2004) use it so with repeated folds. A heuristic
    made for random subsampling and one fixed learner: nothing is taken off for the selection.
    """

    name = "nadeau_bengio"
    schemes: tuple[Scheme, ...] = ("rows", "groups")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None with fewer than two folds that can be scored."""
        best = overall(evidence)
        if best is None:
            return None
        scores = fold_scores(evidence, best.trial, best.cut)
        ratio = test_to_train(evidence)
        there = np.isfinite(scores)
        scores = scores[there]
        if len(scores) < 2:
            return None
        share = 1 / len(scores) + float(ratio[there].mean())
        return ship(evidence, best.trial, float(scores.mean()), t_bound(evidence, scores, share))


def test_to_train(evidence: Evidence) -> np.ndarray:
    """Return (R * K,) units tested over units trained on, of each fold of each repeat."""
    unit, count = codes(evidence.units)
    ratios = []
    for fold in evidence.folds:
        for k in np.unique(fold):
            tested = len(np.unique(unit[fold == k]))
            ratios.append(tested / max(count - tested, 1))
    return np.asarray(ratios)
