"""The read contract at serving: new rows are read exactly as the training table was, or refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from lowtide.core.contract import ColumnContract, ReadContract
from lowtide.core.errors import InputError, UsageError
from lowtide.core.finding import Fact
from lowtide.tables.cells import Unfit, Value, convert, value_of
from lowtide.tables.personal import mask, personal_kinds, scrub
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.table import Table

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that the contract of its column does not allow.

    Attributes
    ----------
    row : number of the row in the source, 1-based.
    value : the cell as text, shortened, masked when the column is personal.
    expected_code : ``number``, ``date``, ``bool`` or ``text``: what was expected.
    facts : how it should have been written (``decimal``, ``thousands``, ``format``, ``example`` ...).
    """

    row: int
    column: str
    value: str
    expected_code: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enforced:
    """New rows under an old contract.

    Attributes
    ----------
    table : all rows of the source, columns in the contract's order; bad cells are missing in it.
    bad : the bad cells, by row, then column.
    missing_columns : needed columns that the source does not have (and the table neither).
    extra_columns : columns of the source that the contract does not know; left out.
    notes : per code, what is allowed but unusual: ``outside_range``, ``unseen_levels``, ``new_missing``;
        each maps columns to numbers of rows.
    """

    table: Table
    bad: tuple[BadCell, ...]
    missing_columns: tuple[str, ...]
    extra_columns: tuple[str, ...]
    notes: dict[str, dict[str, int]]


