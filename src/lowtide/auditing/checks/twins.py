"""LT403: columns that say the same: renamings of each other, or one a fixed multiple of the other."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 50
# Rows outside the most frequent value: two rare flags may agree by chance.
LEAST_APART = 10
# A multiple that was rounded to cents keeps this much; two measurements of one thing do not.
LINEAR = 0.9999
CELLS = 4_000_000


class Twins(Check):
    """Harmless to a score, unless one of them has to go and the other stays: then nothing was taken out."""

    code = "LT403"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        n = context.sampled
        names = [c for c in context.candidates if context.view(c).distinct > 1]
        if n < LEAST_ROWS or len(names) < 2:
            return NotApplicable(code=self.code, reason="too_few_rows_or_columns", facts={"rows": n})
        same, lines = _renamed(context, names), _lines(context, names)
        leader = _joined(len(names), same + lines)
        by_code = {names[i]: leader[i] for i in range(len(names))}
        accused = context.accused(least="question")
        found = []
        for group in sorted({g for g in leader if leader.count(g) > 1}):
            columns = tuple(c for c in names if by_code[c] == group)
            out = tuple(c for c in columns if c in accused)
            left = len(columns) - len(out)
            variant = (
                "left" if out and left else "linear" if any(leader[i] == group for i, _ in lines) else "same"
            )
            found.append(
                Finding(
                    code=self.code,
                    severity="warning" if variant == "left" else "note",
                    columns=columns,
                    facts={
                        "variant": variant, "number": len(columns), "accused": list(out), "left": left,
                        "rows_looked_at": n,
                    },
                )
            )  # fmt: skip
        return found


def _renamed(context: Context, names: list[str]) -> list[tuple[int, int]]:
    """Return pairs of columns that cut the rows into the same sets; a missing value is a value here."""
    first: dict[bytes, int] = {}
    pairs = []
    for i, name in enumerate(names):
        view = context.view(name)
        if not _varies(view):
            continue
        key = _cut(view.codes + 1).tobytes()
        if key in first:
            pairs.append((first[key], i))
        first.setdefault(key, i)
    return pairs


def _varies(view: View) -> bool:
    """True when enough rows differ from the most frequent value, and values are not all of their own."""
    counts = np.bincount(view.codes + 1)
    return int(counts.sum() - counts.max()) >= LEAST_APART and view.distinct < 0.98 * len(view.codes)


def _cut(codes: Ints) -> Ints:
    """Number the values by their first row, so that renaming them changes nothing."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[inverse]


def _lines(context: Context, names: list[str]) -> list[tuple[int, int]]:
    """Return pairs of numbers with the same missing rows, one a straight line of the other."""
    chosen = [
        i for i, n in enumerate(names)
        if (v := context.view(n)).values is not None and v.distinct >= 10 and v.type == "number" and _varies_at_all(v)
    ]  # fmt: skip
    if len(chosen) < 2:
        return []
    n = context.sampled
    rows = np.arange(n)
    if n * len(chosen) > CELLS:
        few = max(500, CELLS // len(chosen))
        rows = np.sort(np.random.default_rng([context.seed, 403]).choice(n, min(n, few), replace=False))
    matrix = np.column_stack([_standard(context.view(names[i]).values, rows) for i in chosen])
    alike = np.abs(matrix.T @ matrix) / len(rows)
    pairs = []
    for a, b in zip(*np.nonzero(np.triu(alike >= LINEAR, 1)), strict=True):
        one, other = context.view(names[chosen[a]]), context.view(names[chosen[b]])
        if np.array_equal(one.missing, other.missing):
            pairs.append((chosen[a], chosen[b]))
    return pairs


def _varies_at_all(view: View) -> bool:
    counts = np.bincount(view.codes[view.codes >= 0])
    return int(counts.sum() - counts.max()) >= LEAST_APART


def _standard(values: Floats | None, rows: Ints) -> Floats:
    """Return mean 0 and variance 1 over all rows given; missing and infinite values at the mean."""
    assert values is not None
    own = values[rows]
    known = np.isfinite(own)
    out = np.zeros(len(own))
    if known.sum() < 2:
        return out
    with np.errstate(over="ignore", invalid="ignore"):
        centred = own[known] - own[known].mean()
        spread = float(np.sqrt((centred**2).mean() * known.mean()))
    if np.isfinite(spread) and spread > 0:
        out[known] = centred / spread
    return out


def _joined(n: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Return the smallest index of each column's set when all pairs are joined."""
    leader = list(range(n))

    def top(i: int) -> int:
        while leader[i] != i:
            i = leader[i]
        return i

    for a, b in pairs:
        low, high = sorted((top(a), top(b)))
        leader[high] = low
    return [top(i) for i in range(n)]
