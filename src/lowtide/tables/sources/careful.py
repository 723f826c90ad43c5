"""The careful reader: row by row, keeps every row, and counts what it had to mend."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, cast

from lowtide.tables.fields import mended_rows
from lowtide.tables.sources.fast import schema
from lowtide.tables.sources.file import File, open_stream
from lowtide.tables.table import Ragged

if TYPE_CHECKING:
    import pyarrow as pa

    from lowtide.tables.sources.csv import Plan

BATCH_CELLS = 400_000
#: Ragged rows beyond this many are counted, but not listed one by one.
MOST_LISTED = 10_000


@dataclass
class Mended:
    """What was mended: rows with too few or too many fields, blank lines, lines with stray quotes.

    ``unquoted`` counts the long rows whose excess is the delimiter inside a text without quotes: all
    fields before and after it look like their columns.
    """

    short: int = 0
    long: int = 0
    unquoted: int = 0
    blank: int = 0
    stray: int = 0
    first_stray: int = 0
    ragged: list[Ragged] = field(default_factory=list)

    def strayed(self, line: int) -> None:
        """Count a line whose quotes mean nothing."""
        self.stray += 1
        self.first_stray = self.first_stray or line


def _rows(file: File, plan: Plan, mended: Mended) -> Iterator[tuple[int, list[str]]]:
    """Yield the data rows (number of the line, fields) of a file in UTF-8."""
    allowed = {plan.head.width, plan.fields, len(plan.columns)}
    with open_stream(file) as stream:
        text = io.TextIOWrapper(cast("io.BufferedReader", stream), "utf-8-sig", errors="replace", newline="")
        try:
            data = islice(text, plan.line - 1, None)
            for line, fields in mended_rows(
                data, plan.dialect, allowed, lambda n: mended.strayed(n + plan.line - 1)
            ):
                yield line + plan.line - 1, fields
        finally:
            text.detach()


def tables(file: File, plan: Plan, mended: Mended) -> Iterator[pa.Table]:
    """Yield tables of the data rows, each row with exactly the plan's columns."""
    import pyarrow as pa

    width = len(plan.columns)
    size = max(BATCH_CELLS // width, 1)
    kinds = schema(plan.columns)
    batch: list[list[str | None]] = []
    for line, fields in _rows(file, plan, mended):
        # A lone control-Z is the end-of-file mark of DOS.
        if not fields or (len(fields) == 1 and not fields[0].strip("\x1a" if width == 1 else " \t\x1a")):
            mended.blank += 1
            continue
        batch.append(_fit(line, fields, plan, mended))
        if len(batch) >= size:
            yield pa.Table.from_arrays(
                [pa.array(c, pa.string()) for c in zip(*batch, strict=True)], schema=kinds
            )
            batch = []
    if batch:
        yield pa.Table.from_arrays([pa.array(c, pa.string()) for c in zip(*batch, strict=True)], schema=kinds)


def _fit(line: int, fields: list[str], plan: Plan, mended: Mended) -> list[str | None]:
    """Bring a row to the plan's number of fields: too few are filled with nulls, the excess is cut and told."""
    found, expected, width = len(fields), plan.fields, len(plan.columns)
    row: list[str | None] = [f or None for f in fields[:width]]
    if found < plan.head.width:
        mended.short += 1
        _list(mended, line, found, expected)
    elif found > width and any(f.strip() for f in fields[width:]):
        mended.long += 1
        mended.unquoted += _unquoted(fields, plan)
        _list(mended, line, found, expected)
    row += [None] * (width - len(row))
    return row


def _list(mended: Mended, line: int, found: int, expected: int) -> None:
    if len(mended.ragged) < MOST_LISTED:
        mended.ragged.append(Ragged(line=line, fields=found, expected=expected, kept=True))


def _unquoted(fields: list[str], plan: Plan) -> int:
    """Whether a text was cut: after one of the delimiters comes a blank, as in prose (``Kim, Lee``)."""
    return int(
        plan.dialect.delimiter in (",", ";") and any(f.startswith(" ") and f.strip() for f in fields[1:])
    )
