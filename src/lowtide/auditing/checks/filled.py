"""LT204: a column that is filled (or not zero, or not a placeholder) only, or mostly, for one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.gaps import Gap, alike, cuts, gaps, told_by_columns, told_by_outcome
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats
from lowtide.tables.table import Table
from lowtide.tables.target import Target

PURE = 0.97
SURE = 1e-6
EFFECT = 0.02
RATIO = 5.0
LIKELY_EFFECT = 0.05
BEYOND = 1.1
SAME = 0.99
MOST_MODELS = 5


@dataclass
class _Seen:
    """A column that is empty in step with an outcome: facts, and the strength by which the best is chosen."""

    name: str
    gap: Gap
    facts: dict[str, Any]
    strength: tuple[bool, float, float]


class FilledForOne(Check):
    """Looks at what is missing, zero, or a placeholder, as an event of its own.

    Proof: one side of the event (say: the filled rows) is at least 97 % of one outcome, far more than chance
    gives (binomial, p < 1e-6, all columns counted), and the event explains at least 2 % of the outcome.

    Likely (a question): one outcome is at least five times as likely to be filled, or to be empty, as the
    rest (lower bound, all columns counted), the event explains at least 5 % of the outcome, and the outcome
    tells more of the gap than all other columns together: a test that is ordered for the sick is missing
    because of what the other columns show (if gap and outcome only meet through the columns, the columns must
    know the gap better; if the outcome makes the gap, they cannot). Numbers as outcomes are cut where
    the gap changes at once.
    """

    code = "LT204"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 20:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        fixed = _outcomes(target, context.y)
        tests = max(3 * len(context.candidates), 1)
        seen = [s for n in context.candidates if (s := _best(n, fixed, context, tests)) is not None]
        seen.sort(key=lambda s: (-s.strength[0], -s.strength[1], s.name))
        found: list[Finding] = []
        for same in _together(seen):
            severity = _severity(same, seen, context, len(found))
            if severity is None:
                continue
            columns = tuple(n for n in table.names if n in {s.name for s in same})
            facts = {k: v for k, v in same[0].facts.items() if k != "positions"}
            found.append(
                Finding(
                    code=self.code,
                    severity=severity,
                    columns=columns,
                    rows=context.source_rows(same[0].facts["positions"]),
                    facts={**facts, "rows_looked_at": context.sampled},
                    remedy="drop_columns",
                )
            )
        return found


def _outcomes(target: Target, y: Floats) -> dict[str, Bools]:
    """Return the outcomes as masks: the classes, or for a number its most frequent value (often zero)."""
    if target.kind != "regression":
        return {label: y == i for i, label in enumerate(target.classes) if (y == i).any()}
    values, counts = np.unique(y, return_counts=True)
    most = int(counts.argmax())
    if counts[most] < 0.2 * len(y) or len(values) < 2:
        return {}
    return {f"= {values[most]:g}": y == values[most], f"≠ {values[most]:g}": y != values[most]}


def _best(name: str, fixed: dict[str, Bools], context: Context, tests: int) -> _Seen | None:
    best: _Seen | None = None
    n = context.sampled
    for gap in gaps(context, name):
        if not 0.002 * n <= gap.empty.sum() <= 0.998 * n:
            continue
        outcomes = [(fixed, tests)]
        if context.target.kind == "regression" and (cut := cuts(gap.empty, context.y)) is not None:
            above = context.y > cut
            # A cut was chosen among all values.
            outcomes.append(({f"> {cut:.6g}": above, f"≤ {cut:.6g}": ~above}, tests * n))
        for masks, number in outcomes:
            seen = _judge(name, gap, masks, context, number)
            if seen is not None and (best is None or seen.strength > best.strength):
                best = seen
        if best is None and gap.plain and context.target.kind == "regression":
            best = _leaning(name, gap, context)
    text = context.view(name).values is None
    if best is None or not (text and best.gap.event == "constant"):
        return best
    # Levels that differ among themselves are a category, not a gap.
    return None if context.alone(name).skill > 1.2 * best.facts["effect"] + 0.01 else best


def _units(context: Context, mask: Bools) -> int:
    """Count independent rows: rows of one entity count once."""
    if context.units is None:
        return int(mask.sum())
    return len(np.unique(context.units[mask]))


def _judge(name: str, gap: Gap, outcome: dict[str, Bools], context: Context, tests: int) -> _Seen | None:
    from scipy.stats import binom

    empty = gap.empty
    best: _Seen | None = None
    for label in sorted(outcome):
        is_label = outcome[label]
        base = float(is_label.mean())
        if not 0 < base < 1:
            continue
        rates = [float(is_label[side].mean()) for side in (~empty, empty)]
        spread = sum(int(s.sum()) * (r - base) ** 2 for s, r in zip((~empty, empty), rates, strict=True))
        effect = spread / (len(empty) * base * (1 - base))
        for side, rate, which in ((~empty, rates[0], "filled"), (empty, rates[1], "empty")):
            effective = _units(context, side)
            chance = float(binom.sf(np.ceil(rate * effective) - 1, effective, base)) * tests
            # The rest of this side must be a small part of what chance would have put there.
            pure = rate >= PURE and 1 - rate <= 0.15 * (1 - base) and chance <= SURE and effect >= EFFECT
            ratio = _ratio(side, is_label, effective, tests)
            likely = ratio >= RATIO and effect >= LIKELY_EFFECT and rate > base
            if not pure and not likely:
                continue
            strength = (pure, effect, rate)
            if best is None or strength > best.strength:
                facts = {
                    "variant": f"{gap.event}_{which}", "side": which, "outcome": label,
                    "rows_on_side": int(side.sum()), "share_of_outcome": rate,
                    "share_elsewhere": rates[1] if which == "filled" else rates[0], "base": base,
                    "effect": effect, "ratio": ratio, "p_value": min(chance, 1.0), "pure": pure,
                    "positions": np.flatnonzero(side),
                }  # fmt: skip
                best = _Seen(name, gap, facts, strength)
    return best


def _ratio(side: Bools, is_label: Bools, effective: int, tests: int) -> float:
    """Return a lower bound of how much likelier rows of the outcome are on this side than the rest.

    Ratio of two shares on the log scale (Katz et al. 1978), half a case added, all columns counted.
    """
    from scipy.stats import norm

    scale = effective / max(int(side.sum()), 1)
    yes, no = max(float(is_label.sum()) * scale, 1.0), max(float((~is_label).sum()) * scale, 1.0)
    inside, outside = (
        float((side & is_label).sum()) * scale + 0.5,
        float((side & ~is_label).sum()) * scale + 0.5,
    )
    spread = np.sqrt(max(1 / inside - 1 / (yes + 1), 0.0) + max(1 / outside - 1 / (no + 1), 0.0))
    bound = np.log(inside / (yes + 1)) - np.log(outside / (no + 1)) - norm.isf(0.01 / tests) * spread
    return float(np.exp(bound))


def _leaning(name: str, gap: Gap, context: Context) -> _Seen | None:
    """A number as outcome: the gap follows it closely, without a cut."""
    from scipy.stats import mannwhitneyu

    effect = told_by_outcome(gap.empty, context)
    few = min(int(gap.empty.sum()), int((~gap.empty).sum()))
    if effect < 0.3 or few < 20:
        return None
    filled, empty = context.y[~gap.empty], context.y[gap.empty]
    test = mannwhitneyu(filled, empty)
    area = float(test.statistic) / (len(filled) * len(empty))
    facts = {
        "variant": f"{gap.event}_leans", "side": "filled", "outcome": "high" if area > 0.5 else "low",
        "rows_on_side": len(filled), "auc": area, "effect": effect, "p_value": float(test.pvalue), "pure": False,
        "positions": np.flatnonzero(~gap.empty),
    }  # fmt: skip
    return _Seen(name, gap, facts, (False, effect, 0.0))


def _together(seen: list[_Seen]) -> list[list[_Seen]]:
    """Return columns that are empty in the same rows as one set each, the strongest first."""
    sets: list[list[_Seen]] = []
    for one in seen:
        home = next((s for s in sets if alike(s[0].gap.empty, one.gap.empty) >= SAME), None)
        if home is None:
            sets.append([one])
        else:
            home.append(one)
    return sets


def _severity(same: list[_Seen], seen: list[_Seen], context: Context, before: int) -> str | None:
    facts = same[0].facts
    sharp = facts["pure"] and (facts["share_of_outcome"] >= 0.995 or facts["effect"] >= 0.5)
    if before >= MOST_MODELS:
        return "error" if sharp else "question" if facts["pure"] else None
    out = {s.name for s in seen} | context.accused(least="question")
    empty = same[0].gap.empty
    others = tuple(
        sorted(
            n for n in context.features
            if n not in out and context.view(n).distinct > 1
            and abs(alike(context.view(n).missing, empty)) < 0.9
        )
    )  # fmt: skip
    by_columns, by_outcome = told_by_columns(empty, others, context), told_by_outcome(empty, context)
    facts["told_by_columns"], facts["told_by_outcome"] = by_columns, by_outcome
    if facts["pure"]:
        elsewhere = by_columns >= 0.5 and 1 - by_columns < 0.8 * (1 - by_outcome)
        return "error" if sharp and not elsewhere else "question"
    return "question" if by_outcome > BEYOND * by_columns else None
