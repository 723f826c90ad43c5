"""Which texts mean "missing": decided for each column by what else stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Left behind by programs: never a value.
TECHNICAL = frozenset(
    ("\\N", "#N/A", "#N/A N/A", "#NA", "#NULL!", "#VALUE!", "#REF!", "#DIV/0!", "<NA>", "<null>", "(null)",
     "null", "NULL", "Null", "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "1.#QNAN", "-1.#IND")
)  # fmt: skip
NOT_AVAILABLE = frozenset(("NA", "N/A", "n/a", "N.A.", "n.a.", "na", "N/a", "결측", "결측치"))
MARKS = frozenset(("?", "??", "???", "-", "--", "---", ".", "..", "...", "*", "**", "_", "/", "–", "—", "·"))
# Words that say "there is none" or "nobody knows": values in a column of words, missing among numbers.
WORDS = frozenset(
    ("None", "none", "NONE", "nil", "Nil", "NIL", "missing", "Missing", "MISSING", "unknown", "Unknown",
     "UNKNOWN", "not available", "Not Available", "not applicable", "Not Applicable", "undefined",
     "없음", "미상", "해당없음", "해당 없음", "모름", "알수없음", "알 수 없음", "미입력", "무응답", "불명", "x", "X")
)  # fmt: skip
CANDIDATES = TECHNICAL | NOT_AVAILABLE | MARKS | WORDS
_TWO_CAPITALS = re.compile(r"[A-Z]{2}")
_NO_LETTERS = re.compile(r"[^\w\s]+")


@dataclass(frozen=True, slots=True)
class NullGuess:
    """One candidate in a text column: missing or a value, and why."""

    token: str
    missing: bool
    evidence: str
    sure: float


def in_text(found: Sequence[str], others: Sequence[str]) -> list[NullGuess]:
    """Decide for each candidate that stands in a column of words.

    Parameters
    ----------
    found : candidates that stand in the column.
    others : the column's other distinct texts (a sample).
    """
    codes = sum(_TWO_CAPITALS.fullmatch(t) is not None for t in others)
    country_like = codes >= 4 and codes >= 0.8 * len(others)
    symbols = any(_NO_LETTERS.fullmatch(t) is not None for t in others)
    out: list[NullGuess] = []
    for token in found:
        if token in TECHNICAL:
            out.append(NullGuess(token, True, "technical_null", 0.95))
        elif token == "NA" and country_like:
            # Among NB, NL, DE, ... it is a code like the others: Namibia, North America.
            out.append(NullGuess(token, False, "two_letter_codes", 0.8))
        elif token in NOT_AVAILABLE:
            # "NA" may also say "this house has none"; nobody can tell from the text alone.
            out.append(NullGuess(token, True, "not_available", 0.5 if token in ("NA", "na") else 0.85))
        elif token in MARKS and symbols:
            out.append(NullGuess(token, False, "other_symbols", 0.7))
        elif token in MARKS:
            out.append(NullGuess(token, True, "lone_mark", 0.85))
        else:
            out.append(NullGuess(token, False, "word_among_words", 0.6))
    return out
