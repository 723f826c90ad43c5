"""Columns that are constant together and so identify somebody, where no column names him.

A person's age, sex and height come back unchanged in each of his rows. Two rows that agree in some of these
agree in all of them, far more often than two rows that *nearly* agree: equality stands out like a spike over
its neighbourhood. Columns that are merely related (a stone's carat and its length) have no such spike, and
coarse categories have neighbours as often as equals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing.entities import LEAST_GROUPS
from lowtide.stats.association import Floats, Ints

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

MOST_COLUMNS = 120
ANCHORS = 25
PAIRS = 6_000
RICH = 0.1
CONSTANT = 0.9
LEAST_REPEATS = 0.5
COMMON = 0.2
MANY_LEVELS = 30
SPIKE = 5.0
EXCESS = 0.03


@dataclass(frozen=True, slots=True)
class People:
    """A group of columns that identify somebody.

    Attributes
    ----------
    columns : constant together, in table order.
    codes : (n,) who it is, per sampled row.
    groups : how many are in two rows or more; ``repeats``: share of the rows that are theirs.
    spike : how much more often two of their rows agree in a number than nearly agree.
    """

    columns: tuple[str, ...]
    codes: Ints
    groups: int
    repeats: float
    largest: int
    spike: float


def people(context: Context) -> People | None:
    """Return the group of columns that identify somebody, or ``None``."""
    names = _looked_at(context)
    if len(names) < 2 or context.sampled < 40:
        return None
    codes = np.column_stack([context.view(n).codes + 1 for n in names])
    chance = np.array([_agreement(c) for c in codes.T])
    rich = [int(j) for j in np.argsort(chance, kind="stable") if chance[j] <= RICH][:ANCHORS]
    best: People | None = None
    tried: set[tuple[int, ...]] = set()
    for anchor in rich:
        group = _grow(anchor, codes, chance, context.seed)
        if group is None or group in tried:
            continue
        tried.add(group)
        seen = _judge(context, names, codes, group, chance)
        if seen is not None and (
            best is None or (len(seen.columns), seen.spike) > (len(best.columns), best.spike)
        ):
            best = seen
        if best is not None and len(tried) >= 3:
            break
    return best


def _looked_at(context: Context) -> list[str]:
    """Return columns that could be constant in somebody's rows: they repeat, and they vary."""
    out = []
    for name in sorted(context.candidates):
        view = context.view(name)
        varied = 2 <= view.distinct <= 0.7 * context.sampled
        if (
            varied
            and name != context.task.time
            and name not in context.task.unit
            and view.missing.mean() <= 0.5
        ):
            out.append(name)
    if len(out) > MOST_COLUMNS:
        out = sorted(out, key=lambda n: (-context.view(n).distinct, n))[:MOST_COLUMNS]
    return out


def _agreement(codes: Ints) -> float:
    share = np.bincount(codes) / len(codes)
    return float((share**2).sum())


def _pairs(key: Ints, seed: int) -> tuple[Ints, Ints]:
    """Return pairs of rows with the same key: neighbours after shuffling and sorting by it."""
    luck = np.random.default_rng([seed, 61]).permutation(len(key))
    order = luck[np.argsort(key[luck], kind="stable")]
    same = np.flatnonzero(key[order[1:]] == key[order[:-1]])
    if len(same) > PAIRS:
        same = same[:: len(same) // PAIRS + 1]
    return order[same], order[same + 1]


def _grow(anchor: int, codes: Ints, chance: Floats, seed: int) -> tuple[int, ...] | None:
    """Add the column that tells most about who it is until rows that agree agree in all constant columns."""
    group = [anchor]
    key = codes[:, anchor]
    least = max(20, int(0.05 * len(codes)))
    for _ in range(5):
        left, right = _pairs(key, seed)
        if len(left) < least:
            return None
        agree = (codes[left] == codes[right]).mean(axis=0)
        excess = (agree - chance) / np.maximum(1 - chance, 1e-9)
        constant = (agree >= CONSTANT) & (excess >= 0.75)
        constant[group] = False
        if constant.any():
            return tuple(sorted({*group, *np.flatnonzero(constant).tolist()}))
        gain = np.where(excess >= EXCESS, excess * -np.log(np.clip(chance, 1e-9, 1.0)), 0.0)
        gain[group] = 0.0
        if gain.max() <= 0.0:
            return None
        group.append(int(gain.argmax()))
        key = np.unique(
            key * (int(codes[:, group[-1]].max()) + 1) + codes[:, group[-1]], return_inverse=True
        )[1]
    return None


def _joint(codes: Ints) -> Ints:
    key = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        key = np.unique(key * (int(column.max()) + 1) + column, return_inverse=True)[1].astype(np.int64)
    return key


def _judge(
    context: Context, names: list[str], codes: Ints, group: tuple[int, ...], chance: Floats
) -> People | None:
    key = _joint(codes[:, group])
    sizes = np.bincount(key)
    repeated = sizes >= 2
    groups, rows = int(repeated.sum()), int(sizes[repeated].sum())
    if groups < LEAST_GROUPS or rows < LEAST_REPEATS * len(key) or len(group) < 2:
        return None
    # A column and a function of it (a month and its index) are one column, told twice.
    if len(group) == 2 and any(len(np.unique(codes[:, j])) >= 0.98 * len(sizes) for j in group):
        return None
    # Zeros that are everywhere agree without being anybody's: the rows without them must repeat as well.
    telling = np.ones(len(key), dtype=bool)
    for j in group:
        counts = np.bincount(codes[:, j])
        if len(counts) >= MANY_LEVELS and counts.max() > COMMON * len(key):
            telling &= codes[:, j] != counts.argmax()
    if (
        telling.sum() < 20
        or np.mean(np.bincount(key[telling], minlength=len(sizes))[key[telling]] >= 2) < LEAST_REPEATS
    ):
        return None
    spikes = [
        _spike(codes, group, j, context.seed) for j in group
        if chance[j] <= RICH and context.view(names[j]).values is not None
    ]  # fmt: skip
    known = [s for s in spikes if s is not None]
    if not known or min(known) < SPIKE:
        return None
    order = {n: i for i, n in enumerate(context.table.names)}
    columns = tuple(sorted((names[j] for j in group), key=order.__getitem__))
    return People(columns, key, groups, rows / len(key), int(sizes.max()), float(min(known)))


def _spike(codes: Ints, group: tuple[int, ...], column: int, seed: int) -> float | None:
    """Return how much more often rows that agree in the others agree in this number than nearly agree.

    Nearly: one or two of its values away. The same ratio over any two rows is divided out, since people
    write round numbers. ``None`` when the others leave no pairs to compare.
    """
    others = [j for j in group if j != column]
    left, right = _pairs(_joint(codes[:, others]), seed)
    if len(left) < 20:
        return None
    own = codes[:, column]
    share = np.bincount(own) / len(own)
    near = sum(float((share[d:] * share[:-d]).sum()) for d in (1, 2)) / 2
    plain = float((share**2).sum()) / max(near, 1e-12)
    return _ratio(own[left], own[right]) / max(plain, 1.0)


def _ratio(left: Ints, right: Ints) -> float:
    apart = np.abs(left - right)
    near = float(np.mean((apart == 1) | (apart == 2))) / 4
    return float(np.mean(apart == 0)) / max(near, 1 / len(left))
