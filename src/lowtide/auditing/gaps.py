"""Gaps as events: what counts as "not filled" in a column, and whether the outcome or other columns explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import quick
from lowtide.stats.association import Bools, Floats, Ints, deal_folds, ranks, skill

if TYPE_CHECKING:
    from lowtide.auditing.context import Context, View

OFTEN = 5.0
OPEN = 10
LEVELS = 4
WORDS = frozenset((
    "", "-", "--", ".", "?", "n/a", "na", "nan", "none", "null", "nil", "unknown", "not applicable", "not available",
    "no", "tbd", "pending", "없음", "해당없음", "해당 없음", "미정", "무", "미상", "미입력", "비어있음",
))  # fmt: skip
BEST = 40
MODEL_ROWS = 2_000
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which a column can be empty.

    Attributes
    ----------
    event : ``missing``, ``zero`` or ``constant`` (a placeholder).
    empty : (n,) True where it is.
    plain : nothing else can be meant (a zero or a frequent value may as well be measured).
    """

    event: str
    empty: Bools
    plain: bool = True


def gaps(context: Context, name: str) -> list[Gap]:
    """Return the ways in which a column can be empty: missing, zero, or filled with a placeholder."""
    view = context.view(name)
    found = [Gap("missing", view.missing)]
    known = view.codes >= 0
    if not known.any():
        return found
    counts = np.bincount(view.codes[known])
    if view.values is not None:
        if view.distinct <= OPEN:
            return found
        # Zeros only count as "empty" in amounts: a flag or a count of few values has zeros of its own, and so
        # has a scale on which zero is a value like any other.
        zero = view.values == 0
        others = counts if not zero.any() else np.delete(counts, view.codes[zero][0])
        if view.type == "number" and zero.sum() >= 2 * others.max():
            found.append(Gap("zero", view.missing | zero, plain=False))
    placeholder = _placeholder(context, view, counts)
    return found if placeholder is None else [*found, placeholder]


def _placeholder(context: Context, view: View, counts: Ints) -> Gap | None:
    """Return the constant that stands for nothing as a gap; ``None`` without one.

    A number or date: one value, not zero, that is five times as frequent as any other, or lies further from
    all the others than they spread. A text: its most frequent level, or one that says "none", beside at least
    three other levels.
    """
    if view.distinct < LEVELS:
        return None
    order = np.argsort(-counts, kind="stable")
    if view.values is None:
        said: list[int] = []
        if view.distinct < context.sampled / 2:
            levels = context.levels(view.name)[1]
            said = [i for i, text in enumerate(levels) if text.strip().lower() in WORDS and counts[i] > 0]
        chosen = max(said, key=lambda i: (counts[i], -i), default=int(order[0]))
        return Gap("constant", view.missing | (view.codes == chosen), plain=bool(said))
    values = np.unique(view.values[~view.missing])
    steps = np.diff(values)
    for end, step in ((0, steps[0]), (len(values) - 1, steps[-1])):
        if counts[end] >= 10 and step > values[-1] - values[0] - step:
            return Gap("constant", view.missing | (view.codes == end))
    most = int(order[0])
    if counts[most] >= max(OFTEN * counts[order[1]], 10) and values[most] != 0:
        apart = min(steps[max(most - 1, 0)], steps[min(most, len(steps) - 1)]) > 3 * float(np.median(steps))
        return Gap("constant", view.missing | (view.codes == most), plain=apart)
    return None


def told_by_outcome(empty: Bools, context: Context) -> float:
    """Return the share of the variance of being empty that the outcome explains (classes, or 20 cells of a number)."""
    y = context.y
    cell = (
        y.astype(np.int64)
        if len(context.target.classes)
        else np.minimum((ranks(y) * 20).astype(np.int64), 19)
    )
    size = np.bincount(cell).astype(np.float64)
    rate = np.bincount(cell, weights=empty.astype(np.float64)) / np.maximum(size, 1)
    own = empty.astype(np.float64)[:, None]
    # Cells cost degrees of freedom: adjusted R².
    kept = int((size > 0).sum())
    plain = skill(own, rate[cell][:, None])
    return 1.0 - (1.0 - plain) * (len(y) - 1) / max(len(y) - kept, 1)


def told_by_columns(empty: Bools, names: tuple[str, ...], context: Context) -> float:
    """Return the share of the variance of being empty that other columns explain together, out of fold."""
    rows = context.model_rows[:: max(1, len(context.model_rows) // MODEL_ROWS)]
    event = empty[rows].astype(np.float64)[:, None]
    if len(names) == 0 or event.min() == event.max():
        return 0.0
    if len(names) > BEST:
        names = tuple(sorted(sorted(names, key=lambda n: (-context.alone(n).skill, n))[:BEST]))
    # Folds by row: an entity that knows its own gaps is an explanation too.
    fold = deal_folds(None, len(rows), FOLDS, context.seed)
    tables = {j: context.view(n).bins[rows] for j, n in enumerate(names) if context.view(n).values is None}
    predicted = quick.out_of_fold(
        context.matrix(names, rows), event, fold, FOLDS, context.seed, classes=2, tables=tables
    )  # fmt: skip
    return max(skill(event, predicted), 0.0)


def alike(a: Bools, b: Bools) -> float:
    """Return the correlation of two events (phi), 0 when one does not vary."""
    if a.all() or b.all() or not a.any() or not b.any():
        return 0.0
    return float(np.corrcoef(a.astype(np.float64), b.astype(np.float64))[0, 1])


def cuts(empty: Bools, y: Floats) -> float | None:
    """Return the value of a number at which being empty changes at once, or ``None`` when it changes gradually.

    The best step (a rate below, a rate above) must be clearly likelier than the best smooth curve (logistic in
    the rank and its square): ten units of log-likelihood, about one in 20,000 after both had their parameters.
    """
    from sklearn.linear_model import LogisticRegression

    if min(int(empty.sum()), int((~empty).sum())) < 10:
        return None
    area = float(ranks(y)[empty].mean() - ranks(y)[~empty].mean())
    if abs(area) < 0.1:
        return None
    order = np.argsort(y, kind="stable")
    event = empty[order].astype(np.float64)
    n = len(event)
    ends = np.flatnonzero(np.diff(y[order]) > 0) + 1
    ends = ends[(ends >= 0.02 * n) & (ends <= 0.98 * n)]
    if len(ends) == 0:
        return None
    before = np.cumsum(event)[ends - 1]
    after = event.sum() - before
    likely = _loglik(before, ends.astype(np.float64)) + _loglik(after, n - ends.astype(np.float64))
    at = int(np.argmax(likely))
    place = ranks(y)[:, None]
    some = np.arange(0, n, max(1, n // 4000))
    if empty[some].all() or not empty[some].any():
        return None
    smooth = LogisticRegression(C=1e4, max_iter=200).fit(np.hstack([place, place**2])[some], empty[some])
    p = np.clip(smooth.predict_proba(np.hstack([place, place**2]))[:, 1], 1e-12, 1 - 1e-12)
    curve = float(np.where(empty, np.log(p), np.log1p(-p)).sum())
    # A curve that climbs within 3 % of the rows is a cut as well.
    steep = float(np.mean((p > 0.1) & (p < 0.9))) < 0.03 and float(np.ptp(p)) > 0.5
    if float(likely[at]) < curve + 10 and not steep:
        return None
    return float(y[order][ends[at] - 1])


def _loglik(cases: Floats, total: Floats) -> Floats:
    p = np.clip(cases / total, 1e-12, 1 - 1e-12)
    out: Floats = cases * np.log(p) + (total - cases) * np.log1p(-p)
    return out
