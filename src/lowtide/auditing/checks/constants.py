"""LT402: columns that are empty, or the same in every row."""

from __future__ import annotations

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 20


class ConstantColumns(Check):
    """They tell nothing here. At serving they may begin to vary, and no model knows what that means."""

    code = "LT402"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if len(table) < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": len(table)})
        names = [c.name for c in table.contract.columns if c.name not in (target.name, task.weight)]
        empty = tuple(n for n in names if int(table.data.column(n).null_count) == len(table))
        same = tuple(n for n in names if n not in empty and _one_value(table, n))
        return [
            Finding(
                code=self.code,
                severity="note",
                columns=columns,
                facts={"variant": variant, "number": len(columns), "rows_looked_at": len(table)},
            )
            for variant, columns in (("empty", empty), ("constant", same))
            if columns
        ]


def _one_value(table: Table, name: str) -> bool:
    """True when every row has the same value; one value or missing is no constant, it says "filled or not"."""
    import pyarrow.compute as pc

    array = table.data.column(name)
    if array.null_count:
        return False
    # The first rows decide for nearly all columns.
    if pc.count_distinct(array.slice(0, 1000)).as_py() != 1:
        return False
    ends = pc.min_max(array)
    return bool(ends["min"] == ends["max"])
