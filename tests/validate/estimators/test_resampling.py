"""Bootstraps: against scipy, with clusters, with and without the selection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lowtide.metrics import get
from lowtide.metrics.metric import mean_column
from lowtide.validate.estimators.bbc_cv import BbcCv, out_of_bag
from lowtide.validate.estimators.bbc_f import BbcF, _left_out, fold_table
from lowtide.validate.estimators.bootstrap import Percentile, bca_level, left_out, quantile_bound
from lowtide.validate.estimators.estimator import Evidence
from lowtide.validate.estimators.naive import Naive
from lowtide.validate.estimators.repeated import BbcRanks, ranked_within, within_fold_auc
from tests.validate.estimators.made import evidence


def bound_of(x: np.ndarray, how: str, units: np.ndarray | None = None, times: int = 2000) -> float:
    found = quantile_bound(
        mean_column(x), np.arange(len(x)) if units is None else units, np.nan,
        confidence=0.95, seed=3, low_is_bad=True, how=how, times=times,  # type: ignore[arg-type]
    )  # fmt: skip
    assert found is not None
    return found


@pytest.mark.parametrize(("how", "name"), [("percentile", "percentile"), ("bca", "BCa")])
def test_one_sided_bounds_of_a_skewed_mean_agree_with_scipy(how: str, name: str) -> None:
    x = np.random.default_rng(0).exponential(size=40)
    theirs = stats.bootstrap(
        (x,), np.mean, confidence_level=0.95, alternative="greater", method=name, n_resamples=20_000, rng=1
    ).confidence_interval.low
    assert bound_of(x, how, times=20_000) == pytest.approx(theirs, abs=0.01)


def test_bca_level_with_nothing_to_correct_is_the_level() -> None:
    drawn = np.linspace(-1, 1, 1001)
    assert bca_level(drawn, 0.0, np.array([-1.0, 0.0, 1.0]), 0.05) == pytest.approx(0.05, abs=1e-3)
    assert bca_level(drawn, 0.4, np.array([-1.0, 0.0, 1.0]), 0.05) > 0.05


def test_left_out_means_by_hand() -> None:
    x = np.array([1.0, 2, 3, 6])
    found = left_out(mean_column(x), np.arange(4), 4, np.nan)
    assert found.tolist() == pytest.approx([11 / 3, 10 / 3, 3, 2])
    grouped = left_out(mean_column(x), np.array([0, 0, 1, 1]), 2, np.nan)
    assert grouped.tolist() == pytest.approx([4.5, 1.5])


def test_whole_units_are_drawn() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=30)
    thrice, units = np.repeat(x, 3), np.repeat(np.arange(30), 3)
    assert bound_of(thrice, "percentile", units) == pytest.approx(bound_of(x, "percentile"))
    assert bound_of(thrice, "percentile") > bound_of(x, "percentile")


def noise(trials: int, seed: int, n: int = 150) -> Evidence:
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.5).astype(float)
    return Evidence(
        y=y, cube=rng.random((1, n, trials)), folds=rng.permutation(n)[None] % 5, units=np.arange(n),
        candidates=np.ones(trials, dtype=bool), metric=get("roc_auc"), kind="binary", scheme="rows", seed=seed,
    )  # fmt: skip


def test_bootstrap_bias_correction_sees_through_the_best_of_many_coins() -> None:
    best, corrected, floors, plain = [], [], [], []
    for seed in range(10):
        found = noise(30, seed)
        naive, bbc, percentile = Naive().bound(found), BbcCv().bound(found), Percentile().bound(found)
        assert naive is not None
        assert bbc is not None
        assert percentile is not None
        best.append(naive.expected)
        corrected.append(bbc.expected)
        floors.append(bbc.floor)
        plain.append(percentile.floor)
    assert np.mean(best) > 0.56
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.03)
    assert np.mean(np.array(floors) <= 0.5) > 0.9
    # Resampling the winner alone does not see the choice.
    assert np.mean(np.array(plain) <= 0.5) < 0.8


def test_a_single_trial_needs_no_correction() -> None:
    found = evidence("mae", trials=1, n=300)
    naive, bbc = Naive().bound(found), BbcCv().bound(found)
    assert naive is not None
    assert bbc is not None
    assert bbc.expected == pytest.approx(naive.expected, rel=0.02)


def test_out_of_bag_scores_are_those_of_the_rows_left_out() -> None:
    found = evidence("mae", trials=1, n=40)
    scores = out_of_bag(found, 3)
    rows = np.abs(found.y - found.mean_cube[:, 0])
    for i, score in enumerate(scores):
        drawn = np.random.default_rng([found.seed, i]).integers(0, 40, 40)
        assert score == pytest.approx(rows[np.setdiff1d(np.arange(40), drawn)].mean())


def test_folds_left_out_by_hand() -> None:
    """Two folds: the one drawn twice decides, the other one judges."""
    scores = np.array([[0.9, 0.1], [0.2, 0.6]])
    drawn = _left_out(scores, 400, np.random.default_rng(0))
    assert set(drawn.tolist()) == {0.2, 0.1}


def test_fold_table_holds_every_trial_in_every_fold() -> None:
    found = evidence("roc_auc", n=200)
    table = fold_table(found)
    assert table.scores.shape == (10, 5)
    rows = found.folds[1] == 2
    assert table.scores[7, 3] == pytest.approx(found.metric(found.y[rows], found.cube[1, rows, 3]))
    assert BbcF().bound(replace(found, folds=np.zeros_like(found.folds))) is None


def test_ranks_within_folds_undo_any_rising_scale_of_a_fold() -> None:
    found = evidence("roc_auc", n=150)
    bent = found.cube.copy()
    for r, fold in enumerate(found.folds):
        for k in range(5):
            bent[r, fold == k] = np.exp(bent[r, fold == k] * (k + 1)) + 10 * k
    other = replace(found, cube=bent)
    assert ranked_within(other).cube == pytest.approx(ranked_within(found).cube)
    a, b, plain = BbcRanks().bound(found), BbcRanks().bound(other), BbcCv().bound(other)
    assert a is not None
    assert b is not None
    assert plain is not None
    assert a.floor == pytest.approx(b.floor)
    assert plain.expected < b.expected


def test_auc_within_folds_by_hand() -> None:
    y = np.array([1.0, 0, 0, 1, 1, 0])
    score = np.array([0.5, 0.4, 0.6, 10, 12, 11])
    fold = np.array([0, 0, 0, 1, 1, 1])
    assert within_fold_auc(y, score, fold) == pytest.approx((1 + 0 + 0 + 1) / 4)
    assert np.isnan(within_fold_auc(y, score, np.arange(6)))
