"""Marks inside a line of text: a name (shown as code) and emphasis.

Marks are private-use characters, so that names from the data can hold any character, backticks and
angle brackets included, without being taken for a mark. `clean` takes marks out of what comes from outside.
"""

from __future__ import annotations

import re

CODE, END_CODE, STRONG, END_STRONG = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = re.compile("[\ue000-\ue003]")
# Control characters (but tab and line end) and lone surrogates are no text in HTML, XML or UTF-8.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """Return text from outside without marks and without characters that no document may hold."""
    return _ILLEGAL.sub("\ufffd", _MARKS.sub("", text))


def plain(text: str) -> str:
    """Return marked text without its marks."""
    return _MARKS.sub("", text)


def code(text: str) -> str:
    """Mark a name from the data."""
    return f"{CODE}{clean(text)}{END_CODE}"


def strong(text: str) -> str:
    """Mark emphasis; ``text`` may hold names that are marked already."""
    return f"{STRONG}{text}{END_STRONG}"


def from_template(template: str) -> str:
    """Turn the backticks and double stars that a translator writes into marks."""
    template = re.sub(r"`([^`]+)`", rf"{CODE}\1{END_CODE}", template)
    return re.sub(r"\*\*(.+?)\*\*", rf"{STRONG}\1{END_STRONG}", template)


def shorten(text: str, limit: int) -> str:
    """Cut a long name in the middle of nowhere: what remains ends with an ellipsis."""
    return text if len(text) <= limit else text[: max(1, limit - 1)].rstrip() + "…"
