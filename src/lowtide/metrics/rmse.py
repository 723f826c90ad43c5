"""Root mean squared error."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, MeanColumn, Metric


class Rmse(Metric):
    """Root of the mean squared error, in the target's unit."""

    name = "rmse"
    kinds = ("regression",)
    greater_is_better = False
    high = float("inf")
    needs = "value"
    unit = "target"

    def column(self, y: Floats, p: Floats) -> Column:
        return MeanColumn(((y - p) ** 2)[:, None], _finish)

    def burden(self, y: Floats, p: Floats) -> Floats:
        return np.asarray((y - p) ** 2)


def _finish(means: Floats) -> Floats:
    return np.asarray(np.sqrt(means[:, 0]))
