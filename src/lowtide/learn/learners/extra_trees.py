"""A forest of extremely randomised trees (Geurts, Ernst & Wehenkel 2006), kept as LightGBM text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.core.recipe import Style
from lowtide.core.task import Kind
from lowtide.learn.arrays import seen_classes, with_absent
from lowtide.learn.files import json_bytes, json_value
from lowtide.learn.forest_text import forest_text
from lowtide.learn.learner import Files, Fitted, Floats
from lowtide.learn.learners import constant
from lowtide.learn.trees import TreeModel

DEFAULTS: dict[str, Any] = {"trees": 100, "min_leaf": 3, "leaves": 1000, "columns": None}
# A bundle should stay small: about 80 bytes of text a leaf.
MOST_LEAVES = 200_000
LARGEST = 1e30  # sums of so many 32-bit numbers stay finite


@dataclass(frozen=True, slots=True)
class ForestFit:
    """A fitted forest.

    Attributes
    ----------
    model : the trees; a leaf holds the mean of the target, or the share of a class.
    fill : (p,) what stands for a missing value in each column.
    """

    model: TreeModel
    fill: Floats
    kind: Kind
    seen: tuple[int, ...] = ()
    classes: int = 0
    rows: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    def predict(self, X: Floats) -> Floats:
        out = self.model.predict(filled(X, self.fill))
        if self.kind != "multiclass":
            return out
        if out.ndim == 1:  # two of the classes were seen: the trees hold the share of the second
            out = np.column_stack([1.0 - out, out])
        return with_absent(out, np.asarray(self.seen), self.classes, self.rows)

    def predict_row(self, x: Floats) -> Floats:
        return np.asarray(self.predict(np.asarray(x, dtype=np.float64)[None, :])[0])

    def to_files(self) -> dict[str, bytes]:
        about = {
            "fill": [float(v) for v in self.fill],
            "kind": self.kind,
            "seen": list(self.seen),
            "classes": self.classes,
            "rows": self.rows,
            "settings": self.settings,
        }
        return {"forest.json": json_bytes(about), "forest.txt": self.model.text.encode("utf-8")}

    def facts(self) -> dict[str, Any]:
        return dict(self.settings)


@dataclass(frozen=True, slots=True)
class ExtraTrees:
    """``params``: see ``DEFAULTS``.

    ``columns`` is the share of the columns that compete at a split (default: the square root of their
    number, for regression 0.6). ``leaves`` caps a tree, and all trees together have at most
    ``MOST_LEAVES``. Codes of categories are taken as ordered.
    """

    name: str = "extra-trees"
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
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        chosen = {**DEFAULTS, **params}
        seen = seen_classes(y) if kind != "regression" else np.zeros(0, dtype=np.int64)
        outputs = len(seen) if len(seen) > 2 else 1
        trees = int(chosen["trees"])
        settings = {
            "n_estimators": trees,
            "min_samples_leaf": int(chosen["min_leaf"]),
            "max_leaf_nodes": max(2, min(int(chosen["leaves"]), MOST_LEAVES // (trees * outputs))),
            "max_features": chosen["columns"] or (0.6 if kind == "regression" else "sqrt"),
            "random_state": seed % (2**32),
            "n_jobs": threads,
        }
        fill = fills(X)
        dense = filled(X, fill)
        make = ExtraTreesRegressor if kind == "regression" else ExtraTreesClassifier
        target = y if kind == "regression" else y.astype(np.int64)
        forest = make(**settings).fit(dense.astype(np.float32), target, sample_weight=weight)
        told = {
            "trees": trees,
            "min_leaf": settings["min_samples_leaf"],
            "leaves": settings["max_leaf_nodes"],
            "columns": settings["max_features"],
            "inputs": X.shape[1],
        }
        model = TreeModel(forest_text([tree.tree_ for tree in forest.estimators_], X.shape[1], outputs))
        return ForestFit(model, fill, kind, tuple(int(c) for c in seen), classes, len(y), told)

    def load(self, files: Files) -> Fitted:
        fallback = constant.load(files)
        if fallback is not None:
            return fallback
        about = json_value(files, "forest.json")
        return ForestFit(
            model=TreeModel.from_files(files, "forest.txt"),
            fill=np.asarray(about["fill"], dtype=np.float64),
            kind=about["kind"],
            seen=tuple(about["seen"]),
            classes=int(about["classes"]),
            rows=int(about["rows"]),
            settings=dict(about["settings"]),
        )


def fills(X: Floats) -> Floats:
    """Return (p,) what stands for a missing value.

    Where training rows miss the value, a quarter of the range below the smallest one: a tree can then
    split the missing off. Elsewhere the median, so that a first missing value at serving is harmless.
    """
    out = np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        present = np.clip(X[~np.isnan(X[:, j]), j], -LARGEST, LARGEST)
        if len(present) == len(X):
            out[j] = np.median(present)
        elif len(present):
            low, high = float(present.min()), float(present.max())
            out[j] = low - (0.25 * (high - low) or 1.0)
    return np.clip(out, -LARGEST, LARGEST)


def filled(X: Floats, fill: Floats) -> Floats:
    """Return ``X`` without missing values, rounded to 32 bits as scikit-learn's trees see it."""
    X = np.where(np.isnan(X), fill, X)
    return np.clip(X, -LARGEST, LARGEST).astype(np.float32).astype(np.float64)
