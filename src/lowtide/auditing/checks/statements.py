"""LT212: a free text that states the outcome."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing import words
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.statements import LEAST_ROWS, ROWS, Said, grams, is_free_text, quotes, said, tokens
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints, ranks
from lowtide.tables.table import Table
from lowtide.tables.target import Target

MOST_COLUMNS = 8
# A few phrases are a statement; a vocabulary is a topic.
PHRASES, SOME = 25, 40
SHARED = 0.15
QUOTED = 0.05
# Labels that say nothing by themselves.
MUTE = frozenset(
    ("yes", "no", "true", "false", "none", "other", "and", "the", "not", "class", "예", "아니오")
)


class TellingText(Check):
    """Words and pairs of words whose presence nearly settles the outcome (97 %, all words counted).

    Honest texts have such words too: a spam message says "prize". But there they are many, rare, and stand among
    others that tell nearly as much. A statement is a few words, the best of them in a good part of the rows, with a cliff to the rest:
    error when they explain at least 10 % of the outcome and four times as much as the best word in the other
    rows, a question from twice. A word of the outcome's own label or name weighs more. For a number as
    outcome the text may also hold the number itself.
    """

    code = "LT212"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        known = context.accused(least="question")
        names = [n for n in context.candidates if n not in known and is_free_text(context, n)]
        if not names:
            return NotApplicable(code=self.code, reason="no_text")
        rows = np.arange(context.sampled)
        if len(rows) > ROWS:
            rows = np.sort(np.random.default_rng([context.seed, 59]).choice(rows, ROWS, replace=False))
        labels = _labels(context, rows)
        found = []
        for name in sorted(names)[:MOST_COLUMNS]:
            codes, levels = context.levels(name)
            texts = [levels[k] if k >= 0 else "" for k in codes[rows]]
            finding = self._judge(name, texts, labels, rows, context)
            if finding is not None:
                found.append(finding)
        return found

    def _judge(
        self, name: str, texts: list[str], labels: Ints, rows: Ints, context: Context
    ) -> Finding | None:
        if context.target.kind == "regression":
            y = context.y[rows]
            own, chance = quotes(texts, y, context.seed)
            if len(np.unique(y)) >= 20 and own >= QUOTED and own >= 5 * chance:
                facts: dict[str, Any] = {"variant": "number", "share": own, "chance": chance}
                return self._finding(name, "error", facts, np.empty(0, dtype=np.int64), context, len(rows))
        counted = grams(texts)
        if counted is None:
            return None
        units = None if context.units is None else context.units[rows]
        best: tuple[int, float, Said, str | None] | None = None
        for one in said(*counted, labels, units):
            word, size = _named(one, context)
            rank = _rank(one, size)
            if rank and (best is None or (rank, one.effect) > best[:2]):
                best = (rank, one.effect, one, word)
        if best is None:
            return None
        rank, effect, one, word = best
        facts = {
            "variant": "words" if word is None else "named", "outcome": _outcome(one.outcome, context.target),
            "grams": len(one.grams), "word": word, "rows": one.rows, "share": one.share, "covered": one.covered,
            "base": one.base, "effect": effect, "effect_of_rest": one.rest, "p_value": one.p_value,
        }  # fmt: skip
        where = rows[np.flatnonzero(one.mask)]
        return self._finding(name, "error" if rank == 2 else "question", facts, where, context, len(rows))

    def _finding(
        self, name: str, severity: str, facts: dict[str, Any], where: Ints, context: Context, seen: int
    ) -> Finding:
        return Finding(
            code=self.code,
            severity=severity,
            columns=(name,),
            rows=context.source_rows(where),
            facts={**facts, "rows_looked_at": seen},
            remedy="drop_columns",
        )


def _labels(context: Context, rows: Ints) -> Ints:
    """Return classes (n,); of a number the lowest third (0) and the highest (1), the rest -1."""
    y: Floats = context.y[rows]
    if context.target.kind != "regression":
        return y.astype(np.int64)
    place = ranks(y)
    return np.where(place > 2 / 3, 1, np.where(place < 1 / 3, 0, -1)).astype(np.int64)


def _outcome(k: int, target: Target) -> str:
    return target.classes[k] if target.classes else ("<", ">")[k]


def _named(one: Said, context: Context) -> tuple[str | None, float]:
    """Return a telling word that is a word of the outcome's label, or of the target's name, and its effect."""
    label = set() if not context.target.classes else set(tokens(context.target.classes[one.outcome]))
    label = {t for t in label if len(t) >= 2 + t.isascii() and not t[0].isdigit()} - MUTE
    stems = set(words.stems(context.target.name))
    for gram, effect in zip(one.grams, one.effects, strict=True):
        for token in gram.split():
            if token in label or any(
                len(s) >= 4 - (not s.isascii()) * 2 and token.startswith(s) for s in stems
            ):
                return token, effect
    return None, 0.0


def _rank(one: Said, named: float) -> int:
    """Return 2 for a statement, 1 for what looks like one, 0 for a topic."""
    ratio = one.effect / max(one.rest, 1e-3)
    # A vocabulary of many words, each in few rows, is a topic.
    few = one.effects[0] >= SHARED * one.effect
    if one.share < 0.95 or (not few and named < 0.03):
        return 0
    if (one.effect >= 0.1 and ratio >= 4 and one.words <= PHRASES) or named >= 0.3:
        return 2
    if one.effect >= 0.03 and ratio >= 2 and one.words <= SOME:
        return 1
    # One phrase that a quarter of it hangs on is no vocabulary, however many words go with the outcome.
    alone = one.effects[0] >= 0.25 and ratio >= 4
    return int(alone or named >= 0.03)
