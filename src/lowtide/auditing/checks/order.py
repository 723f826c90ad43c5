"""LT206: the order of the rows in the file tells the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, ranks
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SORTED = 0.95


class SortedRows(Check):
    """Rows sorted by the target are harmless until something in the table tells the row's place.

    Error when a column does (a running number); otherwise a warning, because whoever splits the file in the
    middle, or adds a row number, gets the answer as a present.
    """

    code = "LT206"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 20:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        facts = sortedness(context.y, len(target.classes))
        if facts is None:
            return []
        place = np.arange(context.sampled, dtype=np.float64)
        carriers = []
        for name in context.candidates:
            view = context.view(name)
            if view.values is None or view.missing.any() or view.distinct < 0.98 * context.sampled:
                continue
            if abs(float(np.corrcoef(ranks(view.values), place)[0, 1])) >= 0.999:
                carriers.append(name)
        return [
            Finding(
                code=self.code,
                severity="error" if carriers else "warning",
                columns=tuple(carriers),
                facts={**facts, "rows_looked_at": context.sampled},
                remedy="drop_columns" if carriers else "none",
            )
        ]


def sortedness(y: Floats, classes: int) -> dict[str, Any] | None:
    """Say how the target is sorted along the rows (in one go, or in long ascending stretches), or ``None``."""
    n = len(y)
    steps = np.diff(y)
    changes = int((steps != 0).sum())
    if classes:
        present = np.unique(y).size
        rarest = float(
            np.bincount(y.astype(np.int64)).min(initial=n, where=np.bincount(y.astype(np.int64)) > 0)
        )
        if present >= 2 and changes <= 2 * (present - 1) and rarest >= 5:
            return {"variant": "classes", "blocks": changes + 1}
        return None
    if np.unique(y).size < 10:
        return None
    order = float(np.corrcoef(ranks(y), np.arange(n, dtype=np.float64))[0, 1])
    up = float(np.mean(steps >= 0))
    if abs(order) >= SORTED and max(up, 1 - up) >= 0.9:
        return {"variant": "sorted", "spearman": order}
    # Long sorted stretches: nearly all moves go one way although a few lead back.
    moves = steps[steps != 0]
    one_way = max(float(np.mean(moves > 0)), float(np.mean(moves < 0)))
    if one_way >= 0.85 and changes >= 0.05 * n:
        return {"variant": "stretches", "one_way": one_way, "spearman": order}
    return None
