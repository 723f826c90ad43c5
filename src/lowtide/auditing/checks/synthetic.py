"""LT105: rows that were made out of other rows (SMOTE and its kin)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing import quick
from lowtide.auditing.alike import tie
from lowtide.auditing.cells import exact_cells, row_sums
from lowtide.auditing.check import Check
from lowtide.auditing.checks.duplicates import compared
from lowtide.auditing.context import Context
from lowtide.auditing.large import LARGE, alike, by_value
from lowtide.auditing.second import judged
from lowtide.auditing.segments import TOLERANCES, Between, between
from lowtide.core.finding import Finding, NotApplicable, Price
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints, deal_folds
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MOST_COLUMNS = 60
MOST_CLASSES = 30
LEAST_CLASS = 20
# Distinct values of a column, as a share of the rows of a class, from which it is fine enough to judge by.
FINE = 0.3
LEAST_RATE, SURE_RATE = 0.05, 0.15
# A class with synthetic rows has so many times more rows between others than one without.
CONTRAST = 4.0


@dataclass(frozen=True, slots=True)
class _Made:
    """A class (or the whole table) with synthetic rows: rows known to be, their nearer parent, and rates."""

    label: str
    asked: Ints
    synthetic: Ints
    parent: Ints
    rate: float
    chance: float
    size: int


class SyntheticRows(Check):
    """LT105: rows of one class that lie exactly on the line between two others of it.

    With noise in the numbers instead of lines they are near copies of one class (LT104), without noise
    repetitions (LT101).
    """

    code = "LT105"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if len(table) < 2 * LEAST_CLASS:
            return NotApplicable(code=self.code, reason="too_few_rows")
        names = _numeric(context)
        if len(names) < 2:
            return NotApplicable(code=self.code, reason="no_features")
        rows, raw, y = _distinct(table, target, names)
        if len(rows) < 2 * LEAST_CLASS:
            return NotApplicable(code=self.code, reason="too_few_rows")
        made = _made(raw, y, target, context.seed)
        if not made:
            return []
        count = sum(round(m.rate * m.size) for m in made)
        worst = max(made, key=lambda m: m.rate * m.size)
        synthetic = rows[np.concatenate([m.synthetic for m in made])]
        parent = rows[np.concatenate([m.parent for m in made])]
        asked = rows[np.concatenate([m.asked for m in made])]
        context.together[self.code] = tie(len(table), synthetic, parent)[context.index]
        facts: dict[str, Any] = {
            "rows": count, "share": count / len(table), "labels": [m.label for m in made],
            "label": ", ".join(m.label for m in made), "share_in_class": worst.rate,
            "share_by_chance": worst.chance, "compared": len(names), "rows_looked_at": len(asked), "total": len(table),
            "variant": "regression" if target.kind == "regression" else "default",
        }  # fmt: skip
        return [
            Finding(
                code=self.code,
                severity="error" if worst.rate >= SURE_RATE else "question",
                rows=tuple(int(r) for r in table.rows[np.sort(synthetic)[:20]]),
                facts=facts,
                remedy="drop_rows",
                price=_price(context, table, synthetic, asked, rows, y, [m.label for m in made]),
            )
        ]


def _numeric(context: Context) -> tuple[str, ...]:
    """Return numbers that a row could have been made of: nearly always known, and no copies of one another."""
    names = [
        n for n in compared(context)
        if context.table.column(n).type == "number" and context.view(n).missing.mean() < 0.02
        and context.view(n).distinct > 1
    ]  # fmt: skip
    names = sorted(names, key=lambda n: (-context.view(n).distinct, n))[:MOST_COLUMNS]
    kept: list[str] = []
    seen: list[Floats] = []
    for name in names:
        values = np.nan_to_num(context.view(name).values)  # type: ignore[arg-type]
        z = (values - values.mean()) / max(float(values.std()), 1e-300)
        if all(abs(float(z @ other)) / len(z) < 0.99999 for other in seen):
            kept.append(name)
            seen.append(z)
    return tuple(kept)


def _distinct(table: Table, target: Target, names: tuple[str, ...]) -> tuple[Ints, Floats, Floats]:
    """Return positions, numbers and targets of rows with all numbers known, each distinct row once."""
    raw = np.column_stack([table.numbers(n) for n in names])
    known = np.flatnonzero(np.isfinite(raw).all(axis=1) & ~np.isnan(target.y))
    part = table.select(list(names)) if len(known) == len(table) else table.select(list(names)).take(known)
    if len(known) > LARGE:
        keys = alike(part, names, plain=False)[0]
    else:
        keys = row_sums(exact_cells(part, names)).view(np.int64)
    _, first = np.unique(keys, return_index=True)
    rows = known[np.sort(first)]
    # No second copy of a large table.
    return rows, raw if len(rows) == len(raw) else raw[rows], target.y[rows]


def _made(raw: Floats, y: Floats, target: Target, seed: int) -> list[_Made]:
    steps = np.asarray([_step(raw[:, j]) for j in range(raw.shape[1])])
    if target.kind == "regression":
        # Without classes to compare, only lines that are exact count.
        rows = np.arange(len(raw), dtype=np.int64)
        fine = _fine(raw, rows)
        looks = between(raw, rows, fine, steps, seed) if fine.sum() >= 2 else []
        return _found({"": looks[0]}, {"": len(raw)}, TOLERANCES[:2], alone=True) if looks else []
    seen: dict[str, list[Between]] = {}
    size: dict[str, int] = {}
    for c in range(len(target.classes)):
        members = np.flatnonzero(y == c)
        if len(members) < LEAST_CLASS or len(seen) >= MOST_CLASSES:
            continue
        fine = _fine(raw, members)
        looks = between(raw, members, fine, steps, seed) if fine.sum() >= 2 else []
        if looks:
            seen[target.classes[c]], size[target.classes[c]] = looks, len(members)
    found = _found({c: b[0] for c, b in seen.items()}, size, TOLERANCES)
    return found or _found({c: b[1] for c, b in seen.items() if len(b) > 1}, size, TOLERANCES)


def _found(
    looks: dict[str, Between], size: dict[str, int], tolerances: tuple[float, ...], *, alone: bool = False
) -> list[_Made]:
    if len(looks) < 2 and not alone:
        tolerances = tolerances[:2]
    for tolerance in tolerances:
        out = []
        for c, seen in looks.items():
            # Whoever balances classes leaves at least one as it was.
            rest = [o.rate(tolerance) for d, o in looks.items() if d != c]
            chance = max(seen.chance(tolerance), min(rest, default=0.0))
            if _beyond(seen, tolerance, chance):
                out.append(_of(c, seen, tolerance, chance, size[c]))
        if out:
            return out
    return []


def _step(values: Floats) -> float:
    """Return the size of the last digit of most of the values."""
    few = values[:: max(1, len(values) // 2000)]
    for places in range(-3, 9):
        if (np.abs(few - np.round(few, places)) <= 1e-9 * np.maximum(np.abs(few), 1.0)).mean() > 0.9:
            return float(10.0**-places)
    return 0.0


def _beyond(seen: Between, tolerance: float, chance: float) -> bool:
    rate, n = seen.rate(tolerance), len(seen.asked)
    return rate >= LEAST_RATE and rate > CONTRAST * chance + 3 * float(np.sqrt((chance + 1 / n) / n))


def _of(label: str, seen: Between, tolerance: float, chance: float, size: int) -> _Made:
    hit = seen.bend < tolerance
    return _Made(label, seen.asked, seen.asked[hit], seen.nearer[hit], float(hit.mean()), chance, size)


def _fine(raw: Floats, rows: Ints) -> Bools:
    """Return columns (p,) with many distinct values in these rows."""
    least = max(10.0, FINE * len(rows))
    return np.asarray([_distinct_of(raw[rows, j]) > least for j in range(raw.shape[1])], dtype=bool)


def _distinct_of(values: Floats) -> int:
    """Count distinct values; of very many rows only one value in sixteen is counted."""
    parts = 1 if len(values) <= LARGE else 16
    part = values if parts == 1 else values[by_value(values, parts)]
    return int(np.unique(part).size) * parts


def _price(
    context: Context, table: Table, synthetic: Ints, asked: Ints, rows: Ints, y: Floats, labels: list[str]
) -> Price | None:
    """Return the score on random folds with the synthetic rows, and without them, by the audit's small model."""
    target = context.target
    names = context.for_model(tuple(n for n in context.features))
    if not names:
        return None
    kind = target.kind
    unknown = np.zeros(len(table), dtype=bool)
    if kind == "regression":
        unknown[rows] = True
    else:
        unknown[rows] = np.isin(y, [target.classes.index(label) for label in labels])
    unknown[asked] = False
    made = np.zeros(len(table), dtype=bool)
    made[synthetic] = True
    place = context.index[context.model_rows]
    keep = np.flatnonzero(~unknown[place])
    scores = []
    for chosen in (keep, keep[~made[place[keep]]]):
        part = context.model_rows[chosen]
        if len(part) < 40:
            return None
        fold = deal_folds(None, len(part), 4, context.seed)
        predicted = quick.out_of_fold(
            context.matrix(names, part), context.targets[part], fold, 4, context.seed,
            classes=len(target.classes), tables={j: context.view(n).bins[part] for j, n in enumerate(names) if context.view(n).values is None},
        )  # fmt: skip
        plain = predicted if predicted.shape[1] > 1 else predicted[:, 0]
        # Numbers are predicted in units of their spread.
        truth = context.targets[part, 0] if kind == "regression" else context.y[part]
        value = judged(truth, kind, plain, np.ones(len(part), dtype=bool))
        if value is None:
            return None
        scores.append(value)
    metric = "r2" if kind == "regression" else "roc_auc"
    return Price(metric=metric, greater_is_better=True, scheme="rows", as_is=scores[0], remedied=scores[1])
