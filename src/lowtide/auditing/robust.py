"""Weighted sums and products that hold in nine rows of ten, whatever stands in the others."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.formulas import EXACT, Formula, linear
from lowtide.auditing.pairs import needed, tolerance
from lowtide.stats.association import Floats
from lowtide.stats.lines import spread

ROUNDS = 20
FIT_ROWS = 1_500
MOST = 150


def absolute_fit(x: Floats, y: Floats) -> Floats:
    """Return residuals (n,) of the least absolute deviations fit, by reweighted least squares (Schlossmacher 1973).

    It recovers an exact sum although a part of the rows is plainly wrong.
    """
    scale = x.std(axis=0)
    whole = np.column_stack([(x - x.mean(axis=0)) / np.where(scale > 0, scale, 1.0), np.ones(len(y))])
    # Rows in any order: every k-th is as good as any.
    few = slice(None, None, max(1, len(y) // FIT_ROWS))
    design, goal = whole[few], y[few]
    wide = spread(y) or 1.0
    weight = np.ones(len(goal))
    small = design.shape[1]
    best: Floats = np.zeros(small)
    for _ in range(ROUNDS):
        weighted = design * weight[:, None]
        normal = design.T @ weighted
        normal += 1e-10 * np.trace(normal) / small * np.eye(small)
        best = np.asarray(np.linalg.solve(normal, weighted.T @ goal), dtype=np.float64)
        weight = 1.0 / np.maximum(np.abs(goal - design @ best), 1e-5 * wide)
        weight /= weight.max()
    return np.asarray(y - whole @ best)


def mostly_linear(
    x: Floats, y: Floats, seed: int, form: str = "sum", allowed: Floats | None = None
) -> Formula | None:
    """Find few columns whose weighted sum is the target in nine rows of ten; the others may be anything.

    ``allowed`` (n,) is how far a right result may be from the target, by its rounding if not given.
    """
    n, p = x.shape
    if p < 2 or n < 60 or p > min(n, FIT_ROWS) / 8 or p > MOST or np.ptp(y) == 0:
        return None
    allowed = tolerance(y) if allowed is None else allowed
    left = absolute_fit(x, y)
    wide = spread(y)
    near = np.abs(left) <= np.maximum(4 * allowed, 3e-3 * wide)
    if near.mean() < needed(y, allowed) - 0.03 or near.sum() < 40:
        return None
    found = linear(x[near], y[near], seed, form)
    if found is None or len(found.columns) < 2:
        return None
    made = x[:, found.columns] @ np.asarray(found.weights)
    start = float(np.median((y - made)[near]))
    share = float(np.mean(np.abs(y - made - start) <= 1.5 * allowed + 1e-6 * wide))
    if share < needed(y, allowed) or (found.missed > EXACT and float(np.median(allowed)) > 0.1 * wide):
        return None
    return Formula(form, found.columns, found.weights, 1 - share)


def mostly_product(x: Floats, y: Floats, seed: int) -> Formula | None:
    """Find columns whose product or quotient is the target in nine rows of ten: a sum of logarithms."""
    sign = y > 0
    if sign.mean() < 0.8:
        return None
    usable = [j for j in range(x.shape[1]) if np.mean(x[sign, j] > 0) > 0.98]
    if len(usable) < 2:
        return None
    rows = sign & np.all(x[:, usable] > 0, axis=1)
    if rows.sum() < 0.7 * len(y):
        return None
    found = mostly_linear(
        np.log(x[rows][:, usable]), np.log(y[rows]), seed, "product", tolerance(y)[rows] / y[rows]
    )
    if found is None or any(abs(w - round(w)) > 0.02 or abs(round(w)) not in (1, 2) for w in found.weights):
        return None
    columns = tuple(usable[c] for c in found.columns)
    return Formula("product", columns, tuple(float(round(w)) for w in found.weights), found.missed)
