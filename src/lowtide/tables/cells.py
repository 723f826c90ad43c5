"""Values under a contract: one cell (a JSON record) and whole columns, with the same answer for both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from lowtide.core.contract import ColumnContract
from lowtide.tables.blanks import Distinct, trim
from lowtide.tables.dates import parse_date, parse_dates
from lowtide.tables.numbers import EXACT, NumberFormat, parse_number, parse_numbers
from lowtide.tables.table import Ints

if TYPE_CHECKING:
    import pyarrow as pa

Value = float | str | datetime | bool | None
BOOLS = {"true": True, "false": False}
# What a date that came as a native date in training may look like in JSON.
ISO_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
)  # fmt: skip


class Unfit(ValueError):
    """A value that the contract of its column does not allow."""


def text_of(value: object) -> str | None:
    """Write a canonical value as text: whole floats without ``.0``, dates in ISO form."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value == math.floor(value) and abs(value) < EXACT else repr(value)
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def plain(value: object) -> object:
    """Return None, bool, float, str or naive UTC datetime for any scalar that a record may hold.

    Raises
    ------
    Unfit
        For lists, mappings and whatever else is no scalar; and for infinities.
    """
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if value is None or (isinstance(value, Decimal) and value.is_nan()):
        return None
    if isinstance(value, float | datetime) and value != value:  # NaN, NaT
        return None
    match value:
        case bool() | str():
            return value
        case int():
            return float(value) if abs(value) < EXACT else str(value)
        case float() | Decimal():
            number = float(value)
            if not math.isfinite(number):
                raise Unfit
            return number
        case datetime():
            return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).replace(fold=0)
        case date():
            return datetime(value.year, value.month, value.day)
        case time():
            return value.hour * 3600.0 + value.minute * 60.0 + (value.second * 1e6 + value.microsecond) / 1e6
        case timedelta():
            return value / timedelta(microseconds=1) / 1e6
    raise Unfit


def value_of(value: object, column: ColumnContract) -> Value:
    """Return what a value means under the column's contract; ``None`` when it is missing.

    Raises
    ------
    Unfit
        If it is neither missing nor of the column's type.
    """
    if isinstance(value, int) and not isinstance(value, bool) and column.type in ("number", "bool"):
        try:
            value = float(value)
        except OverflowError:
            raise Unfit from None
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, str):
        return _from_text(value, column)
    if column.type == "text":
        return _from_text(text_of(value) or "", column)
    if column.type == "number" and isinstance(value, bool | float):
        number = float(value)
        return None if number in _named(column) else number
    if column.type == "bool":
        if isinstance(value, bool):
            return value
        if isinstance(value, float) and value in (0.0, 1.0):
            return value == 1.0
    if column.type == "date":
        if isinstance(value, datetime):
            return value
        if isinstance(value, float) and column.date_format is not None:
            return _from_text(text_of(value) or "", column)
    raise Unfit


def _named(column: ColumnContract) -> list[float]:
    numbers = (parse_number(t, NumberFormat()) for t in column.null_tokens)
    return [n for n in numbers if n is not None]


def _from_text(text: str, column: ColumnContract) -> Value:
    shown = trim(text)
    if shown == "" or shown in column.null_tokens:
        return None
    found: Value
    match column.type:
        case "text":
            return text
        case "number":
            found = parse_number(shown, NumberFormat.of(column))
        case "date":
            forms = ISO_FORMATS if column.date_format is None else (column.date_format,)
            found = next((d for d in (parse_date(shown, f) for f in forms) if d is not None), None)
        case _:
            found = BOOLS.get(shown.lower())
    if found is None:
        raise Unfit
    return found


