"""Which rows are locked away: decided by key or moment alone, and for ever."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowtide.splits.locking import after_border, below_border, hash_border, judged, time_border

KEYS = arrays(np.uint64, st.integers(2, 80), elements=st.integers(0, 40))
SHARES = st.floats(0.05, 0.5)


@given(KEYS, SHARES, st.integers(0, 2**40))
def test_a_share_of_the_distinct_keys_is_locked_and_one_stays(
    keys: np.ndarray, share: float, salt: int
) -> None:
    border = hash_border(keys, salt, share)
    distinct = np.unique(keys)
    if len(distinct) < 2:
        assert border is None
        return
    assert border is not None
    inside = len(np.unique(keys[below_border(keys, salt, border)]))
    assert 1 <= inside <= len(distinct) - 1
    assert abs(inside - share * len(distinct)) <= 1


@given(KEYS, KEYS, SHARES)
def test_rows_added_later_move_nobody(keys: np.ndarray, added: np.ndarray, share: float) -> None:
    border = hash_border(keys, 7, share)
    if border is None:
        return
    both = below_border(np.concatenate([keys, added]), 7, border)
    assert np.array_equal(both[: len(keys)], below_border(keys, 7, border))
    inside = set(keys[below_border(keys, 7, border)].tolist())
    known = np.isin(added, keys)
    assert np.array_equal(both[len(keys) :][known], [k in inside for k in added[known].tolist()]), (
        "an equal key lies on the same side"
    )


def test_another_salt_locks_other_rows() -> None:
    keys = np.arange(1000, dtype=np.uint64)
    masks = [below_border(keys, salt, hash_border(keys, salt, 0.2) or 0) for salt in (1, 2)]
    assert [int(m.sum()) for m in masks] == [200, 200]
    assert 20 <= int((masks[0] & masks[1]).sum()) <= 65, "about one in twenty-five by chance"


@given(arrays(np.float64, st.integers(1, 60), elements=st.integers(0, 20).map(float)), SHARES)
def test_the_last_period_begins_between_two_moments(times: np.ndarray, share: float) -> None:
    border = time_border(times, share)
    if len(np.unique(times)) < 2:
        assert border is None
        return
    assert border is not None
    late = after_border(times, border)
    assert late.any()
    assert not late.all()
    assert times[late].min() > times[~late].max()


def test_later_rows_are_locked_too_and_rows_without_a_moment_are_not() -> None:
    times = np.arange(100.0)
    border = time_border(times, 0.2)
    assert border == 79.0
    more = np.array([79.0, 80.0, 500.0, np.nan])
    assert after_border(more, border).tolist() == [False, True, True, False]
    assert judged(more, border, 10.0).tolist() == [False, False, True, False]
