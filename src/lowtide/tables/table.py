"""The table that all rooms work on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lowtide.core.contract import ColumnContract, ReadContract, Role
from lowtide.core.errors import unknown_column

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row of the source that did not have the header's number of fields."""

    line: int
    fields: int
    expected: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Typed rows, how they were read, and where each came from.

    Attributes
    ----------
    data : Arrow table. Column types are canonical: ``double`` (number), ``string`` (text),
        ``timestamp[us]`` without zone (date), ``bool``. Chunks are combined.
    contract : the read contract; ``contract.columns`` is in the order of ``data``.
    rows : (n,) number of each row in the source, 1-based, counting data rows only.
    total_rows : rows of the source; larger than ``len(rows)`` when this is a sample.
    ragged : rows with too few or too many fields (listed, never dropped in silence).
    """

    data: pa.Table
    contract: ReadContract
    rows: Ints
    total_rows: int
    ragged: tuple[Ragged, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.data.num_rows)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.data.column_names)

    def column(self, name: str) -> ColumnContract:
        """Return the contract of a column; raise `UsageError` naming the closest when unknown."""
        try:
            return self.contract.column(name)
        except KeyError:
            raise unknown_column(name, self.names, self.contract.source or "the data") from None

    def role(self, name: str) -> Role:
        return self.column(name).role

    def with_roles(self, roles: dict[str, Role]) -> Table:
        """Return the same table with some roles replaced."""
        import msgspec

        columns = tuple(
            msgspec.structs.replace(c, role=roles[c.name]) if c.name in roles else c
            for c in self.contract.columns
        )
        return replace(self, contract=msgspec.structs.replace(self.contract, columns=columns))

    def numbers(self, name: str) -> Floats:
        """Return a number, bool or date column as float64 with NaN (dates: days since 1970)."""
        import pyarrow as pa

        array = self.data.column(name).combine_chunks()
        if pa.types.is_timestamp(array.type):
            days = np.asarray(array.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.float64)
            if array.null_count:
                days = np.where(np.asarray(array.is_null()), np.nan, days)
            return days / 86_400_000_000.0
        if pa.types.is_boolean(array.type):
            array = array.cast(pa.int8())
        return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)

    def codes(self, name: str) -> tuple[Ints, list[str]]:
        """Return a column as codes (n,) into sorted distinct texts; missing is -1."""
        import pyarrow as pa
        import pyarrow.compute as pc

        array = self.data.column(name).combine_chunks()
        text = array if pa.types.is_string(array.type) else array.cast(pa.string())
        encoded = pc.dictionary_encode(text)
        levels = [str(v) for v in encoded.dictionary.to_pylist()]
        order = np.argsort(np.asarray(levels, dtype=object), kind="stable") if levels else np.empty(0, int)
        rank = np.empty(len(levels), dtype=np.int64)
        rank[order] = np.arange(len(levels))
        raw = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
        codes = np.where(raw >= 0, rank[np.maximum(raw, 0)], -1) if levels else np.full(len(raw), -1)
        return codes.astype(np.int64), [levels[i] for i in order]

    def missing(self, name: str) -> npt.NDArray[np.bool_]:
        """Return (n,) True where the value is missing (null or NaN)."""
        import pyarrow.compute as pc

        mask = pc.is_null(self.data.column(name), nan_is_null=True)
        return np.asarray(mask.combine_chunks().to_numpy(zero_copy_only=False), dtype=bool)

    def take(self, index: npt.NDArray[Any]) -> Table:
        """Return the rows at ``index`` (integers or a mask)."""
        if index.dtype == bool:
            index = np.flatnonzero(index)
        return replace(self, data=self.data.take(index).combine_chunks(), rows=self.rows[index])

    def select(self, names: list[str]) -> Table:
        """Return some columns, in the order given."""
        import msgspec

        columns = tuple(self.column(n) for n in names)
        contract = msgspec.structs.replace(self.contract, columns=columns)
        return replace(self, data=self.data.select(names), contract=contract)
