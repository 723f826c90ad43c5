"""Folds as anyone gives them: an array, a splitter of scikit-learn, pairs of (train, test)."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.anyone.checks import Anything, labels

Pair = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Folds:
    """Who was predicted by models that were fitted on whom.

    Attributes
    ----------
    name : how the folds were given, for messages.
    repeats : (R) arrays (n,) with the fold of each row in each repeat; -1 where a row is never tested.
    pairs : training and test rows of each fold, all repeats one after another; None when only an array was given.
    forward : each fold trains only on rows that stand before its test rows, in the order of the rows.
    """

    name: str
    repeats: tuple[Ints, ...]
    pairs: tuple[Pair, ...] | None = None
    forward: bool = False

    @property
    def fold(self) -> Ints:
        """(n,) fold of each row in the first repeat."""
        return self.repeats[0]

    @property
    def first(self) -> tuple[Pair, ...]:
        """Folds of the first repeat."""
        return (self.pairs or ())[: int(self.fold.max()) + 1]


def read(given: Any, rows: int, *, y: Any = None, groups: Any = None, name: str = "folds") -> Folds:
    """Read folds.

    Parameters
    ----------
    given : (n,) fold of each row; or a splitter; or an iterable of (train rows, test rows).
    y, groups : (n,) for splitters that look at them.

    Raises
    ------
    UsageError
        If a row is on both sides of a fold, or tested more often than others, or the splitter fails.
    """
    if hasattr(given, "split") and hasattr(given, "get_n_splits"):
        return _of_pairs(_split(given, rows, y, groups, name), rows, f"{name}={given!r}")
    if isinstance(given, (str, bytes, int, float)) or given is None:
        raise UsageError(
            f"{name} must be one fold a row, a splitter such as KFold(5), or pairs of (train, test), not {given!r}."
        )
    items = _pairs(given)
    if items is not None:
        return _of_pairs(items, rows, name)
    return Folds(name, (labels(given, name, rows)[0],))


def reproducible(splitter: Any, name: str = "folds") -> None:
    """Raise when a splitter would make other folds than those that the predictions were made on."""
    if not settled(splitter):
        raise UsageError(
            f"{name}={splitter!r} makes other folds each time; give it the random_state that the predictions were "
            "made with, or the pairs themselves: list(splitter.split(X, y))."
        )


def settled(splitter: Any) -> bool:
    """Return whether a splitter makes the same folds each time."""
    if not hasattr(splitter, "split") or not getattr(splitter, "shuffle", hasattr(splitter, "random_state")):
        return True
    return isinstance(getattr(splitter, "random_state", 0), (int, np.integer))


def apart(folds: Folds, group: Ints, names: Anything) -> None:
    """Raise when a group stands on both sides of a fold.

    With an array of folds every model is taken to have been fitted on all other folds.
    """
    if folds.pairs is None:
        pairs = np.unique(np.stack([group, folds.fold]), axis=1)
        several = np.bincount(pairs[0]) > 1
        if several.any():
            raise UsageError(_both_sides(str(names[int(np.argmax(several))]), "in several folds", folds.name))
        return
    for number, (train, test) in enumerate(folds.pairs, start=1):
        both = np.intersect1d(group[train], group[test])
        if len(both):
            raise UsageError(_both_sides(str(names[both[0]]), f"on both sides of fold {number}", folds.name))


def forward(folds: Folds, times: Floats) -> None:
    """Raise when a fold was fitted on rows that are not earlier than all those it predicts."""
    for number, (train, test) in enumerate(folds.pairs or (), start=1):
        if len(test) and len(train) and times[train].max() >= times[test].min():
            late = int((times[train] >= times[test].min()).sum())
            raise UsageError(
                f"Fold {number} of {folds.name} was fitted on {late} rows that are not earlier than the first it "
                "predicts, so these predictions say nothing of the future; split with TimeSeriesSplit on rows in "
                "order of time, with equal times on one side, or leave time out."
            )


def _both_sides(group: str, where: str, name: str) -> str:
    return (
        f"Group {group!r} stands {where} of {name}, so the predictions are not out of fold for groups; "
        "split with GroupKFold, or leave groups out if new rows of known groups are what you will meet."
    )


def _split(splitter: Any, rows: int, y: Any, groups: Any, name: str) -> list[Any]:
    try:
        with warnings.catch_warnings():
            # KFold warns that it ignores groups; whether it breaks them is looked at by `apart`.
            warnings.simplefilter("ignore")
            return list(splitter.split(np.zeros((rows, 1)), y, groups))
    except (ValueError, TypeError) as error:
        hint = ""
        if groups is None and "groups" in str(error):
            hint = " Give groups=."
        raise UsageError(f"{name}={splitter!r} cannot split these rows: {error}{hint}") from error


def _pairs(given: Any) -> list[Any] | None:
    """Return pairs of (train, test), or None when this is one fold a row."""
    if isinstance(given, np.ndarray) or hasattr(given, "__array__") or not isinstance(given, Iterable):
        return None
    items = list(given) if not isinstance(given, Sequence) else given
    first = items[0] if len(items) else None
    if isinstance(first, (tuple, list)) and len(first) == 2 and np.ndim(first[0]) == 1:
        return list(items)
    if not isinstance(given, Sequence):
        raise UsageError("folds are an iterator, but not of pairs (train rows, test rows).")
    return None


def _of_pairs(items: Iterable[Any], rows: int, name: str) -> Folds:
    pairs = tuple((_rows(train, rows, name), _rows(test, rows, name)) for train, test in items)
    if not pairs:
        raise UsageError(f"{name} makes no fold.")
    repeats: list[Ints] = []
    number = 0
    for place, (train, test) in enumerate(pairs, start=1):
        both = np.intersect1d(train, test)
        if len(both):
            raise UsageError(f"Fold {place} of {name} predicts {len(both)} rows that it was fitted on.")
        if not repeats or (repeats[-1][test] >= 0).any():
            repeats.append(np.full(rows, -1, dtype=np.int64))
            number = 0
        repeats[-1][test] = number
        number += 1
    if any(((r >= 0) != (repeats[0] >= 0)).any() for r in repeats):
        raise UsageError(
            f"{name} tests some rows more often than others; every row must be tested once, or once in each repeat, "
            "as KFold, GroupKFold, RepeatedKFold and TimeSeriesSplit do."
        )
    ahead = len(pairs) > 1 and all(not len(a) or not len(b) or a.max() < b.min() for a, b in pairs)
    return Folds(name, tuple(repeats), pairs, ahead)


def _rows(given: Any, rows: int, name: str) -> Ints:
    found = np.asarray(given)
    if found.dtype == bool:
        found = np.flatnonzero(found)
    if found.ndim != 1 or (len(found) and found.dtype.kind not in "iu"):
        raise UsageError(f"The pairs of {name} must hold row numbers.")
    if len(found) and (found.min() < 0 or found.max() >= rows):
        raise UsageError(
            f"{name} speaks of row {int(found.max())}, but there are {rows} rows, counted from 0."
        )
    return found.astype(np.int64)
