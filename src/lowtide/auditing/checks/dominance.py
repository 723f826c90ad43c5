"""LT202: one column that nearly decides the target, or carries as much as all the others together."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing import through, words
from lowtide.auditing.check import Check
from lowtide.auditing.checks.copies import crossed, uneven
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Bools, bin_numbers
from lowtide.tables.table import Table
from lowtide.tables.target import Target

DECIDES = 0.93
DECIDES_UNBOUND = 0.95
LEAST = 0.1
CERTAIN_ROWS = 0.05
ADDS = 0.25
LOOKED_AT = 4
# Made from the target: how little a column may tell, how many are judged, when it is proof enough.
LEAST_MADE = 0.03
MOST_MADE = 6
PROOF = 0.5
PROOF_EXPECTED = 15.0
FEW_ROWS = 400
LEADS = 0.75


class Dominance(Check):
    """A strong feature is welcome; a leak looks different in four ways.

    It nearly decides the target while all the other columns together come nowhere near, and little binds it to them
    (error; question where much does). Or it tells about as much as all the others together, adds at least a
    quarter to what they tell, *and* has regions where an outcome is ruled out, or a name that says "known
    afterwards" (question). Or, however weak, the other columns know nothing of it but what the target tells (see `lowtide.auditing.through`): it was made from the
    target (question; error when it also tells more than all the others). A column that is merely strong has
    neighbours that carry the same.
    """

    code = "LT202"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 50:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        honest = set(context.honest())
        ranked = [n for n in context.ranked() if n in honest]
        if len(ranked) < 2:
            return NotApplicable(code=self.code, reason="too_few_columns")
        made = self._made(ranked, context)
        out = {f.columns[0] for f in made}
        found = []
        entities = {e.name for e in context.entities}
        strong = [
            n for n in ranked
            if n not in out and n not in entities and context.alone(n).real and context.alone(n).skill >= LEAST
        ]  # fmt: skip
        for name in strong[:LOOKED_AT]:
            others = tuple(n for n in ranked if n != name and n not in out)
            finding = self._judge(name, others, context)
            if finding is not None:
                found.append(finding)
                out.add(name)
        return [*made, *found]

    def _made(self, ranked: list[str], context: Context) -> list[Finding]:
        """Find columns that were made from the target: nothing else binds them to the rest of the row."""
        # A date hangs together with nothing and yet may tell: how the target moves in time is asked elsewhere.
        tells = [
            n for n in ranked
            if context.alone(n).real and context.alone(n).skill >= LEAST_MADE and context.view(n).type != "date"
        ]  # fmt: skip
        apart = through.screened(context, tuple(sorted(ranked)), tuple(tells))
        found = []
        loose = 0
        for name, twins in apart[:MOST_MADE]:
            others = tuple(n for n in ranked if n != name and n not in twins)
            bond = through.link(context, name, others, whole=True)
            loose += bond is not None and bond.loose
            alone = context.alone(name)
            if bond is None or not (bond.only or (bond.nearly_only and alone.skill >= LEADS * bond.others)):
                continue
            # Few rows show few bonds: then the column must tell more than all the others together.
            if bond.rows < FEW_ROWS and alone.skill < 1.25 * bond.others:
                continue
            sure = (
                bond.only
                and alone.skill >= PROOF
                and bond.expected >= PROOF_EXPECTED
                and alone.skill >= bond.others
            )
            sure = sure or (alone.skill >= DECIDES and 1 - alone.skill <= 0.5 * (1 - max(bond.others, 0.0)))
            facts: dict[str, Any] = {
                "variant": "made", "skill_alone": alone.skill, "skill_of_others": bond.others,
                "owed_to_target": bond.owed, "expected_link": bond.expected, "seen_link": max(bond.seen, bond.left),
                "rows_looked_at": bond.rows,
            }  # fmt: skip
            if alone.auc is not None:
                facts["auc_alone"] = alone.auc
            found.append(
                Finding(
                    code=self.code, severity="error" if sure and not _one_level_open(context, name) else "question", columns=(name,), facts=facts,
                    remedy="drop_columns",
                )
            )  # fmt: skip
        # Where most columns are so (symptoms of one disease), it is the way of the table and no evidence.
        if loose >= 3 and loose >= 0.5 * min(len(tells), MOST_MADE):
            return []
        return found

    def _judge(self, name: str, others: tuple[str, ...], context: Context) -> Finding | None:
        alone = context.alone(name)
        second = max((context.alone(n).skill for n in others), default=0.0)
        together = max(context.joint(others), second, 0.0)
        pure, where = certain(context, name)
        word = None if words.is_known_before(name) else (
            words.says(name, words.OUTCOME, words.OUTCOME_KO) or words.says(name, words.WEAK, words.WEAK_KO)
        )  # fmt: skip
        gap = (1 - alone.skill) / max(1 - together, 1e-9)
        crowd = sum(context.alone(n).skill >= 0.8 * alone.skill for n in others)
        marked = pure >= CERTAIN_ROWS or word is not None
        adds = 0.0
        decides = alone.skill >= DECIDES and gap <= 0.5 and crowd <= 0.25 * len(others)
        asks = decides or (alone.skill >= 0.8 and gap <= 0.5 and crowd == 0)
        if not asks and marked and alone.skill >= LEADS * together:
            whole = context.joint((name, *others))
            adds = (whole - together) / max(whole, 1e-9)
            asks = adds >= ADDS
        if not asks:
            return None
        bond = through.link(context, name, others, whole=True)
        if bond is not None and bond.cause and not decides:
            # It hangs together with the rest of the row as a cause does: strong, and no more than that.
            return None
        facts: dict[str, Any] = {
            "skill_alone": alone.skill, "skill_of_next": second, "skill_of_others": together,
            "certain_share": pure, "adds": adds, "word": word, "rows_looked_at": context.sampled,
        }  # fmt: skip
        if alone.auc is not None:
            facts["auc_alone"] = alone.auc
        return Finding(
            code=self.code,
            severity="error"
            if decides and _proves(bond, alone.skill) and not _one_level_open(context, name)
            else "question",
            columns=(name,),
            rows=context.source_rows(np.flatnonzero(where)),
            facts=facts,
            remedy="drop_columns",
        )


def _one_level_open(context: Context, name: str) -> bool:
    """True for a category with pure levels and others in which much is possible, as a smell has; noise is even."""
    view, classes = context.view(name), len(context.target.classes)
    if not 0 < classes < view.distinct <= 60:
        return False
    table = crossed(view.codes + 1, context.y.astype(np.int64), classes)
    rows = table.sum(axis=1)
    misfits = rows - table.max(axis=1)
    return bool(misfits.sum() >= 5 and uneven(misfits, rows))


def _proves(bond: through.Link | None, alone: float) -> bool:
    """True when a column that decides the target is no more bound to the others than a late value would be."""
    if bond is None or bond.expected < 8.0:
        return alone >= DECIDES_UNBOUND and (bond is None or not bond.cause)
    return not bond.cause and bond.seen < 5.0 and bond.left < 0.28 * bond.rows**0.5


def certain(context: Context, name: str) -> tuple[float, Bools]:
    """Return the share of rows (and which) in cells of the column where some class is ruled out.

    It is when its share there, with two cases added for safety, is under a tenth of its share overall.
    Numbers as targets have no such cells.
    """
    mask = np.zeros(context.sampled, dtype=bool)
    if context.target.kind == "regression":
        return 0.0, mask
    view = context.view(name)
    bins = view.bins
    if view.values is not None and view.distinct > 20:
        bins = bin_numbers(view.values, most=int(np.clip(len(bins) / 60, 4, 20)))
    number = np.bincount(bins).astype(np.float64)
    targets = context.targets
    if targets.shape[1] == 1:
        targets = np.column_stack([1 - targets[:, 0], targets[:, 0]])
    for j in range(targets.shape[1]):
        base = float(targets[:, j].mean())
        if base < 0.02:
            continue
        hits = np.bincount(bins, weights=targets[:, j], minlength=len(number))
        ruled_out = (hits + 2) / np.maximum(number, 1) <= 0.1 * base
        mask |= ruled_out[bins]
    return float(mask.mean()), mask
