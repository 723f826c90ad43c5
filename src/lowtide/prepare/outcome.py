"""The target of the rows that are fitted on, as the supervised encoders need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lowtide.core.task import Kind
from lowtide.tables.table import Floats, Ints

FOLDS = 5
CLASSES = 5  # most classes that a category tells about
STREAM = 0x70726570  # keeps the draws of this room apart from others with the same seed


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is to be predicted, as numbers whose mean has a meaning.

    Attributes
    ----------
    known : (n,) False where the target is missing; such rows are in no statistic.
    values : (n, q) share of a class (0/1), or the value; q is 1 unless multiclass. NaN where not known.
    labels : (q,) name of each column: ``""``, or the class code.
    frequent : columns of the most frequent classes, at most `CLASSES`.
    ranks : (n,) middle ranks of a value; ``None`` for classes.
    folds : (n,) part of each row in the inner cross-fitting.
    """

    known: npt.NDArray[np.bool_]
    values: Floats
    labels: tuple[str, ...]
    frequent: Ints
    ranks: Floats | None
    folds: Ints

    @property
    def graded(self) -> bool:
        """True for a value (regression), False for classes."""
        return self.ranks is not None


def make_outcome(y: Floats, kind: Kind | None, *, groups: Ints | None, seed: int) -> Outcome | None:
    """Make the outcome of n rows; ``None`` when the target says nothing (one value, too few rows).

    Without ``kind``, two distinct values are classes and more are numbers.
    """
    y = np.asarray(y, dtype=np.float64)
    known = np.isfinite(y)
    distinct, codes = np.unique(y[known], return_inverse=True)
    if len(distinct) < 2 or known.sum() < 2 * FOLDS:
        return None
    folds = _folds(len(y), groups, seed)
    if kind == "multiclass" and len(distinct) > 2:
        values = np.where(known[:, None], y[:, None] == distinct, np.nan)
        frequent = np.sort(np.lexsort((distinct, -np.bincount(codes)))[:CLASSES])
        return Outcome(known, values, tuple(f"{v:g}" for v in distinct), frequent, None, folds)
    values = np.full((len(y), 1), np.nan)
    one = np.zeros(1, dtype=np.int64)
    if len(distinct) == 2 and kind != "regression":
        values[known, 0] = codes
        return Outcome(known, values, ("",), one, None, folds)
    values[known, 0] = y[known]
    counts = np.bincount(codes)
    ranks = np.full(len(y), np.nan)
    ranks[known] = (np.cumsum(counts) - (counts - 1) / 2.0)[codes]
    return Outcome(known, values, ("",), one, ranks, folds)


def _folds(n: int, groups: Ints | None, seed: int) -> Ints:
    """Deal the rows, or the groups whole, to `FOLDS` parts of nearly equal number."""
    owners = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
    count = int(owners.max()) + 1 if n else 0
    parts = np.empty(count, dtype=np.int64)
    parts[np.random.default_rng([seed, STREAM]).permutation(count)] = np.arange(count) % FOLDS
    folds: Ints = parts[owners]
    return folds
