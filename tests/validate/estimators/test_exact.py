"""Bounds for little evidence: exact where they claim it, and what asking for more would bring."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm, t

from lowtide.metrics.metric import Floats
from lowtide.validate.estimators import exact
from lowtide.validate.estimators.exact import (
    auc_few_positives,
    auc_placed,
    auc_proven,
    auc_score,
    auc_widest,
    mean_few,
    mean_proven,
    needed_positives,
    needed_values,
    share_exact,
)


@given(st.integers(1, 60), st.floats(0, 1))
def test_share_is_clopper_pearson(trials: int, part: float) -> None:
    successes = round(part * trials)
    low = binomtest(successes, trials, alternative="greater").proportion_ci(0.95, "exact").low
    assert share_exact(successes, trials) == pytest.approx(low)


def test_share_of_nothing() -> None:
    assert share_exact(0, 0) == 0
    with pytest.raises(ValueError, match="3 successes in 2 trials"):
        share_exact(3, 2)


@given(st.floats(0.05, 0.999), st.integers(2, 40), st.integers(2, 400))
def test_auc_score_solves_newcombes_equation(auc: float, m: int, n: int) -> None:
    low = auc_score(auc, m, n)
    h = (m + n) / 2 - 1
    variance = low * (1 - low) * (1 + h * (1 - low) / (2 - low) + h * low / (1 + low)) / (m * n)
    assert 0 <= low < auc
    assert (auc - low) ** 2 == pytest.approx(norm.ppf(0.95) ** 2 * variance, rel=1e-5)


@given(st.integers(1, 40), st.floats(0, 1))
def test_auc_widest_is_wilsons_bound(m: int, part: float) -> None:
    successes = round(part * m)
    low = binomtest(successes, m, alternative="greater").proportion_ci(0.95, "wilson").low
    assert auc_widest(successes / m, m, 10 * m) == pytest.approx(low, abs=1e-6)


@given(st.floats(0, 1), st.integers(1, 60), st.integers(1, 60), st.floats(0.6, 0.99))
def test_auc_bounds_are_ordered(auc: float, m: int, n: int, confidence: float) -> None:
    for bound in (auc_score, auc_widest, auc_proven, auc_few_positives):
        low = bound(auc, m, n, confidence)
        assert 0 <= low <= auc
        assert bound(auc, m, n, (1 + confidence) / 2) <= low + 1e-9
    assert auc_proven(auc, m, n, confidence) <= auc_widest(auc, m, n, confidence) + 0.12


@pytest.mark.parametrize("trials", [3, 10, 40])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_auc_proven_holds_for_the_worst_scores(trials: int, share: float) -> None:
    """Scores that separate like a coin make the AUC a binomial share: its coverage can be summed exactly."""
    held = [auc_proven(k / trials, trials, 10**6) <= share for k in range(trials + 1)]
    assert (binom.pmf(np.arange(trials + 1), trials, share) * held).sum() >= 0.95


def test_auc_of_scores_is_tighter_than_of_its_value_alone() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([1.0, 0.0], [15, 300])
    gains = []
    for _ in range(40):
        score = 1.2 * y + rng.normal(size=315)
        placed = auc_placed(y, score)
        area = float((score[:15, None] > score[15:]).mean())
        assert auc_widest(area, 15, 300) <= placed < area
        gains.append((area - placed) / (area - auc_widest(area, 15, 300)))
    assert np.mean(gains) < 0.9
    assert auc_placed(y, y) < 0.95


def test_auc_without_a_class_is_refused() -> None:
    for call in (lambda: auc_few_positives(0.7, 0, 5), lambda: auc_placed(np.zeros(4), np.arange(4.0))):
        with pytest.raises(ValueError, match="positive and a negative"):
            call()
    with pytest.raises(ValueError, match=r"between 0 and 1, not 1\.2"):
        auc_few_positives(1.2, 3, 5)


@given(st.floats(0.55, 1), st.integers(1, 15), st.integers(1, 5), st.floats(0.02, 0.2))
def test_needed_positives_is_the_least_number_that_is_enough(
    auc: float, m: int, ratio: int, width: float
) -> None:
    more = needed_positives(auc, m, m * ratio, width=width)
    assert more is not None

    def enough(k: int) -> bool:
        low = auc_few_positives(auc, m + k, (m + k) * ratio)
        return low > 0.5 and auc - low <= width

    assert enough(more)
    assert more == 0 or not enough(more - 1)


def test_what_cannot_be_reached_is_not_promised() -> None:
    assert needed_positives(0.5, 10, 100) is None
    assert needed_positives(0.7, 10, 100, above=0.7) is None
    assert needed_positives(0.9, 40, 400) == 0
    assert needed_values(np.array([0.4, 0.6]), 0.5) is None


def test_needed_values_is_the_least_number() -> None:
    values = np.array([0.55, 0.7, 0.6])
    more = needed_values(values, 0.58)
    assert more is not None
    assert more > 0

    def floor(k: int) -> float:
        return float(values.mean() - t.ppf(0.95, k - 1) * values.std(ddof=1) / math.sqrt(k))

    assert floor(3 + more) > 0.58 >= floor(3 + more - 1)


def test_mean_few_is_students_t_inside_the_bounds() -> None:
    values = np.array([0.6, 0.7, 0.9])
    low = values.mean() - t.ppf(0.95, 2) * values.std(ddof=1) / math.sqrt(3)
    assert mean_few(values) == pytest.approx(low)
    assert mean_few(np.array([0.1, 0.9]), 0, 1) == 0
    assert mean_few(values, worst=0.5) < mean_few(values)
    with pytest.raises(ValueError, match="two values"):
        mean_few(values[:1])


@given(st.lists(st.floats(2, 5), min_size=1, max_size=60), st.floats(0.6, 0.99))
def test_mean_proven_is_ordered_and_scales(values: list[float], confidence: float) -> None:
    x = np.array(values)
    low = mean_proven(x, 2, 5, confidence)
    assert 2 <= low <= x.mean() + 1e-6
    assert mean_proven(x, 2, 5, (1 + confidence) / 2) <= low + 1e-6
    assert mean_proven((x - 2) / 3, 0, 1, confidence) == pytest.approx((low - 2) / 3, abs=1e-6)
    assert mean_proven(x[::-1], 2, 5, confidence) == pytest.approx(low, abs=1e-6)
    assert mean_proven(np.empty(0), 2, 5) == 2
    with pytest.raises(ValueError, match="finite bounds"):
        mean_proven(x, 2, math.inf)


@pytest.mark.parametrize("share", [0.3, 0.8, 0.97])
def test_mean_proven_holds_exactly_for_coins(share: float) -> None:
    n = 25
    outcomes = [np.repeat([1.0, 0.0], [k, n - k]) for k in range(n + 1)]
    held = [mean_proven(x, 0, 1) <= share for x in outcomes]
    assert (binom.pmf(np.arange(n + 1), n, share) * held).sum() >= 0.95


def scores(shape: str, auc: float, m: int, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    if shape == "normal":
        return rng.normal(norm.ppf(auc) * math.sqrt(2), 1, m), rng.normal(size=n)
    if shape == "wide":
        return rng.normal(norm.ppf(auc) * math.sqrt(10), 3, m), rng.normal(size=n)
    if shape == "skewed":
        return rng.exponential(auc / (1 - auc), m), rng.exponential(size=n)
    # A share of the positives is plain to see, the others look like negatives.
    return rng.normal(size=m) + 10 * (rng.random(m) < 2 * auc - 1), rng.normal(size=n)


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["normal", "wide", "skewed", "mixed"])
def test_few_positives_are_covered(shape: str) -> None:
    """Over 800 draws an honest 95 % falls below 93 % once in two hundred."""
    rng = np.random.default_rng(11)
    for m in (5, 10, 20):
        for auc in (0.6, 0.8, 0.95):
            held = np.zeros(2)
            for _ in range(800):
                high, low = scores(shape, auc, m, 150, rng)
                y, score = np.repeat([1.0, 0.0], [m, 150]), np.concatenate([high, low])
                area = float((high[:, None] > low).mean())
                held += [auc_few_positives(area, m, 150) <= auc, auc_placed(y, score) <= auc]
            assert (held / 800 > 0.93).all(), (m, auc, held / 800)


def test_examples_in_the_docstrings_are_right() -> None:
    found = doctest.testmod(exact)
    assert found.attempted > 0
    assert found.failed == 0
