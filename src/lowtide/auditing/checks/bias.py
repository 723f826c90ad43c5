"""LT308: the second file is not drawn like the first."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.adversary import Sides, by_column, null_sides, sides, together
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.entities import whole_codes
from lowtide.auditing.moments import find_moment
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints, auc
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 40
TOLD = 0.57
SURE_OF_IT = 0.8
COLUMN = 0.05
SIGMAS = 4.0
ALONG = 0.98
MISSING = 0.08
NEW = 0.05
TARGET = 0.06
SHOWN = 8
MODELS = 2


class TrainTestBias(Check):
    """Adversarial validation: a model that tells the files apart without dates, numbers of rows and names."""

    code = "LT308"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.test is None:
            return NotApplicable(code=self.code, reason="no_second_file")
        if min(context.sampled, len(context.test)) < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": len(context.test)})
        units = _units(context)
        given = sides(context, context.test, context.shared_columns, units)
        alone = by_column(given, context.seed)
        scheme, along = _scheme(context, given, alone)
        plain = tuple(n for n in given.names if n not in scheme)
        nulls = null_sides(given, context.seed) if units is not None else []
        luck = [by_column(h, context.seed) for h in nulls]
        least = {n: max([0.5, *(told[n] for told in luck)]) for n in plain}
        noise = SIGMAS * given.chance
        gone = {n for n in plain if _more_missing(given, n)}
        telling = sorted(
            (n for n in plain if n in gone or alone[n] >= least[n] + max(COLUMN, noise)),
            key=lambda n: (-alone[n], n),
        )
        told = together(given, plain, context.seed)
        chance = max([0.5, *(together(h, plain, context.seed) for h in nulls[:MODELS])])
        moved = _target(context, units)
        # One column among many that do not differ: the model finds it, but dimly.
        best = max([0.0, *(alone[n] - least[n] for n in plain)])
        biased = bool(gone) or max(told - chance, best) >= max(TOLD - 0.5, noise)
        if biased and not telling:
            # Only together do they tell the files: name the three that tell most.
            telling = sorted(plain, key=lambda n: (-alone[n], n))[:3]
        facts: dict[str, Any] = {
            "told": told, "chance": chance, "along": along, "columns_looked_at": len(plain),
            "column_told": {n: alone[n] for n in telling[:SHOWN]},
            "how": {n: _how(context, given, n) for n in telling[:SHOWN]},
            "rows_train": int((~given.second).sum()), "rows_test": int(given.second.sum()), **moved,
        }  # fmt: skip
        if not biased and not moved.get("target_moved"):
            if along is None:
                return []
            return [_finding(self.code, "note", (along,), {"variant": "later", **facts}, context)]
        if not biased:
            return [_finding(self.code, "question", (), {"variant": "target", **facts}, context)]
        # Beyond a cut in time (or along any column) other rows are what the split is about.
        severity = "error" if told - (chance - 0.5) >= SURE_OF_IT and along is None else "question"
        facts = {"variant": "default" if along is None else "beyond", **facts}
        return [_finding(self.code, severity, tuple(telling[:SHOWN]), facts, context)]


def _units(context: Context) -> Ints | None:
    """Return the entity of each sampled row: known, hidden, or a column of which the second file has only new values."""
    if context.units is not None:
        return context.units
    if "LT303" in context.together:
        return context.together["LT303"]
    assert context.test is not None
    found: list[tuple[int, str]] = []
    for name in context.shared_columns:
        view = context.view(name)
        if not 5 <= view.distinct <= context.sampled / 3 or not (view.values is None or view.whole):
            continue
        if view.values is None:
            codes, levels = context.test.codes(name)
            theirs = {levels[c] for c in np.unique(codes[codes >= 0])}
            new = theirs.isdisjoint(context.table.codes(name)[1])
        else:
            own = context.table.numbers(name)
            far = np.unique(context.test.numbers(name))
            theirs = set(far[~np.isnan(far)].tolist())
            low, high = np.nanmin(own), np.nanmax(own)
            # All above or all below is a cut along the column, not a choice of entities.
            new = theirs.isdisjoint(own.tolist()) and any(low < v < high for v in theirs)
        if new and len(theirs) >= 3:
            found.append((view.distinct, name))
    return whole_codes(context.view(min(found)[1]).codes) if found else None


def _scheme(context: Context, given: Sides, alone: dict[str, float]) -> tuple[set[str], str | None]:
    """Return columns that tell files apart by their nature, and the one along which the files were cut."""
    moment = find_moment(context)
    out = set(moment.columns) if moment is not None else set()
    out |= {e.name for e in context.entities}
    out |= {c for f in context.found if f.code == "LT205" for c in f.columns}
    along: list[tuple[float, str]] = []
    for name in given.names:
        view = context.view(name)
        if view.type == "date" or view.role in ("id", "group", "text") or name == context.task.group:
            out.add(name)
        if view.distinct >= 0.95 * max(context.sampled, 1) and (view.values is None or view.whole):
            out.add(name)
        values = given.values[name]
        if values is None:
            continue
        known = ~np.isnan(values)
        straight = auc(given.second[known], values[known])
        # One file begins where the other ends: a cut along this column, whatever it means.
        if max(straight, 1 - straight) >= ALONG and len(np.unique(values[known])) >= 3:
            low, high = values[known & ~given.second], values[known & given.second]
            if len(low) and len(high) and (low.max() <= high.min() or high.max() <= low.min()):
                along.append((0.0 if name in out else 1.0, name))
                out.add(name)
    return out, min(along)[1] if along else None


def _how(context: Context, given: Sides, name: str) -> str:
    """Say how a column differs: in what is missing, in categories that are new, or in its values."""
    assert context.test is not None
    if _more_missing(given, name):
        return "missing"
    if context.table.column(name).type == "text":
        known = set(context.table.codes(name)[1])
        codes, levels = context.test.codes(name)
        new = np.array([*(level not in known for level in levels), False])
        if new[codes].mean() >= NEW:
            return "levels"
    return "values"


def _more_missing(given: Sides, name: str) -> bool:
    """True when the share of missing values differs by `MISSING` or more, beyond chance."""
    lost, second = given.bins[name] == 0, given.second
    one, two = float(lost[~second].mean()), float(lost[second].mean())
    share = float(lost.mean())
    size = 1 / max(int(second.sum()), 1) + 1 / max(int((~second).sum()), 1)
    return abs(one - two) >= max(MISSING, SIGMAS * float(np.sqrt(share * (1 - share) * size)))


def _target(context: Context, units: Ints | None) -> dict[str, Any]:
    """Return how the target of the second file differs, when it has one.

    Where rows come in entities, new ones differ by luck: more than any of eight parts of the first file's own.
    """
    if context.test_target is None:
        return {}
    theirs = context.test_target.y[~np.isnan(context.test_target.y)]
    if len(theirs) < LEAST_ROWS:
        return {}
    luck = 0.0
    if units is not None:
        _, whose = np.unique(units, return_inverse=True)
        for draw in range(8):
            half = np.random.default_rng([context.seed, 149, draw]).permutation(int(whose.max()) + 1) % 3 == 0
            for column in context.targets.T:
                luck = max(luck, abs(auc(half[whose], column) - 0.5))
    if context.target.kind == "regression":
        return _moved(luck, context.y, theirs, float(context.y.mean()), float(theirs.mean()))
    # Classes of the second file by name: it may have others, or in another order.
    names = {c: i for i, c in enumerate(context.target.classes)}
    found = [names.get(c, -1) for c in context.test_target.classes]
    codes = np.array([*found, -1], dtype=np.int64)[theirs.astype(np.int64)]
    new = float(np.mean(codes < 0))
    best: dict[str, Any] = {}
    for label in range(len(names)):
        one, two = (context.y == label).astype(np.float64), (codes == label).astype(np.float64)
        seen = _moved(luck, one, two, float(one.mean()), float(two.mean()))
        if not best or abs(seen["target_told"] - 0.5) > abs(best["target_told"] - 0.5):
            best = seen
    best["target_new"] = new
    best["target_moved"] = best["target_moved"] or new >= NEW
    return best


def _moved(luck: float, own: Floats, theirs: Floats, mean: float, mean_theirs: float) -> dict[str, Any]:
    second: Ints = np.concatenate([np.zeros(len(own)), np.ones(len(theirs))]).astype(np.int64)
    area = auc(second == 1, np.concatenate([own, theirs]))
    chance = float(np.sqrt((len(second) + 1) / (12 * len(own) * len(theirs))))
    # A rare class can double without moving the area much.
    low, high = sorted((mean, mean_theirs))
    doubled = set(np.unique(own)) <= {0.0, 1.0} and high >= 1.8 * max(low, 1e-9)
    wide = np.sqrt(high * (1 - high) * (1 / len(own) + 1 / len(theirs))) if doubled else 0.0
    moved = abs(area - 0.5) >= max(TARGET, SIGMAS * chance, 1.2 * luck)
    moved |= doubled and luck == 0.0 and high - low >= SIGMAS * wide
    return {
        "target_train": mean, "target_test": mean_theirs, "target_told": area, "target_moved": bool(moved),
    }  # fmt: skip


def _finding(
    code: str, severity: str, columns: tuple[str, ...], facts: dict[str, Any], context: Context
) -> Finding:
    order = {n: i for i, n in enumerate(context.table.names)}
    columns = tuple(sorted(columns, key=order.__getitem__))
    remedy = "none" if severity == "note" else "ask"
    return Finding(code=code, severity=severity, columns=columns, facts=facts, remedy=remedy)
