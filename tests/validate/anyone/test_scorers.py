"""Scikit-learn's scorers and any function as metric of a floor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from lowtide.core.errors import UsageError
from lowtide.metrics import METRICS, Metric, get
from lowtide.validate.anyone.called import Called, called
from lowtide.validate.anyone.floor import floor
from lowtide.validate.anyone.scorers import resolve

RNG = np.random.default_rng(3)
Y = RNG.integers(0, 2, 120)
P = np.clip(0.3 * Y[:, None] + 0.7 * RNG.random((120, 3)), 0, 1)
VALUE = RNG.normal(size=120)
GUESS = VALUE[:, None] + RNG.normal(size=(120, 3))
THREE = RNG.integers(0, 3, 120)
SHARES = RNG.dirichlet(np.ones(3), (120, 2)) * 0.5 + 0.5 * np.eye(3)[THREE][:, None, :]
SHARES = SHARES / SHARES.sum(axis=2, keepdims=True)

SEVERAL = ("roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted", "top_k_accuracy")
SAME = [
    ("roc_auc", "roc_auc"),
    ("average_precision", "average_precision"),
    ("balanced_accuracy", "balanced_accuracy"),
    ("accuracy", "accuracy"),
    ("f1", "f1"),
    ("neg_log_loss", "log_loss"),
    ("neg_brier_score", "brier"),
    ("neg_mean_absolute_error", "mae"),
    ("neg_root_mean_squared_error", "rmse"),
    ("r2", "r2"),
]


@pytest.mark.parametrize(("scorer", "own"), SAME)
def test_a_scorer_is_the_metric_that_it_equals(scorer: str, own: str) -> None:
    numbers = "regression" in get(own).kinds
    y, p = (VALUE, GUESS) if numbers else (Y, P)
    a, b, c = floor(y, p, scorer), floor(y, p, own), floor(y, p, sk.get_scorer(scorer))
    assert (a.value, a.expected, a.best) == (b.value, b.expected, b.best) == (c.value, c.expected, c.best)
    assert a.metric == b.metric == c.metric == own
    assert a.asked == scorer
    assert a.turned == c.turned == scorer.startswith("neg_")
    assert not b.turned


@pytest.mark.parametrize(
    "scorer", ["neg_mean_absolute_error", "neg_root_mean_squared_error", "neg_mean_squared_error"]
)
def test_losses_are_losses_whatever_the_sign_of_the_scorer(scorer: str) -> None:
    found = floor(VALUE, GUESS, scorer)
    assert not found.greater_is_better
    loss = sk.get_scorer(scorer)._score_func
    assert found.best == pytest.approx(min(loss(VALUE, GUESS[:, t]) for t in range(3)))
    assert (found.value or 0) > (found.expected or 0) > 0
    assert f"a loss: scikit-learn's {scorer} with its sign turned back" in repr(found)
    assert "at most" in repr(found)


def test_functions_of_scikit_learn_are_known_by_themselves() -> None:
    assert resolve(sk.roc_auc_score).metric.name == "roc_auc"
    assert resolve(sk.mean_absolute_error).metric.name == "mae"
    assert resolve(sk.log_loss).metric.name == "log_loss"
    squared = resolve(sk.mean_squared_error).metric
    assert isinstance(squared, Called)
    assert not squared.greater_is_better
    assert squared.kinds == ("regression",)
    kappa = resolve(sk.cohen_kappa_score).metric
    assert kappa.greater_is_better
    assert not resolve(sk.hamming_loss).metric.greater_is_better


def test_other_options_are_another_metric() -> None:
    assert resolve("roc_auc_ovr_weighted").metric.name == "roc_auc"
    for other in ("roc_auc_ovr", "f1_macro", "precision", "neg_mean_squared_error", "matthews_corrcoef"):
        found = resolve(other).metric
        assert isinstance(found, Called)
        assert found.name == other.removeprefix("neg_")
    hard = resolve(sk.make_scorer(sk.roc_auc_score)).metric
    assert isinstance(hard, Called), "the AUC of hard labels is not the AUC of scores"
    beta = resolve(sk.make_scorer(sk.fbeta_score, beta=2)).metric
    assert isinstance(beta, Called)
    assert beta.options["beta"] == 2


def judged(metric: Any, y: Any, p: Any, classes: Any) -> float:
    """Return the score of one trial by a metric of a scorer, without a floor."""
    found = resolve(metric).metric
    assert isinstance(found, Called)
    found.of(np.asarray(classes))
    return found(y, p)


def test_labels_are_made_as_predict_makes_them() -> None:
    y, p = Y.astype(float), P[:, 0]
    assert judged("precision", y, p, [0, 1]) == pytest.approx(sk.precision_score(Y, p > 0.5))
    assert judged("precision", y, p, ["a", "b"]) == judged("precision", y, p, [0, 1])
    found = resolve("precision").metric
    assert found.choose(y, p) == 0.5
    weighted = sk.f1_score(THREE, SHARES[:, 0].argmax(axis=1), average="weighted")
    for classes in ([0, 1, 2], ["a", "b", "c"]):
        assert judged("f1_weighted", THREE.astype(float), SHARES[:, 0], classes) == pytest.approx(weighted)


def test_a_scorer_says_which_class_is_positive() -> None:
    labels = np.where(Y == 1, "bad", "good")
    found = floor(labels, P, sk.make_scorer(sk.f1_score, pos_label="bad"))
    assert (found.metric, found.value) == ("f1", floor(Y, P, "f1").value)
    hits = judged(
        sk.make_scorer(sk.precision_score, pos_label="bad"), Y.astype(float), P[:, 0], ["good", "bad"]
    )
    assert hits == pytest.approx(sk.precision_score(Y, P[:, 0] > 0.5))
    with pytest.raises(UsageError, match="positive is 'good', but the scorer was made with pos_label='bad'"):
        floor(labels, P, sk.make_scorer(sk.f1_score, pos_label="bad"), positive="good")


def test_classes_that_a_resample_lacks_are_named() -> None:
    metric = resolve("neg_log_loss").metric
    several = resolve("d2_log_loss_score").metric
    assert isinstance(several, Called)
    several.of(np.arange(3))
    two = (THREE < 2).astype(float)
    y, p = THREE.astype(float), SHARES[:, 0]
    null = sk.log_loss(THREE[THREE < 2], np.tile(np.bincount(THREE[THREE < 2], minlength=3) / two.sum(), (int(two.sum()), 1)),
                       labels=[0, 1, 2])  # fmt: skip
    assert several(y, p, two) == pytest.approx(1 - metric(y, p, two) / null, rel=1e-6)


def test_floor_of_a_function_for_decisions() -> None:
    found = floor(np.where(Y == 1, "b", "a")[:60], P[:60, 0], "matthews_corrcoef")
    assert found.best == pytest.approx(sk.matthews_corrcoef(Y[:60], P[:60, 0] > 0.5))
    assert found.threshold == 0.5
    assert found.value is not None
    assert found.value < (found.expected or 0)


def own_function(name: str) -> tuple[Metric, Any]:
    return {
        "mae": (
            get("mae"),
            lambda y, p, sample_weight=None: sk.mean_absolute_error(y, p, sample_weight=sample_weight),
        ),
        "rmse": (get("rmse"), lambda y, p: np.sqrt(np.mean((y - p) ** 2))),
        "roc_auc": (get("roc_auc"), sk.roc_auc_score),
        "brier": (get("brier"), lambda y, p: np.mean((y - p) ** 2)),
        "log_loss": (get("log_loss"), sk.log_loss),
    }[name]


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["mae", "rmse", "roc_auc", "brier", "log_loss"]),
    rows=st.integers(4, 30),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_function_equals_the_metric_under_any_counts(name: str, rows: int, seed: int) -> None:
    metric, function = own_function(name)
    rng = np.random.default_rng(seed)
    numbers = "regression" in metric.kinds
    y = rng.normal(size=rows) if numbers else (np.arange(rows) % 2).astype(float)
    p = rng.normal(size=rows) if numbers else rng.uniform(0.01, 0.99, rows)
    weights = rng.integers(0, 4, (5, rows)).astype(float)
    adapter = called(function, name="own", greater_is_better=metric.greater_is_better)
    adapter.of(np.empty(0) if numbers else np.array([0, 1]))
    np.testing.assert_allclose(
        adapter.column(y, p).scores(weights), metric.column(y, p).scores(weights), rtol=1e-12, atol=1e-12
    )


def test_a_function_gives_the_floor_of_the_metric_that_it_is() -> None:
    def mine(y: Any, p: Any) -> float:
        return float(np.abs(y - p).mean())

    found, own = floor(VALUE, GUESS, mine, greater_is_better=False), floor(VALUE, GUESS, "mae")
    assert found.metric == "mine"
    assert found.best == pytest.approx(own.best, abs=1e-12)
    # Of a function nobody knows the bounds, nor which rows carry it: the floor is near, not the same.
    assert found.expected == pytest.approx(own.expected, rel=0.03)
    assert found.value == pytest.approx(own.value, rel=0.1)
    mirrored = floor(VALUE, GUESS, lambda y, p: -float(np.abs(y - p).mean()), greater_is_better=True)
    assert mirrored.greater_is_better
    assert mirrored.expected == pytest.approx(-(found.expected or 0), abs=1e-9)
    assert mirrored.value == pytest.approx(-(found.value or 0), abs=1e-9)


def test_scorers_have_bounds() -> None:
    bounds = {n: (m.low, m.high) for n in ("precision", "matthews_corrcoef", "neg_max_error", "explained_variance")
              for m in [resolve(n).metric]}  # fmt: skip
    assert bounds["precision"] == (0, 1)
    assert bounds["matthews_corrcoef"] == (-1, 1)
    assert bounds["neg_max_error"] == (0, np.inf)
    assert bounds["explained_variance"] == (-np.inf, 1)


def test_every_scorer_of_scikit_learn_judges_as_scikit_learn_does() -> None:
    for name in sk.get_scorer_names():
        if name.endswith("_samples"):
            continue  # for several labels a row
        scorer = sk.get_scorer(name)
        found = resolve(name).metric
        numbers, several = found.kinds == ("regression",), name in SEVERAL
        y, p = (
            (np.abs(VALUE), np.abs(GUESS[:, 0]))
            if numbers
            else (THREE, SHARES[:, 0])
            if several
            else (Y, P[:, 0])
        )
        given = p
        if not numbers and scorer._response_method == "predict":
            given = (p > 0.5).astype(int)
        expected = scorer._score_func(y, given, **scorer._kwargs)
        if isinstance(found, Called):
            found.of(np.empty(0) if numbers else np.unique(y))
            found.probe(y.astype(float), p)
        assert found(y.astype(float), p) == pytest.approx(expected, rel=1e-9), name
        assert found.greater_is_better != name.startswith("neg_"), name


def three_arguments(estimator: Any, x: Any, y: Any) -> float:
    return 0.0


def broken(y: Any, p: Any) -> float:
    raise KeyError("no such thing")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"metric": lambda y, p: 0.0},
            "Is a greater '<lambda>' better\\? Say greater_is_better=True or False",
        ),
        (
            {"metric": three_arguments},
            r"'three_arguments' wants more than \(y, predictions\); a scorer of \(estimator, X, y\)",
        ),
        ({"metric": 7}, r"metric must be a name, a scorer or a function of \(y, predictions\), not int"),
        (
            {"metric": broken, "greater_is_better": True},
            "'broken' fails on these rows: KeyError: 'no such thing'; if it",
        ),
        (
            {"metric": lambda y, p: [1.0, 2.0], "greater_is_better": True},
            "'<lambda>' must return one number, not list",
        ),
        (
            {"metric": "neg_log_loss", "predictions": P * 3},
            "'log_loss' needs probabilities, but predictions reach from",
        ),
        (
            {"metric": "precision", "predictions": P - 1},
            "'precision' needs probabilities, but predictions reach from",
        ),
        ({"metric": "neg_mean_absolute_eror"}, "No metric 'neg_mean_absolute_eror'"),
        ({"metric": "r2", "y": np.where(Y == 1, "a", "b")}, "'r2' needs numbers in y, but it holds labels"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        floor(**{"y": Y, "predictions": P, **options})


def test_every_metric_of_lowtide_is_itself() -> None:
    for metric in METRICS:
        assert resolve(metric.name).metric is get(metric.name)
        assert resolve(metric).metric is metric
