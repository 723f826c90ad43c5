"""Values that were filled in per group, and values that a model filled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.digits import SINGLE, decimals
from lowtide.auditing.fillers import MOST_VALUES, Counted, suspects
from lowtide.stats.association import Bools, Floats, Ints

LEAST_PURE = 0.8
LEAST_SUSPECT = 5
LEAST_COMPUTED = 8
# Filled-in values lie closer to what the other columns say than measured ones do.
CLOSER, CHANCE = 0.5, 1e-4


@dataclass(frozen=True, slots=True)
class GroupFiller:
    """Suspect values that equal a statistic of their own group."""

    statistic: str
    levels: int
    rows: int
    evidence: float


def suspect_rows(values: Floats, column: Counted) -> tuple[Bools, Ints] | None:
    """Return which rows (n,) hold suspect values, and the suspect value's number per row; ``None`` without any."""
    at = suspects(column)
    if len(at) == 0 or len(at) > MOST_VALUES:
        return None
    known = np.isfinite(values)
    place = np.searchsorted(column.values, np.where(known, values, column.values[0]))
    place = np.minimum(place, len(column.values) - 1)
    number = np.full(len(column.values), -1, dtype=np.int64)
    number[at] = np.arange(len(at))
    which = np.where(known & (column.values[place] == values), number[place], -1)
    held = which >= 0
    # When most of the column is suspect, nothing is.
    if held.sum() < LEAST_SUSPECT or held.sum() > 0.5 * known.sum():
        return None
    return held, which


def group_filler(
    values: Floats, column: Counted, held: Bools, which: Ints, codes: Ints
) -> GroupFiller | None:
    """Say whether the suspect values are the means (or medians) of the other rows of their group.

    Parameters
    ----------
    values : (n,) the column; held, which : see `suspect_rows`.
    codes : (n,) group of each row, -1 unknown.
    """
    at = suspects(column)
    width = int(codes.max(initial=-1)) + 1
    inside = held & (codes >= 0)
    if width < 2 or inside.sum() < LEAST_PURE * held.sum():
        return None
    pairs = np.zeros((len(at), width))
    np.add.at(pairs, (which[inside], codes[inside]), 1.0)
    if pairs.max(axis=1).sum() < LEAST_PURE * inside.sum():
        return None
    rest = np.isfinite(values) & ~held & (codes >= 0)
    count = np.bincount(codes[rest], minlength=width).astype(np.float64)
    total = np.bincount(codes[rest], weights=values[rest], minlength=width)
    square = np.bincount(codes[rest], weights=values[rest] ** 2, minlength=width)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        spread = np.sqrt(np.maximum(square / count - mean**2, 0.0))
    order = np.lexsort((values[rest], codes[rest]))
    ends = np.concatenate([[0], np.cumsum(count).astype(np.int64)])
    ordered = values[rest][order]
    best: GroupFiller | None = None
    for statistic in ("mean", "median"):
        found: list[float] = []
        rows, levels = 0, set()
        for v, level in zip(*np.nonzero(pairs), strict=True):
            if count[level] < 5:
                continue
            value, own = float(column.values[at[v]]), ordered[ends[level] : ends[level + 1]]
            if statistic == "mean":
                chance = _near(value, float(mean[level]), float(spread[level]))
            else:
                chance = _middle(value, own)
            if chance < 0.5:
                found.append(-np.log10(max(chance, 1e-9)))
                rows += int(pairs[v, level])
                levels.add(int(level))
        if len(levels) >= 2 and rows >= LEAST_PURE * inside.sum():
            # Of the levels tried some fit by chance: each pays for the values that were tried beside it.
            evidence = float(sum(found) - 0.3 * len(found))
            if best is None or evidence > best.evidence:
                best = GroupFiller(statistic, len(levels), rows, evidence)
    return best


def _near(value: float, mean: float, spread: float) -> float:
    written = int(decimals(np.asarray([value]))[0])
    slack = max(0.5001 * 10.0**-written, SINGLE * abs(value), 1e-9 * abs(mean))
    if not spread > 0.0 or abs(value - mean) > slack:
        return 1.0
    return min(1.0, 1.6 * slack / spread)


def _middle(value: float, own: Floats) -> float:
    """Return the chance that a value is the middle of its group; ``own`` is sorted and without that value."""
    low, high = int(np.searchsorted(own, value, "left")), int(np.searchsorted(own, value, "right"))
    above = len(own) - high
    if abs(low - above) > 1 + (high - low):
        return 1.0
    return min(1.0, (2.0 * (1 + high - low) + 1.0) / len(own))


def computed_share(column: Counted) -> float:
    """Return the share of rows whose value lies off the step of all others."""
    return float(column.counts[column.off].sum() / max(column.rows, 1))


def predicted_better(values: Floats, off: Bools, others: Floats, seed: int) -> tuple[float, float] | None:
    """Say whether values off the step follow the other columns more closely than measured values do.

    Parameters
    ----------
    values : (n,) the column, none missing. off : (n,) the values in doubt.
    others : (n, p) the other columns, NaN missing.

    Returns
    -------
    tuple of float
        Ratio of the squared residuals, and the chance of one so small (F test); ``None`` with too few rows.
    """
    from scipy.stats import f as fisher

    if off.sum() < LEAST_COMPUTED or (~off).sum() < 4 * LEAST_COMPUTED:
        return None
    fill = np.nanmedian(np.where(np.isfinite(others), others, np.nan), axis=0)
    data = np.where(np.isfinite(others), others, np.nan_to_num(fill))
    data = (data - data.mean(axis=0)) / np.maximum(data.std(axis=0), 1e-12)
    rows = np.flatnonzero(~off)
    half = np.random.default_rng([seed, 112]).permutation(len(rows)) % 2 == 0
    left = np.empty(len(rows))
    for side in (half, ~half):
        left[~side] = values[rows[~side]] - _ridge(data[rows[side]], values[rows[side]], data[rows[~side]])
    in_doubt = values[off] - _ridge(data[rows], values[rows], data[off])
    # Against the middle of the measured residuals: a few extreme rows would make anything look close.
    ratio = float(np.median(in_doubt**2) / max(np.median(left**2), 1e-300))
    spread = float(np.mean(in_doubt**2) / max(np.mean(left**2), 1e-300))
    ratio = max(ratio, spread)
    return ratio, float(fisher.cdf(ratio, int(off.sum()), len(rows)))


def _ridge(data: Floats, values: Floats, new: Floats) -> Floats:
    mean = values.mean()
    gram = data.T @ data + 1.0 * np.eye(data.shape[1]) * max(1.0, 0.01 * len(data))
    out: Floats = mean + new @ np.linalg.solve(gram, data.T @ (values - mean))
    return out
