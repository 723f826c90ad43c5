"""LT207: names that say outcome, later, or another model's score."""

from __future__ import annotations

from typing import Any

from lowtide.auditing import words
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target

TELLS = 0.1


class OutcomeNames(Check):
    """A name is a hint, never a proof: at most a question.

    A question needs either a word that hardly means anything else (``predicted``, ``사유``), or the target's own
    word or a weaker word together with numbers: the column tells at least 10 % of the target by itself.
    The past of the target (``previous_sales``, ``전월매출``) is an honest feature and is left alone.
    """

    code = "LT207"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        known = context.accused(least="question")
        found = []
        for name in context.candidates:
            if name in known or words.is_known_before(name) or context.view(name).distinct < 2:
                continue
            if context.view(name).role in ("id", "group"):
                continue
            facts = _hint(name, target.name, context)
            if facts is not None:
                severity = facts.pop("severity")
                found.append(
                    Finding(
                        code=self.code,
                        severity=severity,
                        columns=(name,),
                        facts=facts,
                        remedy="drop_columns" if severity == "question" else "none",
                    )
                )
        return found


def _hint(name: str, target: str, context: Context) -> dict[str, Any] | None:
    strong = words.says(name, words.OUTCOME, words.OUTCOME_KO)
    stem = words.shared_stem(name, target)
    weak = words.says(name, words.WEAK, words.WEAK_KO)
    word = strong or stem or weak
    if word is None:
        return None
    variant = "outcome_word" if strong else "target_word" if stem else "late_word"
    alone = context.alone(name)
    tells = alone.real and alone.skill >= TELLS
    asks = strong is not None or (stem is not None and (tells or weak is not None))
    if not asks and not (weak is not None and tells and _leads(name, context)):
        if stem is None:
            return None
        return {"severity": "note", "variant": variant, "word": word, "skill_alone": alone.skill}
    return {"severity": "question", "variant": variant, "word": word, "skill_alone": alone.skill}


def _leads(name: str, context: Context) -> bool:
    """True when the column is the most telling one of those that are not accused already."""
    known = context.accused(least="question")
    rest = [n for n in context.ranked() if n not in known]
    return bool(rest) and rest[0] == name
