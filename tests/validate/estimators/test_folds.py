"""Estimators over folds, holdouts and halves, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, t

from lowtide.validate.estimators.conservative_z import ConservativeZ
from lowtide.validate.estimators.folds import FoldT
from lowtide.validate.estimators.holdout import Holdout
from lowtide.validate.estimators.nadeau_bengio import NadeauBengio
from lowtide.validate.estimators.nested import Nested
from lowtide.validate.estimators.single import Singles, fold_scores, overall
from lowtide.validate.estimators.tibshirani import Tibshirani
from tests.validate.estimators.made import evidence


def scored(found, trial):  # type: ignore[no-untyped-def]
    """Return the fold scores of a trial, one after another."""
    return np.array(
        [
            found.metric(found.y[fold == k], cube[fold == k, trial])
            for cube, fold in zip(found.cube, found.folds, strict=True)
            for k in range(5)
        ]
    )


def test_fold_t_and_nadeau_bengio_by_hand() -> None:
    found = evidence("roc_auc", n=200)
    plain, corrected = FoldT().bound(found), NadeauBengio().bound(found)
    assert plain is not None
    assert corrected is not None
    scores = scored(found, int(plain.weights.argmax()))
    quantile, s = t.ppf(0.95, 9), scores.std(ddof=1)
    assert plain.expected == pytest.approx(scores.mean())
    assert plain.floor == pytest.approx(scores.mean() - quantile * s / math.sqrt(10))
    # n2 / n1 of five equal folds is 1 / 4.
    assert corrected.floor == pytest.approx(scores.mean() - quantile * s * math.sqrt(1 / 10 + 1 / 4))


def test_nadeau_bengio_counts_groups() -> None:
    found = evidence("mae", n=200, groups=25)
    corrected = NadeauBengio().bound(found)
    assert corrected is not None
    scores = scored(found, int(corrected.weights.argmax()))
    width = t.ppf(0.95, 9) * scores.std(ddof=1) * math.sqrt(1 / 10 + 1 / 4)
    assert corrected.floor == pytest.approx(scores.mean() + width)


def test_tibshirani_by_hand() -> None:
    found = evidence("mae", n=100, repeats=1)
    bound = Tibshirani().bound(found)
    assert bound is not None
    best = int(bound.weights.argmax())
    table = np.stack([scored(found, trial) for trial in range(5)], axis=1)
    bias = (table[:, best] - table.min(axis=1)).mean()
    assert bound.expected == pytest.approx(np.abs(found.y - found.cube[0, :, best]).mean() + bias)


def test_conservative_z_by_hand() -> None:
    found = evidence("mae", n=80)
    bound, best = ConservativeZ().bound(found), overall(found)
    assert bound is not None
    assert best is not None
    assert found.halves is not None
    least = np.nanmean(np.abs(found.y[:, None] - found.halves), axis=2).min(axis=2)
    sigma = math.sqrt(((least[:, 0] - least[:, 1]) ** 2).mean() / 2)
    assert bound.expected == pytest.approx(best.score)
    assert bound.floor == pytest.approx(best.score + norm.ppf(0.95) * sigma)


def test_an_honest_holdout_never_looks_at_its_rows_to_choose() -> None:
    found = evidence("mae", n=100)
    held = found.folds[0] == 0
    cube = found.cube.copy()
    # On the holdout the last trial is perfect, and everywhere else in the plain predictions.
    cube[:, :, 4] = found.y
    worse = replace(found, cube=cube)
    assert worse.nested is not None
    inner = np.nanmean(np.abs(found.y[:, None] - worse.nested[0]), axis=0)
    bound = Holdout().bound(worse)
    assert bound is not None
    assert bound.weights.argmax() == inner.argmin() != 4
    chosen = int(inner.argmin())
    assert bound.expected == pytest.approx(np.abs(found.y - cube[0, :, chosen])[held].mean())
    without = Holdout().bound(replace(worse, nested=None))
    assert without is not None
    assert without.weights[4] == 1


def test_the_holdout_of_the_future_is_the_last_window() -> None:
    found = evidence("mae", n=100, scheme="future")
    bound = Holdout().bound(found)
    assert bound is not None
    chosen = int(bound.weights.argmax())
    last = found.folds[0] == 4
    assert bound.expected == pytest.approx(np.abs(found.y - found.cube[0, :, chosen])[last].mean())


def test_nested_of_one_trial_is_the_papers_formula() -> None:
    """Algorithm 1 of Bates, Hastie & Tibshirani and its corrections, written out for one trial."""
    found = evidence("mae", n=100, trials=1, repeats=1)
    bound = Nested().bound(found)
    assert bound is not None
    assert found.nested is not None
    outer = np.abs(found.y - found.cube[0, :, 0])
    inner = np.abs(found.y - found.nested[:, :, 0])
    fold, k = found.folds[0], 5
    a = [(np.nanmean(inner[i]) - outer[fold == i].mean()) ** 2 for i in range(k)]
    b = [outer[fold == i].var(ddof=1) / 20 for i in range(k)]
    mse = (k - 1) / k * np.mean(np.array(a) - np.array(b))
    naive = math.sqrt(np.mean(b) / k)
    error = min(max(math.sqrt(max(mse, 0)), naive), math.sqrt(k) * naive)
    plain, within = outer.mean(), np.nanmean(inner)
    expected = within - (1 + (k - 2) / k) * (within - plain)
    assert bound.expected == pytest.approx(expected)
    assert bound.floor == pytest.approx(expected + norm.ppf(0.95) * error)


def test_nested_does_not_believe_the_best_of_many_coins() -> None:
    rng = np.random.default_rng(0)
    expected = []
    for seed in range(8):
        found = evidence("roc_auc", n=200, trials=40, repeats=1, seed=seed, skill=0.0)
        inner = np.where(np.isnan(found.nested), np.nan, rng.random(found.nested.shape))  # type: ignore[union-attr]
        bound = Nested().bound(replace(found, cube=rng.random(found.cube.shape), nested=inner))
        assert bound is not None
        expected.append(bound.expected)
    assert np.mean(expected) == pytest.approx(0.5, abs=0.03)


def test_fold_scores_use_the_threshold_of_the_choice() -> None:
    found = evidence("balanced_accuracy", n=150)
    best = overall(found)
    assert best is not None
    rows = found.folds[0] == 1
    called = found.cube[0, rows, best.trial] >= best.cut
    y = found.y[rows] == 1
    expected = 0.5 * (called[y].mean() + (~called[~y]).mean())
    assert fold_scores(found, best.trial, best.cut)[1] == pytest.approx(expected)


def test_the_best_trial_under_weights_is_the_best_of_the_rows_that_count() -> None:
    found = evidence("f1", n=90)
    singles = Singles(found.y, found.mean_cube, found.metric, found.candidates)
    weights = np.stack([np.arange(90) < 45, np.arange(90) >= 45]).astype(float)
    picked = singles.pick(weights)
    for i, rows in enumerate((slice(0, 45), slice(45, 90))):
        y, cube = found.y[rows], found.mean_cube[rows]
        scores = [found.metric.at(y, cube[:, j], found.metric.choose(y, cube[:, j])) for j in range(5)]
        assert picked.trials[i] == np.argmax(scores)
        assert picked.scores[i] == pytest.approx(max(scores))
    assert singles.at(picked, weights) == pytest.approx(picked.scores)
