"""Coefficient of determination."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, MeanColumn, Metric


class R2(Metric):
    """Share of the target's variance that is explained: 0 for the mean, 1 for perfection, no lower bound.

    NaN when the target does not vary.
    """

    name = "r2"
    kinds = ("regression",)
    low = -float("inf")
    needs = "value"

    def column(self, y: Floats, p: Floats) -> Column:
        # Centred first: the difference of two large means would lose its digits.
        centred = y - y.mean() if len(y) else y
        return MeanColumn(np.column_stack([(y - p) ** 2, centred**2, centred]), _finish)

    def burden(self, y: Floats, p: Floats) -> Floats:
        return np.asarray((y - p) ** 2)


def _finish(means: Floats) -> Floats:
    variance = means[:, 1] - means[:, 2] ** 2
    there = variance > 1e-14 * np.maximum(means[:, 1], np.finfo(np.float64).tiny)
    ratio = np.divide(means[:, 0], variance, out=np.full(len(means), np.nan), where=there)
    return np.asarray(1 - ratio)
