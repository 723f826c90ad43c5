"""Small array helpers that learners share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lowtide.learn.learner import Floats


def targets(y: Floats, classes: int, multiclass: bool) -> Floats:
    """Return the target as columns to average: (n, 1), or one indicator a class (n, classes)."""
    if not multiclass:
        return y.reshape(-1, 1)
    hit: Floats = (y.astype(np.int64)[:, None] == np.arange(classes)[None, :]).astype(np.float64)
    return hit


def averages(T: Floats, weight: Floats | None) -> Floats:
    """Return the weighted mean of the columns of ``T`` (n, k); zeros when there is no weight at all."""
    w = np.ones(len(T)) if weight is None else weight
    total = float(w.sum())
    if total <= 0:
        return np.zeros(T.shape[1])
    mean: Floats = (T * w[:, None]).sum(axis=0) / total
    return mean


def seen_classes(y: Floats) -> npt.NDArray[np.int64]:
    """Return the sorted codes of the classes that occur."""
    return np.unique(y.astype(np.int64))


def with_absent(P: Floats, seen: npt.NDArray[np.int64], classes: int, n: int) -> Floats:
    """Spread probabilities (n, seen) over all classes.

    A class that training never saw gets 1/(n + classes), as by Laplace's rule of succession with the
    other counts left as they are, so that a log loss stays finite; the others shrink to make room.
    """
    if len(seen) == classes:
        return P
    share = 1.0 / (n + classes)
    out = np.full((len(P), classes), share)
    out[:, seen] = P * (1.0 - share * (classes - len(seen)))
    return out


def positive_exp(z: Floats) -> Floats:
    """Return exp(z) for z <= 0, elementwise and independent of array length.

    exp(z) = expit(z) / expit(-z). scipy's ``expit`` is a plain scalar loop; numpy's ``exp`` switches
    between vector instructions by processor and memory layout, so its last bit may depend on both.
    """
    from scipy.special import expit

    return np.asarray(expit(z) / expit(-z), dtype=np.float64)


def softmax(Z: Floats) -> Floats:
    """Return row-wise softmax of (n, k); the sum runs over the columns in order."""
    E = positive_exp(Z - Z.max(axis=1, keepdims=True))
    total = E[:, 0].copy()
    for k in range(1, E.shape[1]):
        total += E[:, k]
    out: Floats = E / total[:, None]
    return out
