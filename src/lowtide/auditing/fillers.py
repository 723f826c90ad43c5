"""Recognising values that were filled in: an atom that equals the mean or the median of the other rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.digits import SINGLE, decimals, grain
from lowtide.stats.association import Bools, Floats, Ints

LEAST_ROWS, LEAST_DISTINCT = 30, 10
TRIED = 3
NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Filler:
    """A value that stands for missing ones.

    Attributes
    ----------
    statistic : ``mean`` or ``median``.
    evidence : minus the decimal logarithm of the chance that an honest column has such a value.
    """

    value: float
    rows: int
    statistic: str
    evidence: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Distinct values of a column, how often each stands, and which lie off the step of the others."""

    values: Floats
    counts: Ints
    off: Bools
    step: float

    @property
    def rows(self) -> int:
        return int(self.counts.sum())


def counted(values: Floats) -> Counted | None:
    """Return the distinct values (n,); ``None`` for columns too short or too coarse to tell anything."""
    if len(values) < LEAST_ROWS:
        return None
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < LEAST_DISTINCT:
        return None
    # The step is what most rows lie on, so distinct values weigh by their rows.
    # The commonest value (zero, mostly) says nothing about it.
    few = values[values != distinct[int(np.argmax(counts))]]
    step, _ = grain(few[:: max(1, len(few) // 4000)])
    if step == 0.0:
        off = np.zeros(len(distinct), dtype=bool)
    else:
        each = distinct / step
        off = np.abs(each - np.round(each)) > 1e-6 * np.maximum(1.0, np.abs(each))
    return Counted(distinct, counts.astype(np.int64), off, step)


def commonest(column: Counted, most: int) -> list[int]:
    """Return positions of the commonest values, and of the commonest off the step; ascending."""
    order = np.argsort(-column.counts, kind="stable")[:most]
    lone = np.flatnonzero(column.off & (column.counts >= 2))
    lone = lone[np.argsort(-column.counts[lone], kind="stable")][:most]
    return sorted({*order.tolist(), *lone.tolist()})


def filler_of(column: Counted, against: Counted | None = None) -> Filler | None:
    """Return the value that most likely stands for missing ones; ``None`` when none is likely.

    Parameters
    ----------
    against : the rows over which the mean or the median would have been taken; the column's own by default.
    """
    pool = column if against is None else against
    best: Filler | None = None
    for at in commonest(column, TRIED):
        value, rows = float(column.values[at]), int(column.counts[at])
        if rows < 3 and not (column.off[at] and rows >= 2):
            continue
        standing = _standing(column, at)
        if standing <= 0.0:
            continue
        mean = mean_evidence(pool, value)
        middle = median_evidence(pool, value)
        strong, name = max((mean, "mean"), (middle, "median"))
        # A coarse mean is near many values; only the standing of the atom speaks for it then.
        if strong >= 0.3 and (best is None or strong + standing > best.evidence):
            best = Filler(value, rows, name, strong + standing)
    return best


def standing_out(column: Counted) -> float:
    """Return how much the most conspicuous of the common values stands out."""
    order = np.argsort(-column.counts, kind="stable")[:TRIED].tolist()
    lone = np.flatnonzero(column.off & (column.counts >= 2))[:TRIED].tolist()
    return max((_standing(column, at) for at in (*order, *lone)), default=0.0)


def _standing(column: Counted, at: int) -> float:
    """Say how much a value stands out by nature's measure: nothing for a value as common as its neighbours."""
    rows = int(column.counts[at])
    if column.off[at]:
        return 2.0
    around = np.delete(column.counts[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1], min(at, NEIGHBOURS))
    most = int(around.max(initial=1))
    if rows < 2 * most + 2:
        return 0.0
    # People prefer round numbers, and nature has zeros.
    if rounder(column, at):
        return 0.01
    return 2.0 if rows >= 10 * most else 1.3 if rows >= 3 * most else 0.8


def rounder(column: Counted, at: int) -> bool:
    """Say whether people would choose a value: zero, or two digits at most where 85 % of the others have more."""
    value = float(column.values[at])
    if value == 0.0:
        return True
    digits = int(np.floor(np.log10(abs(value)))) + 1 - int(_trailing(np.asarray([value]))[0])
    if digits > 2:
        return False
    few = np.unique(np.concatenate([column.values[:: max(1, len(column.values) // 300)], [value]]))
    zeros = _trailing(few)
    return bool(np.mean(zeros < _trailing(np.asarray([value]))[0]) >= 0.85)


def _trailing(values: Floats) -> Ints:
    """Return the place of the last digit that is not zero, counted upwards (12.50: -1, 300: 2)."""
    place = -decimals(values)
    for p in range(1, 7):
        place[(values % 10**p == 0) & (values != 0)] = p
    return place


def mean_evidence(pool: Counted, value: float) -> float:
    """Return the evidence that a value is the mean of all other rows, as exactly as it is written."""
    other = pool.values != value
    rows = float(pool.counts[other].sum())
    if rows < 10:
        return 0.0
    weight = pool.counts[other] / rows
    mean = float(weight @ pool.values[other])
    spread = float(np.sqrt(weight @ (pool.values[other] - mean) ** 2))
    room = 0.5001 * pool.step if value == 0.0 else slack(value)
    # Computers add in different orders and precisions.
    room = max(room, 1e-9 * float(np.abs(pool.values).max()))
    if spread <= 0.0 or abs(mean - value) > room:
        return 0.0
    return _minus_log(1.6 * room / spread)


def median_evidence(pool: Counted, value: float) -> float:
    """Return the evidence that a value is the median of the rows it was filled from.

    Rows with that very value that were measured are not known; there can hardly be more of them than of the
    values beside it.
    """
    below = pool.values < value
    above = pool.values > value
    low, high = int(pool.counts[below].sum()), int(pool.counts[above].sum())
    rows = low + high
    if low == 0 or high == 0 or rows < 10:
        return 0.0
    at = int(below.sum())
    beside = np.concatenate([pool.counts[below][-3:], pool.counts[above][:3]])
    left, right = float(pool.values[below][-1]), float(pool.values[above][0])
    between = at < len(pool.values) and pool.off[at] and low == high
    if between and abs(value - (left + right) / 2) <= max(slack(value), 1e-9 * abs(value)):
        return _minus_log(2.0 / rows)
    most = int(beside.max())
    if abs(low - high) > most:
        return 0.0
    return _minus_log(2.0 * (2 * most + 1) / rows)


def slack(value: float) -> float:
    """Return half of the last digit in which a value is written."""
    written = int(decimals(np.asarray([value]))[0])
    return max(0.5001 * 10.0**-written, SINGLE * abs(value))


def _minus_log(chance: float) -> float:
    return float(min(9.0, max(0.0, -np.log10(max(chance, 1e-9)))))
