"""LT112: missing values that were filled in over all rows, before anybody split them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import SAMPLE, Context
from lowtide.auditing.digits import complete, finite, numeric, second_file, whole_file
from lowtide.auditing.fillers import (
    LEAST_DISTINCT,
    LEAST_ROWS,
    TRIED,
    Counted,
    Filler,
    commonest,
    counted,
    filler_of,
    mean_evidence,
    median_evidence,
    slack,
    standing_out,
)
from lowtide.auditing.folded import boosted, compare
from lowtide.auditing.group_fillers import (
    CHANCE,
    CLOSER,
    Sorted,
    computed_share,
    full_digits,
    group_filler,
    neighbour_evidence,
    predicted_better,
)
from lowtide.auditing.large import LARGE
from lowtide.core.finding import Finding, NotApplicable, Price
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SURE, WEAK, TOGETHER = 3.0, 1.2, 3.4
SURE_GROUPS = 5.0
MOST_LEVELS, MOST_CODES = 60, 12
MOST_GROUPS = 15
# Sorting is what takes the time: rows times pairs of a column and a group.
WORK, LEAST_PAIRS = 4e7, 20
LIKELY = 6
# Of very many rows: fillers of a smaller part of a level change nothing that matters.
LEAST_FILLED = 0.002
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
    neighbours: dict[str, float] = field(default_factory=dict)
    perhaps: dict[str, float] = field(default_factory=dict)


class FilledOnAllRows(Check):
    """An atom that equals the mean or the median of the other rows, of all of them or of its own group.

    What cannot be seen: the commonest value filled in (it stands out by nature), values filled in by a model in
    a column that is written with all digits, and anything that was changed by a curve (a logarithm) afterwards.
    Of more than 100,000 rows a column is only looked at in full when the sampled rows show a value that could be a
    filler: one in less than 0.2 % of a level's rows, or in small levels, is not seen there.
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
        groups = _Groups(context)
        pairs = max(LEAST_PAIRS, int(WORK / max(len(table), 1)))
        # The most suspicious columns first, should there be too many pairs to look at all.
        standing = {n: _standing_out(context, n) for n in names}
        for name in sorted(names, key=lambda n: (-standing[n], n)):
            chosen: list[str] | None = None
            if len(table) > LARGE:
                chosen = [] if standing[name] == 0.0 else [g for g in groups.names if groups.likely(name, g)]
                if standing[name] == 0.0 or not (chosen or _likely(context, name)):
                    continue
            column = counted(whole_file(context, name))
            if column is None:
                continue
            few = groups.codes(max(0, pairs), chosen) if _repeats(column) else {}
            if not _overall(context, name, column, seen) and not _by_group(context, name, few, seen):
                pairs -= len(few)
                _by_model(context, name, column, seen)
        # Neighbours fill several columns alike; one column alone may be written in fifths.
        if len(seen.perhaps) > 1 and sum(seen.neighbours[n] for n in seen.perhaps) >= SURE_GROUPS:
            seen.computed |= seen.perhaps
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
        return self._finding(severity, _in_order(context, found), facts, price)

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
        return self._finding(severity, _in_order(context, found), facts, price)

    def _computed(self, context: Context, seen: Seen) -> Finding | None:
        if not seen.computed:
            return None
        first = max(seen.computed, key=lambda n: (seen.computed[n], n))
        facts: dict[str, Any] = {
            "variant": "computed", "count": len(seen.computed), "example": first, "share": seen.computed[first],
            "rows": len(context.table),
        }  # fmt: skip
        return self._finding("question", _in_order(context, seen.computed), facts, None)

    def _finding(
        self, severity: str, columns: tuple[str, ...], facts: dict[str, Any], price: Price | None
    ) -> Finding:
        if facts["rows"] > LARGE:
            facts["rows_looked_at"] = SAMPLE
        return Finding(
            code=self.code, severity=severity, columns=columns, facts=facts,
            remedy="none" if severity == "note" else "ask" if facts["variant"] != "target" else "drop_columns",
            price=price,
        )  # fmt: skip


def _in_order(context: Context, names: Collection[str]) -> tuple[str, ...]:
    return tuple(n for n in context.table.names if n in names)


def _standing_out(context: Context, name: str) -> float:
    """Say how much any value of the sampled rows stands out from its neighbours; 0: none does."""
    values = context.view(name).values
    column = counted(finite(values)) if values is not None else None
    return 0.0 if column is None else standing_out(column)


