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
NEAR, FAR = 1, 10
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
        together = context.joint(names)
        best = max((context.alone(n).skill for n in names), default=0.0)
        if together >= PERFECT and best < BEST:
            few = _few_rows(context, names)
            if few >= KEEPS * together:
                facts: dict[str, Fact] = {"variant": "perfect", "skill": together, "best": best, "few": few}
                return [self._found("question", facts, context)]
        grouped = any(f.remedy in ("split_by_group", "drop_rows") for f in context.found)
        if grouped or context.units is not None:
            return []
        return self._remembered(context, names)

    def _remembered(self, context: Context, names: tuple[str, ...]) -> list[Finding]:
        rows = context.model_rows
        near = _neighbours(context, names, rows)
        if near is None:
            return []
        left = context.residuals(names, rows, context.fold[rows])
        left = left - left.mean(axis=0)
        spread = float((left**2).sum())
        if spread <= 0:
            return []
        alike = [float((left * left[near[:, k]]).sum()) / spread for k in (NEAR - 1, FAR - 1)]
        drop = alike[0] - alike[1]
        # Both correlations have a standard error near 1 / sqrt(n).
        if drop < max(REMEMBERED_MAYBE, 5 * np.sqrt(2 / len(rows))):
            return []
        context.together[self.code] = _pairs(context, near, rows)
        facts: dict[str, Fact] = {"variant": "remembered", "nearest": alike[0], "farther": alike[1]}
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


def _neighbours(context: Context, names: tuple[str, ...], rows: Ints) -> Ints | None:
    """Return the `FAR` nearest other rows of each row (n, FAR), or ``None`` without two numbers.

    Numbers count by rank; categories count when they differ, and not at all when they have many levels.
    """
    from sklearn.neighbors import NearestNeighbors

    columns: list[Floats] = []
    numbers = 0
    for name in names:
        view = context.view(name)
        if view.values is not None:
            own = view.values[rows]
            known = np.isfinite(own)
            place = np.zeros(len(own))
            if known.sum() > 10:
                place[known] = (ranks(own[known]) - 0.5) * np.sqrt(12)
            columns.append(place)
            numbers += view.distinct > 20
        elif view.distinct <= 20:
            bins = view.bins[rows]
            columns += [(bins == b).astype(np.float64) for b in np.unique(bins)]
    # Without fine numbers many rows are equal, and which of them is nearest is an accident.
    if numbers < 2 or len(rows) <= 5 * FAR:
        return None
    space = np.column_stack(columns)
    given = (
        NearestNeighbors(n_neighbors=FAR + 1, n_jobs=1).fit(space).kneighbors(space, return_distance=False)
    )
    others = np.where(given == np.arange(len(rows))[:, None], -1, given)
    # A row stands first among its own neighbours, but for rows that are equal to it.
    order = np.argsort(others < 0, axis=1, kind="stable")
    near: Ints = np.take_along_axis(given, order, axis=1)[:, :FAR].astype(np.int64)
    return near


def _pairs(context: Context, near: Ints, rows: Ints) -> Ints:
    """Return a number per sampled row: rows that are each other's nearest have the same."""
    out = np.arange(context.sampled, dtype=np.int64)
    first = near[:, 0]
    mutual = np.flatnonzero(first[first] == np.arange(len(rows)))
    out[rows[mutual]] = np.minimum(rows[mutual], rows[first[mutual]])
    return out
