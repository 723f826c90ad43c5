"""Resampling of units: rows, groups, blocks of time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Counts of this many cells are made at once: 32 MB.
_CELLS = 4_000_000


def codes(units: npt.NDArray[np.generic]) -> tuple[Ints, int]:
    """Return (n,) unit codes 0..G-1 in sorted order of the units, and G."""
    distinct, inverse = np.unique(units, return_inverse=True)
    return inverse.astype(np.int64), len(distinct)


def resamples(unit: Ints, units: int, times: int, seed: int) -> Iterator[Floats]:
    """Yield chunks (b, n) of how often each row occurs when units are drawn with replacement.

    Every resample has a generator of its own, so that the first of a hundred equals the first of ten.
    """
    chunk = max(1, min(64, _CELLS // max(len(unit), 1)))
    for start in range(0, times, chunk):
        counts = np.empty((min(chunk, times - start), units))
        for i in range(len(counts)):
            rng = np.random.default_rng([seed, start + i])
            counts[i] = np.bincount(rng.integers(0, units, units), minlength=units)
        yield counts[:, unit]


def blocks(rows: int, length: int) -> Ints:
    """Return (rows,) block numbers of consecutive rows, ``length`` each; the last may be longer."""
    count = max(1, rows // max(length, 1))
    return np.minimum(np.arange(rows) * count // max(rows, 1), count - 1).astype(np.int64)