class BadValue(InputError):
    """A record with values that its contract does not allow; ``cells`` has all of them."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        super().__init__("; ".join(describe(c) for c in self.cells) + ".")


def describe(cell: BadCell) -> str:
    """Return one English clause about a bad cell, for errors."""
    if cell.expected_code == "present":
        return f"the column {cell.column!r} is missing from the record"
    example = cell.facts.get("example")
    such = f" such as {example}" if example else ""
    wanted = {"number": "a number", "date": "a date", "bool": '"true" or "false"'}.get(
        cell.expected_code, "a text"
    )
    return f"{cell.column!r} is {cell.value!r}, but {wanted}{such} was expected"


def expected(column: ColumnContract) -> dict[str, Fact]:
    """Return how values of a column must be written, as facts."""
    facts: dict[str, Fact] = {}
    if column.type == "number":
        facts = {"decimal": column.decimal, "thousands": column.thousands, "example": _number_example(column)}
    elif column.type == "date":
        form = column.date_format or "%Y-%m-%d"
        facts = {"format": form, "example": _date_example(form)}
    return facts


def _number_example(column: ColumnContract) -> str:
    digits = f"1{column.thousands}234"
    if not column.integer or column.percent:
        digits += f"{column.decimal}5"
    return f"{column.prefix}{digits}{column.suffix}{'%' if column.percent else ''}"


def _date_example(form: str) -> str:
    values = {
        "Y": "2024", "y": "24", "m": "12", "d": "31", "b": "Dec", "B": "December", "H": "18", "I": "06", "M": "30",
        "S": "00", "f": "000", "p": "PM", "z": "+00:00", "a": "Tue", "A": "Tuesday",
    }  # fmt: skip
    out = form
    for letter, text in values.items():
        out = out.replace(f"%{letter}", text)
    return out


def enforce(
    source: object,
    contract: ReadContract,
    *,
    needed: Sequence[str],
    settings: ReadSettings = ReadSettings(),
) -> Enforced:
    """Read new rows under a contract.

    Parameters
    ----------
    source : path or frame.
    contract : of the training table.
    needed : columns that must be there; others of the contract are read when present.
    settings : what a person said about the new file; goes before the contract.

    Raises
    ------
    InputError
        If the source cannot be read at all.
    """
    return enforce_raw(load_like(source, contract, needed=needed, settings=settings), contract, needed=needed)


def load_like(
    source: object, contract: ReadContract, *, needed: Sequence[str], settings: ReadSettings = ReadSettings()
) -> RawTable:
    """Load new rows in the layout of the training file, or in their own when ``needed`` columns are seen only so."""
    from lowtide.tables.load import load

    raw = load(source, _like(contract, settings, source))
    if any(n not in raw.data.column_names for n in needed):
        # Perhaps this file has another layout than the training file (no title line, another sheet).
        again = _try_load(load, source, settings)
        if again is not None and all(n in again.data.column_names for n in needed):
            raw = again
    return raw


def _try_load(load: Any, source: object, settings: ReadSettings) -> RawTable | None:
    try:
        raw: RawTable = load(source, settings)
    except (InputError, UsageError):
        return None
    return raw


def _like(contract: ReadContract, settings: ReadSettings, source: object) -> ReadSettings:
    """Fill what nobody said about the new file with the layout of the training file, if it is of its kind.

    The encoding is not carried over: each file proves its own.
    """
    if contract.format != "csv" or not _is_text_file(source):
        return settings
    said = {
        "delimiter": settings.delimiter or contract.delimiter,
        "quote": settings.quote if settings.quote is not None else contract.quote,
        "title_rows": contract.title_rows if settings.title_rows is None else settings.title_rows,
        "header_rows": contract.header_rows if settings.header_rows is None else settings.header_rows,
    }
    return msgspec.structs.replace(settings, **said)


def _is_text_file(source: object) -> bool:
    from pathlib import PurePath

    if not isinstance(source, str | PurePath):
        return False
    ends = {s.lower() for s in PurePath(source).suffixes[-2:]}
    return not ends & {".xlsx", ".xls", ".xlsm", ".parquet", ".pq", ".json", ".jsonl", ".ndjson"}


def enforce_raw(raw: RawTable, contract: ReadContract, *, needed: Sequence[str]) -> Enforced:
    """Read rows that are loaded already under a contract; see `enforce`."""
    import pyarrow as pa

    from lowtide.tables.read import combined

    names = list(raw.data.column_names)
    known = [c for c in contract.columns if c.name in names]
    missing = tuple(n for n in needed if n not in names)
    extra = tuple(n for n in names if n not in {c.name for c in contract.columns})
    kinds = personal_kinds(contract.guesses)
    arrays, bad = [], []
    notes: dict[str, dict[str, int]] = {}
    for column in known:
        cells = combined(raw.data.column(column.name))
        read = convert(cells, column)
        arrays.append(read.array)
        for row in read.bad.tolist():
            value = _shown(cells[row].as_py(), kinds.get(column.name))
            bad.append(BadCell(int(raw.rows[row]), column.name, value, column.type, expected(column)))
        for code, rows in _unusual(read.array, column, len(read.bad)).items():
            notes.setdefault(code, {})[column.name] = rows
    place = {c.name: i for i, c in enumerate(known)}
    bad.sort(key=lambda c: (c.row, place[c.column]))
    data = pa.Table.from_arrays(arrays, names=[c.name for c in known])
    if not known:
        data = pa.Table.from_batches([pa.record_batch({"": pa.nulls(len(raw.rows))})]).select([])
    narrowed = msgspec.structs.replace(contract, columns=tuple(known), source=raw.source)
    table = Table(data, narrowed, raw.rows, raw.total_rows, raw.ragged, dict(raw.notes))
    return Enforced(table, tuple(bad), missing, extra, notes)


def _unusual(array: Any, column: ColumnContract, bad: int) -> dict[str, int]:
    """Count values outside the training range, levels never seen, and missing values where none were."""
    import pyarrow.compute as pc

    out: dict[str, int] = {}
    empty = int(array.null_count) - bad
    if empty > 0 and not column.nullable:
        out["new_missing"] = empty
    if column.type == "number" and column.low is not None and column.high is not None:
        values = np.asarray(array.drop_null().to_numpy(zero_copy_only=False), dtype=np.float64)
        outside = int(((values < column.low) | (values > column.high)).sum())
        if outside:
            out["outside_range"] = outside
    # A list of exactly the limit's length may have been cut, so nothing can be called unseen.
    if column.type == "text" and 0 < len(column.levels) < 1000:
        import pyarrow as pa

        seen = pc.is_in(array.drop_null(), pa.array(list(column.levels), pa.string()))
        unseen = len(seen) - int(pc.sum(seen).as_py() or 0)
        if unseen:
            out["unseen_levels"] = unseen
    return out


def _shown(value: object, kind: str | None) -> str:
    text = str(value)
    return (mask(text, kind) if kind else scrub(text))[:_SHOWN]


def enforce_row(
    record: Mapping[str, object], contract: ReadContract, *, needed: Sequence[str]
) -> dict[str, Value]:
    """Read one record under a contract: the same values as `enforce` gives for the same row.

    Parameters
    ----------
    record : values by column; texts as a file would have them, or typed values.
    needed : columns that must be there; a column given as ``None`` counts as there.

    Raises
    ------
    BadValue
        With every value that does not fit and every needed column that is not there.
    """
    kinds = personal_kinds(contract.guesses)
    out: dict[str, Value] = {}
    bad = [BadCell(1, n, "", "present") for n in needed if n not in record]
    for column in contract.columns:
        if column.name not in record:
            continue
        try:
            out[column.name] = value_of(record[column.name], column)
        except Unfit:
            shown = _shown(record[column.name], kinds.get(column.name))
            bad.append(BadCell(1, column.name, shown, column.type, expected(column)))
    if bad:
        raise BadValue(bad)
    return out
