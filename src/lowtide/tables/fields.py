"""From text to rows of fields, one at a time: the careful reader's core, and what dialects are tried with."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable, Iterator
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
            yield number, line.split()
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


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """Lift the csv module's limit on the length of a field."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
