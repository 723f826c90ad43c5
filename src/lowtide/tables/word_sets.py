"""Word lists written as text, so that a reader sees words and not quotation marks."""

from __future__ import annotations


def word_set(*texts: str) -> frozenset[str]:
    """Return the words of texts, divided by blanks and line ends."""
    return frozenset(word for text in texts for word in text.split())
