"""F1 score."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.decision import Decision
from lowtide.metrics.metric import Floats


class F1(Decision):
    """Harmonic mean of precision and recall of the positive class; multiclass: plain mean over classes.

    NaN when there is no positive row (scikit-learn gives 0 and a warning).
    """

    name = "f1"
    kinds = ("binary", "multiclass")

    def of_counts(self, tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
        return np.where(tp + fn > 0, 2 * tp / (2 * tp + fp + fn), np.nan)

    def of_classes(self, right: Floats, actual: Floats, called: Floats) -> Floats:
        both = actual + called
        f1 = np.divide(2 * right, both, out=np.zeros_like(right), where=both > 0)
        count = (both > 0).sum(axis=1)
        several = (actual > 0).sum(axis=1) > 1
        return np.where(several, f1.sum(axis=1) / np.maximum(count, 1), np.nan)
