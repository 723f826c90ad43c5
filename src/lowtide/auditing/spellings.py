"""When two texts are the same word: what a hand, a keyboard or a system does to a category."""

from __future__ import annotations

import re
import unicodedata

# Marks between letters, brackets, and a full stop at the end; "B-" and "B" are two grades.
_BETWEEN = re.compile(r"[\s_·'\"()\[\]]+|(?<=\w)[-./,](?=\w)|[.,;]+$")
# Endings of Korean administrative names, longest first: 서울특별시, 서울시 and 서울 are one place.
_PLACES = ("특별자치시", "특별자치도", "특별시", "광역시")


def plain(text: str) -> str:
    """Return the text without case, blanks, width and punctuation; signs that tell apart (+, <, #, %) stay.

    >>> plain("  New-York ") == plain("new york") == plain("ＮＥＷ＿ＹＯＲＫ")
    True
    """
    whole = unicodedata.normalize("NFKC", text).casefold().strip()
    if any(c.isdigit() for c in whole):
        # "1.5" and "15", "10-20" and "1020" are not the same.
        return re.sub(r"\s+", " ", whole)
    bare = _BETWEEN.sub("", whole)
    for ending in _PLACES:
        if len(bare) > len(ending) + 1 and bare.endswith(ending):
            return bare.removesuffix(ending)
    return bare or whole


def distance_one(one: str, other: str) -> bool:
    """True when one letter more, less or other, or two neighbours changed round, make one of the other.

    (Damerau 1964: four in five misspellings are of these kinds.)
    """
    if len(one) > len(other):
        one, other = other, one
    if one == other or len(other) - len(one) > 1:
        return False
    first = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[first:] == other[first + 1 :]
    if one[first + 1 :] == other[first + 1 :]:
        return True
    return one[first : first + 2] == other[first : first + 2][::-1] and one[first + 2 :] == other[first + 2 :]
