"""Closed forms against brute force, scipy and sums done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest, norm, t

from lowtide.metrics import get
from lowtide.metrics.metric import Floats
from lowtide.validate.estimators.closed import Closed, Judged, closed_floor, row_values, two_betas
from lowtide.validate.estimators.delong import auc_variance, placements
from lowtide.validate.estimators.exact import auc_few_positives
from lowtide.validate.estimators.single import mean_variance
from tests.validate.estimators.made import evidence


def judged(metric: str, y: Floats, p: Floats, *, units: Floats | None = None, cut: float = 0.5) -> Judged:
    unit = np.arange(len(y)) if units is None else units.astype(np.int64)
    return Judged(y, p, unit, cut, get(metric), 0.95)


def pairwise(y: Floats, score: Floats) -> tuple[float, float]:
    """Return the AUC and DeLong's variance from all pairs, as in the paper's equations."""
    high, low = score[y == 1], score[y == 0]
    wins = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
    return float(wins.mean()), float(v10.var(ddof=1) / len(high) + v01.var(ddof=1) / len(low))


@given(st.integers(0, 1000), st.integers(2, 12), st.integers(2, 12), st.integers(2, 30))
def test_delong_equals_all_pairs(seed: int, positives: int, negatives: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.repeat([1.0, 0.0], [positives, negatives])
    score = rng.integers(0, levels, len(y)).astype(float)
    area, variance = auc_variance(y, score, np.arange(len(y)))
    assert (area, variance) == pytest.approx(pairwise(y, score), abs=1e-12)
    assert area == pytest.approx(get("roc_auc")(y, score))


def test_placements_average_to_the_auc_from_both_sides() -> None:
    y, score = np.array([1.0, 1, 0, 0, 0]), np.array([3.0, 2, 2, 1, 4])
    up, down = placements(y, score)
    assert up.tolist() == pytest.approx([2 / 3, 0.5])
    assert down.tolist() == pytest.approx([0.75, 1.0, 0.0])


def test_obuchowski_by_hand() -> None:
    """Two positives and two negatives in three units, the sums of the paper written out."""
    y, score = np.array([1.0, 0, 1, 0, 0, 1]), np.array([0.9, 0.2, 0.4, 0.6, 0.1, 0.8])
    units = np.array([0, 0, 1, 1, 2, 2])
    up, down = placements(y, score)
    area = up.mean()
    s10 = 3 / 2 / 3 * sum((up[i] - area) ** 2 for i in range(3))
    s01 = 3 / 2 / 3 * sum((down[i] - area) ** 2 for i in range(3))
    s11 = 3 / 2 * ((up[0] - area) * (down[0] - area) + (up[1] - area) * (down[1] - area)
                   + (up[2] - area) * (down[2] - area))  # fmt: skip
    assert auc_variance(y, score, units)[1] == pytest.approx(max(0, s10 / 3 + s01 / 3 + 2 * s11 / 9))


def test_rows_repeated_within_units_widen_the_auc_bound() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(60) < 0.5).astype(float)
    score = y + rng.normal(size=60)
    alone = auc_variance(y, score, np.arange(60))[1]
    thrice = auc_variance(np.tile(y, 3), np.tile(score, 3), np.tile(np.arange(60), 3))[1]
    assert thrice == pytest.approx(alone, rel=0.05)


def test_auc_floor_is_delong_on_the_logit_scale() -> None:
    rng = np.random.default_rng(1)
    y = (rng.random(80) < 0.3).astype(float)
    score = y + rng.normal(size=80)
    area, variance = pairwise(y, score)
    logit = math.log(area / (1 - area)) - norm.ppf(0.95) * math.sqrt(variance) / (area * (1 - area))
    assert closed_floor(judged("roc_auc", y, score)) == pytest.approx(1 / (1 + math.exp(-logit)))


def test_a_perfect_auc_is_not_promised() -> None:
    y = np.repeat([1.0, 0.0], [6, 50])
    assert closed_floor(judged("roc_auc", y, y)) == pytest.approx(auc_few_positives(1.0, 6, 50))
    assert closed_floor(judged("roc_auc", y, y, units=np.arange(56) // 2)) is None


@pytest.mark.parametrize(("right", "n"), [(0, 9), (4, 9), (9, 9), (180, 200)])
def test_accuracy_is_clopper_pearson(right: int, n: int) -> None:
    y = (np.arange(n) < right).astype(float)
    low = binomtest(right, n, alternative="greater").proportion_ci(0.95, "exact").low
    assert closed_floor(judged("accuracy", y, np.ones(n))) == pytest.approx(low)


def test_two_betas_against_draws() -> None:
    rng = np.random.default_rng(0)
    drawn = (rng.beta(9, 3, 400_000) + rng.beta(41, 11, 400_000)) / 2
    assert two_betas(8, 10, 40, 50, 0.95) == pytest.approx(np.quantile(drawn, 0.05), abs=1e-3)
    assert two_betas(0, 0, 40, 50, 0.5) == pytest.approx(0.5 * (0.5 + beta.mean(41, 11)), abs=5e-3)


def test_means_are_students_t_and_over_groups_cluster_robust() -> None:
    rng = np.random.default_rng(2)
    y, p = rng.normal(size=30), rng.normal(size=30)
    rows = np.abs(y - p)
    expected = rows.mean() + t.ppf(0.95, 29) * rows.std(ddof=1) / math.sqrt(30)
    assert closed_floor(judged("mae", y, p)) == pytest.approx(expected)
    units = np.repeat(np.arange(10), 3)
    means = rows.reshape(10, 3).mean(axis=1)
    error = means.std(ddof=1) / math.sqrt(10)
    found = closed_floor(judged("mae", y, p, units=units))
    assert found == pytest.approx(rows.mean() + t.ppf(0.95, 9) * error)


def test_average_precision_is_boyds_logit_interval() -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(90) < 0.3).astype(float)
    score = y + rng.normal(size=90)
    q = get("average_precision")(y, score)
    edge = math.log(q / (1 - q)) - norm.ppf(0.95) / math.sqrt(y.sum() * q * (1 - q))
    assert closed_floor(judged("average_precision", y, score)) == pytest.approx(1 / (1 + math.exp(-edge)))


@pytest.mark.parametrize("name", ["rmse", "r2", "f1", "wape"])
def test_no_closed_form_is_said_so(name: str) -> None:
    assert Closed().bound(evidence(name)) is None


@pytest.mark.parametrize("name", ["accuracy", "cost", "brier", "log_loss"])
def test_rows_average_to_the_score(name: str) -> None:
    rng = np.random.default_rng(4)
    y, p = (rng.random(50) < 0.4).astype(float), rng.random(50)
    rows = row_values(judged(name, y, p, cut=0.4))
    assert rows is not None
    assert rows.mean() == pytest.approx(get(name).at(y, p, 0.4))


def test_variance_of_a_mean_is_that_of_unit_sums() -> None:
    values = np.array([1.0, 2, 4, 8, 9])
    assert mean_variance(values, np.arange(5)) == pytest.approx(values.var(ddof=1) / 5)
    sums = np.array([1 - 4.8 + 2 - 4.8, 4 - 4.8 + 8 - 4.8, 9 - 4.8])
    found = mean_variance(values, np.array([0, 0, 1, 1, 2]))
    assert found == pytest.approx((sums**2).sum() * 3 / 2 / 25)
    assert math.isnan(mean_variance(values, np.zeros(5, dtype=int)))
