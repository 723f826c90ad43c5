"""LT203: columns that give the target together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lowtide.auditing import formulas, pairs, robust, rules
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Fact, Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

ROWS = 5_000
LEAST_ROWS = 40
SPARSE = 0.3
FEW_LEVELS = 12
MOST_CELLS = 60
# Rules with a sentence of their own; all others are one calculation and its thresholds.
RULES = {
    "threshold": "cut", "tree": "comparisons", "cells": "cells", "largest": "largest", "smallest": "smallest",
    "per_square": "cut_quotient", "square_per": "cut_quotient",
}  # fmt: skip


class TargetFormula(Check):
    """Numbers: sums, differences, products, quotients, shares, largest and smallest of columns.

    Classes: any of several flags, thresholds of a column or of a calculation of some, one column against another,
    combinations of a few values, the largest of one column a class. Formulas must be right in nine rows of ten to
    within rounding; rules must cut sharply (see `lowtide.auditing.rules`).
    """

    code = "LT203"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        if target.kind == "regression":
            return _number(self.code, context)
        return _classes(self.code, context)


def _known(context: Context) -> set[str]:
    """Copies of the target would hide every formula, so they are left out."""
    return {c for f in context.found if f.code == "LT201" for c in f.columns}


def _rows(context: Context) -> Ints:
    rows = np.arange(context.sampled, dtype=np.int64)
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 71]).choice(rows, ROWS, replace=False))
    return rows


def _numbers(context: Context, *, gaps_are_zero: bool = False) -> tuple[tuple[str, ...], Floats, Ints]:
    """Return number and date columns (names, x) and their rows: complete ones, or all with gaps as zeros."""
    copies = _known(context)
    most = 0.95 if gaps_are_zero else SPARSE
    names = [
        n for n in sorted(context.candidates)
        if n not in copies and (v := context.view(n)).values is not None and v.distinct > 1
        and v.missing.mean() <= most
    ]  # fmt: skip
    if not names:
        return (), np.empty((0, 0)), np.empty(0, dtype=np.int64)
    rows = _rows(context)
    x = np.column_stack([context.view(n).values[rows] for n in names])  # type: ignore[index]
    if gaps_are_zero:
        return tuple(names), np.where(np.isfinite(x), x, 0.0), rows
    full = ~np.isnan(x).any(axis=1)
    if full.mean() < 0.3:
        # Few rows are complete: keep the columns that are nearly so.
        keep = np.isnan(x).mean(axis=0) <= 0.02
        names, x = [n for n, k in zip(names, keep, strict=True) if k], x[:, keep]
        full = ~np.isnan(x).any(axis=1)
    return tuple(names), np.where(np.isfinite(x[full]), x[full], 0.0), rows[full]


def _telling(context: Context, names: tuple[str, ...], most: int) -> list[int]:
    """Return positions of the columns that tell most by themselves, ascending."""
    order = sorted(range(len(names)), key=lambda j: (-context.alone(names[j]).skill, names[j]))
    return sorted(order[:most])


def _finding(
    code: str,
    context: Context,
    columns: set[str],
    severity: str,
    facts: dict[str, Fact],
    rows: Ints | None = None,
) -> Finding:
    return Finding(
        code=code, severity=severity, columns=tuple(n for n in context.table.names if n in columns),
        rows=() if rows is None else context.source_rows(rows), facts=facts, remedy="drop_columns",
    )  # fmt: skip


def _number(code: str, context: Context) -> list[Finding] | NotApplicable:
    names, x, rows = _numbers(context)
    y = context.y[rows]
    if len(names) < 2 or len(y) < LEAST_ROWS or np.unique(y).size < 10:
        return NotApplicable(code=code, reason="too_few_numbers")
    found = _formula(code, context, names, x, rows)
    if found is not None and found.severity == "error":
        return [found]
    if any(
        context.view(n).missing.mean() > 0.05
        for n in context.candidates
        if context.view(n).values is not None
    ):
        # A part that is not there counts as nothing: sums over what is filled.
        names, x, rows = _numbers(context, gaps_are_zero=True)
        filled = _formula(code, context, names, x, rows)
        if filled is not None and filled.severity == "error":
            filled.facts["gaps_are_zero"] = True
            return [filled]
    return [found] if found is not None else []


def _formula(code: str, context: Context, names: tuple[str, ...], x: Floats, rows: Ints) -> Finding | None:
    seed, y = context.seed, context.y[rows]
    few = _telling(context, names, pairs.MOST_COLUMNS)
    narrow = x[:, few]
    near: formulas.Formula | None = None
    tries: tuple[tuple[Callable[[], formulas.Formula | None], list[int] | None], ...] = (
        (lambda: formulas.extreme(x, y), None),
        (lambda: formulas.linear(x, y, seed), None),
        (lambda: formulas.product(x, y, seed), None),
        (lambda: pairs.pair(narrow, y, seed), few),
        (lambda: robust.mostly_linear(x, y, seed), None),
        (lambda: robust.mostly_product(x, y, seed), None),
        (lambda: pairs.triple(narrow, y, seed), few),
    )
    for attempt, places in tries:
        made = attempt()
        if made is None or len(made.columns) < 2:
            continue
        if places is not None:
            made = formulas.Formula(
                made.form, tuple(places[c] for c in made.columns), made.weights, made.missed
            )
        if attempt in (tries[1][0], tries[2][0]) and not _proves(made):
            near = near or made
            continue
        return _told(code, context, names, made, "error", len(y))
    lookup = _in_levels(code, context, names, x, rows)
    if lookup is not None:
        return lookup
    return _told(code, context, names, near, "question", len(y)) if near is not None else None


def _proves(made: formulas.Formula) -> bool:
    """Rounding leaves a trace: near sums with small whole weights are sums of rounded numbers."""
    whole = made.form != "sum" or _small_whole(made.weights)
    return made.missed <= formulas.EXACT or (whole and made.missed <= 1e-4)


def _told(
    code: str, context: Context, names: tuple[str, ...], made: formulas.Formula, severity: str, rows: int
) -> Finding:
    weights: dict[str, Any] = {names[c]: round(w, 6) for c, w in zip(made.columns, made.weights, strict=True)}
    facts: dict[str, Fact] = {
        "variant": made.form, "weights": weights, "missed": made.missed,
        "exact": made.missed <= formulas.EXACT, "rows_looked_at": rows,
    }  # fmt: skip
    return _finding(code, context, {names[c] for c in made.columns}, severity, facts)


def _small_whole(weights: tuple[float, ...]) -> bool:
    top = max(abs(w) for w in weights)
    scaled = [w / top for w in weights]
    return all(abs(w - round(w)) < 0.02 for w in weights) or all(abs(abs(w) - 1) < 0.02 for w in scaled)


def _in_levels(code: str, context: Context, names: tuple[str, ...], x: Floats, rows: Ints) -> Finding | None:
    """Find a formula that holds at each level of a category."""
    y = context.y[rows]
    categories = [n for n in sorted(context.candidates) if 2 <= context.view(n).distinct <= FEW_LEVELS]
    categories = sorted(categories, key=lambda n: (-context.alone(n).skill, n))[: pairs.LEVEL_COLUMNS]
    groups = [context.view(n).codes[rows] for n in categories]
    few = _telling(context, names, pairs.LEVEL_COLUMNS)
    made = pairs.within(x[:, few], y, groups, context.seed)
    if made is None:
        return None
    columns, place, held = made
    used = {names[few[c]] for c in columns} | ({categories[place]} if place >= 0 else set())
    if len(used) < 2:
        return None
    facts: dict[str, Fact] = {"variant": "levels", "spearman": held, "exact": False, "rows_looked_at": len(y)}
    return _finding(code, context, used, "error", facts)


def _classes(code: str, context: Context) -> list[Finding]:
    binary = context.target.kind == "binary"
    found = _any_flag(code, context) if binary else []
    names, x, rows = _numbers(context)
    y = context.y[rows]
    labels, sizes = y.astype(np.int64), np.bincount(y.astype(np.int64), minlength=len(context.target.classes))
    kept = np.flatnonzero(sizes >= 20)
    if len(kept) >= 2 and sizes[kept].sum() >= 0.95 * len(y):
        # Classes of a handful of rows have no thresholds to speak of.
        inside = np.isin(labels, kept)
        place = np.searchsorted(kept, labels[inside])
        told = {c for f in found for c in f.columns}
        ruled = _rules(code, context, names, x[inside], place.astype(np.int64), len(kept))
        found += [f for f in ruled if not set(f.columns) <= told]
    found += _cells(code, context, found)
    return found


def _rules(
    code: str, context: Context, names: tuple[str, ...], x: Floats, y: Ints, classes: int
) -> list[Finding]:
    if not names:
        return []
    singles = rules.single(x, y, classes)
    found = [_ruled(code, context, {names[r.columns[0]]}, r, len(y)) for r in singles]
    few = [
        j
        for j in _telling(context, names, int(np.clip(120 // classes, 12, 60)))
        if (j,) not in {r.columns for r in singles}
    ]
    narrow = x[:, few]
    rule: rules.Rule | None = rules.pair(narrow, y, classes, context.seed)
    if rule is None:
        rule = rules.total(narrow, y, classes, context.seed)
    if rule is None and classes == 2:
        rule = rules.tree(narrow, y, context.seed)
    if rule is None:
        rule = rules.largest(narrow, y, classes)
    if rule is not None:
        found.append(_ruled(code, context, {names[few[c]] for c in rule.columns}, rule, len(y)))
    return found


def _ruled(code: str, context: Context, columns: set[str], rule: rules.Rule, rows: int) -> Finding:
    facts: dict[str, Fact] = {
        "variant": RULES.get(rule.form, f"cut_{rule.form}"), "missed": rule.missed, "exact": rule.missed == 0.0, "rows_looked_at": rows,
    }  # fmt: skip
    return _finding(code, context, columns, "error", facts)


def _cells(code: str, context: Context, found: list[Finding]) -> list[Finding]:
    """Combinations of two columns of few values; only where no flag or threshold tells it better."""
    out = _known(context) | {c for f in found for c in f.columns}
    names = [
        n for n in sorted(context.candidates)
        if n not in out and 2 <= context.view(n).distinct + int(context.view(n).missing.any()) <= FEW_LEVELS
    ]  # fmt: skip
    if len(names) > MOST_CELLS:
        names = sorted(
            sorted(names, key=lambda n: (context.view(n).distinct, -context.alone(n).skill, n))[:MOST_CELLS]
        )
    rows = _rows(context)
    codes = [context.view(n).codes[rows] + 1 for n in names]
    rule = rules.cells(codes, context.y[rows].astype(np.int64), len(context.target.classes))
    if rule is None:
        return []
    return [_ruled(code, context, {names[c] for c in rule.columns}, rule, len(rows))]


def _events(context: Context) -> tuple[list[str], list[Ints]]:
    """Return columns of few values, and numbers that are often zero as zero or not (-1: missing)."""
    copies = _known(context)
    names, codes = [], []
    for name in sorted(context.candidates):
        view = context.view(name)
        if name in copies:
            continue
        if 2 <= view.distinct <= 3:
            names.append(name)
            codes.append(view.codes)
        elif view.values is not None and view.type == "number" and view.distinct > 3:
            zero = view.values == 0
            if 0.05 <= zero.mean() <= 0.999:
                names.append(name)
                codes.append(np.where(view.missing, -1, np.where(zero, 0, 1)).astype(np.int64))
    return names, codes


def _any_flag(code: str, context: Context) -> list[Finding]:
    names, codes = _events(context)
    tests = max(sum(len(np.unique(c)) for c in codes), 1)
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
        facts: dict[str, Fact] = {
            "variant": "any", "outcome": context.target.classes[int(outcome)], "covered": covered,
            "right": float(hit[on].mean()), "rows_flagged": int(on.sum()), "rows_looked_at": context.sampled,
        }  # fmt: skip
        return [_finding(code, context, columns, "error", facts, np.flatnonzero(on))]
    return []
