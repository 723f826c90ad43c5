"""Parts of a table that may come from different places: levels of a column, patterns of missing values, blocks.

What makes a site of a part: everything else tells which part a row is from, and a model that learned on the
others fails on it. A plain category (sex, colour) has an effect of its own, but the other columns hardly tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.stats.association import Bools, Floats, Ints, binned_predictions, deal_folds, ranks, skill

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

ROWS = 1_500
FOLDS = 3
MOST_LEVELS = 30
LEAST_ROWS = 25
LEAST_SHARE = 0.02
PATTERN_SHARE = 0.03
RENAMED = 0.9
HELD = 5
DRAWS = 2
MOST_TRIED = 8
MOST_EDGES = 12
CONTINUOUS = 40
MOST_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class Parts:
    """A way to cut the sampled rows into parts.

    Attributes
    ----------
    kind : ``column``, ``missing`` or ``blocks``.
    names : the column, or those whose gaps make the pattern.
    codes : (n,) part per sampled row, -1 for rows in parts that are too small.
    """

    kind: str
    names: tuple[str, ...]
    codes: Ints

    @property
    def count(self) -> int:
        return int(self.codes.max()) + 1


@dataclass(frozen=True, slots=True)
class Transfer:
    """How a model does on parts that it has not seen, against rows that it has not seen.

    Attributes
    ----------
    rows, parts : skill with folds of random rows (of the same sizes), and with one part left out at a time.
    noise : standard deviation of the former over draws of the folds.
    inside_rows, inside_parts : the same when the mean error of each part is forgiven.
    by_part : skill of the model from elsewhere inside each part that was left out.
    """

    rows: float
    parts: float
    noise: float
    inside_rows: float
    inside_parts: float
    by_part: tuple[float, ...]


def possible(context: Context) -> list[Parts]:
    """Return columns of few levels, and the pattern of missing values, as ways to cut the rows."""
    found = []
    for name in sorted(context.candidates):
        view = context.view(name)
        if view.type == "date" or name == context.task.time or not 2 <= view.distinct <= 60:
            continue
        if view.values is not None and not _numbered(view.values):
            continue
        codes = _large(view.codes)
        if codes is not None:
            found.append(Parts("column", (name,), codes))
    return _promising(context, found)


def _numbered(values: Floats) -> bool:
    """True for numbers that may be mere names: whole, and all of them from the first to the last."""
    levels = np.unique(values[~np.isnan(values)])
    return bool(len(levels) and np.all(levels == np.floor(levels)) and np.ptp(levels) == len(levels) - 1)


def _promising(context: Context, found: list[Parts]) -> list[Parts]:
    """Return the `MOST_TRIED` columns whose levels differ most in all other columns (sum of correlation ratios)."""
    if len(found) <= MOST_TRIED:
        return found
    names = list(context.for_model(context.honest()))
    rows = context.model_rows
    matrix = context.matrix(tuple(names), rows)
    columns = []
    for j, name in enumerate(names):
        values = matrix[:, j]
        columns.append(ranks(np.where(np.isnan(values), -np.inf, values)))
        if context.view(name).missing.any():
            columns.append(np.isnan(values).astype(np.float64))
    scores = np.column_stack(columns)
    scores = (scores - scores.mean(axis=0)) / np.maximum(scores.std(axis=0), 1e-9)

    def differ(parts: Parts) -> float:
        own = parts.codes[rows] + 1
        counts = np.maximum(np.bincount(own), 1)
        means = np.column_stack([np.bincount(own, weights=v) / counts for v in scores.T])
        ratio = (counts[:, None] * means**2).sum(axis=0) / len(rows)
        # A column told by itself, or by another name of it, says nothing.
        return float(ratio[ratio < RENAMED].sum())

    return sorted(found, key=lambda p: (-differ(p), p.names))[:MOST_TRIED]


def patterns(context: Context) -> Parts | None:
    """Return the pattern of missing values as parts, when there are at least two common ones."""
    names = tuple(
        n for n in sorted(context.candidates) if 0.02 <= float(context.view(n).missing.mean()) <= 0.98
    )  # fmt: skip
    if not names:
        return None
    lost = np.column_stack([context.view(n).missing for n in names])
    codes = _clusters(lost)
    kept = None if codes is None else _large(codes, PATTERN_SHARE)
    return None if kept is None else Parts("missing", names, kept)


def _clusters(lost: Bools) -> Ints | None:
    """Join patterns of gaps: common ones stand for themselves, each rare one goes to the nearest of them."""
    kinds, inverse, counts = np.unique(lost, axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.reshape(-1)
    common = np.flatnonzero(counts >= max(LEAST_ROWS, PATTERN_SHARE * len(lost)))
    if not 2 <= len(common) <= MOST_LEVELS:
        return None
    apart = (kinds[:, None, :] != kinds[common][None, :, :]).sum(axis=2)
    nearest: Ints = apart.argmin(axis=1).astype(np.int64)
    return nearest[inverse]


def blocks(context: Context, columns: tuple[str, ...]) -> Parts | None:
    """Cut the file where many columns change at once, again and again, as joined files do.

    An edge is where the rows just before and just after differ more, summed over columns, than anywhere in
    reshuffled rows. What drifts has no such edge.
    """
    n = context.sampled
    signals = []
    for name in columns:
        view = context.view(name)
        if view.missing.any():
            signals.append(view.missing.astype(np.float64))
        values = view.values if view.values is not None else view.bins.astype(np.float64)
        filled = np.where(np.isnan(values), np.nanmedian(values) if (~np.isnan(values)).any() else 0, values)
        signals.append(np.clip(np.argsort(np.argsort(filled, kind="stable"), kind="stable") / n, 0, 1))
    kept = [s for s in signals if s.std() > 0]
    if not kept or n < 4 * LEAST_ROWS:
        return None
    matrix = np.column_stack([(s - s.mean()) / s.std() for s in kept])
    rng = np.random.default_rng([context.seed, 151])
    width = int(np.clip(n // 25, 20, 80))
    null = max(_jumps(matrix[rng.permutation(n)], width).max() for _ in range(19))
    jump = _jumps(matrix, width)
    edges: list[int] = []
    while len(edges) < MOST_EDGES and jump.max() > 1.25 * null:
        at = int(jump.argmax())
        edges.append(at)
        jump[max(0, at - width) : at + width] = 0.0
    if not edges or len(edges) == MOST_EDGES:
        return None
    codes = np.zeros(n, dtype=np.int64)
    codes[sorted(edges)] = 1
    kept_codes = _large(np.cumsum(codes))
    return None if kept_codes is None else Parts("blocks", (), kept_codes)


def _jumps(matrix: Floats, width: int) -> Floats:
    """Return (n,) how much the means of the ``width`` rows from here on differ from those before (sum of z²)."""
    n = len(matrix)
    sums = np.vstack([np.zeros(matrix.shape[1]), np.cumsum(matrix, axis=0)])
    out = np.zeros(n)
    at = np.arange(width, n - width + 1)
    left = (sums[at] - sums[at - width]) / width
    right = (sums[at + width] - sums[at]) / width
    out[at[at < n]] = (((right - left) ** 2).sum(axis=1) * width / 2)[at < n]
    return out


def _large(codes: Ints, share: float = LEAST_SHARE) -> Ints | None:
    """Return codes of the levels that have enough rows, -1 for the others; ``None`` when too few are left."""
    known = codes >= 0
    if not known.any():
        return None
    counts = np.bincount(codes[known])
    keep = np.flatnonzero(counts >= max(LEAST_ROWS, share * len(codes)))
    if not 2 <= len(keep) <= MOST_LEVELS or counts[keep].sum() < 0.8 * known.sum():
        return None
    table = np.full(len(counts) + 1, -1, dtype=np.int64)
    table[keep] = np.arange(len(keep))
    return table[codes]


def others(context: Context, parts: Parts) -> tuple[str, ...]:
    """Return honest features that are not the parts themselves under another name."""
    rows = _rows(context, parts)
    own = parts.codes[rows]
    target = (own[:, None] == np.arange(parts.count)).astype(np.float64)
    fold = deal_folds(None, len(rows), FOLDS, context.seed)
    out = []
    for name in context.honest():
        view = context.view(name)
        if name in parts.names:
            continue
        few = view.values is None or view.distinct <= MOST_LEVELS
        if parts.kind == "column" and few:
            told = skill(target, binned_predictions(view.bins[rows], target, fold, FOLDS))
            if told >= RENAMED:
                continue
        out.append(name)
    return tuple(out)


def without_best(context: Context, parts: Parts, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns but the one that tells most about the part by itself."""
    rows = _rows(context, parts)
    own = parts.codes[rows]
    target = (own[:, None] == np.arange(parts.count)).astype(np.float64)
    fold = deal_folds(None, len(rows), FOLDS, context.seed)
    told = {
        n: skill(target, binned_predictions(context.view(n).bins[rows], target, fold, FOLDS)) for n in names
    }
    best = max(names, key=lambda n: (told[n], n), default=None)
    return tuple(n for n in names if n != best)


