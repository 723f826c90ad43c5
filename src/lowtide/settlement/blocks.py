"""AUC and balanced accuracy as means of bounded values: blocks of rows that arrived one after another.

Neither is a mean of what single rows contribute. But rows may be gathered, in order of arrival, until every class
is there often enough; the score within such a block is a number between 0 and 1 whose mean, for rows that are
independent given their class, is the score itself: a positive and a negative of a block are a random positive and
a random negative. The blocks are disjoint, and where one ends depends on labels only, never on predictions.

Rows of the commoner class that gather while the rarer is waited for are all used, which is why blocks are better
than single pairs. Large blocks compare more pairs of the same rows (their values vary less, see DeLong, DeLong &
Clarke-Pearson 1988, eq. 3), small ones are complete sooner; AUC is bet on with both, and the wealth averaged.

For new groups a block ends only with a group, and a positive is compared with negatives of other groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

# Of each class in a block: a single one, and enough for most of what larger blocks could gain.
SIZES = (1, 8)


@dataclass(frozen=True, slots=True)
class Stream:
    """Units to bet on, one after another.

    Attributes
    ----------
    u, v : (units,) parts of the margin u - phi v.
    ends : (units,) how many rows had arrived when the unit was complete.
    """

    u: Floats
    v: Floats
    ends: Ints

    def margins(self, phi: float) -> Floats:
        return np.asarray(self.u - phi * self.v, dtype=np.float64)


def auc_streams(y: Floats, p: Floats, groups: Keys | None) -> tuple[Stream, ...] | None:
    """Return blocks of several sizes; None for several classes and groups, where no block is known to be fair.

    Several classes (one against the rest, weighted by prevalence): the class of a block is that of its first row,
    and it ends with the first row of another class.
    """
    if p.ndim == 1:
        return tuple(_auc_stream(y, p, groups, size) for size in SIZES)
    if groups is not None:
        return None
    cuts = _change_ends(y)
    starts = np.concatenate([[0], cuts])[:-1].astype(np.int64)
    values = np.empty(len(cuts))
    for k, (start, end) in enumerate(zip(starts.tolist(), cuts.tolist(), strict=True)):
        scores = p[start:end, int(y[start])]
        values[k] = _wins(scores[:-1], scores[-1:])
    return (Stream(values, np.ones(len(cuts)), cuts),)


def _auc_stream(y: Floats, p: Floats, groups: Keys | None, size: int) -> Stream:
    ends = block_ends(y, 2, size, groups, across=True)
    starts = np.concatenate([[0], ends])[:-1].astype(np.int64)
    values = np.empty(len(ends))
    for k, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        positive = y[start:end] == 1
        scores = p[start:end]
        if groups is None:
            values[k] = _wins(scores[positive], scores[~positive])
        else:
            of = groups[start:end]
            values[k] = _wins_across(scores[positive], scores[~positive], of[positive], of[~positive])
    return Stream(values, np.ones(len(ends)), ends)


def recall_stream(y: Floats, right: npt.NDArray[np.bool_], classes: int, groups: Keys | None) -> Stream:
    """Return blocks with every class: the mean over classes of the share of right calls."""
    ends = block_ends(y, classes, 1, groups, across=False)
    if not len(ends):
        return Stream(np.empty(0), np.empty(0), ends)
    inside = slice(0, int(ends[-1]))
    block = np.searchsorted(ends, np.arange(ends[-1]), side="right")
    cell = block * classes + y[inside].astype(np.int64)
    rows = np.bincount(cell, minlength=len(ends) * classes)
    hits = np.bincount(cell, weights=right[inside], minlength=len(ends) * classes)
    values = (hits / rows).reshape(len(ends), classes).mean(axis=1)
    return Stream(values, np.ones(len(ends)), ends)


def block_ends(y: Floats, classes: int, size: int, groups: Keys | None, *, across: bool) -> Ints:
    """Return the number of rows after which each block is complete.

    Parameters
    ----------
    size : rows of each class that a block has at least.
    across : a positive and a negative of different groups must be there, too.
    """
    ends: list[int] = []
    count = [0] * classes
    short = classes
    mixed = groups is None or not across
    labels = y.astype(np.int64).tolist()
    of = None if groups is None else groups.tolist()
    seen: list[set[int]] = [set() for _ in range(classes)]
    for at, label in enumerate(labels):
        count[label] += 1
        short -= count[label] == size
        if of is not None:
            seen[label].add(of[at])
            mixed = mixed or _differ(seen)
            if at + 1 < len(of) and of[at + 1] == of[at]:
                continue
        if short <= 0 and mixed:
            ends.append(at + 1)
            count, short = [0] * classes, classes
            mixed = groups is None or not across
            seen = [set() for _ in range(classes)]
    return np.asarray(ends, dtype=np.int64)


def _differ(seen: list[set[int]]) -> bool:
    """Say whether a positive and a negative of two groups can be compared."""
    return bool(seen[0] and seen[1]) and len(seen[0] | seen[1]) > 1


def _change_ends(y: Floats) -> Ints:
    """Return the number of rows after which each block is complete that ends with another class than it began."""
    ends: list[int] = []
    first: float | None = None
    for at, label in enumerate(y.tolist()):
        if first is None:
            first = label
        elif label != first:
            ends.append(at + 1)
            first = None
    return np.asarray(ends, dtype=np.int64)


def _wins(positive: Floats, negative: Floats) -> float:
    """Return the share of pairs with the positive above the negative, ties counted half."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    upto = np.searchsorted(ordered, positive, side="right")
    return float(0.5 * (below + upto).sum() / (len(positive) * len(negative)))


def _wins_across(positive: Floats, negative: Floats, own: Keys, other: Keys) -> float:
    compared = own[:, None] != other[None, :]
    wins = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return float(wins[compared].mean())
