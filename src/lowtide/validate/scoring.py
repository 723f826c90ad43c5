"""One trial's score on held-out rows, good enough to compare trials with."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from lowtide.tables.table import Floats


class Scorer(Protocol):
    """A metric: ``metric(y, predictions)``, NaN where it is undefined."""

    @property
    def greater_is_better(self) -> bool: ...
    def __call__(self, y: Floats, predictions: Floats, /) -> float: ...


@runtime_checkable
class Thresholded(Protocol):
    """A metric that may judge decisions, made at a threshold."""

    @property
    def thresholded(self) -> bool: ...
    def choose(self, y: Floats, p: Floats) -> float: ...
    def at(self, y: Floats, p: Floats, threshold: float) -> float: ...


def score_rows(metric: Scorer, y: Floats, predictions: Floats) -> float | None:
    """Score held-out rows; None where the metric is undefined on them.

    A metric with a threshold is given the best one for these very rows: generous to every trial alike,
    so fit to compare trials with. The floor chooses thresholds on other rows.
    """
    if not len(y):
        return None
    if isinstance(metric, Thresholded) and metric.thresholded:
        value = float(metric.at(y, predictions, metric.choose(y, predictions)))
    else:
        value = float(metric(y, predictions))
    return value if np.isfinite(value) else None
