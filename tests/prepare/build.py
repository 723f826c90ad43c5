"""Tables for tests, built from plain lists and roles."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lowtide.core.contract import ColumnContract, ColumnType, ReadContract, Role
from lowtide.prepare import Preparation
from lowtide.tables.table import Table

TYPES: dict[ColumnType, pa.DataType] = {
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.timestamp("us"),
    "bool": pa.bool_(),
}


def kind_of(values: Sequence[Any]) -> ColumnType:
    """Return the type of the first value that is there."""
    for value in values:
        if isinstance(value, bool):
            return "bool"
        if isinstance(value, str):
            return "text"
        if isinstance(value, datetime):
            return "date"
        if value is not None:
            return "number"
    return "text"


def make(
    columns: Mapping[str, Sequence[Any]],
    roles: Mapping[str, Role],
    types: Mapping[str, ColumnType] | None = None,
) -> Table:
    """Return a table of these columns."""
    chosen = {name: (types or {}).get(name) or kind_of(values) for name, values in columns.items()}
    arrays = {
        # NaN and null both stand for a missing number.
        name: pa.array(list(values), type=TYPES[chosen[name]], from_pandas=chosen[name] == "number")
        for name, values in columns.items()
    }
    data = pa.table(arrays)
    contract = ReadContract(
        columns=tuple(ColumnContract(name=name, type=chosen[name], role=roles[name]) for name in columns)
    )
    return Table(data, contract, np.arange(1, data.num_rows + 1), data.num_rows)


def rows(table: Table) -> list[dict[str, Any]]:
    """Return each row as a mapping of Python values."""
    found: list[dict[str, Any]] = table.data.to_pylist()
    return found


def stored(preparation: Preparation) -> Preparation:
    """Write the state as JSON and npz, and read it again."""
    state, arrays = preparation.to_state()
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    buffer.seek(0)
    text = json.dumps(state, ensure_ascii=False, allow_nan=False)
    with np.load(buffer, allow_pickle=False) as read:
        return Preparation.from_state(json.loads(text), dict(read))


def same_bits(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> bool:
    """Tell whether two arrays are equal to the bit; any NaN equals any NaN."""
    if a.shape != b.shape:
        return False
    nan = np.isnan(a)
    left, right = np.where(nan, 0.0, a), np.where(nan, 0.0, b)
    return bool(np.array_equal(nan, np.isnan(b)) and np.array_equal(left.view("u8"), right.view("u8")))
