"""LT203: columns that give the target together."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing import formulas
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats
from lowtide.tables.table import Table
from lowtide.tables.target import Target

ROWS = 5_000


class TargetFormula(Check):
    """Numbers: a sum, difference, product, quotient, maximum of columns. Yes/no: any of several flags, or one
    column against a threshold of another.
    """

    code = "LT203"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 40:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        if target.kind == "regression":
            return _number(self.code, context)
        if target.kind == "binary":
            return _yes_no(self.code, context)
        return NotApplicable(code=self.code, reason="many_classes")


def _numbers(context: Context) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return number and date columns that are mostly filled, on complete rows (names, x, y).

    A column that an earlier check found to be the target itself would hide every formula, so it is left out.
    """
    copies = {c for f in context.found if f.code == "LT201" for c in f.columns}
    names = [
        n for n in sorted(context.candidates)
        if n not in copies and (v := context.view(n)).values is not None and v.distinct > 1
        and v.missing.mean() <= 0.3
    ]  # fmt: skip
    if not names:
        return (), np.empty((0, 0)), np.empty(0)
    rows = np.arange(context.sampled)
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 71]).choice(rows, ROWS, replace=False))
    x = np.column_stack([context.view(n).values[rows] for n in names])  # type: ignore[index]
    full = ~np.isnan(x).any(axis=1)
    if full.mean() < 0.3:
        # Few rows are complete: keep the columns that are nearly so.
        keep = np.isnan(x).mean(axis=0) <= 0.02
        names, x = [n for n, k in zip(names, keep, strict=True) if k], x[:, keep]
        full = ~np.isnan(x).any(axis=1)
    y = context.y[rows][full]
    return tuple(names), np.where(np.isfinite(x[full]), x[full], 0.0), y


def _number(code: str, context: Context) -> list[Finding] | NotApplicable:
    names, x, y = _numbers(context)
    if len(names) < 2 or len(y) < 40 or np.unique(y).size < 10:
        return NotApplicable(code=code, reason="too_few_numbers")
    found = (
        formulas.extreme(x, y) or formulas.linear(x, y, context.seed) or formulas.product(x, y, context.seed)
    )
    if found is None or len(found.columns) < 2:
        return []
    exact = found.missed <= formulas.EXACT
    # Rounding leaves a trace: near sums with small whole weights are sums of rounded numbers.
    whole = found.form != "sum" or _small_whole(found.weights)
    tiny = found.missed <= 1e-4
    columns = tuple(n for n in context.table.names if n in {names[c] for c in found.columns})
    weights = {names[c]: round(w, 6) for c, w in zip(found.columns, found.weights, strict=True)}
    facts: dict[str, Any] = {
        "variant": found.form, "weights": weights, "missed": found.missed, "exact": exact,
        "rows_looked_at": len(y),
    }  # fmt: skip
    severity = "error" if exact or (whole and tiny) or found.form in ("max", "min") else "question"
    return [Finding(code=code, severity=severity, columns=columns, facts=facts, remedy="drop_columns")]


def _small_whole(weights: tuple[float, ...]) -> bool:
    top = max(abs(w) for w in weights)
    scaled = [w / top for w in weights]
    return all(abs(w - round(w)) < 0.02 for w in weights) or all(abs(abs(w) - 1) < 0.02 for w in scaled)


def _yes_no(code: str, context: Context) -> list[Finding] | NotApplicable:
    found = _any_flag(code, context)
    names, x, y = _numbers(context)
    if len(names) >= 2 and len(y) >= 40:
        alone = np.array([_folded(context, n) for n in names])
        # Pairs grow with the square: dates first, then the columns with the finest values.
        order = sorted(
            range(len(names)),
            key=lambda j: (context.view(names[j]).type != "date", -context.view(names[j]).distinct, names[j]),
        )[: formulas.PAIR_COLUMNS]
        order.sort()
        pair = formulas.threshold(x[:, order], y, alone[order], context.seed)
        if pair is not None:
            columns = {names[order[c]] for c in pair.columns}
            found.append(
                Finding(
                    code=code,
                    severity="error",
                    columns=tuple(n for n in context.table.names if n in columns),
                    facts={"variant": pair.form, "missed": pair.missed, "exact": pair.missed == 0.0,
                           "rows_looked_at": min(len(y), formulas.PAIR_ROWS)},
                    remedy="drop_columns",
                )
            )  # fmt: skip
    return found


def _folded(context: Context, name: str) -> float:
    area = context.alone(name).auc
    return 0.5 if area is None else max(area, 1 - area)


def _any_flag(code: str, context: Context) -> list[Finding]:
    copies = {c for f in context.found if f.code == "LT201" for c in f.columns}
    names = [n for n in sorted(context.candidates) if n not in copies and 2 <= context.view(n).distinct <= 3]
    codes = [context.view(n).codes for n in names]
    tests = max(sum(context.view(n).distinct for n in names), 1)
    for outcome in (1.0, 0.0):
        hit: Bools = context.y == outcome
        if hit.sum() < 10:
            continue
        made = formulas.flags(codes, hit, float(hit.mean()), tests)
        if made is None:
            continue
        chosen, covered = made
        columns = {names[j] for j, _, _ in chosen}
        if len(columns) < 2:
            continue
        on = np.zeros(len(hit), dtype=bool)
        for j, value, _ in chosen:
            on |= codes[j] == value
        return [
            Finding(
                code=code,
                severity="error",
                columns=tuple(n for n in context.table.names if n in columns),
                rows=context.source_rows(np.flatnonzero(on)),
                facts={
                    "variant": "any", "outcome": context.target.classes[int(outcome)], "covered": covered,
                    "right": float(hit[on].mean()), "rows_flagged": int(on.sum()),
                    "rows_looked_at": context.sampled,
                },
                remedy="drop_columns",
            )
        ]  # fmt: skip
    return []
