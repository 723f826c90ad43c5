"""Identity of rows: a hash of their content, the same wherever and whenever it is computed.

Texts go through MD5 (RFC 1321; identity, not security), numbers, dates and truths through their bits; the
columns are joined by the finaliser of SplitMix64 (Steele, Lea, Flood 2014). All of it is written down here,
so no other library's version can change a key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lowtide.tables.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

Keys = npt.NDArray[np.uint64]
_MISSING = np.uint64(0x9E3779B97F4A7C15)


def row_keys(table: Table, columns: Sequence[str]) -> Keys:
    """Return a content hash of each row.

    Parameters
    ----------
    columns : columns that make a row's identity, in any order; their names are part of it.

    Returns
    -------
    (n,) uint64
        Equal for rows with equal content (missing equals missing, 0.0 equals -0.0). Independent of the
        order of rows and columns, of chunks and of any column not named.

    Raises
    ------
    UsageError
        If a column is unknown.
    """
    keys = np.zeros(len(table), dtype=np.uint64)
    for name in sorted(set(columns)):
        table.column(name)
        with np.errstate(over="ignore"):
            keys = _mix(keys ^ _text_key(name)) + column_keys(table.data.column(name).combine_chunks())
    return _mix(keys)


def column_keys(array: pa.Array) -> Keys:
    """Return the content hash (n,) of each value of one canonical column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = np.asarray(pc.is_null(array, nan_is_null=True).to_numpy(zero_copy_only=False), dtype=bool)
    if pa.types.is_string(array.type):
        encoded = pc.dictionary_encode(array)
        levels = np.asarray([_text_key(t) for t in encoded.dictionary.to_pylist()] + [0], dtype=np.uint64)
        index = encoded.indices.fill_null(len(levels) - 1)
        keys = levels[np.asarray(index.to_numpy(zero_copy_only=False), dtype=np.int64)]
    else:
        if pa.types.is_floating(array.type):
            values = (
                np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64) + 0.0
            )  # -0.0 becomes 0.0
            bits, salt = values.view(np.uint64), np.uint64(1)
        elif pa.types.is_timestamp(array.type):
            bits = np.asarray(array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)).view(
                np.uint64
            )
            salt = np.uint64(2)
        else:
            bits = np.asarray(array.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.uint64)
            salt = np.uint64(3)
        with np.errstate(over="ignore"):
            keys = _mix(bits + salt * _MISSING)
    return np.where(missing, _MISSING, keys)


def _text_key(text: str) -> np.uint64:
    digest = hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return np.uint64(int.from_bytes(digest[:8], "little"))


def _mix(keys: Keys) -> Keys:
    """Spread every bit over all bits (finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
