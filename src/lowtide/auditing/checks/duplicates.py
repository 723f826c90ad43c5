"""LT101, LT102: rows that are the same, with the same target or with another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15))


def _mix(key: Any) -> Any:
    """Scramble 64-bit keys (the finaliser of SplitMix64, Steele et al. 2014)."""
    key = (key ^ (key >> np.uint64(30))) * _MIX[0]
    key = (key ^ (key >> np.uint64(27))) * _MIX[1]
    return key ^ (key >> np.uint64(31))


def _column_keys(table: Table, name: str) -> Any:
    if table.column(name).type == "text":
        codes, _ = table.codes(name)
        return codes.astype(np.uint64)
    values = table.numbers(name) + 0.0  # -0.0 and 0.0 are the same value
    values[np.isnan(values)] = np.nan
    return values.view(np.uint64)


def row_keys(table: Table, names: tuple[str, ...], order: Ints | None = None, seed: int = 0) -> Any:
    """Return one 64-bit key per row: equal rows have equal keys; others collide once in 2^64.

    With ``order``, each column is shuffled by itself first: what chance alone would repeat.
    """
    key = np.zeros(len(table), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for j, name in enumerate(names):
            own = _column_keys(table, name)
            if order is not None:
                own = own[np.random.default_rng([seed, 51, j]).permutation(len(own))]
            key = _mix(key * _MIX[2] + _mix(own + np.uint64(j + 1) * _MIX[2]))
    return key


@dataclass(frozen=True, slots=True)
class _Same:
    """Rows whose features are equal: group of each row, and size of its group."""

    group: Ints
    size: Ints

    @property
    def repeated(self) -> Bools:
        mask: Bools = self.size[self.group] >= 2
        return mask


def _same(keys: Any) -> _Same:
    _, group, size = np.unique(keys, return_inverse=True, return_counts=True)
    return _Same(group.astype(np.int64), size.astype(np.int64))


def _compared(context: Context) -> tuple[str, ...]:
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


def _split(table: Table, target: Target, context: Context) -> tuple[_Same, Bools] | NotApplicable:
    """Return equal rows, and which of them are contradicted by a row with another target."""
    names = _compared(context)
    if not names:
        return NotApplicable(code="", reason="no_features")
    same = _same(row_keys(table, names))
    known = ~np.isnan(target.y)
    low = np.full(len(same.size), np.inf)
    high = np.full(len(same.size), -np.inf)
    np.minimum.at(low, same.group[known], target.y[known])
    np.maximum.at(high, same.group[known], target.y[known])
    return same, (low < high)[same.group] & known


class DuplicateRows(Check):
    """LT101: rows that repeat another row, target included."""

    code = "LT101"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        names = _compared(context)
        if not names or len(table) < 2:
            return NotApplicable(code=self.code, reason="no_features")
        keys = row_keys(table, (*names, target.name))
        same = _same(keys)
        extra = int((same.size - 1).sum())
        if extra == 0:
            return []
        by_chance = _same(
            row_keys(table, (*names, target.name), order=np.empty(0, np.int64), seed=context.seed)
        )
        expected = int((by_chance.size - 1).sum())
        share = extra / len(table)
        natural = expected >= 0.2 * extra
        facts: dict[str, Any] = {
            "rows": int(same.repeated.sum()), "extra": extra, "share": share, "sets": int((same.size >= 2).sum()),
            "largest": int(same.size.max()), "expected_by_chance": expected, "total": len(table),
        }  # fmt: skip
        where = table.rows[np.flatnonzero(same.repeated)[:20]]
        return [
            Finding(
                code=self.code,
                severity="warning" if share >= 0.01 and not natural else "note",
                rows=tuple(int(r) for r in where),
                facts=facts,
                remedy="none" if natural else "drop_rows",
            )
        ]


class Contradictions(Check):
    """LT102: rows with equal features and different targets."""

    code = "LT102"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        made = _split(table, target, context)
        if isinstance(made, NotApplicable):
            return NotApplicable(code=self.code, reason=made.reason)
        same, contradicted = made
        rows = int(contradicted.sum())
        if rows == 0:
            return []
        share = rows / len(table)
        facts: dict[str, Any] = {
            "rows": rows, "share": share, "sets": len(np.unique(same.group[contradicted])), "total": len(table),
        }  # fmt: skip
        if target.kind != "regression":
            width = max(len(target.classes), 1)
            cell = same.group[contradicted] * width + target.y[contradicted].astype(np.int64)
            pair, count = np.unique(cell, return_counts=True)
            best = np.zeros(len(same.size), dtype=np.int64)
            np.maximum.at(best, pair // width, count)
            facts["best_accuracy"] = 1.0 - (rows - int(best.sum())) / len(table)
        return [
            Finding(
                code=self.code,
                severity="warning" if share >= 0.05 else "note",
                rows=tuple(int(r) for r in table.rows[np.flatnonzero(contradicted)[:20]]),
                facts=facts,
                remedy="ask" if share >= 0.05 else "none",
            )
        ]
