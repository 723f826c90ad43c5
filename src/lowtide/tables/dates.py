"""Dates in text, by strptime formats, the same for one cell and for a column, on any platform and locale.

The system's own strptime is not used: it differs between platforms, languages and Arrow versions. A format
becomes a regular expression that both Python and RE2 read; the calendar arithmetic is our own few lines
(days from civil date: Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import UsageError
from lowtide.tables.blanks import BLANKS, trim
from lowtide.tables.table import Ints

if TYPE_CHECKING:
    import pyarrow as pa

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH_NUMBERS = {name: number + 1 for number, name in enumerate(MONTHS)}
_DAY_US = 86_400_000_000
_LEAST, _MOST = -62_135_596_800_000_000, 253_402_300_799_999_999  # years 1 to 9999
_EPOCH = datetime(1970, 1, 1)
_DIRECTIVES = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("short", "[0-9]{2}"),
    "m": ("month", "[0-9]{1,2}"),
    "d": ("day", "[0-9]{1,2}"),
    "b": ("name", "(?i:" + "|".join((*_LONG_MONTHS, "sept", *MONTHS)) + r")\.?"),
    "H": ("hour", "[0-9]{1,2}"),
    "I": ("half", "[0-9]{1,2}"),
    "M": ("minute", "[0-9]{1,2}"),
    "S": ("second", "[0-9]{1,2}"),
    "f": ("fraction", "[0-9]{1,9}"),
    "p": ("noon", "(?i:a\\.?m\\.?|p\\.?m\\.?|오전|오후)"),
    "z": ("zone", "(?:Z|z|UTC|GMT|[+\\-][0-9]{2}:?[0-9]{2})"),
}
_WEEKDAY = "(?i:mon|tue|wed|thu|fri|sat|sun|월|화|수|목|금|토|일)[a-zA-Z요일]*"


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A strptime format, ready to use: its expression and which parts it has."""

    format: str
    expression: str
    parts: tuple[str, ...]
    compiled: re.Pattern[str]


@lru_cache(maxsize=1024)
def date_format(form: str) -> DateFormat:
    """Compile a strptime format (``%Y %y %m %d %b %H %I %M %S %f %p %z %a``; ``%B`` is read as ``%b``).

    Raises
    ------
    UsageError
        If the format has an unknown directive, one twice, or no year.
    """
    out: list[str] = []
    parts: list[str] = []
    position = 0
    while position < len(form):
        char = form[position]
        if char != "%":
            out.append(f"[{BLANKS}]+" if char == " " else re.escape(char))
            position += 1
            continue
        letter = form[position + 1 : position + 2].replace("B", "b").replace("A", "a")
        beside = form[position + 2 : position + 3] == "%" or (position >= 2 and form[position - 2] == "%")
        position += 2
        if letter == "a":
            out.append(_WEEKDAY)
        elif letter in _DIRECTIVES and _DIRECTIVES[letter][0] not in parts:
            name, expression = _DIRECTIVES[letter]
            # Without a mark between them, two directives can only be told apart by their width.
            fixed = "[0-9]{2}" if beside and expression == "[0-9]{1,2}" else expression
            parts.append(name)
            out.append(f"(?P<{name}>{fixed})")
        else:
            raise UsageError(f"The date format {form!r} has the directive %{letter}, which cannot be used.")
    if "year" not in parts and "short" not in parts:
        raise UsageError(f"The date format {form!r} has no year (%Y or %y).")
    expression = "".join(out)
    # A fraction of a second is often left out when it is zero.
    expression = re.sub(r"(\\\.|,)\(\?P<fraction>", r"(?:\1(?P<fraction>", expression)
    if "(?:" in expression and "<fraction>" in expression:
        expression = expression.replace("(?P<fraction>[0-9]{1,9})", "(?P<fraction>[0-9]{1,9}))?")
    return DateFormat(form, expression, tuple(parts), re.compile(expression))


