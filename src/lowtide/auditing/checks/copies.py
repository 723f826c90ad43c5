"""LT201: a column that is the target again: relabelled, rescaled, re-ranked, in classes, in part, or nearly so."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints, ranks
from lowtide.stats.lines import line, ordered, spread
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MISFIT = 0.02
NEARLY = 0.07
LEAST_ROWS = 20
LEAST_PART = 30
MOST_CODES = 60
ROWS_PER_CODE = 8
RIGHT = 0.9

Facts = dict[str, Any]


class TargetCopy(Check):
    """Classes: values that belong to one class each. Numbers: a line, the same order, or adjoining ranges.

    Each is asked of all rows and of the rows where the column is filled: a copy that is filled only here and
    there is a copy. A few wrong cells do not hide it. One label a class with up to 7 % of the cells of a class
    wrong, or dates in the order of the target, are questions; all the rest is proof.
    """

    code = "LT201"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        found = []
        for name in context.candidates:
            view = context.view(name)
            if target.kind == "regression":
                facts = _of_number(view, context)
            else:
                facts = _of_class(view, context.y.astype(np.int64), len(target.classes), name, context)
            if facts is not None:
                severity = facts.pop("severity", "error")
                facts |= {"rows_looked_at": context.sampled}
                found.append(
                    Finding(
                        code=self.code, severity=severity, columns=(name,), facts=facts, remedy="drop_columns"
                    )
                )
        return found


def _of_class(view: View, y: Ints, classes: int, name: str, context: Context) -> Facts | None:
    if view.distinct < 1:
        return None
    facts = _labels(view.codes + 1, y, classes) if not _one_or_missing(view) else None
    known = ~view.missing
    if facts is None and view.missing.any() and _enough(known) and view.distinct >= 2:
        facts = _labels(view.codes[known], y[known], classes)
        if facts is not None:
            facts |= {"variant": "part", "filled": float(known.mean())}
    if facts is None and _enough(known):
        facts = _codes(view, y, classes, known)
        if facts is not None and any(e.name == name for e in context.entities):
            return None  # cases that keep their outcome: LT301 tells this better
    if facts is None and classes > 2 and not _one_or_missing(view):
        facts = _coarser(view.codes + 1, y, classes)
    return facts


def _one_or_missing(view: View) -> bool:
    """One value or none: what the gap tells is told by LT204."""
    return view.distinct == 1 and bool(view.missing.any())


def _enough(known: Bools) -> bool:
    return int(known.sum()) >= max(LEAST_PART, 0.02 * len(known))


def crossed(codes: Ints, y: Ints, classes: int) -> Floats:
    """Return rows by value and class."""
    table = np.zeros((int(codes.max()) + 1, classes))
    np.add.at(table, (codes, y), 1.0)
    crossed: Floats = table[table.sum(axis=1) > 0]
    return crossed


def _labels(codes: Ints, y: Ints, classes: int) -> Facts | None:
    """Say how the column is the class: every value has one class and there are about as few values.

    Copies may be wrong in 2 % of the rarest class; one label a class in 7 %, then it is a question.
    """
    table = crossed(codes, y, classes)
    if not 2 <= len(table) <= 2 * classes + 1:
        return None
    misfit = float(table.sum() - table.max(axis=1).sum())
    size = table.sum(axis=0)
    kept = np.zeros(classes)
    np.add.at(kept, table.argmax(axis=1), table.max(axis=1))
    seen = size > 0
    if seen.sum() < 2 or size[seen].min() < 5:
        return None
    wrong = 1 - kept[seen] / size[seen]
    facts: Facts = {"variant": "labels", "values": len(table), "misfits": int(misfit), "exact": misfit == 0}
    if np.all(wrong <= MISFIT):
        rows = table.sum(axis=1)
        mixed = len(table) > seen.sum() and misfit >= 5 and uneven(rows - table.max(axis=1), rows)
        return None if mixed else facts
    # One value a class that is nearly right both ways: of a class, and of a value.
    large = table.sum(axis=1) >= 0.01 * table.sum()
    of_value = 1 - table.max(axis=1) / table.sum(axis=1)
    if large.sum() == seen.sum() and np.all(wrong <= NEARLY) and np.all(of_value[large] <= NEARLY):
        return facts | {
            "variant": "nearly",
            "share_wrong": misfit / float(table.sum()),
            "severity": "question",
        }
    return None


def _codes(view: View, y: Ints, classes: int, known: Bools) -> Facts | None:
    """Say how several codes stand for each class (reasons, final states): all of them pure.

    Wrong cells, if any, must be spread evenly. A strong but honest category has pure levels and one in which
    everything is possible.
    """
    codes, own = view.codes[known], y[known]
    most = min(MOST_CODES, len(own) // ROWS_PER_CODE)
    if not 2 * classes + 1 < view.distinct <= most:
        return None
    table = crossed(codes, own, classes)
    rows = table.sum(axis=1)
    table = table[rows >= 5]
    rows = table.sum(axis=1)
    misfits = rows - table.max(axis=1)
    kept = np.zeros(classes)
    np.add.at(kept, table.argmax(axis=1), table.max(axis=1))
    size = np.bincount(own, minlength=classes)
    seen = size > 0
    if len(table) < 3 or rows.sum() < 0.9 * len(own) or seen.sum() < 2 or size[seen].min() < 10:
        return None
    if np.any(kept[seen] < (1 - MISFIT) * size[seen]) or misfits.sum() > MISFIT * rows.sum():
        return None
    if misfits.sum() >= 5 and uneven(misfits, rows):
        return None
    return {
        "variant": "codes", "values": view.distinct, "misfits": int(misfits.sum()), "exact": not misfits.any(),
        "filled": float(known.mean()),
    }  # fmt: skip


def uneven(misfits: Floats, rows: Floats) -> bool:
    """True when wrong cells stand in some values of a column far more than in others (chi-square, p < 0.001)."""
    from scipy.stats import chi2

    expected = rows * misfits.sum() / rows.sum()
    value = float(((misfits - expected) ** 2 / np.maximum(expected, 1e-9)).sum())
    return bool(chi2.sf(value, len(rows) - 1) < 0.001)


def _coarser(codes: Ints, y: Ints, classes: int) -> Facts | None:
    """Say how the column is the target with classes joined: a flag for one of them, a group of some."""
    table = crossed(codes, y, classes)
    if not 2 <= len(table) < classes:
        return None
    size = table.sum(axis=0)
    seen = size >= 10
    if seen.sum() < 3 or size[~seen].sum() > MISFIT * size.sum():
        return None
    right = table.max(axis=0)[seen] / size[seen]
    to = table.argmax(axis=0)[seen]
    # Two rows that are wrong are no more than that in a small class.
    if (
        np.any(right < 1 - np.where(size[seen] >= 40, np.maximum(MISFIT, 2 / size[seen]), MISFIT))
        or len(np.unique(to)) < 2
        or len(np.unique(to)) < len(table) - 1
    ):
        return None
    misfit = float(size[seen].sum() - table.max(axis=0)[seen].sum())
    return {"variant": "coarser", "values": len(table), "misfits": int(misfit), "exact": misfit == 0}


def _of_number(view: View, context: Context) -> Facts | None:
    y = context.y
    distinct = np.unique(y)
    if len(distinct) < 2:
        return None
    if len(distinct) < 10:  # a number with few values is a label
        codes = np.searchsorted(distinct, y).astype(np.int64)
        return _labels(view.codes + 1, codes, len(distinct)) if not _one_or_missing(view) else None
    known = ~view.missing
    if not _enough(known):
        return None
    facts = _same_number(view, y, known, context.seed) if view.values is not None else None
    if facts is None and view.distinct >= 2:
        facts = _ranges(view, y, known)
    if facts is not None and not known.all():
        facts["filled"] = float(known.mean())
    return facts


def _same_number(view: View, y: Floats, known: Bools, seed: int) -> Facts | None:
    """Say how the column is the number: y = a x + b, or the same order (a rank, a logarithm)."""
    assert view.values is not None
    finite = known & np.isfinite(view.values)
    x, z = view.values[finite], y[finite]
    if view.distinct < 10 or len(x) < LEAST_PART or np.unique(z).size < 10:
        return None
    order = abs(float(np.corrcoef(ranks(x), ranks(z))[0, 1]))
    if order < 0.7:
        return None
    centre = x - x.mean()
    slope = float(np.dot(centre, z) / np.dot(centre, centre))
    left = z - z.mean() - slope * centre
    linear = 1.0 - float((left**2).sum()) / float(((z - z.mean()) ** 2).sum())
    # Robust against a few wrong cells: the middle of the residuals against the middle of the spread.
    middle = float(np.median(np.abs(z - np.median(z))))
    near = float(np.median(np.abs(left))) / middle if middle else 1.0
    if linear >= 1 - 1e-9 or (linear >= 0.9999 and near < 0.01):
        return {"variant": "linear", "slope": slope, "r2": linear, "exact": linear >= 1 - 1e-9}
    if order >= 0.9995:
        facts = {"variant": "order", "spearman": order, "exact": order >= 1 - 1e-12}
        return facts | ({"severity": "question"} if view.type == "date" else {})
    own, _, share = line(x, z, 0.005 * spread(z), seed)
    if share >= RIGHT and own != 0.0:
        return {"variant": "mostly", "slope": own, "share_right": share, "exact": False}
    if np.unique(z).size >= 50 and view.distinct >= 50 and view.type != "date":
        share = ordered(x, z, seed)
        if share >= RIGHT:
            return {"variant": "mostly_ordered", "share_right": share, "exact": False}
    return None


def _ranges(view: View, y: Floats, known: Bools) -> Facts | None:
    """Say how each value of the column stands for a range of the target, the ranges side by side.

    The more values, the more wrong cells are allowed: strong features with few levels also separate much.
    """
    codes, z = view.codes[known], y[known]
    levels, codes, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if not 2 <= len(levels) <= max(2, len(z) // ROWS_PER_CODE) or len(levels) > 1000:
        return None
    order = np.argsort(codes, kind="stable")
    middles = np.asarray([np.median(part) for part in np.split(z[order], np.cumsum(counts)[:-1])])
    place = np.empty(len(levels), dtype=np.int64)
    place[np.argsort(middles, kind="stable")] = np.arange(len(levels))
    ranked = place[codes]
    along = np.lexsort((ranked, z))
    expected = np.repeat(np.arange(len(levels)), np.bincount(ranked))
    wrong = ranked[along] != expected
    share = float(wrong.mean())
    allowed = 0.10 if len(levels) >= 5 else 0.05 if len(levels) >= 3 else 0.005
    # One level that has nearly all rows is right nearly everywhere, whatever it means.
    by_chance = 1.0 - float(((counts / counts.sum()) ** 2).sum())
    if share > allowed * by_chance or len(np.unique(z)) < 2 * len(levels):
        return None
    bounds = np.cumsum(np.bincount(ranked))[:-1]
    if len(levels) < 5 and not all(_close(z[along], int(b)) for b in bounds):
        return None
    return {"variant": "ranges", "values": len(levels), "share_wrong": share, "exact": share == 0.0}


def _close(ordered_y: Floats, bound: int) -> bool:
    """True when the target runs on across the bound: no gap that would part two honest kinds of rows."""
    n = len(ordered_y)
    reach = max(5, n // 20)
    low, high = max(0, bound - reach), min(n - 1, bound + reach)
    if bound < max(10, 0.02 * n) or n - bound < max(10, 0.02 * n):
        return False
    around = ordered_y[high] - ordered_y[low]
    gap = ordered_y[bound] - ordered_y[bound - 1]
    varied = min(len(np.unique(ordered_y[low:bound])), len(np.unique(ordered_y[bound : high + 1])))
    return bool(around > 0 and varied >= 3 and gap <= 0.4 * around)
