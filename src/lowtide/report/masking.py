"""A second lock: what looks personal is masked again before it is shown.

Personal columns are masked before values reach the report. This catches what hides in the examples of
ordinary columns: mail addresses, telephone numbers, Korean resident numbers, card and account numbers.
"""

from __future__ import annotations

import re

_PERSONAL = (
    re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
    # Korean resident registration number: birth date and seven digits, the first of them 1 to 8.
    re.compile(r"(?<!\d)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[- ]?[1-8]\d{6}(?!\d)"),
    re.compile(r"(?<!\d)(\+?82[- ]?|0)1[016789][- ]?\d{3,4}[- ]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0(2|[3-6]\d)[- )]\s?\d{3,4}[- ]\d{4}(?!\d)"),
    re.compile(r"(?<!\d)(\d{4}[- ]){3}\d{3,4}(?!\d)"),
)


def masked(text: str) -> str:
    """Return text with what looks personal replaced by dots.

    >>> masked("mail kim@example.com"), masked("010-1234-5678"), masked("2019-01-01")
    ('mail •••', '•••', '2019-01-01')
    """
    for pattern in _PERSONAL:
        text = pattern.sub("•••", text)
    return text
