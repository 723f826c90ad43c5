"""LT113: a column that holds the target's own means, worked out over the rows that are to be judged."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.digits import numeric, resolution
from lowtide.auditing.encodings import (
    LEAST_CELLS,
    Encoding,
    cells_of,
    encoding_of,
    leave_one_out,
    pure_pairs,
)
from lowtide.auditing.large import LARGE, by_value
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 50
# Of many rows one value in so many is tried first, in columns with so many values (on the sampled rows).
PARTS, LEAST_PARTED = 8, 1_000
MOST_DISTINCT = 0.8
MOST_CATEGORIES = 20
# Below this share of a row's own outcome in its own value, the column gives hardly anything away.
MATERIAL = 0.01
# Inside its levels, a value that leaves its own row out falls as the outcome rises.
FALLING = -0.3
RELATED = 0.0


class EncodedOnAllRows(Check):
    """Values that are, by an exact formula, the mean outcome of the rows of a level.

    The category may be in the table or gone. Means over other folds (a level has several values) and counts of
    a level are honest and fit no formula here. Cannot be seen: means with noise added, means over rows that
    are not in the table, and leaving one out of a number when the category is gone.
    Of more than 100,000 rows and very many values, one value in eight (with all of its rows) must fit before all are tried.
    """

    code = "LT113"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        names = [n for n in numeric(context) if _could(context, n)]
        if not names:
            return NotApplicable(code=self.code, reason="no_fractions")
        copies = {c for f in context.found if f.code == "LT201" for c in f.columns}
        categories = _categories(context)
        found = []
        for name in names:
            if name in copies:
                continue
            for where in ("first", "both") if context.test_target is not None else ("first",):
                seen = _look_at(context, name, categories, where)
                if seen is not None:
                    found.append(_finding(context, name, *seen, where))
                    break
        return found


def _finding(context: Context, name: str, encoding: Encoding, category: str | None, where: str) -> Finding:
    facts: dict[str, Any] = {
        "variant": "leave_one_out" if encoding.formula == "leave_one_out" else "known" if category else "gone",
        "formula": encoding.formula, "cells": encoding.cells, "own": encoding.own, "category": category,
        "rows": len(context.table), "over": where,
    }  # fmt: skip
    weak = encoding.own < MATERIAL or (context.test is not None and where == "first")
    return Finding(
        code="LT113", severity="question" if weak else "error", columns=(name,), facts=facts,
        remedy="drop_columns",
    )  # fmt: skip


def _could(context: Context, name: str) -> bool:
    """Say whether a column could hold means: fractions."""
    view = context.view(name)
    known = int((~view.missing).sum())
    return known >= LEAST_ROWS and not view.whole and view.distinct >= LEAST_CELLS


def _categories(context: Context) -> list[str]:
    """Return columns that may have been encoded: texts and whole numbers whose values repeat; fewest levels last."""
    found = []
    for name in context.candidates:
        view = context.view(name)
        if view.type == "date" or (view.values is not None and not view.whole):
            continue
        if LEAST_CELLS <= view.distinct <= MOST_DISTINCT * context.sampled:
            found.append((view.type != "text", -view.distinct, name))
    return [name for _, _, name in sorted(found)[:MOST_CATEGORIES]]


def _look_at(
    context: Context, name: str, categories: list[str], where: str
) -> tuple[Encoding, str | None] | None:
    """Try the column by its own values, by each category that decides it, and as leaving one out."""
    view = context.view(name)
    values, outcomes, known = _columns(context, name, where)
    if known.sum() < LEAST_ROWS:
        return None
    step = resolution(values[known])
    related = [y for y in outcomes if _related(values[known], y[known])]
    deciding = [c for c in categories if c != name and _decides(view.codes, context.view(c).codes)]
    falling = [
        (c, i) for i, y in enumerate(outcomes) for c in categories
        if c != name and c not in deciding and _falls(context, name, c, y)
    ]  # fmt: skip
    large = int(known.sum()) > LARGE and view.distinct >= LEAST_PARTED
    if (
        large
        and not deciding
        and not falling
        and not _in_part(context, values[known], outcomes, known, related, step)
    ):
        return None
    own = np.unique(values[known], return_inverse=True)[1].astype(np.int64)
    for y in related:
        cells = cells_of(own, values[known], y[known])
        if len(cells.count) <= MOST_DISTINCT * len(own):
            plain = encoding_of(cells, y[known], step, merged=True)
            if plain is not None and plain.formula == "mean":
                return plain, deciding[0] if deciding else None
        for category in deciding:
            codes = _dense(_codes(context, category, where)[known])
            seen = encoding_of(cells_of(codes, values[known], y[known]), y[known], step, merged=False)
            if seen is not None:
                return seen, category
        if len(cells.count) <= MOST_DISTINCT * len(own):
            seen = encoding_of(cells, y[known], step, merged=True)
            if seen is not None:
                return seen, None
    for i, y in enumerate(outcomes):
        if context.target.classes and len(np.unique(y[known])) == 2:
            pure = pure_pairs(own, values[known], y[known], step)
            if pure is not None:
                return pure, None
        for category in categories:
            if (category, i) not in falling:
                continue
            codes = _dense(_codes(context, category, where)[known])
            left = leave_one_out(codes, values[known], y[known], step)
            if left is not None:
                return left, category
    return None


def _in_part(
    context: Context, values: Floats, outcomes: list[Floats], known: Bools, related: list[Floats], step: float
) -> bool:
    """Say whether a random part of the values, each with all of its rows, looks like means of the outcome."""
    part = by_value(values, PARTS)
    few = values[part]
    if len(few) < LEAST_ROWS:
        return True
    codes = np.unique(few, return_inverse=True)[1].astype(np.int64)
    for y in outcomes:
        own = y[known]
        if any(y is other for other in related) and int(codes.max()) + 1 <= MOST_DISTINCT * len(codes) * 1.1 and encoding_of(
            cells_of(codes, few, own[part]), own, step, merged=True, part=True
        ) is not None:  # fmt: skip
            return True
        if context.target.classes and pure_pairs(codes, few, own[part], step, least=0.5) is not None:
            return True
    return False


def _columns(context: Context, name: str, where: str) -> tuple[Floats, list[Floats], Any]:
    """Return the values, the outcomes that may have been averaged, and the rows that have both."""
    values, y = context.table.numbers(name), context.target.y
    if where == "both" and context.test is not None and context.test_target is not None:
        if name not in context.shared_columns:
            return values, [], np.zeros(len(values), dtype=bool)
        values = np.concatenate([values, context.test.numbers(name)])
        y = np.concatenate([y, context.test_target.y])
    known = np.isfinite(values) & ~np.isnan(y)
    if context.target.kind == "regression":
        return values, [y], known
    if context.target.kind == "binary":
        return values, [y, 1.0 - y], known
    classes = [np.asarray(y == c, dtype=np.float64) for c in range(len(context.target.classes))][:20]
    return values, [*classes, y], known


def _codes(context: Context, name: str, where: str) -> Ints:
    """Return levels per row; a missing value is a level."""
    tables = [context.table]
    if where == "both" and context.test is not None and name in context.test.names:
        tables.append(context.test)
    if context.table.column(name).type == "text":
        parts = [t.codes(name) for t in tables]
        levels = {v: i for i, v in enumerate(sorted({v for _, texts in parts for v in texts}))}
        return np.concatenate([
            np.append(np.asarray([levels[v] for v in texts], dtype=np.int64), -1)[codes] for codes, texts in parts
        ])  # fmt: skip
    values = np.concatenate([t.numbers(name) for t in tables])
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _dense(codes: Ints) -> Ints:
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _related(values: Floats, y: Floats) -> bool:
    """Say whether values rise with the outcome: means of it do."""
    few = slice(None, None, max(1, len(values) // 20_000))
    x, z = values[few], y[few]
    if x.std() == 0.0 or z.std() == 0.0:
        return False
    return bool(np.corrcoef(x, z)[0, 1] * np.sqrt(len(x)) > RELATED)


def _decides(values: Ints, levels: Ints) -> bool:
    """Say whether every level has one value (both are codes, -1 missing) and some level has several rows."""
    known = values >= 0
    if not known.any():
        return False
    level, value = levels[known] + 1, values[known]
    first = np.full(int(level.max()) + 1, -1, dtype=np.int64)
    first[level] = value
    return bool(np.mean(first[level] == value) >= 0.999)


def _falls(context: Context, name: str, category: str, y: Floats) -> bool:
    """Say whether inside the levels of a category the values fall as the outcome rises, on the sampled rows."""
    values, levels = context.view(name).values, context.view(category).codes + 1
    if values is None or len(y) < len(context.table):
        return False
    z = y[: len(context.table)][context.index]
    known = np.isfinite(values) & ~np.isnan(z)
    if known.sum() < LEAST_ROWS:
        return False
    x, z, level = values[known], z[known], levels[known]
    count = np.maximum(np.bincount(level), 1)
    x = x - (np.bincount(level, weights=x) / count)[level]
    z = z - (np.bincount(level, weights=z) / count)[level]
    size = float(np.sqrt((x @ x) * (z @ z)))
    return size > 0.0 and float(x @ z) / size < FALLING
