"""Native Arrow columns: simple types stay, everything else becomes text, and it is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lowtide.core.contract import Guess

if TYPE_CHECKING:
    import pyarrow as pa


def simple(table: pa.Table) -> tuple[pa.Table, tuple[Guess, ...]]:
    """Return the table with numbers, texts, booleans, dates and timestamps only.

    Categories become their text, decimals ``double``, durations seconds; nested values JSON text,
    times and binary text.
    """
    columns, guesses = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        plain, code = simple_column(column)
        columns.append(plain)
        if code:
            kind = str(column.type)
            facts: dict[str, str | int | float | bool | None] = {"column": name, "type": kind[:80]}
            value = str(plain.type)
            guesses.append(Guess(what="type", value=value, evidence=code, facts=facts, column=name, sure=0.9))
    import pyarrow as pa

    return pa.table(columns, names=table.column_names), tuple(guesses)


def simple_column(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Return the column in a simple type, and the evidence code of a change worth telling (or empty)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    is_ = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return simple_column(_storage(column))
    if is_.is_dictionary(kind):
        return simple_column(_decoded(column))
    if is_.is_run_end_encoded(kind):
        return simple_column(pa.chunked_array([pc.run_end_decode(c) for c in column.chunks], kind.value_type))
    if (
        is_.is_string(kind)
        or is_.is_boolean(kind)
        or is_.is_integer(kind)
        or is_.is_date(kind)
        or is_.is_timestamp(kind)
    ):
        return column, ""
    if is_.is_float32(kind) or is_.is_float64(kind):
        return column, ""
    if is_.is_float16(kind):
        return column.cast(pa.float32()), ""
    if is_.is_large_string(kind) or is_.is_string_view(kind) or is_.is_null(kind):
        return column.cast(pa.string()), ""
    if is_.is_decimal(kind):
        return column.cast(pa.float64()), "decimal_to_number"
    if is_.is_duration(kind):
        unit = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        return pc.divide(column.cast(pa.int64()).cast(pa.float64()), unit), "duration_to_seconds"
    if is_.is_time(kind):
        return column.cast(pa.string()), "time_to_text"
    return texts(column.to_pylist()), "nested_to_json" if is_.is_nested(kind) else "other_to_text"


def _storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([c.storage for c in column.chunks], column.type.storage_type)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    decoded = [c.dictionary_decode() for c in column.chunks]
    return pa.chunked_array(decoded, column.type.value_type)


def texts(values: Sequence[Any]) -> pa.ChunkedArray:
    """Return values as text: numbers as they print, lists and records as JSON, empty text as null."""
    import pyarrow as pa

    return pa.chunked_array([pa.array([as_text(v) for v in values], pa.string())])


def as_text(value: Any) -> str | None:
    """Return one value as text; ``None``, NaN and the empty text as ``None``."""
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace") or None
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value) or None


def concat(tables: Sequence[pa.Table]) -> pa.Table:
    """Put tables below one another; columns that one lacks are null, kinds that differ become text."""
    import pyarrow as pa

    if len(tables) == 1 or all(t.schema.equals(tables[0].schema) for t in tables[1:]):
        return pa.concat_tables(tables)
    names = list(dict.fromkeys(n for t in tables for n in t.column_names))
    columns = []
    for name in names:
        parts = [
            t.column(name) if name in t.column_names else pa.chunked_array([pa.nulls(len(t))]) for t in tables
        ]
        kind = _common([p.type for p in parts])
        if kind is None:
            parts = [p if pa.types.is_string(p.type) else texts(p.to_pylist()) for p in parts]
            kind = pa.string()
        columns.append(pa.chunked_array([c.cast(kind) for p in parts for c in p.chunks], kind))
    return pa.table(columns, names=names)


def _common(kinds: Sequence[pa.DataType]) -> pa.DataType | None:
    """Return the type that holds all of these without loss, or ``None`` (then: text)."""
    import pyarrow as pa

    said = list(dict.fromkeys(k for k in kinds if not pa.types.is_null(k)))
    if not said:
        return pa.string()
    if len(said) == 1:
        return said[0]
    if all(pa.types.is_integer(k) or pa.types.is_floating(k) for k in said):
        return pa.int64() if all(pa.types.is_signed_integer(k) for k in said) else pa.float64()
    if all(pa.types.is_date(k) or (pa.types.is_timestamp(k) and k.tz is None) for k in said):
        return pa.timestamp("us")
    return None
