"""What a hurried analyst would have reported: the ghost line above the floor."""

from __future__ import annotations

import numpy as np

from lowtide.core.result import Naive
from lowtide.metrics import Metric
from lowtide.splits.make import make
from lowtide.splits.plan import Plan
from lowtide.steps.fitting import fast_fit
from lowtide.steps.job import FEATURE_ROLES, Prepared
from lowtide.tables.table import Ints

# Rows that the naive score is computed on; it is a warning beside the floor, not a result.
NAIVE_ROWS, NAIVE_TEXT_ROWS = 10_000, 3_000


def naive(prepared: Prepared, metric: Metric) -> Naive | None:
    """Return the score with suspect columns and identifiers and groups in, rows shuffled, one good learner.

    The same fast learner that prices findings, five shuffled folds, on at most `NAIVE_ROWS` rows.
    """
    table, target = prepared.table, prepared.target
    columns = tuple(n for n in table.names if table.role(n) in (*FEATURE_ROLES, "id", "group"))
    if not columns:
        return None
    texts = any(table.role(n) == "text" for n in columns)
    seed = prepared.fitter.seed
    rows = sample(len(table), NAIVE_TEXT_ROWS if texts else NAIVE_ROWS, seed)
    y = np.full(len(table), np.nan)
    y[rows] = target.y[rows]
    # Every row on its own, duplicates and families apart: that is what shuffling does.
    keys = np.arange(len(table), dtype=np.uint64)
    folds = make(Plan(scheme="rows", folds=5, repeats=1), keys=keys, groups=None, times=None, y=y, seed=seed)
    fit = fast_fit(prepared.fitter)
    width = len(target.classes) if target.kind == "multiclass" else 1
    held = np.full((len(table), width), np.nan)
    for fold in folds:
        held[fold.test] = fit(columns, fold.train, fold.test).reshape(len(fold.test), width)
    seen = np.isfinite(held[:, 0])
    mine = held[seen] if width > 1 else held[seen, 0]
    value = metric.at(target.y[seen], mine, metric.choose(target.y[seen], mine))
    return Naive(value=value, scheme="rows", columns=columns) if np.isfinite(value) else None


def sample(n: int, most: int, seed: int) -> Ints:
    """Return ascending positions of at most ``most`` of ``n`` rows, drawn by the seed."""
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.sort(np.random.default_rng([seed, 11]).choice(n, most, replace=False)).astype(np.int64)
