"""A weighted average of predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowtide.core.errors import InternalError
from lowtide.learn.learner import Floats


def combine(predictions: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Average predictions of members, in the order given.

    Parameters
    ----------
    predictions : equally shaped arrays: probabilities or regression values, of many rows or of one.
    weights : one non-negative weight a member; they need not sum to one.

    Notes
    -----
    The sum runs member by member and elementwise, so one row alone and in a batch give the same bits.
    A single member is returned as it is.
    """
    if not predictions or len(predictions) != len(weights) or min(weights) < 0 or sum(weights) <= 0:
        raise InternalError("An ensemble needs one non-negative weight for each of its members.")
    if len(predictions) == 1:
        return predictions[0]
    total = float(sum(weights))
    out = np.asarray(predictions[0], dtype=np.float64) * (weights[0] / total)
    for prediction, weight in zip(predictions[1:], weights[1:], strict=True):
        out = out + prediction * (weight / total)
    return np.asarray(out, dtype=np.float64)
