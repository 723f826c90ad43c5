"""The next period: what a few noisy values in order of time say of the next one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.stats.local_level import next_value

VALUES = st.lists(st.floats(-3, 3), min_size=3, max_size=8)


@settings(max_examples=30, deadline=None)
@given(VALUES, st.floats(0.05, 2), st.floats(-5, 5), st.floats(0.2, 20))
def test_moves_and_stretches_with_the_values(
    values: list[float], error: float, shift: float, factor: float
) -> None:
    v, e = np.asarray(values), np.full(len(values), error)
    plain = next_value(v, e, error)
    moved = next_value(factor * v + shift, factor * e, factor * error)
    assert moved.mean == pytest.approx(factor * plain.mean + shift, abs=1e-6 * factor)
    assert moved.quantile(0.05) == pytest.approx(factor * plain.quantile(0.05) + shift, abs=1e-5 * factor)


@settings(max_examples=30, deadline=None)
@given(VALUES, st.floats(0.05, 2))
def test_quantiles_rise_and_more_noise_widens(values: list[float], error: float) -> None:
    v, e = np.asarray(values), np.full(len(values), error)
    told = next_value(v, e, error)
    assert told.quantile(0.01) < told.quantile(0.05) < told.quantile(0.5) < told.quantile(0.95)
    assert next_value(v, e, 2 * error).quantile(0.05) < told.quantile(0.05)


def test_equal_values_are_no_proof_of_a_steady_level() -> None:
    told = next_value(np.zeros(6), np.full(6, 1.0), 1.0)
    known = -1.645 * math.sqrt(1 + 1 / 6)
    assert told.mean == pytest.approx(0.0, abs=1e-12)
    assert 1.7 * known < told.quantile(0.05) < known


def test_a_wandering_level_is_followed() -> None:
    told = next_value(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), np.full(6, 0.1), 0.1)
    assert told.mean > 4
    assert told.quantile(0.05) < 4.5


@pytest.mark.parametrize("wander", [0.0, 0.7])
@pytest.mark.parametrize("differ", [0.0, 1.5])
def test_the_lower_quantile_is_kept_as_often_as_it_says(wander: float, differ: float) -> None:
    rng = np.random.default_rng([5, int(10 * wander), int(10 * differ)])
    held = 0
    for _ in range(300):
        level = np.cumsum(rng.normal(scale=wander, size=7)) if wander else np.zeros(7)
        values = level + rng.normal(scale=differ, size=7) + rng.normal(size=7)
        held += values[6] >= next_value(values[:6], np.ones(6), 1.0, wander=2.0).quantile(0.05)
    assert held >= 0.93 * 300


def test_one_value_says_nothing() -> None:
    with pytest.raises(ValueError, match="two values"):
        next_value(np.array([1.0]), np.array([1.0]), 1.0)
