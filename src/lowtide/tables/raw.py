"""What a source hands over, before any column is typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from lowtide.core.contract import ColumnType, Guess, Role
from lowtide.tables.table import Ints, Ragged

if TYPE_CHECKING:
    import pyarrow as pa


class ColumnSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person said about one column in ``lowtide.toml``: ``[columns."NAME"]``."""

    role: Role | None = None
    type: ColumnType | None = None
    decimal: str | None = None
    thousands: str | None = None
    null_tokens: tuple[str, ...] | None = None
    date_format: str | None = None


class ReadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person said about reading in ``lowtide.toml``: ``[read]``. ``None``: guess by evidence."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    title_rows: int | None = None
    header_rows: int | None = None
    names: tuple[str, ...] | None = None
    sheet: str | None = None
    null_tokens: tuple[str, ...] | None = None
    row_limit: int = 1_000_000


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows as the source wrote them.

    Attributes
    ----------
    data : Arrow table; columns are ``string`` (text files: exactly the cell's text, quotes removed;
        the empty cell is null) or native Arrow types (parquet, excel, json, frames).
    rows : (n,) number of each row in the source, 1-based, data rows only.
    total_rows : rows of the source (more than ``len(data)`` when sampled to ``row_limit``).
    format : ``csv``, ``excel``, ``parquet``, ``json``, ``frame``.
    source : the file's name without folders; empty for frames.
    guesses : file-level guesses with their evidence.
    """

    data: pa.Table
    rows: Ints
    total_rows: int
    format: str
    source: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    title_rows: int = 0
    header_rows: int = 1
    sheet: str | None = None
    ragged: tuple[Ragged, ...] = ()
    guesses: tuple[Guess, ...] = ()
    notes: dict[str, object] = field(default_factory=dict)
