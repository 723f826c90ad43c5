"""How finely a column is written, and the statistics that a preparation would have taken over all of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing.large import some
from lowtide.stats.association import Bools, Floats, Ints

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

MOST_DECIMALS = 12
# Numbers that were single precision before they were written.
SINGLE = 6e-8
PEEKED = 3_000


def decimals(values: Floats) -> Ints:
    """Return how many decimals each value (n,) needs, up to `MOST_DECIMALS`."""
    out = np.full(len(values), MOST_DECIMALS, dtype=np.int64)
    left = np.ones(len(values), dtype=bool)
    slack = 1e-11 * np.abs(values)
    for d in range(MOST_DECIMALS):
        near = left & (np.abs(values - np.round(values, d)) <= slack)
        out[near] = d
        left &= ~near
        if not left.any():
            break
    return out


def resolution(values: Floats) -> float:
    """Return the step on which the larger half of the values is written; float noise when they are full numbers.

    Numbers with a fixed count of significant digits are coarser where they are larger; the larger ones decide
    how exact a mean can be.
    """
    if len(values) == 0:
        return 0.0
    top = max(float(values.max()), -float(values.min()))
    if top == 0.0:
        return 0.0
    values = some(values)
    size = np.abs(values)
    chosen = values[size >= np.median(size)]
    chosen = chosen[:: max(1, len(chosen) // PEEKED)]
    most = int(decimals(chosen).max(initial=0))
    step = 0.0 if most >= MOST_DECIMALS else 10.0**-most
    return float(max(step, SINGLE * top))


def grain(values: Floats) -> tuple[float, Bools]:
    """Return the step on which nearly all values lie, and which values (n,) do not (False where there is no step).

    Values off the step were not measured like the others: they were computed.
    """
    each = decimals(values)
    for d in range(5):
        off = each > d
        if off.mean() <= 0.4:
            return 10.0**-d, np.asarray(off, dtype=bool)
    return 0.0, np.zeros(len(values), dtype=bool)


def numeric(context: Context) -> list[str]:
    """Return candidates that are numbers (no dates, flags, identifiers)."""
    table = context.table
    return [n for n in context.candidates if table.column(n).type == "number" and table.role(n) != "id"]


def whole_file(context: Context, name: str) -> Floats:
    """Return a column over all rows of the first file, those without an outcome too; missing values left out."""
    parts = [context.table.numbers(name)]
    if context.unlabelled is not None and name in context.unlabelled.names:
        parts.append(context.unlabelled.numbers(name))
    return finite(np.concatenate(parts))


def second_file(context: Context, name: str) -> Floats | None:
    """Return a column over all rows of the second file, missing values left out; ``None`` when it has none."""
    if context.test is None or name not in context.shared_columns:
        return None
    return finite(context.test.numbers(name))


def finite(values: Floats) -> Floats:
    out: Floats = values[np.isfinite(values)]
    return out


def complete(context: Context) -> bool:
    """Say whether the rows at hand are all rows of the file; else no exact mean can be checked."""
    rest = 0 if context.unlabelled is None else len(context.unlabelled)
    return len(context.table) + rest >= context.table.total_rows
