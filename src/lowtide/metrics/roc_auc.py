"""Area under the ROC curve."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Column, Floats, Metric
from lowtide.metrics.ranking import ranking_column


class RocAuc(Metric):
    """Chance that a random positive is scored above a random negative, ties counted half.

    Multiclass: one class against the rest, weighted by prevalence (``average="weighted"`` of
    scikit-learn; Provost & Domingos 2003).

    Examples
    --------
    >>> import numpy as np
    >>> RocAuc()(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """

    name = "roc_auc"
    kinds = ("binary", "multiclass")

    def column(self, y: Floats, p: Floats) -> Column:
        return ranking_column(y, p, _judge)


def _judge(positive: Floats, negative: Floats) -> Floats:
    above = np.cumsum(positive, axis=1)
    wins: Floats = np.einsum("bg,bg->b", negative, above) - 0.5 * np.einsum("bg,bg->b", negative, positive)
    return np.asarray(wins / (above[:, -1] * negative.sum(axis=1)))
