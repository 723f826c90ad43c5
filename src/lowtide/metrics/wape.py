"""Weighted absolute percentage error."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, MeanColumn, Metric


class Wape(Metric):
    """Sum of absolute errors over sum of absolute values: MAPE for demand, sound with zeros in it.

    NaN when all values are zero.
    """

    name = "wape"
    kinds = ("regression",)
    greater_is_better = False
    high = float("inf")
    needs = "value"

    def column(self, y: Floats, p: Floats) -> Column:
        return MeanColumn(np.column_stack([np.abs(y - p), np.abs(y)]), _finish)

    def burden(self, y: Floats, p: Floats) -> Floats:
        return np.asarray(np.abs(y - p))


def _finish(means: Floats) -> Floats:
    there = means[:, 1] > 0
    ratio: Floats = np.divide(means[:, 0], means[:, 1], out=np.full(len(means), np.nan), where=there)
    return ratio
