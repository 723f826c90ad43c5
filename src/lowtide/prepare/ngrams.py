"""Character n-grams as exact integers: no tokenizer, no hashing, one code path for a table and for a text.

A character that was seen in fitting gets a number of 16 bits, so up to four characters are one unsigned
integer and a whole corpus is cut by a few array operations. Numbers start at 1: n-grams of different
length never collide, and what holds an unknown character is in no vocabulary.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lowtide.tables.table import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Keys = npt.NDArray[np.uint64]

BITS = 16
ALPHABET = 2**BITS - 1
LONGEST = 4  # characters: 64 // BITS
VOCABULARY = 30_000
TEXT_LIMIT = 4_000  # characters of one text that are read
CHUNK_CHARACTERS = 1_000_000
BLANK = 0x20
# Term frequencies are damped by 1 + ln(tf) from a table: no vector code whose last lanes could differ.
DAMPED = np.array([0.0, *(1.0 + math.log(tf) for tf in range(1, 256))])


def tidy(text: str) -> str:
    """Return the text in NFC with single blanks, cut to `TEXT_LIMIT` characters."""
    return " ".join(unicodedata.normalize("NFC", text[:TEXT_LIMIT]).split())


def code_points(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Return the code points of all texts, each with a blank on both sides, and the text of each point."""
    joined = "".join(f" {text} " for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = np.fromiter((len(text) + 2 for text in texts), dtype=np.int64, count=len(texts))
    return points, np.repeat(np.arange(len(texts), dtype=np.int64), lengths)


def chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts of at most `CHUNK_CHARACTERS` characters (or one text)."""
    start, size = 0, 0
    for i, text in enumerate(texts):
        if size + len(text) > CHUNK_CHARACTERS and i > start:
            yield start, i
            start, size = i, 0
        size += len(text) + 2
    if start < len(texts):
        yield start, len(texts)


@dataclass(frozen=True, eq=False)
class Grams:
    """A fitted vocabulary of character n-grams within words, with TF-IDF weights.

    Attributes
    ----------
    alphabet : (a,) sorted code points; the character ``alphabet[i]`` has number ``i + 1``.
    vocabulary : (v,) sorted packed n-grams.
    idf : (v,) ``ln((1 + n) / (1 + df)) + 1``.
    shortest, longest : lengths of the n-grams.
    """

    alphabet: npt.NDArray[np.uint32]
    vocabulary: Keys
    idf: Floats
    shortest: int
    longest: int

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        *,
        shortest: int = 1,
        longest: int = LONGEST,
        least: int = 3,
        cap: int = VOCABULARY,
    ) -> Grams:
        """Choose the ``cap`` n-grams that the most texts have, of those in at least ``least`` texts."""
        points, owner = code_points([text.lower() for text in texts])
        seen, counts = np.unique(points, return_counts=True)
        alphabet = np.sort(seen[np.lexsort((seen, -counts))[:ALPHABET]])
        keys, owners = _cut(_numbers(points, alphabet), owner, alphabet, shortest, longest)
        candidates, totals = np.unique(keys, return_counts=True)
        candidates = candidates[totals >= least]
        _, index, _ = _count(keys, owners, candidates)
        frequency = np.bincount(index, minlength=len(candidates))
        order = np.lexsort((candidates, -frequency))[:cap]
        chosen = np.sort(order[frequency[order] >= least])
        idf = np.log((1.0 + len(texts)) / (1.0 + frequency[chosen])) + 1.0
        return cls(alphabet, candidates[chosen], idf, shortest, longest)

    def tfidf(self, texts: Sequence[str]) -> csr_matrix:
        """Return (n, v) rows of length 1 (or 0); a row depends on its own text only, to the last bit."""
        from scipy.sparse import csr_matrix

        points, owner = code_points([text.lower() for text in texts])
        keys, owners = _cut(
            _numbers(points, self.alphabet), owner, self.alphabet, self.shortest, self.longest
        )
        rows, index, tf = _count(keys, owners, self.vocabulary)
        data = DAMPED[np.minimum(tf, len(DAMPED) - 1)] * self.idf[index]
        # bincount adds in the order of the entries: the sum of a row does not depend on its neighbours.
        norm = np.sqrt(np.bincount(rows, weights=data * data, minlength=len(texts)))
        data /= norm[rows]
        start = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=len(texts)), out=start[1:])
        return csr_matrix((data, index, start), shape=(len(texts), len(self.vocabulary)))


def _numbers(points: npt.NDArray[np.uint32], alphabet: npt.NDArray[np.uint32]) -> Keys:
    """Return the number of each code point in the alphabet; 0 when it is not there."""
    if not len(alphabet):
        return np.zeros(len(points), dtype=np.uint64)
    place = np.minimum(np.searchsorted(alphabet, points), len(alphabet) - 1)
    return np.where(alphabet[place] == points, place + 1, 0).astype(np.uint64)


def _cut(
    numbers: Keys, owner: Ints, alphabet: npt.NDArray[np.uint32], shortest: int, longest: int
) -> tuple[Keys, Ints]:
    """Return all n-grams and the texts they stand in; a blank is only ever the first or last character."""
    blank = np.uint64(np.searchsorted(alphabet, BLANK) + 1)
    inner = (numbers != 0) & (numbers != blank)
    keys, valid = numbers, numbers != 0
    parts: list[Keys] = []
    owners: list[Ints] = []
    for n in range(1, longest + 1):
        if n > 1:
            last = len(numbers) - n + 1
            valid = valid[:last] & (numbers[n - 1 :] != 0) & (owner[:last] == owner[n - 1 :])
            if n > 2:
                valid &= inner[n - 2 : n - 2 + last]
            keys = (keys[:last] << np.uint64(BITS)) | numbers[n - 1 :]
        if n >= shortest:
            keep = valid & inner if n == 1 else valid
            parts.append(keys[keep])
            owners.append(owner[: len(keys)][keep])
    return np.concatenate(parts), np.concatenate(owners)


def _count(keys: Keys, owners: Ints, vocabulary: Keys) -> tuple[Ints, Ints, Ints]:
    """Return (text, index in the vocabulary, times) of each n-gram known, in this order."""
    if not len(vocabulary) or not len(keys):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    index = np.minimum(np.searchsorted(vocabulary, keys), len(vocabulary) - 1)
    known = vocabulary[index] == keys
    pairs, times = np.unique(owners[known] * len(vocabulary) + index[known], return_counts=True)
    return pairs // len(vocabulary), pairs % len(vocabulary), times
