"""Ways round the work that large tables do not need: rows compared column by column, values tried on a few rows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lowtide.auditing.cells import exact_cells, plain_cells, repeated, row_sums
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table

# Up to here every check looks at all rows in the plain way.
LARGE = 100_000
TRIED = 20_000
BLOCK = 8


def alike(table: Table, names: tuple[str, ...], *, plain: bool) -> tuple[Ints, Ints]:
    """Return the group (n,) of each row, equal rows together, and the size of each group.

    A row that is alone in the first columns is alone in all, so only the others are looked at further. The columns
    that tell most apart should come first.

    Parameters
    ----------
    plain : cells are equal when they are after normalising.
    """
    n = len(table)
    alive, keys = np.arange(n, dtype=np.int64), np.zeros(n, dtype=np.uint64)
    for start in range(0, len(names), BLOCK):
        part = table.select(list(names[start : start + BLOCK]))
        part = part if len(alive) == n else part.take(alive)
        cells = plain_cells([part], part.names)[0] if plain else exact_cells(part, part.names)
        with np.errstate(over="ignore"):
            # Sums of blocks must not be exchangeable.
            keys = (keys + row_sums(cells)) * np.uint64(0x9E3779B97F4A7C15)
        keep = repeated(keys)
        alive, keys = alive[keep], keys[keep]
        if len(alive) == 0:
            break
    _, group = np.unique(keys, return_inverse=True)
    groups = int(group.max(initial=-1)) + 1
    out = np.full(n, -1, dtype=np.int64)
    out[alive] = group
    lone = out < 0
    out[lone] = groups + np.arange(int(lone.sum()))
    return out, np.bincount(out).astype(np.int64)


@lru_cache(maxsize=4)
def _some(n: int) -> Ints:
    return np.sort(np.random.default_rng([n, 1011]).integers(0, n, TRIED)).astype(np.int64)


def some(values: Floats) -> Floats:
    """Return a random part (with replacement) of many values, in their order; few values as they are."""
    out: Floats = values if len(values) <= LARGE else values[_some(len(values))]
    return out


def by_value(values: Floats, parts: int) -> Bools:
    """Return a random part of the values (n,), about one in ``parts`` of them: each with all of its rows, or none."""
    with np.errstate(over="ignore"):
        bits = (values + 0.0).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return np.asarray((bits >> np.uint64(40)) % np.uint64(parts) == 0)
