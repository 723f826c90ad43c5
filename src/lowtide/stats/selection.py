"""Were these columns selected by their relation to the target on these very rows?

Every honest column carries sampling noise: if its true relation is d standard errors, the one seen is d + N(0, 1).
So the relations of honest columns, whatever the true ones are, follow a mixture of normal curves of width one:
smooth, without edges. Columns of noise that passed a threshold c are different: nothing below c, most of them just
above it (the tail of the normal curve, excess about 1 / c). Relations of the two halves of the rows tell the same:
across selected columns they are negatively related, since their sum is nearly the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Floats, Ints

# Relations of selected noise lie in this window from the threshold; below it nothing may have come through.
ABOVE, BELOW = 2.0, 1.0
LOWEST, HIGHEST, STEP = 1.0, 6.0, 0.08
LEAST = 6
ROUNDS = 120
# Some of the columns in the window are genuine: few, or a fair part.
NOISE = (0.95, 0.7)


@dataclass(frozen=True, slots=True)
class Selected:
    """Evidence of a threshold.

    Attributes
    ----------
    evidence : decimal logarithm of an e-value: of tables without selection, at most one in 10^evidence has so much.
    threshold : in standard errors.
    members : positions of the columns just above it.
    """

    evidence: float
    threshold: float
    members: Ints


def threshold_in(relations: Floats, width: float = 1.0) -> Selected | None:
    """Look for a threshold in absolute relations (m,) of columns that do not depend on each other.

    For each threshold c of a fixed grid, the columns in [c - 1, c + 2] are judged: the density of the tail above
    c against the best that any mixture of normal curves could do (nonparametric maximum likelihood, Kiefer &
    Wolfowitz 1956). The ratio's mean over the grid is an e-value: a fixed alternative against a maximised null
    has expectation of one at most (universal inference, Wasserman, Ramdas & Balakrishnan 2020).

    Parameters
    ----------
    width : standard deviation of the sampling noise across columns; below one when columns are related.

    Returns
    -------
    Selected or None
        ``None`` with fewer than six columns in any window.
    """
    grid = np.arange(LOWEST, HIGHEST, STEP)
    logs = np.full(len(grid), -np.inf)
    for i, c in enumerate(grid):
        inside = (relations >= c - BELOW) & (relations <= c + ABOVE)
        # A threshold with many columns below it is none; leaving it out only loses evidence.
        if inside.sum() < LEAST or np.sum(relations[inside] < c) > 0.4 * inside.sum():
            continue
        logs[i] = _ratio(relations[inside], float(c), width)
    if not np.isfinite(logs).any():
        return None
    best = int(np.argmax(logs))
    total = float(np.log(np.mean(np.exp(logs - logs[best]))) + logs[best])
    c = float(grid[best])
    members = np.flatnonzero((relations >= c) & (relations <= c + ABOVE)).astype(np.int64)
    return Selected(total / np.log(10), c, members)


def _ratio(z: Floats, c: float, width: float) -> float:
    """Return the log likelihood ratio of a tail from ``c`` against the best honest mixture, on the window."""
    from scipy.stats import norm

    low, high = max(c - BELOW, 0.0), c + ABOVE
    tail = np.where(z >= c, norm.pdf(z) / (norm.sf(c) - norm.sf(high)), 0.0)
    parts = [float(np.sum(np.log(part * tail + (1 - part) / (high - low)))) for part in NOISE]
    chosen = float(np.logaddexp(parts[0], parts[1]) - np.log(2.0))
    # Absolute values of relations of either sign, cut to the window: still a mixture, of cut curves.
    centres = np.arange(max(0.0, low - 4.0), high + 4.0, 0.1)
    dense = norm.pdf(z[:, None], centres, width) + norm.pdf(z[:, None], -centres, width)
    mass = (
        norm.cdf(high, centres, width) - norm.cdf(low, centres, width)
        + norm.cdf(high, -centres, width) - norm.cdf(low, -centres, width)
    )  # fmt: skip
    kernel = dense / np.maximum(mass, 1e-12)
    weight = np.full(len(centres), 1.0 / len(centres))
    for _ in range(ROUNDS):
        weight = weight * (kernel / (kernel @ weight)[:, None]).mean(axis=0)
    mixture = kernel @ weight
    # The mixture found is not yet the best one: add the most that it can still gain (Lindsay 1983).
    gain = float(np.max((kernel / mixture[:, None]).sum(axis=0)) - len(z))
    return float(chosen - np.sum(np.log(mixture)) - max(gain, 0.0))


def independent(within: Floats, most: float) -> Ints:
    """Return columns (indices) no two of which are related by more than ``most``, given their correlations (m, m).

    One of each group that hangs together (single linkage), so that the order of columns does not matter: the one
    with the strongest sum of relations to its group.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    near = np.abs(within) > most
    _, group = connected_components(csr_matrix(near), directed=False)
    strength = np.abs(within).sum(axis=1).round(9)
    chosen = [
        max(np.flatnonzero(group == g), key=lambda j: (strength[j], -j)) for g in range(int(group.max()) + 1)
    ]
    return np.asarray(sorted(int(j) for j in chosen), dtype=np.int64)
