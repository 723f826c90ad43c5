"""LT301: an entity that repeats, inside which the target is more alike than the features explain."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import FOLDS, MODEL_ROWS, Context
from lowtide.auditing.entities import UNNAMED, Entity, apart_from_size
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Ints, Likeness, deal_folds, likeness
from lowtide.tables.table import Table
from lowtide.tables.target import Target

TRIED = 4
ALIKE = 0.05
ALIKE_UNSURE = 0.02
SURE = 0.01


class RepeatedEntity(Check):
    """Structure (see `lowtide.auditing.entities`) and dependence must both be there.

    Dependence: the residuals of a small model, fitted without any row of the same entity, are alike inside
    the entity (intraclass correlation, permutation test).
    """

    code = "LT301"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        possible = context.entities
        if not possible:
            return NotApplicable(code=self.code, reason="no_repeating_entity")
        judged = []
        names = {e.name for e in possible if not (e.unnamed and e.numeric)}
        for entity in (*[e for e in possible if not e.unnamed][:TRIED], *_unnamed(context, possible)):
            alike = dependence(context, entity, names)
            if alike.p_value <= SURE and alike.icc >= (ALIKE if entity.unnamed else ALIKE_UNSURE):
                judged.append((entity, alike))
        declared = [e for e in possible if e.evidence == "declared"]
        if not judged and not declared:
            return []
        best, alike = max(
            judged or [(declared[0], dependence(context, declared[0], {declared[0].name}))],
            key=lambda j: (
                j[0].evidence == "declared",
                j[0].sure,
                round(j[1].icc * j[0].repeats * j[0].rows, 6),
            ),
        )
        best, alike = _coarsest(best, alike, judged)
        sure = best.sure and (alike.icc >= ALIKE or best.evidence == "declared")
        facts: dict[str, Any] = {
            "evidence": best.evidence, "groups": best.groups, "rows_in_repeats": round(best.repeats * best.rows),
            "share_in_repeats": best.repeats, "largest": best.largest, "icc": alike.icc, "p_value": alike.p_value,
            "rows_tested": alike.rows, "lies_together": best.together, "panel_with": best.panel,
            "attributes": list(best.attributes[:8]), "others": [e.name for e, _ in judged if e.name != best.name],
            "rows_looked_at": context.sampled,
        }  # fmt: skip
        return [
            Finding(
                code=self.code,
                severity="warning" if sure else "question",
                columns=(best.name,),
                rows=context.source_rows(_largest(best.codes)),
                facts=facts,
                remedy="split_by_group",
            )
        ]


def _unnamed(context: Context, possible: list[Entity]) -> list[Entity]:
    """Return the columns whose counts alone speak for an entity and inside which the target is most alike."""
    told = [
        (apart_from_size(context, e.codes, context.view(e.name).values if e.numeric else None), e)
        for e in possible if e.unnamed
    ]  # fmt: skip
    kept = sorted((t for t in told if t[0] >= ALIKE_UNSURE), key=lambda t: (-round(t[0], 9), t[1].name))
    return [e for _, e in kept[:UNNAMED]]


def _coarsest(
    best: Entity, alike: Likeness, judged: list[tuple[Entity, Likeness]]
) -> tuple[Entity, Likeness]:
    """Return the entity that contains the best one, if there is one: a merchant contains his products.

    A split by the coarser entity keeps the finer one together too. Of two names for the same entities the
    one with the stronger evidence is returned.
    """
    _, group = np.unique(best.codes, return_inverse=True)
    groups = int(group.max()) + 1
    for entity, other in judged:
        usable = other.icc >= ALIKE and best.evidence != "declared" and entity.strength >= best.strength
        if not usable or entity.numeric:
            continue
        size = len(np.unique(entity.codes))
        pairs = len(np.unique(group * (int(entity.codes.max()) + 1) + entity.codes))
        contains = pairs <= 1.01 * groups
        if contains and (size < 0.9 * groups or entity.strength > best.strength):
            return entity, other
    return best, alike


def _largest(codes: Ints) -> Ints:
    """Return positions of the rows of the largest entity."""
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return np.flatnonzero(inverse == int(counts.argmax())).astype(np.int64)


def dependence(context: Context, entity: Entity, entity_names: set[str]) -> Likeness:
    """Return how alike the target is inside the entity, beyond the honest features."""
    return dependence_of(context, entity.codes, entity_names)


def dependence_of(context: Context, codes: Ints, without: set[str]) -> Likeness:
    """Return how alike the target is inside groups (n,) of rows, beyond the honest features but ``without``."""
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    inside = np.flatnonzero(counts >= 2)
    order = np.random.default_rng([context.seed, 83]).permutation(inside)
    taken = order[np.cumsum(counts[order]) <= MODEL_ROWS]
    if len(taken) < 10:
        taken = order[:10]
    rows = np.flatnonzero(np.isin(inverse, taken)).astype(np.int64)
    names = tuple(n for n in context.honest() if n not in without)
    fold = deal_folds(inverse[rows], len(rows), FOLDS, context.seed)
    left = context.residuals(names, rows, fold)
    return likeness(left, inverse[rows], seed=context.seed)
