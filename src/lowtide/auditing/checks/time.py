"""LT302: rows have an order in time, by a date or hidden in the order of the file."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.checks.order import sortedness
from lowtide.auditing.context import FOLDS, Context
from lowtide.auditing.entities import lie_together
from lowtide.auditing.moments import Moment, find_moment
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import (
    Bools,
    Floats,
    Ints,
    bin_numbers,
    binned_predictions,
    deal_folds,
    null_skill,
    ranks,
    serial,
    serial_p,
    skill,
)  # fmt: skip
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SURE = 0.02
BLOCKS = 10
STRETCHES, STRETCH = 8, 450
DRIFT = 0.005
SERIAL = 0.05
GAP = 0.3
SURE_ALONE = 0.005
REMEMBERS = 0.18
GROUPED = 0.7
FADES = 1.1


class TimeOrder(Check):
    """With a date: does the target drift, or is it alike in neighbouring rows, along it?

    Without one: the order of the file may be time. Proof is a clock (a column that counts up by equal steps
    and starts again), or most columns being alike in neighbouring rows while the target, beyond the features
    and outside repeating entities, is so too. When only the target remembers the row before, it is a
    question. A file that is merely sorted by a column is not time.
    """

    code = "LT302"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 50:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        moment = None if task.time == ":order" else find_moment(context)
        if moment is not None:
            return [_dated(self.code, moment, context, task)]
        if sortedness(context.y, len(target.classes)) is not None and task.time != ":order":
            return NotApplicable(code=self.code, reason="sorted_by_target")
        return _hidden(self.code, context, declared=task.time == ":order")


def _dated(code: str, moment: Moment, context: Context, task: Task) -> Finding:
    known = np.flatnonzero(~np.isnan(moment.when))
    along, breaks, targets = _along(moment, known, context)
    near, p_near = serial_p(targets, breaks=breaks, seed=context.seed)
    blocks = bin_numbers(moment.when[known], most=BLOCKS)
    fold = deal_folds(None, len(known), FOLDS, context.seed)
    centred = _centred(context)
    targets = centred[known]
    drift = skill(targets, binned_predictions(blocks, targets, fold, FOLDS))
    null = null_skill([blocks], targets, fold, FOLDS, 59, context.seed)
    p_drift = float(1 + (null >= drift).sum()) / (1 + len(null))
    moves = (p_drift <= SURE and drift >= DRIFT) or (p_near <= SURE and near >= SERIAL)
    declared = task.time is not None
    # A year alone may be the year of anything (a car's, a film's): only the same entities, year after year, or
    # a finer date make it the moment of the row.
    year_only = len(moment.columns) == 1 and context.view(moment.columns[0]).type == "number"
    vague = year_only and centred is context.targets
    facts: dict[str, Any] = {
        "variant": "dated" if moves else "still", "time": moment.columns[0], "span_days": round(moment.span, 3),
        "periods": moment.periods, "drift": drift, "p_drift": p_drift, "serial": near, "p_serial": p_near,
        "clear_moment": moment.clear, "other_dates": list(moment.others), "parts": len(moment.columns),
        "filled": len(known) / max(context.sampled, 1), "rows_looked_at": context.sampled,
    }  # fmt: skip
    return Finding(
        code=code,
        severity="warning" if declared or (moves and moment.clear and not vague) else "question",
        columns=moment.columns,
        rows=context.source_rows(along[-20:]),
        facts=facts,
        remedy="split_by_time",
    )


def _centred(context: Context) -> Floats:
    """Return the targets, less the mean of the row's entity where entities have three rows or more."""
    if context.units is None:
        return context.targets
    _, inverse, counts = np.unique(context.units, return_inverse=True, return_counts=True)
    if context.sampled < 3 * len(counts):
        return context.targets
    means = np.column_stack([np.bincount(inverse, weights=t) / counts for t in context.targets.T])
    centred: Floats = context.targets - means[inverse]
    return centred


