"""From sparse rows of n-grams to a few numbers: with the outcome (ridge scores) and without it (directions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lowtide.prepare.outcome import FOLDS, Outcome
from lowtide.prepare.scale import Scale
from lowtide.tables.table import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

PENALTIES = (0.5, 1.5, 4.5, 13.5)  # for rows of length 1
PASSES = 4


def outcome_scores(matrix: csr_matrix, outcome: Outcome) -> tuple[Floats, Floats, Floats]:
    """Regress the outcome on sparse rows of length 1 (ridge; Hoerl and Kennard 1970).

    The penalty is the one with the smallest squared error on rows not fitted on. A value is winsorised,
    and taken in logarithms when skewed, before.

    Returns
    -------
    weights, offset : (v, q), (q,) of the fit on all rows.
    inner : (n, q) scores of each row by the fit without its fold (stacking; Wolpert 1992).
    """
    y = outcome.values
    if outcome.graded:
        scale = Scale.fit(y[:, 0])
        y = np.where(outcome.known[:, None], scale.apply(y[:, 0])[:, None], np.nan)
    # The mean of all rows, also in a fold: that of the other folds is high where the own fold is low, and
    # a learner would find that out.
    offset = y[outcome.known].mean(axis=0)
    inner = np.zeros((len(PENALTIES), *y.shape))
    for fold in range(FOLDS):
        held = outcome.folds == fold
        train = outcome.known & ~held
        if held.any() and train.any():
            part, test = matrix[train], matrix[held]
            for i, penalty in enumerate(PENALTIES):
                inner[i, held] = test @ _ridge(part, y[train], penalty) + offset
    errors = [float(np.mean((y[outcome.known] - guess[outcome.known]) ** 2)) for guess in inner]
    best = int(np.argmin(errors))
    weights = _ridge(matrix[outcome.known], y[outcome.known], PENALTIES[best])
    return weights, offset, inner[best]


def _ridge(matrix: csr_matrix, y: Floats, penalty: float) -> Floats:
    """Return (v, q) weights for the difference of (n, q) outcomes from their mean."""
    from sklearn.linear_model import Ridge

    model = Ridge(penalty, fit_intercept=False, solver="sparse_cg", tol=1e-3, max_iter=200)
    weights = np.asarray(model.fit(matrix, y - y.mean(axis=0)).coef_, dtype=np.float64)
    return weights.reshape(-1, matrix.shape[1]).T


def main_directions(matrix: csr_matrix, size: int, seed: int) -> Floats:
    """Return (v, k) leading right singular vectors (Halko, Martinsson and Tropp 2011), k at most ``size``."""
    from sklearn.utils.extmath import randomized_svd

    size = min(size, *(side - 1 for side in matrix.shape))
    if size < 1 or not matrix.nnz:
        return np.empty((matrix.shape[1], 0))
    found = randomized_svd(matrix, size, n_iter=PASSES, random_state=seed % 2**32)[2]
    return np.ascontiguousarray(found.T, dtype=np.float64)
