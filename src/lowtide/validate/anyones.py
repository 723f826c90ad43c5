"""``lowtide.floor``: the floor of anyone's out-of-fold predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind, Scheme
from lowtide.metrics import Metric, get
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.floor import estimate

_REASONS = {
    "one_class": "the target has one class only",
    "too_few_rows": "too few rows",
    "too_few_positives": "too few positive rows",
    "too_few_negatives": "too few negative rows",
    "too_few_groups": "too few groups",
    "too_few_windows": "too few periods",
    "unstable": "most resamples could not be judged",
    "no_trials": "no trial predicted all rows that others predicted",
}
PERIODS = 6
"""Periods of equal numbers of rows, when times are given and folds are not."""


@dataclass(frozen=True, slots=True)
class AnyFloor:
    """The floor of a choice among trials.

    Attributes
    ----------
    value : one-sided bound of what the chosen model will do; for losses the upper bound; None when none
        can be given (then ``refusal`` is the code of the reason and ``needed`` how many more are needed).
    expected : estimate corrected for having chosen the best of ``trials``.
    best : score of the best trial, not corrected: what is usually reported.
    metric, greater_is_better, confidence : of these numbers.
    scheme : ``rows``, ``groups``, ``future`` or ``groups+future``.
    trials, rows, units : trials that were compared, rows judged, units of dependence resampled.
    weights : (trials,) blend that was judged, summing to 1.
    threshold : of the blend; NaN when the metric needs none.
    """

    value: float | None
    expected: float | None
    best: float | None
    metric: str
    greater_is_better: bool
    confidence: float
    scheme: str
    trials: int
    rows: int
    units: int
    weights: Floats
    threshold: float = float("nan")
    refusal: str | None = None
    needed: int | None = None

    def __repr__(self) -> str:
        what = f"{self.metric}, {self.trials} trial{'s' * (self.trials != 1)}, {self.rows} rows"
        if self.scheme != "rows":
            what += f", {self.units} {'groups' if self.scheme == 'groups' else 'units'}, scheme {self.scheme}"
        if self.value is None:
            more = f" ({self.needed} more needed)" if self.needed else ""
            return f"<no floor: {_REASONS.get(self.refusal or '', self.refusal)}{more}; {what}>"
        side = "at least" if self.greater_is_better else "at most"
        return (
            f"<floor {self.value:.4g} ({self.confidence:.0%} sure: {side}), expected {_short(self.expected)}, "
            f"best trial {_short(self.best)}; {what}>"
        )

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value


def floor(
    y: Any,
    predictions: Any,
    metric: str = "roc_auc",
    groups: Any = None,
    time: Any = None,
    folds: Any = None,
    confidence: float = 0.95,
    seed: int = 0,
    *,
    positive: Any = None,
) -> AnyFloor:
    """Bound the performance of the best of several models from their out-of-fold predictions.

    Parameters
    ----------
    y : (n,) outcomes: numbers, or labels of two or more classes.
    predictions : (n,), (n, trials) or, for more than two classes, (n, trials, classes) with classes in
        sorted order (a single multiclass trial may be (n, classes)). Every value must have been predicted
        by a model that did not see the row. All trials ever made belong here, not only the good ones. Rows
        that no trial predicted are NaN.
    metric : name of a metric (``lowtide.metrics.METRICS``).
    groups : (n,) entity of each row; whole groups are resampled.
    time : (n,) moment of each row (numbers or dates); the bound is then for the next period.
    folds : (n,) with ``time``: number of the forward window of each row; by default six periods of equal
        size. Without ``time`` it is not needed.
    confidence : of the one-sided bound, between 0.5 and 1.
    positive : label of the positive class of two; by default the one that sorts last.

    Returns
    -------
    AnyFloor

    Raises
    ------
    UsageError
        If shapes, lengths, labels or missing values make no sense.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(0, 2, 300)
    >>> noise = rng.random((300, 50))
    >>> found = floor(y, noise)
    >>> found.best > 0.55 and found.value <= 0.5
    True
    """
    if not 0.5 <= confidence < 1:
        raise UsageError(f"confidence must lie between 0.5 and 1, not {confidence!r}; 0.95 is usual.")
    outcome = _vector(y, "y")
    judge = get(metric)
    kind, target, classes = _target(outcome, judge, positive)
    cube = _cube(predictions, len(target), kind, classes)
    scheme: Scheme = "rows"
    units = np.arange(len(target), dtype=np.int64)
    if groups is not None:
        units, scheme = _codes(groups, "groups", len(target)), "groups"
    times = None
    fold = np.zeros(len(target), dtype=np.int64)
    if time is not None:
        times, scheme = _times(time, len(target)), "groups+future" if groups is not None else "future"
        fold = _periods(times, cube) if folds is None else _codes(folds, "folds", len(target))
        fold = _in_order(fold, times, cube)
    elif folds is not None:
        fold = _codes(folds, "folds", len(target))
    found = estimate(
        target, cube, units=units, metric=judge, kind=kind, scheme=scheme, folds=fold, times=times,
        confidence=confidence, seed=seed,
    )  # fmt: skip
    return AnyFloor(
        value=found.floor.value,
        expected=found.expected,
        best=found.best_cv,
        metric=judge.name,
        greater_is_better=judge.greater_is_better,
        confidence=confidence,
        scheme=scheme,
        trials=found.trials,
        rows=found.rows,
        units=found.units,
        weights=found.weights,
        threshold=found.threshold,
        refusal=found.floor.refusal,
        needed=found.floor.needed,
    )


def _short(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"


def _array(values: Any) -> npt.NDArray[Any]:
    """Return any sequence, series or frame as an array."""
    import narwhals.stable.v2 as nw

    thing = nw.from_native(values, pass_through=True, allow_series=True)
    if isinstance(thing, (nw.DataFrame, nw.Series)):
        return np.asarray(thing.to_numpy())
    return np.asarray(values)


def _vector(values: Any, name: str) -> npt.NDArray[Any]:
    array = _array(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise UsageError(f"{name} must have one value a row, but its shape is {array.shape}.")
    if not len(array):
        raise UsageError(f"{name} is empty.")
    missing = _missing(array)
    if missing.any():
        raise UsageError(
            f"{name} has {int(missing.sum())} missing values, the first in row {int(np.argmax(missing)) + 1}; "
            "leave these rows out of all arguments."
        )
    return array


def _missing(array: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if array.dtype.kind == "f":
        return np.asarray(~np.isfinite(array))
    if array.dtype.kind in "mM":
        return np.asarray(np.isnat(array))
    if array.dtype.kind == "O":
        return np.asarray([v is None or v != v for v in array], dtype=bool)
    return np.zeros(len(array), dtype=bool)


def _codes(values: Any, name: str, rows: int) -> Ints:
    array = _vector(values, name)
    if len(array) != rows:
        raise UsageError(f"{name} has {len(array)} values, but y has {rows}.")
    if array.dtype.kind == "O":
        array = array.astype(str)
    return np.unique(array, return_inverse=True)[1].astype(np.int64)


def _times(values: Any, rows: int) -> Floats:
    array = _vector(values, "time")
    if len(array) != rows:
        raise UsageError(f"time has {len(array)} values, but y has {rows}.")
    if array.dtype.kind not in "mMiufb":
        try:
            array = array.astype("datetime64[us]")
        except (ValueError, TypeError):
            raise UsageError("time must be numbers or dates (ISO text is fine).") from None
    if array.dtype.kind in "mM":
        array = array.astype(np.int64)
    return np.asarray(array, dtype=np.float64)


def _target(
    outcome: npt.NDArray[Any], metric: Metric, positive: Any
) -> tuple[Kind, Floats, npt.NDArray[Any]]:
    """Return the kind of target, its codes or values, and the class labels in order."""
    if "regression" in metric.kinds:
        try:
            return "regression", outcome.astype(np.float64), np.empty(0)
        except (ValueError, TypeError):
            raise UsageError(f"The metric {metric.name!r} needs numbers in y, but it holds labels.") from None
    labels = outcome.astype(str) if outcome.dtype.kind == "O" else outcome
    classes, code = np.unique(labels, return_inverse=True)
    if len(classes) > 2:
        if outcome.dtype.kind == "f" and (outcome % 1 != 0).any():
            raise UsageError(
                f"The metric {metric.name!r} needs classes in y, but it holds numbers; try 'mae'."
            )
        if "multiclass" not in metric.kinds:
            raise UsageError(f"The metric {metric.name!r} judges two classes, but y has {len(classes)}.")
        return "multiclass", code.astype(np.float64), classes
    if positive is None:
        return "binary", code.astype(np.float64), classes
    wanted = str(positive) if classes.dtype.kind == "U" else positive
    hit = np.asarray([c == wanted for c in classes.tolist()], dtype=bool)
    if not hit.any():
        raise UsageError(f"positive is {positive!r}, but y has the labels {', '.join(map(str, classes))}.")
    return "binary", hit[code].astype(np.float64), classes


def _cube(predictions: Any, rows: int, kind: Kind, classes: npt.NDArray[Any]) -> Floats:
    """Return predictions as (n, trials) or (n, trials, classes)."""
    try:
        array = np.asarray(_array(predictions), dtype=np.float64)
    except (ValueError, TypeError):
        raise UsageError("predictions must be numbers; give probabilities or scores, not labels.") from None
    if array.ndim == 0 or len(array) != rows:
        have = len(array) if array.ndim else 0
        raise UsageError(f"predictions have {have} rows, but y has {rows}.")
    if kind == "multiclass":
        if array.ndim == 2 and array.shape[1] == len(classes):
            array = array[:, None, :]
        if array.ndim != 3 or array.shape[2] != len(classes):
            raise UsageError(
                f"y has {len(classes)} classes, so predictions must be (rows, trials, {len(classes)}), "
                f"but their shape is {array.shape}."
            )
    elif array.ndim == 1:
        array = array[:, None]
    elif array.ndim == 3 and array.shape[2] == 2 and kind == "binary":
        array = array[:, :, 1]
    if array.ndim != (3 if kind == "multiclass" else 2) or array.shape[1] == 0:
        raise UsageError(f"predictions must be (rows, trials), but their shape is {array.shape}.")
    there: npt.NDArray[np.bool_] = np.isfinite(array.reshape(rows, array.shape[1], -1).sum(axis=2))
    some = np.asarray(there.any(axis=1))
    ragged = ~there & some[:, None]
    if ragged.any() or not some.any():
        trial = int(np.argmax((~there).sum(axis=0)))
        raise UsageError(
            f"Trial {trial} (counted from 0) lacks {int((~there[:, trial]).sum())} predictions that others "
            "have; every trial must predict the same rows (NaN is fine where none does)."
        )
    return array


def _periods(times: Floats, cube: Floats) -> Ints:
    """Return six periods of nearly equal numbers of predicted rows; equal times stay together."""
    there = np.isfinite(cube[:, 0] if cube.ndim == 2 else cube[:, 0, 0])
    edges = np.quantile(times[there], np.linspace(0, 1, PERIODS + 1)[1:-1])
    return np.searchsorted(np.unique(edges), times, side="left").astype(np.int64)


def _in_order(fold: Ints, times: Floats, cube: Floats) -> Ints:
    """Renumber folds by their median time; -1 where nothing was predicted."""
    there = np.isfinite(cube[:, 0] if cube.ndim == 2 else cube[:, 0, 0])
    names = np.unique(fold[there])
    middle = [float(np.median(times[there & (fold == f)])) for f in names]
    rank = {int(f): r for r, f in enumerate(names[np.argsort(middle, kind="stable")])}
    return np.asarray([rank[int(f)] if ok else -1 for f, ok in zip(fold, there, strict=True)], dtype=np.int64)
