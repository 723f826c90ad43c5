"""Trials that cannot be compared still count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide import metrics
from lowtide.validate.unseen import enlarge, expected_maximum, extra_optimism

SIZES = st.floats(0, 0.3)
COUNTS = st.integers(1, 500)


@pytest.mark.parametrize("count", [1, 2, 5, 30, 300])
def test_expected_maximum_is_that_of_normal_draws(count: int) -> None:
    drawn = np.random.default_rng(1).normal(size=(8000, count)).max(axis=1).mean()
    assert expected_maximum(count) == pytest.approx(drawn, abs=0.035)


@given(SIZES, SIZES, COUNTS)
def test_without_unseen_trials_nothing_moves(optimism: float, noise: float, compared: int) -> None:
    auc = metrics.get("roc_auc")
    assert enlarge(0.8, 0.7, optimism, compared, compared, noise=noise, metric=auc) == (0.8, 0.7)


@given(SIZES, SIZES, COUNTS, st.integers(0, 400), st.integers(0, 400), st.sampled_from(["roc_auc", "mae"]))
def test_every_unseen_trial_moves_both_to_the_bad_side(
    optimism: float, noise: float, compared: int, some: int, more: int, name: str
) -> None:
    metric = metrics.get(name)
    sign = 1.0 if metric.greater_is_better else -1.0
    few = enlarge(0.8, 0.7, optimism, compared, compared + some, noise=noise, metric=metric)
    many = enlarge(0.8, 0.7, optimism, compared, compared + some + more, noise=noise, metric=metric)
    for a, b, start in zip(few, many, (0.8, 0.7), strict=True):
        assert a is not None
        assert b is not None
        assert sign * b <= sign * a + 1e-12
        assert sign * a <= sign * start + 1e-12
        assert metric.low <= b <= metric.high


def test_the_growth_is_that_of_the_largest_of_alike_scores() -> None:
    """Scores share a part and differ by noise: what 20 of them show tells what 200 would do."""
    rng = np.random.default_rng(2)
    scores = 0.8 + 0.04 * rng.normal(size=(4000, 1)) + 0.02 * rng.normal(size=(4000, 200))
    of_20, of_200 = (scores[:, :k].max(axis=1).mean() - 0.8 for k in (20, 200))
    assert of_20 + extra_optimism(of_20, 0.05, 20, 200) == pytest.approx(of_200, abs=0.002)


def test_one_compared_trial_takes_the_whole_noise() -> None:
    assert extra_optimism(0.0, 0.03, 1, 40) == pytest.approx(0.03 * expected_maximum(40))
    assert extra_optimism(-0.01, 0.03, 5, 40) == 0.0, "where picking showed no luck, more of it shows none"
    assert extra_optimism(0.02, float("nan"), 1, 40) == 0.0


def test_what_is_not_there_stays_away() -> None:
    auc = metrics.get("roc_auc")
    assert enlarge(None, None, 0.02, 5, 50, noise=0.03, metric=auc) == (None, None)
