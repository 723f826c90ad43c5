"""LT310: the rows were chosen by their outcome."""

from __future__ import annotations

from typing import Any

from lowtide.auditing.adversary import by_column, sides, together
from lowtide.auditing.check import Check
from lowtide.auditing.chosen import balance, edge, written
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 100
LEAST_UNLABELLED = 40
TOLD = 0.57
COLUMN = 0.05
SIGMAS = 4.0
CHANCE = 0.05
SHOWN = 8


class Selection(Check):
    """Who has an outcome, how many of each, where the target ends, and how the classes were written."""

    code = "LT310"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        found = [*self._unlabelled(context), *self._written(context)]
        if target.kind == "regression":
            found += self._edge(target)
        else:
            found += self._balance(target)
        return found

    def _unlabelled(self, context: Context) -> list[Finding]:
        rest = context.unlabelled
        if rest is None or len(rest) < LEAST_UNLABELLED:
            return []
        out = {c for f in context.found if f.code == "LT205" for c in f.columns}
        names = tuple(
            n for n in context.features
            if n in rest.names and n not in out and context.table.column(n).type == rest.column(n).type
        )  # fmt: skip
        given = sides(context, rest, names)
        alone = by_column(given, context.seed)
        noise = SIGMAS * given.chance
        telling = sorted(
            (n for n in names if alone[n] >= 0.5 + max(COLUMN, noise)), key=lambda n: (-alone[n], n)
        )
        told = together(given, names, context.seed)
        if max([told, *alone.values()]) < 0.5 + max(TOLD - 0.5, noise):
            return []
        facts: dict[str, Any] = {
            "variant": "unlabelled", "told": told, "without_outcome": len(rest), "with_outcome": len(context.table),
            "column_told": {n: alone[n] for n in telling[:SHOWN]}, "most": telling[0] if telling else None,
        }  # fmt: skip
        place = {n: i for i, n in enumerate(context.table.names)}
        columns = tuple(sorted(telling[:SHOWN], key=place.__getitem__))
        return [Finding(code=self.code, severity="question", columns=columns, facts=facts, remedy="ask")]

    def _written(self, context: Context) -> list[Finding]:
        if context.target.kind == "regression":
            return []
        seen = written(context)
        if not seen:
            return []
        facts: dict[str, Any] = {
            "variant": "written", "how": {w.name: w.how for w in seen[:SHOWN]}, "skill": seen[0].skill,
            "skill_of_value": seen[0].by_value, "most": seen[0].name, "rows_looked_at": context.sampled,
        }  # fmt: skip
        place = {n: i for i, n in enumerate(context.table.names)}
        columns = tuple(sorted((w.name for w in seen[:SHOWN]), key=place.__getitem__))
        return [Finding(code=self.code, severity="question", columns=columns, facts=facts, remedy="ask")]

    def _balance(self, target: Target) -> list[Finding]:
        seen = balance(target.y, len(target.classes))
        if seen is None or seen.chance > CHANCE:
            return []
        # Classes of a study are often made equal; of two, it is the rate that a model is to say.
        severity = "question" if len(target.classes) == 2 else "note"
        facts: dict[str, Any] = {
            "variant": "balance", "ratio": seen.ratio, "counts": list(seen.counts), "rarer": seen.counts[-1],
            "commoner": seen.counts[0], "chance": seen.chance,
        }  # fmt: skip
        return [Finding(code=self.code, severity=severity, facts=facts, remedy="ask")]

    def _edge(self, target: Target) -> list[Finding]:
        seen = edge(target.y)
        if seen is None:
            return []
        facts: dict[str, Any] = {
            "variant": f"edge_{seen.side}", "edge": seen.at, "density": seen.density, "rows_at_edge": seen.rows,
        }  # fmt: skip
        return [Finding(code=self.code, severity="question", facts=facts, remedy="ask")]
