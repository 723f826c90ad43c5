"""One column, or one value, as a number, a moment, a level or a text.

Every function for a column stands beside the function for one value. They must agree to the last bit:
columns of levels are read by applying the function for one value to each distinct value.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from lowtide.core.errors import InputError, unknown_column
from lowtide.tables.table import Floats, Ints, Table

if TYPE_CHECKING:
    import pyarrow as pa

Value = float | int | str | datetime | bool | None

NEVER = int(np.iinfo(np.int64).min)  # a missing moment
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)
DAY = 86_400_000_000  # microseconds
EARLIEST = (datetime.min - EPOCH) // MICROSECOND
LATEST = (datetime.max - EPOCH) // MICROSECOND


def pick(values: Mapping[str, Value], name: str) -> Value:
    """Return the value of a column of one row; raise `UsageError` when the row does not have it."""
    try:
        return values[name]
    except KeyError:
        raise unknown_column(name, values, "the row") from None


def numbers(table: Table, name: str) -> Floats:
    """Return a column as (n,) float64; missing and infinite are NaN."""
    import pyarrow as pa

    table.column(name)
    kind = table.data.schema.field(name).type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        raise InputError(f"The column {name!r} holds text where the model needs numbers.")
    found = table.numbers(name)
    return np.where(np.isfinite(found), found, np.nan)


def number(value: Value, name: str) -> float:
    """Return one value as `numbers` does."""
    if value is None:
        return math.nan
    if isinstance(value, (date, datetime)):
        moment_ = moment(value, name)
        return math.nan if moment_ == NEVER else float(moment_) / float(DAY)
    if isinstance(value, (str, bytes)):
        raise InputError(f"The column {name!r} got the text {_short(value)} where the model needs a number.")
    found = float(value)
    return found if math.isfinite(found) else math.nan


def moments(table: Table, name: str) -> Ints:
    """Return a date column as (n,) microseconds since 1970; missing is `NEVER`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table.column(name)
    array = _whole(table.data, name)
    if not pa.types.is_timestamp(array.type):
        raise InputError(f"The column {name!r} holds no dates where the model needs dates.")
    counted = pc.fill_null(array.cast(pa.timestamp("us")).cast(pa.int64()), NEVER)
    found = np.asarray(counted.to_numpy(zero_copy_only=False), dtype=np.int64)
    # Only the years 1 to 9999 are dates to Python too; differences then never overflow.
    return np.where(found == NEVER, NEVER, np.minimum(np.maximum(found, EARLIEST), LATEST))


def moment(value: Value | date, name: str) -> int:
    """Return one value as `moments` does. A moment with a zone is taken in UTC."""
    if value is None or value != value:
        return NEVER
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo is not None else value
        return (naive - EPOCH) // MICROSECOND
    if isinstance(value, date):
        return (value - EPOCH.date()).days * DAY
    raise InputError(f"The column {name!r} got {_short(value)} where the model needs a date.")


def levels(table: Table, name: str) -> tuple[Ints, list[str | None]]:
    """Return a column as codes (n,) into a list of its distinct levels; ``None`` is missing."""
    import pyarrow.compute as pc

    table.column(name)
    encoded = pc.dictionary_encode(_whole(table.data, name))
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    keys = [level(value) for value in encoded.dictionary.to_pylist()]
    # Different values may be one level ("a" and "a "): give them one code.
    first: dict[str | None, int] = {}
    merged = np.array(
        [*(first.setdefault(key, len(first)) for key in keys), first.setdefault(None, len(first))]
    )
    return merged[codes], list(first)


def level(value: Value) -> str | None:
    """Return one value as a level: NFC text without surrounding blanks; ``None`` when nothing is left."""
    if value is None:
        return None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.strip()) or None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat() if value == value else None
    found = float(value)
    if not math.isfinite(found):
        return None
    return str(int(found)) if found.is_integer() and abs(found) < 1e15 else repr(found)


def texts(table: Table, name: str) -> list[str | None]:
    """Return a column as tidy texts: NFC, single blanks; ``None`` when nothing is left."""
    import pyarrow as pa

    table.column(name)
    array = _whole(table.data, name)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return [text(value) for value in array.to_pylist()]
    codes, keys = levels(table, name)
    return [keys[code] for code in codes]


def text(value: Value) -> str | None:
    """Return one value as `texts` does."""
    from lowtide.prepare.ngrams import tidy

    if isinstance(value, str):
        return tidy(value) or None
    return level(value)


def _whole(data: pa.Table, name: str) -> pa.Array:
    import pyarrow as pa

    column = data.column(name).combine_chunks()
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
