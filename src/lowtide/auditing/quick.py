"""A small model for the audit's own questions: what do these columns tell together, out of fold?"""

from __future__ import annotations

import numpy as np

from lowtide.stats.association import Floats, Ints, binned_predictions

ROUNDS = 60
INNER = 4


def _encode(bins: Ints, targets: Floats, train: Ints, weight: float = 5.0) -> Floats:
    """Return a target mean per bin for all rows, learned on ``train`` rows; training rows across inner folds.

    Several classes are put on one line (the mean class number); the trees cut it where they need.
    """
    line = targets @ np.arange(1.0, targets.shape[1] + 1)
    own, mean = line[train], float(line[train].mean())
    width = int(bins.max()) + 1
    total = np.bincount(bins[train], weights=own, minlength=width)
    number = np.bincount(bins[train], minlength=width)
    out: Floats = ((total + weight * mean) / (number + weight))[bins]
    # A training row that saw its own target in its code would teach the trees to read it back.
    inner = np.random.default_rng([len(train), 13]).permutation(len(train)) % INNER
    out[train] = binned_predictions(bins[train], own[:, None], inner, INNER, weight)[:, 0]
    return out


def out_of_fold(
    matrix: Floats,
    targets: Floats,
    fold: Ints,
    folds: int,
    seed: int,
    *,
    classes: int,
    tables: dict[int, Ints],
) -> Floats:
    """Predict targets (n, k) out of fold with shallow gradient-boosted trees on one thread.

    Parameters
    ----------
    matrix : (n, p), NaN missing. Columns in ``tables`` are replaced by target means learned in the fold.
    classes : 0 for a number (one target column), 2 binary, else the number of indicator columns.
    """
    import lightgbm as lgb

    n = len(matrix)
    out = np.empty_like(targets)
    params = {
        "objective": "regression" if classes == 0 else ("binary" if classes == 2 else "multiclass"),
        "learning_rate": 0.1, "num_leaves": 15 if n >= 1000 else 7, "lambda_l2": 1.0,
        "min_data_in_leaf": int(np.clip(n / 50, 3, 30)),
        "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1, "seed": seed,
        "feature_pre_filter": False, "max_bin": 127,
    }  # fmt: skip
    if classes > 2:
        params["num_class"] = classes
    label = targets.argmax(axis=1).astype(np.float64) if classes > 2 else targets[:, 0]
    rounds = ROUNDS if classes <= 2 else max(15, ROUNDS // classes * 2)
    for f in range(folds):
        train = np.flatnonzero(fold != f)
        test = np.flatnonzero(fold == f)
        if len(test) == 0:
            continue
        mean = targets[train].mean(axis=0)
        if matrix.shape[1] == 0 or len(train) < 10 or np.unique(label[train]).size < 2:
            out[test] = mean
            continue
        data = matrix.copy()
        for j, bins in tables.items():
            data[:, j] = _encode(bins, targets, train)
        booster = lgb.train(params, lgb.Dataset(data[train], label=label[train]), num_boost_round=rounds)
        out[test] = np.asarray(booster.predict(data[test], num_threads=1)).reshape(len(test), -1)
    return out
