"""LT101, LT102: rows that are the same, with the same target or with another one."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.cells import (
    BASELINE_ROWS,
    exact_cells,
    groups_of,
    natural_share,
    plain_cells,
    ranks_of,
    row_sums,
)
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.large import LARGE, alike
from lowtide.auditing.repeats import QUESTION_SHARE, concentrated, severity
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

# Chance is asked only when there are enough repetitions to matter.
ASK_CHANCE = 0.002
# What chance explains is estimated; half as much again is granted.
MARGIN = 1.5


def compared(context: Context) -> tuple[str, ...]:
    """Return all columns that a row consists of, without those that only name or number the rows."""
    rows = max(len(context.table), 1)
    names = [
        n for n in context.candidates if context.table.role(n) != "id" and not _counts_rows(context, n, rows)
    ]
    return tuple(sorted(names))


def _counts_rows(context: Context, name: str, rows: int) -> bool:
    view = context.view(name)
    return view.whole and view.distinct == context.sampled and context.sampled == rows and view.values is not None and (
        float(view.values.max() - view.values.min()) == rows - 1
    )  # fmt: skip


class DuplicateRows(Check):
    """LT101: rows that repeat another row, target included.

    How many repetitions are natural is told by rows that are almost equal (`natural_share`). When they lie
    in one class, somebody multiplied it before the split (oversampling).
    """

    code = "LT101"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        names = compared(context)
        if not names or len(table) < 2:
            return NotApplicable(code=self.code, reason="no_features")
        group, size = _alike(context, names, target.name)
        extra = int((size - 1).sum())
        if extra == 0:
            return []
        share = extra / len(table)
        natural = (
            _natural(table, (*names, target.name), context.seed, plain=False) if share >= ASK_CHANCE else 0.0
        )
        beyond = extra * max(0.0, 1.0 - MARGIN * natural)
        repeated = size[group] >= 2
        level = severity(context, group[context.index], int(beyond), beyond / len(table))
        facts: dict[str, Any] = {
            "rows": int(repeated.sum()), "extra": extra, "share": share, "sets": int((size >= 2).sum()),
            "largest": int(size.max()), "expected_by_chance": round(extra * natural), "total": len(table),
        }  # fmt: skip
        one = concentrated(target.y, target.classes, target.kind, repeated) if level != "note" else None
        if one is not None:
            facts |= {
                "variant": "oversampled",
                "label": one.label,
                "share_in_class": one.share,
                "share_elsewhere": one.others,
            }
        if level != "note":
            context.together[self.code] = group[context.index]
        where = table.rows[np.flatnonzero(repeated)[:20]]
        return [
            Finding(
                code=self.code,
                severity=level,
                rows=tuple(int(r) for r in where),
                facts=facts,
                remedy="none" if level == "note" else "drop_rows",
            )
        ]


class Contradictions(Check):
    """LT102: rows with equal features (after normalising) and different targets.

    Where rows of equal features are natural, contradiction is too. Where they are not, they are copies, and
    some of their targets are wrong.
    """

    code = "LT102"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        names = compared(context)
        if not names:
            return NotApplicable(code=self.code, reason="no_features")
        group, size = _alike(context, names, None)
        known = ~np.isnan(target.y)
        low, high = _bounds(group, len(size), np.where(known, target.y, np.nan))
        contradicted = (low < high)[group] & known
        rows = int(contradicted.sum())
        if rows == 0:
            return []
        share = rows / len(table)
        natural = _natural(table, names, context.seed, plain=True) if share >= ASK_CHANCE else 1.0
        # Of a pair of copies one may be right.
        beyond = 0.5 * rows * max(0.0, 1.0 - MARGIN * natural)
        facts: dict[str, Any] = {
            "rows": rows, "share": share, "sets": len(np.unique(group[contradicted])), "total": len(table),
            "expected_by_chance": round(rows * natural),
        }  # fmt: skip
        if target.kind != "regression":
            width = max(len(target.classes), 1)
            cell = group[contradicted] * width + target.y[contradicted].astype(np.int64)
            pair, count = np.unique(cell, return_counts=True)
            best = np.zeros(len(size), dtype=np.int64)
            np.maximum.at(best, pair // width, count)
            facts["best_accuracy"] = 1.0 - (rows - int(best.sum())) / len(table)
        grave = beyond >= 5 and beyond / len(table) >= QUESTION_SHARE
        level = "question" if grave else "warning" if share >= 0.05 else "note"
        if grave:
            facts["variant"] = "copies"
            context.together[self.code] = group[context.index]
        return [
            Finding(
                code=self.code,
                severity=level,
                rows=tuple(int(r) for r in table.rows[np.flatnonzero(contradicted)[:20]]),
                facts=facts,
                remedy="none" if level == "note" else "ask",
            )
        ]


def _alike(context: Context, names: tuple[str, ...], target: str | None) -> tuple[Ints, Ints]:
    """Return groups of equal rows and their sizes: with the target as they are, without it after normalising."""
    table, plain = context.table, target is None
    if len(table) > LARGE:
        # Numbers with many values first: hardly a row is alike in several of them.
        order = sorted(names, key=lambda n: (table.column(n).type == "text", -context.view(n).distinct, n))
        return alike(table, (*order, *(() if target is None else (target,))), plain=plain)
    cells = exact_cells(table, (*names, target)) if target is not None else plain_cells([table], names)[0]
    return groups_of(row_sums(cells))


def _natural(table: Table, names: tuple[str, ...], seed: int, *, plain: bool) -> float:
    if len(table) > BASELINE_ROWS:
        few = np.random.default_rng([seed, 1011]).choice(len(table), BASELINE_ROWS, replace=False)
        table = table.take(np.sort(few))
    cells = plain_cells([table], names)[0] if plain else exact_cells(table, names)
    return natural_share(cells, seed, ranks_of([table], names))


def _bounds(group: Ints, groups: int, y: Floats) -> tuple[Floats, Floats]:
    """Return the least and the largest target in each group."""
    known = ~np.isnan(y)
    low, high = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(low, group[known], y[known])
    np.maximum.at(high, group[known], y[known])
    return low, high
