"""LT115: a test set that has been looked at before, by the ledger."""

from __future__ import annotations

from typing import Any

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MANY = 10


class LookedAt(Check):
    """Each model judged on the same rows and compared takes some of their honesty away.

    The best of n models without any merit beats the mean of them by about z standard errors, z the expected
    largest of n standard normal values (Blom 1958: the normal quantile of (n - 0.375) / (n + 0.25)).
    """

    code = "LT115"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.test is None:
            return NotApplicable(code=self.code, reason="no_second_file")
        if context.looks is None:
            return NotApplicable(code=self.code, reason="no_ledger")
        if context.looks == 0:
            return []
        from scipy.stats import norm

        n = context.looks
        facts: dict[str, Any] = {
            "looks": n, "rows_of_test": len(context.test),
            "best_by_luck": float(norm.ppf((n - 0.375) / (n + 0.25))) if n > 1 else 0.0,
        }  # fmt: skip
        severity = "error" if n >= MANY else "question" if n > 1 else "warning"
        return [Finding(code=self.code, severity=severity, facts=facts, remedy="ask")]
