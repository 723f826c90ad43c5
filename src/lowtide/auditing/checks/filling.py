"""LT112: missing values that were filled in over all rows, before anybody split them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.digits import complete, finite, numeric, second_file, whole_file
from lowtide.auditing.fillers import Counted, Filler, counted, filler_of, mean_evidence, median_evidence
from lowtide.auditing.folded import boosted, compare
from lowtide.auditing.group_fillers import (
    CHANCE,
    CLOSER,
    computed_share,
    group_filler,
    predicted_better,
    suspect_rows,
)
from lowtide.core.finding import Finding, NotApplicable, Price
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SURE, WEAK, TOGETHER = 3.3, 1.8, 4.5
SURE_GROUPS = 5.0
MOST_LEVELS = 60
PRICED_ROWS, PRICED_COLUMNS = 2_000, 30
# Few values in doubt are a slip of the pen; when most are, there is no step.
DOUBT_LEAST, DOUBT_MOST = 0.004, 0.4


@dataclass
class Seen:
    """Columns by what was seen in them: name to facts of one column."""

    file: dict[str, Filler] = field(default_factory=dict)
    first: dict[str, Filler] = field(default_factory=dict)
    union: dict[str, Filler] = field(default_factory=dict)
    groups: dict[str, tuple[str, str, int, int]] = field(default_factory=dict)
    target: dict[str, tuple[str, str, int, int]] = field(default_factory=dict)
    computed: dict[str, float] = field(default_factory=dict)
    filled: dict[str, float] = field(default_factory=dict)


class FilledOnAllRows(Check):
    """An atom that equals the mean or the median of the other rows, of all of them or of its own group.

    What cannot be seen: the commonest value filled in (it stands out by nature), values filled in by a model in
    a column that is written with all digits, and anything that was changed by a curve (a logarithm) afterwards.
    """

    code = "LT112"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if not complete(context):
            return NotApplicable(code=self.code, reason="only_a_sample")
        names = numeric(context)
        if not names:
            return NotApplicable(code=self.code, reason="no_numbers")
        seen = Seen()
        groups = _groups(context)
        for name in names:
            column = counted(whole_file(context, name))
            if column is None:
                continue
            if not _overall(context, name, column, seen) and not _by_group(
                context, name, column, groups, seen
            ):
                _by_model(context, name, column, seen)
        return [
            f
            for f in (
                self._groups(context, seen.target, "target", "error"),
                self._values(context, _believed(seen.union), "union", "error"),
                self._values(context, _believed(seen.file), "default", "question"),
                self._groups(context, seen.groups, "groups", "question"),
                self._computed(context, seen),
                self._values(context, _believed(seen.first), "first", "note"),
            )
            if f is not None
        ]

    def _values(
        self, context: Context, found: dict[str, Filler], variant: str, severity: str
    ) -> Finding | None:
        if not found:
            return None
        first = max(found, key=lambda n: (found[n].evidence, n))
        facts: dict[str, Any] = {
            "variant": variant, "count": len(found), "example": first, "statistic": found[first].statistic,
            "filled": found[first].rows, "rows": len(context.table), "most": max(f.rows for f in found.values()),
            "evidence": round(found[first].evidence, 2),
        }  # fmt: skip
        price = None
        if severity == "question":
            price = _price(context, {n: [f.value] for n, f in found.items()}, found[first].statistic)
        return self._finding(severity, tuple(found), facts, price)

    def _groups(
        self, context: Context, found: dict[str, tuple[str, str, int, int]], variant: str, severity: str
    ) -> Finding | None:
        if not found:
            return None
        first = max(found, key=lambda n: (found[n][3], n))
        group, statistic, levels, rows = found[first]
        facts: dict[str, Any] = {
            "variant": variant, "count": len(found), "example": first, "group": group, "statistic": statistic,
            "levels": levels, "filled": rows, "rows": len(context.table),
        }  # fmt: skip
        price = None
        if variant == "target":
            price = _price(context, {n: _values_of(context, n) for n in found}, statistic)
        return self._finding(severity, tuple(found), facts, price)

    def _computed(self, context: Context, seen: Seen) -> Finding | None:
        if not seen.computed:
            return None
        first = min(seen.computed, key=lambda n: (seen.computed[n], n))
        facts: dict[str, Any] = {
            "variant": "computed", "count": len(seen.computed), "example": first, "share": seen.filled[first],
            "closer": round(seen.computed[first], 3), "rows": len(context.table),
        }  # fmt: skip
        return self._finding("question", tuple(seen.computed), facts, None)

    def _finding(
        self, severity: str, columns: tuple[str, ...], facts: dict[str, Any], price: Price | None
    ) -> Finding:
        return Finding(
            code=self.code, severity=severity, columns=columns, facts=facts,
            remedy="none" if severity == "note" else "ask" if facts["variant"] != "target" else "drop_columns",
            price=price,
        )  # fmt: skip


def _believed(found: dict[str, Filler]) -> dict[str, Filler]:
    """Return the columns to name: none unless one is beyond doubt, or several agree."""
    likely = {n: f for n, f in found.items() if f.evidence >= WEAK}
    sure = any(f.evidence >= SURE for f in likely.values())
    return likely if sure or (len(likely) > 1 and sum(f.evidence for f in likely.values()) >= TOGETHER) else {}


def _overall(context: Context, name: str, column: Counted, seen: Seen) -> bool:
    """Note a value that equals a statistic of all rows; of the first file alone when there are two."""
    second = second_file(context, name)
    own = filler_of(column)
    if second is None:
        if own is not None:
            seen.file[name] = own
        return own is not None and own.evidence >= SURE
    both = counted(np.concatenate([whole_file(context, name), second]))
    over_both = filler_of(both) if both is not None else None
    if over_both is None and own is None:
        return False
    if own is not None and (over_both is None or own.evidence >= over_both.evidence):
        seen.first[name] = own
        return own.evidence >= SURE
    assert over_both is not None and both is not None
    # The value must fit the union and not the first file by itself.
    alone = max(mean_evidence(column, over_both.value), median_evidence(column, over_both.value))
    (seen.union if alone < 1.0 else seen.first)[name] = over_both
    return over_both.evidence >= SURE


def _groups(context: Context) -> dict[str, Ints]:
    """Return codes over the rows of the first file for columns with few levels, the classes of the target too."""
    out: dict[str, Ints] = {}
    for name in context.candidates:
        view = context.view(name)
        if not 2 <= view.distinct <= MOST_LEVELS:
            continue
        if context.table.column(name).type == "text":
            out[name] = context.table.codes(name)[0]
            continue
        values = context.table.numbers(name)
        known = np.isfinite(values)
        codes = np.full(len(values), -1, dtype=np.int64)
        codes[known] = np.unique(values[known], return_inverse=True)[1]
        if codes.max(initial=-1) < MOST_LEVELS:
            out[name] = codes
    if context.target.classes:
        y = context.target.y
        out[context.target.name] = np.where(np.isnan(y), -1, np.nan_to_num(y)).astype(np.int64)
    return out


def _by_group(
    context: Context, name: str, column: Counted, groups: dict[str, Ints], seen: Seen
) -> bool:
    values = context.table.numbers(name)
    own = column if context.unlabelled is None else counted(finite(values))
    suspect = suspect_rows(values, own) if own is not None else None
    if own is None or suspect is None:
        return False
    best: tuple[float, str, str, int, int] | None = None
    for group, codes in groups.items():
        if group == name:
            continue
        found = group_filler(values, own, suspect[0], suspect[1], codes)
        if found is None or found.evidence < SURE_GROUPS:
            continue
        key = (found.evidence, group, found.statistic, found.levels, found.rows)
        best = key if best is None else max(best, key)
    if best is None:
        return False
    (seen.target if best[1] == context.target.name else seen.groups)[name] = best[1:]
    return True


def _by_model(context: Context, name: str, column: Counted, seen: Seen) -> bool:
    share = computed_share(column)
    if not DOUBT_LEAST <= share <= DOUBT_MOST:
        return False
    rows = context.model_rows
    values = context.table.numbers(name)[context.index][rows]
    known = np.isfinite(values)
    off = column.off[np.minimum(np.searchsorted(column.values, values[known]), len(column.values) - 1)]
    others = tuple(sorted(n for n in numeric(context) if n != name and context.view(n).distinct > 1))[:60]
    if not others:
        return False
    found = predicted_better(values[known], off, context.matrix(others, rows)[known], context.seed)
    if found is None or found[0] > CLOSER or found[1] > CHANCE:
        return False
    seen.computed[name], seen.filled[name] = found[0], share
    return True


def _values_of(context: Context, name: str) -> list[float]:
    """Return the suspect values of a column."""
    values = context.table.numbers(name)
    column = counted(finite(values))
    suspect = suspect_rows(values, column) if column is not None else None
    return [] if suspect is None else np.unique(values[suspect[0]]).tolist()


def _price(context: Context, filled: dict[str, list[float]], statistic: str) -> Price | None:
    """Price by small trees: the columns as they are, and with the filled-in values learned anew in each fold."""
    rows = context.model_rows
    if len(rows) > PRICED_ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 112]).choice(rows, PRICED_ROWS, replace=False))
    if len(rows) < 50:
        return None
    numbers = [n for n in numeric(context) if n not in filled and context.view(n).distinct > 1]
    names = tuple([*sorted(filled)[:PRICED_COLUMNS], *sorted(numbers)[:PRICED_COLUMNS]])
    data = context.matrix(names, np.arange(context.sampled))
    holes: list[tuple[int, Bools]] = [
        (j, np.isin(data[:, j], filled[n])) for j, n in enumerate(names) if n in filled
    ]

    def again(train: Ints, test: Ints) -> Floats:
        moved = data.copy()
        for j, hole in holes:
            measured = data[train[~hole[train]], j]
            measured = measured[np.isfinite(measured)]
            if len(measured):
                moved[hole, j] = measured.mean() if statistic == "mean" else np.median(measured)
        return boosted(context, moved[train], train, moved[test])

    return compare(context, rows, lambda a, b: boosted(context, data[a], a, data[b]), again)