def _rows(context: Context, parts: Parts) -> Ints:
    rows = np.flatnonzero(parts.codes >= 0)
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 157]).choice(rows, ROWS, replace=False))
    return rows.astype(np.int64)


def told_by(context: Context, parts: Parts, names: tuple[str, ...]) -> float:
    """Return how well these columns tell the part of a row: share of its variance, out of fold.

    Ridge regression of the part's indicators on normal ranks, their squares, gaps and frequent categories.
    """
    rows = _rows(context, parts)
    own = parts.codes[rows]
    target = (own[:, None] == np.arange(parts.count)).astype(np.float64)
    signals = []
    for name in context.for_model(names):
        view = context.view(name)
        if view.values is None:
            bins = view.bins[rows]
            signals += [(bins == b).astype(np.float64) for b in range(min(int(bins.max(initial=0)) + 1, 12))]
            continue
        values = view.values[rows]
        lost = np.isnan(values)
        score = ranks(np.where(lost, np.nanmedian(values) if not lost.all() else 0.0, values)) - 0.5
        signals += [score, score**2, lost.astype(np.float64)]
    kept = [s for s in signals if s.std() > 0]
    if not kept:
        return 0.0
    matrix = np.column_stack([(s - s.mean()) / s.std() for s in kept])
    fold = deal_folds(None, len(rows), FOLDS, context.seed)
    told = np.empty_like(target)
    for f in range(FOLDS):
        train, test = fold != f, fold == f
        mean = target[train].mean(axis=0)
        inner = matrix[train].T @ matrix[train] + 0.01 * train.sum() * np.eye(matrix.shape[1])
        told[test] = mean + matrix[test] @ np.linalg.solve(inner, matrix[train].T @ (target[train] - mean))
    return skill(target, told)


