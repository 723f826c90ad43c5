"""The unit of resampling."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.core.errors import InternalError
from lowtide.splits.plan import Plan
from lowtide.splits.units import time_blocks, units

KEYS = np.array([5, 6, 5, 7], dtype=np.uint64)


def test_equal_rows_are_one_unit() -> None:
    assert units(Plan("rows"), keys=KEYS).tolist() == [0, 1, 0, 2]


def test_groups_are_units_and_a_missing_group_is_nobody_elses() -> None:
    found = units(Plan("groups"), keys=KEYS, groups=np.array([40, -1, 40, -1]))
    assert found[0] == found[2]
    assert len(set(found.tolist())) == 3


def test_blocks_are_runs_of_moments() -> None:
    times = np.concatenate([np.repeat(np.arange(1000.0), 2), [np.nan]])
    blocks = time_blocks(times)
    assert (np.diff(blocks) >= 0).all()
    assert blocks[-1] == blocks[-2] + 1 == 100
    assert np.array_equal(blocks[:-1:2], blocks[1::2])
    assert set(np.bincount(blocks[:-1]).tolist()) == {20}


def test_few_moments_are_blocks_of_their_own() -> None:
    assert time_blocks(np.array([3.0, 1.0, 2.0, 1.0])).tolist() == [2, 0, 1, 0]


def test_both_take_the_fewer() -> None:
    plan = Plan("groups+future")
    keys = np.arange(100, dtype=np.uint64)
    found = units(plan, keys=keys, groups=np.arange(100) % 7, times=np.arange(100.0))
    assert len(set(found.tolist())) == 7


def test_missing_inputs_are_errors() -> None:
    with pytest.raises(InternalError):
        units(Plan("future"), keys=KEYS)
    with pytest.raises(InternalError):
        units(Plan("groups"), keys=KEYS)
