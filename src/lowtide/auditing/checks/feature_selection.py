"""LT114: columns that were selected on all rows, and tables in which doing so would pay."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.digits import numeric
from lowtide.auditing.folded import compare, truth
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints
from lowtide.stats.selection import LEAST, Selected, independent, threshold_in
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 20
# An e-value of 20: at most 5 % of tables without selection have one (in simulations 0.1 %); of 10,000: one table in 10,000.
SURE, LIKELY = 4.0, 1.3
HALVES = 20
NARROWEST = 0.6
# Wide tables: at least half as many columns as rows, or 50 columns over few rows.
WIDE_COLUMNS, FEW_ROWS, PER_COLUMN = 50, 2_000, 10
KEPT = 10
GAP = 0.02
MOST_COLUMNS = 3_000


class SelectedOnAllRows(Check):
    """Two things: traces of a threshold in how the columns relate to the target, and the danger in wide tables.

    The trace needs six columns or more of noise that passed, and columns that do not depend on each other. Not
    seen: a few selected columns, a selection by a model or in steps, one made on other rows (which is honest).
    """

    code = "LT114"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        names = [n for n in numeric(context) if context.view(n).distinct > 1][:MOST_COLUMNS]
        names = sorted(n for n in names if context.view(n).missing.mean() < 0.2)
        if len(names) < LEAST:
            return NotApplicable(code=self.code, reason="too_few_columns", facts={"columns": len(names)})
        data = _filled(context, tuple(names))
        made = _made(context, names, data)
        if made is not None:
            return [made]
        danger = _danger(context, data)
        return [danger] if danger is not None else []


def _filled(context: Context, names: tuple[str, ...]) -> Floats:
    """Return the columns (sampled rows, p), centred, missing values at their mean."""
    data = context.matrix(names, np.arange(context.sampled))
    told = np.isfinite(data)
    data[~told] = 0.0
    out: Floats = np.where(told, data - data.sum(axis=0) / np.maximum(told.sum(axis=0), 1), 0.0)
    return out


def _made(context: Context, names: list[str], data: Floats) -> Finding | None:
    """Return the finding that a selection has left its edge, in number columns that do not depend on each other."""
    values = truth(context)
    left = data - _explained(data, values)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = np.atleast_2d(np.nan_to_num(np.corrcoef(left, rowvar=False)))
    kept = independent(within, max(0.3, 4.0 / np.sqrt(len(data))))
    if len(kept) < LEAST:
        return None
    relations = relation(data[:, kept], values)
    seen = threshold_in(relations, _width(context, data[:, kept], values))
    if seen is None or seen.evidence < LIKELY:
        return None
    chosen = [names[kept[j]] for j in seen.members]
    facts: dict[str, Any] = {
        "variant": "made", "count": len(chosen), "threshold": round(seen.threshold, 2),
        "strongest": round(float(relations[seen.members].max()), 2), "evidence": round(seen.evidence, 2),
        "columns_looked_at": len(names), "independent": len(kept), "rows": len(context.table),
        "rows_looked_at": context.sampled,
    }  # fmt: skip
    return Finding(
        code="LT114", severity="error" if seen.evidence >= SURE else "question",
        columns=tuple(n for n in context.table.names if n in set(chosen)), facts=facts, remedy="drop_columns",
    )  # fmt: skip


def _explained(data: Floats, values: Floats) -> Floats:
    """Return what the target explains of each column, linearly."""
    design = np.column_stack([np.ones(len(values)), values])
    solved, *_ = np.linalg.lstsq(design, data, rcond=None)
    out: Floats = design @ solved
    return out


def relation(data: Floats, values: Floats) -> Floats:
    """Return how many standard errors each column (n, p) is related to the target (n, k): |Fisher's z|.

    With several classes the F statistic's chance is put on the same scale.
    """
    n, k = len(values), values.shape[1]
    total = np.maximum((data**2).sum(axis=0), 1e-300)
    share = np.clip(((_explained(data, values) - data.mean(axis=0)) ** 2).sum(axis=0) / total, 0.0, 1 - 1e-12)
    if k == 1 or n <= k + 3:
        return np.asarray(np.arctanh(np.sqrt(share)) * np.sqrt(max(n - 3, 1)))
    from scipy.stats import f, norm

    free = k - 1
    chance = f.logsf(share / free / ((1 - share) / (n - free - 1)), free, n - free - 1)
    return np.asarray(norm.isf(np.exp(np.maximum(chance - np.log(2), -700.0))))


def _width(context: Context, data: Floats, values: Floats) -> float:
    """Return the spread of sampling noise across columns: below one when columns err together.

    The difference of the two halves of the rows holds the noise alone, whatever the true relations are.
    """
    if values.shape[1] > 1:
        values = values[:, [int(np.argmax(values.var(axis=0)))]]
    z = values[:, 0] - values[:, 0].mean()
    sign = np.where(data.T @ z < 0, -1.0, 1.0)
    n = len(data)
    rng = np.random.default_rng([context.seed, 114])
    found = []
    for _ in range(HALVES):
        half = rng.permutation(n) < n // 2
        parts = []
        for side in (half, ~half):
            part, own = data[side] - data[side].mean(axis=0), values[side, 0] - values[side, 0].mean()
            size = np.sqrt(np.maximum((part**2).sum(axis=0) * (own @ own), 1e-300))
            parts.append(
                np.arctanh(np.clip(part.T @ own / size, -0.999, 0.999)) * np.sqrt(max(side.sum() - 3, 1))
            )
        found.append(float(np.var(sign * (parts[0] - parts[1]) / np.sqrt(2.0), ddof=1)))
    return float(np.clip(np.sqrt(np.mean(found)), NARROWEST, 1.0))


def _danger(context: Context, data: Floats) -> Finding | None:
    """Return the question whether columns are chosen on all rows, with the size of the lie that it would be."""
    n, p = len(data), data.shape[1]
    wide = 2 * p >= n or (p >= WIDE_COLUMNS and n <= min(FEW_ROWS, PER_COLUMN * p))
    if not wide:
        return None
    values = truth(context)
    rows = context.model_rows
    everywhere = _strongest(data[rows], values[rows])

    def score(chosen: Ints, train: Ints, test: Ints) -> Floats:
        left, right = data[train][:, chosen], data[test][:, chosen]
        spread = np.maximum(left.std(axis=0), 1e-12)
        left, right = left / spread, right / spread
        mean = values[train].mean(axis=0)
        gram = left.T @ left + 0.1 * len(train) * np.eye(len(chosen))
        out: Floats = mean + (right - left.mean(axis=0)) @ np.linalg.solve(
            gram, left.T @ (values[train] - mean)
        )
        return out

    price = compare(
        context, rows,
        lambda a, b: score(everywhere, a, b),
        lambda a, b: score(_strongest(data[a], values[a]), a, b),
    )  # fmt: skip
    if price is None or price.points < GAP:
        return None
    facts: dict[str, Any] = {
        "variant": "danger", "columns_looked_at": p, "kept": len(everywhere), "rows": n,
        "as_is": round(price.as_is, 4), "inside": round(price.remedied, 4), "metric": price.metric,
    }  # fmt: skip
    # With fewer columns than rows it is a warning: many such tables are never selected from.
    severity = "question" if p >= n else "warning"
    return Finding(code="LT114", severity=severity, facts=facts, remedy="ask", price=price)


def _strongest(data: Floats, values: Floats) -> Ints:
    centred = data - data.mean(axis=0)
    order = np.argsort(-relation(centred, values).round(9), kind="stable")
    return np.sort(order[: min(KEPT, data.shape[1])]).astype(np.int64)


__all__ = ["Selected", "SelectedOnAllRows", "relation"]
