"""Folds from a plan. A row's fold under ``rows`` and ``groups`` is a hash, so it never moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InternalError, Refusal
from lowtide.splits.hashing import Keys, mix
from lowtide.splits.plan import Fold, Plan
from lowtide.splits.windows import Window, windows
from lowtide.tables.table import Floats, Ints

# Below this many groups, hashing each on its own can leave a fold empty or with most of the rows: the
# groups are dealt out in the order of their hashes instead.
DEAL_BELOW = 50
# Parts that the groups are divided into when both time and groups are held out.
PARTS = 3

Mask = npt.NDArray[np.bool_]


def make(
    plan: Plan, *, keys: Keys, groups: Ints | None, times: Floats | None, y: Floats, seed: int
) -> tuple[Fold, ...]:
    """Return the folds of all repeats, in a fixed order.

    Parameters
    ----------
    keys : (n,) uint64 row keys; rows with equal keys always share a fold (scheme ``rows``).
    groups : (n,) group keys (`lowtide.splits.hashing.group_keys`), -1 missing: such a row is a group of
        its own.
    times : (n,) moments; rows without one are neither trained on nor tested under ``future``.
    y : (n,) target; rows without one are left out.
    seed : draws other folds.

    Raises
    ------
    Refusal
        When fewer than two folds (one window) can be made.
    """
    usable = np.isfinite(y)
    entities = keys
    if plan.by_group:
        if groups is None:
            raise InternalError(f"The scheme {plan.scheme} needs groups.")
        entities = _entities(groups, keys)
    if plan.by_time:
        if times is None:
            raise InternalError(f"The scheme {plan.scheme} needs times.")
        parts = _deal(entities, PARTS, 0, seed) if plan.by_group else None
        folds = _forward(plan, times, parts, usable & np.isfinite(times))
    else:
        folds = [
            fold
            for repeat in range(plan.repeats)
            for fold in _folds(_place(plan, entities, repeat, seed), plan.folds, repeat, usable)
        ]
    if len(folds) < (1 if plan.by_time else 2):
        raise Refusal(_too_few(plan))
    return tuple(folds)


def _entities(groups: Ints, keys: Keys) -> Keys:
    """Return the group's key, or the row's own where the group is missing."""
    return np.where(groups >= 0, groups.astype(np.uint64), mix(keys, 1)).astype(np.uint64)


def _place(plan: Plan, entities: Keys, repeat: int, seed: int) -> Ints:
    if plan.by_group:
        return _deal(entities, plan.folds, repeat, seed)
    return (mix(entities, seed, repeat) % np.uint64(plan.folds)).astype(np.int64)


def _deal(entities: Keys, folds: int, repeat: int, seed: int) -> Ints:
    """Return the fold of each row's entity: by hash alone, or dealt in hash order when they are few."""
    hashed = mix(entities, seed, repeat)
    distinct, inverse = np.unique(hashed, return_inverse=True)
    if len(distinct) >= DEAL_BELOW:
        return (hashed % np.uint64(folds)).astype(np.int64)
    return (np.arange(len(distinct), dtype=np.int64) % folds)[inverse]


def _folds(place: Ints, count: int, repeat: int, usable: Mask) -> list[Fold]:
    folds = []
    for index in range(count):
        test = np.flatnonzero(usable & (place == index))
        train = np.flatnonzero(usable & (place != index))
        if len(test) and len(train):
            folds.append(Fold(train, test, repeat, index, f"{index + 1}/{count}"))
    return folds


def _forward(plan: Plan, times: Floats, parts: Ints | None, usable: Mask) -> list[Fold]:
    folds: list[Fold] = []
    for index, window in enumerate(windows(times[usable], plan.folds, plan.gap)):
        inside = usable & (times >= window.start) & (times <= window.stop)
        earlier = usable & (times < window.start) & (times <= window.start - plan.gap)
        for part in range(1 if parts is None else PARTS):
            held = np.ones(len(times), dtype=bool) if parts is None else parts == part
            kept = held if parts is None else ~held
            test, train = np.flatnonzero(inside & held), np.flatnonzero(earlier & kept)
            if len(test) and len(train):
                label = _span(window, str(plan.facts.get("time_type", "number")))
                label = label if parts is None else f"{label} {part + 1}/{PARTS}"
                folds.append(Fold(train, test, 0, index, label))
    return folds


def _span(window: Window, time_type: str) -> str:
    """Return ``first … last`` of a window, free of language."""
    if time_type == "date":
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        ends = [(epoch + timedelta(days=d)).strftime("%Y-%m-%d") for d in (window.start, window.stop)]
    else:
        ends = [f"{value:.10g}" for value in (window.start, window.stop)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} … {ends[1]}"


def _too_few(plan: Plan) -> str:
    if plan.by_time:
        return (
            f"No test window can be cut from {plan.time!r}: it needs at least two distinct moments that lie "
            f"more than the gap ({plan.gap:g}) apart. Set a smaller gap, or declare another scheme."
        )
    if plan.by_group:
        return f"No folds can be made from {plan.group!r}: it needs at least two distinct groups."
    return "No folds can be made: the data needs at least two distinct rows with a known target."
