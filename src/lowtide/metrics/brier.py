"""Brier score."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, Metric, is_multiclass, mean_column


class Brier(Metric):
    """Mean squared distance between probabilities and what happened, from 0 to 1.

    Multiclass: half the sum over classes, so that two classes give the binary value
    (``scale_by_half=True`` of scikit-learn).
    """

    name = "brier"
    kinds = ("binary", "multiclass")
    greater_is_better = False
    needs = "probability"

    def column(self, y: Floats, p: Floats) -> Column:
        return mean_column(self.per_row(y, p))

    def per_row(self, y: Floats, p: Floats) -> Floats:
        if not is_multiclass(p):
            return np.asarray((p - y) ** 2)
        truth = np.zeros_like(p)
        truth[np.arange(len(y)), y.astype(np.int64)] = 1.0
        return np.asarray(0.5 * ((p - truth) ** 2).sum(axis=1))
