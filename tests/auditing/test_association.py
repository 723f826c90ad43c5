"""The shared statistics: against scikit-learn, against theory, and what must always hold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowtide.stats import association as a

numbers = arrays(np.float64, st.integers(4, 60), elements=st.floats(-1e6, 1e6, width=32))


@given(numbers, st.integers(2, 20))
def test_bins_cover_and_keep_order(values: np.ndarray, most: int) -> None:
    bins = a.bin_numbers(values, most)
    assert bins.min() >= 1 and len(bins) == len(values)
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(bins[order]) >= 0)
    same = values[order][1:] == values[order][:-1]
    assert np.all(np.diff(bins[order])[same] == 0)


def test_missing_and_frequent_values_have_bins_of_their_own() -> None:
    values = np.concatenate([np.full(300, 7.0), np.random.default_rng(1).normal(7, 1, 700), [np.nan] * 10])
    bins = a.bin_numbers(values, 16)
    assert set(bins[-10:]) == {0}
    assert np.all(values[bins == bins[0]] == 7.0)


@given(st.integers(0, 1000), st.integers(2, 6), st.integers(10, 200))
def test_folds_keep_units_whole_and_are_balanced(seed: int, folds: int, n: int) -> None:
    units = np.random.default_rng(seed).integers(0, max(n // 3, 2), n)
    fold = a.deal_folds(units, n, folds, seed)
    for unit in np.unique(units):
        assert len(np.unique(fold[units == unit])) == 1
    plain = np.bincount(a.deal_folds(None, n, folds, seed), minlength=folds)
    assert plain.max() - plain.min() <= 1


@given(st.integers(0, 500))
def test_held_out_targets_do_not_change_their_own_prediction(seed: int) -> None:
    r = np.random.default_rng(seed)
    bins, y, fold = r.integers(0, 5, 80), r.normal(size=(80, 2)), r.integers(0, 4, 80)
    before = a.binned_predictions(bins, y, fold, 4)
    y[fold == 2] += 100
    after = a.binned_predictions(bins, y, fold, 4)
    assert np.allclose(before[fold == 2], after[fold == 2])


@given(st.integers(0, 300), st.integers(1, 5))
def test_auc_is_that_of_scikit_learn(seed: int, levels: int) -> None:
    from sklearn.metrics import roc_auc_score

    r = np.random.default_rng(seed)
    positive = np.r_[True, False, r.random(40) < 0.3]
    score = r.integers(0, levels * 4, 42).astype(float)
    assert np.isclose(a.auc(positive, score), roc_auc_score(positive, score))


def test_icc_meets_theory_and_its_null_is_honest() -> None:
    r = np.random.default_rng(5)
    groups = np.repeat(np.arange(300), 5)
    values = r.normal(0, 1, 300)[groups] + r.normal(0, np.sqrt(3), 1500)
    seen = a.likeness(values[:, None], groups)
    assert abs(seen.icc - 0.25) < 0.06 and seen.p_value == 1 / 200
    p = [
        a.likeness(np.random.default_rng(s).normal(size=(60, 1)), np.arange(60) // 4, 39).p_value
        for s in range(60)
    ]
    assert np.mean(np.asarray(p) <= 0.1) <= 0.2


def test_groups_of_one_say_nothing() -> None:
    seen = a.likeness(np.arange(20.0)[:, None], np.arange(20))
    assert (seen.icc, seen.p_value, seen.groups) == (0.0, 1.0, 0)


def test_serial_dependence_of_a_known_process() -> None:
    r = np.random.default_rng(6)
    x = np.zeros(4000)
    for t in range(1, 4000):
        x[t] = 0.8 * x[t - 1] + r.normal()
    expected = np.mean([0.8**k for k in range(1, 6)])
    assert abs(a.serial(x[:, None]) - expected) < 0.08
    assert abs(a.serial(r.permutation(x)[:, None])) < 0.05
    # Pairs inside one group do not count.
    assert a.serial(x[:, None], apart=np.zeros(4000, dtype=np.int64)) == 0.0


def test_best_of_many_useless_columns_does_not_beat_the_null() -> None:
    r = np.random.default_rng(7)
    y = r.integers(0, 2, 300).astype(float)[:, None]
    columns = [a.bin_numbers(r.normal(size=300), 12) for _ in range(60)]
    fold = a.deal_folds(None, 300, 5, 0)
    null = a.null_skill(columns, y, fold, 5, 19, 0)
    best = max(a.skill(y, a.binned_predictions(c, y, fold, 5)) for c in columns)
    assert best <= null.max() + 0.02
