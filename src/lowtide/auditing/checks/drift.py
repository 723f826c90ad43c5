"""LT305, LT306, LT307: what changes along time: the columns, the target, their relation."""

from __future__ import annotations

from typing import Any

from lowtide.auditing import drifting
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

COLUMN_TOLD = 0.62
TARGET_SHARE = 0.02
RATE = 1.5
# Beyond these a split by time is no answer: the next period may be as far away again.
STEEP_TOLD = 0.7
STEEP_SHARE = 0.05
STEEP_RATE = 2.0
SURE = 0.01
LOST = 0.05
LOST_SHARE = 0.15
SHOWN = 10


def _severity(along: drifting.Order, steep: bool) -> str:
    """A split by time shows what drift has cost so far; whether it goes on, a steep one, somebody must say.

    Where it is still asked whether there is an order in time at all (the file's, or a year that may be the
    year of anything), that question comes first.
    """
    if along.vague:
        return "warning"
    return "warning" if along.sure and not steep else "question"


class ColumnDrift(Check):
    """Columns that tell early rows from late ones, by effect size and beyond what stretches of time differ by."""

    code = "LT305"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        along = drifting.order(context)
        if along is None:
            return NotApplicable(code=self.code, reason="no_order_in_time")
        identifiers = {c for f in context.found if f.code == "LT205" for c in f.columns}
        names = [
            n for n in context.features
            if n not in along.columns and n not in identifiers and context.view(n).type != "date"
            and context.view(n).distinct >= 2
            and not (context.view(n).whole and context.view(n).distinct >= 0.95 * context.sampled)
        ]  # fmt: skip
        seen = {n: drifting.told(context, n, along) for n in sorted(names)}
        drifted = sorted(
            (n for n, (area, p, _) in seen.items() if area >= COLUMN_TOLD and p * len(seen) <= SURE),
            key=lambda n: (-seen[n][0], n),
        )
        if not drifted:
            return []
        place = {n: i for i, n in enumerate(table.names)}
        facts: dict[str, Any] = {
            "time": along.columns[0] if along.columns else ":order", "drifting": len(drifted), "columns_looked_at": len(seen),
            "most": drifted[0], "told": seen[drifted[0]][0], "column_told": {n: seen[n][0] for n in drifted[:SHOWN]},
            "how": {n: seen[n][2] for n in drifted[:SHOWN]}, "rows_looked_at": context.sampled,
        }  # fmt: skip
        columns = tuple(sorted(drifted, key=place.__getitem__))
        return [
            Finding(
                code=self.code,
                severity=_severity(along, seen[drifted[0]][0] >= STEEP_TOLD),
                columns=columns,
                facts=facts,
                remedy="ask",
            )
        ]


class TargetDrift(Check):
    """Early and late rows differ in the target, by effect size and beyond what stretches of time differ by."""

    code = "LT306"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        along = drifting.order(context)
        if along is None:
            return NotApplicable(code=self.code, reason="no_order_in_time")
        share, p, quarters = drifting.drift_of_target(context, along)
        first, last = float(quarters[0]), float(quarters[-1])
        low, high = sorted((float(quarters[:2].mean()), float(quarters[2:].mean())))
        rates = target.kind != "regression" and high >= RATE * max(low, 1e-9) and high >= 0.01
        if p > SURE or not (share >= TARGET_SHARE or rates):
            return []
        steep = share >= STEEP_SHARE or (rates and high >= STEEP_RATE * max(low, 1e-9))
        facts: dict[str, Any] = {
            "time": along.columns[0] if along.columns else ":order", "explained": share, "p_value": p,
            "first_quarter": first, "last_quarter": last, "quarters": [float(q) for q in quarters],
            "rows_looked_at": context.sampled,
        }  # fmt: skip
        return [
            Finding(
                code=self.code,
                severity=_severity(along, steep),
                columns=along.columns,
                facts=facts,
                remedy="ask",
            )
        ]


class RelationDrift(Check):
    """A model of early rows does worse on late rows than a model of as many late rows, means forgiven."""

    code = "LT307"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        along = drifting.order(context)
        if along is None:
            return NotApplicable(code=self.code, reason="no_order_in_time")
        identifiers = {c for f in context.found if f.code == "LT205" for c in f.columns}
        names = tuple(
            n for n in context.honest()
            if n not in along.columns and n not in identifiers and context.view(n).type != "date"
        )  # fmt: skip
        seen = drifting.relation(context, along, names)
        if seen is None:
            return NotApplicable(code=self.code, reason="too_few_rows")
        lost = seen.late - seen.early
        if seen.p_value > SURE or lost < max(LOST, LOST_SHARE * max(seen.late, 0.0)) or seen.late < LOST:
            return []
        facts: dict[str, Any] = {
            "time": along.columns[0] if along.columns else ":order", "skill_of_early": seen.early,
            "skill_of_late": seen.late, "lost": lost, "p_value": seen.p_value, "rows_looked_at": context.sampled,
        }  # fmt: skip
        return [
            Finding(
                code=self.code,
                severity=_severity(along, steep=True),
                columns=along.columns,
                facts=facts,
                remedy="ask",
            )
        ]
