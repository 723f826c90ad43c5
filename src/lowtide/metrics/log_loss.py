"""Logarithmic loss."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, Metric, is_multiclass, mean_column

_TINY = float(np.finfo(np.float64).eps)


class LogLoss(Metric):
    """Mean of -log of the probability given to the class that came true (natural logarithm).

    Probabilities are kept one rounding step away from 0 and 1, so one sure mistake costs 36.
    """

    name = "log_loss"
    kinds = ("binary", "multiclass")
    greater_is_better = False
    high = float("inf")
    needs = "probability"

    def column(self, y: Floats, p: Floats) -> Column:
        return mean_column(self.per_row(y, p))

    def per_row(self, y: Floats, p: Floats) -> Floats:
        if is_multiclass(p):
            p = np.clip(p, _TINY, 1 - _TINY)
            told = p[np.arange(len(y)), y.astype(np.int64)] / p.sum(axis=1)
        else:
            p = np.clip(p, _TINY, 1 - _TINY)
            told = np.where(y == 1, p, 1 - p)
        return np.asarray(-np.log(told))
