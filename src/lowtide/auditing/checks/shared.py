"""LT103: rows of a second file that the first one has already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.hashing import row_keys
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SHOWN = 20
# A share of the second file beyond which its score cannot be trusted.
ERROR_SHARE = 0.01


class SharedRows(Check):
    """Rows are equal when all columns are that both files have, but for the target and identifiers.

    How many would be equal by chance is counted after shuffling each column of the second file by itself.
    """

    code = "LT103"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.test is None:
            return NotApplicable(code=self.code, reason="no_second_file")
        test = context.test
        names = [n for n in context.shared_columns if "id" not in (table.role(n), test.role(n))]
        if not names:
            return NotApplicable(code=self.code, reason="no_common_columns")
        known = row_keys(table, names)
        shared = np.isin(row_keys(test, names), known)
        count = int(shared.sum())
        chance = int(np.isin(row_keys(_shuffled(test, names, context.seed), names), known).sum())
        if count <= 2 * chance + 3 * np.sqrt(chance) + 1:
            return []
        context.shared_rows = shared
        share = count / max(len(test), 1)
        facts: dict[str, Any] = {
            "rows": count, "share": share, "expected_by_chance": chance, "compared": len(names),
            "rows_of_test": len(test),
        }  # fmt: skip
        return [
            Finding(
                code=self.code,
                severity="error" if share >= ERROR_SHARE else "warning",
                rows=tuple(int(r) for r in test.rows[shared][:SHOWN]),
                facts=facts,
                remedy="drop_rows",
            )
        ]


def _shuffled(table: Table, names: list[str], seed: int) -> Table:
    data = table.data
    for j, name in enumerate(names):
        order = np.random.default_rng([seed, 103, j]).permutation(len(table))
        data = data.set_column(data.column_names.index(name), name, data.column(name).take(order))
    return replace(table, data=data.combine_chunks())