def _along(moment: Moment, known: Ints, context: Context) -> tuple[Ints, Bools, Floats]:
    """Return rows along time, inside each entity when there are any, and where a new entity begins.

    Rows of one moment are shuffled: how they lie in the file is not time.
    """
    luck = np.random.default_rng([context.seed, 97]).permutation(len(known))
    targets = _centred(context)
    panel = targets is not context.targets
    own = (
        context.units[known] if panel and context.units is not None else np.zeros(len(known), dtype=np.int64)
    )
    order = np.lexsort((luck, moment.when[known], own))
    breaks = np.zeros(len(known), dtype=bool)
    breaks[1:] = np.diff(own[order]) != 0
    return known[order], breaks, targets[known[order]]


def _hidden(code: str, context: Context, *, declared: bool) -> list[Finding]:
    clock = _clock(context)
    numbers = _numeric(context)
    alike = {n: _neighbours(context, n) for n in numbers}
    dependent = sorted(n for n, r in alike.items() if r >= 0.2)
    share = len(dependent) / max(len(numbers), 1)
    many = clock is not None or (share >= 0.4 and len(dependent) >= 3)
    sorted_by = _sorted_by(context)
    if not many and not declared and sorted_by is not None:
        return []
    rows, breaks = _stretches(context.sampled)
    names = context.honest()
    fold = deal_folds(None, len(rows), FOLDS, context.seed)
    left = context.residuals(names, rows, fold)
    units = _units(context)
    apart = None if units is None else units[rows]
    beyond, p_beyond = serial_p(left, breaks=breaks, apart=apart, seed=context.seed)
    # Only the target may remember: its residuals resemble the row before, and less so those further back.
    next_to, p_next = serial_p(left, 1, breaks=breaks, apart=apart, draws=199, seed=context.seed)
    remembers = p_next <= SURE_ALONE and next_to >= max(REMEMBERS, FADES * beyond) and sorted_by is None
    if remembers and not many:
        remembers = not _grouped(context)
    if not many and not declared and not remembers:
        return []
    raw = serial(context.targets[rows], breaks=breaks, apart=apart)
    gap = _gap(context, names, rows, breaks)
    depends = p_beyond <= SURE and beyond >= SERIAL
    sure = sorted_by is None and depends and (clock is not None or (share >= 0.5 and len(dependent) >= 3))
    unsure = many and (depends or (gap >= GAP and sorted_by is None))
    if not (sure or unsure or declared or remembers):
        return []
    facts: dict[str, Any] = {
        "variant": "order", "time": ":order", "serial": raw, "serial_beyond_features": beyond,
        "serial_next": next_to, "p_serial": min(p_beyond, p_next), "dependent_columns": len(dependent), "columns_looked_at": len(numbers),
        "lost_without_neighbours": gap, "clock": clock, "sorted_by": sorted_by, "rows_looked_at": context.sampled,
    }  # fmt: skip
    severity = "warning" if sure or declared else "question"
    return [Finding(code=code, severity=severity, facts=facts, remedy="split_by_time")]


def _units(context: Context) -> Ints | None:
    """Return the entity of each row, named by a column or hidden (LT303): its likeness is not that of time."""
    return context.units if context.units is not None else context.together.get("LT303")


def _gap(context: Context, names: tuple[str, ...], rows: Ints, breaks: Bools) -> float:
    """Return how much skill is lost when whole stretches are held out instead of single rows, in shares of it."""
    stretch = np.cumsum(breaks).astype(np.int64)
    if stretch.max() == stretch.min():
        stretch = np.arange(len(rows), dtype=np.int64) * STRETCHES // len(rows)
    _, blocked = np.unique(stretch, return_inverse=True)
    single = deal_folds(None, len(rows), int(blocked.max()) + 1, context.seed)
    spread = ((context.targets[rows] - context.targets[rows].mean(axis=0)) ** 2).sum()
    lost = [1 - float((context.residuals(names, rows, f) ** 2).sum()) / spread for f in (single, blocked)]
    return float((lost[0] - lost[1]) / lost[0]) if lost[0] >= 0.05 else 0.0


