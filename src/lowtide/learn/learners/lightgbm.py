"""Gradient-boosted trees: LightGBM, made deterministic and safe on tiny data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.core.recipe import Style
from lowtide.core.task import Kind
from lowtide.learn.files import json_bytes, json_value
from lowtide.learn.learner import Files, Fitted, Floats
from lowtide.learn.learners import constant
from lowtide.learn.trees import TreeModel

DEFAULTS: dict[str, Any] = {
    "rounds": 120,
    "leaves": 15,
    "rate": 0.06,
    "min_leaf": 20,
    "depth": -1,
    "columns": 1.0,
    "rows": 1.0,
    "l2": 1.0,
    "objective": "l2",
    "keep": 1.0,
}
# Of a wide matrix (texts give hundreds of columns), a tree draws about so many columns.
WIDE = 64
# Threads meet at a barrier several times a leaf. When another process holds a core, they spin there: 26,000
# rows of 14 columns then took 40 s on two threads and 0.2 s on one. Only very large tables are worth that.
MANY_CELLS = 20_000_000


@dataclass(frozen=True, slots=True)
class BoosterFit:
    """A fitted booster, kept as LightGBM text.

    Attributes
    ----------
    model : the trees.
    offset, scale : regression targets were (y - offset) / scale; LightGBM keeps targets in 32 bits.
    """

    model: TreeModel
    offset: float = 0.0
    scale: float = 1.0
    regression: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    def predict(self, X: Floats) -> Floats:
        raw = self.model.predict(X)
        return raw * self.scale + self.offset if self.regression else raw

    def predict_row(self, x: Floats) -> Floats:
        return np.asarray(self.predict(np.asarray(x, dtype=np.float64)[None, :])[0])

    def to_files(self) -> dict[str, bytes]:
        about = {
            "offset": self.offset,
            "scale": self.scale,
            "regression": self.regression,
            "settings": self.settings,
        }
        return {"booster.json": json_bytes(about), "booster.txt": self.model.text.encode("utf-8")}

    def facts(self) -> dict[str, Any]:
        return dict(self.settings)


@dataclass(frozen=True, slots=True)
class LightGBM:
    """``params``: see ``DEFAULTS``; ``rounds`` is fixed in advance, no held-out row decides when to stop.

    ``min_leaf`` is lowered to a tenth of the rows on tiny data. ``objective`` is ``l2`` or ``l1``
    (regression only). ``keep`` below 1 fits twice: all columns, then only that share of them with the
    largest gain, chosen on the training rows alone.
    """

    name: str = "lightgbm"
    style: Style = "tree"
    kinds: tuple[Kind, ...] = ("binary", "multiclass", "regression")

    def fit(
        self,
        X: Floats,
        y: Floats,
        *,
        kind: Kind,
        classes: int,
        params: Mapping[str, Any],
        seed: int,
        threads: int = 1,
        categorical: tuple[int, ...] = (),
        names: tuple[str, ...] = (),
        weight: Floats | None = None,
    ) -> Fitted:
        if constant.hopeless(y, kind) or X.shape[1] == 0:
            return constant.average(y, kind, classes, weight, {"rule": "constant", "rows": len(y)})
        chosen = {**DEFAULTS, **params}
        offset, scale = (float(y.mean()), float(y.std()) or 1.0) if kind == "regression" else (0.0, 1.0)
        target = (y - offset) / scale if kind == "regression" else y
        settings = _settings(chosen, kind, classes, len(y), X.shape[1], seed, threads)
        X = np.array(X, dtype=np.float64, order="C")
        for j in categorical:  # LightGBM takes negative codes for missing, but says so on stdout
            X[X[:, j] < 0, j] = np.nan
        text, gain = _train(X, target, settings, int(chosen["rounds"]), categorical, weight)
        if float(chosen["keep"]) < 1.0:
            worse = np.argsort(-gain, kind="stable")[int(np.ceil(float(chosen["keep"]) * X.shape[1])) :]
            X[:, worse] = 0.0  # a constant column is never split on
            text, gain = _train(X, target, settings, int(chosen["rounds"]), categorical, weight)
        order = [j for j in np.argsort(-gain, kind="stable")[:20] if gain[j] > 0]
        told = {
            **{key: chosen[key] for key in DEFAULTS if key != "objective" or kind == "regression"},
            "min_leaf": settings["min_data_in_leaf"],
            "inputs": X.shape[1],
            "strongest": [[names[j] if len(names) == X.shape[1] else str(j), float(gain[j])] for j in order],
        }
        # The model that predicts is the one that was written down, so that a loaded copy cannot differ.
        return BoosterFit(TreeModel(text), offset, scale, kind == "regression", told)

    def load(self, files: Files) -> Fitted:
        fallback = constant.load(files)
        if fallback is not None:
            return fallback
        about = json_value(files, "booster.json")
        return BoosterFit(
            TreeModel.from_files(files, "booster.txt"),
            float(about["offset"]),
            float(about["scale"]),
            bool(about["regression"]),
            dict(about["settings"]),
        )


def _settings(
    chosen: Mapping[str, Any], kind: Kind, classes: int, n: int, p: int, seed: int, threads: int
) -> dict[str, Any]:
    least = max(2, min(int(chosen["min_leaf"]), n // 10))
    settings: dict[str, Any] = {
        "objective": {
            "binary": "binary",
            "multiclass": "multiclass",
            "regression": "regression_l1" if chosen["objective"] == "l1" else "regression",
        }[kind],
        "num_leaves": int(chosen["leaves"]),
        "learning_rate": float(chosen["rate"]),
        "max_depth": int(chosen["depth"]),
        "min_data_in_leaf": least,
        "min_data_per_group": max(least, min(50, n // 10)),
        "min_data_in_bin": 3 if n >= 200 else 1,
        "feature_fraction": min(float(chosen["columns"]), max(WIDE, 4 * p**0.5) / p),
        "bagging_fraction": float(chosen["rows"]),
        "bagging_freq": 1 if float(chosen["rows"]) < 1.0 else 0,
        "lambda_l2": float(chosen["l2"]),
        "feature_pre_filter": False,
        "seed": seed % (2**31),
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads if n * p >= MANY_CELLS else 1,
        "verbosity": -1,
    }
    if kind == "multiclass":
        settings["num_class"] = classes
    return settings


def _train(
    X: Floats,
    y: Floats,
    settings: dict[str, Any],
    rounds: int,
    categorical: tuple[int, ...],
    weight: Floats | None,
) -> tuple[str, Floats]:
    """Return the model's text and the gain of each column (p,)."""
    import lightgbm

    data = lightgbm.Dataset(
        X, label=y, weight=weight, categorical_feature=list(categorical), params=settings, free_raw_data=True
    )
    booster = lightgbm.train(settings, data, num_boost_round=rounds)
    gain = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
    # The block of parameters records the number of threads; trees and objective stand before it.
    text = re.sub(
        r"\nparameters:\n.*?end of parameters\n", "\n", booster.model_to_string(), count=1, flags=re.DOTALL
    )
    return text, gain
