"""Mean absolute error."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, Metric, mean_column


class Mae(Metric):
    """Mean absolute error, in the target's unit."""

    name = "mae"
    kinds = ("regression",)
    greater_is_better = False
    high = float("inf")
    needs = "value"
    unit = "target"

    def column(self, y: Floats, p: Floats) -> Column:
        return mean_column(self.per_row(y, p))

    def per_row(self, y: Floats, p: Floats) -> Floats:
        return np.asarray(np.abs(y - p))
