"""LT205: columns that only name or number the rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing import words
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

UNIQUE = 0.98
CARRIES = 0.1


class Identifier(Check):
    """A key has (nearly) a value of its own for every row: a model can only learn the rows by heart.

    Error when it tells the target all the same: then the numbering follows the outcome.
    """

    code = "LT205"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 20:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        copies = {c for f in context.found if f.code == "LT201" for c in f.columns}
        found = []
        for name in context.candidates:
            view = context.view(name)
            kind = _key_like(view, context.sampled)
            if kind is None or name in copies:
                continue
            alone = context.alone(name)
            carries = alone.real and alone.skill >= CARRIES
            is_out = view.role in ("id", "group")
            facts: dict[str, Any] = {
                "variant": kind, "distinct": view.distinct, "filled": int((~view.missing).sum()), "role": view.role,
                "skill_alone": alone.skill, "carries_target": carries, "rows_looked_at": context.sampled,
            }  # fmt: skip
            severity = "error" if carries else "note" if is_out else "warning"
            found.append(
                Finding(
                    code=self.code, severity=severity, columns=(name,), facts=facts, remedy="drop_columns"
                )
            )
        return found


def _key_like(view: View, n: int) -> str | None:
    filled = int((~view.missing).sum())
    if filled < 0.5 * n or filled < 20:
        return None
    share = view.distinct / filled
    if view.type == "text":
        if view.role == "text":
            return None
        if share >= UNIQUE or (view.role == "id" and share >= 0.9):
            return "text_key"
        return None
    if view.type != "number" or not view.whole or share < UNIQUE or view.values is None:
        return None
    values = view.values[~view.missing]
    dense = (values.max() - values.min() + 1) <= 3 * len(values)
    steps = np.diff(np.unique(values))
    # Amounts in whole units are dense too, but their steps are uneven; numbering goes in ones.
    ones = float(np.mean(steps == steps.min())) if len(steps) else 0.0
    if view.role == "id":
        return "number_key"
    if dense and share == 1.0 and ones >= 0.95:
        return "row_number"
    if share == 1.0 and words.says(view.name, words.IDENTIFIER, words.IDENTIFIER_KO):
        return "number_key"
    return None
