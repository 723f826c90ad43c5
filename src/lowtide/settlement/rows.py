"""Outcomes as they are remembered: no cell of the data, only keys, outcomes and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Outcomes beside predictions, in order of arrival.

    Attributes
    ----------
    keys : (n,) identity of each row: a hash of its unit, or of its content.
    y : (n,) outcome as in `lowtide.tables.target.Target`.
    p : (n,) or (n, classes) prediction.
    groups : (n,) hash of each row's entity, when the promise is about new entities.
    """

    keys: Keys
    y: Floats
    p: Floats
    groups: Keys | None = None

    def __len__(self) -> int:
        return len(self.y)

    def take(self, index: npt.NDArray[np.int64] | Mask) -> Rows:
        groups = None if self.groups is None else self.groups[index]
        return Rows(self.keys[index], self.y[index], self.p[index], groups)


def together(parts: Sequence[Rows]) -> Rows:
    """Return rows of several looks, one after another."""
    first = parts[0]
    groups = (
        None if first.groups is None else np.concatenate([p.groups for p in parts if p.groups is not None])
    )
    return Rows(
        np.concatenate([p.keys for p in parts]), np.concatenate([p.y for p in parts]),
        np.concatenate([p.p for p in parts]), groups,
    )  # fmt: skip


def fresh(rows: Rows, past: Rows | None, *, named: bool) -> Rows:
    """Return the rows that were not counted before; those of one group are put together.

    A group is one unit of evidence, and is complete with the file in which it first appears: were rows of later
    files to change it, the evidence would depend on when one looks.

    Parameters
    ----------
    named : keys are names of rows, so two rows of one key are one; otherwise they may be two alike.
    """
    new = np.ones(len(rows), dtype=bool)
    if named and len(rows):
        new = np.zeros(len(rows), dtype=bool)
        new[np.unique(rows.keys, return_index=True)[1]] = True
    if past is not None:
        new &= ~np.isin(rows.keys, past.keys)
        if rows.groups is not None and past.groups is not None:
            new &= ~np.isin(rows.groups, past.groups)
    kept = rows.take(new)
    return kept if kept.groups is None else _gathered(kept)


def _gathered(rows: Rows) -> Rows:
    """Return the same rows, those of one group together, groups in the order of their first row."""
    assert rows.groups is not None
    _, first, inverse = np.unique(rows.groups, return_index=True, return_inverse=True)
    return rows.take(np.argsort(first[inverse], kind="stable"))


def encode(rows: Rows) -> bytes:
    """Return rows as parquet: ``key``, ``y``, ``p0`` ..., and ``group`` when there is one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    p = rows.p[:, None] if rows.p.ndim == 1 else rows.p
    columns = {"key": pa.array(rows.keys), "y": pa.array(rows.y)}
    columns |= {f"p{k}": pa.array(np.ascontiguousarray(p[:, k])) for k in range(p.shape[1])}
    if rows.groups is not None:
        columns["group"] = pa.array(rows.groups)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue())


def decode(data: bytes, *, wide: bool) -> Rows:
    """Read what `encode` wrote; ``wide``: predictions have a column for each class."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(data), use_threads=False)
    parts = [table.column(n).to_numpy() for n in table.column_names if n.startswith("p")]
    p = np.column_stack(parts) if wide else parts[0]
    groups = table.column("group").to_numpy() if "group" in table.column_names else None
    return Rows(table.column("key").to_numpy(), table.column("y").to_numpy(), p, groups)
