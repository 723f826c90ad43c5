"""Proof, on the indices that are used, that folds are what their plan says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InternalError
from lowtide.splits.hashing import Keys
from lowtide.splits.plan import Fold, Plan
from lowtide.tables.table import Floats, Ints


def verify(
    plan: Plan,
    folds: Sequence[Fold],
    *,
    groups: Ints | None = None,
    times: Floats | None = None,
    keys: Keys | None = None,
) -> None:
    """Check every fold; return nothing when all is well.

    No row on both sides or twice on one; each row tested at most once a repeat; under ``groups`` no
    group on both sides; under ``future`` no training row later than the first test moment less the
    gap, nor at the same moment; under ``rows``, when ``keys`` are given, no equal rows on both sides.

    Raises
    ------
    InternalError
        Naming the fold and what is wrong with it.
    """
    if not folds:
        raise InternalError("There are no folds.")
    if (plan.by_group and groups is None) or (plan.by_time and times is None):
        raise InternalError(f"The scheme {plan.scheme} cannot be verified without its groups or times.")
    seen: dict[int, list[Ints]] = {}
    for fold in folds:
        _check_rows(fold)
        if plan.by_group and groups is not None:
            known = groups >= 0
            _check_apart(fold, groups, known, "group")
        if plan.scheme == "rows" and keys is not None:
            _check_apart(fold, keys, np.ones(len(keys), dtype=bool), "row content")
        if plan.by_time and times is not None:
            _check_times(fold, times, plan.gap)
        seen.setdefault(fold.repeat, []).append(fold.test)
    for repeat, tests in seen.items():
        rows = np.concatenate(tests)
        if len(np.unique(rows)) != len(rows):
            raise InternalError(f"A row is tested more than once in repeat {repeat}.")


def _name(fold: Fold) -> str:
    return f"Fold {fold.index} of repeat {fold.repeat}"


def _check_rows(fold: Fold) -> None:
    if not len(fold.train) or not len(fold.test):
        raise InternalError(f"{_name(fold)} has an empty side.")
    for side in (fold.train, fold.test):
        if len(np.unique(side)) != len(side):
            raise InternalError(f"{_name(fold)} has a row twice on one side.")
    if len(np.intersect1d(fold.train, fold.test)):
        raise InternalError(f"{_name(fold)} has a row on both sides.")


def _check_apart(fold: Fold, labels: npt.NDArray[Any], known: npt.NDArray[np.bool_], what: str) -> None:
    train, test = labels[fold.train][known[fold.train]], labels[fold.test][known[fold.test]]
    if len(np.intersect1d(train, test)):
        raise InternalError(f"{_name(fold)} has the same {what} on both sides.")


def _check_times(fold: Fold, times: Floats, gap: float) -> None:
    train, test = times[fold.train], times[fold.test]
    if np.isnan(train).any() or np.isnan(test).any():
        raise InternalError(f"{_name(fold)} has a row without a moment.")
    last, first = float(train.max()), float(test.min())
    if last >= first or last > first - gap:
        raise InternalError(
            f"{_name(fold)} trains on the moment {last:g}; its test begins at {first:g} (gap {gap:g})."
        )
