"""What must hold for every estimator of a floor, whatever it computes."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.core.task import Kind, Scheme
from lowtide.metrics import METRICS, get
from lowtide.metrics.metric import Column, Floats, Metric, mean_column
from lowtide.validate.estimators import ESTIMATORS, Estimator, Evidence
from tests.validate.estimators.made import evidence, rows_in_order

METRIC_NAMES = [m.name for m in METRICS]
WITHOUT_FLOOR = {"naive", "tibshirani"}
each = pytest.mark.parametrize("one", ESTIMATORS, ids=lambda e: e.name)


def made(metric: Metric | str, scheme: Scheme, **options: object) -> Evidence:
    groups = 24 if "groups" in scheme else None
    return evidence(metric, scheme=scheme, groups=groups, **options)  # type: ignore[arg-type]


def test_names_are_unique() -> None:
    assert len({e.name for e in ESTIMATORS}) == len(ESTIMATORS)


@each
class TestContract:
    @pytest.mark.parametrize("metric", METRIC_NAMES)
    def test_the_floor_is_on_the_bad_side_and_inside_the_bounds(self, one: Estimator, metric: str) -> None:
        for scheme in one.schemes:
            found = made(metric, scheme)
            bound = one.bound(found)
            if bound is None:
                continue
            judge = found.metric
            assert np.isfinite(bound.expected)
            assert np.isnan(bound.floor) == (one.name in WITHOUT_FLOOR)
            assert not judge.better(bound.floor, bound.expected)
            for value in (bound.expected, bound.floor):
                assert np.isnan(value) or judge.low <= value <= judge.high
            assert sorted(bound.weights) == [0.0] * 4 + [1.0]

    def test_it_answers_for_some_metric_under_each_of_its_schemes(self, one: Estimator) -> None:
        for scheme in one.schemes:
            assert any(one.bound(made(metric, scheme)) is not None for metric in METRIC_NAMES)

    @pytest.mark.parametrize("metric", ["roc_auc", "brier", "balanced_accuracy", "r2"])
    def test_the_order_of_rows_does_not_matter(self, one: Estimator, metric: str) -> None:
        for scheme in one.schemes:
            found = made(metric, scheme)
            order = np.random.default_rng(3).permutation(len(found.y))
            same(one, found, rows_in_order(found, order))

    def test_the_order_of_trials_does_not_matter(self, one: Estimator) -> None:
        found = made("roc_auc", one.schemes[0])
        assert found.nested is not None
        assert found.halves is not None
        order = np.array([3, 0, 4, 2, 1])
        other = replace(
            found,
            cube=found.cube[:, :, order],
            nested=found.nested[:, :, order],
            halves=found.halves[:, :, :, order],
        )
        a, b = one.bound(found), one.bound(other)
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            # Ties of AUC in small resamples go to the earlier trial.
            assert (a.expected, a.floor) == pytest.approx((b.expected, b.floor), abs=2e-3, nan_ok=True)
            assert (a.weights[order] == b.weights).all()

    def test_losses_and_gains_are_mirrored(self, one: Estimator) -> None:
        for scheme in one.schemes:
            found = made("mae", scheme)
            loss, gain = one.bound(found), one.bound(replace(found, metric=Gain()))
            assert (loss is None) == (gain is None)
            if loss is not None and gain is not None:
                assert (gain.expected, gain.floor) == pytest.approx(
                    (-loss.expected, -loss.floor), nan_ok=True
                )

    def test_the_unit_does_not_matter(self, one: Estimator) -> None:
        found = made("mae", one.schemes[0])
        assert found.nested is not None
        assert found.halves is not None
        other = replace(
            found,
            y=100 * found.y,
            cube=100 * found.cube,
            nested=100 * found.nested,
            halves=100 * found.halves,
        )
        a, b = one.bound(found), one.bound(other)
        if a is not None and b is not None:
            assert (b.expected, b.floor) == pytest.approx((100 * a.expected, 100 * a.floor), nan_ok=True)

    def test_only_candidates_are_shipped(self, one: Estimator) -> None:
        found = made("roc_auc", one.schemes[0])
        bound = one.bound(found)
        if bound is None:
            return
        rest = bound.weights == 0
        other = one.bound(replace(found, candidates=rest))
        assert other is not None
        assert other.weights[~rest].sum() == 0
        assert one.bound(replace(found, candidates=np.zeros(5, dtype=bool))) is None

    def test_one_class_only_has_no_bound(self, one: Estimator) -> None:
        found = made("roc_auc", one.schemes[0])
        assert one.bound(replace(found, y=np.zeros(len(found.y)))) is None

    def test_many_classes(self, one: Estimator) -> None:
        rng = np.random.default_rng(5)
        y = rng.integers(0, 3, 120).astype(float)
        cube = rng.random((2, 120, 4, 3)) + (y[:, None, None] == np.arange(3))
        cube /= cube.sum(axis=-1, keepdims=True)
        found = Evidence(
            y=y, cube=cube, folds=np.stack([rng.permutation(120) % 4 for _ in range(2)]), units=np.arange(120),
            candidates=np.ones(4, dtype=bool), metric=get("log_loss"), kind="multiclass", scheme="rows",
        )  # fmt: skip
        for metric in ("roc_auc", "log_loss", "balanced_accuracy", "accuracy"):
            bound = one.bound(replace(found, metric=get(metric)))
            assert bound is None or np.isfinite(bound.expected)

    def test_the_same_seed_gives_the_same_numbers(self, one: Estimator) -> None:
        found = made("roc_auc", one.schemes[0])
        same(one, found, found, exactly=True)


def same(one: Estimator, a: Evidence, b: Evidence, *, exactly: bool = False) -> None:
    first, second = one.bound(a), one.bound(b)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        tolerance = 0 if exactly else 1e-9
        assert (second.expected, second.floor) == pytest.approx(
            (first.expected, first.floor), rel=tolerance, abs=tolerance, nan_ok=True
        )
        assert (first.weights == second.weights).all()


class Gain(Metric):
    """Mean absolute error with its sign turned."""

    name = "gain"
    kinds: ClassVar[tuple[Kind, ...]] = ("regression",)
    low, high = -float("inf"), 0.0
    needs = "value"

    def column(self, y: Floats, p: Floats) -> Column:
        return mean_column(self.per_row(y, p))

    def per_row(self, y: Floats, p: Floats) -> Floats:
        return np.asarray(-np.abs(y - p))


@settings(max_examples=10)
@given(
    st.integers(0, 10_000), st.integers(12, 60), st.integers(1, 4), st.sampled_from(METRIC_NAMES),
    st.sampled_from(["rows", "groups", "future"]),
)  # fmt: skip
def test_small_data_give_an_ordered_answer_or_none(
    seed: int, n: int, trials: int, metric: str, scheme: Scheme
) -> None:
    groups = 6 if scheme == "groups" else None
    found = evidence(metric, n=n, trials=trials, folds=3, groups=groups, seed=seed, scheme=scheme, skill=0.3)
    for one in ESTIMATORS:
        bound = one.bound(found) if scheme in one.schemes else None
        if bound is not None:
            assert np.isfinite(bound.expected)
            assert not found.metric.better(bound.floor, bound.expected)
            assert bound.weights.sum() == 1


def test_without_inner_folds_and_halves_only_two_have_nothing_to_say() -> None:
    found = evidence("brier", extras=False)
    silent = {e.name for e in ESTIMATORS if e.bound(found) is None}
    assert silent == {"nested", "conservative_z", "bbc_ranks"}
