"""What a caller hands over, as arrays: outcomes, predictions, groups, moments."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints

PERIODS = 6
"""Periods of equal numbers of rows, when times are given and folds are not."""

Anything = npt.NDArray[Any]


def array(values: Any) -> Anything:
    """Return any sequence, series or frame as an array."""
    import narwhals.stable.v2 as nw

    thing = nw.from_native(values, pass_through=True, allow_series=True)
    if isinstance(thing, (nw.DataFrame, nw.Series)):
        return np.asarray(thing.to_numpy())
    return np.asarray(values)


def column_names(values: Any) -> tuple[str, ...]:
    """Return the names of a frame's columns; empty for anything else."""
    import narwhals.stable.v2 as nw

    thing = nw.from_native(values, pass_through=True)
    return tuple(map(str, thing.columns)) if isinstance(thing, nw.DataFrame) else ()


def vector(values: Any, name: str, rows: int | None = None) -> Anything:
    """Return one value a row, none missing; ``rows`` is how many y has."""
    found = array(values)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise UsageError(f"{name} must have one value a row, but its shape is {found.shape}.")
    if not len(found):
        raise UsageError(f"{name} is empty.")
    if rows is not None and len(found) != rows:
        raise UsageError(f"{name} has {len(found)} values, but y has {rows}.")
    missing = _missing(found)
    if missing.any():
        raise UsageError(
            f"{name} has {int(missing.sum())} missing values, the first in row {int(np.argmax(missing)) + 1}; "
            "leave these rows out of all arguments."
        )
    return found


def labels(values: Any, name: str, rows: int) -> tuple[Ints, Anything]:
    """Return (n,) codes and the distinct labels in order."""
    found = vector(values, name, rows)
    if found.dtype.kind == "O":
        found = found.astype(str)
    distinct, code = np.unique(found, return_inverse=True)
    return code.astype(np.int64), distinct


def moments(values: Any, rows: int) -> Floats:
    """Return (n,) times as numbers."""
    found = vector(values, "time", rows)
    if found.dtype.kind not in "mMiufb":
        try:
            found = found.astype("datetime64[us]")
        except (ValueError, TypeError):
            raise UsageError("time must be numbers or dates (ISO text is fine).") from None
    if found.dtype.kind in "mM":
        found = found.astype(np.int64)
    return np.asarray(found, dtype=np.float64)


def kind_of(outcome: Anything, metric: Metric, dimensions: int) -> Kind:
    """Return the kind of target that a metric would judge here.

    Parameters
    ----------
    dimensions : of the predictions; they decide where a metric takes numbers and classes alike and y has
        more than two distinct numbers.
    """
    numbers = outcome.dtype.kind in "iuf" or (outcome.dtype.kind == "O" and _all_numbers(outcome))
    if "regression" in metric.kinds and (len(metric.kinds) == 1 or (numbers and dimensions < 3)):
        if len(metric.kinds) == 1 or len(np.unique(outcome)) > 2:
            return "regression"
        return "binary"
    text = outcome.astype(str) if outcome.dtype.kind == "O" else outcome
    return "multiclass" if len(np.unique(text)) > 2 else "binary"


def target(outcome: Anything, metric: Metric, kind: Kind, positive: Any) -> tuple[Floats, Anything]:
    """Return codes or values, and the class labels in order (of two classes the positive one last)."""
    if kind == "regression":
        try:
            return outcome.astype(np.float64), np.empty(0)
        except (ValueError, TypeError):
            raise UsageError(f"The metric {metric.name!r} needs numbers in y, but it holds labels.") from None
    text = outcome.astype(str) if outcome.dtype.kind == "O" else outcome
    classes, code = np.unique(text, return_inverse=True)
    if kind == "multiclass":
        if outcome.dtype.kind == "f" and (outcome % 1 != 0).any():
            raise UsageError(
                f"The metric {metric.name!r} needs classes in y, but it holds numbers; try 'mae'."
            )
        if "multiclass" not in metric.kinds:
            raise UsageError(f"The metric {metric.name!r} judges two classes, but y has {len(classes)}.")
        return code.astype(np.float64), classes
    if positive is None:
        return code.astype(np.float64), classes
    hit = positive_of(classes, positive)
    return hit[code].astype(np.float64), np.concatenate([classes[~hit], classes[hit]])


def positive_of(classes: Anything, positive: Any) -> npt.NDArray[np.bool_]:
    """Return which of the classes is the positive one."""
    wanted = str(positive) if classes.dtype.kind == "U" else positive
    hit = np.asarray([c == wanted for c in classes.tolist()], dtype=bool)
    if not hit.any():
        raise UsageError(f"positive is {positive!r}, but y has the labels {', '.join(map(str, classes))}.")
    return hit


