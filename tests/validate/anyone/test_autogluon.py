"""AutoGluon's out-of-fold predictions, from a stand-in that answers as AutoGluon 1.6 does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lowtide.core.errors import UsageError
from lowtide.validate.anyone.collect import out_of_fold
from lowtide.validate.anyone.floor import floor

RNG = np.random.default_rng(0)
ROWS = 120
INDEX = RNG.permutation(1000)[:ROWS]
CODE = RNG.integers(0, 2, ROWS)
FRAME = pd.DataFrame(
    {
        "x": CODE + RNG.normal(size=ROWS),
        "label": np.where(CODE == 1, "yes", "no"),
        "fold": np.arange(ROWS) // 24,
    },
    index=INDEX,
)
BASE = ("LightGBM_BAG_L1", "RandomForest_BAG_L1")
ALL = (*BASE, "WeightedEnsemble_L2", "LightGBM_BAG_L2", "WeightedEnsemble_L3", "LightGBM_BAG_L1_FULL")


class Predictor:
    """What `lowtide` reads of a ``TabularPredictor``."""

    def __init__(
        self, y: pd.Series, *, kind: str = "binary", models: tuple[str, ...] = ALL, bagged: bool = True,
        labels: tuple[Any, ...] = ("no", "yes"), metric: str = "roc_auc", groups: str | None = None,
    ) -> None:  # fmt: skip
        self._y, self._models, self._bagged = y, models, bagged
        self.label, self.problem_type = "label", kind
        self.class_labels = None if kind == "regression" else list(labels)
        self.eval_metric = SimpleNamespace(name=metric)
        self._learner = SimpleNamespace(groups=groups)

    def model_names(self) -> list[str]:
        if not self._models:
            raise AssertionError("Predictor is not fit. Call `.fit` before calling `.model_names`.")
        return list(self._models)

    def _score(self, model: str) -> np.ndarray:
        if not self._bagged:
            raise AssertionError("Predictor must be in bagged mode to get out-of-fold predictions.")
        if model.endswith("_FULL"):
            raise AssertionError(f"{model} was refit and has no out-of-fold predictions.")
        rng = np.random.default_rng(len(model))
        return rng.normal(size=len(self._y))

    def predict_oof(self, model: str) -> pd.Series:
        return pd.Series(self._y + self._score(model), index=self._y.index)

    def predict_proba_oof(self, model: str) -> pd.DataFrame:
        labels = self.class_labels or []
        hit = np.column_stack([(self._y == c).to_numpy() for c in labels]).astype(float)
        share = np.exp(hit + 0.8 * self._score(model)[:, None] * (np.arange(len(labels)) - 0.5))
        return pd.DataFrame(share / share.sum(axis=1, keepdims=True), index=self._y.index, columns=labels)


def test_bagged_models_are_compared_and_weighted_ones_are_not() -> None:
    model = Predictor(FRAME["label"])
    made = out_of_fold(model, FRAME)
    assert made.names == (*BASE, "LightGBM_BAG_L2")
    assert (made.metric, made.positive, made.trials_total) == ("roc_auc", "yes", 3)
    np.testing.assert_array_equal(made.predictions[:, 0], model.predict_proba_oof(BASE[0])["yes"])
    found = floor(made)
    assert found.value is not None
    for said in (
        "2 weighted ensembles were left out",
        "1 stacked model is compared",
        "Early stopping may have",
    ):
        assert said in repr(found)
    turned = out_of_fold(model, FRAME, positive="no")
    np.testing.assert_allclose(turned.predictions, 1 - made.predictions)
    assert floor(turned).best == pytest.approx(found.best)


def test_rows_come_back_in_the_order_of_x() -> None:
    model = Predictor(FRAME["label"])
    made = out_of_fold(model, FRAME)
    order = RNG.permutation(ROWS)
    turned = out_of_fold(model, FRAME.iloc[order])
    np.testing.assert_array_equal(turned.predictions, made.predictions[order])
    more = pd.concat([FRAME, FRAME.iloc[:2].set_axis([5001, 5002])])
    longer = out_of_fold(model, more)
    assert np.isnan(longer.predictions[-2:]).all()
    assert floor(longer).value == floor(made).value
    with pytest.raises(UsageError, match="out-of-fold rows do not match the rows of X"):
        out_of_fold(model, FRAME.iloc[:50])
    with pytest.raises(UsageError, match="with a unique index"):
        out_of_fold(model, FRAME.set_axis(np.zeros(ROWS, dtype=int)))


def test_numbers_and_classes() -> None:
    y = pd.Series(RNG.normal(size=ROWS), index=INDEX)
    numbers = floor(out_of_fold(Predictor(y, kind="regression", metric="root_mean_squared_error"), FRAME, y))
    assert numbers.metric == "rmse"
    assert 0.5 < (numbers.best or 0) < 1.5
    letters = pd.Series(RNG.choice(["a", "b", "c"], ROWS), index=INDEX)
    model = Predictor(letters, kind="multiclass", labels=("c", "a", "b"), metric="accuracy")
    made = out_of_fold(model, FRAME, letters)
    assert made.predictions.shape == (ROWS, 3, 3)
    np.testing.assert_array_equal(made.predictions[:, 0], model.predict_proba_oof(BASE[0])[["a", "b", "c"]])
    with pytest.raises(UsageError, match="The tool knows the classes c, a, b, but y has x"):
        out_of_fold(model, FRAME, ["x"] * ROWS)


def test_groups_must_have_been_known_to_the_bags() -> None:
    groups = np.arange(ROWS) // 8
    with pytest.raises(
        UsageError, match=r"without regard to groups; fit TabularPredictor\(label, groups=COLUMN\)"
    ):
        out_of_fold(Predictor(FRAME["label"]), FRAME, groups=groups)
    model = Predictor(FRAME["label"], groups="fold")
    found = floor(out_of_fold(model, FRAME, groups=groups))
    assert (found.scheme, found.units) == ("groups", 15)
    assert "checked" not in repr(found)
    with pytest.raises(UsageError, match="Group '0' stands in several folds of the tool's folds"):
        out_of_fold(model, FRAME, groups=np.arange(ROWS) % 10)
    with pytest.raises(UsageError, match="X lacks the column 'fold' that numbered AutoGluon's folds"):
        out_of_fold(model, FRAME.drop(columns="fold"), groups=groups)
    with pytest.raises(UsageError, match="say nothing of the future; predict each period"):
        out_of_fold(model, FRAME, time=np.arange(ROWS))


@pytest.mark.parametrize(
    ("made", "options", "message"),
    [
        ({"bagged": False}, {}, "has out-of-fold predictions; fit it with num_bag_folds=5"),
        ({"models": ()}, {}, "This TabularPredictor is not fitted yet; fit it first, with num_bag_folds=5"),
        ({"models": ("WeightedEnsemble_L2",)}, {}, "No model of this TabularPredictor has out-of-fold"),
        ({"kind": "quantile"}, {}, "not AutoGluon's 'quantile'"),
        ({"metric": "pac"}, {}, "AutoGluon judged by 'pac'; say metric="),
        ({}, {"cv": 5}, "AutoGluon has made its predictions already; leave cv out"),
        ({}, {"limit": 5}, "limit is not for AutoGluon"),
    ],
)
def test_mistakes_are_named(made: dict[str, Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        out_of_fold(Predictor(FRAME["label"], **made), FRAME, **options)
