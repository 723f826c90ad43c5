"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError, UsageError
from lowtide.tables.header import Head, find_head
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources.csv import sampled
from lowtide.tables.sources.file import File, reading, unpacked
from lowtide.tables.sources.native import as_text, texts
from lowtide.tables.sources.source import Keep, Part
from lowtide.tables.sources.workbook import check

if TYPE_CHECKING:
    import pyarrow as pa

HEAD_ROWS = 300
Cells = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells without empty rows and columns at the edges, and where it began."""

    name: str
    cells: Cells
    size: int


class Excel:
    """The source of spreadsheets, read with calamine."""

    format = "excel"

    def takes(self, thing: object) -> bool:
        return isinstance(thing, File) and thing.kind == "excel"

    def read(self, thing: object, settings: ReadSettings, *, seed: int) -> Part:
        assert isinstance(thing, File)
        with reading(thing.name), unpacked(thing) as path:
            check(path, thing.name)
            sheet, guesses = _choose(thing.name, str(path), settings)
        cells = sheet.cells
        head = _head(thing.name, cells, settings)
        begin = head.title_rows + head.header_rows
        body = [r for r in cells[begin:] if any(not _blank(c) for c in r)]
        if not body:
            raise InputError(f"Sheet {sheet.name!r} of {thing.name} has a header but no data rows below it.")
        table = _table(body, head)
        keep = Keep(settings.row_limit, seed)
        keep.add(table)
        table, rows, keys = keep.finish()
        told = [*guesses, *(g for g in head.guesses if g.evidence != "trailing_delimiter")]
        if len(rows) < keep.total:
            told.append(sampled(len(rows), keep.total, seed))
        raw = RawTable(
            data=table,
            rows=rows,
            total_rows=keep.total,
            format="excel",
            source=thing.name,
            title_rows=head.title_rows,
            header_rows=head.header_rows,
            sheet=sheet.name,
            guesses=tuple(told),
        )
        return Part(raw, keys)


def _choose(name: str, path: str, settings: ReadSettings) -> tuple[Sheet, list[Guess]]:
    """Open the workbook and take the sheet that a person named, or the one with the largest table."""
    book = _open(name, path)
    known = list(book.sheet_names)
    if settings.sheet is not None:
        if settings.sheet not in known:
            raise UsageError(
                f"{name} has no sheet {settings.sheet!r} (setting read.sheet); it has {_list(known)}."
            )
        sheet = _sheet(name, book, settings.sheet)
        if not sheet.size:
            raise InputError(f"Sheet {settings.sheet!r} of {name} is empty.")
        return sheet, [Guess(what="sheet", value=sheet.name, evidence="given", given=True)]
    sheets = [_sheet(name, book, n) for n in known]
    best = max(sheets, key=lambda s: s.size, default=None)
    if best is None or not best.size:
        raise InputError(f"{name} has no sheet with cells.")
    if len(sheets) == 1:
        return best, [Guess(what="sheet", value=best.name, evidence="sheet_only")]
    others = [s for s in sheets if s is not best]
    second = max(s.size for s in others)
    facts: dict[str, str | int | float | bool | None] = {
        "cells": best.size,
        "sheets": len(sheets),
        "others": _list([s.name for s in others]),
        "second": second,
    }
    sure = round(best.size / (best.size + second), 3)
    return best, [Guess(what="sheet", value=best.name, evidence="sheet_largest", facts=facts, sure=sure)]


def _list(names: Sequence[str]) -> str:
    return ", ".join(repr(n) for n in names[:6]) + (", …" if len(names) > 6 else "")


def _open(name: str, path: str) -> Any:
    import python_calamine as calamine

    with _calm(name):
        return calamine.CalamineWorkbook.from_path(path)


class _calm:
    """Turn what calamine raises, panics of its Rust code included, into one sentence."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        import python_calamine as calamine

        if error is None or kind is None:
            return
        if issubclass(kind, calamine.PasswordError):
            raise InputError(
                f"{self.name} is protected with a password: save it without one, then try again."
            ) from None
        broken = (calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError)
        if issubclass(kind, broken) or kind.__name__ == "PanicException":
            raise InputError(
                f"{self.name} is damaged or no Excel file: {_short(error)}; open it in Excel and save it again."
            ) from None


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:120].rstrip(".: ") or type(error).__name__


def _sheet(name: str, book: Any, title: str) -> Sheet:
    """Read one sheet. ``size`` counts its cells that hold something."""
    with _calm(name):
        try:
            sheet = book.get_sheet_by_name(title)
            cells: Cells = sheet.to_python(skip_empty_area=True)
        except ValueError:
            # Charts and macros are listed as sheets, too.
            return Sheet(title, [], 0)
    while cells and all(_blank(c) for c in cells[-1]):
        cells.pop()
    used = sorted({i for row in cells for i, c in enumerate(row) if not _blank(c)})
    if used and len(used) < len(cells[0]):
        last = used[-1] + 1
        first = used[0]
        cells = [row[first:last] for row in cells]
    return Sheet(title, cells, sum(not _blank(c) for row in cells for c in row))


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _head(name: str, cells: Cells, settings: ReadSettings) -> Head:
    """Find the header among the first rows, seen as texts; drop blank rows among them."""
    top = [["" if _blank(c) else (as_text(_plain(c)) or "") for c in row] for row in cells[:HEAD_ROWS]]
    keep = [i for i, row in enumerate(top) if any(row)]
    if not keep:
        raise InputError(f"{name} has no cells that hold something.")
    cells[: len(top)] = [cells[i] for i in keep]
    return find_head([top[i] for i in keep], settings)


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return str(cell) if cell.time() != dt.time() else str(cell.date())
    return cell


def _table(body: Cells, head: Head) -> pa.Table:
    """Make Arrow columns: native where all cells of a column are of one kind, else text."""
    import pyarrow as pa

    arrays, names = [], []
    for at, name in enumerate(head.names):
        values = [row[at] if at < len(row) and row[at] != "" else None for row in body]
        arrays.append(_column(values))
        names.append(name)
    return pa.table(arrays, names=names)


def _column(values: list[Any]) -> pa.ChunkedArray:
    import pyarrow as pa

    kinds = {type(v) for v in values if v is not None}
    if kinds and kinds <= {int, float}:
        whole = all(v is None or (float(v).is_integer() and abs(v) < 2**53) for v in values)
        kind = pa.int64() if whole else pa.float64()
        array = pa.array([None if v is None else int(v) if whole else float(v) for v in values], kind)
        return pa.chunked_array([array])
    if kinds == {bool}:
        return pa.chunked_array([pa.array(values, pa.bool_())])
    if kinds and kinds <= {dt.date, dt.datetime}:
        stamps = [
            v if v is None or isinstance(v, dt.datetime) else dt.datetime(v.year, v.month, v.day)
            for v in values
        ]
        return pa.chunked_array([pa.array(stamps, pa.timestamp("us"))])
    return texts([_plain(v) for v in values])
