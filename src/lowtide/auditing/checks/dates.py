"""LT211: dates that lie after the moment of the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing import words
from lowtide.auditing.check import Check
from lowtide.auditing.context import FOLDS, Context
from lowtide.auditing.gaps import told_by_outcome
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, bin_numbers, binned_predictions, null_skill, ranks, skill
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST = 30
LATER = 0.95
STRICTLY = 0.6
FOLLOWS = 0.85
FILLED = 0.9
FEW_GAPS = 8
DECIDES = 0.8
TELLS = 0.02
PARTLY = 0.05


@dataclass(frozen=True, slots=True)
class _Pair:
    """A date that lies after another one in nearly all rows: ``gap`` (n,) days, NaN where one is missing."""

    first: str
    later: str
    gap: Floats
    share: float
    follows: float

    @property
    def median(self) -> float:
        return float(np.nanmedian(self.gap))


class LaterDate(Check):
    """Which date is the moment of the row is a question of its own; what comes after it is not known in time.

    Two dates belong to one story when the later one follows the earlier one closely (rank correlation 0.85;
    a date of birth or of joining does not move with the date of an order) and is later in 95 % of the rows. The
    earliest of a story is taken for its moment, or the time that was declared. A later one is a question, an
    error when it exists for one outcome only or when the days between them decide the target. Round gaps
    (payable in 14 or 30 days) and names that say due are plans, known beforehand: a note.
    """

    code = "LT211"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        dates = {
            n: v.values for n in context.candidates
            if (v := context.view(n)).type == "date" and v.values is not None and v.distinct >= 3
            and int((~v.missing).sum()) >= LEAST
        }  # fmt: skip
        if len(dates) < 2:
            return NotApplicable(code=self.code, reason="too_few_dates", facts={"dates": len(dates)})
        declared = next((t for t in (task.moment, task.time) if t in dates), None)
        found = []
        for name in (n for n in table.names if n in dates and n != declared):
            pair = _before(name, dates, declared)
            if pair is not None:
                found.append(self._finding(pair, declared is not None, context))
        return found

    def _finding(self, pair: _Pair, declared: bool, context: Context) -> Finding:
        name = pair.later
        missing = context.view(name).missing
        told = told_by_outcome(missing, context) if 0 < missing.mean() < 1 else 0.0
        days, real = _gap_skill(pair.gap, context)
        proven = any(f.code == "LT204" and f.severity == "error" and name in f.columns for f in context.found)
        word = words.says(name, words.OUTCOME | words.WEAK, words.OUTCOME_KO + words.WEAK_KO)
        due = words.says(name, words.DUE, words.DUE_KO)
        planned = (due is not None and not proven) or _round(pair.gap)
        if proven or (days >= DECIDES and real):
            severity, variant = "error", "decides"
        elif planned:
            severity, variant = "note", "planned"
        else:
            severity, variant = "question", "tells" if (real and days >= TELLS) or told >= PARTLY else "later"
        facts: dict[str, Any] = {
            "variant": variant, "moment": pair.first, "declared": declared, "share_later": pair.share,
            "median_days": pair.median, "follows": pair.follows, "filled": float(1 - missing.mean()),
            "filled_by_outcome": told, "skill_of_days": days, "word": word or due,
            "rows_looked_at": context.sampled,
        }  # fmt: skip
        return Finding(
            code=self.code,
            severity=severity,
            columns=(name,),
            rows=context.source_rows(np.flatnonzero(pair.gap > 0)),
            facts=facts,
            remedy="none" if severity == "note" else "drop_columns",
        )


def _before(name: str, dates: dict[str, Floats], declared: str | None) -> _Pair | None:
    """Return the earliest date of the same story before this one, or ``None``."""
    if declared is not None:
        pair = _pair(declared, name, dates)
        return pair if pair is not None and not _of_birth(declared) else None
    pairs = [
        p for first in sorted(dates)
        if first != name and not _of_birth(first) and np.mean(~np.isnan(dates[first])) >= FILLED
        and (p := _pair(first, name, dates)) is not None and p.follows >= FOLLOWS
    ]  # fmt: skip
    return max(pairs, key=lambda p: (p.median, p.first), default=None)


def _of_birth(name: str) -> bool:
    return words.says(name, words.BIRTH, words.BIRTH_KO) is not None


def _pair(first: str, later: str, dates: dict[str, Floats]) -> _Pair | None:
    gap = dates[later] - dates[first]
    known = gap[~np.isnan(gap)]
    if len(known) < LEAST or np.mean(known >= 0) < LATER or np.mean(known > 0) < STRICTLY:
        return None
    both = ~np.isnan(gap)
    follows = float(np.corrcoef(ranks(dates[first][both]), ranks(dates[later][both]))[0, 1])
    return _Pair(first, later, gap, float(np.mean(known > 0)), 0.0 if np.isnan(follows) else follows)


def _round(gap: Floats) -> bool:
    """True when a handful of lengths, in whole days, makes nearly all gaps: a plan."""
    known = gap[~np.isnan(gap)]
    if np.mean(np.abs(known - np.round(known)) < 1e-6) < 0.95:
        return False
    counts = np.sort(np.unique(np.round(known), return_counts=True)[1])[::-1]
    spread = float(np.ptp(known))
    # A few days at most between two dates are few lengths as well: those must leave lengths out.
    return bool(counts[:FEW_GAPS].sum() >= 0.9 * len(known)) and spread >= 2 * min(len(counts), FEW_GAPS)


def _gap_skill(gap: Floats, context: Context) -> tuple[float, bool]:
    """Return what the days in between tell about the target by themselves, and whether chance could."""
    known = np.flatnonzero(~np.isnan(gap))
    if len(known) < 2 * LEAST:
        return 0.0, False
    bins, targets = bin_numbers(gap[known], most=20), context.targets[known]
    fold = context.fold[known]
    if len(np.unique(fold)) < FOLDS:
        return 0.0, False
    value = skill(targets, binned_predictions(bins, targets, fold, FOLDS))
    chance = float(null_skill([bins], targets, fold, FOLDS, 39, context.seed).max())
    return value, value > max(chance, 0.0)
