"""What no model can exceed with these columns: rows that are alike in all of them and still end differently.

Any function of the columns answers alike on rows that are alike. So the best score that any of them can reach on
a table is that of stating for every set of twins what is best for that very set. Nothing is estimated in it; rows without
a twin count as if they could be known for sure, so it is a bound, and a loose one where twins are rare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lowtide.core.decision import Twins
from lowtide.core.task import Kind
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes

LEAST_ROWS, LEAST_SHARE = 50, 0.05
"""Rows with a twin, and their share of all, below which nothing is said."""


@dataclass(frozen=True, slots=True)
class _Sets:
    """Sets of alike rows: the set of each row, the number of its rows."""

    of: Ints
    sizes: Ints

    @property
    def twin(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.sizes[self.of] > 1)


def twins(
    y: Floats, keys: npt.NDArray[np.generic], metric: Metric, *, kind: Kind, classes: int = 2
) -> Twins | None:
    """Look at rows that are alike in all columns; None when too few rows have a twin.

    Parameters
    ----------
    y : (n,) outcomes.
    keys : (n,) equal where rows are alike in every column that a model may use.

    Notes
    -----
    Classes: the chance R that a row and a random twin of it end differently is the error of the nearest
    neighbour among rows with twins, so their least error rate lies between ``(M-1)/M (1 - sqrt(1 - R M/(M-1)))`` and R for
    M classes (Cover & Hart 1967, their inequality for the Bayes error, turned round).
    Numbers: half the mean squared difference of twins estimates the variance that the columns leave.
    """
    set_of, count = codes(keys)
    sets = _Sets(set_of, np.bincount(set_of, minlength=count).astype(np.int64))
    rows = int(sets.twin.sum())
    share = rows / max(len(y), 1)
    if rows < LEAST_ROWS or share < LEAST_SHARE:
        return None
    if kind == "regression":
        best = _best_number(y, sets, metric)
        return Twins(rows=rows, share=share, spread=_spread(y, sets), best=best)
    counts = np.zeros((count, classes))
    np.add.at(counts, (set_of, y.astype(np.int64)), 1.0)
    differ = _differ(counts, sets)
    low, high = error_bounds(differ, classes)
    p = counts / sets.sizes[:, None]
    predicted = p[set_of] if kind == "multiclass" else p[set_of, 1]
    best = _score(metric, y, predicted)
    return Twins(rows=rows, share=share, differ=differ, best=best, error_low=low, error_high=high)


def error_bounds(differ: float, classes: int = 2) -> tuple[float, float]:
    """Return bounds of the least error rate when alike rows end differently with chance ``differ``.

    >>> error_bounds(0.0), tuple(round(v, 3) for v in error_bounds(0.32))
    ((0.0, 0.0), (0.2, 0.32))
    """
    most = (classes - 1) / classes
    inside = max(0.0, 1 - differ / most)
    return most * (1 - math.sqrt(inside)), min(differ, most)


def _differ(counts: Floats, sets: _Sets) -> float:
    """Return the mean over rows with twins of the share of their twins that end differently."""
    n = sets.sizes.astype(np.float64)
    many = n > 1
    unlike = (n**2 - (counts**2).sum(axis=1))[many] / (n[many] - 1)
    return float(unlike.sum() / n[many].sum())


def _spread(y: Floats, sets: _Sets) -> float:
    """Return the standard deviation among twins as a share of that of all rows.

    Within each set the unbiased variance, sets weighted by their rows: half the mean squared difference of twins.
    """
    n = sets.sizes.astype(np.float64)
    mean = np.bincount(sets.of, weights=y) / n
    squares = np.bincount(sets.of, weights=(y - mean[sets.of]) ** 2)
    many = n > 1
    within = float((squares[many] / (n[many] - 1) * n[many]).sum() / n[many].sum())
    whole = float(np.var(y))
    return math.sqrt(within / whole) if whole > 0 else 0.0


def _best_number(y: Floats, sets: _Sets, metric: Metric) -> float | None:
    """Return the score of each set's mean or median, whichever the metric likes better."""
    mean = (np.bincount(sets.of, weights=y) / sets.sizes)[sets.of]
    order = np.lexsort((y, sets.of))
    starts = np.concatenate([[0], np.cumsum(sets.sizes)[:-1]])
    lower, upper = starts + (sets.sizes - 1) // 2, starts + sets.sizes // 2
    median = (0.5 * (y[order][lower] + y[order][upper]))[sets.of]
    found = [v for p in (mean, median) if (v := _score(metric, y, p)) is not None]
    return (max(found) if metric.greater_is_better else min(found)) if found else None


def _score(metric: Metric, y: Floats, p: Floats) -> float | None:
    value = metric.at(y, p, metric.choose(y, p))
    return value if math.isfinite(value) else None
