"""How much one column alone says about the target, out of sample.

The column is cut into bins (missing is one); the mean outcome of each bin is taken from the other folds,
shrunk towards the overall mean, and scored on the fold left out. So a column of unique texts gets no
credit for knowing each row, and relations that are not monotone are seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.tables.blanks import spread
from lowtide.tables.table import Floats, Ints
from lowtide.tables.target import Target

ROWS = 20_000
BINS = 20
LEVELS = 200
FOLDS = 5
_SHRINK = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The target, made ready once for all columns: a bounded sample of rows, folds, one column of y per class."""

    rows: Ints
    fold: Ints
    y: Floats
    ranks: Floats | None
    measure: str

    @classmethod
    def of(cls, target: Target) -> Outcome:
        """Prepare a target; classes become 0/1 columns, amounts keep their ranks beside."""
        rows = spread(np.flatnonzero(np.isfinite(target.y)), ROWS)
        y = target.y[rows]
        # Folds must not follow the order of rows or its period; a fixed shuffle does.
        fold = np.random.default_rng([0, len(rows)]).permutation(len(rows)) % FOLDS
        if target.kind == "regression":
            return cls(rows, fold, y[:, None], _ranks(y), "spearman")
        if target.kind == "binary":
            return cls(rows, fold, y[:, None], None, "roc_auc")
        classes = (y[:, None] == np.arange(len(target.classes))).astype(np.float64)
        return cls(rows, fold, classes[:, classes.any(axis=0)][:, :20], None, "roc_auc_ovr")


def relate(values: Floats, outcome: Outcome) -> dict[str, Any] | None:
    """Relate one column to the target.

    Parameters
    ----------
    values : (n,) numbers, or codes by falling frequency; NaN where missing.

    Returns
    -------
    dict or None
        ``measure`` (``roc_auc``, ``roc_auc_ovr``: mean over classes by their rows, ``spearman``), ``value``,
        ``missing_value`` (the same for "is missing" alone, if any is), ``rows``. ``None`` without rows.
    """
    shown = values[outcome.rows]
    if len(shown) < 2 * FOLDS:
        return None
    missing = np.isnan(shown)
    out: dict[str, Any] = {
        "measure": outcome.measure,
        "value": _score(_bins(shown, missing), outcome),
        "rows": len(shown),
    }
    if missing.any() and not missing.all():
        out["missing_value"] = _score(missing.astype(np.int64), outcome)
    return out


def _bins(values: Floats, missing: Any) -> Ints:
    known = values[~missing]
    if len(known) == 0:
        return np.zeros(len(values), dtype=np.int64)
    distinct = np.unique(known)
    if len(distinct) <= LEVELS and len(distinct) <= max(BINS, len(known) // 5):
        codes = np.searchsorted(distinct, np.where(missing, distinct[0], values))
    else:
        cuts = min(BINS, max(2, len(known) // 10))
        edges = np.unique(np.quantile(known, np.linspace(0, 1, cuts + 1)[1:-1]))
        codes = np.searchsorted(edges, np.where(missing, edges[0], values), side="right")
    return np.where(missing, codes.max() + 1, codes).astype(np.int64)


def _score(bins: Ints, outcome: Outcome) -> float:
    size = int(bins.max()) + 1
    cell = bins * FOLDS + outcome.fold
    rows = np.bincount(cell, minlength=size * FOLDS).reshape(size, FOLDS).astype(np.float64)
    others = rows.sum(axis=1, keepdims=True) - rows
    scores, weights = [], []
    for y in outcome.y.T:
        sums = np.bincount(cell, weights=y, minlength=size * FOLDS).reshape(size, FOLDS)
        beside = sums.sum(axis=1, keepdims=True) - sums
        prior = beside.sum(axis=0) / np.maximum(others.sum(axis=0), 1.0)
        # Deviation from the mean of the same training rows: a column that says nothing scores all rows alike.
        lift = (beside + _SHRINK * prior) / (others + _SHRINK) - prior
        ranks = _cell_ranks(np.round(lift.ravel(), 12), rows.ravel())[cell]
        if outcome.ranks is not None:
            return round(_correlation(ranks, outcome.ranks), 4)
        scores.append(_auc(ranks, y))
        weights.append(float(y.sum()))
    return round(float(np.average(scores, weights=weights)), 4) if scores else 0.5


def _cell_ranks(scores: Floats, rows: Floats) -> Floats:
    """Return the average rank of the rows of each cell, when all rows of a cell have its score."""
    _, inverse = np.unique(scores, return_inverse=True)
    counts = np.bincount(inverse, weights=rows)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def _ranks(values: Floats) -> Floats:
    """Return average ranks from 1; ties share theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def _auc(ranks: Floats, y: Floats) -> float:
    """Area under the ROC curve from ranks (Mann and Whitney 1947)."""
    positives = float(y.sum())
    negatives = len(y) - positives
    if positives == 0.0 or negatives == 0.0:
        return 0.5
    return float((np.sum(ranks * y) - positives * (positives + 1) / 2) / (positives * negatives))


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    # numpy's own sums: a BLAS product depends on the number of threads, in its last bits and in its time.
    size = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / size if size > 0 else 0.0
