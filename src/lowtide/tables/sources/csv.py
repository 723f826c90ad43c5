"""Delimited text: CSV, TSV and their relatives, in any encoding, plain or compressed.

Three steps. `plan` decides by evidence how to read. `fast` lets DuckDB read strictly by that plan. What
DuckDB refuses (ragged rows, stray quotes, mixed line ends) is read by `careful`, row by row in bounded
memory, which keeps every row and counts what it had to mend.
"""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError
from lowtide.tables.dialect import FEW_ROWS, SAMPLE_ROWS, WIDE, declared_delimiter, guess_dialect, split_lines
from lowtide.tables.encoding import Bytes, decide, look_at
from lowtide.tables.fields import Dialect, rows_of
from lowtide.tables.header import Head, find_head
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources import careful, fast
from lowtide.tables.sources.file import File, chunks, reading, temporary
from lowtide.tables.sources.source import Keep, Part

if TYPE_CHECKING:
    import pyarrow as pa

LINES = 1_000
LEAST_BYTES = 1 << 18
#: Signs that text does not hold, but for tabs, line ends, the form feed and the escape of colours.
CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])


@dataclass(frozen=True, slots=True)
class Plan:
    """How one file is to be read.

    Attributes
    ----------
    skip : rows (blank ones included) before the first data row.
    line : number of the line where the first data row begins, 1-based.
    first : the first data row, by which a fast reader proves that it began at the right place.
    """

    encoding: str
    dialect: Dialect
    head: Head
    skip: int
    line: int
    first: tuple[str, ...]
    guesses: tuple[Guess, ...]

    @property
    def fields(self) -> int:
        """Fields of a data row as written (one more than the columns if each line ends in a delimiter)."""
        return self.head.width + self.head.dropped_last

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of ``fields`` columns, then those that only the header has."""
        names = self.head.names
        return (*names, f"c{self.fields}") if self.head.dropped_last else names


class Csv:
    """The source of delimited text files."""

    format = "csv"

    def takes(self, thing: object) -> bool:
        return isinstance(thing, File) and thing.kind == "text"

    def read(self, thing: object, settings: ReadSettings, *, seed: int) -> Part:
        assert isinstance(thing, File)
        seen = look_at(chunks(thing))
        made = plan(thing.name, seen, settings)
        with utf8_copy(thing, made.encoding, seen) as (path, compression, replaced):
            copy = replace(thing, path=path, compression=compression)
            return _read(copy, made, seen.blank_lines, replaced, settings, seed)


def plan(name: str, seen: Bytes, settings: ReadSettings) -> Plan:
    """Decide how to read a file whose bytes were seen.

    Raises
    ------
    InputError
        If it is no text, or has no data rows.
    UsageError
        If a setting does not fit the file.
    """
    guess = decide(seen, settings.encoding)
    _check_text(name, seen, guess.value)
    sample = _sample(seen, guess.value)
    if not sample.strip():
        raise InputError(f"{name} holds nothing but blanks: ask for the file again.")
    dialect, guesses = guess_dialect(sample, settings)
    lines = split_lines(sample)
    declared = 1 if declared_delimiter(lines[0]) else 0
    rows, positions, cells = [], [], 0
    for at, (line, fields) in enumerate(islice(rows_of(lines[declared:], dialect), 10 * SAMPLE_ROWS)):
        if not any(f.strip() for f in fields) and len(fields) < 2:
            continue
        rows.append(fields)
        positions.append((at + declared, line + declared))
        cells += len(fields)
        if len(rows) >= (SAMPLE_ROWS if cells < WIDE else FEW_ROWS):
            break
    if not any(f.strip() for r in rows for f in r):
        raise InputError(f"{name} holds nothing but delimiters: ask for the file again.")
    head = find_head(rows, settings)
    begin = head.title_rows + head.header_rows
    if begin >= len(rows):
        raise InputError(f"{name} has a header ({_some(head.names)}) but no data rows below it.")
    return Plan(
        guess.value, dialect, head, *positions[begin], tuple(rows[begin]), (guess, *guesses, *head.guesses)
    )


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(repr(n[:40]) for n in names[:3]) + (", …" if len(names) > 3 else "")


def _check_text(name: str, seen: Bytes, encoding: str) -> None:
    wide = encoding.replace("_", "-").startswith(("utf-16", "utf-32"))
    if wide:
        return
    head = seen.head[: 1 << 16]
    odd = len(head) - len(head.translate(None, CONTROLS))
    if odd > 0.02 * len(head) + 1:
        raise InputError(
            f"{name} is no text table: {100 * odd / len(head):.0f} % of its bytes are control signs, as in programs, "
            "pictures or archives."
        )
    if seen.nul:
        raise InputError(
            f"{name} holds {seen.nul} NUL bytes (the first at byte {seen.first_nul + 1}), which no text has: "
            "it was damaged on its way; ask for it again."
        )


def _sample(seen: Bytes, encoding: str) -> str:
    """Decode whole lines from the head of the file: 1,000 of them, or 256 KB if that is more."""
    data = seen.head
    whole = len(data) >= seen.size
    if len(data) > LEAST_BYTES and not encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        at = LEAST_BYTES
        found = data.count(b"\n", 0, at)
        while found < 50 and at < len(data):
            step = data.find(b"\n", at)
            at = len(data) if step < 0 else step + 1
            found += 1
        whole, data = whole and at >= len(data), data[:at]
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data, whole)
    text = text.removeprefix("\ufeff")
    if whole:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end >= 0 else text


@contextlib.contextmanager
def utf8_copy(file: File, encoding: str, seen: Bytes) -> Iterator[tuple[Path, str, int]]:
    """Give (path, compression, replaced bytes) of the content in UTF-8.

    A file in UTF-8 is used as it is. Any other is re-encoded as a stream to a temporary file, so that
    memory does not grow with the file.
    """
    if encoding in ("utf-8", "utf-8-sig") and not seen.utf8_errors and not seen.cut:
        yield file.path, file.compression, 0
        return
    replaced = 0
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with temporary(".txt") as path:
        with path.open("wb") as out:
            for chunk in chunks(file):
                text = decoder.decode(chunk)
                replaced += text.count("\ufffd") - _own_marks(chunk, encoding)
                out.write(text.encode("utf-8", "replace"))
            text = decoder.decode(b"", True)
            replaced += text.count("\ufffd")
            out.write(text.encode("utf-8", "replace"))
        yield path, "", max(replaced, 0)


def _own_marks(chunk: bytes, encoding: str) -> int:
    """Count replacement characters that the file itself holds."""
    return chunk.count(b"\xef\xbf\xbd") if encoding in ("utf-8", "utf-8-sig") else 0


def _read(file: File, made: Plan, blank_lines: int, replaced: int, settings: ReadSettings, seed: int) -> Part:
    keep: Keep | None = None
    # DuckDB reads a blank line of a one-column file as an empty cell.
    if made.dialect.delimiter or not blank_lines:
        keep = fast.read(file.path, file.compression, made, Keep(settings.row_limit, seed))
    mended = careful.Mended()
    if keep is None:
        with reading(file.name):
            keep = Keep(settings.row_limit, seed)
            for table in careful.tables(file, made, mended):
                keep.add(table)
    if not keep.total:
        raise InputError(f"{file.name} has a header ({_some(made.head.names)}) but no data rows below it.")
    table, rows, keys = keep.finish()
    table, dropped = _without_last(table, made, mended)
    guesses = [g for g in made.guesses if g.evidence != "trailing_delimiter" or dropped]
    guesses += _told(made, mended, replaced, keep.total, len(rows), seed)
    dialect = made.dialect
    raw = RawTable(
        data=table,
        rows=rows,
        total_rows=keep.total,
        format="csv",
        source=file.name,
        encoding=made.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        title_rows=made.head.title_rows,
        header_rows=made.head.header_rows,
        ragged=tuple(mended.ragged),
        guesses=tuple(guesses),
        notes={"ragged_rows": mended.short + mended.long},
    )
    return Part(raw, keys)


def _without_last(table: pa.Table, made: Plan, mended: careful.Mended) -> tuple[pa.Table, bool]:
    """Drop the column that a delimiter at the end of each line makes, if it is empty throughout."""
    if not made.head.dropped_last:
        return table, False
    name = made.columns[made.fields - 1]
    if table.column(name).null_count < table.num_rows:
        return table, False
    return table.drop_columns([name]), True


def _told(made: Plan, mended: careful.Mended, replaced: int, total: int, kept: int, seed: int) -> list[Guess]:
    """Say what was mended, replaced or left out."""
    guesses = []
    if replaced:
        guesses.append(
            Guess(
                what="replaced_bytes",
                value=str(replaced),
                evidence="encoding_replaced",
                facts={"count": replaced, "encoding": made.encoding},
                sure=0.5,
            )
        )
    ragged = mended.short + mended.long
    if ragged:
        guesses.append(
            Guess(
                what="ragged_rows",
                value=str(ragged),
                evidence="rows_unquoted" if mended.unquoted else "rows_ragged",
                facts={
                    "short": mended.short,
                    "long": mended.long,
                    "rows": total,
                    "expected": made.fields,
                    "unquoted": mended.unquoted,
                },
                sure=round(max(0.1, 1.0 - 2.0 * ragged / max(total, 1)), 3),
            )
        )
    if mended.stray:
        guesses.append(
            Guess(
                what="stray_quotes",
                value=str(mended.stray),
                evidence="quotes_stray",
                facts={"count": mended.stray, "line": mended.first_stray, "quote": made.dialect.quote},
                sure=0.7,
            )
        )
    if mended.blank:
        facts: dict[str, str | int | float | bool | None] = {"count": mended.blank}
        guesses.append(
            Guess(what="blank_lines", value=str(mended.blank), evidence="lines_blank", facts=facts)
        )
    if kept < total:
        guesses.append(sampled(kept, total, seed))
    return guesses


def sampled(kept: int, total: int, seed: int) -> Guess:
    """Say that only a sample of the rows was kept."""
    facts: dict[str, str | int | float | bool | None] = {"kept": kept, "rows": total, "seed": seed}
    return Guess(what="rows", value=str(kept), evidence="rows_sampled", facts=facts)
