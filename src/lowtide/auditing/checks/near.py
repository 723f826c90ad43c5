"""LT104: rows that nearly repeat another row."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.alike import tie
from lowtide.auditing.check import Check
from lowtide.auditing.checks.duplicates import compared
from lowtide.auditing.context import Context
from lowtide.auditing.matching import Alike, Matcher
from lowtide.auditing.repeats import concentrated, severity
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MOST_ROWS = 250_000


class NearRows(Check):
    """LT104: rows that differ from another row in spelling, by a little in every number, or in a cell or two.

    Exact copies are LT101 and are put aside first. Rows of one entity are alike too, but not like this: in a panel
    the same columns differ each time, and what is near has much more that is about as near.
    """

    code = "LT104"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        names = compared(context)
        if len(names) < 2 or len(table) < 20:
            return NotApplicable(code=self.code, reason="no_features")
        place = _rows(context)
        own = table if len(place) == len(table) else table.take(place)
        matcher = Matcher(own, None, names, context.seed)
        labels = None if target.kind == "regression" else _classes(target.y[place], len(target.classes))
        kinds = [k for k in (matcher.spelled(), matcher.changed(), matcher.moved(labels)) if k is not None]
        if not kinds:
            return []
        hit, asked = _union(kinds)
        share = float(hit[asked].mean())
        beyond = min(share, sum(k.beyond for k in kinds))
        left = np.concatenate([k.left for k in kinds])
        right = np.concatenate([k.right for k in kinds])
        together = _sampled(tie(len(own), left, right), place, context)
        # Of two that are alike one is too many.
        level = severity(context, together, int(hit.sum() / 2), beyond / 2)
        if level == "note":
            return []
        largest = max(kinds, key=lambda k: (k.share, k.kind))
        if level == "error" and largest.kind == "stamped":
            level = "question"
        facts: dict[str, Any] = {
            "variant": largest.kind, "rows": round(share * len(table)), "share": share,
            "share_by_chance": share - beyond, "rows_looked_at": int(asked.sum()), "total": len(table),
            **{k.kind: k.share for k in kinds},
        }  # fmt: skip
        one = concentrated(target.y[place][asked], target.classes, target.kind, hit[asked])
        if one is not None:
            facts |= {
                "variant": "oversampled", "label": one.label, "share_in_class": one.share,
                "share_elsewhere": one.others,
            }  # fmt: skip
        context.together[self.code] = together
        return [
            Finding(
                code=self.code,
                severity=level,
                rows=tuple(int(r) for r in own.rows[np.flatnonzero(hit)[:20]]),
                facts=facts,
                remedy="drop_rows",
            )
        ]


def _rows(context: Context) -> Ints:
    """Return positions of the rows compared: all, or the sample and as many others as time allows."""
    n = len(context.table)
    if n <= MOST_ROWS:
        return np.arange(n, dtype=np.int64)
    more = np.random.default_rng([context.seed, 1040]).choice(n, MOST_ROWS, replace=False)
    return np.union1d(context.index, more).astype(np.int64)


def _classes(y: Floats, count: int) -> Ints:
    """Return classes (n,); rows without an outcome are one more."""
    return np.nan_to_num(y, nan=count).astype(np.int64)


def _sampled(labels: Ints, place: Ints, context: Context) -> Ints:
    where = np.searchsorted(place, context.index)
    return labels[where]


def _union(kinds: list[Alike]) -> tuple[Bools, Bools]:
    """Return rows with a near copy of any kind, and rows that were asked about every kind."""
    hit, asked = np.zeros_like(kinds[0].hit), np.ones_like(kinds[0].asked)
    for kind in kinds:
        hit |= kind.hit
        asked &= kind.asked
    return hit, asked
