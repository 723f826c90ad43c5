"""LT404: values in another unit, decimal marks that slipped, signs that are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints, ranks
from lowtide.stats.units import beside, factor_beside, separated, wrong_signs
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 30
PARTNER = 0.6
PARTNER_ROWS = 2000


class MixedUnits(Check):
    """What is far from all others *and* would be ordinary after a factor, a sign, or nowhere near any of them.

    A long tail is honest: the others must lie close together, and the stretch between must be empty. Two
    units whose values overlap are told apart beside the column that goes most with this one.
    """

    code = "LT404"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        # Codes for "not known" lie far away too, and have been told.
        told = {c for f in context.found if f.code == "LT401" for c in f.columns}
        names = [n for n in context.features if n not in told and _amount(context.view(n))]
        found = []
        partners = _partners(context, names)
        for name in names:
            values = context.view(name).values
            assert values is not None
            facts = _alone(values) or _beside(values, context, partners.get(name))
            if facts is None:
                continue
            at = np.flatnonzero(facts.pop("where"))
            found.append(
                Finding(
                    code=self.code,
                    severity="warning",
                    columns=(name,),
                    rows=context.source_rows(at),
                    facts={**facts, "rows": len(at), "share": len(at) / context.sampled, "rows_looked_at": context.sampled},
                    remedy="treat_as_missing",
                )
            )  # fmt: skip
        return found


def _amount(view: View) -> bool:
    return view.type == "number" and view.values is not None and view.distinct >= 12


def _alone(values: Floats) -> dict[str, Any] | None:
    signs = wrong_signs(values)
    if signs is not None:
        return {"variant": "sign", "where": signs}
    cluster = separated(values)
    if cluster is None:
        return None
    if cluster.factor is None:
        return {"variant": "far", "where": cluster.where}
    return {"variant": "factor", "factor": cluster.factor, "where": cluster.where}


def _beside(values: Floats, context: Context, partner: str | None) -> dict[str, Any] | None:
    if partner is None:
        return None
    other = context.view(partner).values
    assert other is not None
    cluster = factor_beside(beside(values, other))
    if cluster is None or cluster.factor is None:
        return None
    # The partner may be the one in two units: then its own residuals show the inverse as clearly.
    return {"variant": "beside", "factor": cluster.factor, "partner_column": partner, "where": cluster.where}


def _partners(context: Context, names: list[str]) -> dict[str, str]:
    """Return for each column the one with the largest rank correlation, if it is at least `PARTNER`."""
    if len(names) < 2:
        return {}
    n = context.sampled
    rows: Ints = np.arange(n, dtype=np.int64)
    if n > PARTNER_ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 404]).choice(n, PARTNER_ROWS, replace=False))
    matrix = np.column_stack([_ranked(context.view(c).values, rows) for c in names])
    alike = np.abs(matrix.T @ matrix) / len(rows)
    np.fill_diagonal(alike, 0.0)
    best = alike.argmax(axis=1)
    return {c: names[best[i]] for i, c in enumerate(names) if alike[i, best[i]] >= PARTNER}


def _ranked(values: Floats | None, rows: Ints) -> Floats:
    assert values is not None
    own = values[rows]
    known = np.isfinite(own)
    out = np.zeros(len(own))
    if known.sum() > 10:
        out[known] = (ranks(own[known]) - 0.5) * np.sqrt(12)
    return out
