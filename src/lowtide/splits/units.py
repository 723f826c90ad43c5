"""The unit of resampling is the unit of dependence."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InternalError
from lowtide.splits.hashing import Keys
from lowtide.splits.plan import Plan
from lowtide.tables.table import Floats, Ints

MOST_BLOCKS = 200


def units(plan: Plan, *, keys: Keys, groups: Ints | None = None, times: Floats | None = None) -> Ints:
    """Return the resampling unit of each row (n,): codes from 0.

    Under ``rows`` equal rows are one unit; under ``groups`` the group is; under ``future`` blocks of
    consecutive moments are; under both, whichever gives fewer units. Rows without a group are units of
    their own, rows without a moment share one block.
    """
    if plan.scheme == "rows":
        return _codes(keys)
    found: list[Ints] = []
    if plan.by_group:
        if groups is None:
            raise InternalError(f"The scheme {plan.scheme} needs groups.")
        own = np.where(groups >= 0, groups, -1 - np.arange(len(groups), dtype=np.int64))
        found.append(_codes(own))
    if plan.by_time:
        if times is None:
            raise InternalError(f"The scheme {plan.scheme} needs times.")
        found.append(time_blocks(times))
    return min(found, key=lambda codes: int(codes.max(initial=0)))


def time_blocks(times: Floats, most: int = MOST_BLOCKS) -> Ints:
    """Return the block of consecutive moments that each row lies in, codes from 0 in time order.

    Of T distinct moments about T^(2/3) blocks are made, so that a block spans T^(1/3) of them: the
    rate that is best for the block bootstrap of a mean (Hall, Horowitz & Jing 1995). No more than
    ``most`` blocks, of about equal numbers of moments. Rows without a moment form the last block.
    """
    distinct, inverse = np.unique(times, return_inverse=True)
    count = int(np.isfinite(distinct).sum())
    if not count:
        return np.zeros(len(times), dtype=np.int64)
    blocks = min(count, most, max(20, round(count ** (2 / 3))))
    of_moment = np.arange(len(distinct), dtype=np.int64) * blocks // count
    of_moment[count:] = blocks
    return np.asarray(of_moment[inverse], dtype=np.int64)


def _codes(labels: npt.NDArray[Any]) -> Ints:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
