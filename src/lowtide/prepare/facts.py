"""Simple facts of a text: how long it is and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowtide.prepare.ngrams import BLANK, chunks, code_points
from lowtide.tables.table import Floats

FACTS = ("length", "words", "digits share", "capitals share", "marks share")
MARKS = np.array(sorted(map(ord, "!?.,;:~…'\"()[]{}-_/\\@#$%^&*+=<>|")), dtype=np.uint32)


def text_facts(texts: Sequence[str]) -> Floats:
    """Return (n, 5) `FACTS`: characters, words, and shares of the characters that are not blank."""
    out = np.empty((len(texts), len(FACTS)))
    for start, stop in chunks(texts):
        points, owner = code_points(texts[start:stop])
        blank = points == BLANK
        size = stop - start
        blanks = np.bincount(owner[blank], minlength=size)
        letters = np.bincount(owner[~blank], minlength=size)
        block = out[start:stop]
        # Each text has one blank before, one after and one between two words.
        block[:, 1] = np.where(letters > 0, blanks - 1, 0)
        block[:, 0] = letters + np.maximum(block[:, 1] - 1, 0)
        kinds = (
            (points >= ord("0")) & (points <= ord("9")),
            (points >= ord("A")) & (points <= ord("Z")),
            np.isin(points, MARKS),
        )
        for column, kind in enumerate(kinds, start=2):
            block[:, column] = np.bincount(owner[kind], minlength=size) / np.maximum(letters, 1)
    return out
