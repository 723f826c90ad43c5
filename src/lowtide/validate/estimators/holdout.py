"""One holdout, as a careful person without time would do it."""

from __future__ import annotations

import numpy as np

from lowtide.core.task import Scheme
from lowtide.validate.estimators.bootstrap import quantile_bound
from lowtide.validate.estimators.closed import Judged, closed_floor
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import ship, winner


class Holdout:
    """The winner is chosen without one fold (the last one in time under a future scheme) and scored on it.

    With ``evidence.nested`` the choice is made by the inner cross-validation of the first fold, which never saw it: an
    honest holdout. Without, it is made by the out-of-fold scores of the other folds, whose models were trained on rows
    of the holdout too (under a future scheme they were not). Floor: closed form of the metric (`closed_floor`), else the
    percentile bootstrap over the units of the holdout; under a future scheme it knows one period only.
    """

    name = "holdout"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None when the holdout cannot be scored."""
        fold, cube, metric = evidence.folds[0], evidence.cube[0], evidence.metric
        held = fold == (fold.max() if "future" in evidence.scheme else 0)
        seen = np.flatnonzero(~held)
        inner = cube if evidence.nested is None or "future" in evidence.scheme else evidence.nested[0]
        best = winner(evidence.y, inner, metric, evidence.candidates, seen)
        if best is None:
            return None
        y, p, units = evidence.y[held], cube[held, best.trial], evidence.units[held]
        floor = closed_floor(Judged(y, p, units, best.cut, metric, evidence.confidence))
        if floor is None:
            floor = quantile_bound(
                metric.column(y, p),
                units,
                best.cut,
                confidence=evidence.confidence,
                seed=evidence.seed,
                low_is_bad=metric.greater_is_better,
            )
        return None if floor is None else ship(evidence, best.trial, metric.at(y, p, best.cut), floor)
