"""Values that were filled in per group, and values that a model filled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.digits import decimals
from lowtide.auditing.fillers import Counted, Filler, counted, filler_of
from lowtide.stats.association import Bools, Floats, Ints

LEAST_COMPUTED = 8
# Filled-in values lie closer to what the other columns say than measured ones do.
CLOSER, CHANCE = 0.5, 1e-4
# Of so many neighbours an imputer takes the mean; the step is then divided by that number.
NEIGHBOURS = (5, 3, 7, 6, 9)
FULL_DIGITS = 9
# A level whose filler is less likely than this to be chance counts; every level looked at costs this much.
LEAST_LEVEL, TOLL = 1.5, 0.7


@dataclass(frozen=True, slots=True)
class GroupFiller:
    """Values that equal a statistic of their own group."""

    statistic: str
    levels: int
    rows: int
    evidence: float


@dataclass(frozen=True, slots=True)
class Sorted:
    """A column in ascending order, so that its groups are sorted, too."""

    values: Floats
    order: Ints

    @staticmethod
    def of(values: Floats) -> Sorted:
        known = np.flatnonzero(np.isfinite(values))
        order = known[np.argsort(values[known], kind="stable")]
        return Sorted(values[order], order.astype(np.int64))


def group_filler(column: Sorted, codes: Ints) -> GroupFiller | None:
    """Say whether the groups hold a filler each: the mean or the median of the group's own other rows.

    Parameters
    ----------
    codes : (n,) group of each row of the table, -1 unknown.

    Fillers have to differ from group to group (the same atom everywhere is nature's, or one filler for all),
    and most groups of some size must have one.
    """
    own = codes[column.order]
    width = int(codes.max(initial=-1)) + 1
    if width < 2:
        return None
    place = np.argsort(own, kind="stable")
    ends = np.searchsorted(own[place], np.arange(width + 1))
    found: list[Filler] = []
    looked = 0
    for level in range(width):
        part = counted(column.values[place[ends[level] : ends[level + 1]]])
        if part is None:
            continue
        looked += 1
        seen = filler_of(part)
        if seen is not None and seen.evidence >= LEAST_LEVEL:
            found.append(seen)
    values = {f.value for f in found}
    if len(values) < 2 or 2 * len(values) < min(looked, 4) or len(found) < 0.3 * looked:
        return None
    means = [f for f in found if f.statistic == "mean"]
    return GroupFiller(
        statistic="mean" if 2 * len(means) >= len(found) else "median",
        levels=len(found), rows=sum(f.rows for f in found),
        evidence=float(sum(f.evidence for f in found)) - TOLL * looked,
    )  # fmt: skip


def computed_share(column: Counted) -> float:
    """Return the share of rows whose value lies off the step of all others."""
    return float(column.counts[column.off].sum() / max(column.rows, 1))


def full_digits(column: Counted) -> bool:
    """Say whether values off the step have all the digits that a computer gives: computed, not measured."""
    off = column.values[column.off]
    return len(off) >= LEAST_COMPUTED and bool(np.mean(decimals(off) >= FULL_DIGITS) >= 0.8)


def neighbour_evidence(column: Counted) -> float:
    """Return the evidence that values off the step are means of a few values on it.

    A fifth of the step is among nine first digits that are not zero in four cases.
    """
    off = column.values[column.off]
    if len(off) == 0 or column.step == 0.0:
        return 0.0
    best = 0.0
    for k in NEIGHBOURS:
        parts = off * k / column.step
        fits = np.abs(parts - np.round(parts)) <= 1e-6 * np.maximum(1.0, np.abs(parts))
        if fits.mean() < 0.97:
            continue
        each = -np.log10(4 / 9) if k == 5 else 3.0
        best = max(best, float(len(off) * each))
    return min(best, 12.0)


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
    told = np.isfinite(others)
    fill = np.where(told, others, 0.0).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    data = np.where(told, others, fill)
    data = (data - data.mean(axis=0)) / np.maximum(data.std(axis=0), 1e-12)
    rows = np.flatnonzero(~off)
    half = np.random.default_rng([seed, 112]).permutation(len(rows)) % 2 == 0
    left = np.empty(len(rows))
    for side in (half, ~half):
        left[~side] = values[rows[~side]] - _ridge(data[rows[side]], values[rows[side]], data[rows[~side]])
    in_doubt = values[off] - _ridge(data[rows], values[rows], data[off])
    # Against the middle of the measured residuals: a few extreme rows would make anything look close.
    ratio = float(np.median(in_doubt**2)) / max(float(np.median(left**2)), 1e-300)
    spread = float(np.mean(in_doubt**2)) / max(float(np.mean(left**2)), 1e-300)
    ratio = max(ratio, spread)
    return ratio, float(fisher.cdf(ratio, int(off.sum()), len(rows)))


def _ridge(data: Floats, values: Floats, new: Floats) -> Floats:
    mean = values.mean()
    gram = data.T @ data + 1.0 * np.eye(data.shape[1]) * max(1.0, 0.01 * len(data))
    out: Floats = mean + new @ np.linalg.solve(gram, data.T @ (values - mean))
    return out
