"""What is bet on: for each metric, the margins by which outcomes are better than a promised score.

Of every metric here, "the score is at least f" (for losses: at most f) is the same as "the mean of u - phi(f) v is
not negative" for some u and v that every unit has: a row, a group of rows, or a block of rows.

| metric | u | v | phi(f) |
|---|---|---|---|
| accuracy; others with a value per row (cost, Brier, log loss, MAE) | value, or minus the loss | 1, or -1 | f |
| F1 (two classes) | 2 tp | 2 tp + fp + fn | f |
| RMSE | - (y - p)^2 | -1 | f^2 |
| WAPE | - abs(y - p) | - abs(y) | f |
| R2 | d - (y - p)^2 | d | f |
| AUC, balanced accuracy | score of a block (`lowtide.settlement.blocks`) | 1 | f |

R2 is against: d = (y - mean of the outcomes before)^2, which on average is not below the variance, so a promise
that holds is never called broken for it; in favour: d = (y - y')^2 / 2 of two rows in a row, u and v being their
means, which for independent rows is the variance on average.

A bet needs a bound on one side only. Against the promise: how much better than promised can a unit be (for a
loss: by the promise itself, so nothing need be known). For it: how much worse, which for MAE, RMSE, WAPE and R2
comes from the range of outcomes in training, and for log loss from a cap that is stated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lowtide.metrics.metric import Metric
from lowtide.settlement.blocks import Stream, auc_streams, recall_stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# In favour of a log loss a row counts at most as much as a probability of 1 in 1,000 for what came true.
LOG_CAP = math.log(1000.0)


def _same(f: float) -> float:
    return f


@dataclass(frozen=True, slots=True)
class Game:
    """A metric made ready to be bet on.

    Attributes
    ----------
    against, favour : units to bet on; several courses are averaged. Empty: no such bet can be made.
    up, down : from a score to the greatest margin above it, and below it, that a unit can have.
    phi, score : from a score to the number that enters the margins, and back.
    span : scores between which bounds are looked for.
    unit : ``rows``, ``groups`` or ``blocks``.
    cap : see `lowtide.core.settlement.Settlement`.
    """

    against: tuple[Stream, ...]
    favour: tuple[Stream, ...]
    up: Callable[[float], float]
    down: Callable[[float], float]
    phi: Callable[[float], float]
    span: tuple[float, float]
    unit: str
    cap: float | None = None
    capped: int = 0
    score: Callable[[float], float] = _same


def game(
    metric: Metric,
    y: Floats,
    p: Floats,
    *,
    threshold: float,
    groups: npt.NDArray[np.uint64] | None = None,
    width: float | None = None,
    largest: float | None = None,
) -> Game | None:
    """Return what can be bet on, or None when the metric is no mean of what rows or blocks of rows contribute.

    Parameters
    ----------
    y, p : (n,) outcomes and (n,) or (n, classes) predictions, in order of arrival.
    threshold : P(positive) from which a row is called positive.
    groups : (n,) entity of each row when the promise is about new entities; rows of one stand together.
    width : greatest error that counts (MAE, RMSE, WAPE, R2), usually the range of outcomes in training.
    largest : greatest absolute outcome in training (WAPE).
    """
    name, several = metric.name, p.ndim == 2
    if name == "roc_auc":
        streams = auc_streams(y, p, groups)
        return None if streams is None else _shares(streams, 0.0, 1.0, "blocks")
    if name == "balanced_accuracy":
        classes = p.shape[1] if several else 2
        right = _called(p, threshold) == y
        return _shares((recall_stream(y, right, classes, groups),), 0.0, 1.0, "blocks")
    if name == "f1":
        return None if several else _f1(y, p, threshold, groups)
    if metric.kinds == ("regression",) and name in ("mae", "rmse", "wape", "r2"):
        return _errors(name, y, p, groups, width, largest)
    rows, low, high = _per_row(metric, y, p, threshold)
    if rows is None:
        return None
    cap = LOG_CAP if name == "log_loss" else None
    high = LOG_CAP if name == "log_loss" else high
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return _means(rows, low, high, metric.greater_is_better, groups, cap)


def _per_row(metric: Metric, y: Floats, p: Floats, threshold: float) -> tuple[Floats | None, float, float]:
    """Return (n,) what each row contributes to the mean that is the score, and the bounds of that."""
    if metric.name == "accuracy":
        return (_called(p, threshold) == y).astype(np.float64), 0.0, 1.0
    if metric.name == "cost":
        # The score of a single row is its money.
        sides = (np.zeros(1), np.ones(1))
        money = np.asarray([[metric.at(truth, call, 0.5) for call in sides] for truth in sides])
        return money[y.astype(np.int64), _called(p, threshold).astype(np.int64)], metric.low, metric.high
    return metric.per_row(y, p), metric.low, metric.high


def _called(p: Floats, threshold: float) -> Floats:
    called = p.argmax(axis=1) if p.ndim == 2 else p >= threshold
    return np.asarray(called, dtype=np.float64)


def _shares(streams: tuple[Stream, ...], low: float, high: float, unit: str) -> Game:
    return Game(
        streams, streams, lambda f: high - f, lambda f: f - low, _same, (low, high), unit
    )  # fmt: skip


def _means(
    rows: Floats,
    low: float,
    high: float,
    greater: bool,
    groups: npt.NDArray[np.uint64] | None,
    cap: float | None,
) -> Game:
    unit = "rows" if groups is None else "groups"
    if greater:
        return _shares((collapsed(rows, np.ones_like(rows), groups),), low, high, unit)
    against = collapsed(-rows, -np.ones_like(rows), groups)
    favour = collapsed(-np.minimum(rows, high), -np.ones_like(rows), groups)
    return Game(
        (against,), (favour,), lambda f: f - low, lambda f: high - f, _same, (low, high), unit, cap,
        int((rows > high).sum()) if cap is not None else 0,
    )  # fmt: skip


def _f1(y: Floats, p: Floats, threshold: float, groups: npt.NDArray[np.uint64] | None) -> Game:
    called = _called(p, threshold)
    stream = collapsed(2.0 * called * y, called + y, groups)
    unit = "rows" if groups is None else "groups"
    return Game((stream,), (stream,), lambda f: 2.0 - 2.0 * f, _same, _same, (0.0, 1.0), unit)


def _errors(
    name: str,
    y: Floats,
    p: Floats,
    groups: npt.NDArray[np.uint64] | None,
    width: float | None,
    largest: float | None,
) -> Game | None:
    """Return the game of a metric of errors, whose greatest is known by ``width`` only."""
    unit = "rows" if groups is None else "groups"
    error = np.abs(y - p)
    held = np.minimum(error, math.inf if width is None else width)
    ones = np.ones_like(error)
    capped = 0 if width is None else int((error > width).sum())
    if name in ("mae", "rmse"):
        power = 1.0 if name == "mae" else 2.0
        top = math.inf if width is None else width**power
        against = (collapsed(-(error**power), -ones, groups),)
        favour = () if width is None else (collapsed(-(held**power), -ones, groups),)
        ceiling = float(error.max(initial=0.0)) if width is None else width
        return Game(
            against, favour, lambda f: f**power, lambda f: top - f**power, lambda f: f**power, (0.0, ceiling), unit,
            width, capped, lambda phi: max(phi, 0.0) ** (1.0 / power),
        )  # fmt: skip
    if width is None or largest is None:
        return None
    if name == "wape":
        size = np.minimum(np.abs(y), largest)
        return Game(
            (collapsed(-error, -size, groups),), (collapsed(-held, -size, groups),),
            lambda f: f * largest, lambda f: width, _same, (0.0, 10.0), unit, width, capped,
        )  # fmt: skip
    before = _mean_before(y, p, groups)
    spread = np.minimum((y - before) ** 2, width**2)
    against = (collapsed(spread - error**2, spread, groups),)
    favour = () if groups is not None else (_twos(y, held, width),)
    return Game(
        against, favour, lambda f: (1.0 - f) * width**2, lambda f: width**2, _same,
        (-10.0, 1.0), unit, width, capped,
    )  # fmt: skip


def _mean_before(y: Floats, p: Floats, groups: npt.NDArray[np.uint64] | None) -> Floats:
    """Return (n,) the mean of the outcomes before each row, or before its group; for the first, its prediction."""
    if not len(y):
        return y
    start = np.arange(len(y))
    if groups is not None:
        starts = _starts(groups)
        start = np.repeat(starts, np.diff(np.append(starts, len(y))))
    return np.where(start == 0, p[0], (np.cumsum(y) - y)[start] / np.maximum(start, 1))


def _twos(y: Floats, error: Floats, width: float) -> Stream:
    n = len(y) // 2
    one, two = y[: 2 * n : 2], y[1 : 2 * n : 2]
    spread = np.minimum((one - two) ** 2, width**2) / 2.0
    squared = (error[: 2 * n : 2] ** 2 + error[1 : 2 * n : 2] ** 2) / 2.0
    return Stream(spread - squared, spread, 2 * np.arange(1, n + 1))


def collapsed(u: Floats, v: Floats, groups: npt.NDArray[np.uint64] | None) -> Stream:
    """Return rows as units, or the mean of each group's rows as one unit."""
    if groups is None or not len(u):
        return Stream(u, v, np.arange(1, len(u) + 1))
    starts = _starts(groups)
    ends = np.append(starts[1:], len(u))
    sizes = ends - starts
    return Stream(np.add.reduceat(u, starts) / sizes, np.add.reduceat(v, starts) / sizes, ends)


def _starts(groups: npt.NDArray[np.uint64]) -> Ints:
    return np.append(0, np.flatnonzero(groups[1:] != groups[:-1]) + 1).astype(np.int64)
