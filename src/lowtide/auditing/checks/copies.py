"""LT201: a column that is the target again: relabelled, rescaled, re-ranked, or nearly so."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, ranks
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MISFIT = 0.02
LEAST_ROWS = 20


class TargetCopy(Check):
    """Classes: few values, each with one class. Numbers: a linear or a monotone image of the target."""

    code = "LT201"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        found = []
        for name in context.candidates:
            view = context.view(name)
            if target.kind == "regression":
                facts = _number_copy(view, context.y)
            else:
                facts = _label_copy(view, context.y, len(target.classes))
            if facts is not None:
                facts |= {"rows_looked_at": context.sampled}
                found.append(
                    Finding(
                        code=self.code, severity="error", columns=(name,), facts=facts, remedy="drop_columns"
                    )
                )
        return found


def _label_copy(view: View, y: Floats, classes: int) -> dict[str, Any] | None:
    """Say how the column is the class: every value has one class and there are about as few values.

    Near copies may be wrong in 2 % of the rarest class. A missing value is a value here.
    """
    codes = view.codes + 1
    present = np.unique(codes)
    if len(present) < 2 or len(present) > 2 * classes + 1:
        return None
    table = np.zeros((int(codes.max()) + 1, classes))
    np.add.at(table, (codes, y.astype(np.int64)), 1.0)
    misfit = float(table.sum() - table.max(axis=1).sum())
    size = table.sum(axis=0)
    kept = np.zeros(classes)
    np.add.at(kept, table.argmax(axis=1), table.max(axis=1))
    seen = size > 0
    if size[seen].min() < 5 or np.any(kept[seen] < (1 - MISFIT) * size[seen]):
        return None
    if view.missing.any() and len(present) == 2:
        return None  # one value or missing: LT204 tells this better
    return {"variant": "labels", "values": len(present), "misfits": int(misfit), "exact": misfit == 0}


def _number_copy(view: View, y: Floats) -> dict[str, Any] | None:
    """Say how the column is the number: y = a x + b, or the same order (a rank, a logarithm)."""
    if len(np.unique(y)) < 10:
        return _few_values(view, y)
    if view.values is None:
        return None
    known = ~np.isnan(view.values)
    if known.sum() < max(LEAST_ROWS, 0.5 * len(y)):
        return None
    x, z = view.values[known], y[known]
    if view.distinct < 10 or np.unique(z).size < 10:
        return None
    slope, intercept = np.polyfit(x - x.mean(), z, 1)
    left = z - slope * (x - x.mean()) - intercept
    linear = 1.0 - float((left**2).sum()) / float(((z - z.mean()) ** 2).sum())
    # Robust against a few wrong cells: the middle of the residuals against the middle of the spread.
    near = (
        float(np.median(np.abs(left)) / np.median(np.abs(z - np.median(z))))
        if np.median(np.abs(z - np.median(z)))
        else 1.0
    )
    order = abs(float(np.corrcoef(ranks(x), ranks(z))[0, 1]))
    if linear >= 1 - 1e-9 or (linear >= 0.9999 and near < 0.01):
        return {"variant": "linear", "slope": float(slope), "r2": linear, "exact": linear >= 1 - 1e-9}
    if order >= 0.9995:
        return {"variant": "order", "spearman": order, "exact": order >= 1 - 1e-12}
    return None


def _few_values(view: View, y: Floats) -> dict[str, Any] | None:
    """A number with few values is a label."""
    distinct, codes = np.unique(y, return_inverse=True)
    if len(distinct) < 2:
        return None
    return _label_copy(view, codes.astype(np.float64), len(distinct))
