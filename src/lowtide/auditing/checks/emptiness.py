"""LT407: missing values that concentrate: columns that are mostly empty, rows that are."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 50
COLUMN = 0.6
ROW = 0.8
ROWS = 0.005
LEAST_COLUMNS = 4


class MostlyMissing(Check):
    """A column that is missing in 60 % of the rows (note), rows in which four of five cells are (warning)."""

    code = "LT407"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        n = context.sampled
        if n < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": n})
        shares = {c: float(context.view(c).missing.mean()) for c in context.candidates}
        columns = tuple(c for c in context.candidates if COLUMN <= shares[c] < 1)
        found = []
        if columns:
            found.append(
                Finding(
                    code=self.code,
                    severity="note",
                    columns=columns,
                    facts={
                        "variant": "columns", "number": len(columns), "least": min(shares[c] for c in columns),
                        "most": max(shares[c] for c in columns), "rows_looked_at": n,
                    },
                )
            )  # fmt: skip
        # Columns that are mostly empty anyway say nothing about a row.
        rest = [c for c in context.candidates if shares[c] < COLUMN]
        if len(rest) >= LEAST_COLUMNS:
            gaps = np.zeros(n)
            for name in rest:
                gaps += context.view(name).missing
            at = np.flatnonzero(gaps >= ROW * len(rest))
            if len(at) >= max(3, ROWS * n):
                found.append(
                    Finding(
                        code=self.code,
                        severity="warning",
                        rows=context.source_rows(at),
                        facts={
                            "variant": "rows", "number": len(at), "share": len(at) / n, "of": len(rest), "rows_looked_at": n,
                        },
                        remedy="drop_rows",
                    )
                )  # fmt: skip
        return found