def _repeats(column: Counted) -> bool:
    """Say whether any value is there often enough to be a group's filler."""
    return bool(column.counts.max() >= 3 or (column.off & (column.counts >= 2)).any())


def _believed(found: dict[str, Filler]) -> dict[str, Filler]:
    """Return the columns to name: none unless one is beyond doubt, or several agree."""
    likely = {n: f for n, f in found.items() if f.evidence >= WEAK}
    sure = any(f.evidence >= SURE for f in likely.values())
    return (
        likely if sure or (len(likely) > 1 and sum(f.evidence for f in likely.values()) >= TOGETHER) else {}
    )


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
    # The value must fit the union and not the first file by itself; when it could be either, it is no proof.
    alone = max(mean_evidence(column, over_both.value), median_evidence(column, over_both.value))
    (seen.union if alone <= 0.0 else seen.first)[name] = over_both
    return over_both.evidence >= SURE


def _likely(context: Context, name: str) -> bool:
    """Say whether one of the commonest values of the sampled rows is the mean or the median of all others.

    Or whether so many of them lie off the step that they may have been computed.
    """
    sampled = context.view(name).values
    few = counted(finite(sampled)) if sampled is not None else None
    if few is None:
        return False
    if 0.5 * DOUBT_LEAST <= computed_share(few) <= 1.2 * DOUBT_MOST:
        return True
    every = whole_file(context, name)
    second = second_file(context, name)
    pools = [every] if second is None else [every, np.concatenate([every, second])]
    return any(_central(pool, few, at) for pool in pools for at in commonest(few, LIKELY))


def _central(pool: Floats, few: Counted, at: int) -> bool:
    """Say whether a value of the sampled rows could be the mean or the median of the others of all rows."""
    value = float(few.values[at])
    same, low = int((pool == value).sum()), int((pool < value).sum())
    rest = len(pool) - same
    if rest < 10:
        return False
    mean = (float(pool.sum()) - same * value) / rest
    room = max(few.step, 1.01 * slack(value), 2e-9 * float(np.abs(few.values).max()))
    if abs(mean - value) <= room:
        return True
    beside = float(np.delete(few.counts[max(0, at - 3) : at + 4], min(at, 3)).max(initial=1))
    most = (beside + 4.0 * np.sqrt(beside) + 4.0) * len(pool) / few.rows
    return bool(abs(rest - 2 * low) <= most)


