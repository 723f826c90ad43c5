"""What a metric is, and how one trial's predictions are judged under many weightings at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from lowtide.core.task import Kind

Floats = npt.NDArray[np.float64]
Needs = Literal["score", "probability", "value"]

NO_THRESHOLD = float("nan")


class Column(ABC):
    """One trial's predictions beside the outcomes, prepared once for any number of weightings.

    ``weights`` are (b, n): one row a resample, integer counts or any weights >= 0; zero leaves a row out.
    """

    @abstractmethod
    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        """Return (b,) scores, NaN where undefined; ``thresholds`` (b,) matter to thresholded metrics only."""

    def choose(self, weights: Floats) -> Floats:
        """Return (b,) the best threshold under each weighting; NaN when the metric needs none."""
        return np.full(len(weights), NO_THRESHOLD)


class Metric(ABC):
    """A measure of performance.

    Attributes
    ----------
    name : as in ``lowtide.toml``.
    kinds : kinds of target that it judges.
    greater_is_better : False for losses.
    low, high : theoretical bounds.
    needs : what predictions must be: a ``score`` (only its order counts), a ``probability``, a ``value``.
    unit : ``target`` when the score is in the target's own unit, else empty.
    thresholded : True when a binary decision is made, so that a threshold must be chosen (on rows other
        than those that are judged).
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]
    greater_is_better: ClassVar[bool] = True
    low: float = 0.0
    high: float = 1.0
    needs: ClassVar[Needs] = "score"
    unit: ClassVar[str] = ""
    thresholded: ClassVar[bool] = False

    @abstractmethod
    def column(self, y: Floats, p: Floats) -> Column:
        """Prepare ``p`` (n,) or (n, classes) beside ``y`` (n,)."""

    def __call__(self, y: Floats, p: Floats, weight: Floats | None = None) -> float:
        """Return the score; NaN when it is undefined (no row, or one class only)."""
        return self.at(y, p, self.default_threshold(), weight)

    def at(self, y: Floats, p: Floats, threshold: float, weight: Floats | None = None) -> float:
        """Return the score with a given threshold (which metrics without a threshold ignore)."""
        y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
        w = _row(y, weight)
        return float(self.column(y, p).scores(w, np.asarray([threshold]))[0])

    def choose(self, y: Floats, p: Floats, weight: Floats | None = None) -> float:
        """Return the threshold that scores best on these rows; NaN when the metric needs none."""
        y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
        return float(self.column(y, p).choose(_row(y, weight))[0])

    def default_threshold(self) -> float:
        """Return the threshold used when none was chosen."""
        return 0.5 if self.thresholded else NO_THRESHOLD

    def per_row(self, y: Floats, p: Floats) -> Floats | None:
        """Return (n,) contributions whose weighted mean is the score, or None when there are none."""
        return None

    def burden(self, y: Floats, p: Floats) -> Floats | None:
        """Return (n,) losses that make up the score, to see on how few rows it rests; None when unknown."""
        return self.per_row(y, p)

    def better(self, a: float, b: float) -> bool:
        """Return whether score ``a`` is strictly better than ``b``."""
        return a > b if self.greater_is_better else a < b

    def clip(self, value: float) -> float:
        """Return the value brought back inside the theoretical bounds."""
        return float(min(max(value, self.low), self.high))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class MeanColumn(Column):
    """Scores that depend on the weighted means of a few per-row quantities.

    Parameters
    ----------
    parts : (n, k) per-row quantities.
    finish : from (b, k) weighted means to (b,) scores.
    """

    def __init__(self, parts: Floats, finish: Callable[[Floats], Floats]) -> None:
        self.parts, self.finish = parts, finish

    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        total = weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.finish((weights @ self.parts) / total[:, None])


def first(means: Floats) -> Floats:
    """Finish of a metric that is one plain mean."""
    return means[:, 0]


def mean_column(rows: Floats) -> Column:
    """Prepare a metric that is the weighted mean of ``rows`` (n,)."""
    return MeanColumn(rows[:, None], first)


def is_multiclass(p: Floats) -> bool:
    """Return whether predictions are one column per class."""
    return p.ndim == 2


def _row(y: Floats, weight: Floats | None) -> Floats:
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    return w[None, :]
