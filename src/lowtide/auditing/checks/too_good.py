"""LT501: better than the columns that are left can explain."""

from __future__ import annotations

import numpy as np

from lowtide.auditing import quick
from lowtide.auditing.check import Check
from lowtide.auditing.context import FOLDS, Context
from lowtide.core.finding import Fact, Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints, ranks, skill
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 200
PERFECT = 0.97
BEST = 0.8
KEEPS = 0.9
SHARE = 8
FEWEST = 100
# Neighbours from the tenth on say what a smooth relation would make of the nearest.
FROM, FAR = 10, 40
REMEMBERED, REMEMBERED_MAYBE = 0.45, 0.25


class TooGood(Check):
    """The last look, when everything accused is out.

    ``perfect``: the outcome is all but certain although no single column says much, and an eighth of the rows
    is enough to learn that; an honest task that no column solves needs data. ``remembered``: what a model of
    the columns misses is alike in nearest neighbours, and not in those a little farther away. A smooth relation
    would make both alike; only rows that belong together do this. Where an earlier check has found
    what belongs together, it has said so, and nothing is added.
    """

    code = "LT501"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        names = context.for_model(context.honest())
        if context.sampled < LEAST_ROWS or not names:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        rows = context.model_rows
        left = context.residuals(names, rows, context.fold[rows])
        together = skill(context.targets[rows], context.targets[rows] - left)
        best = max((context.alone(n).skill for n in names), default=0.0)
        if together >= PERFECT and best < BEST:
            few = _few_rows(context, names)
            if few >= KEEPS * together:
                facts: dict[str, Fact] = {"variant": "perfect", "skill": together, "best": best, "few": few}
                return [self._found("question", facts, context)]
        grouped = any(f.remedy in ("split_by_group", "drop_rows") for f in context.found)
        if grouped or context.units is not None:
            return []
        return self._remembered(context, names, left)

    def _remembered(self, context: Context, names: tuple[str, ...], left: Floats) -> list[Finding]:
        rows = context.model_rows
        found = _neighbours(context, names, rows)
        if found is None:
            return []
        near, away = found
        left = left - left.mean(axis=0)
        spread = float((left**2).sum())
        if spread <= 0:
            return []
        alike = [float((left * left[near[:, k]]).sum()) / spread for k in range(FAR)]
        # A straight line overshoots a smooth relation, which is flat at distance 0.
        slope, start = np.polyfit(away[FROM - 1 :], alike[FROM - 1 :], 1)
        expected = max(float(start + slope * away[0]), alike[FROM - 1])
        drop = alike[0] - expected
        # Both correlations have a standard error near 1 / sqrt(n).
        if drop < max(REMEMBERED_MAYBE, 5 * np.sqrt(2 / len(rows))):
            return []
        context.together[self.code] = _pairs(context, near, rows)
        facts: dict[str, Fact] = {
            "variant": "remembered", "nearest": alike[0], "farther": alike[FROM - 1], "expected": expected,
        }  # fmt: skip
        return [self._found("question" if drop >= REMEMBERED else "warning", facts, context)]

    def _found(self, severity: str, facts: dict[str, Fact], context: Context) -> Finding:
        facts["rows_looked_at"] = len(context.model_rows)
        return Finding(code=self.code, severity=severity, facts=facts, remedy="ask")


def _few_rows(context: Context, names: tuple[str, ...]) -> float:
    """Return the skill out of fold when only an eighth of the rows is there to learn from."""
    rows = context.model_rows
    number = max(FEWEST, len(rows) // SHARE)
    few = np.sort(np.random.default_rng([context.seed, 501]).permutation(len(rows))[:number])
    chosen = rows[few]
    predicted = quick.out_of_fold(
        context.matrix(names, chosen), context.targets[chosen], context.fold[chosen], FOLDS, context.seed,
        classes=len(context.target.classes), tables=context._encoded(names, chosen),
    )  # fmt: skip
    return skill(context.targets[chosen], predicted)


def _neighbours(context: Context, names: tuple[str, ...], rows: Ints) -> tuple[Ints, Floats] | None:
    """Return the `FAR` nearest other rows of each row (n, FAR) and their mean distances (FAR,).

    ``None`` without two numbers.

    Numbers count by rank; categories count when they differ, and not at all when they have many levels.
    """
    from sklearn.neighbors import NearestNeighbors

    columns: list[Floats] = []
    numbers = 0
    for name in names:
        view = context.view(name)
        if view.values is not None:
            values = view.values[rows]
            known = np.isfinite(values)
            place = np.zeros(len(values))
            if known.sum() > 10:
                place[known] = (ranks(values[known]) - 0.5) * np.sqrt(12)
            columns.append(place)
            numbers += view.distinct > 20
        elif view.distinct <= 20:
            bins = view.bins[rows]
            columns += [(bins == b).astype(np.float64) for b in np.unique(bins)]
    # Without fine numbers many rows are equal, and which of them is nearest is an accident.
    if numbers < 2 or len(rows) <= 4 * FAR:
        return None
    space = np.column_stack(columns)
    far, given = NearestNeighbors(n_neighbors=FAR + 1, n_jobs=1).fit(space).kneighbors(space)
    own = given == np.arange(len(rows))[:, None]
    # A row stands first among its own neighbours, but for rows that are equal to it.
    order = np.argsort(own, axis=1, kind="stable")[:, :FAR]
    near: Ints = np.take_along_axis(given, order, axis=1).astype(np.int64)
    away: Floats = np.take_along_axis(far, order, axis=1).mean(axis=0)
    # Equal distances (a grid) let no line be drawn.
    return (near, away) if away[-1] > away[FROM - 1] else None


def _pairs(context: Context, near: Ints, rows: Ints) -> Ints:
    """Return a number per sampled row: rows that are each other's nearest have the same."""
    out = np.arange(context.sampled, dtype=np.int64)
    first = near[:, 0]
    mutual = np.flatnonzero(first[first] == np.arange(len(rows)))
    out[rows[mutual]] = np.minimum(rows[mutual], rows[first[mutual]])
    return out
