"""Which rows are hard, as far as their columns tell: the loss regressed on the columns, out of fold.

The rows that went wrong are no scenario (the worst fifth of 0/1 outcomes is simply wrong everywhere). Rows *of
a kind* that tends to go wrong are (Jeong & Namkoong 2020; Subbaswamy, Adams & Saria 2021): the worst case is taken
over the conditional mean of the loss given the columns, not over the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes
from lowtide.validate.scenarios.waters import Seen, Waters

FOLDS = 5
REPEATS = 5
"""Times that the folds are drawn anew. One drawing mixes five different ideas of what is hard, and the hardest fifth
of such a mixture is not as hard as that of one idea (measured in docs/scenarios.md)."""
LEAST_ROWS = 200
_STEP = 1e-3
_CELLS = 2_000_000
_MOST_CELLS = 18_000_000
_SETTINGS = {
    "num_leaves": 4, "learning_rate": 0.1, "lambda_l2": 5.0, "max_bin": 63, "min_data_in_bin": 3, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "verbosity": -1, "feature_pre_filter": False,
}  # fmt: skip
ROUNDS = 40


def losses(metric: Metric, y: Floats, p: Floats, threshold: float) -> Floats:
    """Return (n,) how much each row worsens the score: its influence, with greater always worse.

    For scores that are no means of rows (AUC) it is the derivative of the score by the row's weight (the
    infinitesimal jackknife, Jaeckel 1972), taken numerically; for means it is the row's loss less the mean.
    """
    n = len(y)
    column = metric.column(y, p)
    sign = 1.0 if metric.greater_is_better else -1.0
    plain = float(column.scores(np.ones((1, n)), np.asarray([threshold]))[0])
    found = np.empty(n)
    chunk = max(1, _CELLS // max(n, 1))
    for start in range(0, n, chunk):
        stop = min(n, start + chunk)
        w = np.ones((stop - start, n))
        w[np.arange(stop - start), np.arange(start, stop)] += _STEP
        found[start:stop] = (column.scores(w, np.full(stop - start, threshold)) - plain) / _STEP * n
    return -sign * np.nan_to_num(found)


@dataclass(frozen=True, slots=True)
class _Question:
    """(n, d) columns and own predictions, which of them are codes, and (n,) the loss (NaN: not learned from)."""

    matrix: Floats
    categorical: tuple[int, ...]
    loss: Floats


def drawings(waters: Waters) -> Floats | None:
    """Return (`REPEATS`, n) predicted losses of each row by models that did not see its unit; None when impossible.

    Small gradient boosting on the columns and on the model's own prediction, cross-fitted by unit in `FOLDS` folds,
    which are drawn anew each time; each fold's mean is taken off, because a fold with great losses has a low mean
    elsewhere.
    """
    asked = _question(waters)
    if asked is None:
        return None
    found = np.zeros((REPEATS, len(waters.y)))
    # Sums of floats depend on their order: the order of the units, not that of the file.
    order = np.argsort(waters.units, kind="stable")
    for repeat in range(REPEATS):
        for train, test in folds(waters.units, waters.seed, repeat):
            used = order[np.isin(order, train) & np.isfinite(asked.loss[order])]
            predicted = _boosted(asked, used, asked.matrix[test], waters.seed)
            found[repeat, test] = predicted - float(np.mean(predicted))
    return found


def wobble(waters: Waters, weigh: Callable[[Floats], Floats]) -> float:
    """Return how much the score in a scenario hangs on which rows were held for hard: a standard deviation.

    ``weigh`` gives the weights of the rows from their hardness. Between the drawings, models of other rows tell what
    is hard. Each leaves out one part of `FOLDS`, so the deviation is that of the delete-a-group jackknife (Shao & Wu
    1989): the deviation between them times the root of ``FOLDS - 1``.
    """
    if waters.drawings is None:
        return 0.0
    scores = np.array([waters.score(weigh(hard)) for hard in waters.drawings])
    scores = scores[np.isfinite(scores)]
    return float(np.std(scores, ddof=1)) * (FOLDS - 1) ** 0.5 if len(scores) > 1 else 0.0


def hardness_of(waters: Waters, seen: Seen, p: Floats) -> Floats | None:
    """Return (m,) the predicted loss of other rows, with these columns and predictions, by a model of all rows."""
    asked = _question(waters)
    if asked is None:
        return None
    return _boosted(asked, np.flatnonzero(np.isfinite(asked.loss)), _beside(seen, p), waters.seed)


def _question(waters: Waters) -> _Question | None:
    if len(waters.y) < LEAST_ROWS:
        return None
    # Many classes make each derivative dear; the same rows on every machine learn.
    classes = 2 if waters.p.ndim == 1 else waters.p.shape[1]
    some = _some(len(waters.y), int((_MOST_CELLS / classes) ** 0.5), waters.seed)
    loss = losses(waters.metric, waters.y[some], waters.p[some], waters.threshold)
    # A few huge losses would be all that is learned.
    loss = np.minimum(loss, np.quantile(loss, 0.99))
    scale = float(np.std(loss))
    if scale <= 0:
        return None
    target = np.full(len(waters.y), np.nan)
    target[some] = (loss - float(np.mean(loss))) / scale
    return _Question(_beside(waters.seen, waters.p), waters.seen.matrix()[1], target)


def _beside(seen: Seen, p: Floats) -> Floats:
    own = p[:, None] if p.ndim == 1 else p
    return np.hstack([seen.matrix()[0].reshape(len(p), -1), own])


def _some(n: int, most: int, seed: int) -> Ints:
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.sort(np.random.default_rng([seed, 0x4A]).choice(n, most, replace=False)).astype(np.int64)


def folds(units: Ints, seed: int, repeat: int = 0) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows to learn from and rows to predict; whole units, drawn by the seed."""
    unit, count = codes(units)
    place = (np.random.default_rng([seed, 0xF01D, repeat]).permutation(count) % FOLDS)[unit]
    for fold in range(min(FOLDS, count)):
        yield np.flatnonzero(place != fold).astype(np.int64), np.flatnonzero(place == fold).astype(np.int64)


def _boosted(asked: _Question, rows: Ints, new: Floats, seed: int) -> Floats:
    """Return predictions for ``new`` rows by a small fixed gradient boosting of some rows."""
    import lightgbm

    x, new = (_without_codes_below(part, asked.categorical) for part in (asked.matrix[rows], new))
    settings = {
        **_SETTINGS,
        "objective": "regression",
        "seed": seed,
        "min_data_in_leaf": max(10, len(rows) // 40),
    }
    data = lightgbm.Dataset(x, asked.loss[rows], categorical_feature=list(asked.categorical), params=settings)
    booster = lightgbm.train(settings, data, num_boost_round=ROUNDS)
    return np.asarray(booster.predict(new, num_threads=1), dtype=np.float64)


def _without_codes_below(matrix: Floats, categorical: tuple[int, ...]) -> Floats:
    """Return the matrix with missing codes as NaN: LightGBM would take them so, but say it on stdout."""
    out = matrix.copy()
    for j in categorical:
        out[out[:, j] < 0, j] = np.nan
    return out
