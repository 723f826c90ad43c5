"""Can two sets of rows be told apart, and by which columns? (adversarial validation)

A small model and each column alone learn, out of fold, which side a row is on; the area under the ROC curve
is 0.5 when the sides are drawn alike. Sides of whole entities (new patients) can be told by anything that is
constant in an entity, so the null is the same model telling parts of the first side's own entities apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import quick
from lowtide.stats.association import (
    Bools,
    Floats,
    Ints,
    auc,
    bin_codes,
    bin_numbers,
    binned_predictions,
    deal_folds,
)  # fmt: skip

if TYPE_CHECKING:
    from lowtide.auditing.context import Context
    from lowtide.tables.table import Table

ROWS = 3_000
FOLDS = 4
PARTS = 8
BINS = 32
MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows of two sides, column by column.

    Attributes
    ----------
    second : (n,) True for rows of the second side.
    values : by column, (n,) numbers (NaN missing), or ``None`` for text.
    bins : by column, (n,) coarse cells; 0 is missing.
    units : (n,) entity per row; rows of different sides are different entities.
    """

    names: tuple[str, ...]
    second: Bools
    values: dict[str, Floats | None]
    bins: dict[str, Ints]
    units: Ints | None

    @property
    def chance(self) -> float:
        """Standard deviation of an area under the curve when the sides are drawn alike (Mann & Whitney 1947)."""
        yes = int(self.second.sum())
        no = len(self.second) - yes
        return float(np.sqrt((yes + no + 1) / (12 * max(yes, 1) * max(no, 1))))


def sides(context: Context, other: Table, names: tuple[str, ...], units: Ints | None = None) -> Sides:
    """Put sampled rows of the audited table beside rows of another one."""
    rng = np.random.default_rng([context.seed, 131])
    few = context.sampled <= ROWS
    own = np.arange(context.sampled) if few else np.sort(rng.choice(context.sampled, ROWS, replace=False))
    far = (
        np.arange(len(other)) if len(other) <= ROWS else np.sort(rng.choice(len(other), ROWS, replace=False))
    )
    first, then = context.table.take(context.index[own]), other.take(far)
    values: dict[str, Floats | None] = {}
    bins: dict[str, Ints] = {}
    for name in names:
        if context.table.column(name).type == "text":
            values[name], bins[name] = None, bin_codes(_levels(first, then, name))
        else:
            both = np.concatenate([first.numbers(name), then.numbers(name)])
            both = np.where(np.isfinite(both), both, np.nan)
            values[name], bins[name] = both, bin_numbers(both, most=BINS)
    second = np.zeros(len(own) + len(far), dtype=bool)
    second[len(own) :] = True
    alike = None
    if units is not None:
        whose = units[own]
        alike = np.concatenate([whose, int(whose.max(initial=0)) + 1 + np.arange(len(far))]).astype(np.int64)
    return Sides(names, second, values, bins, alike)


def split_sides(context: Context, names: tuple[str, ...], second: Bools, units: Ints | None = None) -> Sides:
    """Put two parts of the sampled rows beside each other."""
    rows = np.arange(context.sampled)
    if len(rows) > 2 * ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 137]).choice(len(rows), 2 * ROWS, replace=False))
    values: dict[str, Floats | None] = {}
    bins: dict[str, Ints] = {}
    for name in names:
        view = context.view(name)
        values[name] = None if view.values is None else view.values[rows]
        own = values[name]
        bins[name] = view.bins[rows] if own is None else bin_numbers(own, most=BINS)
    return Sides(names, second[rows], values, bins, None if units is None else units[rows])


def _levels(first: Table, then: Table, name: str) -> Ints:
    """Return common codes of a text column over both tables, first's rows first."""
    left, old = first.codes(name)
    right, new = then.codes(name)
    place = {level: i for i, level in enumerate(sorted({*old, *new}))}
    joined = []
    for codes, levels in ((left, old), (right, new)):
        table = np.array([place[v] for v in levels] + [-1], dtype=np.int64)
        joined.append(table[codes])
    return np.concatenate(joined)


def by_column(given: Sides, seed: int) -> dict[str, float]:
    """Return, by column, how well it alone tells the sides (area under the curve, out of fold)."""
    fold = _folds(given, seed)
    side = given.second.astype(np.float64)[:, None]
    return {
        n: auc(given.second, binned_predictions(given.bins[n], side, fold, FOLDS)[:, 0]) for n in given.names
    }


def together(given: Sides, names: tuple[str, ...], seed: int) -> float:
    """Return how well a small model on these columns tells the sides (area under the curve, out of fold)."""
    return auc(given.second, scores(given, names, seed))


def scores(given: Sides, names: tuple[str, ...], seed: int) -> Floats:
    """Return the chance of being on the second side (n,), out of fold, by a small model on these columns."""
    chosen = tuple(sorted(names))
    if not chosen or given.second.all() or not given.second.any():
        return np.full(len(given.second), 0.5)
    matrix = np.column_stack([_column(given, n) for n in chosen])
    tables = {j: given.bins[n] for j, n in enumerate(chosen) if given.values[n] is None}
    side = given.second.astype(np.float64)[:, None]
    told: Floats = quick.out_of_fold(
        matrix, side, _folds(given, seed), FOLDS, seed, classes=2, tables=tables
    )[:, 0]
    return told


def _column(given: Sides, name: str) -> Floats:
    values = given.values[name]
    return given.bins[name].astype(np.float64) if values is None else values


def _folds(given: Sides, seed: int) -> Ints:
    return deal_folds(given.units, len(given.second), FOLDS, seed)


def null_sides(given: Sides, seed: int, draws: int = PARTS) -> list[Sides]:
    """Return partitions of the first side into two thirds and one, alike by making; whole entities, if any."""
    own = np.flatnonzero(~given.second)
    keys = np.arange(len(own)) if given.units is None else np.unique(given.units[own], return_inverse=True)[1]
    out = []
    for draw in range(draws):
        rng = np.random.default_rng([seed, 139, draw])
        half = rng.permutation(int(keys.max()) + 1) % 3 == 0
        out.append(
            Sides(
                given.names, half[keys],
                {n: None if v is None else v[own] for n, v in given.values.items()},
                {n: b[own] for n, b in given.bins.items()}, None,
            )
        )  # fmt: skip
    return out
