"""The moment of each row as a number."""

from __future__ import annotations

import numpy as np

from lowtide.splits.plan import ORDER
from lowtide.tables.table import Floats, Table


def moments(table: Table, time: str, parts: tuple[str, ...] = ()) -> Floats:
    """Return (n,) moments, NaN where unknown.

    Parameters
    ----------
    time : a date column (days since 1970), a number (as it is), or ``":order"`` (the row's number).
    parts : columns that make ``time`` finer: an hour after a date, or month, day and hour after a year.
        With parts, the result is days since 1970.
    """
    if time == ORDER:
        return table.rows.astype(np.float64)
    coarse = table.numbers(time)
    if not parts:
        return coarse
    finer = [table.numbers(name) for name in parts]
    known = np.isfinite(coarse) & np.all([np.isfinite(f) for f in finer], axis=0)
    days = np.full(len(table), np.nan)
    if table.column(time).type == "date":
        days[known] = np.floor(coarse[known]) + finer[0][known] / 24.0
        return days
    months = (coarse[known] - 1970) * 12 + finer[0][known] - 1
    days[known] = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.float64)
    for further, per_day in zip(finer[1:], (1.0, 24.0), strict=False):
        days[known] += (further[known] - (1 if per_day == 1.0 else 0)) / per_day
    return days
