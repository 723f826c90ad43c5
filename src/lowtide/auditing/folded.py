"""A price that a check works out by itself: the same small model, prepared on all rows and inside each fold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lowtide.auditing.context import Context
from lowtide.core.finding import Price
from lowtide.stats.association import Floats, Ints

Predict = Callable[[Ints, Ints], Floats]
CONFIDENCE = 0.90


def compare(context: Context, rows: Ints, as_is: Predict, inside: Predict) -> Price | None:
    """Return the price of a preparation that saw all rows.

    Parameters
    ----------
    rows : positions within the sample that are scored, in the context's folds.
    as_is, inside : predict targets (test, k) from positions ``train`` for positions ``test``; the first with the
        columns as they are, the second with the preparation learned on ``train`` alone.

    The interval of a mean over folds is that of `lowtide.auditing.pricing` (Nadeau & Bengio 2003).
    """
    fold = context.fold[rows]
    before, after, share = [], [], []
    for f in np.unique(fold):
        train, test = rows[fold != f], rows[fold == f]
        if len(train) < 10 or len(test) < 2:
            continue
        pair = [judge(context, test, p(train, test)) for p in (as_is, inside)]
        if pair[0] is not None and pair[1] is not None:
            before.append(pair[0])
            after.append(pair[1])
            share.append(len(test) / len(train))
    if len(before) < 2:
        return None
    low, high = _band(before, share), _band(after, share)
    return Price(
        metric="r2" if context.target.kind == "regression" else "roc_auc", greater_is_better=True, scheme="rows",
        as_is=float(np.mean(before)), remedied=float(np.mean(after)),
        as_is_low=low[0], as_is_high=low[1], remedied_low=high[0], remedied_high=high[1],
    )  # fmt: skip


def judge(context: Context, test: Ints, predicted: Floats) -> float | None:
    """Return R², or the area under the curve, of predictions (test, k); ``None`` when a class is missing."""
    from sklearn.metrics import r2_score, roc_auc_score

    y = context.y[test]
    if context.target.kind == "regression":
        return float(r2_score(y, predicted[:, 0])) if np.unique(y).size > 1 else None
    if context.target.kind == "binary":
        return float(roc_auc_score(y == 1, predicted[:, 0])) if np.unique(y).size == 2 else None
    areas = [
        float(roc_auc_score(y == c, predicted[:, c]))
        for c in range(predicted.shape[1])
        if 0 < np.sum(y == c) < len(y)
    ]
    return float(np.mean(areas)) if areas else None


def truth(context: Context) -> Floats:
    """Return targets (n, k) on their own scale: amounts, or class indicators."""
    return context.y[:, None] if context.target.kind == "regression" else context.targets


def _band(values: list[float], share: list[float]) -> tuple[float, float]:
    from scipy.stats import t

    mean = float(np.mean(values))
    factor = 1 / len(values) + float(np.mean(share))
    half = float(t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1)) * float(np.std(values, ddof=1)) * factor**0.5
    return mean - half, mean + half


def boosted(context: Context, left: Floats, train: Ints, right: Floats) -> Floats:
    """Return predictions (len(right), k) of shallow trees on one thread, fitted on rows ``train`` with data ``left``."""
    import lightgbm as lgb

    kind = context.target.kind
    values = context.y[train]
    params = {
        "objective": {"regression": "regression", "binary": "binary"}.get(kind, "multiclass"),
        "learning_rate": 0.1, "num_leaves": 7, "min_data_in_leaf": int(np.clip(len(train) / 40, 3, 30)),
        "lambda_l2": 1.0, "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
        "seed": context.seed, "feature_pre_filter": False, "max_bin": 127,
    }  # fmt: skip
    if params["objective"] == "multiclass":
        params["num_class"] = len(context.target.classes)
    booster = lgb.train(params, lgb.Dataset(left, label=values), num_boost_round=50)
    return np.asarray(booster.predict(right, num_threads=1)).reshape(len(right), -1)
