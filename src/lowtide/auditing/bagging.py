"""A forest for the audit: its averages rank rows by how sure they are better than boosting, which learns noise too."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.quick import _encode
from lowtide.stats.association import Floats, Ints

TREES = 50


def chances(
    matrix: Floats,
    targets: Floats,
    labels: Ints,
    fold: Ints,
    folds: int,
    seed: int,
    *,
    classes: int,
    tables: dict[int, Ints],
) -> Floats:
    """Return out-of-fold chances of the classes (n, classes) by bagged trees on one thread.

    Parameters
    ----------
    matrix : (n, p), NaN missing. Columns in ``tables`` are replaced by target means learned in the fold.
    targets : (n, k) that the means are of; ``labels`` (n,) the class of each row.
    """
    out = np.zeros((len(matrix), classes))
    for f in range(folds):
        train, test = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        if len(test) == 0:
            continue
        if len(train) < 20 or np.unique(labels[train]).size < 2:
            out[test] = np.bincount(labels[train], minlength=classes) / max(len(train), 1)
            continue
        data = matrix.copy()
        for j, bins in tables.items():
            data[:, j] = _encode(bins, targets, train)
        if classes == 2:
            second = _two(data[train], labels[train], data[test], seed)
            out[test] = np.column_stack([1 - second, second])
        else:
            out[test] = _several(data[train], labels[train], data[test], classes, seed)
    return out


def _two(train: Floats, labels: Ints, test: Floats, seed: int) -> Floats:
    """Least squares on 0/1: the leaves are shares, and the forest is their mean."""
    import lightgbm as lgb

    params = {
        "boosting": "rf", "objective": "regression", "bagging_fraction": 0.632, "bagging_freq": 1,
        "feature_fraction_bynode": 0.4, "num_leaves": 127, "min_data_in_leaf": 3, "num_threads": 1,
        "deterministic": True, "force_row_wise": True, "verbose": -1, "seed": seed, "max_bin": 63,
        "feature_pre_filter": False,
    }  # fmt: skip
    booster = lgb.train(params, lgb.Dataset(train, label=labels), num_boost_round=TREES)
    given: Floats = np.clip(np.asarray(booster.predict(test, num_threads=1)), 0.0, 1.0)
    return given


def _several(train: Floats, labels: Ints, test: Floats, classes: int, seed: int) -> Floats:
    """Extremely randomised trees (Geurts, Ernst & Wehenkel 2006) hold all classes in one tree."""
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(TREES, min_samples_leaf=3, random_state=seed, n_jobs=1)
    forest.fit(np.clip(train, -1e30, 1e30), labels)
    out = np.zeros((len(test), classes))
    out[:, forest.classes_] = forest.predict_proba(np.clip(test, -1e30, 1e30))
    return out
