"""LT503: a target that is nearly always the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import LEAST_CLASS, Target

ONE_CLASS = 0.995
ONE_VALUE = 0.95
OFTEN = 0.5
LEAST = 50


class NearlyConstant(Check):
    """One class in 99.5 % of the rows, one number in 95 %: has the outcome come in, or is it the rule?

    Beside it, what limits a target that varies: classes with a handful of cases, a number that is one
    and the same value in every second row.
    """

    code = "LT503"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        y = target.y[~np.isnan(target.y)]
        if len(y) < LEAST:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": len(y)})
        values, counts = np.unique(y, return_counts=True)
        most = int(counts.argmax())
        share = float(counts[most] / len(y))
        facts: dict[str, Any] = {"share": share, "others": int(len(y) - counts[most]), "rows": len(y)}
        if target.classes:
            facts["value"] = target.classes[int(values[most])]
            if share >= ONE_CLASS:
                return [self._found("question", "class", facts)]
            return self._small(target, values, counts, len(y))
        facts["value"] = float(values[most])
        if share >= ONE_VALUE:
            return [self._found("question", "number", facts)]
        return [self._found("note", "often", facts)] if share >= OFTEN and len(values) > 2 else []

    def _small(
        self, target: Target, values: np.ndarray[Any, Any], counts: np.ndarray[Any, Any], rows: int
    ) -> list[Finding]:
        seen = {int(v): int(c) for v, c in zip(values, counts, strict=True)}
        small = {
            name: seen.get(i, 0) for i, name in enumerate(target.classes) if seen.get(i, 0) < LEAST_CLASS
        }
        if len(target.classes) < 3 or not small:
            return []
        facts: dict[str, Any] = {
            "small": len(small), "classes": len(target.classes), "labels": sorted(small)[:10],
            "others": sum(small.values()), "need": LEAST_CLASS, "rows": rows,
        }  # fmt: skip
        return [self._found("warning", "classes", facts)]

    def _found(self, severity: str, variant: str, facts: dict[str, Any]) -> Finding:
        asks = "ask" if severity == "question" else "none"
        return Finding(code=self.code, severity=severity, facts={"variant": variant, **facts}, remedy=asks)
