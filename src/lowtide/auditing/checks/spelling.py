"""LT405: one category in several spellings, or numbers and words mixed in one column."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.spellings import distance_one, plain
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MOST_LEVELS = 3000
LEAST_ROWS = 20
# Below this many mixed cells nobody's score changes.
MIXED = 0.5
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([, ]\d{3})+)([.,]\d+)?([eE][+-]?\d+)?")


class Spellings(Check):
    """Values that differ only by case, blanks, width or punctuation, and rare ones a letter away from another.

    A column of text that is mostly numbers was kept as text by the few cells that are not: it becomes a
    category with as many values as there are numbers.
    """

    code = "LT405"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        found = []
        for name in context.features:
            view = context.view(name)
            if view.values is not None or view.distinct < 2:
                continue
            codes, levels = context.levels(name)
            counts = np.bincount(codes[codes >= 0], minlength=len(levels))
            facts = _mixed(levels, counts) or (
                _alike(levels, counts) if view.role != "text" and view.distinct <= MOST_LEVELS else None
            )
            if facts is None:
                continue
            at = np.flatnonzero(np.isin(codes, facts.pop("levels_at")))
            found.append(
                Finding(
                    code=self.code,
                    severity=facts.pop("severity"),
                    columns=(name,),
                    rows=context.source_rows(at),
                    facts={**facts, "rows_looked_at": context.sampled},
                )
            )
        return found


def _alike(levels: tuple[str, ...], counts: Ints) -> dict[str, Any] | None:
    """Return what merges when case, blanks, width and punctuation are put aside; else what is a slip of a letter."""
    same: dict[str, list[int]] = defaultdict(list)
    for i, level in enumerate(levels):
        same[plain(level)].append(i)
    several = [v for key, v in same.items() if len(v) > 1 and key]
    if several:
        # The most frequent spelling of each stays; the rows of the others change.
        others = [i for v in several for i in sorted(v, key=lambda i: (-counts[i], levels[i]))[1:]]
        return {
            "severity": "warning", "variant": "spelling", "levels": len(levels), "merged": len(others),
            "left": len(levels) - len(others), "rows": int(counts[others].sum()),
            "example": [levels[i] for i in sorted(several[0], key=lambda i: (-counts[i], levels[i]))[:3]],
            "levels_at": others,
        }  # fmt: skip
    slips = _slips(levels, counts)
    if not slips:
        return None
    rare, often = slips[0]
    return {
        "severity": "note", "variant": "slip", "levels": len(levels), "merged": len(slips),
        "left": len(levels) - len(slips), "rows": int(sum(counts[a] for a, _ in slips)),
        "example": [levels[often], levels[rare]], "levels_at": [a for a, _ in slips],
    }  # fmt: skip


def _slips(levels: tuple[str, ...], counts: Ints) -> list[tuple[int, int]]:
    """Return (rare, frequent) values of six letters or more that are one slip apart and begin alike.

    Only in columns with few values, where a rare one is the exception: of names there are many alike.
    """
    if len(levels) > 100:
        return []
    often = [i for i in range(len(levels)) if counts[i] >= 20]
    found = []
    for i, level in enumerate(levels):
        if len(level) < 6 or any(c.isdigit() for c in level):
            continue
        near = [
            j for j in often
            if counts[i] <= 0.02 * counts[j] and level[:1] == levels[j][:1] and distance_one(level, levels[j])
        ]  # fmt: skip
        if near:
            found.append((i, near[0]))
    return found


def _mixed(levels: tuple[str, ...], counts: Ints) -> dict[str, Any] | None:
    """Return what is no number in a text column most of whose cells are numbers."""
    words = [
        i for i, level in enumerate(levels)
        if not _NUMBER.fullmatch(unicodedata.normalize("NFKC", level).strip())
    ]  # fmt: skip
    numbers = len(levels) - len(words)
    share = 1 - float(counts[words].sum()) / max(float(counts.sum()), 1.0)
    if numbers < 10 or not words or share < MIXED or share == 1.0:
        return None
    return {
        "severity": "warning" if share >= 0.9 else "note", "variant": "mixed", "share": share, "levels": len(levels),
        "rows": int(counts[words].sum()), "kinds": len(words), "levels_at": words,
    }  # fmt: skip
