"""Numbers in text: decimal comma, thousands marks, currency, units, percent, brackets for negatives.

The same rules stand here twice: `parse_number` for one cell (serving) and `parse_numbers` for a whole
column (Arrow). Both read the same pattern and hand the digits to a correctly rounding parser, so they
give the same bits; a property test holds them together.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lowtide.core.contract import ColumnContract
from lowtide.tables.blanks import BLANKS, trim
from lowtide.tables.table import Floats

if TYPE_CHECKING:
    import pyarrow as pa

# Largest magnitude below which every whole number has its own float64.
EXACT = 2.0**53
_SIGNS = "+\\-\u2212"
_PARTS = ("open", "lead", "sign", "body", "exp", "tail", "close")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of one column are written; see `lowtide.core.contract.ColumnContract`."""

    decimal: str = "."
    thousands: str = ""
    prefix: str = ""
    suffix: str = ""
    percent: bool = False

    @classmethod
    def of(cls, column: ColumnContract) -> NumberFormat:
        """Return the format that a column's contract states."""
        return cls(column.decimal, column.thousands, column.prefix, column.suffix, column.percent)

    @property
    def plain(self) -> bool:
        """True when numbers look as in any programming language."""
        return self == _PLAIN


_PLAIN = NumberFormat()


@lru_cache(maxsize=512)
def pattern(form: NumberFormat) -> str:
    """Return the regular expression (Python and RE2) of one number, with a group for each part."""
    blank = f"[{BLANKS}]*"
    fraction = f"(?:{re.escape(form.decimal)}[0-9]*)?"
    whole = "[0-9]+"
    if form.thousands:
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{re.escape(form.thousands)}[0-9]{{3}})+|[0-9]+)"
    body = f"(?:{whole}{fraction}|{re.escape(form.decimal)}[0-9]+)"
    prefix = f"(?:{re.escape(form.prefix)}{blank})?" if form.prefix else ""
    suffix = f"(?:{blank}{re.escape(form.suffix)})?" if form.suffix else ""
    percent = f"{blank}%" if form.percent else ""
    return (
        rf"(?P<open>\(?)(?P<lead>[{_SIGNS}]?){blank}{prefix}(?P<sign>[{_SIGNS}]?)"
        rf"(?P<body>{body})(?P<exp>(?:[eE][+\-]?[0-9]+)?)(?P<tail>-?){suffix}{percent}(?P<close>\)?)"
    )


@lru_cache(maxsize=512)
def compiled(form: NumberFormat) -> re.Pattern[str]:
    """Return `pattern` compiled for Python; use its ``fullmatch``."""
    return re.compile(pattern(form))


def parse_number(text: str, form: NumberFormat) -> float | None:
    """Return the number that a cell's text means, or ``None`` when it is none.

    Brackets, a leading and a trailing minus mean "negative"; at most one of them may stand.
    Numbers beyond float64 are not numbers.
    """
    found = compiled(form).fullmatch(trim(text))
    if found is None:
        return None
    opened, lead, sign, body, exp, tail, closed = (found[p] for p in _PARTS)
    if bool(opened) != bool(closed) or sum(map(bool, (opened, lead, sign, tail))) > 1:
        return None
    digits = body.replace(form.thousands, "") if form.thousands else body
    value = float(digits.replace(form.decimal, ".") + exp)
    if not math.isfinite(value):
        return None
    if opened or tail or (lead or sign) in ("-", "\u2212"):
        value = -value
    return value / 100.0 if form.percent else value


def parse_numbers(texts: pa.Array, form: NumberFormat) -> Floats:
    """Return (k,) numbers of trimmed texts; NaN where the text is no number (see `parse_number`)."""
    import pyarrow as pa

    if form.plain:
        try:
            quick = texts.cast(pa.float64())
        except pa.ArrowInvalid:
            quick = None
        if quick is not None:
            values = np.asarray(quick.to_numpy(zero_copy_only=False), dtype=np.float64)
            # Arrow also reads "inf" and "nan", which are no numbers here: let the pattern decide.
            if quick.null_count == 0 and np.isfinite(values).all():
                return values
    return _by_pattern(texts, form)


def _by_pattern(texts: pa.Array, form: NumberFormat) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.extract_regex(texts, pattern=f"^(?:{pattern(form)})$")
    matched = np.asarray(found.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    values = np.full(len(texts), np.nan)
    rows = np.flatnonzero(matched)
    if len(rows) == 0:
        return values
    parts = {p: pc.struct_field(found.take(pa.array(rows)), p) for p in _PARTS}

    def has(part: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray(pc.not_equal(parts[part], "").to_numpy(zero_copy_only=False), dtype=bool)

    def minus(part: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        wanted = pa.array(["-", "\u2212"])
        return np.asarray(pc.is_in(parts[part], wanted).to_numpy(zero_copy_only=False), dtype=bool)

    opened, lead, sign, tail, closed = (has(p) for p in ("open", "lead", "sign", "tail", "close"))
    good = (opened == closed) & (opened.astype(int) + lead + sign + tail <= 1)
    digits = parts["body"]
    if form.thousands:
        digits = pc.replace_substring(digits, form.thousands, "")
    if form.decimal != ".":
        digits = pc.replace_substring(digits, form.decimal, ".")
    whole = pc.binary_join_element_wise(digits, parts["exp"], "").cast(pa.float64())
    number = np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.float64)
    number = np.where(opened | tail | minus("lead") | minus("sign"), -number, number)
    if form.percent:
        number = number / 100.0
    values[rows] = np.where(good & np.isfinite(number), number, np.nan)
    return values
