"""Each metric against the contract and against scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from lowtide.core.errors import UsageError
from lowtide.core.task import Costs
from lowtide.metrics import METRICS, cost, default, get
from lowtide.metrics.metric import Floats
from tests.metrics.contract import MetricContract, sample


class TestRocAuc(MetricContract):
    metric, best, chance = get("roc_auc"), 1.0, 0.5


class TestAveragePrecision(MetricContract):
    metric, best = get("average_precision"), 1.0


class TestLogLoss(MetricContract):
    metric, best = get("log_loss"), 0.0


class TestBrier(MetricContract):
    metric, best = get("brier"), 0.0


class TestBalancedAccuracy(MetricContract):
    metric, best, chance = get("balanced_accuracy"), 1.0, 0.5


class TestF1(MetricContract):
    metric, best = get("f1"), 1.0


class TestAccuracy(MetricContract):
    metric, best = get("accuracy"), 1.0


class TestCost(MetricContract):
    metric = cost(Costs(false_positive=2.0, false_negative=7.0, true_positive=-1.0))

    @property
    def best(self) -> float:  # type: ignore[override]
        y, _ = sample(self.metric, 60, 1)
        return float(-y.mean())


class TestMae(MetricContract):
    metric, best = get("mae"), 0.0


class TestRmse(MetricContract):
    metric, best = get("rmse"), 0.0


class TestR2(MetricContract):
    metric, best, chance = get("r2"), 1.0, 0.0


class TestWape(MetricContract):
    metric, best = get("wape"), 0.0


REFERENCE: dict[str, Callable[..., Any]] = {
    "roc_auc": sk.roc_auc_score,
    "average_precision": sk.average_precision_score,
    "log_loss": sk.log_loss,
    "brier": sk.brier_score_loss,
    "balanced_accuracy": lambda y, p, sample_weight: sk.balanced_accuracy_score(
        y, p >= 0.5, sample_weight=sample_weight
    ),
    "f1": lambda y, p, sample_weight: sk.f1_score(y, p >= 0.5, sample_weight=sample_weight),
    "accuracy": lambda y, p, sample_weight: sk.accuracy_score(y, p >= 0.5, sample_weight=sample_weight),
    "mae": sk.mean_absolute_error,
    "rmse": sk.root_mean_squared_error,
    "r2": sk.r2_score,
    "wape": lambda y, p, sample_weight: (sample_weight * abs(y - p)).sum() / (sample_weight * abs(y)).sum(),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_agrees_with_scikit_learn(name: str) -> None:
    metric = get(name)
    for seed in range(10):
        y, p = sample(metric, 60, seed)
        w = np.random.default_rng(seed).random(60) + 0.1
        assert metric(y, p, w) == pytest.approx(REFERENCE[name](y, p, sample_weight=w), rel=1e-9)


def _scored(truth: Callable[..., float], **options: Any) -> Callable[[Floats, Floats, Floats], float]:
    return lambda y, p, w: truth(y, p, sample_weight=w, **options)


def _called(truth: Callable[..., float], **options: Any) -> Callable[[Floats, Floats, Floats], float]:
    return lambda y, p, w: truth(y, np.argmax(p, axis=1), sample_weight=w, **options)


MULTICLASS = {
    "roc_auc": _scored(sk.roc_auc_score, multi_class="ovr", average="weighted"),
    "average_precision": _scored(sk.average_precision_score, average="weighted"),
    "log_loss": _scored(sk.log_loss),
    "brier": _scored(sk.brier_score_loss, scale_by_half=True),
    "accuracy": _called(sk.accuracy_score),
    "balanced_accuracy": _called(sk.balanced_accuracy_score),
    "f1": _called(sk.f1_score, average="macro"),
}


@pytest.mark.parametrize("name", MULTICLASS)
def test_agrees_with_scikit_learn_on_classes(name: str) -> None:
    metric = get(name)
    for seed in range(5):
        y, p = sample(metric, 80, seed, classes=4)
        w = np.random.default_rng(seed).random(80) + 0.1
        assert metric(y, p, w) == pytest.approx(MULTICLASS[name](y, p, w), rel=1e-9)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "balanced_accuracy"])
def test_one_class_is_undefined(name: str) -> None:
    for label in (0.0, 1.0):
        assert np.isnan(get(name)(np.full(5, label), np.linspace(0, 1, 5)))


def test_f1_without_positives_is_undefined() -> None:
    assert np.isnan(get("f1")(np.zeros(5), np.linspace(0, 1, 5)))


def test_cost_counts_money() -> None:
    metric = cost(Costs(false_positive=10, false_negative=100, true_positive=-50, true_negative=1))
    y, p = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.9, 0.2, 0.8])
    assert metric.at(y, p, 0.5) == pytest.approx((1 + 10 + 100 - 50) / 4)
    assert metric.default_threshold() == pytest.approx(9 / (9 + 150))
    assert (metric.low, metric.high) == (-50, 100)
    assert not metric.greater_is_better


def test_a_dear_miss_lowers_the_threshold() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(3000)
    y = (rng.random(3000) < p).astype(float)
    chosen = cost(Costs(false_positive=1, false_negative=9)).choose(y, p)
    assert 0.02 < chosen < 0.2


def test_threshold_between_neighbouring_floats_keeps_the_upper_one() -> None:
    low = 0.3
    high = np.nextafter(low, 1)
    y, p = np.array([0.0, 1.0]), np.array([low, high])
    metric = get("accuracy")
    assert metric.at(y, p, metric.choose(y, p)) == 1.0


def test_names_are_unique_and_defaults_exist() -> None:
    names = [m.name for m in METRICS]
    assert len(set(names)) == len(names) == 12
    for kind in ("binary", "multiclass", "regression"):
        assert kind in get(default(kind)).kinds  # type: ignore[arg-type]


def test_unknown_or_unfit_metric_says_what_there_is() -> None:
    with pytest.raises(UsageError, match="Did you mean 'roc_auc'"):
        get("rocauc")
    with pytest.raises(UsageError, match="does not judge a regression target; use mae"):
        get("roc_auc", kind="regression")
