"""LT103: rows of a second file that the first one has already."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.cells import natural_share, ranks_of, row_sums
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.matching import Alike, Matcher
from lowtide.auditing.repeats import ERROR_SHARE as NEAR_SHARE
from lowtide.auditing.repeats import LEAST_ROWS, QUESTION_SHARE
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SHOWN = 20
MOST_ROWS = 250_000
HELD_OF = 50_000
# The usual share is an estimate; half as much again is granted.
NEAR_MARGIN = 1.5
# A share of the second file beyond which its score cannot be trusted.
ERROR_SHARE = 0.01


class SharedRows(Check):
    """Rows of the second file that are in the first: as they are, after normalising, or nearly.

    Compared are all columns that both files have, whatever their types, but for the target and identifiers. How many
    would be equal by chance is told by the first file alone: how many of its own rows are equal naturally
    (`natural_share`). Near copies: `Matcher`.
    """

    code = "LT103"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.test is None:
            return NotApplicable(code=self.code, reason="no_second_file")
        test = context.test
        names = tuple(sorted(n for n in context.candidates if _comparable(table, test, n)))
        if not names:
            return NotApplicable(code=self.code, reason="no_common_columns")
        first = _part(table, MOST_ROWS, [context.seed, 1030])
        matcher = Matcher(test, first, names, context.seed)
        equal = matcher.equal()
        count = int(equal.sum())
        chance = 0.0
        if count:
            both = np.concatenate([matcher.others, matcher.own])
            chance = count * natural_share(both, context.seed, ranks_of([first, test], names))
        exact = int(np.isin(row_sums(matcher.exact[0]), row_sums(matcher.exact[1])).sum())
        near = _near(matcher)
        # A part of the first file held apart tells how often honest rows are near.
        usual = _usual(first, names, len(test), context.seed) if near else 0.0
        shared = equal.copy()
        for kind in near:
            shared |= kind.hit
        beyond = count - chance if count > 1.5 * chance + 3 * np.sqrt(chance) + 1 else 0.0
        asked = _asked(near, len(test))
        # Rows that were not asked have near copies as often as those that were.
        estimated = max(sum(k.beyond for k in near) - NEAR_MARGIN * usual, 0.0) * (len(test) - count)
        if beyond == 0 and estimated < 3:
            return []
        context.shared_rows = shared
        variant = "default"
        if estimated > beyond:
            variant = "near"
        elif exact < 0.5 * count:
            variant = "normalised"
        facts: dict[str, Any] = {
            "variant": variant, "rows": round(count + estimated), "share": (count + estimated) / max(len(test), 1),
            "exact": exact, "normalised": count - exact, "near": round(estimated),
            "expected_by_chance": round(chance), "compared": len(names), "rows_of_test": len(test),
            "rows_looked_at": int(asked.sum()),
        }  # fmt: skip
        return [
            Finding(
                code=self.code,
                severity=_severity(beyond, beyond + estimated, len(test)),
                rows=tuple(int(r) for r in test.rows[shared][:SHOWN]),
                facts=facts,
                remedy="drop_rows",
            )
        ]


def _near(matcher: Matcher) -> list[Alike]:
    return [k for k in (matcher.changed(), matcher.moved()) if k is not None and k.kind != "stamped"]


def _usual(first: Table, names: tuple[str, ...], rows: int, seed: int) -> float:
    """Return the share of rows of a part of the first file that are near a row of the rest."""
    first = _part(first, HELD_OF, [seed, 1031])
    order = np.random.default_rng([seed, 1032]).permutation(len(first))
    apart = min(rows, len(first) // 4)
    matcher = Matcher(first.take(np.sort(order[:apart])), first.take(np.sort(order[apart:])), names, seed)
    return sum(k.beyond for k in _near(matcher))


def _severity(equal: float, rows: float, total: int) -> str:
    """Return how grave it is: equal rows are proof, near ones when there are many."""
    share = rows / total
    if rows < LEAST_ROWS or share < QUESTION_SHARE:
        return "warning"
    return "error" if equal >= max(LEAST_ROWS, ERROR_SHARE * total) or share >= NEAR_SHARE else "question"


def _comparable(table: Table, test: Table, name: str) -> bool:
    """Say whether both files have this column and it says more than which row it is.

    A number that the second file has as text may look like an identifier there; the first file knows better.
    """
    if name not in test.names or table.role(name) == "id" or _numbers_rows(table, name):
        return False
    return test.role(name) != "id" or table.column(name).type != test.column(name).type


def _numbers_rows(table: Table, name: str) -> bool:
    """Say whether a column only counts the rows: whole numbers without a gap, each once."""
    if table.column(name).type != "number" or len(table) < 20:
        return False
    values = table.numbers(name)
    return bool(
        np.isfinite(values).all()
        and np.all(values == np.floor(values))
        and values.max() - values.min() == len(values) - 1
        and np.unique(values).size == len(values)
    )


def _part(table: Table, most: int, seed: list[int]) -> Table:
    if len(table) <= most:
        return table
    return table.take(np.sort(np.random.default_rng(seed).choice(len(table), most, replace=False)))


def _asked(near: list[Alike], n: int) -> Bools:
    asked = np.ones(n, dtype=bool)
    for kind in near:
        asked &= kind.asked
    return asked