def transfer(context: Context, parts: Parts, names: tuple[str, ...]) -> Transfer:
    """Return skill with one part left out at a time, against random folds of the same sizes.

    With more than `HELD` parts, the largest ones are left out in turn; the others always train.
    """
    rows = _rows(context, parts)
    own = parts.codes[rows]
    if len(names) > MOST_COLUMNS:
        names = tuple(sorted(names, key=lambda n: (-context.alone(n).skill, n))[:MOST_COLUMNS])
    sizes = np.bincount(own, minlength=parts.count)
    held = np.argsort(-sizes, kind="stable")[:HELD]
    fold = np.full(parts.count, -1, dtype=np.int64)
    fold[held] = np.arange(len(held))
    judged = fold[own] >= 0
    truth = context.targets[rows]
    spread = float(((truth[judged] - truth[judged].mean(axis=0)) ** 2).sum())
    inner = float((_less_mean(truth[judged], own[judged]) ** 2).sum())
    luck, inside = [], []
    for draw in range(DRAWS):
        order = np.random.default_rng([context.seed, 163, draw]).permutation(len(rows))
        mixed = fold[own][order]
        left = _left(context, rows, mixed, names)
        own_spread = float(((truth[mixed >= 0] - truth[mixed >= 0].mean(axis=0)) ** 2).sum())
        luck.append(1 - float((left[mixed >= 0] ** 2).sum()) / max(own_spread, 1e-12))
        inside.append(1 - float((_less_mean(left[judged], own[judged]) ** 2).sum()) / max(inner, 1e-12))
    left = _left(context, rows, fold[own], names)
    each = tuple(
        1 - float((left[fold[own] == f] ** 2).sum(axis=1).mean() * judged.sum() / max(spread, 1e-12))
        for f in range(len(held))
    )
    return Transfer(
        float(np.mean(luck)), 1 - float((left[judged] ** 2).sum()) / max(spread, 1e-12), float(np.std(luck)),
        float(np.mean(inside)),
        1 - float((_less_mean(left[judged], own[judged]) ** 2).sum()) / max(inner, 1e-12), each,
    )  # fmt: skip


def _less_mean(values: Floats, own: Ints) -> Floats:
    """Return values (n, k) less the mean of their part."""
    counts = np.maximum(np.bincount(own), 1)
    means = np.column_stack([np.bincount(own, weights=v) / counts for v in values.T])
    centred: Floats = values - means[own]
    return centred


