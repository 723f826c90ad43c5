"""What others report for the same draws: scikit-learn's random search, and FLAML when it is installed."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.honesty.draws import Draw
from bench.honesty.learners import Prepared
from bench.honesty.tables import Data

CONFIGURATIONS = 20
FLAML_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Report:
    """What a tool said about its own model, and what that model did on the untouched part."""

    tool: str
    reported: float
    real: float
    seconds: float


def search(data: Data, draw: Draw, seed: int) -> Report:
    """Run ``RandomizedSearchCV`` over gradient boosting with its defaults (five folds, mean score)."""
    from scipy.stats import loguniform, randint
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.model_selection import RandomizedSearchCV

    binary = data.source.kind == "binary"
    train, test = _matrices(data, draw)
    make = HistGradientBoostingClassifier if binary else HistGradientBoostingRegressor
    began = time.perf_counter()
    found = RandomizedSearchCV(
        make(random_state=seed, max_iter=60, early_stopping=False),
        {
            "learning_rate": loguniform(0.02, 0.4),
            "max_leaf_nodes": randint(3, 32),
            "min_samples_leaf": randint(3, 40),
            "l2_regularization": loguniform(1e-3, 10),
            "max_features": [0.3, 0.6, 1.0],
        },
        n_iter=CONFIGURATIONS,
        scoring="roc_auc" if binary else "neg_mean_absolute_error",
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found.fit(train, draw.y)
    reported = float(found.best_score_) * (1 if binary else -1)
    return Report(
        "RandomizedSearchCV", reported, _real(found, test, draw, binary), time.perf_counter() - began
    )


def flaml(data: Data, draw: Draw, seed: int) -> Report | None:
    """Run FLAML for `FLAML_SECONDS` on one thread; None when it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from flaml import AutoML
        except ImportError:
            return None
        binary = data.source.kind == "binary"
        rows = data.features.iloc[draw.rows].reset_index(drop=True)
        untouched = data.features.iloc[draw.untouched].reset_index(drop=True)
        began = time.perf_counter()
        model = AutoML()
        model.fit(
            X_train=_plain(rows),
            y_train=draw.y.astype(int) if binary else draw.y,
            task="classification" if binary else "regression",
            metric="roc_auc" if binary else "mae",
            time_budget=FLAML_SECONDS,
            n_jobs=1,
            seed=seed,
            verbose=0,
        )
        if model.model is None:
            return None
        reported = 1 - model.best_loss if binary else model.best_loss
        real = _real(model, _plain(untouched), draw, binary)
    return Report("FLAML", float(reported), real, time.perf_counter() - began)


def flaml_installed() -> bool:
    """Return whether FLAML's AutoML can be imported (it needs xgboost beside it)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from flaml import AutoML
        except ImportError:
            return False
    return AutoML is not None


def _matrices(data: Data, draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    prepared = Prepared(data.features.iloc[draw.rows], data.features.iloc[draw.untouched])
    return prepared.codes[0], prepared.codes[1]


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return text as pandas categories, which FLAML takes, and names that LightGBM takes."""
    columns = {}
    for place, name in enumerate(frame.columns):
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            values = values.astype("object").fillna("?").astype(str).astype("category")
        columns[f"c{place}"] = values
    return pd.DataFrame(columns)


def _real(model: Any, test: Any, draw: Draw, binary: bool) -> float:
    from sklearn.metrics import mean_absolute_error, roc_auc_score

    if binary:
        if len(np.unique(draw.y_test)) < 2:
            return float("nan")
        return float(roc_auc_score(draw.y_test, model.predict_proba(test)[:, 1]))
    return float(mean_absolute_error(draw.y_test, model.predict(test)))
