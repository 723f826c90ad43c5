"""Do the other columns know of a column only what the target tells of it?

A cause of the target, or a thing measured beside it, hangs together with the rest of the row in ways of its own.
A value that was made *from* the target (a copy with noise, a late label, a score given afterwards) does not: once
the target is known, the other columns say nothing more about it. In the words of Pearl (1988), the target screens
the column off from the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import quick
from lowtide.stats.association import Bools, Floats, Ints, binned_predictions, ranks, skill

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

LEAST_ROWS = 150
FOLDS = 4
LEVELS = 6
TWIN = 0.95
SCREEN = 6.0


@dataclass(frozen=True, slots=True)
class Link:
    """What binds a column to the others once the target is known.

    Attributes
    ----------
    rows : rows with a value, on which this was measured.
    owed : share of the column (ranks) that the target explains.
    others : skill of the other columns for the target.
    expected : how many standard errors the binding would be away from 0 for a cause of its own.
    seen : standard errors of the binding to the others' joint prediction.
    left : standard errors of what a small model of the others foretells of the rest of the column.
    """

    rows: int
    owed: float
    others: float
    expected: float
    seen: float
    left: float

    @property
    def only(self) -> bool:
        """True when the target screens the column off, and a cause of its own would have been noticed."""
        return self.expected >= 8.0 and self.loose

    @property
    def loose(self) -> bool:
        """True when nothing but the target was seen to bind the column, noticeable or not."""
        return self.seen < 2.5 and self.left < 2.5

    @property
    def nearly_only(self) -> bool:
        """True when little beside the target binds the column: a late value that also has a life of its own."""
        return self.expected >= 8.0 and self.seen < 2.5 and self.left < 0.28 * self.rows**0.5

    @property
    def cause(self) -> bool:
        """True when the column behaves as a cause, or as a thing that belongs to the rest of the row."""
        as_expected = self.expected >= 4.0 and self.seen >= 0.6 * self.expected
        return as_expected or self.left >= 0.45 * self.rows**0.5


def bends(context: Context, rows: Ints) -> Floats:
    """Return the target as a basis (rows, m): class indicators, or hats over the ranks of a number."""
    y = context.y[rows]
    classes = len(context.target.classes)
    if classes:
        return np.asarray(y[:, None] == np.arange(classes)[None, :], dtype=np.float64)
    knots = int(np.clip(len(y) / 50, 3, 20))
    return np.asarray(
        np.maximum(0.0, 1.0 - np.abs(ranks(y)[:, None] * knots - np.arange(knots + 1)[None, :]))
    )


def without(basis: Floats, values: Floats) -> Floats:
    """Return values (n,) or (n, k) minus what the basis explains of them (least squares)."""
    weights, *_ = np.linalg.lstsq(basis, values, rcond=1e-10)
    left: Floats = values - basis @ weights
    return left


def number_of(context: Context, name: str, rows: Ints) -> Floats:
    """Return a column as one number a row: ranks, or for a text the share of an outcome at its level."""
    view = context.view(name)
    if view.values is not None:
        return ranks(view.values[rows])
    shares = binned_predictions(view.bins, context.targets, context.fold, int(context.fold.max()) + 1)
    line: Floats = shares[rows, int(shares.var(axis=0).argmax())]
    return line


def _rows(context: Context, name: str) -> Ints:
    view = context.view(name)
    known: Bools = np.ones(context.sampled, dtype=bool) if view.values is None else ~view.missing
    rows: Ints = context.model_rows[known[context.model_rows]]
    if len(rows) < min(LEAST_ROWS * 4, context.sampled // 2) and known.sum() > len(rows):
        # A column that is filled in few rows: take them all.
        rows = np.flatnonzero(known)[: len(context.model_rows)]
    return rows


def link(context: Context, name: str, others: tuple[str, ...], *, whole: bool = False) -> Link | None:
    """Measure what binds a column to the others beyond the target; ``None`` with too few rows or columns.

    Unless the ``whole`` is wanted, ``left`` is not measured (infinite) where the rest already decides.
    """
    rows = _rows(context, name)
    chosen = context.for_model(others)
    if len(rows) < LEAST_ROWS or not chosen or np.ptp(context.y[rows]) == 0:
        return None
    basis = bends(context, rows)
    column = number_of(context, name, rows)
    rest = without(basis, column)
    total = float(((column - column.mean()) ** 2).sum())
    if total == 0.0:
        return None
    spare = (len(rows) - 1) / max(len(rows) - basis.shape[1], 1)
    owed = max(1 - spare * float((rest**2).sum()) / total, 0.0)
    fold, matrix = context.fold[rows] % FOLDS, context.matrix(chosen, rows)
    tables = {j: context.view(n).bins[rows] for j, n in enumerate(chosen) if context.view(n).values is None}
    told = quick.out_of_fold(
        matrix, context.targets[rows], fold, FOLDS, context.seed,
        classes=len(context.target.classes), tables=tables,
    )  # fmt: skip
    others_tell = skill(context.targets[rows], told)
    expected, seen = _binding(basis, told, rest, owed, spare)
    if not whole and (expected < 8.0 or seen >= 2.5):
        return Link(len(rows), owed, others_tell, expected, seen, np.inf)
    full = np.column_stack([matrix, context.y[rows]])
    foretold = quick.out_of_fold(full, rest[:, None], fold, FOLDS, context.seed, classes=0, tables=tables)[
        :, 0
    ]
    left = 0.0
    if foretold.std() > 0 and rest.std() > 0:
        left = float(np.corrcoef(foretold, rest)[0, 1]) * len(rows) ** 0.5
    return Link(len(rows), owed, others_tell, expected, seen, left)


def _binding(basis: Floats, told: Floats, rest: Floats, owed: float, spare: float) -> tuple[float, float]:
    """Return the expected and the seen binding to the others' prediction, in standard errors.

    Expected for a cause that is independent of the others: the target, being made of both, ties them
    together by the product of their odds r²/(1-r²).
    """
    n = len(rest)
    own = without(basis, told)
    width = max(1, own.shape[1] - (own.shape[1] > 1))
    share = 1 - float((without(own, rest) ** 2).sum()) / max(float((rest**2).sum()), 1e-300)
    seen = float(np.sqrt(max(n * share / width, 0.0)))
    main = int(told.var(axis=0).argmax())
    spread = float(((told[:, main] - told[:, main].mean()) ** 2).sum())
    kept = max(1 - spare * float((own[:, main] ** 2).sum()) / spread, 0.0) if spread > 0 else 0.0
    odds = owed * kept / max((1 - owed) * (1 - kept), 1e-9)
    return float(np.sqrt(min(odds, 2500.0) * n)), seen


def screened(
    context: Context, names: tuple[str, ...], judged: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the judged columns that no single other column is bound to, each with its near twins.

    A quick look before `link`: correlations of what the target leaves of every column. Twins (0.95 and more) are the
    same thing written twice and do not speak against each other.
    """
    rows = context.model_rows
    if len(rows) < LEAST_ROWS:
        return []
    basis = bends(context, rows)
    parts, owner = [], []
    for place, name in enumerate(names):
        for part in _parts(context, name, rows):
            parts.append(part)
            owner.append(place)
    if not parts:
        return []
    rest = without(basis, np.column_stack(parts))
    size = np.sqrt((rest**2).sum(axis=0))
    rest = rest / np.where(size > 1e-9, size, np.inf)
    whose = np.asarray(owner)
    out = []
    for name in judged:
        own = whose == names.index(name)
        ties = (
            np.abs(rest[:, own].T @ rest[:, ~own]).max(axis=0)
            if own.any() and not own.all()
            else np.zeros(int((~own).sum()))
        )
        others = whose[~own]
        twins = {int(t) for t in np.unique(others[ties >= TWIN])}
        strongest = max(
            (float(t) for t, o in zip(ties, others, strict=True) if int(o) not in twins), default=0.0
        )
        if strongest * len(rows) ** 0.5 < SCREEN:
            out.append((name, tuple(names[t] for t in sorted(twins))))
    return out


def _parts(context: Context, name: str, rows: Ints) -> list[Floats]:
    """Return a column as numbers: ranks with gaps in the middle, or indicators of its largest levels."""
    view = context.view(name)
    if view.values is not None:
        values = view.values[rows]
        known = ~np.isnan(values)
        if known.sum() < 30:
            return []
        out = np.full(len(rows), 0.5)
        out[known] = ranks(values[known])
        return [out]
    sizes = np.bincount(view.bins[rows])
    return [
        (view.bins[rows] == b).astype(np.float64)
        for b in np.argsort(-sizes, kind="stable")[:LEVELS]
        if sizes[b] >= 20
    ]
