"""Balanced accuracy."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.decision import Decision
from lowtide.metrics.metric import Floats


class BalancedAccuracy(Decision):
    """Mean over classes of the share of their rows that is called rightly; 0.5 is chance for two classes.

    Classes without rows are left out; with fewer than two classes it is NaN.
    """

    name = "balanced_accuracy"
    kinds = ("binary", "multiclass")

    def of_counts(self, tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
        return 0.5 * (tp / (tp + fn) + tn / (tn + fp))

    def of_classes(self, right: Floats, actual: Floats, called: Floats) -> Floats:
        there = actual > 0
        recall = np.divide(right, actual, out=np.zeros_like(right), where=there)
        count = there.sum(axis=1)
        return np.where(count > 1, recall.sum(axis=1) / np.maximum(count, 1), np.nan)
