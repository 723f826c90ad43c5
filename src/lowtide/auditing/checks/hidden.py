"""LT303: an entity that repeats although no column names it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.checks.groups import dependence_of
from lowtide.auditing.checks.order import sortedness
from lowtide.auditing.context import Context
from lowtide.auditing.entities import whole_codes
from lowtide.auditing.id_parts import Part, id_parts, inside, same_groups
from lowtide.auditing.people import people
from lowtide.auditing.runs import runs
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Ints, Likeness
from lowtide.tables.table import Table
from lowtide.tables.target import Target

ALIKE = 0.05
ALIKE_PEOPLE = 0.1
SURE = 0.005


class HiddenEntity(Check):
    """Part of an identifier, columns that are constant together, or runs of neighbouring rows.

    As for a named entity (LT301) the target must be more alike inside than the features explain. What a
    column of the table already names is left to LT301.
    """

    code = "LT303"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 40:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        named = _named(context)
        found: list[Finding] = []
        kept: list[Ints] = []
        for finding, codes in (*_parts(self.code, context, named), *_people(self.code, context, named)):
            if not any(same_groups(codes, other) for other in kept):
                found.append(finding)
                kept.append(codes)
        if not found and not named:
            for finding, codes in _runs(self.code, context):
                found.append(finding)
                kept.append(codes)
        if kept:
            context.together[self.code] = whole_codes(kept[0])
        return found


def _named(context: Context) -> list[Ints]:
    """Return the keys that LT301 already asks to keep together, and the declared one."""
    columns = {c for f in context.found if f.code == "LT301" for c in f.columns}
    if context.task.group is not None and context.task.group in context.table.names:
        columns.add(context.task.group)
    return [context.view(c).codes for c in sorted(columns)]


def _known(codes: Ints, named: list[Ints]) -> bool:
    return any(inside(codes, other) for other in named)


def _parts(code: str, context: Context, named: list[Ints]) -> list[tuple[Finding, Ints]]:
    judged: list[tuple[Part, Likeness]] = []
    parts = id_parts(context)
    columns = {p.column for p in parts}
    for part in parts:
        if _known(part.codes, named) or _is_column(context, part.codes):
            continue
        alike = dependence_of(context, whole_codes(part.codes), columns)
        if alike.p_value <= SURE and alike.icc >= ALIKE:
            judged.append((part, alike))
    if not judged:
        return []
    part, alike = max(judged, key=lambda j: (round(j[1].icc, 6), -j[0].groups))
    # A coarser key that is nearly as alike keeps the finer one together too.
    for other, likewise in judged:
        if other.groups < part.groups and likewise.icc >= 0.8 * alike.icc and inside(part.codes, other.codes):
            part, alike = other, likewise
    facts = {
        "variant": part.how, "part": part.place, "column": part.column, "groups": part.groups,
        **_numbers(part.codes, alike, context),
    }  # fmt: skip
    return [(_finding(code, (part.column,), part.codes, facts, context), part.codes)]


def _is_column(context: Context, codes: Ints) -> bool:
    """True when a column of the table already says the same: then it is there for LT301 to judge."""
    width = len(np.unique(codes[codes >= 0]))
    return any(
        abs(context.view(n).distinct - width) <= 0.05 * width and same_groups(codes, context.view(n).codes)
        for n in context.candidates
    )


def _people(code: str, context: Context, named: list[Ints]) -> list[tuple[Finding, Ints]]:
    seen = people(context)
    if seen is None or _known(seen.codes, named):
        return []
    alike = dependence_of(context, seen.codes, set())
    if alike.p_value > SURE or alike.icc < ALIKE_PEOPLE:
        return []
    facts = {
        "variant": "people", "groups": seen.groups, "share_in_repeats": seen.repeats, "spike": seen.spike,
        **_numbers(seen.codes, alike, context),
    }  # fmt: skip
    return [(_finding(code, seen.columns, seen.codes, facts, context), seen.codes)]


def _runs(code: str, context: Context) -> list[tuple[Finding, Ints]]:
    if sortedness(context.y, len(context.target.classes)) is not None:
        return []
    seen = runs(context)
    if seen is None or seen.codes is None:
        return []
    if _is_column(context, seen.codes):
        return []
    alike = dependence_of(context, seen.codes, set())
    if alike.p_value > SURE or alike.icc < ALIKE:
        return []
    facts = {
        "variant": "runs", "groups": seen.count, "apart_inside": seen.inside, "apart_across": seen.across,
        "alike_columns": list(seen.columns[:8]), **_numbers(seen.codes, alike, context),
    }  # fmt: skip
    return [(_finding(code, (), seen.codes, facts, context), seen.codes)]


def _numbers(codes: Ints, alike: Likeness, context: Context) -> dict[str, Any]:
    sizes = np.bincount(codes[codes >= 0])
    sizes = sizes[sizes > 0]
    return {
        "icc": alike.icc, "p_value": alike.p_value, "rows_tested": alike.rows, "largest": int(sizes.max()),
        "rows_each": float(np.median(sizes)), "rows_looked_at": context.sampled,
    }  # fmt: skip


def _finding(
    code: str, columns: tuple[str, ...], codes: Ints, facts: dict[str, Any], context: Context
) -> Finding:
    largest = np.bincount(codes[codes >= 0]).argmax()
    rows = context.source_rows(np.flatnonzero(codes == largest).astype(np.int64))
    return Finding(code=code, severity="question", columns=columns, rows=rows, facts=facts, remedy="ask")
