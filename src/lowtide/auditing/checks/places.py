"""LT304: the rows come from several places, and a model fails on one that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing import sites, words
from lowtide.auditing.check import Check
from lowtide.auditing.checks.order import sortedness
from lowtide.auditing.context import Context
from lowtide.auditing.entities import whole_codes
from lowtide.auditing.sites import Parts, Recording, Transfer
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 100
TOLD = 0.3
TOLD_ALONE = 0.6
TOLD_WITHOUT = 0.4
LOST = 0.05
LOST_SHARE = 0.25
LOST_ALONE = 0.4
LOST_NOT_FOLLOWED = 0.1
SIGMAS = 4.0
EXPECTED = 0.05
FOLLOWS = 0.3
FITS = 3
RECORDED_SURE = 0.6


@dataclass(frozen=True, slots=True)
class _Seen:
    parts: Parts
    names: tuple[str, ...]
    told: float
    recording: Recording
    evidence: tuple[str, ...]


class Places(Check):
    """Leave one part out, against random folds of the same sizes.

    A plain category (sex, colour, brand) loses as well when its level is left out, so a part is a place only
    when it was recorded otherwise too: columns that are empty, constant or rounded there, or features that
    differ between parts although the target does not follow them, or a name that says so. Without any of
    these the other columns must tell the part almost surely and most of the skill must be lost.
    """

    code = "LT304"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        kept = {c for f in context.found if f.code == "LT301" for c in f.columns} | {task.group}
        seen = [s for p in _candidates(context) if p.names[:1] not in {(k,) for k in kept}
                if (s := _look_at(context, p)) is not None]  # fmt: skip
        seen.sort(
            key=lambda s: (s.parts.kind == "blocks", -len(s.evidence), -round(s.told, 9), s.parts.names)
        )
        judged: list[tuple[_Seen, Transfer]] = []
        for one in seen[:FITS]:
            moved = sites.transfer(context, one.parts, one.names)
            if _lost(one, moved):
                judged.append((one, moved))
        if not judged:
            return []
        best, moved = max(
            judged, key=lambda j: (j[0].parts.kind == "column", round(j[1].rows - j[1].parts, 6))
        )
        facts: dict[str, Any] = {
            "variant": best.parts.kind, "sites": best.parts.count, "told": best.told, "evidence": list(best.evidence),
            "skill_rows": moved.rows, "skill_new_site": moved.parts, "lost": moved.rows - moved.parts,
            "noise": moved.noise, "worst_site": min(moved.by_part), "pattern": list(best.parts.names[:8]),
            "recorded_otherwise": sorted({*best.recording.missing, *best.recording.constant, *best.recording.rounded})[:8],
            "others": [list(j[0].parts.names) for j in judged if j[0] is not best], "rows_looked_at": context.sampled,
        }  # fmt: skip
        context.together[self.code] = whole_codes(best.parts.codes)
        columns = best.parts.names if best.parts.kind == "column" else ()
        rows = context.source_rows(_edges(best.parts))
        return [
            Finding(
                code=self.code, severity="question", columns=columns, rows=rows, facts=facts,
                remedy="split_by_group" if columns else "ask",
            )
        ]  # fmt: skip


def _candidates(context: Context) -> list[Parts]:
    found = sites.possible(context)
    pattern = sites.patterns(context)
    if pattern is not None:
        found.append(pattern)
    timely = any(f.code == "LT302" for f in context.found)
    runs = any(f.code == "LT303" and f.facts.get("variant") == "runs" for f in context.found)
    in_order = sortedness(context.y, len(context.target.classes)) is not None
    if not timely and not runs and not in_order:
        cut = sites.blocks(context, context.for_model(context.honest()))
        if cut is not None:
            found.append(cut)
    return found


def _look_at(context: Context, parts: Parts) -> _Seen | None:
    names = sites.others(context, parts)
    if not names:
        return None
    seen = sites.recording(context, parts, names)
    evidence = []
    # The gaps that make a pattern are no evidence for it, nor are the columns that a flag switches off.
    switched = {*seen.missing, *seen.constant}
    if switched:
        evidence.append("recorded")
    if seen.rounded:
        evidence.append("rounded")
    if seen.expected >= EXPECTED and seen.between <= FOLLOWS * seen.expected:
        evidence.append("not_followed")
    if parts.kind == "column" and words.says(parts.names[0], words.SITE, words.SITE_KO):
        evidence.append("name")
    if parts.kind == "blocks" and len(switched) < 2 and "not_followed" not in evidence:
        return None
    # Numbers with few levels are grades more often than places: they need evidence.
    alone = parts.kind == "missing" or (
        parts.kind == "column" and parts.count >= 3 and context.view(parts.names[0]).values is None
    )
    if not evidence and not alone:
        return None
    rest = tuple(n for n in names if n not in switched)
    told = sites.told_by(context, parts, rest)
    if evidence == ["recorded"] and len(switched) < 2 and told < RECORDED_SURE:
        return None
    if not evidence and told >= TOLD_ALONE and parts.kind == "column":
        # One column that says it (a model's name says the brand) is a category within a category.
        least = sites.told_by(context, parts, sites.without_best(context, parts, rest))
        told = told if least >= TOLD_WITHOUT else least
    return (
        _Seen(parts, names, told, seen, tuple(evidence))
        if told >= (TOLD if evidence else TOLD_ALONE)
        else None
    )


def _lost(one: _Seen, moved: Transfer) -> bool:
    """True when the skill that is lost on a part not seen is material and beyond the luck of the folds."""
    share = LOST_SHARE if one.evidence or one.parts.kind == "missing" else LOST_ALONE
    if "not_followed" in one.evidence:
        share = LOST_NOT_FOLLOWED
    least = max(LOST, share * max(moved.rows, 0.0), SIGMAS * moved.noise)
    return moved.rows >= 0.03 and moved.rows - moved.parts >= least


def _edges(parts: Parts) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the first row of each part."""
    _, first = np.unique(parts.codes, return_index=True)
    return np.sort(first).astype(np.int64)