def cube(predictions: Any, rows: int, kind: Kind, classes: int) -> Floats:
    """Return predictions as (n, trials) or (n, trials, classes)."""
    try:
        found = np.asarray(array(predictions), dtype=np.float64)
    except (ValueError, TypeError):
        raise UsageError("predictions must be numbers; give probabilities or scores, not labels.") from None
    if found.ndim == 0 or len(found) != rows:
        have = len(found) if found.ndim else 0
        raise UsageError(f"predictions have {have} rows, but y has {rows}.")
    if kind == "multiclass":
        if found.ndim == 2 and found.shape[1] == classes:
            found = found[:, None, :]
        if found.ndim != 3 or found.shape[2] != classes:
            raise UsageError(
                f"y has {classes} classes, so predictions must be (rows, trials, {classes}), "
                f"but their shape is {found.shape}."
            )
    elif found.ndim == 1:
        found = found[:, None]
    elif found.ndim == 3 and found.shape[2] == 2 and kind == "binary":
        found = found[:, :, 1]
    if found.ndim != (3 if kind == "multiclass" else 2) or found.shape[1] == 0:
        raise UsageError(f"predictions must be (rows, trials), but their shape is {found.shape}.")
    return found


def there(predictions: Floats) -> npt.NDArray[np.bool_]:
    """Return (n, trials) which predictions are there."""
    finite = np.isfinite(predictions)
    return finite if finite.ndim == 2 else np.asarray(finite.all(axis=2))


def same_rows(predictions: Floats) -> None:
    """Raise unless every trial predicted the same rows."""
    have = there(predictions)
    some = np.asarray(have.any(axis=1))
    if not some.any():
        raise UsageError("No trial predicted any of these rows.")
    if (~have & some[:, None]).any():
        trial = int(np.argmax((~have).sum(axis=0)))
        raise UsageError(
            f"Trial {trial} (counted from 0) lacks {int((~have & some[:, None])[:, trial].sum())} predictions that "
            "others have; every trial must predict the same rows (NaN is fine where none does)."
        )


def probabilities(predictions: Floats, metric: Metric) -> None:
    """Raise where a metric needs probabilities and other numbers are given.

    Decisions with a chosen threshold, or by the greatest value, are content with any score.
    """
    if metric.needs != "probability" or metric.thresholded:
        return
    low, high = float(np.nanmin(predictions)), float(np.nanmax(predictions))
    if low < -1e-6 or high > 1 + 1e-6:
        raise UsageError(
            f"The metric {metric.name!r} needs probabilities, but predictions reach from {low:.4g} to {high:.4g}; "
            "give predict_proba's values, or judge by 'roc_auc'."
        )


def periods(times: Floats, predictions: Floats) -> Ints:
    """Return six periods of nearly equal numbers of predicted rows; equal times stay together."""
    known = times[there(predictions).any(axis=1)]
    edges = np.quantile(known, np.linspace(0, 1, PERIODS + 1)[1:-1])
    return np.searchsorted(np.unique(edges), times, side="left").astype(np.int64)


def in_order(fold: Ints, times: Floats, predictions: Floats) -> Ints:
    """Renumber windows by their median time; -1 where nothing was predicted or tested.

    Raises
    ------
    UsageError
        If a window begins before the one before it has ended.
    """
    held = there(predictions).any(axis=1) & (fold >= 0)
    names = np.unique(fold[held])
    middle = [float(np.median(times[held & (fold == f)])) for f in names]
    ordered = names[np.argsort(middle, kind="stable")]
    for number, (a, b) in enumerate(pairwise(ordered), start=1):
        if times[held & (fold == a)].max() > times[held & (fold == b)].min():
            raise UsageError(
                f"Folds {number} and {number + 1} (in order of time) overlap in time, so they are no forward windows; "
                "give windows that follow one another, or leave time out."
            )
    rank = {int(f): r for r, f in enumerate(ordered)}
    return np.asarray([rank[int(f)] if ok else -1 for f, ok in zip(fold, held, strict=True)], dtype=np.int64)


def _missing(values: Anything) -> npt.NDArray[np.bool_]:
    if values.dtype.kind == "f":
        return np.asarray(~np.isfinite(values))
    if values.dtype.kind in "mM":
        return np.asarray(np.isnat(values))
    if values.dtype.kind == "O":
        return np.asarray([v is None or v != v for v in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)


def _all_numbers(values: Anything) -> bool:
    return all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in values)
