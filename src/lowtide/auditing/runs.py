"""Runs of neighbouring rows that belong together in a file without a key, told apart from an order in time.

Inside a run the rows are alike however far apart they stand, and at its edges everything jumps at once. Along
time, rows grow apart with their distance, and one column's jump is no other column's. So the runs are cut by
one half of the columns and judged by the other half, which did not choose them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.stats.association import Floats, Ints, ranks

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

ROWS = 6_000
LONGEST = 150
LEAST_RUNS = 10
ALIKE = 0.2
SHARE = 0.3
MOST_COLUMNS = 16
FLAT = 1.25
JUMP = 0.75
NOISE = 0.02


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of rows.

    Attributes
    ----------
    codes : (n,) run per sampled row, counted along the file; ``None`` where the sample leaves rows out.
    rows : positions within the sample that were looked at, and ``own`` the run of each.
    inside, across : how far rows are apart in a run and over its edges, by columns that did not choose the
        edges (1: as far as any two rows).
    """

    codes: Ints | None
    rows: Ints
    own: Ints
    count: int
    inside: float
    across: float
    columns: tuple[str, ...]


def runs(context: Context) -> Runs | None:
    """Return the runs of the file, or ``None`` when it is in no such order."""
    n = context.sampled
    # A sample with gaps has no neighbours.
    if n != len(context.table) or n < 60:
        return None
    names, values = _alike(context)
    if len(names) < 4:
        return None
    first = slice(0, min(n, ROWS))
    half = [_cut(values[first, side::2]) for side in (0, 1)]
    told = [_apart(values[first, 1 - side :: 2], half[side]) for side in (0, 1)]
    if any(t is None for t in told):
        return None
    inside = float(np.mean([t[0] for t in told if t is not None]))
    across = float(np.mean([t[1] for t in told if t is not None]))
    flat = float(np.mean([t[2] for t in told if t is not None]))
    if across < JUMP or inside > 0.8 * across or flat > FLAT:
        return None
    own = _cut(values) if n <= ROWS else np.concatenate(_pieces(values))
    count = int(own[-1]) + 1
    long = np.bincount(own) >= 3
    if count < LEAST_RUNS or long[own].mean() < 0.5:
        return None
    return Runs(own, np.arange(n, dtype=np.int64), own, count, inside, across, names)


def _pieces(values: Floats) -> list[Ints]:
    """Cut the file piece by piece (an edge more at each seam does no harm)."""
    out, start = [], 0
    for low in range(0, len(values), ROWS):
        own = _cut(values[low : low + ROWS]) + start
        out.append(own)
        start = int(own[-1]) + 1
    return out


def _alike(context: Context) -> tuple[tuple[str, ...], Floats]:
    """Return the columns that are alike in neighbouring rows as normal scores (n, k), the most alike first."""
    from scipy.special import ndtri

    found: list[tuple[float, str, Floats]] = []
    looked = 0
    for name in sorted(context.honest()):
        view = context.view(name)
        if view.distinct < 2 or (view.distinct > 0.9 * context.sampled and view.values is None):
            continue
        looked += 1
        values = (view.values if view.values is not None else view.bins.astype(np.float64)).copy()
        values[np.isnan(values)] = np.nanmedian(values)
        if np.ptp(values) == 0:
            continue
        scores = ndtri(np.clip(ranks(values), 1e-4, 1 - 1e-4))
        scores = (scores - scores.mean()) / max(float(scores.std()), 1e-9)
        alike = float(np.mean(scores[1:] * scores[:-1]))
        if alike >= ALIKE:
            found.append((-round(alike, 9), name, scores))
    if len(found) < SHARE * looked:
        return (), np.empty((context.sampled, 0))
    found.sort(key=lambda f: f[:2])
    chosen = found[:MOST_COLUMNS]
    return tuple(f[1] for f in chosen), np.column_stack([f[2] for f in chosen]) if chosen else np.empty(
        (0, 0)
    )


def _cut(values: Floats) -> Ints:
    """Return the run (n,) of each row: the cut with the least squares within runs plus a price for each.

    Optimal partitioning (Jackson et al. 2005) with runs of at most `LONGEST` rows; the noise of a column is
    taken from the smaller half of its steps, the price of a run is that noise times log n.
    """
    n, k = values.shape
    steps = np.abs(np.diff(values, axis=0))
    noise = np.maximum((np.median(steps, axis=0) / 0.954) ** 2, NOISE)
    scaled = values / np.sqrt(noise)
    sums = np.vstack([np.zeros(k), np.cumsum(scaled, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((scaled**2).sum(axis=1))])
    price = 1.5 * k * np.log(max(n, 2))
    best = np.zeros(n + 1)
    start = np.zeros(n + 1, dtype=np.int64)
    for end in range(1, n + 1):
        low = max(0, end - LONGEST)
        size = np.arange(end - low, 0, -1)
        part = sums[end] - sums[low:end]
        cost = squares[end] - squares[low:end] - (part**2).sum(axis=1) / size
        total = best[low:end] + cost
        at = int(total.argmin())
        best[end], start[end] = total[at] + price, low + at
    own = np.zeros(n, dtype=np.int64)
    end = n
    edges = []
    while end > 0:
        edges.append(int(start[end]))
        end = int(start[end])
    own[[e for e in edges if e > 0]] = 1
    return np.cumsum(own)


def _apart(values: Floats, own: Ints) -> tuple[float, float, float] | None:
    """Return how far rows are apart inside runs, over edges (lag 1), and at lag 3 against lag 1 inside runs."""
    luck = np.random.default_rng([len(values), 67]).permutation(len(values))
    # Medians: an edge that was missed must not count as far inside.
    far = float(np.median(((values - values[luck]) ** 2).sum(axis=1)))
    gap = ((values[1:] - values[:-1]) ** 2).sum(axis=1)
    edge = own[1:] != own[:-1]
    third = ((values[3:] - values[:-3]) ** 2).sum(axis=1)[own[3:] == own[:-3]]
    if edge.sum() < LEAST_RUNS or (~edge).sum() < LEAST_RUNS or far <= 0.0:
        return None
    near = float(np.median(gap[~edge]))
    later = float(np.median(third)) if len(third) >= LEAST_RUNS else near
    # Constant columns have nothing inside: compare on the scale of all rows.
    return near / far, float(np.median(gap[edge])) / far, (later / far + 0.05) / (near / far + 0.05)