def parse_date(text: str, form: str) -> datetime | None:
    """Return the moment that a cell's text means (UTC when it has a zone), or ``None``."""
    plan = date_format(form)
    found = plan.compiled.fullmatch(trim(text))
    if found is None:
        return None
    fields = {p: found[p] or "" for p in plan.parts}
    micros, good = _moments({p: np.asarray([_field(p, v)], dtype=np.int64) for p, v in fields.items()}, 1)
    return _EPOCH + timedelta(microseconds=int(micros[0])) if good[0] else None


def parse_dates(texts: pa.Array, form: str) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return (k,) microseconds since 1970 of trimmed texts, and (k,) where they are valid."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plan = date_format(form)
    found = pc.extract_regex(texts, pattern=f"^(?:{plan.expression})$")
    rows = np.flatnonzero(np.asarray(found.is_valid().to_numpy(zero_copy_only=False), dtype=bool))
    micros, good = np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=bool)
    if len(rows):
        matched = found.take(pa.array(rows))
        fields = {p: _fields(p, pc.struct_field(matched, p)) for p in plan.parts}
        micros[rows], good[rows] = _moments(fields, len(rows))
    return micros, good


def _field(part: str, text: str) -> int:
    """Turn one part's text into a number: months 1-12, noon 0/1, zones in minutes."""
    match part:
        case "name":
            return _MONTH_NUMBERS.get(text[:3].lower(), 0)
        case "noon":
            return int(text.lower().startswith(("p", "오후")))
        case "zone":
            if text[:1] not in ("+", "-"):
                return 0
            minutes = int(text[1:3]) * 60 + int(text[-2:])
            return -minutes if text[0] == "-" else minutes
        case "fraction":
            return int((text + "000000")[:6])
        case _:
            return int(text)


def _fields(part: str, texts: pa.Array) -> Ints:
    import pyarrow as pa
    import pyarrow.compute as pc

    if part in ("name", "noon", "zone"):  # a handful of distinct texts
        encoded = pc.dictionary_encode(texts)
        values = np.asarray([_field(part, t) for t in encoded.dictionary.to_pylist()], dtype=np.int64)
        return np.asarray(values[encoded.indices.to_numpy(zero_copy_only=False)], dtype=np.int64)
    if part == "fraction":
        texts = pc.utf8_slice_codeunits(pc.utf8_rpad(texts.fill_null(""), 6, "0"), 0, 6)
    return np.asarray(texts.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def days_from_civil(year: Ints, month: Ints, day: Ints) -> Ints:
    """Return days since 1970-01-01 of proleptic Gregorian dates (Hinnant 2013)."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    return np.asarray(era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468)


def _moments(fields: dict[str, Any], size: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    def part(name: str, default: int) -> Ints:
        return np.asarray(fields.get(name, np.full(size, default)), dtype=np.int64)

    year = part("year", 0)
    if "short" in fields:
        short = part("short", 0)
        year = np.where(short < 69, short + 2000, short + 1900)  # POSIX: 69-99 are 1969-1999
    month = fields["name"] if "name" in fields else part("month", 1)
    day, hour = part("day", 1), part("hour", 0)
    minute, second = part("minute", 0), part("second", 0)
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    if "half" in fields:
        half = part("half", 12)
        good &= (half >= 1) & (half <= 12)
        hour = half % 12 + 12 * part("noon", 0)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.asarray([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    longest = lengths[np.clip(month, 1, 12) - 1] + (leap & (month == 2))
    good &= (day <= longest) & (hour <= 23) & (minute <= 59) & (second <= 59)
    seconds = (hour * 60 + minute - part("zone", 0)) * 60 + second
    micros = days_from_civil(year, month, day) * _DAY_US + seconds * 1_000_000 + part("fraction", 0)
    good &= (micros >= _LEAST) & (micros <= _MOST)
    return micros.astype(np.int64), good
