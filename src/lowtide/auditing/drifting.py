"""What changes along time, with nulls that know that neighbours in time are alike.

Early rows are compared with late ones. Effects are areas under the curve and shares of variance, which do not
grow with the number of rows; chance is judged on means of stretches of time (batch means), since rows of one
stretch are no independent witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import quick
from lowtide.auditing.moments import find_moment
from lowtide.stats.association import Bools, Floats, Ints, auc, binned_predictions, deal_folds, ranks, skill

if TYPE_CHECKING:
    from lowtide.auditing.context import Context
    from lowtide.auditing.moments import Moment

LEAST_ROWS = 200
STRETCHES = 20
LATE = 0.5
FOLDS = 5
ROWS = 4_000


@dataclass(frozen=True, slots=True)
class Order:
    """The sampled rows along time.

    Attributes
    ----------
    rows : (m,) positions within the sample, the earliest first; ``late``: (m,) the later half.
    stretch : (m,) which of `STRETCHES` equally filled stretches of time; rows of one moment share it.
    moment : the moment, or ``None`` when the order of the file is the time.
    sure : the rows will be split by it anyway (declared, or LT302 is a warning).
    vague : it is not known whether this is time: the order of the file, or a year alone.
    """

    rows: Ints
    stretch: Ints
    late: Bools
    moment: Moment | None
    sure: bool
    vague: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return self.moment.columns if self.moment is not None else ()


def order(context: Context) -> Order | None:
    """Return the rows along time: by the moment, or by the file where LT302 takes that for time."""
    if context.sampled < LEAST_ROWS:
        return None
    seen = [f for f in context.found if f.code == "LT302"]
    by_file = context.task.time == ":order" or any(f.facts.get("time") == ":order" for f in seen)
    moment = None if by_file else find_moment(context)
    if moment is None and not by_file:
        return None
    when = context.index.astype(np.float64) if moment is None else moment.when
    known = np.flatnonzero(~np.isnan(when)).astype(np.int64)
    if len(known) < LEAST_ROWS:
        return None
    rows = known[np.argsort(when[known], kind="stable")]
    # Ranks of the moment, ties together: a stretch never cuts through a day.
    place = ranks(when[rows])
    stretch = np.minimum((place * STRETCHES).astype(np.int64), STRETCHES - 1)
    _, stretch = np.unique(stretch, return_inverse=True)
    late = place > LATE
    if late.all() or not late.any() or stretch.max() < 3:
        return None
    sure = context.task.time is not None or any(f.severity == "warning" for f in seen)
    vague = moment is None or (len(moment.columns) == 1 and context.view(moment.columns[0]).type == "number")
    return Order(rows, stretch.astype(np.int64), late, moment, sure, vague)


def batch_p(values: Floats, along: Order) -> float:
    """Return the p-value of early against late means of (m,) values, from means of stretches (Welch's t)."""
    from scipy.stats import t

    known = ~np.isnan(values)
    stretch = along.stretch[known]
    counts = np.bincount(stretch, minlength=along.stretch.max() + 1).astype(np.float64)
    means = np.bincount(stretch, weights=values[known], minlength=len(counts)) / np.maximum(counts, 1)
    late = np.bincount(along.stretch, weights=along.late) / np.bincount(along.stretch) > 0.5
    early, after = means[~late & (counts > 0)], means[late & (counts > 0)]
    if len(early) < 2 or len(after) < 2:
        return 1.0
    one, two = float(early.var(ddof=1)) / len(early), float(after.var(ddof=1)) / len(after)
    gap = abs(float(after.mean() - early.mean()))
    if one + two <= 1e-12 * gap**2:
        return 0.0 if gap > 0 else 1.0
    freedom = (one + two) ** 2 / (one**2 / (len(early) - 1) + two**2 / (len(after) - 1))
    return float(2 * t.sf(gap / (one + two) ** 0.5, freedom))


def told(context: Context, name: str, along: Order) -> tuple[float, float, str]:
    """Return how well a column tells late rows (area), its p-value, and how: ``missing``, ``levels`` or ``values``."""
    view = context.view(name)
    bins = view.bins[along.rows]
    side = along.late.astype(np.float64)[:, None]
    fold = deal_folds(None, len(bins), FOLDS, context.seed)
    predicted = binned_predictions(bins, side, fold, FOLDS)[:, 0]
    area = auc(along.late, predicted)
    lost = (bins == 0).astype(np.float64)
    gap = abs(float(lost[along.late].mean() - lost[~along.late].mean()))
    how = "missing" if gap >= 0.1 else ("levels" if view.values is None else "values")
    p = batch_p(ranks(predicted), along)
    if view.values is not None:
        # A plain shift shows best in the values themselves.
        own = view.values[along.rows]
        known = ~np.isnan(own)
        if known.any() and along.late[known].any() and not along.late[known].all():
            straight = auc(along.late[known], own[known])
            shifted = np.full(len(own), np.nan)
            shifted[known] = ranks(own[known])
            area, p = max(area, straight, 1 - straight), min(p, batch_p(shifted, along)) * 2
    return area, min(p, 1.0), how


@dataclass(frozen=True, slots=True)
class Relation:
    """How a model from early rows does on late ones, against a model of late rows (same size, same rows).

    Attributes
    ----------
    early, late : skill on the late rows of models of early and of late rows, mean errors forgiven.
    p_value : that the former is no worse, over stretches of time.
    """

    early: float
    late: float
    p_value: float


def relation(context: Context, along: Order, names: tuple[str, ...]) -> Relation | None:
    """Judge late rows, stretch by stretch, by models of the other late stretches and of as many early rows.

    A stretch is never judged by its own rows, so neighbours in time help neither of the two.
    """
    from scipy.stats import t

    rows = along.rows
    late = along.late
    keep = np.ones(len(rows), dtype=bool)
    if len(rows) > ROWS:
        keep = np.zeros(len(rows), dtype=bool)
        keep[np.random.default_rng([context.seed, 167]).choice(len(rows), ROWS, replace=False)] = True
    early_rows, late_rows = rows[keep & ~late], rows[keep & late]
    blocks = along.stretch[keep & late] - along.stretch[keep & late].min()
    fold = blocks * FOLDS // (int(blocks.max()) + 1)
    chosen = context.for_model(names)
    if len(early_rows) < 80 or len(late_rows) < 80 or not chosen or len(np.unique(fold)) < 3:
        return None
    targets = context.targets
    errors = np.empty((2, len(late_rows), targets.shape[1]))
    for f in range(int(fold.max()) + 1):
        judged = late_rows[fold == f]
        own = late_rows[fold != f]
        size = min(len(own), len(early_rows))
        rng = np.random.default_rng([context.seed, 173, f])
        pools = (rng.choice(early_rows, size, replace=False), rng.choice(own, size, replace=False))
        for k, pool in enumerate(pools):
            both = np.concatenate([pool, judged])
            test = np.concatenate([np.ones(size, dtype=np.int64), np.zeros(len(judged), dtype=np.int64)])
            errors[k, fold == f] = _predicted_errors(context, both, test, chosen)
    truth = targets[late_rows]
    centred = [e - e.mean(axis=0) for e in errors]
    spread = float(((truth - truth.mean(axis=0)) ** 2).sum())
    whole = float(((targets[rows] - targets[rows].mean(axis=0)) ** 2).mean())
    if spread < 0.05 * whole * truth.size:
        # The late rows are all alike (a file sorted by the target): no relation to speak of.
        return None
    lost = [(c**2).sum(axis=1) for c in centred]
    gap = lost[0] - lost[1]
    counts = np.bincount(blocks)
    means = (np.bincount(blocks, weights=gap) / np.maximum(counts, 1))[counts > 0]
    spread_of_means = float(means.std(ddof=1)) if len(means) >= 4 else 0.0
    p = 1.0
    if spread_of_means > 0:
        p = float(t.sf(float(means.mean()) / (spread_of_means / len(means) ** 0.5), len(means) - 1))
    return Relation(1 - float(lost[0].sum()) / spread, 1 - float(lost[1].sum()) / spread, p)


def _predicted_errors(context: Context, rows: Ints, test: Ints, chosen: tuple[str, ...]) -> Floats:
    """Return errors of the rows with ``test`` 0 by a model of those with ``test`` 1 (never the other way)."""
    tables = {j: context.view(n).bins[rows] for j, n in enumerate(chosen) if context.view(n).values is None}
    truth = context.targets[rows]
    told_ = quick.out_of_fold(
        context.matrix(chosen, rows), truth, test, 1, context.seed,
        classes=len(context.target.classes), tables=tables,
    )  # fmt: skip
    errors: Floats = (truth - told_)[test == 0]
    return errors


def drift_of_target(context: Context, along: Order) -> tuple[float, float, Floats]:
    """Return the share of the target's variance that early or late explains, its p-value, and means by quarter."""
    targets = context.targets[along.rows]
    late = along.late.astype(np.int64)
    fold = deal_folds(None, len(late), FOLDS, context.seed)
    share = skill(targets, binned_predictions(late, targets, fold, FOLDS))
    p = min(1.0, min(batch_p(t, along) for t in targets.T) * targets.shape[1])
    quarter = along.stretch * 4 // (int(along.stretch.max()) + 1)
    y = context.y[along.rows]
    label = y if context.target.kind == "regression" else (y == _moving(context, along)).astype(np.float64)
    return share, p, np.bincount(quarter, weights=label) / np.maximum(np.bincount(quarter), 1)


def _moving(context: Context, along: Order) -> int:
    """Return the class whose share moves most (binary: the positive one)."""
    if context.target.kind == "binary":
        return 1
    targets = context.targets[along.rows]
    return int(np.abs(targets[along.late].mean(axis=0) - targets[~along.late].mean(axis=0)).argmax())
