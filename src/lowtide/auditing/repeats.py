"""What rows that belong together are worth, and whether one class has more of them than the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.context import Context
from lowtide.core.task import Kind
from lowtide.stats.association import Bools, Floats, Ints, deal_folds, skill

# Share of rows beyond chance from which copies are an error, a question, worth a warning.
ERROR_SHARE, QUESTION_SHARE, WARNING_SHARE = 0.045, 0.009, 0.003
LEAST_ROWS = 5
# What a copy can add to the score at most: below it, nobody would be deceived.
LEAST_GAIN = 0.002
FOLDS = 4


def gain(context: Context, together: Ints, share: float) -> float:
    """Return how much skill (share of variance explained) a model gains at most that knows the copies by heart.

    What a small model leaves unexplained when copies are kept together, for the share of rows that are copies.

    Parameters
    ----------
    together : (n,) sampled rows with the same number belong together.
    """
    rows = context.model_rows
    if len(rows) < 20:
        return share
    # Several codes may tie all rows to one another; then there is nothing to hold out.
    units = together[rows]
    if np.unique(units).size < FOLDS:
        return share
    fold = deal_folds(units, len(rows), FOLDS, context.seed)
    left = context.residuals(context.features, rows, fold)
    known = skill(context.targets[rows], context.targets[rows] - left)
    return share * (1.0 - float(np.clip(known, 0.0, 1.0)))


def severity(context: Context, together: Ints, rows: int, share: float) -> str:
    """Return how grave copies beyond chance are."""
    if rows < LEAST_ROWS or share < WARNING_SHARE:
        return "note"
    if share < QUESTION_SHARE:
        return "warning"
    if share < ERROR_SHARE or gain(context, together, share) < LEAST_GAIN:
        return "question"
    return "error"


@dataclass(frozen=True, slots=True)
class Concentrated:
    """A class that has most of the copies: its name, its share of copies, and that of the other classes."""

    label: str
    share: float
    others: float


def concentrated(y: Floats, classes: tuple[str, ...], kind: Kind, copies: Bools) -> Concentrated | None:
    """Return the class that was multiplied, when copies lie in it far more often than in the largest other class."""
    known = ~np.isnan(y)
    if kind == "regression" or len(classes) < 2 or not known.any():
        return None
    code = y[known].astype(np.int64)
    size = np.bincount(code, minlength=len(classes))
    number = np.bincount(code, weights=copies[known].astype(np.float64), minlength=len(classes))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(size > 0, number / size, 0.0)
    top = int(np.argmax(rate * (size >= 10)))
    # Oversampling leaves at least the class alone that was the largest.
    rest = [c for c in range(len(classes)) if c != top and size[c] >= 10]
    if not rest:
        return None
    least = min(rest, key=lambda c: rate[c])
    spread = np.sqrt(rate[top] * (1 - rate[top]) / size[top] + (rate[least] + 1 / size[least]) / size[least])
    if rate[top] < 0.1 or rate[top] < 3 * rate[least] or rate[top] - rate[least] < 5 * spread:
        return None
    return Concentrated(classes[top], float(rate[top]), float(rate[least]))
