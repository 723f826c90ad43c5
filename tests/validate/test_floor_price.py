"""What a better floor costs in data."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.core.decision import Range
from lowtide.validate.floor_price import floor_price, shrink


def flat(k: float) -> Range:
    return Range(value=0.0, low=-0.01, high=0.0)


def growing(k: float) -> Range:
    return Range(value=0.02 * (1 - 1 / k), low=0.0, high=0.04 * (1 - 1 / k))


def test_four_times_the_rows_halve_the_distance() -> None:
    price = floor_price(0.8, 0.7, 0.74, greater_is_better=True, unit="rows", units=500, gain=flat)
    assert [(s.units, round(s.floor, 4)) for s in price.steps] == [(1000, 0.7293), (2000, 0.75)]
    assert price.to_half is not None and price.to_half.units == 2000 and not price.to_half.far
    need = price.to_baseline
    # 0.8 - 0.1 / sqrt(k) = 0.74 at k = 2.78
    assert need is not None and need.units == pytest.approx(1389, abs=1) and need.floor == 0.74
    assert need.soonest == need.units == need.latest


def test_the_learning_curve_brings_it_nearer() -> None:
    price = floor_price(0.8, 0.7, 0.74, greater_is_better=True, unit="rows", units=500, gain=growing)
    need = price.to_baseline
    assert (
        need is not None and need.units is not None and need.soonest is not None and need.latest is not None
    )
    assert need.soonest < need.units < need.latest
    step = price.steps[0]
    assert step.low < step.floor < step.high


def test_a_loss_is_the_same_upside_down() -> None:
    up = floor_price(0.8, 0.7, 0.74, greater_is_better=True, unit="rows", units=500, gain=growing)
    down = floor_price(-0.8, -0.7, -0.74, greater_is_better=False, unit="rows", units=500, gain=growing)
    assert down.to_baseline is not None and up.to_baseline is not None
    assert down.to_baseline.units == up.to_baseline.units
    assert [-s.floor for s in down.steps] == pytest.approx([s.floor for s in up.steps])
    assert all(s.low <= s.floor <= s.high for s in down.steps)


def test_a_baseline_above_what_is_expected_is_out_of_sight() -> None:
    price = floor_price(0.8, 0.7, 0.85, greater_is_better=True, unit="groups", units=30)
    assert price.to_baseline is not None and price.to_baseline.units is None and not price.curve


def test_a_floor_above_the_baseline_asks_for_nothing() -> None:
    price = floor_price(0.8, 0.7, 0.6, greater_is_better=True, unit="rows", units=500)
    assert price.to_baseline is None


def test_far_is_said() -> None:
    price = floor_price(0.8, 0.7, 0.765, greater_is_better=True, unit="rows", units=100)
    assert price.to_baseline is not None and price.to_baseline.far


def test_what_differs_between_periods_stays() -> None:
    assert shrink(1.0, 6, 0.95) == 1.0
    assert 0.6 < shrink(1000.0, 6, 0.95) < 0.9
    assert shrink(1000.0, None, 0.95) < 0.04
    price = floor_price(0.8, 0.7, 0.79, greater_is_better=True, unit="periods", units=6, windows=6)
    assert price.assumption == "windows" and price.to_baseline is not None and price.to_baseline.units is None


@settings(max_examples=60, deadline=None)
@given(st.floats(0.55, 0.95), st.floats(0.0, 0.2), st.floats(0.5, 0.95), st.integers(10, 10_000))
def test_more_data_never_lower_the_floor(expected: float, away: float, baseline: float, units: int) -> None:
    price = floor_price(
        expected, expected - away, baseline, greater_is_better=True, unit="rows", units=units, gain=growing
    )
    floors = [expected - away, *(s.floor for s in price.steps)]
    assert floors == sorted(floors)
    for need in (price.to_baseline, price.to_half):
        if need is not None and need.units is not None:
            assert need.units >= units and need.soonest is not None and need.soonest <= need.units
