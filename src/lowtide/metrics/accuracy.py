"""Accuracy."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.decision import Decision
from lowtide.metrics.metric import Floats


class Accuracy(Decision):
    """Share of right decisions."""

    name = "accuracy"
    kinds = ("binary", "multiclass")

    def of_counts(self, tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
        return (tp + tn) / (tp + fp + fn + tn)

    def of_classes(self, right: Floats, actual: Floats, called: Floats) -> Floats:
        return np.asarray(right.sum(axis=1) / actual.sum(axis=1))
