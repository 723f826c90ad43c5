"""Out-of-fold predictions of scikit-learn's searches and estimators."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.dummy import DummyClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import f1_score, make_scorer, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import lowtide
from lowtide.core.errors import UsageError
from lowtide.validate.anyone.collect import out_of_fold
from lowtide.validate.anyone.floor import floor

ROWS = np.random.default_rng(0).choice(569, 150, replace=False)
X, Y = (a[ROWS] for a in load_breast_cancer(return_X_y=True))
X = X[:, [1, 4]]
NAMED = np.where(Y == 1, "fine", "bad")
GROUPS = np.arange(150) // 6
TREE = DecisionTreeClassifier(random_state=0)


def fitted(search: Any, *args: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return search.fit(*args, **options)


def test_public_name() -> None:
    assert lowtide.out_of_fold is out_of_fold


def test_a_random_search_is_judged_with_all_its_candidates() -> None:
    search = RandomizedSearchCV(
        TREE, {"max_depth": [1, 2, 3, 4, 5, 6], "min_samples_leaf": list(range(1, 30))}, n_iter=12, random_state=0,
        scoring="roc_auc", cv=StratifiedKFold(4, shuffle=True, random_state=1),
    )  # fmt: skip
    fitted(search, X, Y)
    made = out_of_fold(search, X, Y)
    assert (made.trials, made.trials_total, made.metric) == (12, 12, "roc_auc")
    best = search.best_estimator_
    again = cross_val_predict(best, X, Y, cv=search.cv, method="predict_proba")[:, 1]
    np.testing.assert_array_equal(made.predictions[:, search.best_index_], again)
    found = floor(made)
    assert found.trials == 12
    assert found.best == pytest.approx(max(roc_auc_score(Y, p) for p in made.predictions.T))
    assert found.value is not None
    assert found.value < search.best_score_
    assert found.value == floor(Y, made.predictions, folds=search.cv).value
    assert all("max_depth=" in name for name in found.shipped)
    assert "48 models were fitted" in repr(made)


def test_numbers_and_the_folds_of_a_search_by_number() -> None:
    x, y = (a[:120] for a in load_diabetes(return_X_y=True))
    search = fitted(
        GridSearchCV(Ridge(), {"alpha": [0.01, 1, 100]}, scoring="neg_mean_absolute_error", cv=4), x, y
    )
    made = out_of_fold(search, x, y)
    np.testing.assert_allclose(made.predictions[:, 1], cross_val_predict(Ridge(alpha=1), x, y, cv=KFold(4)))
    found = floor(made)
    assert (found.metric, found.turned, found.trials) == ("mae", True, 3)
    default = out_of_fold(fitted(GridSearchCV(Ridge(), {"alpha": [1]}), x, y), x, y)
    assert default.metric == "r2"
    other = floor(made, metric="rmse")
    assert other.metric == "rmse"


def test_labels_and_their_positive_class() -> None:
    search = fitted(GridSearchCV(TREE, {"max_depth": [1, 2]}, cv=3), X, NAMED)
    made = out_of_fold(search, X, NAMED)
    assert (made.metric, made.positive) == ("accuracy", "fine")
    turned = out_of_fold(search, pd.DataFrame(X), pd.Series(NAMED), positive="bad")
    assert turned.positive == "bad"
    np.testing.assert_allclose(turned.predictions, 1 - made.predictions)
    assert floor(turned, metric="roc_auc").best == pytest.approx(floor(made, metric="roc_auc").best)
    scorer = make_scorer(f1_score, pos_label="bad")
    by_scorer = out_of_fold(
        fitted(GridSearchCV(TREE, {"max_depth": [1, 2]}, scoring=scorer, cv=3), X, NAMED), X, NAMED
    )
    assert by_scorer.positive == "bad"
    np.testing.assert_allclose(by_scorer.predictions, turned.predictions)
    with pytest.raises(
        UsageError, match=r"These predictions are of 'bad'; say positive= in lowtide\.out_of_fold"
    ):
        floor(turned, positive="fine")


def test_candidates_that_fail() -> None:
    grid = {"max_depth": [2, 3, -1], "criterion": ["gini", "entropy"]}
    search = fitted(GridSearchCV(TREE, grid, cv=3), X, Y)
    made = out_of_fold(search, X, Y)
    assert (made.trials, made.trials_total) == (4, 4)
    assert "2 candidates had failed in the search itself" in repr(floor(made))
    broken = {"good": TREE, "bad": DecisionTreeClassifier(max_depth=-1)}
    some = out_of_fold(broken, X, Y)
    assert (some.names, some.trials_total) == (("good",), 2)
    assert "1 trial failed and could not be compared" in repr(some)
    assert floor(some).trials_total == 2
    with pytest.raises(
        UsageError, match="None of the 1 candidates could be fitted on every fold; the first: bad: Inv"
    ):
        out_of_fold({"bad": broken["bad"]}, X, Y)


def test_a_limit_keeps_the_best_and_the_number_of_all() -> None:
    search = fitted(GridSearchCV(TREE, {"max_depth": [1, 2, 3, 4, 5, 6, 7]}, scoring="roc_auc", cv=3), X, Y)
    made = out_of_fold(search, X, Y, limit=3)
    assert (made.trials, made.trials_total) == (3, 7)
    best = np.argsort(search.cv_results_["rank_test_score"], kind="stable")[:3]
    assert made.names == tuple(f"max_depth={search.cv_results_['params'][i]['max_depth']}" for i in best)
    found = floor(made)
    assert (found.trials, found.trials_total) == (3, 7)
    assert "3 of 7 trials" in repr(found)


def test_halving_counts_each_configuration_once() -> None:
    search = HalvingGridSearchCV(
        TREE, {"max_depth": [1, 2, 3, 4, 5, 6]}, random_state=0, cv=3, min_resources=30
    )
    fitted(search, X, Y)
    assert len(search.cv_results_["params"]) > 6
    made = out_of_fold(search, X, Y)
    assert (made.trials, made.trials_total) == (6, 6)


def test_several_scores() -> None:
    grid = {"max_depth": [1, 2]}
    search = fitted(
        GridSearchCV(TREE, grid, scoring=["roc_auc", "neg_log_loss"], refit="neg_log_loss", cv=3), X, Y
    )
    assert out_of_fold(search, X, Y).metric == "neg_log_loss"
    unnamed = fitted(GridSearchCV(TREE, grid, scoring=["roc_auc", "accuracy"], refit=False, cv=3), X, Y)
    with pytest.raises(UsageError, match=r"several scores and refit names none of them; say metric="):
        out_of_fold(unnamed, X, Y)
    assert out_of_fold(unnamed, X, Y, metric="roc_auc").metric == "roc_auc"


def test_estimators_pipelines_and_containers() -> None:
    models = [make_pipeline(StandardScaler(), LogisticRegression()), RidgeClassifier(), DummyClassifier()]
    made = out_of_fold(models, pd.DataFrame(X), NAMED)
    assert made.names == ("0 Pipeline", "1 RidgeClassifier", "2 DummyClassifier")
    assert made.metric == "roc_auc"
    assert (made.predictions[:, 1] < 0).any(), "a ranking takes decision_function's values"
    log = out_of_fold(models, X, NAMED, metric="neg_log_loss")
    assert log.names == ("0 Pipeline", "2 DummyClassifier")
    one = out_of_fold(LogisticRegression(), csr_matrix(X), Y)
    assert (one.trials, one.names) == (1, ("LogisticRegression",))
    nested = out_of_fold([GridSearchCV(TREE, {"max_depth": [1, 2]}, cv=2)], X, Y)
    assert nested.trials == 1
    again = out_of_fold({"a": TREE}, X.tolist(), Y.tolist(), n_jobs=1)
    np.testing.assert_array_equal(again.predictions, out_of_fold([("a", TREE)], X, Y).predictions)


def test_classes_and_one_that_a_fold_lacks() -> None:
    x, y = (a[::3] for a in load_wine(return_X_y=True))
    letters = np.array(list("cab"))[y]
    made = out_of_fold({"tree": TREE, "ridge": RidgeClassifier()}, x, letters, metric="accuracy")
    assert made.predictions.shape == (60, 2, 3)
    hits = np.array(list("abc"))[made.predictions[:, 0].argmax(axis=1)] == letters
    assert floor(made).best == pytest.approx(max(hits.mean(), floor(made).best or 0))
    assert hits.mean() > 0.7
    rest = letters == "c"
    held = [
        (np.flatnonzero(~rest), np.flatnonzero(rest)),
        (np.flatnonzero(rest[:40]), np.flatnonzero(~rest[:40])),
    ]
    with pytest.raises(UsageError, match="None of the 1 candidates"):
        out_of_fold([LogisticRegression()], x, letters, cv=held)
    lacking = out_of_fold([TREE], x, letters, cv=held[:1])
    assert (lacking.predictions[rest][:, 0, 2] == 0).all()


def test_groups_and_time_choose_the_folds() -> None:
    models = {"a": TREE, "b": LogisticRegression()}
    by_group = out_of_fold(models, X, Y, groups=GROUPS)
    assert by_group.folds is not None
    for train, test in by_group.folds.pairs or ():
        assert not set(GROUPS[train]) & set(GROUPS[test])
    assert floor(by_group).scheme == "groups"
    time = np.random.default_rng(0).permutation(150)
    ahead = out_of_fold(models, X, Y, time=time)
    assert ahead.folds is not None
    for train, test in ahead.folds.pairs or ():
        assert time[train].max() < time[test].min()
    assert floor(ahead).scheme == "future"
    both = out_of_fold(models, X, Y, time=time, groups=GROUPS)
    assert both.folds is not None
    for train, test in both.folds.pairs or ():
        assert time[train].max() < time[test].min()
        assert not set(GROUPS[train]) & set(GROUPS[test])
    found = floor(both)
    assert found.scheme == "groups+future"
    assert not [n for n in found.notes if "unchecked" in n.code]


def test_folds_of_a_search_must_suit_groups_and_time() -> None:
    search = fitted(GridSearchCV(TREE, {"max_depth": [1, 2]}, cv=StratifiedKFold(3)), X, Y)
    with pytest.raises(UsageError, match="Group '0' stands on both sides of fold 1 of cv=StratifiedKFold"):
        out_of_fold(search, X, Y, groups=GROUPS % 5)
    with pytest.raises(UsageError, match="that are not earlier than the first it predicts"):
        out_of_fold(search, X, Y, time=np.arange(150))
    assert floor(out_of_fold(search, X, Y, groups=GROUPS, cv=GroupKFold(5))).scheme == "groups"
    ahead = floor(out_of_fold(search, X, Y, cv=TimeSeriesSplit(4)))
    assert (ahead.scheme, ahead.rows) == ("future", 120)
    own = fitted(GridSearchCV(TREE, {"max_depth": [1, 2]}, cv=GroupKFold(4)), X, Y, groups=GROUPS)
    assert floor(out_of_fold(own, X, Y, groups=GROUPS)).units == 25


def test_the_first_of_repeats_is_used_and_said() -> None:
    made = out_of_fold([TREE], X, Y, cv=RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0))
    assert "Of 2 repeats the first was used" in repr(made)
    first = next(iter(RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0).split(X, Y)))
    assert made.folds is not None
    assert (made.folds.fold[first[1]] == 0).all()
    assert len(made.folds.pairs or ()) == 3
    restless = out_of_fold([TREE], X, Y, cv=StratifiedKFold(3, shuffle=True))
    assert "has no random_state" in repr(restless)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (GridSearchCV(TREE, {"max_depth": [1]}), {}, "This search has tried nothing yet; fit it first"),
        ("model", {}, "str is none of AutoGluon, FLAML, scikit-learn search, estimators; give its"),
        ([TREE, Ridge()], {}, "Classifiers and regressors cannot be compared"),
        ([TREE], {"limit": 2}, "limit is for searches that have a score already"),
        ([TREE], {"limit": 0}, "limit must be a number of candidates, 1 or more, not 0"),
        ([TREE], {"log": "x.log"}, "log is only for FLAML"),
        ([TREE], {"cv": 1}, "cv=1 cannot be used: k-fold"),
        ([TREE], {"cv": GroupKFold(3)}, r"cv=GroupKFold.* Give groups=\."),
        ([TREE], {"y": Y[:9]}, "X has 150 rows, but y has 9"),
        ([TREE], {"y": None}, "y is missing: give the outcomes of the rows"),
        ([TREE], {"groups": np.zeros(150)}, "All rows are of one group, so nothing can be held out"),
        ([TREE], {"positive": "x"}, "positive is 'x', but y has the labels 0, 1"),
    ],
)
def test_mistakes_are_named(model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        out_of_fold(model, **{"X": X, "y": Y, **options})


def test_nothing_else_may_be_said_beside_out_of_fold_predictions() -> None:
    made = out_of_fold([TREE], X, Y)
    with pytest.raises(UsageError, match="hold their groups already; leave groups out here"):
        floor(made, groups=GROUPS)
    with pytest.raises(UsageError, match="predictions are missing"):
        floor(Y)
