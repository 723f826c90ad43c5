"""From text to rows of fields, one at a time: the careful reader's core, and what dialects are tried with."""

from __future__ import annotations

import contextlib
import csv
import re
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass

#: The delimiter of files whose columns are parted by any run of blanks.
BLANKS = "whitespace"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How fields are parted.

    Attributes
    ----------
    delimiter : one or more characters; `BLANKS` for runs of blanks; empty for a file of one column.
    quote : the quote character; empty when quotes mean nothing.
    escape : the character that makes a quote inside quotes literal; the quote itself when doubled.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'


def rows_of(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the line where the row begins, 1-based; its fields). Blank lines have no fields.

    Never fails: an unterminated quote ends with the text, text after a closing quote is kept.
    """
    if dialect.delimiter == BLANKS:
        for number, line in enumerate(lines, 1):
            yield number, _words(line) if dialect.quote and dialect.quote in line else line.split()
        return
    if not dialect.delimiter and not dialect.quote:
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\r\n")
            yield number, [text] if text else []
        return
    if len(dialect.delimiter) > 1:
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\r\n")
            yield number, text.split(dialect.delimiter) if text else []
        return
    yield from _quoted(lines, dialect)


def _quoted(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    # A file of one column is parted by a character that text does not hold.
    delimiter = dialect.delimiter or "\x1f"
    with unlimited():
        if dialect.quote:
            if dialect.escape not in ("", dialect.quote):
                # An escape means something before a quote only: \N, C:\temp and the like stay as written.
                escaped, doubled = dialect.escape + dialect.quote, dialect.quote * 2
                lines = (line.replace(escaped, doubled) for line in lines)
            reader = csv.reader(lines, delimiter=delimiter, quotechar=dialect.quote)
        else:
            reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, quotechar=None)
        start = 1
        for fields in reader:
            yield start, fields
            start = reader.line_num + 1


def _words(line: str) -> list[str]:
    """Split at blanks that are not inside double quotes."""
    return [
        m[0][1:-1].replace('""', '"') if m[0][0] == '"' == m[0][-1] and len(m[0]) > 1 else m[0]
        for m in re.finditer(r'"(?:[^"]|"")*"(?=\s|$)|\S+', line)
    ]


#: A row may reach over this many lines, this many characters, and so many ends are tried.
MOST_LINES, MOST_CHARACTERS, MOST_ENDS = 2_000, 1 << 20, 25


def mended_rows(
    lines: Iterable[str], dialect: Dialect, allowed: Container[int], stray: Callable[[int], None]
) -> Iterator[tuple[int, list[str]]]:
    """Like `rows_of`, for files with stray quotes: one bad quote spoils one row, not all that follow.

    A row that is well formed by itself is taken. One with an open quote takes further lines until it is
    well formed and has an ``allowed`` number of fields. If there is no such end, quotes mean nothing in
    that line, and ``stray`` is called with its number.
    """
    delimiter, quote = dialect.delimiter or "\x1f", dialect.quote
    if not quote or len(delimiter) > 1:
        yield from rows_of(lines, dialect)
        return
    d, q = re.escape(delimiter), re.escape(quote)
    cell = f"(?:{q}(?:[^{q}]|{q}{q})*+{q}|[^{q}{d}][^{d}]*+|)"
    well = re.compile(f"{cell}(?:{d}{cell})*+", re.DOTALL)
    if dialect.escape not in ("", quote):
        escaped, doubled = dialect.escape + quote, quote * 2
        lines = (line.replace(escaped, doubled) for line in lines)
    ahead: deque[str] = deque()
    source = iter(lines)
    number = 1
    with unlimited():
        while True:
            line = ahead.popleft() if ahead else next(source, "")
            if not line:
                return
            text = line.rstrip("\r\n")
            if quote not in text:
                yield number, text.split(delimiter) if text else []
                number += 1
                continue
            fields = (
                next(csv.reader([text], delimiter=delimiter, quotechar=quote))
                if well.fullmatch(text)
                else None
            )
            if fields is None:
                fields, used, bad = _joined(
                    line, ahead, source, well, Dialect(delimiter, quote, quote), allowed
                )
                if bad:
                    stray(number)
            else:
                used = 1
            yield number, fields
            number += used


def _joined(
    line: str,
    ahead: deque[str],
    source: Iterator[str],
    well: re.Pattern[str],
    dialect: Dialect,
    allowed: Container[int],
) -> tuple[list[str], int, bool]:
    """Return the fields of a row with an open quote, its number of lines, and whether the quote is stray."""
    text, tries, count, size = [line], 0, line.count(dialect.quote), len(line)
    at = 0
    while at < MOST_LINES and size < MOST_CHARACTERS and tries < MOST_ENDS:
        if at == len(ahead):
            more = next(source, None)
            if more is None:
                break
            ahead.append(more)
        more = ahead[at]
        at += 1
        text.append(more)
        count, size = count + more.count(dialect.quote), size + len(more)
        if count % 2 or dialect.quote not in more:
            continue
        tries += 1
        row = "".join(text).rstrip("\r\n")
        if well.fullmatch(row):
            fields = next(
                csv.reader(
                    row.splitlines(keepends=True), delimiter=dialect.delimiter, quotechar=dialect.quote
                )
            )
            if len(fields) in allowed:
                for _ in range(at):
                    ahead.popleft()
                return fields, at + 1, False
    alone = line.rstrip("\r\n")
    fields = alone.split(dialect.delimiter)
    if len(fields) not in allowed:
        lenient = next(csv.reader([alone], delimiter=dialect.delimiter, quotechar=dialect.quote))
        fields = lenient if len(lenient) in allowed else fields
    return fields, 1, True


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """Lift the csv module's limit on the length of a field."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
