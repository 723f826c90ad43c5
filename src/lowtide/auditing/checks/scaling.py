"""LT111: columns that were scaled over all rows, before anybody split them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.digits import complete, numeric, second_file, whole_file
from lowtide.auditing.folded import compare, truth
from lowtide.auditing.scales import Scale, scale_of
from lowtide.core.finding import Finding, NotApplicable, Price
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

# A column that is enough by itself; one that only counts beside others; how many of those are enough.
SURE, WEAK, SEVERAL = 4.0, 1.5, 3
# These may hold over both files and over the first one, when the extreme rows happen to be there.
ENDS = ("minmax", "maxabs")
PRICED_ROWS, PRICED_COLUMNS = 2_000, 60
NEIGHBOURS = 15


@dataclass(frozen=True, slots=True)
class Seen:
    """How a column is scaled over the first file, over the second, and over both together."""

    name: str
    first: Scale | None
    second: Scale | None
    both: Scale | None


class ScaledOnAllRows(Check):
    """Statistics that scaling leaves exact: mean and deviation, ends, quartiles, ranks. One finding per table.

    With one file the statistics hold over all of it, so any split of it comes too late. With two files they
    hold over the union and not over the first: proof. Over the first alone: as it should be (a note).
    """

    code = "LT111"
    cost = "cheap"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if not complete(context):
            return NotApplicable(code=self.code, reason="only_a_sample")
        names = numeric(context)
        if not names:
            return NotApplicable(code=self.code, reason="no_numbers")
        if context.test is None:
            alone = [Seen(n, scale_of(whole_file(context, n)), None, None) for n in names]
            return self._file(context, [s for s in alone if s.first is not None])
        return self._files(context, [_seen(context, n) for n in names])

    def _file(self, context: Context, seen: list[Seen]) -> list[Finding]:
        chosen = _believed([(s.name, s.first) for s in seen if s.first], _fractions(context))
        if not chosen:
            return []
        facts = _facts(context, chosen) | {"variant": _variant(context, chosen)}
        return [self._finding("question", chosen, facts, _price(context, chosen))]

    def _files(self, context: Context, seen: list[Seen]) -> list[Finding]:
        fractions = _fractions(context)
        union = [(s.name, s.both) for s in seen if s.both and (s.first is None or s.first.evidence < 1.0)]
        chosen = _believed(union, fractions)
        fair = [s for s in seen if s.first and s.first.evidence >= SURE and s.first.family not in ENDS]
        if len(chosen) > len(fair):
            return [self._finding("error", chosen, _facts(context, chosen) | {"variant": "union"}, None)]
        apart = [
            (s.name, s.first) for s in seen
            if s.first and s.second and s.first.family == s.second.family and s.first.family not in ENDS
        ]  # fmt: skip
        chosen = _believed(apart, fractions)
        if chosen:
            return [self._finding("warning", chosen, _facts(context, chosen) | {"variant": "apart"}, None)]
        first = _believed([(s.name, s.first) for s in seen if s.first], fractions)
        if not first:
            return []
        unclear = [(s.name, s.both) for s in seen if s.both and _same(s.first, s.both)]
        inside = _believed(unclear, fractions)
        # The ends lie in the first file. Would a fair second file have passed one of them by now?
        rest = 1.0 - len(context.test or ()) / (len(context.table) + len(context.test or ()))
        if len(inside) > 0.5 * len(first) and rest ** _single_ends(context, inside) < 1e-4:
            return [self._finding("question", inside, _facts(context, inside) | {"variant": "inside"}, None)]
        return [self._finding("note", first, _facts(context, first) | {"variant": "first"}, None)]

    def _finding(
        self, severity: str, chosen: dict[str, Scale], facts: dict[str, Any], price: Price | None
    ) -> Finding:
        return Finding(
            code=self.code, severity=severity, columns=tuple(chosen), facts=facts,
            remedy="none" if severity == "note" else "ask", price=price,
        )  # fmt: skip


def _seen(context: Context, name: str) -> Seen:
    first, second = whole_file(context, name), second_file(context, name)
    if second is None:
        return Seen(name, scale_of(first), None, None)
    return Seen(name, scale_of(first), scale_of(second), scale_of(np.concatenate([first, second])))


def _single_ends(context: Context, scaled: dict[str, Scale]) -> int:
    """Count ends that one row alone reaches; rows of the second file lie beyond those that many tie for never."""
    count = 0
    for name, scale in scaled.items():
        if scale.family in ENDS:
            values = whole_file(context, name)
            ends = (values.min(), values.max()) if scale.family == "minmax" else (values.max(),)
            count += sum(int(np.sum(values == e)) == 1 for e in ends)
    return count


def _same(one: Scale | None, other: Scale | None) -> bool:
    return one is not None and other is not None and one.family == other.family


def _fractions(context: Context) -> int:
    """Count columns of numbers that are not all whole: those that scaling would show in."""
    return sum(not context.view(n).whole and context.view(n).distinct > 2 for n in numeric(context))


def _believed(found: Sequence[tuple[str, Scale | None]], fractions: int) -> dict[str, Scale]:
    """Return the columns to name: none unless one is beyond doubt, or several agree that are half of the table."""
    likely = {name: s for name, s in found if s is not None and s.evidence >= WEAK}
    sure = any(s.evidence >= SURE for s in likely.values())
    if sure or (len(likely) >= SEVERAL and 2 * len(likely) >= fractions):
        return likely
    return {}


def _variant(context: Context, chosen: dict[str, Scale]) -> str:
    """Centred columns that do not correlate at all are components: they were turned on all rows, too."""
    centred = [n for n, s in chosen.items() if s.family in ("centred", "standard", "norm")][:30]
    if len(centred) < 3 or len(centred) < 0.5 * len(chosen):
        return "default"
    data = np.column_stack([context.table.numbers(n) for n in centred])
    if context.unlabelled is not None or np.isnan(data).any():
        return "default"
    size = np.corrcoef(data, rowvar=False) - np.eye(len(centred))
    # Uncorrelated columns still correlate by 1 / sqrt(n) in a sample; components do not.
    return "components" if np.median(np.abs(size)[size != 0.0]) * np.sqrt(len(data)) < 0.02 else "default"


def _facts(context: Context, chosen: dict[str, Scale]) -> dict[str, Any]:
    families: dict[str, int] = {}
    for scale in chosen.values():
        families[scale.family] = families.get(scale.family, 0) + 1
    rest = 0 if context.unlabelled is None else len(context.unlabelled)
    return {
        "count": len(chosen), "families": dict(sorted(families.items())), "rows": len(context.table) + rest,
        "rows_of_test": 0 if context.test is None else len(context.test),
        "example": max(chosen, key=lambda n: (chosen[n].evidence, n)),
        "evidence": round(max(s.evidence for s in chosen.values()), 2),
    }  # fmt: skip


def _price(context: Context, chosen: dict[str, Scale]) -> Price | None:
    """Price by nearest neighbours, which feel a scale: the columns as they are, and scaled again in each fold.

    Scaling twice is the same as scaling once on the fold's rows, so the raw columns are not needed (ranks: nearly).
    """
    names = sorted(chosen, key=lambda n: (-chosen[n].evidence, n))[:PRICED_COLUMNS]
    rows = context.model_rows
    if len(rows) > PRICED_ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 111]).choice(rows, PRICED_ROWS, replace=False))
    if len(rows) < 50:
        return None
    data = context.matrix(tuple(names), np.arange(context.sampled))
    data[~np.isfinite(data)] = np.nan
    values = truth(context)

    def predict(train: Ints, test: Ints, again: bool) -> Floats:
        from sklearn.neighbors import KNeighborsRegressor

        left, right = data[train], data[test]
        if again:
            left, right = _rescaled(left, right, [chosen[n].family for n in names])
        left, right = np.nan_to_num(left), np.nan_to_num(right)
        near = KNeighborsRegressor(min(NEIGHBOURS, len(train) // 2)).fit(left, values[train])
        return np.asarray(near.predict(right)).reshape(len(test), -1)

    return compare(context, rows, lambda a, b: predict(a, b, False), lambda a, b: predict(a, b, True))


def _rescaled(left: Floats, right: Floats, families: list[str]) -> tuple[Floats, Floats]:
    """Return both parts scaled by what the first part says."""
    from sklearn.preprocessing import (
        MaxAbsScaler,
        MinMaxScaler,
        QuantileTransformer,
        RobustScaler,
        StandardScaler,
    )

    left, right = left.copy(), right.copy()
    for j, family in enumerate(families):
        if np.isfinite(left[:, j]).sum() < 2:
            continue
        scaler: Any
        if family in ("uniform", "normal"):
            scaler = QuantileTransformer(n_quantiles=min(200, len(left)), output_distribution=family)
        elif family in ENDS:
            scaler = MinMaxScaler() if family == "minmax" else MaxAbsScaler()
        else:
            scaler = RobustScaler() if family == "robust" else StandardScaler(with_std=family != "centred")
        left[:, [j]] = scaler.fit_transform(left[:, [j]])
        right[:, [j]] = scaler.transform(right[:, [j]])
    return left, right
