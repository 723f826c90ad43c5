"""Columns that come with a type of their own (parquet, excel, frames): to the four canonical types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.core.contract import ColumnType
from lowtide.tables.numbers import EXACT

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Native:
    """A canonical array and why it has its type; ``type`` is ``None`` for text that must still be typed."""

    array: pa.Array
    type: ColumnType | None
    evidence: str
    zone: str = ""


def canonical(array: pa.Array) -> Native:
    """Turn any Arrow array into ``double``, ``string``, ``timestamp[us]`` or ``bool``.

    Whole numbers that float64 cannot hold exactly become text; times of day and durations become
    seconds; lists, structs and bytes, which no model here can use, become an empty column.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        return canonical(array.dictionary_decode())
    if pa.types.is_string(kind):
        return Native(array, None, "text_cells")
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return Native(array.cast(pa.string()), None, "text_cells")
    if pa.types.is_boolean(kind):
        return Native(array, "bool", "native_bool")
    if pa.types.is_integer(kind):
        # Compare as float64: beyond 2**53 neighbours share a float, which would join different codes.
        rough = np.abs(array.drop_null().to_numpy(zero_copy_only=False).astype(np.float64))
        if len(rough) and rough.max() >= EXACT:
            return Native(array.cast(pa.string()), "text", "too_long_for_a_number")
        return Native(array.cast(pa.float64()), "number", "native_number")
    if pa.types.is_floating(kind):
        return Native(_finite(array.cast(pa.float64())), "number", "native_number")
    if pa.types.is_decimal(kind):
        # Arrow's own cast may miss the nearest float64 by a bit; its parser of text does not.
        return Native(_finite(array.cast(pa.string()).cast(pa.float64())), "number", "native_number")
    if pa.types.is_date(kind):
        return Native(array.cast(pa.timestamp("us")), "date", "native_date")
    if pa.types.is_timestamp(kind):
        # Arrow keeps zoned moments as UTC already; without the zone they stay UTC.
        plain = (
            array.cast(pa.timestamp("us", tz=kind.tz), safe=False).cast(pa.int64()).cast(pa.timestamp("us"))
        )
        return Native(plain, "date", "converted_to_utc" if kind.tz else "native_date", kind.tz or "")
    if pa.types.is_time(kind):
        micros = array.cast(pa.time64("us")).cast(pa.int64()).cast(pa.float64())
        return Native(pc.divide(micros, 1e6), "number", "seconds_of_day")
    if pa.types.is_duration(kind):
        micros = array.cast(pa.duration("us"), safe=False).cast(pa.int64()).cast(pa.float64())
        return Native(pc.divide(micros, 1e6), "number", "seconds")
    if pa.types.is_null(kind):
        return Native(pa.nulls(len(array), pa.string()), "text", "empty")
    return Native(pa.nulls(len(array), pa.string()), "text", "unsupported_type")


def _finite(array: pa.Array) -> pa.Array:
    """Make NaN and infinities null: neither is a value that a model can use."""
    import pyarrow.compute as pc

    return pc.if_else(pc.fill_null(pc.is_finite(array), False), array, None)
