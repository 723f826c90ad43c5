"""Intervals, scales and resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lowtide.stats.intervals import next_on_line, share_interval, t_quantile
from lowtide.stats.resampling import blocks, codes, resamples
from lowtide.stats.scales import Scale, fitted


@given(st.integers(1, 60), st.floats(0.5, 0.99))
def test_share_interval_is_the_exact_one(trials: int, confidence: float) -> None:
    for successes in {0, trials // 2, trials}:
        want = stats.binomtest(successes, trials).proportion_ci(confidence, method="exact")
        assert share_interval(successes, trials, confidence) == pytest.approx((want.low, want.high))


def test_share_interval_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="5 successes in 3 trials"):
        share_interval(5, 3)


def test_prediction_bound_on_a_line_covers_the_next_value() -> None:
    rng = np.random.default_rng(1)
    line = -0.7 * np.arange(8)
    held = [x[-1] >= next_on_line(x[:-1], 0.9)[1] for x in line + rng.normal(size=(4000, 8))]
    assert np.mean(held) == pytest.approx(0.9, abs=0.015)


def test_line_agrees_with_scipy() -> None:
    x = np.array([3.0, 2.5, 2.7, 1.2, 1.4])
    fit = stats.linregress(np.arange(1, 6), x)
    predicted, bound, t = next_on_line(x, 0.95)
    assert predicted == pytest.approx(fit.intercept + 6 * fit.slope)
    assert t == pytest.approx(fit.slope / fit.stderr)
    assert bound < predicted


def test_agreeing_values_do_not_beat_known_noise() -> None:
    same = np.full(4, 2.0)
    assert next_on_line(same, 0.95, noise=0.1)[1] < 1.8
    assert next_on_line(same, 0.95, noise=0.0) == (2.0, 2.0, 0.0)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="four values"):
        next_on_line(np.ones(3), 0.95)


def test_t_quantile_without_limit_is_normal() -> None:
    assert t_quantile(0.95, float("inf")) == pytest.approx(1.644854, abs=1e-6)
    assert t_quantile(0.95, 4) == pytest.approx(stats.t.ppf(0.95, 4))


@given(
    st.sampled_from([(0.0, 1.0), (-2.0, 5.0), (0.0, np.inf), (-np.inf, 1.0), (-np.inf, np.inf)]),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
)
def test_scales_rise_and_come_back(bounds: tuple[float, float], a: float, b: float) -> None:
    scale = Scale(*bounds)
    low, high = sorted((a, b))
    assert scale.back(float(scale.forward(np.array(low)))) == pytest.approx(low, rel=1e-9)
    assert scale.forward(np.array(low)) <= scale.forward(np.array(high))
    assert bounds[0] <= scale.back(-5000.0) <= scale.back(5000.0) <= bounds[1]


def test_scale_keeps_away_from_its_bounds() -> None:
    scale = fitted(0.0, 1.0, np.array([1.0]), edge=0.01)
    assert scale.back(float(scale.forward(np.array(1.0)))) == pytest.approx(0.99)
    half = fitted(0.0, np.inf, np.array([2.0, 6.0]), edge=0.01)
    assert half.back(float(half.forward(np.array(0.0)))) == pytest.approx(0.04)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.integers(0, 100))
def test_units_are_drawn_whole(units: list[int], seed: int) -> None:
    unit, count = codes(np.asarray(units))
    weights = np.concatenate(list(resamples(unit, count, 7, seed)))
    assert weights.shape == (7, len(units))
    for u in range(count):
        assert (weights[:, unit == u] == weights[:, unit == u][:, :1]).all()
    first = np.asarray([np.flatnonzero(unit == u)[0] for u in range(count)])
    assert (weights[:, first].sum(axis=1) == count).all()


def test_more_resamples_begin_with_the_same_ones() -> None:
    unit = np.arange(50)
    few = np.concatenate(list(resamples(unit, 50, 10, 3)))
    many = np.concatenate(list(resamples(unit, 50, 100, 3)))
    assert (many[:10] == few).all()


@given(st.integers(1, 200), st.integers(1, 50))
def test_blocks_are_consecutive_and_long_enough(rows: int, length: int) -> None:
    block = blocks(rows, length)
    assert len(block) == rows
    assert (np.diff(block) >= 0).all()
    assert np.bincount(block).min() >= min(length, rows)
