"""Models of a few folds, kept to predict their held-out rows again: columns shuffled, missing, frozen, noisy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lowtide.steps.job import Prepared
from lowtide.steps.judge import Verdict
from lowtide.tables.table import Ints

if TYPE_CHECKING:
    from lowtide.splits.plan import Fold
    from lowtide.validate.budget import Budget

# What is compared with itself on the same rows needs fewer of them than a score does.
FOLDS, ROWS = 3, 1_000
# Members are fitted, the heaviest first, until they carry this much of the shipped combination.
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class FoldModels:
    """Fitted members of the shipped combination.

    Attributes
    ----------
    first : the heaviest member, fitted in the last fold.
    test : (m,) rows that it did not see.
    parts : for each fold, its members with their weights, and the rows that they did not see; empty when there was
        no time to fit more than the first.
    """

    first: Any
    test: Ints
    parts: tuple[tuple[tuple[tuple[float, Any], ...], Ints], ...]


def fold_models(prepared: Prepared, verdict: Verdict, budget: Budget) -> FoldModels | None:
    """Fit the heaviest members of what is shipped on the training rows of the last folds.

    As many folds as give `ROWS` held-out rows, at most `FOLDS`; None when no model is shipped. What is fitted
    depends on the rows alone; time only decides whether it is fitted at all.
    """
    weights = verdict.estimate.weights
    folds = [f for f in verdict.folds if f.repeat == 0]
    if not weights.any() or not folds:
        return None
    heavy = _heavy(verdict)
    used = _enough(folds)
    first = prepared.fitter.fit(verdict.records[heavy[0]].recipe, used[0].train)
    fits = {(0, 0): first}
    cost = sum(verdict.records[t].seconds for t in heavy) / len(verdict.folds) * len(used)
    if not budget.fits(cost):
        return FoldModels(first, used[0].test, ())
    parts = []
    for f, fold in enumerate(used):
        members = tuple(
            (
                float(weights[t]),
                fits.get((f, m)) or prepared.fitter.fit(verdict.records[t].recipe, fold.train),
            )
            for m, t in enumerate(heavy)
        )
        parts.append((members, fold.test))
    return FoldModels(first, used[0].test, tuple(parts))


def _heavy(verdict: Verdict) -> list[int]:
    weights = verdict.estimate.weights
    order = [int(t) for t in np.argsort(-weights, kind="stable") if weights[t] > 0]
    enough = int(np.searchsorted(np.cumsum(weights[order]), SHARE * weights.sum() - 1e-9)) + 1
    return order[:enough]


def _enough(folds: list[Fold]) -> list[Fold]:
    """Return the last folds, the latest first."""
    used: list[Fold] = []
    for fold in reversed(folds):
        if used and (len(used) == FOLDS or sum(len(f.test) for f in used) >= ROWS):
            break
        used.append(fold)
    return used
