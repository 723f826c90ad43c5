"""What can be read off an identifier: its place in an order, its parts, its characters, its remainders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lowtide.stats.association import Floats, Ints, bin_codes, bin_numbers, ranks

Kind = Literal["range", "prefix", "inside", "end"]

RANGES = 20
LEFT, RIGHT = 40, 6
REMAINDERS = (2, 3, 4, 5, 7, 9, 10, 11, 13)
MOST_LEVELS = 60
MOST_MARKS = 90

_PARTS = re.compile(r"[^0-9A-Za-z가-힣]+")
_LETTERS = re.compile(r"^[^0-9]*")
_DATE = re.compile(r"^[0-9]{2,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([ T][0-9:.]+)?$")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing read off every identifier.

    Attributes
    ----------
    kind : ``range`` (its place in an order; a drift in time shows there too), ``prefix`` (its first part; may name
        a site), ``inside`` (a part or character; may be a date) or ``end`` (last characters, remainders, check
        sums, all of a hash: nothing honest stands there).
    what : which one, for people: ``order``, ``part 2``, ``character 14`` ...
    bins : (n,) cells.
    """

    kind: Kind
    what: str
    bins: Ints


def text_marks(texts: list[str]) -> list[Mark]:
    """Return the marks of identifiers that are texts, one a row; none of dates, whose parts are a season."""
    n = len(texts)
    plain = [t.strip() for t in texts]
    if np.mean([_DATE.match(t) is not None for t in plain]) >= 0.95:
        return []
    place = np.argsort(np.argsort(np.asarray(plain, dtype=object), kind="stable"), kind="stable")
    hashed = is_hash(plain)
    order: Kind = "end" if hashed else "range"
    found = [Mark(order, "order", bin_numbers(place.astype(np.float64), most=RANGES))]
    if not is_code(plain):
        return found
    numbers = np.array([_number(t) for t in plain])
    if np.isfinite(numbers).sum() >= n / 2 and not hashed:
        found.append(Mark("range", "number", bin_numbers(numbers, most=RANGES)))
        found.extend(_remainders(numbers))
    found.append(Mark("range", "length", np.array([len(t) for t in plain], dtype=np.int64)))
    found.extend(_cells("prefix", "prefix", [m.group() if (m := _LETTERS.match(t)) else "" for t in plain]))
    split = [_PARTS.split(t) for t in plain]
    most = min(max(len(s) for s in split), 6)
    for j in range(most if most > 1 else 0):
        kind: Kind = "prefix" if j == 0 else "end" if j == most - 1 else "inside"
        found.extend(_cells(kind, f"part {j + 1}", [s[j] if j < len(s) else "" for s in split]))
    lengths = np.array([len(t) for t in plain])
    for j in range(min(int(lengths.max()), LEFT)):
        kind = "end" if hashed else "prefix" if j == 0 else "inside"
        found.extend(_cells(kind, f"character {j + 1}", [t[j] if j < len(t) else "" for t in plain]))
    if not hashed:
        for j in range(1, min(int(lengths.min()), RIGHT) + 1):
            # Behind the first few, the end of a counter is its beginning.
            kind = "end" if j <= 2 else "inside"
            found.extend(_cells(kind, f"character -{j}", [t[-j] for t in plain]))
        found.extend(_cells("end", "checksum", [str(_digit_sum(t) % 10) for t in plain]))
    return found[:MOST_MARKS]


def number_marks(values: Floats) -> list[Mark]:
    """Return the marks of identifiers that are whole numbers; NaN is missing."""
    filled = np.where(np.isnan(values), 0, values)
    return [
        Mark("range", "order", bin_numbers(values, most=RANGES)),
        *_remainders(values),
        *_cells("end", "checksum", [str(_digit_sum(f"{v:.0f}") % 10) for v in filled]),
    ]


def _cells(kind: Kind, what: str, values: list[str]) -> Iterator[Mark]:
    levels, codes = np.unique(np.asarray(values, dtype=object).astype(str), return_inverse=True)
    if 2 <= len(levels) <= MOST_LEVELS:
        yield Mark(kind, what, bin_codes(codes.astype(np.int64)))


def _remainders(numbers: Floats) -> list[Mark]:
    whole = np.where(np.isfinite(numbers), np.floor(np.abs(numbers)), 0)
    return [
        Mark("end", f"remainder {m}", np.fmod(whole, m).astype(np.int64))
        for m in REMAINDERS
    ]  # fmt: skip


def _number(text: str) -> float:
    """Return the last run of digits as a number (at most 15 of them), NaN without one."""
    runs = _DIGITS.findall(text)
    return float(runs[-1][-15:]) if runs else np.nan


def _digit_sum(text: str) -> int:
    return sum(int(c) for c in text if c in "0123456789")


def is_code(texts: list[str]) -> bool:
    """True for codes: hardly any blanks inside, digits in most."""
    some = texts[:: max(1, len(texts) // 500)]
    blank = np.mean([" " in t for t in some])
    digits = np.mean([any(c.isdigit() for c in t) for t in some])
    return bool(blank <= 0.05 and digits >= 0.5)


def is_hash(texts: list[str]) -> bool:
    """True when the characters look drawn at random: many different ones, none frequent, at the first places."""
    some = [t for t in texts[:: max(1, len(texts) // 1000)] if len(t) >= 6]
    if len(some) < 0.9 * len(texts[:: max(1, len(texts) // 1000)]) or len(some) < 20:
        return False
    for j in range(4):
        counts = np.unique([t[j] for t in some], return_counts=True)[1]
        if len(counts) < 8 or counts.max() > 0.3 * len(some):
            return False
    return True


def lexical(texts: list[str]) -> Floats:
    """Return the scaled place (n,) of each text in alphabetical order."""
    _, codes = np.unique(np.asarray(texts, dtype=object).astype(str), return_inverse=True)
    return ranks(codes.astype(np.float64))
