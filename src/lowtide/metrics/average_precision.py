"""Average precision: area under the precision-recall curve by steps."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, Metric
from lowtide.metrics.ranking import ranking_column


class AveragePrecision(Metric):
    """Precision at each positive met when rows are visited by falling score, averaged over positives.

    Multiclass: one class against the rest, weighted by prevalence. With one class only it is NaN.
    """

    name = "average_precision"
    kinds = ("binary", "multiclass")

    def column(self, y: Floats, p: Floats) -> Column:
        return ranking_column(y, p, _judge)


def _judge(positive: Floats, negative: Floats) -> Floats:
    found = np.cumsum(positive, axis=1)
    seen = found + np.cumsum(negative, axis=1)
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    total = found[:, -1]
    score: Floats = np.einsum("bg,bg->b", positive, precision) / total
    return np.where((total > 0) & (seen[:, -1] > total), score, np.nan)
