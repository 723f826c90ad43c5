"""Orders in which rows may have come into being: by time or by file, in all rows or inside each entity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing.moments import Moment, find_moment, from_parts
from lowtide.stats.association import Floats, Ints

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

ROWS = 8_000
ENTITIES = 2
NUMBERS = 2
MOST = 6
HEAD = 5_000
LEAST = 40
UNIQUE = 0.98


@dataclass(frozen=True, slots=True)
class Sequence:
    """Rows in an order.

    Attributes
    ----------
    rows : (m,) positions in the whole table; all have a target.
    own : (m,) entity of each row, 0, 1, 2, ... ascending; all 0 without entities.
    place : (m,) place of the row inside its entity, from 1.
    group, time : the columns that made it, ``None`` and ``":order"`` when it is the file.
    directed : a time tells which way it runs; the order of a file may as well run backwards.
    """

    rows: Ints
    own: Ints
    place: Ints
    group: str | None
    time: str
    directed: bool

    def shifted(self, values: Floats, by: int) -> Floats:
        """Return values (m,) or (m, p) of the row ``by`` places later in the same entity, NaN where there is none."""
        out = np.full_like(values, np.nan)
        m = len(values)
        if abs(by) >= m:
            return out
        here = np.arange(max(0, -by), min(m, m - by))
        same = self.own[here] == self.own[here + by]
        out[here[same]] = values[here[same] + by]
        return out


def sequences(context: Context) -> list[Sequence]:
    """Return all orders worth looking along, those with a time first; equal ones once.

    At most `ROWS` rows each: whole entities from the beginning, or the first rows, since a window over
    neighbours needs all of them.
    """
    known = np.flatnonzero(~np.isnan(context.target.y)).astype(np.int64)
    if len(known) < LEAST:
        return []
    groups: list[tuple[str | None, Ints, Ints]] = []
    for name in _entities(context):
        codes = context.table.codes(name)[0][known]
        if len(np.unique(codes)) < len(known) / 3:
            some = _whole_entities(codes)
            groups.append((name, codes[some], known[some]))
    groups.append((None, np.zeros(len(known), dtype=np.int64), known))
    times: list[tuple[str, Floats, bool]] = []
    moment = find_moment(context)
    if moment is not None:
        times.append((moment.columns[0], days(context, moment), True))
    times.extend((n, context.table.numbers(n), False) for n in _running(context))
    times.append((":order", np.arange(len(context.table), dtype=np.float64), False))
    found: list[Sequence] = []
    seen: set[bytes] = set()
    directions: list[Floats] = []
    for group, codes, rows in groups:
        own = _counter(context, codes, rows) if group is not None else None
        inside = times if own is None else [(own, context.table.numbers(own), True), *times]
        directions.extend(t for _, t, d in inside if d)
        for time, when, directed in inside:
            if not directed and _against(codes, when[rows], [t[rows] for t in directions]):
                continue
            made = _sequence(rows, codes, when[rows], group, time, directed)
            if made is None:
                continue
            key = made.rows.tobytes() + made.own.tobytes()
            if key not in seen:
                seen.add(key)
                found.append(made)
    return sorted(found, key=lambda s: not s.directed)[:MOST]


def _against(codes: Ints, when: Floats, known: list[Floats]) -> bool:
    """True when this order runs backwards along one whose direction is known."""
    order = np.lexsort((when, codes))
    same = np.diff(codes[order]) == 0
    moves = [m[m != 0] for m in (np.diff(t[order])[same] for t in known)]
    return any(len(m) > 0 and float(np.mean(m < 0)) >= 0.9 for m in moves)


def _counter(context: Context, codes: Ints, known: Ints) -> str | None:
    """Return a whole number that counts the rows inside each entity (a visit, a week, a cycle), or ``None``."""
    for name in sorted(context.features):
        view = context.view(name)
        if view.values is None or not view.whole or view.distinct < 4 or view.missing.any():
            continue
        values = context.table.numbers(name)[known]
        order = np.lexsort((values, codes))
        steps = np.diff(values[order])[np.diff(codes[order]) == 0]
        if len(steps) and np.mean(steps == np.median(steps)) >= 0.9 and np.median(steps) > 0:
            return name
    return None


def _blocks(context: Context, known: Ints) -> list[str]:
    """Return columns by which the file lies in blocks: the rows of a value stand together."""
    head = known[:HEAD]
    small = context.table.take(head) if len(head) < len(context.table) else context.table
    found = []
    for name in sorted(context.features):
        view = context.view(name)
        if view.type == "date" or not (view.values is None or view.whole):
            continue
        if not 3 <= view.distinct <= context.sampled / 4 or view.missing.any():
            continue
        codes = small.codes(name)[0]
        if int((np.diff(codes) != 0).sum()) + 1 <= 1.02 * len(np.unique(codes)):
            found.append((-view.distinct, name))
    return [n for _, n in sorted(found)[:1]]


def _whole_entities(codes: Ints) -> Ints:
    """Return the positions of the rows of as many entities as are needed, all of each; none without a value."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    if len(order) <= 2 * ROWS:
        return np.sort(order)
    start = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0])
    end = start[start >= ROWS]
    return np.sort(order[: int(end[0]) if len(end) else len(order)])


