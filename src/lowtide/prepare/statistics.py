"""What the outcome is, on average, for each level: smoothed, and cross-fitted for the rows it is made from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lowtide.prepare.outcome import FOLDS, Outcome
from lowtide.tables.table import Floats, Ints

STRONGEST = 1e6  # rows that the overall mean counts for when levels do not differ at all


def target_means(codes: Ints, size: int, outcome: Outcome) -> tuple[Floats, Floats]:
    """Return the shrunken mean of the outcome for each level, and for each row without that row's fold.

    Parameters
    ----------
    codes : (n,) level of each row, from 0 to ``size - 1``.
    outcome : its q most frequent classes, or its value, are averaged.

    Returns
    -------
    full : (size, q) from all rows: what later rows get.
    inner : (n, q) each row's own level, from the other folds only: what the model is trained on, so that no
        training row sees its own target. It is how far the level is from the mean of those folds, put on
        the mean of all rows: the mean of the other folds is high where the own fold is low, and a learner
        would find that out.
    """
    values = outcome.values[:, outcome.frequent]
    prior, full = _shrunken(codes, size, values, outcome.known)
    inner = np.empty_like(values)
    for fold in range(FOLDS):
        held = outcome.folds == fold
        if held.any():
            inner[held] = prior + _shrunken(codes, size, values, outcome.known & ~held)[1][codes[held]]
    return prior + full, inner


def _shrunken(codes: Ints, size: int, values: Floats, rows: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the overall mean (q,) and the shrunken difference of each level from it (size, q).

    Empirical Bayes (Micci-Barreca 2001, eq. 3-5): the difference of a level with n rows is multiplied by
    ``n / (n + m)``, where m is the variance within levels over the variance between them, by the one-way
    analysis of variance for unequal groups (Searle, Casella and McCulloch 1992, ch. 3.6).
    """
    codes = codes[rows]
    counts = np.bincount(codes, minlength=size).astype(np.float64)
    n, filled = float(len(codes)), int((counts > 0).sum())
    priors, differences = np.zeros(values.shape[1]), np.zeros((size, values.shape[1]))
    if not len(codes):
        return priors, differences
    for j in range(values.shape[1]):
        priors[j] = values[rows, j].mean()
        y = values[rows, j] - priors[j]
        sums = np.bincount(codes, weights=y, minlength=size)
        raw = sums / np.maximum(counts, 1.0)
        strength = STRONGEST
        if 1 < filled < n:
            within = float(np.sum((y - raw[codes]) ** 2)) / (n - filled)
            typical = (n - float(np.sum(counts**2)) / n) / (filled - 1)
            between = (float(np.sum(counts * raw**2)) / (filled - 1) - within) / typical
            if between * STRONGEST > within:
                strength = max(1.0, within / between)
        differences[:, j] = sums / (counts + strength)
    return priors, differences
