"""Metrics of decisions: a threshold for two classes, the likeliest of many."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from lowtide.metrics.metric import Column, Floats, Metric, is_multiclass
from lowtide.metrics.ranking import Sorted


class Decision(Metric):
    """Base of metrics computed from counts of right and wrong decisions.

    Binary: a row is called positive when its score is at or above a threshold. Multiclass: the class with
    the greatest probability (the first of equals).
    """

    needs = "probability"
    thresholded = True

    @abstractmethod
    def of_counts(self, tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
        """Return scores from weights of true/false positives/negatives (arrays of one shape)."""

    def of_classes(self, right: Floats, actual: Floats, called: Floats) -> Floats:
        """Return (b,) scores from (b, classes) weights of right calls, of rows, of calls."""
        raise NotImplementedError

    def column(self, y: Floats, p: Floats) -> Column:
        if is_multiclass(p):
            return _Classes(y, p, self)
        return _Cuts(y, p, self)


class _Cuts(Column):
    def __init__(self, y: Floats, p: Floats, metric: Decision) -> None:
        self._y, self._p, self._metric = y, p, metric
        self._sorted: Sorted | None = None

    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        cut = np.full(len(weights), self._metric.default_threshold()) if thresholds is None else thresholds
        called = (self._p[None, :] >= cut[:, None]) * weights
        tp, actual = called @ self._y, weights @ self._y
        fp = called.sum(axis=1) - tp
        negatives = weights.sum(axis=1) - actual
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._metric.of_counts(tp, fp, actual - tp, negatives - fp)

    def choose(self, weights: Floats) -> Floats:
        """Cut half-way to the next score; of equally good cuts the one that calls fewest rows positive."""
        if self._sorted is None:
            self._sorted = Sorted(self._y, self._p)
        values = self._sorted.values
        if not len(values):
            return np.full(len(weights), self._metric.default_threshold())
        between = np.concatenate([[np.inf], 0.5 * (values[:-1] + values[1:]), [-np.inf]])
        # Half-way between neighbours may round to the upper one: then the lower would be cut off wrongly.
        between[1:-1] = np.where(between[1:-1] > values[:-1], values[:-1], between[1:-1])
        positive, negative = self._sorted.split(weights)
        zero = np.zeros((len(weights), 1))
        tp = np.hstack([zero, np.cumsum(positive, axis=1)])
        fp = np.hstack([zero, np.cumsum(negative, axis=1)])
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = self._metric.of_counts(tp, fp, tp[:, -1:] - tp, fp[:, -1:] - fp)
        sign = 1.0 if self._metric.greater_is_better else -1.0
        best = np.argmax(np.where(np.isnan(scores), -np.inf, sign * scores), axis=1)
        chosen = between[best]
        undefined = np.isnan(scores).all(axis=1)
        return np.where(undefined, self._metric.default_threshold(), chosen)


class _Classes(Column):
    def __init__(self, y: Floats, p: Floats, metric: Decision) -> None:
        classes = np.arange(p.shape[1])
        self._actual = (y[:, None] == classes).astype(np.float64)
        self._called = (np.argmax(p, axis=1)[:, None] == classes).astype(np.float64)
        self._metric = metric

    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        right = weights @ (self._actual * self._called)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._metric.of_classes(right, weights @ self._actual, weights @ self._called)
