"""Which rows are hard, as far as their columns tell: the loss regressed on the columns, out of fold.

The rows that went wrong are no scenario (the worst fifth of 0/1 outcomes is simply wrong everywhere). Rows *of
a kind* that tends to go wrong are (Jeong & Namkoong 2020; Subbaswamy, Adams & Saria 2021): the worst case is taken
over the conditional mean of the loss given the columns, not over the loss.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes
from lowtide.validate.scenarios.waters import Waters

FOLDS = 5
LEAST_ROWS = 200
_STEP = 1e-3
_CELLS = 2_000_000
_MOST_CELLS = 18_000_000
_SETTINGS = {
    "num_leaves": 8, "learning_rate": 0.1, "lambda_l2": 5.0, "max_bin": 63, "min_data_in_bin": 3, "num_threads": 1,
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


def hardness(waters: Waters) -> Floats | None:
    """Return (n,) the predicted loss of each row by a model that did not see its unit; None when that is not possible.

    Small gradient boosting on the columns and on the model's own prediction, cross-fitted by unit in `FOLDS` folds;
    each fold's mean is taken off, because a fold with great losses has a low mean elsewhere.
    """
    columns, categorical = waters.seen.matrix()
    if len(waters.y) < LEAST_ROWS:
        return None
    own = waters.p[:, None] if waters.p.ndim == 1 else waters.p
    # Many classes make each derivative dear; the same rows on every machine learn.
    classes = 2 if waters.p.ndim == 1 else waters.p.shape[1]
    some = _some(len(waters.y), int((_MOST_CELLS / classes) ** 0.5), waters.seed)
    matrix = np.hstack([columns.reshape(len(waters.y), -1), own])
    loss = losses(waters.metric, waters.y[some], waters.p[some], waters.threshold)
    # A few huge losses would be all that is learned.
    loss = np.minimum(loss, np.quantile(loss, 0.99))
    scale = float(np.std(loss))
    if scale <= 0:
        return None
    target = np.full(len(waters.y), np.nan)
    target[some] = (loss - float(np.mean(loss))) / scale
    found = np.zeros(len(waters.y))
    # Sums of floats depend on their order: the order of the units, not that of the file.
    order = np.argsort(waters.units, kind="stable")
    for train, test in folds(waters.units, waters.seed):
        train = order[np.isin(order, train) & np.isfinite(target[order])]
        predicted = _boosted(matrix[train], target[train], matrix[test], categorical, waters.seed)
        found[test] = predicted - float(np.mean(predicted))
    return found


def _some(n: int, most: int, seed: int) -> Ints:
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.sort(np.random.default_rng([seed, 0x4A]).choice(n, most, replace=False)).astype(np.int64)


def folds(units: Ints, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows to learn from and rows to predict; whole units, drawn by the seed."""
    unit, count = codes(units)
    place = (np.random.default_rng([seed, 0xF01D]).permutation(count) % FOLDS)[unit]
    for fold in range(min(FOLDS, count)):
        yield np.flatnonzero(place != fold).astype(np.int64), np.flatnonzero(place == fold).astype(np.int64)


def _boosted(x: Floats, y: Floats, new: Floats, categorical: tuple[int, ...], seed: int) -> Floats:
    """Return predictions for ``new`` rows by a small fixed gradient boosting."""
    import lightgbm

    x, new = (np.where(_codes_below(part, categorical), np.nan, part) for part in (x, new))
    settings = {
        **_SETTINGS,
        "objective": "regression",
        "seed": seed,
        "min_data_in_leaf": max(10, len(y) // 40),
    }
    data = lightgbm.Dataset(x, y, categorical_feature=list(categorical), params=settings, free_raw_data=False)
    booster = lightgbm.train(settings, data, num_boost_round=ROUNDS)
    return np.asarray(booster.predict(new, num_threads=1), dtype=np.float64)


def _codes_below(matrix: Floats, categorical: tuple[int, ...]) -> np.ndarray:
    below = np.zeros(matrix.shape, dtype=bool)
    for j in categorical:
        below[:, j] = matrix[:, j] < 0
    return below
