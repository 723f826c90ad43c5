"""Small tables for these tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lowtide.core.contract import ColumnContract, ColumnType, ReadContract
from lowtide.tables.table import Table
from lowtide.tables.target import Target


def table(**columns: Any) -> Table:
    """Make a table: lists of text, numbers, or ``datetime64`` arrays."""
    arrays: dict[str, pa.Array] = {}
    contracts = []
    for name, values in columns.items():
        kind: ColumnType = "number"
        if isinstance(values, np.ndarray) and values.dtype.kind == "M":
            kind, array = "date", pa.array(values.astype("datetime64[us]"))
        elif any(isinstance(v, str) for v in values):
            kind, array = "text", pa.array(list(values), pa.string())
        else:
            array = pa.array(np.asarray(values, dtype=np.float64))
        arrays[name] = array
        contracts.append(ColumnContract(name=name, type=kind))
    data = pa.table(arrays)
    rows = np.arange(1, data.num_rows + 1, dtype=np.int64)
    return Table(data, ReadContract(columns=tuple(contracts)), rows, data.num_rows)


def target(y: Any, kind: str = "regression") -> Target:
    """Make a target of numbers."""
    return Target("y", kind, np.asarray(y, dtype=np.float64))  # type: ignore[arg-type]
