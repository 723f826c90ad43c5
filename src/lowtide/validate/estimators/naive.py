"""What is usually reported: the best cross-validated score."""

from __future__ import annotations

from lowtide.core.task import Scheme
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import overall, ship


class Naive:
    """The best pooled score, with nothing taken off and no floor.

    Optimistic by about the expected maximum of the errors of the scores; Varma & Simon (2006), "Bias in error
    estimation when using cross-validation for model selection".
    """

    name = "naive"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the best score; the floor is NaN."""
        best = overall(evidence)
        return None if best is None else ship(evidence, best.trial, best.score)
