"""Folds: what must hold whatever the data is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowtide.core.errors import InternalError, Refusal
from lowtide.splits.hashing import mix
from lowtide.splits.make import make
from lowtide.splits.plan import Fold, Plan
from lowtide.splits.verify import verify

many_keys = arrays(np.uint64, st.integers(60, 200), elements=st.integers(0, 10_000), unique=True)
seeds = st.integers(0, 5)


def place_of(folds: tuple[Fold, ...], n: int) -> np.ndarray:
    """Return (repeats, n) fold of each row, -1 when it is never tested."""
    repeats = 1 + max(f.repeat for f in folds)
    place = np.full((repeats, n), -1)
    for fold in folds:
        place[fold.repeat, fold.test] = fold.index
    return place


@given(many_keys, many_keys, seeds)
def test_a_row_keeps_its_fold_when_others_are_added(keys: np.ndarray, more: np.ndarray, seed: int) -> None:
    plan = Plan("rows", folds=5, repeats=2)
    both = np.concatenate([keys, more])
    few = make(plan, keys=keys, groups=None, times=None, y=np.zeros(len(keys)), seed=seed)
    many = make(plan, keys=both, groups=None, times=None, y=np.zeros(len(both)), seed=seed)
    assert np.array_equal(place_of(few, len(keys)), place_of(many, len(both))[:, : len(keys)])


@given(many_keys, seeds)
def test_equal_rows_share_a_fold(keys: np.ndarray, seed: int) -> None:
    twice = np.concatenate([keys, keys[::-1]])
    plan = Plan("rows", folds=5, repeats=3)
    folds = make(plan, keys=twice, groups=None, times=None, y=np.zeros(len(twice)), seed=seed)
    verify(plan, folds, keys=twice)
    place = place_of(folds, len(twice))
    assert np.array_equal(place[:, : len(keys)], place[:, len(keys) :][:, ::-1])


@given(many_keys, seeds)
def test_every_row_is_tested_once_a_repeat_and_repeats_differ(keys: np.ndarray, seed: int) -> None:
    plan = Plan("rows", folds=5, repeats=2)
    folds = make(plan, keys=keys, groups=None, times=None, y=np.zeros(len(keys)), seed=seed)
    place = place_of(folds, len(keys))
    assert (place >= 0).all()
    for fold in folds:
        assert len(fold.train) + len(fold.test) == len(keys)
    assert not np.array_equal(place[0], place[1])


@given(arrays(np.int64, st.integers(40, 150), elements=st.integers(-1, 12)), st.integers(2, 5), seeds)
def test_no_group_on_both_sides(groups: np.ndarray, count: int, seed: int) -> None:
    keys = np.arange(len(groups), dtype=np.uint64)
    plan = Plan("groups", group="g", folds=count, repeats=2)
    if len(np.unique(groups)) < count + 1:
        return
    folds = make(plan, keys=keys, groups=groups, times=None, y=np.zeros(len(keys)), seed=seed)
    verify(plan, folds, groups=groups)
    assert (place_of(folds, len(keys)) >= 0).all()


def test_few_groups_are_dealt_evenly() -> None:
    groups = np.repeat(np.arange(10, dtype=np.int64) * 7919, 5)
    keys = np.arange(50, dtype=np.uint64)
    folds = make(Plan("groups", folds=5), keys=keys, groups=groups, times=None, y=np.zeros(50), seed=0)
    assert [len(f.test) for f in folds] == [10] * 5


def test_many_groups_keep_their_fold_when_others_are_added() -> None:
    groups = np.arange(300, dtype=np.int64)
    keys = np.arange(300, dtype=np.uint64)
    plan = Plan("groups", folds=5)
    few = make(plan, keys=keys[:100], groups=groups[:100], times=None, y=np.zeros(100), seed=3)
    many = make(plan, keys=keys, groups=groups, times=None, y=np.zeros(300), seed=3)
    assert np.array_equal(place_of(few, 100), place_of(many, 300)[:, :100])


@given(
    arrays(np.float64, st.integers(40, 150), elements=st.integers(0, 40).map(float) | st.just(float("nan"))),
    st.integers(2, 8),
    st.sampled_from([0.0, 1.0, 3.0]),
    st.booleans(),
)
def test_the_future_never_trains(times: np.ndarray, count: int, gap: float, grouped: bool) -> None:
    n = len(times)
    keys = np.arange(n, dtype=np.uint64)
    groups = (keys % np.uint64(17)).astype(np.int64)
    plan = Plan("groups+future" if grouped else "future", group="g", time="t", folds=count, gap=gap)
    try:
        folds = make(plan, keys=keys, groups=groups, times=times, y=np.zeros(n), seed=0)
    except Refusal:
        return
    verify(plan, folds, groups=groups, times=times)
    tested = np.concatenate([f.test for f in folds])
    for fold in folds:
        # Rows of one moment lie on one side, in one window.
        assert not np.isin(times[fold.train], times[fold.test]).any()
    assert np.isfinite(times[tested]).all()
    windows = {(times[f.test].min(), times[f.test].max()) for f in folds} if not grouped else set()
    ordered = sorted(windows)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ordered))


def test_the_first_part_only_trains() -> None:
    times = np.arange(1000.0)
    plan = Plan("future", time=":order", folds=5)
    folds = make(plan, keys=times.astype(np.uint64), groups=None, times=times, y=np.zeros(1000), seed=0)
    assert [len(f.test) for f in folds] == [110] * 5
    assert folds[0].train[-1] == 449
    assert folds[0].label == "450 … 559"
    assert np.array_equal(np.concatenate([f.test for f in folds]), np.arange(450, 1000))


def test_dates_make_labels_that_need_no_language() -> None:
    times = np.repeat(np.arange(18262.0, 18262 + 40), 5)
    plan = Plan("future", time="day", folds=4, facts={"time_type": "date"})
    folds = make(
        plan, keys=np.arange(200, dtype=np.uint64), groups=None, times=times, y=np.zeros(200), seed=0
    )
    assert folds[0].label == "2020-01-19 … 2020-01-23"


def test_few_periods_each_get_a_window() -> None:
    times = np.repeat([1.0, 2.0, 3.0], [500, 100, 100])
    plan = Plan("future", time="month", folds=4)
    folds = make(
        plan, keys=np.arange(700, dtype=np.uint64), groups=None, times=times, y=np.zeros(700), seed=0
    )
    assert [f.label for f in folds] == ["2", "3"]


def test_rows_without_an_outcome_are_left_out() -> None:
    y = np.where(np.arange(100) % 4 == 0, np.nan, 1.0)
    folds = make(Plan("rows"), keys=np.arange(100, dtype=np.uint64), groups=None, times=None, y=y, seed=0)
    for fold in folds:
        assert np.isfinite(y[np.concatenate([fold.train, fold.test])]).all()


@pytest.mark.parametrize(
    ("plan", "times", "groups"),
    [
        (Plan("rows"), None, None),
        (Plan("groups", group="g"), None, np.zeros(20, dtype=np.int64)),
        (Plan("future", time="t", gap=99), np.arange(20.0), None),
        (Plan("future", time="t"), np.zeros(20), None),
    ],
)
def test_no_folds_is_a_refusal(plan: Plan, times: np.ndarray | None, groups: np.ndarray | None) -> None:
    with pytest.raises(Refusal, match="needs at least two distinct"):
        make(plan, keys=np.zeros(20, dtype=np.uint64), groups=groups, times=times, y=np.zeros(20), seed=0)


def test_hashes_never_change() -> None:
    assert mix(np.array([0, 1, 2**64 - 1], dtype=np.uint64), 7, 0).tolist() == [
        679864316719078211,
        13357079737729516586,
        17208826092431587314,
    ]


def folds_of(train: list[int], test: list[int], repeat: int = 0) -> tuple[Fold, ...]:
    return (Fold(np.array(train, dtype=np.int64), np.array(test, dtype=np.int64), repeat, 0),)


@pytest.mark.parametrize(
    ("plan", "folds", "says"),
    [
        (Plan("rows"), (), "no folds"),
        (Plan("rows"), folds_of([0, 1], [1, 2]), "both sides"),
        (Plan("rows"), folds_of([0, 0], [1]), "twice"),
        (Plan("rows"), folds_of([], [1]), "empty"),
        (Plan("rows"), (*folds_of([0], [1]), *folds_of([2], [1])), "more than once"),
        (Plan("rows"), folds_of([0], [4]), "same row content"),
        (Plan("groups"), folds_of([0], [1]), "same group"),
        (Plan("future"), folds_of([0, 3], [2]), "trains on the moment 3"),
        (Plan("future"), folds_of([0, 1], [2]), "trains on the moment 2"),
        (Plan("future", gap=1.5), folds_of([0], [1]), "gap 1.5"),
        (Plan("future"), folds_of([0], [5]), "without a moment"),
    ],
)
def test_wrong_folds_are_seen(plan: Plan, folds: tuple[Fold, ...], says: str) -> None:
    groups = np.array([5, 5, 6, 7, 8, -1])
    times = np.array([1.0, 2.0, 2.0, 3.0, 4.0, np.nan])
    keys = np.array([9, 1, 2, 3, 9, 5], dtype=np.uint64)
    with pytest.raises(InternalError, match=says):
        verify(plan, folds, groups=groups, times=times, keys=keys)


def test_what_cannot_be_verified_is_not_passed() -> None:
    with pytest.raises(InternalError, match="cannot be verified"):
        verify(Plan("future"), folds_of([0], [1]))
