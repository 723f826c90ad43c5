"""LT504: outcomes that were recorded wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.bagging import chances
from lowtide.auditing.check import Check
from lowtide.auditing.context import FOLDS, Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.stats.intervals import share_interval
from lowtide.stats.units import factor_beside, wrong_signs
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 100
MOST_CLASSES = 30
SEVERAL_ROWS = 2000
# Contrary outcomes where they should be rarest: the lower bound of their share that is no chance any more.
CONTRARY, CONTRARY_NUMBER = 0.04, 0.025
# Their share among the surest quarter, set against the next quarter: by chance it would be less than half.
FLAT = 0.62
MOST = 0.3
# How well the rarer class must be told (contrary outcomes in its surest half, against chance), and how many
# times as often outcomes may be contrary in all rows as in the surest: what is told worse must be flatter.
CLEAR, CLEAR_ELSEWHERE = 0.33, 1.9
DIM, DIM_ELSEWHERE = 0.42, 1.35


class LabelNoise(Check):
    """Chance thins out where a model is surest; a wrong entry happens anywhere.

    Rows are ordered by how sure an out-of-fold forest is of its class (confident learning: Northcutt, Jiang &
    Chuang 2021, section 3). When outcomes are only uncertain, the share of contrary outcomes falls steadily
    towards the surest rows; when some are recorded wrongly, it stops falling at their share. Both the
    height of that plateau (lower 95 % bound) and its flatness must be there, and the model must be able to
    tell the rarer class. Numbers are judged by the side of their median, and their slips by the
    ratio of outcome and prediction.
    """

    code = "LT504"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        names = context.for_model(context.honest())
        if not names:
            return NotApplicable(code=self.code, reason="no_columns")
        if len(target.classes) > MOST_CLASSES:
            return NotApplicable(code=self.code, reason="too_many_classes")
        rows = context.model_rows
        slips = self._slips(context, names, rows) if target.kind == "regression" else None
        if slips is not None:
            return [slips]
        labels = _labels(context)[rows]
        classes = max(len(target.classes), 2)
        if classes > 2 and len(rows) > SEVERAL_ROWS:
            few = np.random.default_rng([context.seed, 504]).choice(len(rows), SEVERAL_ROWS, replace=False)
            rows, labels = rows[np.sort(few)], labels[np.sort(few)]
        if np.bincount(labels, minlength=classes).max() > 0.98 * len(labels):
            return NotApplicable(code=self.code, reason="one_class_rules")
        given = chances(
            context.matrix(names, rows), context.targets[rows], labels, context.fold[rows], FOLDS, context.seed,
            classes=classes, tables=context._encoded(names, rows),
        )  # fmt: skip
        facts = _plateau(given, labels, CONTRARY_NUMBER if target.kind == "regression" else CONTRARY)
        if facts is None:
            return []
        at = rows[facts.pop("at")]
        variant = "numbers" if target.kind == "regression" else "labels"
        return [
            Finding(
                code=self.code,
                severity="question",
                rows=context.source_rows(at),
                facts={"variant": variant, **facts, "rows_looked_at": len(rows)},
                remedy="ask",
            )
        ]

    def _slips(self, context: Context, names: tuple[str, ...], rows: Ints) -> Finding | None:
        """Return outcomes that are as expected but for a factor or a sign."""
        y = context.y[rows]
        signs = wrong_signs(y)
        facts: dict[str, Any] | None = None
        if signs is not None:
            facts = {"variant": "sign", "number": int(signs.sum()), "factor": -1.0}
            where: Bools = signs
        elif np.mean(y > 0) >= 0.9:
            cluster = factor_beside(_log_left(context, names, rows, y))
            if cluster is not None:
                facts = {"variant": "factor", "number": cluster.number, "factor": cluster.factor}
                where = cluster.where
        if facts is None:
            return None
        return Finding(
            code=self.code,
            severity="question",
            rows=context.source_rows(rows[np.flatnonzero(where)]),
            facts={**facts, "share": facts["number"] / len(rows), "rows_looked_at": len(rows)},
            remedy="ask",
        )


def _labels(context: Context) -> Ints:
    """Return the class of each sampled row; of numbers whether they are above their median."""
    if context.target.classes:
        return context.y.astype(np.int64)
    return (context.y > np.median(context.y)).astype(np.int64)


def _plateau(given: Floats, labels: Ints, least: float) -> dict[str, Any] | None:
    """Return the plateau of contrary outcomes among the surest rows, if there is one."""
    n = len(labels)
    predicted = given.argmax(axis=1)
    sure = given.max(axis=1)
    contrary = predicted != labels
    order = np.argsort(-sure, kind="stable")
    quarter = max(n // 4, 1)
    first, second = order[:quarter], order[quarter : 2 * quarter]
    low, high = share_interval(int(contrary[first].sum()), quarter, 0.90)
    top, next_to = float(contrary[first].mean()), float(contrary[second].mean())
    if low < least or top > MOST or not FLAT * next_to <= top <= max(2 * next_to, next_to + 0.05):
        return None
    told, elsewhere = _told(predicted, sure, contrary, labels), float(contrary.mean()) / top
    clear = told <= CLEAR and elsewhere <= CLEAR_ELSEWHERE
    if not clear and not (told <= DIM and elsewhere <= DIM_ELSEWHERE):
        return None
    at = first[contrary[first]]
    return {"share": top, "share_low": low, "share_high": high, "share_next": next_to, "at": at}


def _told(predicted: Ints, sure: Floats, contrary: Bools, labels: Ints) -> float:
    """Return how often outcomes are contrary in the surest half of a class, against chance.

    The best of the classes beside the commonest; 1 when the model finds none of them.
    """
    size = np.bincount(labels, minlength=int(max(predicted.max(), labels.max())) + 1)
    best = 1.0
    for c in np.flatnonzero(np.bincount(predicted) >= 16):
        if c != size.argmax():
            own = np.flatnonzero(predicted == c)
            half = own[np.argsort(-sure[own], kind="stable")][: max(8, len(own) // 2)]
            best = min(best, float(contrary[half].mean()) / (1 - size[c] / len(labels)))
    return best


def _log_left(context: Context, names: tuple[str, ...], rows: Ints, y: Floats) -> Floats:
    """Return log10 of the outcome minus its median among rows with a like prediction; NaN where not positive."""
    from lowtide.stats.units import beside

    # Ranks are predicted, so that slips do not bend the prediction.
    expected = context.targets[rows, 0] - context.residuals(names, rows, context.fold[rows])[:, 0]
    return beside(y, expected)
