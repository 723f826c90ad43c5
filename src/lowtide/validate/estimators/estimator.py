"""What every estimator of a floor is given, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from lowtide.core.task import Kind, Scheme
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.selection import Bools


@dataclass(frozen=True, slots=True)
class Evidence:
    """Out-of-fold predictions of every trial, beside the outcomes.

    Attributes
    ----------
    y : (n,) finite outcomes; under a future scheme in order of time.
    cube : (R, n, T) or (R, n, T, classes) out-of-fold predictions of the R repeats of cross-validation.
    folds : (R, n) fold of each row in each repeat, numbered from 0; under a future scheme R is 1 and folds
        are forward windows in order of time. No row is without a fold.
    units : (n,) units of dependence: row numbers, or groups.
    candidates : (T,) trials that may be chosen; each is finite everywhere.
    metric, kind, scheme, confidence, seed : of the question.
    nested : (K, n, T[, classes]) or None. ``nested[k, i]``: prediction of row i by models that saw neither fold
        k nor the fold of i (of repeat 0); NaN for the rows of fold k. The inner cross-validation of outer fold k.
    halves : (J, 2, n, T[, classes]) or None. J random splits of all units into two halves; ``halves[j, h]``: out-of-sample
        predictions within half h, by models fitted on a part of half h; NaN for rows not predicted.
    """

    y: Floats
    cube: Floats
    folds: Ints
    units: Ints
    candidates: Bools
    metric: Metric
    kind: Kind
    scheme: Scheme
    confidence: float = 0.95
    seed: int = 0
    nested: Floats | None = field(default=None, repr=False)
    halves: Floats | None = field(default=None, repr=False)

    @property
    def sign(self) -> float:
        """1 where greater is better, else -1."""
        return 1.0 if self.metric.greater_is_better else -1.0

    @property
    def mean_cube(self) -> Floats:
        """(n, T[, classes]) predictions averaged over repeats."""
        return np.asarray(self.cube.mean(axis=0))


@dataclass(frozen=True, slots=True)
class Bound:
    """What an estimator says of the model that it would ship.

    Attributes
    ----------
    expected : of the model on new data, in units of the metric.
    floor : one-sided bound, never on the good side of ``expected``; both inside the metric's theoretical bounds. NaN
        where the method gives none.
    weights : (T,) of the trials shipped, summing to 1.
    """

    expected: float
    floor: float
    weights: Floats


class Estimator(Protocol):
    """Bounds what selection ships.

    Attributes
    ----------
    name : unique among ``ESTIMATORS``.
    schemes : where the method has a meaning; elsewhere it is not to be asked.
    """

    name: str
    schemes: tuple[Scheme, ...]

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound, or None where the method does not apply (metric, scheme, missing evidence)."""
        ...