@dataclass
class _Groups:
    """Columns that a filler may have been worked out by: the target's classes first, then columns with few levels."""

    context: Context
    names: list[str] = field(default_factory=list)
    _codes: dict[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        context = self.context
        if context.target.classes:
            self.names.append(context.target.name)
        likely = []
        for name in context.candidates:
            text = context.table.column(name).type == "text"
            distinct = context.view(name).distinct
            if 2 <= distinct <= (MOST_LEVELS if text else MOST_CODES):
                likely.append((not text, distinct, name))
        self.names += [name for _, _, name in sorted(likely)[:MOST_GROUPS]]

    def codes(self, most: int, names: list[str] | None = None) -> dict[str, Ints]:
        """Return codes over the rows of the first file, -1 unknown, of at most so many columns."""
        out: dict[str, Ints] = {}
        for name in self.names if names is None else names:
            if len(out) >= most:
                break
            if name not in self._codes:
                self._codes[name] = self._of(name)
            numbers = name != self.context.target.name and self.context.table.column(name).type != "text"
            if not numbers or self._codes[name].max(initial=-1) < MOST_LEVELS:
                out[name] = self._codes[name]
        return out

    def _of(self, name: str) -> Ints:
        context = self.context
        if name == context.target.name:
            return _classes(context.target.y)
        if context.table.column(name).type == "text":
            return context.table.codes(name)[0]
        values = context.table.numbers(name)
        known = np.isfinite(values)
        codes = np.full(len(values), -1, dtype=np.int64)
        codes[known] = np.unique(values[known], return_inverse=True)[1]
        return codes

    def likely(self, name: str, group: str) -> bool:
        """Say whether common values inside several levels could be the level's mean or median, on the sampled rows."""
        values = self.context.view(name).values
        if name == group or values is None:
            return False
        target = group == self.context.target.name
        codes = _classes(self.context.y) if target else self.context.view(group).codes
        view = self.context.view(name)
        width = max(view.distinct, 1)
        inside = np.isfinite(values) & (codes >= 0)
        whole = counted(values[inside])
        if whole is None or not inside.any():
            return False
        pair, times = np.unique(codes[inside] * width + view.codes[inside], return_counts=True)
        level = pair // width
        # Most levels need no closer look: nothing in them is there three times, or twice and off the step.
        often = times >= (2 if whole.off.any() else 3)
        rows = np.bincount(level, weights=times)
        looked = int(((rows >= LEAST_ROWS) & (np.bincount(level) >= LEAST_DISTINCT)).sum())
        likely = np.unique(level[often])
        if len(likely) < 2 or len(likely) < 0.15 * looked:
            return False
        near = 0
        for one in likely:
            few = counted(values[inside & (codes == one)])
            near += few is not None and any(_nearly(few, at) for at in commonest(few, TRIED))
        return near >= 2 and near >= 0.15 * looked


def _classes(y: Floats) -> Ints:
    return np.where(np.isnan(y), -1, np.nan_to_num(y)).astype(np.int64)


def _nearly(few: Counted, at: int) -> bool:
    """Say whether a value that repeats is the mean or the median within the error of a sample."""
    count, rows = int(few.counts[at]), few.rows - int(few.counts[at])
    if rows < 10 or count < max(2 if few.off[at] else 3, LEAST_FILLED * rows):
        return False
    weight = few.counts.astype(np.float64)
    weight[at] = 0.0
    mean = float(weight @ few.values) / rows
    spread = float(np.sqrt(weight @ (few.values - mean) ** 2 / rows))
    if abs(mean - few.values[at]) <= 4.0 * spread / np.sqrt(rows) + few.step:
        return True
    beside = float(weight[max(0, at - 3) : at + 4].max())
    return bool(abs(float(weight[:at].sum() - weight[at + 1 :].sum())) <= 4.0 * np.sqrt(rows) + 2.0 * beside)


def _by_group(context: Context, name: str, groups: dict[str, Ints], seen: Seen) -> bool:
    if not groups:
        return False
    column = Sorted.of(context.table.numbers(name))
    best: tuple[float, str, str, int, int] | None = None
    for group, codes in groups.items():
        if group == name:
            continue
        found = group_filler(column, codes)
        if found is None or found.evidence < SURE_GROUPS:
            continue
        key = (found.evidence, group, found.statistic, found.levels, found.rows)
        best = key if best is None else max(best, key)
    if best is None:
        return False
    (seen.target if best[1] == context.target.name else seen.groups)[name] = best[1:]
    return True


def _by_model(context: Context, name: str, column: Counted, seen: Seen) -> None:
    """Note values off the step of the others that look computed: by their digits, or by what the others say."""
    share = computed_share(column)
    if not DOUBT_LEAST <= share <= DOUBT_MOST:
        return
    seen.neighbours[name] = neighbour_evidence(column)
    rows = context.model_rows
    values = context.table.numbers(name)[context.index][rows]
    known = np.isfinite(values)
    off = column.off[np.minimum(np.searchsorted(column.values, values[known]), len(column.values) - 1)]
    others = tuple(sorted(n for n in numeric(context) if n != name and context.view(n).distinct > 1))[:60]
    found = None
    if others:
        found = predicted_better(values[known], off, context.matrix(others, rows)[known], context.seed)
    # Prices and fares off the step come back again and again; what a model fills in hardly does.
    various = column.off.sum() >= 0.5 * column.counts[column.off].sum()
    close = various and found is not None and found[0] <= CLOSER and found[1] <= CHANCE
    nearby = found is not None and found[1] <= 0.05 and seen.neighbours[name] >= SURE
    if close or nearby or full_digits(column):
        seen.computed[name] = share
    elif seen.neighbours[name] > 0.0:
        seen.perhaps[name] = share


def _values_of(context: Context, name: str) -> list[float]:
    """Return the commonest values of a column in each class of the target: its fillers."""
    values, y = context.table.numbers(name), context.target.y
    out: list[float] = []
    for label in range(len(context.target.classes)):
        part = counted(finite(values[y == label]))
        seen = None if part is None else filler_of(part)
        if seen is not None:
            out.append(seen.value)
    return out


def _price(context: Context, filled: dict[str, list[float]], statistic: str) -> Price | None:
    """Price by small trees: the columns as they are, and with the filled-in values learned anew in each fold."""
    rows = context.model_rows
    if len(rows) > PRICED_ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 112]).choice(rows, PRICED_ROWS, replace=False))
    if len(rows) < 50:
        return None
    numbers = [n for n in numeric(context) if n not in filled and context.view(n).distinct > 1]
    names = (*sorted(filled)[:PRICED_COLUMNS], *sorted(numbers)[:PRICED_COLUMNS])
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
