"""The protocol of a source, and the rows that it hands over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources.native import concat
from lowtide.tables.table import Floats

if TYPE_CHECKING:
    import pyarrow as pa

    from lowtide.tables.table import Ints


@dataclass(frozen=True, slots=True)
class Part:
    """One source, read: its rows, and the random key of each (for a uniform sample over several files)."""

    raw: RawTable
    keys: Floats


@runtime_checkable
class Source(Protocol):
    """A kind of source. ``takes`` looks (cheaply) whether it can read ``thing``; ``read`` reads it.

    ``thing`` is a `lowtide.tables.sources.file.File` or a Python object (a frame).
    """

    format: str

    def takes(self, thing: object) -> bool: ...

    def read(self, thing: object, settings: ReadSettings, *, seed: int) -> Part: ...


class Keep:
    """Keep at most ``limit`` rows of a stream: a uniform sample without replacement, in source order.

    Every row draws a key; the rows with the ``limit`` smallest keys stay ("bottom-k" sampling). Keys
    come from one seeded generator in row order, so neither the sizes of the batches nor the number of
    threads change the sample. Holds at most about twice ``limit`` rows.
    """

    def __init__(self, limit: int, seed: int, part: int = 0) -> None:
        self.limit = max(int(limit), 1)
        self.total = 0
        self._random = np.random.default_rng([seed, part, 0x5EED])
        self._tables: list[pa.Table] = []
        self._keys: list[Floats] = []
        self._rows: list[Ints] = []
        self._held = 0
        self._below = np.inf

    def add(self, table: pa.Table) -> None:
        """Add the next rows of the stream."""
        size = table.num_rows
        keys = self._random.random(size)
        rows = np.arange(self.total + 1, self.total + size + 1, dtype=np.int64)
        self.total += size
        if self._below < np.inf:
            stay = np.flatnonzero(keys < self._below)
            table, keys, rows = table.take(stay), keys[stay], rows[stay]
        self._tables.append(table)
        self._keys.append(keys)
        self._rows.append(rows)
        self._held += len(keys)
        if self._held > 2 * self.limit:
            self._shrink()

    def _shrink(self) -> None:
        if self._held <= self.limit:
            return
        keys, rows = np.concatenate(self._keys), np.concatenate(self._rows)
        stay = smallest(keys, self.limit)
        table = concat(self._tables).take(stay)
        self._tables, self._keys, self._rows = [table], [keys[stay]], [rows[stay]]
        self._held = len(stay)
        self._below = float(self._keys[0].max())

    def finish(self) -> tuple[pa.Table, Ints, Floats]:
        """Return the rows kept (there must be some), their numbers in the source (1-based) and their keys."""
        self._shrink()
        table = concat(self._tables).combine_chunks()
        return table, np.concatenate(self._rows), np.concatenate(self._keys)


def smallest(keys: Floats, limit: int) -> Ints:
    """Return the positions of the ``limit`` smallest keys, in order of position."""
    if len(keys) <= limit:
        return np.arange(len(keys))
    return np.sort(np.argpartition(keys, limit - 1)[:limit])
