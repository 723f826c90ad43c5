"""Folds of scikit-learn and others, and whether predictions were out of fold for groups and times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    PredefinedSplit,
    RepeatedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)

from lowtide.core.errors import UsageError
from lowtide.validate.anyone import splitters
from lowtide.validate.anyone.floor import floor

RNG = np.random.default_rng(1)
ROWS = 120
Y = RNG.integers(0, 2, ROWS)
P = np.clip(0.3 * Y[:, None] + 0.7 * RNG.random((ROWS, 3)), 0, 1)
GROUPS = np.array([f"g{i}" for i in np.arange(ROWS) // 8])
DAYS = np.datetime64("2024-01-01") + np.arange(ROWS)


def test_a_splitter_tells_the_fold_of_each_row() -> None:
    for splitter in (
        KFold(5),
        StratifiedKFold(4, shuffle=True, random_state=2),
        KFold(3, shuffle=True, random_state=0),
    ):
        folds = splitters.read(splitter, ROWS, y=Y)
        for number, (_, test) in enumerate(splitter.split(P, Y)):
            assert (folds.fold[test] == number).all()
        assert not folds.forward


def test_time_series_split_means_forward_windows() -> None:
    found = floor(Y, P, folds=TimeSeriesSplit(5))
    assert found.scheme == "future"
    assert found.rows == 100
    assert found.notes[0].code == "untested"
    assert found.notes[0].count == 20
    first = int(next(TimeSeriesSplit(5).split(P))[1][0])
    gone = P.copy()
    gone[:first] = np.nan
    pairs = list(TimeSeriesSplit(5).split(P))
    assert floor(Y, gone, folds=pairs, time=DAYS).value == found.value


def test_rows_that_no_fold_tests_are_left_out() -> None:
    half = np.arange(ROWS) % 2 == 0
    found = floor(Y, P, folds=[(~half, half)])
    assert found.rows == 60
    nan = P.copy()
    nan[~half] = np.nan
    assert found.value == floor(Y, nan).value
    assert "60 rows that the folds never test were left out" in repr(found)
    untested = floor(Y, P, folds=PredefinedSplit(np.where(half, 0, -1)))
    assert untested.value == found.value


def test_repeats_are_told() -> None:
    found = floor(Y, P, folds=RepeatedKFold(n_splits=4, n_repeats=3, random_state=0))
    assert "Predictions of 3 repeats are one here" in repr(found)
    assert found.value == floor(Y, P).value


@pytest.mark.parametrize("splitter", [GroupKFold(5), StratifiedGroupKFold(3), LeaveOneGroupOut()])
def test_splitters_of_groups_are_out_of_fold(splitter: Any) -> None:
    found = floor(Y, P, groups=GROUPS, folds=splitter)
    assert found.scheme == "groups"
    assert not [n for n in found.notes if n.code.endswith("unchecked")]
    assert found.value == floor(Y, P, groups=GROUPS).value


def test_what_is_not_checked_is_said() -> None:
    assert "was not checked: give folds" in repr(floor(Y, P, groups=GROUPS))
    assert "That models saw only earlier rows was not checked" in repr(floor(Y, P, time=DAYS))
    assert "checked" not in repr(floor(Y, P, time=DAYS, folds=TimeSeriesSplit(5)))


@settings(max_examples=60, deadline=None)
@given(
    groups=st.lists(st.integers(0, 6), min_size=12, max_size=40),
    count=st.integers(2, 4),
    data=st.data(),
)
def test_a_group_on_both_sides_is_always_seen(groups: list[int], count: int, data: st.DataObject) -> None:
    code = np.asarray(groups)
    assume(len(np.unique(code)) >= count)
    folds = splitters.read(GroupKFold(count), len(code), groups=code)
    splitters.apart(folds, code, np.arange(7))
    place = data.draw(st.integers(0, len(code) - 1))
    others = np.flatnonzero(code == code[place])
    assume(len(others) > 1)
    moved = folds.fold.copy()
    moved[place] = (moved[place] + 1) % count
    for broken in (moved, [(np.flatnonzero(moved != k), np.flatnonzero(moved == k)) for k in range(count)]):
        with pytest.raises(UsageError, match=f"Group '{code[place]}' stands"):
            splitters.apart(splitters.read(broken, len(code)), code, np.arange(7))


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(12, 60), windows=st.integers(2, 5), seed=st.integers(0, 1000))
def test_a_later_training_row_is_always_seen(rows: int, windows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = list(TimeSeriesSplit(windows).split(np.zeros((rows, 1))))
    folds = splitters.read(pairs, rows)
    assert folds.forward
    splitters.forward(folds, np.arange(rows, dtype=float))
    times = np.arange(rows, dtype=float)
    train, test = pairs[int(rng.integers(windows))]
    a, b = int(rng.choice(train)), int(rng.choice(test))
    times[a], times[b] = times[b], times[a]
    with pytest.raises(UsageError, match=r"was fitted on .* rows that are not earlier"):
        splitters.forward(folds, times)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": GROUPS, "folds": KFold(7)}, "Group 'g2' stands on both sides of fold 1 of folds=KFold"),
        (
            {"groups": GROUPS, "folds": np.arange(ROWS) % 5},
            "Group 'g0' stands in several folds of folds, so the",
        ),
        ({"folds": GroupKFold(5)}, r"GroupKFold.* cannot split these rows: .*groups.* Give groups=\."),
        ({"folds": StratifiedKFold(100)}, "cannot split these rows: n_splits=100 cannot be greater"),
        (
            {"time": DAYS, "folds": KFold(5)},
            "Fold 1 of folds=KFold.* was fitted on 96 rows that are not earlier",
        ),
        (
            {"time": DAYS[::-1], "folds": TimeSeriesSplit(5)},
            "Fold 1 of folds=TimeSeries.* was fitted on 20 rows",
        ),
        ({"time": np.arange(ROWS) // 7, "folds": TimeSeriesSplit(5)}, "with equal times on one side"),
        ({"time": DAYS, "folds": np.arange(ROWS) % 5}, r"Folds 1 and 2 \(in order of time\) overlap in time"),
        ({"groups": GROUPS, "folds": TimeSeriesSplit(5)}, "Group 'g2' stands on both sides of fold 1"),
        ({"folds": ShuffleSplit(4, random_state=0)}, "ShuffleSplit.* tests some rows more often than others"),
        ({"folds": KFold(5, shuffle=True)}, "makes other folds each time; give it the random_state"),
        ({"folds": RepeatedKFold()}, "makes other folds each time"),
        (
            {"folds": [(np.arange(100), np.arange(90, 120))]},
            "Fold 1 of folds predicts 10 rows that it was fitted on",
        ),
        (
            {"folds": [(np.arange(100), np.arange(100, 130))]},
            "folds speaks of row 129, but there are 120 rows",
        ),
        ({"folds": [([0.5], [1.5])]}, "The pairs of folds must hold row numbers"),
        ({"folds": 5}, r"folds must be one fold a row, a splitter such as KFold\(5\), or pairs"),
        ({"folds": iter([])}, "folds makes no fold|folds are an iterator"),
        ({"folds": np.arange(5)}, "folds has 5 values, but y has 120"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        floor(Y, P, **options)