def _left(context: Context, rows: Ints, fold: Ints, names: tuple[str, ...]) -> Floats:
    """Return the errors (n, k) of a model that did not see the row's fold; fold -1 only trains."""
    last = int(fold.max()) + 1
    # `residuals` predicts every fold: give the rows that only train one of their own, whose errors nobody reads.
    return context.residuals(names, rows, np.where(fold < 0, last, fold))


@dataclass(frozen=True, slots=True)
class Recording:
    """How differently the parts were recorded.

    Attributes
    ----------
    missing, constant, rounded : columns that are empty, constant or written with other decimals in a part.
    follows : variance of the target between parts, and what the features' differences would make it (of 1).
    together : how often neighbours in the file are of one part (0 as by chance, 1 as often as possible).
    """

    missing: tuple[str, ...]
    constant: tuple[str, ...]
    rounded: tuple[str, ...]
    between: float
    expected: float
    together: float


def recording(context: Context, parts: Parts, names: tuple[str, ...]) -> Recording:
    """Compare how the parts were recorded."""
    rows = _rows(context, parts)
    own = parts.codes[rows]
    missing, constant, rounded = [], [], []
    for name in names:
        view = context.view(name)
        lost = _shares(view.missing[rows], own)
        if lost.max() - lost.min() >= 0.5:
            missing.append(name)
        values = view.values
        if values is None:
            continue
        known = ~np.isnan(values[rows])
        if known.sum() < 0.2 * len(rows) or view.distinct < CONTINUOUS:
            continue
        if _constant_somewhere(values[rows], own):
            constant.append(name)
        odd = np.abs(values[rows] - np.round(values[rows])) > 1e-9
        shares = _shares(odd[known], own[known])
        if shares.max() - shares.min() >= 0.5:
            rounded.append(name)
    between, expected = _follows(context, rows, own, names)
    seen = float(np.mean(own[1:] == own[:-1]))
    sizes = np.bincount(own) / len(own)
    chance, most = float((sizes**2).sum()), 1 - len(sizes) / len(own)
    return Recording(
        tuple(missing), tuple(constant), tuple(rounded), between, expected, (seen - chance) / max(most - chance, 1e-9)
    )  # fmt: skip


def _shares(flags: Bools, own: Ints) -> Floats:
    counts = np.bincount(own)
    shares: Floats = (np.bincount(own, weights=flags.astype(np.float64)) / np.maximum(counts, 1))[
        counts >= 10
    ]
    return shares if len(shares) else np.zeros(1)


def _constant_somewhere(values: Floats, own: Ints) -> bool:
    """True when a number is one value in 98 of 100 rows of a part while it varies in the others."""
    most = []
    for part in range(int(own.max()) + 1):
        inside = values[(own == part) & ~np.isnan(values)]
        if len(inside) >= 10:
            most.append(np.unique(inside, return_counts=True)[1].max() / len(inside))
    return len(most) >= 2 and max(most) >= 0.98 and min(most) <= 0.3


def _follows(context: Context, rows: Ints, own: Ints, names: tuple[str, ...]) -> tuple[float, float]:
    """Return the target's variance between parts, and that which the features' differences would bring.

    The relation inside the parts (ridge regression on what is left of both when part means are taken away)
    says how the target should differ between them. Where instruments differ, it does not.
    """
    chosen = [n for n in context.for_model(names) if context.view(n).values is not None]
    if not chosen:
        return 0.0, 0.0
    matrix = context.matrix(tuple(chosen), rows)
    matrix = np.where(np.isnan(matrix), np.nanmedian(matrix, axis=0), matrix)
    low, high = np.quantile(matrix, [0.01, 0.99], axis=0)
    matrix = np.clip(matrix, low, high)
    matrix = (matrix - matrix.mean(axis=0)) / np.maximum(matrix.std(axis=0), 1e-9)
    target = context.targets[rows]
    inner, left = _less_mean(matrix, own), _less_mean(target, own)
    slope = np.linalg.solve(inner.T @ inner + 0.02 * len(rows) * np.eye(inner.shape[1]), inner.T @ left)
    counts = np.bincount(own).astype(np.float64)
    spread = float(((target - target.mean(axis=0)) ** 2).sum())

    def between(values: Floats) -> float:
        means = np.column_stack([np.bincount(own, weights=v) / np.maximum(counts, 1) for v in values.T])
        return float((counts[:, None] * (means - values.mean(axis=0)) ** 2).sum()) / max(spread, 1e-12)

    return between(target), between(matrix @ slope)
