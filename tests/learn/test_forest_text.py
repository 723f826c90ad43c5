"""Extra trees written as LightGBM text answer as scikit-learn's own forest does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from lowtide.learn.forest_text import forest_text
from lowtide.learn.learners.extra_trees import ExtraTrees, filled, fills
from lowtide.learn.trees import TreeModel


def _data(seed, n=250, p=6):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-6, 9, p)
    X[:, 0] = rng.integers(0, 3, n) / 3.0  # values that 32 bits cannot hold, repeated: ties at thresholds
    score = np.argsort(np.argsort(X[:, 1] / np.abs(X[:, 1]).max() + X[:, 0] + 0.3 * rng.normal(size=n)))
    return X.astype(np.float32).astype(np.float64), score / n


@pytest.mark.parametrize("kind", ["regression", "binary", "multiclass"])
@given(seed=st.integers(0, 10**6))
def test_equals_scikit_learn(kind, seed):
    X, score = _data(seed)
    new, _ = _data(seed + 1)
    settings = {"n_estimators": 7, "min_samples_leaf": 3, "max_leaf_nodes": 60, "random_state": seed}
    if kind == "regression":
        forest = ExtraTreesRegressor(**settings).fit(X, 1e5 * score)
        wanted, outputs = forest.predict(new), 1
    else:
        classes = 2 if kind == "binary" else 4
        forest = ExtraTreesClassifier(**settings).fit(X, (score * classes).astype(int))
        wanted, outputs = forest.predict_proba(new), classes
        if kind == "binary":
            wanted, outputs = wanted[:, 1], 1
    found = TreeModel(forest_text([t.tree_ for t in forest.estimators_], X.shape[1], outputs)).predict(new)
    assert np.allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_inputs_exactly_at_thresholds_go_left():
    X, score = _data(1)
    forest = ExtraTreesRegressor(n_estimators=3, max_leaf_nodes=20, random_state=0).fit(X, score)
    model = TreeModel(forest_text([t.tree_ for t in forest.estimators_], X.shape[1], 1))
    rows = []
    for tree in forest.estimators_:
        for feature, threshold in zip(tree.tree_.feature, tree.tree_.threshold, strict=True):
            if feature >= 0:
                for value in (np.float32(threshold), np.nextafter(np.float32(threshold), np.float32(np.inf))):
                    row = X[len(rows) % len(X)].copy()
                    row[feature] = value
                    rows.append(row)
    new = np.asarray(rows)
    assert np.allclose(model.predict(new), forest.predict(new), rtol=1e-12, atol=1e-12)


def test_a_forest_of_stubs():
    """Trees that never split are a single leaf in the text."""
    X, score = np.zeros((20, 2)), np.arange(20) % 2
    fitted = ExtraTrees().fit(X, score * 1.0, kind="binary", classes=2, params={"trees": 4}, seed=0)
    assert np.allclose(fitted.predict(X), 0.5)


def test_missing_is_told_apart_where_training_missed_it_else_the_median():
    X = np.array([[1.0, 5.0, np.nan], [np.nan, 6.0, np.nan], [3.0, 9.0, np.nan]])
    fill = fills(X)
    assert fill[0] < 1.0
    assert fill[1] == 6.0
    assert not np.isnan(filled(X, fill)).any()


def test_huge_values_do_not_overflow():
    X = np.array([[1e300], [-1e300], [np.nan], [1.0]] * 20)
    y = np.array([1.0, 0.0, 0.0, 1.0] * 20)
    fitted = ExtraTrees().fit(X, y, kind="binary", classes=2, params={"trees": 20}, seed=0)
    assert np.isfinite(fitted.predict(X)).all()


def test_size_is_capped():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 3))
    y = rng.integers(0, 2, 3000) * 1.0
    fitted = ExtraTrees().fit(X, y, kind="binary", classes=2, params={"trees": 10, "leaves": 50}, seed=0)
    text = fitted.to_files()["forest.txt"].decode()
    assert all(int(line.split("=")[1]) <= 50 for line in text.splitlines() if line.startswith("num_leaves="))