def as_text(array: pa.Array) -> pa.Array:
    """Write a canonical column as text, the same as `text_of` does for one value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(array.type):
        return array
    encoded = pc.dictionary_encode(array)
    levels = pa.array([text_of(v) for v in encoded.dictionary.to_pylist()], type=pa.string())
    return levels.take(encoded.indices)


def without_tokens(array: pa.Array, tokens: tuple[str, ...]) -> pa.Array:
    """Make the numbers null that a person named as "missing", such as 999."""
    import pyarrow as pa
    import pyarrow.compute as pc

    named = [v for v in (parse_number(t, NumberFormat()) for t in tokens) if v is not None]
    if not named or not pa.types.is_floating(array.type):
        return array
    return pc.if_else(pc.is_in(array, pa.array(named, pa.float64())), pa.scalar(None, array.type), array)


@dataclass(frozen=True, slots=True)
class Converted:
    """A canonical column and the rows (0-based) whose cells did not fit; those are null in ``array``."""

    array: pa.Array
    bad: Ints


def convert(array: pa.Array, column: ColumnContract) -> Converted:
    """Read a whole Arrow column under a contract: the same values as `value_of` for each cell."""
    import pyarrow as pa

    from lowtide.tables.native import canonical

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_integer(array.type) and column.type in ("number", "bool"):
        array = array.cast(pa.float64(), safe=False)
    native = canonical(array)
    if native.evidence == "unsupported_type":
        return Converted(pa.nulls(len(array), _ARROW[column.type]()), np.flatnonzero(~_null(array)))
    infinite = _infinite(array)
    if native.type in (None, "text") or column.type == "text":
        read = _convert_text(as_text(native.array), column)
        return Converted(read.array, np.union1d(read.bad, infinite))
    if column.type == "number" and native.type in ("number", "bool"):
        numbers = native.array if native.type == "number" else native.array.cast(pa.int8()).cast(pa.float64())
        return Converted(without_tokens(numbers, column.null_tokens), infinite)
    if column.type == native.type:
        return Converted(native.array, infinite)
    if column.type == "bool" and native.type == "number":
        values = np.asarray(native.array.to_numpy(zero_copy_only=False), dtype=np.float64)
        fits = (values == 0.0) | (values == 1.0)
        bad = np.union1d(np.flatnonzero(~fits & ~_null(native.array)), infinite)
        return Converted(pa.array(values == 1.0, mask=~fits), bad)
    if column.type == "date" and native.type == "number" and column.date_format is not None:
        read = _convert_text(as_text(native.array), column)
        return Converted(read.array, np.union1d(read.bad, infinite))
    bad = np.union1d(np.flatnonzero(~_null(native.array)), infinite)
    return Converted(pa.nulls(len(array), _ARROW[column.type]()), bad)


def _null(array: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _infinite(array: pa.Array) -> Ints:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_floating(array.type):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.asarray(pc.fill_null(pc.is_inf(array), False).to_numpy(zero_copy_only=False)))


def _double() -> pa.DataType:
    import pyarrow as pa

    return pa.float64()


def _string() -> pa.DataType:
    import pyarrow as pa

    return pa.string()


def _moment() -> pa.DataType:
    import pyarrow as pa

    return pa.timestamp("us")


def _truth() -> pa.DataType:
    import pyarrow as pa

    return pa.bool_()


_ARROW = {"number": _double, "text": _string, "date": _moment, "bool": _truth}


def _convert_text(cells: pa.Array, column: ColumnContract) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = Distinct.of(cells)
    known = set(column.null_tokens)
    missing = np.asarray([t == "" or t in known for t in texts.texts], dtype=bool)
    gone = np.append(missing, True)[texts.index]
    rest = np.flatnonzero(~missing)
    if column.type == "text":
        return Converted(
            pc.if_else(pa.array(~gone), cells, pa.scalar(None, pa.string())), np.empty(0, np.int64)
        )
    wanted = texts.array.take(pa.array(rest))
    good = np.zeros(len(texts.texts), dtype=bool)
    index = texts.index
    array: pa.Array
    if column.type == "number":
        numbers = np.full(len(good) + 1, np.nan)
        numbers[rest] = parse_numbers(wanted, NumberFormat.of(column))
        good = ~np.isnan(numbers[:-1])
        array = pa.array(numbers[index], mask=np.isnan(numbers[index]))
    elif column.type == "date":
        micros = np.zeros(len(good) + 1, dtype=np.int64)
        forms = ISO_FORMATS if column.date_format is None else (column.date_format,)
        for form in forms:
            found, fits = parse_dates(wanted, form)
            fresh = fits & ~good[rest]
            micros[rest[fresh]], good[rest[fresh]] = found[fresh], True
        array = pa.array(micros[index], mask=~np.append(good, False)[index]).cast(pa.timestamp("us"))
    else:
        codes = np.full(len(good) + 1, -1, dtype=np.int64)
        codes[rest] = [{True: 1, False: 0, None: -1}[BOOLS.get(texts.texts[i].lower())] for i in rest]
        good = codes[:-1] >= 0
        array = pa.array(codes[index] == 1, mask=codes[index] < 0)
    bad = ~gone & ~np.append(good, True)[index]
    return Converted(array, np.flatnonzero(bad))
