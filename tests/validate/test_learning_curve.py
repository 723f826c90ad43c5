"""The learning curve: planted laws are found, what the points do not carry is not said."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.metrics import get
from lowtide.validate import learning_curve as curves
from lowtide.validate.learning_curve import Chain, Points, fit, fractions_for, full_data_gain, measure, nested

FRACTIONS = np.array([0.125, 0.25, 0.5, 1.0])
AUC, MAE = get("roc_auc"), get("mae")


def planted(
    b: float, c: float, sd: float, *, seed: int = 0, chains: int = 5, up: bool = True, limit: float = 0.9
) -> Points:
    """Scores of chains on ``limit - b x^-c`` (or ``limit + b x^-c`` for losses) with noise of sd / sqrt(x)."""
    rng = np.random.default_rng([seed, chains])
    law = limit - (1 if up else -1) * b * FRACTIONS**-c
    luck = rng.normal(0, sd, (chains, 4)) / np.sqrt(FRACTIONS)
    shift = rng.normal(0, 0.01, (chains, 1))
    noise = np.tile(0.01**2 * np.ones((4, 4)) + 1e-12 * np.eye(4), (chains, 1, 1))
    return Points(FRACTIONS, law + luck + shift, noise, 800.0)


def true_gain(b: float, c: float, start: float, end: float) -> float:
    return b * (start**-c - end**-c)


@pytest.mark.parametrize("c", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("up", [True, False])
def test_a_planted_law_is_recovered(c: float, up: bool) -> None:
    curve = fit(planted(0.03, c, 1e-4, up=up), AUC if up else MAE, rows=1000)
    found = curve.gain(1.25, 2.5)
    assert found.value == pytest.approx(true_gain(0.03, c, 1.25, 2.5), rel=0.12)
    assert curve.rises > 0.99
    at = curve.score(2.5)
    assert at.value == pytest.approx(0.9 - (1 if up else -1) * 0.03 * 2.5**-c, abs=0.02)
    assert at.low <= at.value <= at.high


def test_intervals_of_the_gain_hold_as_often_as_they_say() -> None:
    held = []
    for seed in range(200):
        curve = fit(planted(0.02, 0.5, 0.006, seed=seed), AUC, rows=10**6)
        found = curve.gain(1.25, 2.5)
        held.append(found.low <= true_gain(0.02, 0.5, 1.25, 2.5) <= found.high)
    # 90 % is meant; of 200, 168 (84 %) would be seen by bad luck in fewer than 1 of 100 such tests.
    assert np.mean(held) >= 0.84


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.3, 1.0), min_size=20, max_size=20),
    st.floats(1.0, 4.0),
    st.floats(1.0, 4.0),
    st.booleans(),
)
def test_the_curve_never_falls_as_rows_grow(values: list[float], a: float, b: float, up: bool) -> None:
    scores = np.array(values).reshape(5, 4)
    points = Points(FRACTIONS, scores, np.tile(1e-4 * np.eye(4), (5, 1, 1)), 500.0)
    curve = fit(points, AUC if up else MAE, rows=700)
    small, large = sorted((a, b))
    sign = 1 if up else -1
    assert sign * (curve.score(large).value - curve.score(small).value) >= -1e-9
    gain = curve.gain(small, large)
    assert gain.value >= 0 and gain.low <= gain.value <= gain.high
    assert curve.gain(1.0, small).value <= curve.gain(1.0, large).value + 1e-12


def test_intervals_widen_with_distance_and_with_noise() -> None:
    quiet, loud = (fit(planted(0.03, 0.5, sd), AUC, rows=1000) for sd in (0.001, 0.01))
    widths = [quiet.gain(1.0, k) for k in (1.25, 2.0, 4.0, 16.0, math.inf)]
    spans = [w.high - w.low for w in widths]
    assert spans == sorted(spans)
    assert loud.gain(1.0, 2.0).high - loud.gain(1.0, 2.0).low > spans[1]


def test_future_windows_are_judged_as_the_next_one() -> None:
    points = planted(0.03, 0.5, 0.005, chains=4)
    mean, ahead = (fit(points, AUC, rows=1000, next_draw=f).gain(0.5, 1.0) for f in (False, True))
    assert ahead.high - ahead.low > mean.high - mean.low


def test_a_flat_and_a_falling_curve_are_told_apart() -> None:
    flat = fit(planted(0.0, 0.5, 0.003), AUC, rows=1000)
    assert flat.gain(1.0, 2.0).low <= 0 and 0.02 < flat.rises < 0.98
    falling = fit(planted(-0.03, 0.5, 0.001), AUC, rows=1000)
    assert falling.rises < 0.05 and falling.gain(1.0, 2.0).value == 0


def test_scores_stay_inside_the_metrics_bounds() -> None:
    curve = fit(planted(0.08, 0.3, 0.02, limit=1.0), AUC, rows=1000)
    at = curve.score(math.inf)
    assert 0 <= at.low <= at.value <= at.high <= 1


def test_when_there_are_enough_rows() -> None:
    curve = fit(planted(0.03, 0.5, 5e-4), AUC, rows=800)
    small = true_gain(0.03, 0.5, 4.0, 8.0)
    assert curve.enough(1.0, small) == pytest.approx(4.0, rel=0.3)
    assert curve.enough(1.0, 1.0) == 1.0
    assert curve.enough(1.0, 0.0) is None


def test_gain_from_a_part_to_all_rows() -> None:
    curve = fit(planted(0.03, 0.5, 1e-4), AUC, rows=1000)
    assert full_data_gain(curve, 0.8).value == pytest.approx(true_gain(0.03, 0.5, 1.0, 1.25), rel=0.12)
    assert full_data_gain(curve, 1.0).value == 0
    with pytest.raises(ValueError, match="share"):
        full_data_gain(curve, 0.0)


@pytest.mark.parametrize(
    ("rows", "rarest", "smallest"),
    [(10_000, None, 0.125), (240, None, 0.25), (1000, 40, 0.2), (100, None, None), (1000, 15, None), (0, None, None)],
)  # fmt: skip
def test_too_few_rows_are_refused(rows: int, rarest: int | None, smallest: float | None) -> None:
    found = fractions_for(rows, rarest)
    assert (found is None) == (smallest is None)
    if found is not None:
        assert found[0] == pytest.approx(smallest) and found[-1] == 1.0 and (np.diff(found) > 0).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=80))
def test_parts_are_nested_and_keep_equal_keys_together(keys: list[int]) -> None:
    order = np.array(keys)
    parts = nested(order, FRACTIONS)
    for small, large in itertools.pairwise(parts):
        assert set(small) <= set(large)
    assert len(parts[-1]) == len(keys)
    for part in parts:
        inside = set(order[part])
        assert set(np.flatnonzero(np.isin(order, list(inside)))) == set(part)


def chains_of(seed: int, noise: float = 1.0, count: int = 5, rows: int = 90) -> list[Chain]:
    rng = np.random.default_rng([seed, 5])
    out = []
    for k in range(count):
        y = (rng.random(rows) < 0.4).astype(float)
        shared = rng.normal(size=rows)
        p = np.stack([y + noise * (1 + 0.5 * n**-0.5) * shared for n in (1, 2, 4, 8)])
        out.append(Chain(y, np.arange(rows) + 1000 * k, np.array([50, 100, 200, 400]), p))
    return out


def test_the_order_of_rows_changes_nothing() -> None:
    chains = chains_of(0)
    rng = np.random.default_rng(9)
    mixed = []
    for chain in chains:
        at = rng.permutation(len(chain.y))
        mixed.append(Chain(chain.y[at], chain.units[at], chain.sizes, chain.predictions[:, at]))
    one, two = measure(chains, AUC, 0), measure(mixed, AUC, 0)
    assert one is not None and two is not None
    assert np.allclose(one.scores, two.scores) and np.allclose(one.noise, two.noise)
    a, b = (fit(p, AUC, rows=500).gain(1.0, 2.0) for p in (one, two))
    assert (a.low, a.value, a.high) == pytest.approx((b.low, b.value, b.high))


def test_what_is_measured_is_the_score_and_paired_noise() -> None:
    chains = chains_of(1)
    points = measure(chains, AUC, 0)
    assert points is not None
    assert points.scores[2, 3] == AUC(chains[2].y, chains[2].predictions[3])
    apart = points.noise[0, 0, 0] + points.noise[0, 3, 3]
    difference = apart - 2 * points.noise[0, 0, 3]
    # The same rows are drawn for all levels, so that what they share cancels.
    assert 0 <= difference < 0.5 * apart


@pytest.mark.parametrize("metric", ["balanced_accuracy", "log_loss", "f1", "brier"])
def test_other_metrics_are_measured(metric: str) -> None:
    chains = [
        Chain(c.y, c.units, c.sizes, 1 / (1 + np.exp(-4 * (c.predictions - 0.5)))) for c in chains_of(2)
    ]
    points = measure(chains, get(metric), 0)
    assert points is not None and np.isfinite(fit(points, get(metric), rows=500).gain(1.0, 2.0).value)


def test_too_few_chains_are_refused() -> None:
    assert measure(chains_of(0, count=2), AUC, 0) is None
    one_class = [Chain(np.zeros(90), c.units, c.sizes, c.predictions) for c in chains_of(0)[:4]]
    assert measure([*one_class, *chains_of(0)[:2]], AUC, 0) is None
    alike = [Chain(c.y, c.units, np.array([399, 400, 400, 400]), c.predictions) for c in chains_of(0)]
    assert measure(alike, AUC, 0) is None


def test_training_luck_is_estimated_apart_from_the_held_out_rows() -> None:
    found = []
    for seed in range(60):
        points = planted(0.03, 0.5, 0.01, seed=seed)
        found.append(curves._training_noise(points.scores, points.noise, FRACTIONS, np.zeros(4)))
    assert math.sqrt(np.mean(found)) == pytest.approx(0.01, rel=0.15)
