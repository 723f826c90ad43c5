"""LT204: a column that is filled (or not zero) only for one outcome."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context, View
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, Floats
from lowtide.tables.table import Table
from lowtide.tables.target import Target

PURE = 0.97
SURE = 1e-6
EFFECT = 0.02


class FilledForOne(Check):
    """Looks at what is missing, and at what is zero, as an event of its own.

    One side of the event (say: the filled rows) must be at least 97 % of one outcome, far more than chance
    gives (binomial, p < 1e-6, all columns counted), and the event must explain at least 2 % of the outcome.
    """

    code = "LT204"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        outcome = _outcome(target, context.y)
        if outcome is None:
            return NotApplicable(code=self.code, reason="no_single_outcome")
        tests = max(2 * len(context.candidates), 1)
        found = []
        for name in context.candidates:
            for event, mask in _events(context.view(name)):
                facts = _judge(mask, outcome, context, tests)
                if facts is not None:
                    rows = facts.pop("positions")
                    found.append(
                        Finding(
                            code=self.code,
                            severity=facts.pop("severity"),
                            columns=(name,),
                            rows=context.source_rows(rows),
                            facts={
                                "variant": f"{event}_{facts['side']}",
                                **facts,
                                "rows_looked_at": context.sampled,
                            },
                            remedy="drop_columns",
                        )
                    )
                    break
        return found


def _outcome(target: Target, y: Floats) -> dict[str, Bools] | None:
    """Return the outcomes as masks: the classes, or for a number its most frequent value (often zero)."""
    if target.kind != "regression":
        return {label: y == i for i, label in enumerate(target.classes) if (y == i).any()}
    values, counts = np.unique(y, return_counts=True)
    most = int(counts.argmax()) if len(y) else 0
    if not len(y) or counts[most] < 0.2 * len(y) or len(values) < 2:
        return None
    return {f"= {values[most]:g}": y == values[most], f"≠ {values[most]:g}": y != values[most]}


def _events(view: View) -> list[tuple[str, Bools]]:
    found = [("missing", view.missing)]
    # Zeros only count as "empty" in amounts: a flag or a count of few values has zeros of its own.
    if view.values is not None and view.type == "number" and view.distinct > 10:
        found.append(("zero", view.missing | (view.values == 0)))
    return found


def _units(context: Context, mask: Bools) -> int:
    """Count independent rows: rows of one entity count once."""
    if context.units is None:
        return int(mask.sum())
    return len(np.unique(context.units[mask]))


def _judge(empty: Bools, outcome: dict[str, Bools], context: Context, tests: int) -> dict[str, Any] | None:
    from scipy.stats import binom

    n = len(empty)
    if not 0.002 * n <= empty.sum() <= 0.998 * n:
        return None
    best: dict[str, Any] | None = None
    for label in sorted(outcome):
        is_label = outcome[label]
        base = float(is_label.mean())
        rates = [float(is_label[side].mean()) for side in (~empty, empty)]
        spread = sum(int(s.sum()) * (r - base) ** 2 for s, r in zip((~empty, empty), rates, strict=True))
        effect = spread / (n * base * (1 - base)) if 0 < base < 1 else 0.0
        for side, rate, name in ((~empty, rates[0], "filled"), (empty, rates[1], "empty")):
            rows = int(side.sum())
            effective = _units(context, side)
            chance = float(binom.sf(np.ceil(rate * effective) - 1, effective, base)) * tests
            # The rest of this side must be a small part of what chance would have put there.
            pure = rate >= PURE and 1 - rate <= 0.15 * (1 - base)
            if not pure or chance > SURE or effect < EFFECT:
                continue
            other = rates[1] if name == "filled" else rates[0]
            sharp = rate >= 0.995 or effect >= 0.5
            strength = (effect, rate)
            if best is None or strength > best["_strength"]:
                best = {
                    "severity": "error" if sharp else "question", "side": name, "outcome": label,
                    "rows_on_side": rows, "share_of_outcome": rate, "share_elsewhere": other, "base": base,
                    "effect": effect, "p_value": min(chance, 1.0), "positions": np.flatnonzero(side),
                    "_strength": strength,
                }  # fmt: skip
    if best is not None:
        del best["_strength"]
    return best
