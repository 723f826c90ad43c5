"""Rows that lie exactly between two others: what SMOTE and its kin leave behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.alike import nearest
from lowtide.stats.association import Bools, Floats, Ints

NEIGHBOURS = 40
QUERIES = 3000
WORK = 40_000_000
# 1 + cos of the angle at a row between its two neighbours: exact, single precision or many decimals, few decimals.
TOLERANCES = (1e-9, 1e-6, 1e-5, 1e-4)
# Columns whose last digit is this small (standard deviations) keep the direction when they are rounded.
SHARP = 0.02
FEW = 12
MIXED = 5
_MOVED = 1e-7


@dataclass(frozen=True, slots=True)
class Between:
    """How straight the row lies between two of its neighbours.

    Attributes
    ----------
    asked : (q,) positions of the rows looked at.
    bend : (q,) least 1 + cos over pairs of neighbours; 0 is exactly between them.
    control : (q,) the same for rows that were mixed from a row's neighbours column by column: as alike, on the same
        grid of values, and between no two.
    nearer : (q,) position of the nearer of the two.
    """

    asked: Ints
    bend: Floats
    control: Floats
    nearer: Ints

    def rate(self, tolerance: float) -> float:
        return float((self.bend < tolerance).mean())

    def chance(self, tolerance: float) -> float:
        return float((self.control < tolerance).mean())


def between(raw: Floats, members: Ints, fine: Bools, steps: Floats, seed: int) -> list[Between]:
    """Look at rows of one class.

    A synthetic row is a + u (b - a) with one u for all columns, b among the nearest neighbours of a (Chawla et al.
    2002, doi 10.1613/jair.953, section 4.2): seen from it, a and b are in opposite directions. Neighbours are
    sought in the units of the table and in standard deviations, for nobody says in which the rows were made.

    Parameters
    ----------
    raw : (n, p) numbers of all rows, none missing among ``members``.
    members : positions of the rows of the class.
    fine : (p,) columns with many values; a pair counts only when two of these differ.
    steps : (p,) size of the last digit of each column.

    Returns
    -------
    list of Between
        By all columns; and by those alone in which rounding leaves the direction as it was, in case that the rows were
        rounded after they were made.
    """
    own = raw[members]
    spread = own.std(axis=0)
    used = spread > 0
    own, fine = own[:, used] / spread[used], fine[used]
    own = own - own.mean(axis=0)
    if fine.sum() < 2 or len(own) < 12:
        return []
    rng = np.random.default_rng([seed, 1051])
    most = int(np.clip(WORK // len(own), 300, QUERIES))
    asked = np.arange(len(own)) if len(own) <= most else np.sort(rng.choice(len(own), most, replace=False))
    k = min(NEIGHBOURS, len(own) - 2)
    where = [nearest(own[asked], own, k + 1)[1]]
    unit = spread[used] / spread[used].max()
    if unit.min() < 0.5:
        where.append(nearest(own[asked] * unit, own * unit, k + 1)[1])
    around = np.concatenate(where, axis=1)
    # Neighbouring columns never come from the same neighbour, or a mixed row could be that very neighbour.
    pick = (rng.integers(0, MIXED, (len(asked), 1)) + np.arange(own.shape[1])) % MIXED + 1
    mixed = own[around[np.arange(len(asked))[:, None], pick], np.arange(own.shape[1])]
    sharp = fine & (steps[used] / spread[used] < SHARP)
    rounded = bool((~sharp).any()) and int(sharp.sum()) >= 3
    made = []
    for chosen, count in (
        ((np.ones(len(fine), dtype=bool), k + 1), (sharp, FEW)) if rounded else ((sharp | True, k + 1),)
    ):
        close = around if count > k else np.concatenate([w[:, : count + 1] for w in where], axis=1)
        bend, nearer = _bend(own[asked][:, chosen], own[:, chosen], close, asked, fine[chosen])
        control, _ = _bend(mixed[:, chosen], own[:, chosen], close, asked, fine[chosen])
        made.append(Between(members[asked], bend, control, members[nearer]))
    return made


def _bend(points: Floats, own: Floats, around: Ints, asked: Ints, fine: Bools) -> tuple[Floats, Ints]:
    q, k = around.shape
    least, nearer = np.full(q, 2.0), np.zeros(q, dtype=np.int64)
    step = max(1, 4_000_000 // (k * max(k, points.shape[1])))
    for start in range(0, q, step):
        part = slice(start, start + step)
        away = own[around[part]] - points[part][:, None, :]
        length = np.sqrt((away**2).sum(axis=2))
        usable = ((np.abs(away) > _MOVED) & fine).sum(axis=2) >= 2
        usable &= around[part] != asked[part][:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            away = np.where(usable[:, :, None], away / length[:, :, None], 0.0)
        cosine = away @ away.transpose(0, 2, 1)
        flat = cosine.reshape(len(cosine), -1)
        pair = flat.argmin(axis=1)
        least[part] = 1.0 + flat[np.arange(len(flat)), pair]
        a, b = around[part][np.arange(len(flat)), pair // k], around[part][np.arange(len(flat)), pair % k]
        d = length[np.arange(len(flat))[:, None], np.column_stack([pair // k, pair % k])]
        nearer[part] = np.where(d[:, 0] <= d[:, 1], a, b)
    return least, nearer