def _numeric(context: Context) -> list[str]:
    return [
        n for n in context.honest()
        if (v := context.view(n)).values is not None and v.distinct >= 3 and v.missing.mean() <= 0.5
    ]  # fmt: skip


def _neighbours(context: Context, name: str) -> float:
    """Return the rank autocorrelation of a column over lags 1 to 5, outside repeating entities."""
    values = context.view(name).values
    assert values is not None
    known = ~np.isnan(values)
    units = _units(context)
    apart = None if units is None else units[known]
    return serial(ranks(values[known])[:, None], apart=apart)


def _stretches(n: int) -> tuple[Ints, Bools]:
    """Return positions in a few stretches of neighbouring rows, and where each begins."""
    if n <= STRETCHES * STRETCH:
        rows = np.arange(n, dtype=np.int64)
        return rows, rows == 0
    starts = np.linspace(0, n - STRETCH, STRETCHES).astype(np.int64)
    rows = (starts[:, None] + np.arange(STRETCH)[None, :]).ravel()
    return rows, np.isin(np.arange(len(rows)), np.arange(STRETCHES) * STRETCH)


def _sorted_by(context: Context) -> str | None:
    """Return a column along which the whole file is sorted (running numbers apart), or ``None``."""
    for name in sorted(context.candidates):
        view = context.view(name)
        if view.distinct < 2 or view.distinct >= 0.98 * context.sampled or view.missing.mean() > 0.02:
            continue
        steps = np.diff(view.codes[~view.missing])
        moves = steps[steps != 0]
        if len(moves) and max(np.mean(moves > 0), np.mean(moves < 0)) >= 0.999:
            return name
    return None


def _grouped(context: Context) -> bool:
    """True when the rows of some category lie together: a file that was put together by it."""
    for name in context.candidates:
        view = context.view(name)
        if 2 <= view.distinct <= context.sampled / 4 and (view.values is None or view.whole):
            known = ~view.missing
            if known.mean() >= 0.5 and lie_together(view.codes, known) >= GROUPED:
                return True
    return False


def _clock(context: Context) -> str | None:
    """Return a column that counts up by equal steps and starts again, over and over; or ``None``.

    A counter inside an entity (cycle 1, 2, 3 of each engine) starts again with the next entity: no clock.
    """
    for name in sorted(context.honest()):
        contract = context.table.column(name)
        if contract.type not in ("number", "bool") or context.view(name).distinct < 3:
            continue
        values = context.table.numbers(name)[:20_000]
        values = values[~np.isnan(values)]
        if len(values) < 100:
            continue
        steps = np.round(np.diff(values), 4)
        kinds, counts = np.unique(steps, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        # Equal steps may stand still for a while (a day of 48 half hours): look at the moves only.
        moving = [int(i) for i in order if kinds[i] != 0]
        if len(moving) < 2:
            continue
        moves = int(counts[kinds != 0].sum())
        forward, back = moving[0], moving[1]
        # As many small steps forward as fit into one leap back; a value that wanders has equal steps.
        size, leap = abs(float(kinds[forward])), abs(float(kinds[back]))
        fits = 0.8 <= counts[forward] * size / max(counts[back] * leap, 1e-12) <= 1.25
        opposite = kinds[forward] * kinds[back] < 0 and leap >= 2 * size and fits
        covered = (counts[forward] + counts[back]) / max(moves, 1)
        resets = int(counts[back])
        if opposite and covered >= 0.95 and resets >= 5 and not _own_count(context, steps == kinds[back]):
            return name
    return None


def _own_count(context: Context, reset: Bools) -> bool:
    """True when the counter starts again where the next entity begins."""
    whole = context.sampled == len(context.table)
    for entity in context.entities if whole else []:
        change = np.diff(entity.codes[: len(reset) + 1]) != 0
        if len(change) == len(reset) and change[reset].mean() >= 0.9:
            return True
    return False
