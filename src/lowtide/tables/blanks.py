"""What counts as blank around a cell's text, and the distinct texts of a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.tables.table import Ints

if TYPE_CHECKING:
    import pyarrow as pa

# Written out, because Python's str.strip and Arrow's utf8_trim_whitespace do not agree on what is blank:
# ASCII blanks, no-break spaces, the ideographic space, zero-width characters and the byte order mark.
BLANKS = " \t\n\r\f\v\u00a0\u2007\u202f\u3000\u200b\u200c\u200d\u2060\ufeff"


def trim(text: str) -> str:
    """Return a cell's text without blanks around it."""
    return text.strip(BLANKS)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A text column as its distinct trimmed texts.

    Attributes
    ----------
    texts : the k distinct texts, trimmed, in order of first appearance (two may be equal when the cells
        differed only by blanks).
    array : the same as an Arrow string array (k,).
    index : (n,) position of each row's text in ``texts``; -1 where the cell is empty.
    counts : (k,) rows of each text.
    """

    texts: list[str]
    array: pa.Array
    index: Ints
    counts: Ints

    @classmethod
    def of(cls, column: pa.Array) -> Distinct:
        """Find the distinct texts of an Arrow string array."""
        import pyarrow as pa
        import pyarrow.compute as pc

        encoded = pc.dictionary_encode(column)
        array = pc.utf8_trim(encoded.dictionary, characters=BLANKS)
        indices = encoded.indices
        if indices.null_count:
            indices = indices.fill_null(pa.scalar(-1, indices.type))
        index = np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        counts = np.bincount(index[index >= 0], minlength=len(array)).astype(np.int64)
        return cls(array.to_pylist(), array, index, counts)


def spread(items: Ints, limit: int) -> Ints:
    """Return at most ``limit`` of ``items``, evenly spaced, so that every part of a file has its say."""
    if len(items) <= limit:
        return items
    return items[np.linspace(0, len(items) - 1, limit).astype(np.int64)]
