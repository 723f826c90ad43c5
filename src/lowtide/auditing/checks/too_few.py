"""LT502: fewer rows, cases, groups or periods than a floor needs, and how many more would do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.moments import find_moment
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.sizes import auc_slack, positives_for
from lowtide.tables.table import Table
from lowtide.tables.target import LEAST_CLASS, LEAST_RARER, LEAST_ROWS, Target

# With fewer groups a bound over groups is that of a t with very few degrees of freedom.
LEAST_GROUPS, FEW_GROUPS = 8, 20
# A forward split needs a past and three later periods.
LEAST_PERIODS, FEW_PERIODS = 4, 6
FEW_CASES = 40
FEW_NUMBERS = 100

# Findings that name an entity; a site (LT304) is a level of a short list, and few of them are natural.
ENTITIES = ("LT301", "LT303")


class TooFew(Check):
    """An error where no floor can be given at all, a warning where it would be far below the score.

    Groups count when they are declared, or when an earlier check found that the split must keep them
    together; periods likewise.
    """

    code = "LT502"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        y = target.y[~np.isnan(target.y)]
        if len(y) == 0:
            return NotApplicable(code=self.code, reason="no_outcomes")
        found = [self._short("rows", len(y), LEAST_ROWS, FEW_NUMBERS if not target.classes else 0, len(y))]
        if target.classes:
            found.append(self._cases(y, target))
        else:
            _, counts = np.unique(y, return_counts=True)
            found.append(self._short("values", len(y) - int(counts.max()), LEAST_RARER, 0, len(y)))
        found += self._groups(task, context, y)
        found.append(self._periods(task, context))
        return [f for f in found if f is not None]

    def _short(
        self,
        variant: str,
        have: int,
        least: int,
        few: int,
        rows: int,
        columns: tuple[str, ...] = (),
        **more: Any,
    ) -> Finding | None:
        """Return the finding when there are fewer than ``few``; an error below ``least``."""
        if have >= max(least, few):
            return None
        need = least if have < least else few
        facts: dict[str, Any] = {
            "variant": variant,
            "have": have,
            "need": need,
            "more": need - have,
            "rows": rows,
        }
        # So many rows more at the rate at which they came so far; without any there is no rate.
        facts["more_rows"] = math.ceil((need - have) * rows / have) if have else None
        return Finding(
            code=self.code,
            severity="error" if have < least else "warning",
            columns=columns,
            facts=facts | more,
        )

    def _cases(self, y: np.ndarray[Any, np.dtype[np.float64]], target: Target) -> Finding | None:
        counts = np.bincount(y.astype(np.int64), minlength=len(target.classes))
        if len(counts) == 2:
            rarer = int(counts.argmin())
            have = int(counts[rarer])
            more: dict[str, Any] = {
                "label": target.classes[rarer],
                "slack": auc_slack(have, len(y) - have),
                "well": positives_for(),
            }
            return self._short("cases", have, LEAST_RARER, FEW_CASES, len(y), **more)
        order = np.sort(counts)
        small = [target.classes[i] for i in np.flatnonzero(counts < LEAST_CLASS)]
        rest = len(y) - int(order[-1])
        in_small = int(counts[counts < LEAST_CLASS].sum())
        # As in `make_target`: rare labels beside sound ones are a limit, rare labels alone are no basis.
        weak = int(order[-2]) < LEAST_RARER or 2 * in_small > rest
        weak |= bool(small) and int(order[-1]) >= 0.9 * len(y)
        if not weak:
            return None
        return Finding(
            code=self.code,
            severity="error",
            facts={
                "variant": "classes", "have": len(counts) - len(small), "classes": len(counts), "small": len(small),
                "need": LEAST_CLASS, "smallest": int(order[0]), "more": max(LEAST_CLASS - int(order[0]), 1),
                "more_rows": math.ceil((LEAST_CLASS - int(order[0])) * len(y) / max(int(order[0]), 1)),
                "second": int(order[-2]), "rows": len(y),
            },
        )  # fmt: skip

    def _groups(
        self, task: Task, context: Context, y: np.ndarray[Any, np.dtype[np.float64]]
    ) -> list[Finding | None]:
        found = [f.columns[0] for f in context.found if f.code in ENTITIES and f.columns]
        name = task.group if task.group in context.table.names else next(iter(found), None)
        if name is None or name not in context.table.names:
            return []
        codes = context.view(name).codes
        known = codes >= 0
        if not known.any():
            return []
        sizes = np.bincount(codes[known])
        groups = int((sizes > 0).sum())
        # Groups that count: a few large ones carry most of the evidence (Kish 1965, effective sample size).
        effective = float(sizes.sum() ** 2 / (sizes.astype(np.float64) ** 2).sum())
        least = LEAST_GROUPS if task.group is not None else 0
        out = [self._short("groups", groups, least, FEW_GROUPS, len(y), (name,), effective=effective)]
        if context.target.kind == "binary":
            rarer = 1.0 if np.mean(context.y == 1) <= 0.5 else 0.0
            having = len(np.unique(codes[known & (context.y == rarer)]))
            label = context.target.classes[int(rarer)]
            if groups >= FEW_GROUPS and having < FEW_GROUPS:
                out.append(self._short("cases_in", having, least, FEW_GROUPS, len(y), (name,), label=label))
        return out

    def _periods(self, task: Task, context: Context) -> Finding | None:
        called = task.time is not None or any(f.remedy == "split_by_time" for f in context.found)
        moment = find_moment(context) if called and task.time != ":order" else None
        if moment is None:
            return None
        # Time that nobody declared is at most a warning: it may not be what deployment follows.
        least = LEAST_PERIODS if task.time is not None else 0
        return self._short("periods", moment.periods, least, FEW_PERIODS, len(context.y), moment.columns)
