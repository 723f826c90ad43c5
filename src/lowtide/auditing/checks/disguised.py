"""LT401: values that mean "missing" but look like data."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

TOKENS = frozenset((
    "?", "-", "--", ".", "*", "unknown", "unk", "unspecified", "undefined", "missing", "none", "(none)", "null",
    "nil", "nan", "na", "<na>", "n/a", "n.a.", "#n/a", "not available", "not_available", "not known", "notknown",
    "no answer", "no data", "tbd", "xx", "xxx", "없음", "모름", "미상", "불명", "미확인", "미입력", "해당없음",
    "해당 없음", "무응답", "결측", "알수없음", "알 수 없음",
))  # fmt: skip
# These may be true answers ("no garage", "nothing to declare").
MAYBE_TRUE = frozenset(
    ("none", "(none)", "null", "nil", "na", "n/a", "n.a.", "없음", "해당없음", "해당 없음")
)
# Only with numbers of their own pattern: nines, minus ones, and powers of ten less one.
SENTINELS = (
    -1.0, -9.0, -77.0, -88.0, -99.0, -100.0, -200.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0,
)  # fmt: skip
LEAST_SHARE = 0.005


class DisguisedMissing(Check):
    """A number far outside the others, always the same (999, -1, and 0 among large amounts), or a word.

    ``None`` and ``없음`` as words may be true answers, so words are a note or a question, never an order.
    """

    code = "LT401"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 20:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        found = []
        for name in context.candidates:
            view = context.view(name)
            facts = _word(context, name) if view.values is None else _number(view)
            if facts is None:
                continue
            at = facts.pop("positions")
            found.append(
                Finding(
                    code=self.code,
                    severity=facts.pop("severity"),
                    columns=(name,),
                    rows=context.source_rows(at),
                    facts={**facts, "rows_looked_at": context.sampled},
                    remedy="treat_as_missing",
                )
            )
        return found


def _word(context: Context, name: str) -> dict[str, Any] | None:
    view = context.view(name)
    small = context.table.select([name]).take(context.index)
    codes, levels = small.codes(name)
    if view.distinct < 2 or view.role == "text":
        return None
    hits = [i for i, level in enumerate(levels) if level.strip().casefold() in TOKENS]
    at = np.flatnonzero(np.isin(codes, hits))
    share = len(at) / max(len(codes), 1)
    if not hits or share < LEAST_SHARE:
        return None
    most = max(hits, key=lambda i: (int((codes == i).sum()), -i))
    clear = levels[most].strip().casefold() not in MAYBE_TRUE
    return {
        "severity": "warning" if clear and share >= 0.01 else "note", "variant": "word", "value": levels[most], "rows": len(at), "share": share,
        "positions": at,
    }  # fmt: skip


def _number(view: View) -> dict[str, Any] | None:
    """Judge the lowest and the highest value of a number, if it repeats."""
    values = view.values
    if values is None or view.type != "number" or view.distinct < 8:
        return None
    known = values[~np.isnan(values)]
    distinct, counts = np.unique(known, return_counts=True)
    for place, value in ((0, float(distinct[0])), (-1, float(distinct[-1]))):
        rows = int(counts[place])
        share = rows / len(known)
        rest = known[known != value]
        if share < LEAST_SHARE or rows < 3 or len(np.unique(rest)) < 5:
            continue
        low, high = np.quantile(rest, [0.05, 0.95])
        middle = float(np.median(rest))
        width = max(float(high - low), 1e-12)
        away = (float(rest.min()) - value) if place == 0 else (value - float(rest.max()))
        sentinel = value in SENTINELS and (
            (value < 0 <= float(rest.min()))
            or away >= 0.5 * width
            or (value > 0 and value >= 3 * float(rest.max()))
        )
        # Zero among amounts that never come near it: nobody has a blood pressure of 0. Zeros that are
        # the most common value of a spread-out amount (capital gains, rain) are true zeros.
        gap = float(rest.min())
        step = float(np.median(np.diff(np.unique(rest))))
        zero = value == 0.0 and place == 0 and share <= 0.5 and gap >= max(0.3 * middle, 10 * step) > 0
        if sentinel or zero:
            return {
                "severity": "warning", "variant": "zero" if zero else "sentinel", "value": value, "rows": rows,
                "share": share, "nearest": float(rest.min() if place == 0 else rest.max()),
                "positions": np.flatnonzero(values == value),
            }  # fmt: skip
    return None
