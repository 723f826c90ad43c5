"""LT309: recent rows have not had time for their outcome."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing import words
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.maturing import Fall, falls
from lowtide.auditing.moments import find_moment
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 200
LEAST_EVENTS = 30
OPEN_SHARE = 0.3
ZEROS = 0.1
MAJORITY = 0.6


class LabelMaturity(Check):
    """The rate of a class falls off at the end of the period, or a class says that the matter is still open."""

    code = "LT309"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        open_class = _still_open(context)
        moment = find_moment(context) if context.sampled >= LEAST_ROWS and task.time != ":order" else None
        when = moment.when if moment is not None else None
        columns = moment.columns if moment is not None else ()
        if when is None and _by_file(context, task):
            when = context.index.astype(np.float64)
        if when is None and open_class is None:
            return NotApplicable(code=self.code, reason="no_order_in_time")
        best: tuple[Fall, int, Ints] | None = None
        if when is not None and context.sampled >= LEAST_ROWS:
            best = _steepest(context, when)
        if best is None:
            return [] if open_class is None else [self._open(context, open_class)]
        fall, label, order = best
        facts: dict[str, Any] = {
            "variant": "falls", "time": columns[0] if columns else ":order", "rate_before": fall.before,
            "rate_after": fall.after, "rate_last": fall.last, "deviations": fall.strength, "share_of_rows": fall.share,
            "class_number": label, "open_class": open_class, "rows_looked_at": context.sampled,
        }  # fmt: skip
        rows = context.source_rows(order[fall.first :][-20:])
        return [
            Finding(
                code=self.code, severity="question", columns=columns, rows=rows, facts=facts, remedy="ask"
            )
        ]

    def _open(self, context: Context, label: int) -> Finding:
        share = float(np.mean(context.y == label))
        facts: dict[str, Any] = {
            "variant": "open", "open_class": label, "open_name": context.target.classes[label], "share_of_rows": share,
            "rows_looked_at": context.sampled,
        }  # fmt: skip
        return Finding(code=self.code, severity="question", facts=facts, remedy="ask")


def _by_file(context: Context, task: Task) -> bool:
    seen = any(f.code == "LT302" and f.facts.get("time") == ":order" for f in context.found)
    return task.time == ":order" or seen


def _steepest(context: Context, when: Floats) -> tuple[Fall, int, Ints] | None:
    """Return the steepest fall of any class, its number, and the rows along time."""
    known = np.flatnonzero(~np.isnan(when)).astype(np.int64)
    order = known[np.argsort(when[known], kind="stable")]
    found: list[tuple[Fall, int]] = []
    for label, happened in _outcomes(context):
        own = happened[order]
        if len(order) < LEAST_ROWS or min(int(own.sum()), int((~own).sum())) < LEAST_EVENTS:
            continue
        fall = falls(own, when[order])
        if fall is not None:
            found.append((fall, label))
    if not found:
        return None
    fall, label = max(found, key=lambda f: (f[0].strength, -f[1]))
    return fall, label, order


def _outcomes(context: Context) -> list[tuple[int, Bools]]:
    """Return what may not have happened yet: a class that is no great majority; of amounts with zeros, any at all.

    What falls in favour of a rarer class is no outcome that waits: waiting rows look like the common one.
    """
    if context.target.kind == "regression":
        zero = context.y == 0
        return [(-1, ~zero)] if ZEROS <= float(zero.mean()) <= 1 - ZEROS and context.y.min() >= 0 else []
    found = [(label, context.y == label) for label in range(len(context.target.classes))]
    return [(label, happened) for label, happened in found if happened.mean() <= MAJORITY]


def _still_open(context: Context) -> int | None:
    """Return the class whose name says that the matter is open, when many rows are in it."""
    for label, name in enumerate(context.target.classes):
        if words.says(name, words.OPEN, words.OPEN_KO) and float(np.mean(context.y == label)) >= OPEN_SHARE:
            return label
    return None
