"""LT206: the order of the rows in the file tells the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, ranks, serial
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SORTED = 0.95
LEAST_ROWS = 100
PROXY = 0.3
PARTLY = 0.2
STRETCH = 15


class SortedRows(Check):
    """Rows sorted by the target are harmless until something in the table tells the row's place.

    Error when a column does (a running number); otherwise a warning, because whoever splits the file in the
    middle, or adds a row number, gets the answer as a present. Rows sorted in part, inside each entity, or by a
    column that follows the target are a warning, with a running number a question. A series in time has long runs
    of one outcome too: there the other columns are alike in neighbouring rows as well, and nothing is said.
    """

    code = "LT206"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 20:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        whole = sortedness(context.y, len(target.classes))
        if (
            whole is not None
            and whole["variant"] == "stretches"
            and _another_rises(context, whole["one_way"])
        ):
            return []
        facts = whole or _partly(context)
        if facts is None:
            return []
        # Inside an entity the order may be its time (well, well, ill): a place in the file tells nothing new.
        carriers = [] if facts["variant"] == "inside" else _carriers(context)
        proof = "error" if whole is not None else "question"
        return [
            Finding(
                code=self.code,
                severity=proof if carriers else "warning",
                columns=tuple(carriers),
                facts={**facts, "rows_looked_at": context.sampled},
                remedy="drop_columns" if carriers else "none",
            )
        ]


def _another_rises(context: Context, one_way: float) -> bool:
    """True when another column goes one way in the same stretches, more strictly: the order is its (a time)."""
    for name in context.features:
        view = context.view(name)
        if view.values is None or view.missing.any() or not 5 <= view.distinct < 0.98 * context.sampled:
            continue
        steps = np.diff(view.values)
        moves = steps[steps != 0]
        if len(moves) < 0.3 * len(steps):
            continue
        share = max(float(np.mean(moves > 0)), float(np.mean(moves < 0)))
        if share >= one_way and len(moves) > len(steps) * 0.5:
            return True
    return False


def _carriers(context: Context) -> list[str]:
    """Return columns that count the rows of the file up or down."""
    place = np.arange(context.sampled, dtype=np.float64)
    found = []
    for name in context.candidates:
        view = context.view(name)
        if view.values is None or view.missing.any() or view.distinct < 0.98 * context.sampled:
            continue
        if abs(float(np.corrcoef(ranks(view.values), place)[0, 1])) >= 0.999:
            found.append(name)
    return found


def _partly(context: Context) -> dict[str, Any] | None:
    """Say how the rows are sorted in part, inside entities, or by a column that follows the target; or ``None``."""
    if context.sampled < LEAST_ROWS or context.task.time is not None:
        return None
    inside = _inside_entities(context)
    if inside is not None:
        return inside
    by = _sorted_by(context)
    if by is not None:
        skill = context.alone(by).skill if context.view(by).type != "date" else 0.0
        return {"variant": "proxy", "by": by, "skill_alone": skill} if skill >= PROXY else None
    share = _share_in_runs(context.y, len(context.target.classes))
    if share < PARTLY or _series(context):
        return None
    return {"variant": "partly", "share": share}


def _share_in_runs(y: Floats, classes: int) -> float:
    """Return the share of rows in runs that chance hardly makes: of one class, or steadily up (or down)."""
    n = len(y)
    if classes:
        start = np.flatnonzero(np.r_[True, np.diff(y) != 0])
        length = np.diff(np.r_[start, n])
        common = np.bincount(y.astype(np.int64), minlength=classes) / n
        # As long as chance makes it once in ten thousand places, and a row more for safety.
        least = np.log(1e-4 / n) / np.log(np.clip(common, 1e-9, 1 - 1e-9))
        long = length >= np.maximum(least[y[start].astype(np.int64)], 8)
        return float(length[long].sum() / n)
    if np.unique(y).size < 10:
        return 0.0
    best = 0.0
    for values in (y, -y):
        start = np.flatnonzero(np.r_[True, np.diff(values) < 0])
        length = np.diff(np.r_[start, n])
        best = max(best, float(length[length >= STRETCH].sum() / n))
    return best


def _series(context: Context) -> bool:
    """True when many other columns are alike in neighbouring rows, beyond what the target makes them."""
    names = [
        n for n in context.features
        if (v := context.view(n)).values is not None and v.distinct >= 3 and v.missing.mean() <= 0.5
        and v.distinct < 0.98 * context.sampled
    ][:40]  # fmt: skip
    cell = (
        context.y.astype(np.int64)
        if context.target.classes
        else np.minimum((ranks(context.y) * 20).astype(np.int64), 19)
    )
    size = np.maximum(np.bincount(cell), 1)
    alike = 0
    for name in names:
        values = context.view(name).values
        assert values is not None
        place = ranks(np.nan_to_num(values, nan=float(np.nanmedian(values))))
        own = place - (np.bincount(cell, weights=place) / size)[cell]
        alike += serial(own[:, None]) >= 0.1
    return bool(names) and alike >= 0.3 * len(names)


def _inside_entities(context: Context) -> dict[str, Any] | None:
    """Say whether the target goes one way inside each entity, in the order of the file."""
    for entity in context.entities:
        order = np.argsort(entity.codes, kind="stable")
        same = np.diff(entity.codes[order]) == 0
        steps = np.diff(context.y[order])[same]
        moves = steps[steps != 0]
        owners = entity.codes[order][1:][same][steps != 0]
        several = len(np.unique(owners))
        if several < 10 or len(moves) < 20:
            continue
        one_way = max(float(np.mean(moves > 0)), float(np.mean(moves < 0)))
        # Few changes: by class an entity changes at most once per class, a number rises all the way.
        most = several * max(len(context.target.classes) - 1, 1) if context.target.classes else len(moves)
        enough = int(same.sum()) >= 3 * several
        if one_way >= 0.99 and len(moves) <= most and enough:
            return {"variant": "inside", "by": entity.name, "one_way": one_way}
    return None


def _sorted_by(context: Context) -> str | None:
    """Return a column along which the whole file is sorted (running numbers apart), or ``None``."""
    for name in sorted(context.candidates):
        view = context.view(name)
        if view.distinct < 3 or view.missing.mean() > 0.02:
            continue
        steps = np.diff(view.codes[~view.missing])
        moves = steps[steps != 0]
        counts = view.values is not None and view.whole and view.distinct >= 0.98 * context.sampled
        if not counts and len(moves) and max(np.mean(moves > 0), np.mean(moves < 0)) >= 0.999:
            return name
    return None


def sortedness(y: Floats, classes: int) -> dict[str, Any] | None:
    """Say how the target is sorted along the rows (in one go, or in long ascending stretches), or ``None``."""
    n = len(y)
    steps = np.diff(y)
    changes = int((steps != 0).sum())
    if classes:
        present = np.unique(y).size
        rarest = float(
            np.bincount(y.astype(np.int64)).min(initial=n, where=np.bincount(y.astype(np.int64)) > 0)
        )
        if present >= 2 and changes <= 2 * (present - 1) and rarest >= 5:
            return {"variant": "classes", "blocks": changes + 1}
        return None
    if np.unique(y).size < 10:
        return None
    order = float(np.corrcoef(ranks(y), np.arange(n, dtype=np.float64))[0, 1])
    up = float(np.mean(steps >= 0))
    if abs(order) >= SORTED and max(up, 1 - up) >= 0.9:
        return {"variant": "sorted", "spearman": order}
    # Long sorted stretches: nearly all moves go one way although a few lead back.
    moves = steps[steps != 0]
    one_way = max(float(np.mean(moves > 0)), float(np.mean(moves < 0)))
    if one_way >= 0.85 and changes >= 0.05 * n:
        return {"variant": "stretches", "one_way": one_way, "spearman": order}
    return None
