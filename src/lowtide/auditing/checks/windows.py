"""LT210: lags, rolling windows and running sums of the target that reach into the present or the future."""

from __future__ import annotations

from typing import Any

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.sequences import Sequence, sequences
from lowtide.auditing.windows import Fit, Windows
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MOST_COLUMNS = 120
VARIANTS = {
    "entity_mean": "entity_mean", "leans": "leans",
    "running_sum": "running", "running_mean": "running", "smoothed": "running",
}  # fmt: skip


class FutureWindow(Check):
    """A feature made of the target's own neighbours is honest when it ends before the row does.

    Rows are put in every order that the table offers (by time, by a running number, as in the file; in all
    rows and inside entities). In each, a column is compared with windows of the target: what needs the row's
    own target or later ones, and is exact, is an error; what is explained by earlier rows in any of the
    orders is honest. A column that only leans towards later rows is a question. Without a time that tells
    which way the file runs, "only later rows" may as well be "only earlier rows": a question too.
    """

    code = "LT210"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 60:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        known = context.accused(least="question")
        names = [
            n for n in context.ranked()
            if n in context.features and n not in known and context.view(n).type in ("number", "bool")
            and context.view(n).distinct >= 2
        ][:MOST_COLUMNS]  # fmt: skip
        orders = sequences(context) if names else []
        if not orders:
            return NotApplicable(code=self.code, reason="no_order" if names else "no_numbers")
        along = [Windows(o, target.y[o.rows]) for o in orders]
        seen = {n: _judge(table.numbers(n), along) for n in names}
        return [self._finding(n, *found, context) for n in table.names if (found := seen.get(n))]

    def _finding(self, name: str, fit: Fit, order: Sequence, context: Context) -> Finding:
        backwards = not order.directed and (fit.first >= 1 or fit.falls)
        likely = fit.kind in ("leans", "flat")
        facts: dict[str, Any] = {
            "variant": VARIANTS.get(fit.kind, "ahead" if fit.ahead else "present"),
            "kind": fit.kind, "first": fit.first, "last": fit.last, "ahead": fit.ahead,
            "r2": fit.r2, "r2_past": fit.r2_past, "r2_own": fit.r2_own, "group": order.group,
            "time": order.time, "directed": order.directed, "rows_looked_at": len(order.rows),
        }  # fmt: skip
        return Finding(
            code=self.code,
            severity="question" if likely or backwards else "error",
            columns=(name,),
            facts=facts,
            remedy="drop_columns",
        )


def _judge(values: Floats, along: list[Windows]) -> tuple[Fit, Sequence] | None:
    """Return the proof about one column and the order in which it holds, or ``None``: honest, or nothing seen."""
    best: tuple[Fit, Sequence] | None = None
    for windows in along:
        order = windows.sequence
        x = values[order.rows]
        found = windows.fit(x)
        if found is None and order.group is not None:
            found = windows.entity_mean(x)
        if found is None:
            continue
        if found.honest:
            return None
        # The first order is the one whose time is best known.
        if best is None or found.r2 > best[0].r2 + 1e-3:
            best = (found, order)
    if best is not None:
        return best
    directed = [w for w in along if w.sequence.directed]
    for windows in directed or along:
        x = values[windows.sequence.rows]
        if (likely := windows.flat(x) or windows.leaning(x)) is not None:
            return likely, windows.sequence
    return None