def _sequence(
    known: Ints, codes: Ints, when: Floats, group: str | None, time: str, directed: bool
) -> Sequence | None:
    if np.mean(np.isnan(when)) > 0.05:
        return None
    # Rows of one moment keep the order of the file, turned round when the file runs against the time.
    there = ~np.isnan(when)
    down = np.corrcoef(when[there], np.flatnonzero(there))[0, 1] < -0.5 if np.ptp(when[there]) > 0 else False
    tie = -known if down else known
    alone = group is None
    order = np.lexsort((tie, when)) if alone else np.lexsort((tie, when, codes))
    order = order[there[order] & (codes[order] >= 0)]
    if len(order) < LEAST:
        return None
    moved = codes[order]
    step = np.diff(when[order])[np.diff(moved) == 0]
    # Ties leave the neighbours open: such an order says nothing about windows.
    if len(step) < LEAST / 2 or (np.mean(step == 0) > 0.1 and time != ":order"):
        return None
    _, own = np.unique(moved, return_inverse=True)
    start = np.flatnonzero(np.r_[True, np.diff(own) != 0])
    place = np.arange(len(own)) - np.repeat(start, np.diff(np.r_[start, len(own)])) + 1
    rows = known[order]
    if len(rows) > ROWS:
        end = ROWS if group is None else max(int(start[start <= ROWS][-1]), LEAST)
        rows, own, place = rows[:end], own[:end], place[:end]
    return Sequence(rows, own.astype(np.int64), place.astype(np.int64), group, time, directed)


def _entities(context: Context) -> list[str]:
    declared = context.task.group
    names = [] if declared is None or declared not in context.table.names else [declared]
    for entity in context.entities:
        if entity.name not in names and len(names) < ENTITIES:
            names.append(entity.name)
    known = np.flatnonzero(~np.isnan(context.target.y)).astype(np.int64)
    return names + [n for n in _blocks(context, known) if n not in names]


def _running(context: Context) -> list[str]:
    """Return whole numbers that give the rows a place: (nearly) one of their own, in steps of one."""
    found = []
    for name in sorted(context.candidates):
        view = context.view(name)
        if view.values is None or not view.whole or view.distinct < UNIQUE * context.sampled:
            continue
        steps = np.diff(np.unique(view.values[~view.missing]))
        if len(steps) and np.mean(steps <= 3 * max(float(np.median(steps)), 1.0)) >= 0.95:
            found.append(name)
    return found[:NUMBERS]


def days(context: Context, moment: Moment) -> Floats:
    """Return the moment of every row of the table (n,), NaN unknown."""
    table = context.table
    first = table.column(moment.columns[0])
    if first.type == "text":
        return table.codes(first.name)[0].astype(np.float64)
    values = [table.numbers(c) for c in moment.columns]
    if first.type == "date":
        return values[0] + (np.nan_to_num(values[1]) / 24.0 if len(values) > 1 else 0.0)
    if len(values) == 1:
        return values[0]
    parts: list[Floats | None] = [*values, *[None] * (4 - len(values))]
    assert parts[0] is not None
    return from_parts(parts[0], parts[1], parts[2], parts[3])
