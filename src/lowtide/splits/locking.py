"""Which rows belong in the vault: by a hash of the row or of its group, or the last period.

Membership never depends on an outcome, and never on which other rows there are once the border is fixed: a row
that is added later falls on the side that its hash, or its moment, puts it on.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from lowtide.splits.hashing import Keys, mix
from lowtide.tables.table import Floats

Mask = npt.NDArray[np.bool_]


def hash_border(keys: Keys, salt: int, share: float) -> int | None:
    """Return the border below which a salted hash lies in the vault, so that ``share`` of the distinct keys do.

    At least one key is in and one is out; ``None`` when there are fewer than two.
    """
    hashed = np.unique(mix(keys, salt))
    if len(hashed) < 2:
        return None
    inside = min(max(1, round(share * len(hashed))), len(hashed) - 1)
    return int(hashed[inside])


def below_border(keys: Keys, salt: int, border: int) -> Mask:
    """Return (n,) True for rows whose salted hash lies below the border."""
    return np.asarray(mix(keys, salt) < np.uint64(border), dtype=bool)


def time_border(times: Floats, share: float) -> float | None:
    """Return the last moment that stays outside, so that about ``share`` of the rows come later.

    Equal moments are never divided; ``None`` when there are fewer than two distinct ones.
    """
    known = times[np.isfinite(times)]
    distinct, rows = np.unique(known, return_counts=True)
    if len(distinct) < 2:
        return None
    later = len(known) - np.cumsum(rows)
    return float(distinct[int(np.argmin(np.abs(later[:-1] - share * len(known))))])


def after_border(times: Floats, border: float) -> Mask:
    """Return (n,) True for rows later than the border; rows without a moment are never later."""
    with np.errstate(invalid="ignore"):
        return np.asarray(times > border, dtype=bool)


def judged(times: Floats, border: float, gap: float) -> Mask:
    """Return (n,) True for rows that a model trained up to the border may be judged on, ``gap`` later."""
    with np.errstate(invalid="ignore"):
        return np.asarray((times > border) & (times >= border + (gap if math.isfinite(gap) else 0.0)))
