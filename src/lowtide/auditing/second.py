"""The score on a second file, by the audit's small model: what shared rows, or another population, are worth."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.context import Context
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table

ROWS = 10_000
TEST_ROWS = 5_000
ROUNDS = 100
WEIGHT = 5.0


def predict_second(context: Context, names: tuple[str, ...]) -> tuple[Ints, Floats] | None:
    """Fit on the first file, predict the second.

    Parameters
    ----------
    names : columns that both files have.

    Returns
    -------
    tuple
        Positions (m,) in the second file that were predicted (at most `TEST_ROWS`, drawn at random), and their
        predictions (m,) or (m, classes); ``None`` without columns or without a second file.
    """
    import lightgbm as lgb

    if context.test is None or not names or context.sampled < 20:
        return None
    rng = np.random.default_rng([context.seed, 111])
    rows = context.index
    if len(rows) > ROWS:
        rows = np.sort(rng.choice(rows, ROWS, replace=False))
    there = np.arange(len(context.test), dtype=np.int64)
    if len(there) > TEST_ROWS:
        there = np.sort(rng.choice(there, TEST_ROWS, replace=False))
    first, second = context.table.take(rows), context.test.take(there)
    y = context.target.y[rows]
    pairs = [_column(first, second, name, y) for name in names]
    train, test = (np.column_stack(side) for side in zip(*pairs, strict=True))
    kind, classes = context.target.kind, len(context.target.classes)
    params = {
        "objective": {"regression": "regression", "binary": "binary", "multiclass": "multiclass"}[kind],
        "learning_rate": 0.1, "num_leaves": 15, "min_data_in_leaf": int(np.clip(len(rows) / 100, 3, 20)),
        "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1, "seed": context.seed,
    }  # fmt: skip
    if kind == "multiclass":
        params["num_class"] = classes
    booster = lgb.train(params, lgb.Dataset(train, label=y), num_boost_round=ROUNDS)
    return there, np.asarray(booster.predict(test, num_threads=1))


def _column(first: Table, second: Table, name: str, y: Floats) -> tuple[Floats, Floats]:
    """Return a column of both files as numbers; a category as the target mean of its level in the first."""
    if first.column(name).type != "text":
        return first.numbers(name), second.numbers(name)
    codes, levels = first.codes(name)
    other, names = second.codes(name)
    mean = float(y.mean())
    known = codes >= 0
    total = np.bincount(codes[known], weights=y[known], minlength=len(levels))
    count = np.bincount(codes[known], minlength=len(levels))
    own = np.full(len(codes), np.nan)
    # Without its own row, or the trees would read the target back.
    own[known] = (total[codes[known]] - y[known] + WEIGHT * mean) / (count[codes[known]] - 1 + WEIGHT)
    place = {level: i for i, level in enumerate(levels)}
    means = (total + WEIGHT * mean) / (count + WEIGHT)
    by_level = np.full(len(names) + 1, np.nan)  # the last: missing
    for j, level in enumerate(names):
        by_level[j] = means[place[level]] if level in place else mean
    return own, by_level[other]


def judged(truth: Floats, kind: str, predicted: Floats, rows: Bools) -> float | None:
    """Return R2, or the area under the ROC curve (classes: each against the rest), of some of the rows."""
    from sklearn.metrics import r2_score, roc_auc_score

    rows = rows & ~np.isnan(truth)
    y, p = truth[rows], predicted[rows]
    if np.unique(y).size < 2:
        return None
    if kind == "regression":
        return float(r2_score(y, p))
    if kind == "binary":
        return float(roc_auc_score(y, p))
    # One class against the rest, over the classes that there are on both sides.
    areas = [float(roc_auc_score(y == c, p[:, c])) for c in range(p.shape[1]) if 0 < np.sum(y == c) < len(y)]
    return float(np.mean(areas)) if areas else None
