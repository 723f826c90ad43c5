"""LT406: a category most of whose values stand for a single row."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 100
LEAST_LEVELS = 30
NEW = 0.2
MOST_NEW = 0.5


class SingleLevels(Check):
    """What share of the rows has a value of its own is the chance that the next row brings an unseen one.

    (Good 1953, equation 9: the mass of unseen species is estimated by the share of those seen once.) In the
    training rows such a value can be learned by heart; at serving it is unknown.
    """

    code = "LT406"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        found = []
        for name in context.features:
            view = context.view(name)
            if view.values is not None or view.role == "text" or view.distinct < LEAST_LEVELS:
                continue
            # A sample makes singles of values that repeat: it only says where to count all rows.
            new = _singles(view.codes)
            if new >= NEW and context.sampled < len(table):
                new = _singles(table.codes(name)[0])
            if new < NEW:
                continue
            found.append(
                Finding(
                    code=self.code,
                    severity="warning" if new >= MOST_NEW else "note",
                    columns=(name,),
                    facts={"levels": view.distinct, "new": new, "rows_looked_at": len(table)},
                )
            )
        return found


def _singles(codes: Ints) -> float:
    """Return the share of the filled rows whose value occurs only once."""
    known = codes[codes >= 0]
    if len(known) < LEAST_ROWS:
        return 0.0
    return float(np.sum(np.bincount(known) == 1) / len(known))
