"""Rows as they may arrive at serving: without a column, with a frozen one, with noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from lowtide.tables.table import Table

JITTER = 0.1
"""Standard deviation of the noise of a number, as a share of its distance between quartiles."""
SLIPS = 0.05
"""Share of other values that are swapped with another row's, or lost (half and half)."""
FEW = 30
"""Whole numbers with no more different values than this are read off a list, not off an instrument."""


def missing(table: Table, columns: Iterable[str]) -> Table:
    """Return the rows with nothing in these columns."""
    import pyarrow as pa

    data = table.data
    for name in columns:
        place = data.column_names.index(name)
        kind = data.schema.field(place).type
        data = data.set_column(place, name, pa.chunked_array([pa.nulls(len(table), kind)]))
    return replace(table, data=data.combine_chunks())


def frozen(table: Table, columns: Iterable[str], *, last: bool) -> Table:
    """Return the rows with one value in each of these columns.

    ``last``: the first known value of the rows, where a sensor would be stuck; otherwise the commonest value, and
    for numbers the middle one.
    """
    import pyarrow as pa

    data = table.data
    for name in columns:
        place = data.column_names.index(name)
        column = data.column(name).combine_chunks()
        known = column.drop_null()
        if len(known):
            value = known[0] if last else _usual(table, name)
            data = data.set_column(place, name, pa.chunked_array([pa.repeat(value, len(table))]))
    return replace(table, data=data.combine_chunks())


def _usual(table: Table, name: str) -> object:
    """Return the commonest value as an Arrow scalar (the first of equals), or the middle one of numbers."""
    import pyarrow.compute as pc

    known = table.data.column(name).combine_chunks().drop_null()
    if table.role(name) == "number" and table.column(name).type == "number":
        return known[int(pc.sort_indices(known)[len(known) // 2].as_py())]
    counts = pc.value_counts(known)
    most = int(np.argmax(np.asarray(counts.field("counts").to_numpy(zero_copy_only=False))))
    return counts.field("values")[most]


def noisy(table: Table, columns: Iterable[str], seed: int) -> Table:
    """Return the rows with small mistakes in these columns.

    Numbers move by normal noise (`JITTER` of the distance between the quartiles; whole numbers stay whole). Other
    values, and whole numbers of which there are `FEW`, are in `SLIPS` of the rows those of another row or missing.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    data = table.data
    for name in columns:
        place = data.column_names.index(name)
        rng = np.random.default_rng([seed, *name.encode()])
        values = table.numbers(name) if _measured(table, name) else np.empty(0)
        there = values[np.isfinite(values)]
        if len(there):
            low, high = np.quantile(there, (0.25, 0.75))
            spread = float(high - low) or 1.349 * float(np.std(there))
            moved = values + JITTER * spread * rng.standard_normal(len(values))
            moved = np.round(moved) if (there == np.round(there)).all() else moved
            made = pa.array(moved, from_pandas=True).cast(data.schema.field(place).type)
        else:
            column = data.column(name).combine_chunks()
            chance = rng.random(len(table))
            swapped = np.where(
                chance < SLIPS / 2, rng.integers(0, len(table), len(table)), np.arange(len(table))
            )
            lost = pa.array((chance >= SLIPS / 2) & (chance < SLIPS))
            made = pc.if_else(lost, pa.scalar(None, column.type), column.take(pa.array(swapped)))
        data = data.set_column(place, name, pa.chunked_array([made]))
    return replace(table, data=data.combine_chunks())


def _measured(table: Table, name: str) -> bool:
    """Say whether a column's numbers could be a little off, rather than right or wrong."""
    if table.column(name).type != "number" or table.role(name) != "number":
        return False
    values = table.numbers(name)
    there = np.unique(values[np.isfinite(values)])
    return bool(len(there) > FEW or (len(there) and (there != np.round(there)).any()))
