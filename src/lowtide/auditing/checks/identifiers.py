"""LT205: columns that only name or number the rows, and what can be read off them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing import words
from lowtide.auditing.check import Check
from lowtide.auditing.checks.order import sortedness
from lowtide.auditing.context import FOLDS, Context, View
from lowtide.auditing.keys import Mark, lexical, number_marks, text_marks
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, binned_predictions, null_skill, skill
from lowtide.tables.table import Table
from lowtide.tables.target import Target

UNIQUE = 0.98
DRAWS = 39
# By kind of mark: from which skill it is a question, and from which an error.
BOUNDS = {"range": (0.1, 0.5), "prefix": (0.3, 0.9), "inside": (0.4, 0.9), "end": (0.03, 0.3)}
BEYOND = 0.1
BLOCKS = 0.05
ENTRIES = 60


class Identifier(Check):
    """A key has (nearly) a value of its own for every row: a model can only learn the rows by heart.

    It may carry the outcome all the same: in its order, its parts, its characters, its remainders. Each is
    scored by itself, out of fold, against the best of all of them under a shuffled target. How bad it is
    depends on what could honestly stand there. The order may be time, whose drift is another matter: an error only when
    the rows lie in blocks of one outcome or sorted by it. The first part may be a site: an error only when
    it names the outcomes. Last characters, remainders and the characters of a hash have no business with
    the outcome, unless the other columns explain it (rows that take turns among machines).
    """

    code = "LT205"
    cost = "sample"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < 20:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        copies = {c for f in context.found if f.code == "LT201" for c in f.columns}
        keys = {
            n: k for n in context.candidates
            if n not in copies and (k := _key_like(context.view(n), context.sampled)) is not None
        }  # fmt: skip
        return [self._finding(n, k, tuple(keys), context) for n, k in keys.items()]

    def _finding(self, name: str, kind: str, keys: tuple[str, ...], context: Context) -> Finding:
        view = context.view(name)
        told = _told(view, keys, context)
        is_out = view.role in ("id", "group")
        severity = told.pop("severity") or ("note" if is_out else "warning")
        facts: dict[str, Any] = {
            "variant": "carries" if severity in ("question", "error") else kind, "key": kind,
            "distinct": view.distinct, "filled": int((~view.missing).sum()), "role": view.role, **told,
            "carries_target": severity in ("question", "error"), "rows_looked_at": context.sampled,
        }  # fmt: skip
        return Finding(code=self.code, severity=severity, columns=(name,), facts=facts, remedy="drop_columns")


def _told(view: View, keys: tuple[str, ...], context: Context) -> dict[str, Any]:
    """Return the mark that tells most of the target: its severity (``None``: nothing), skill and name."""
    rows = np.flatnonzero(~view.missing[context.model_rows])
    rows = context.model_rows[rows]
    nothing: dict[str, Any] = {"severity": None, "skill_alone": 0.0, "mark": None, "beyond": None}
    if len(rows) < ENTRIES:
        return nothing
    if view.values is None:
        codes, levels = context.levels(view.name)
        texts = [levels[k] for k in codes[rows]]
        marks, place = text_marks(texts), lexical(texts)
    else:
        marks, place = number_marks(view.values[rows]), view.values[rows]
    if not marks:
        return nothing
    targets, fold = context.targets[rows], context.fold[rows]
    values = [skill(targets, binned_predictions(m.bins, targets, fold, FOLDS)) for m in marks]
    chance = null_skill([m.bins for m in marks], targets, fold, FOLDS, DRAWS, context.seed)
    least = max(1.5 * float(chance.max()), 0.0)
    best: tuple[int, float, Mark] | None = None
    for mark, value in zip(marks, values, strict=True):
        grade = _grade(mark, value, place, rows, context) if value > least else 0
        if grade and (best is None or (grade, value) > (best[0], best[1])):
            best = (grade, value, mark)
    if best is None:
        return {**nothing, "skill_alone": max(max(values), 0.0)}
    grade, value, mark = best
    beyond = _beyond(mark, rows, keys, context)
    # An order is looked at by itself: what it adds to other columns that drift too is little in any case.
    if mark.kind != "range" and beyond < BEYOND * value:
        grade -= 1
    return {
        "severity": (None, "question", "error")[grade], "skill_alone": value, "mark": mark.what,
        "beyond": beyond,
    }  # fmt: skip


def _grade(mark: Mark, value: float, place: Floats, rows: Any, context: Context) -> int:
    """Return 2 for an error, 1 for a question, 0 for nothing."""
    asks, proves = BOUNDS[mark.kind]
    if value < asks:
        return 0
    classes = len(context.target.classes)
    if mark.kind == "range":
        along = context.y[rows][np.argsort(place, kind="stable")]
        if sortedness(along, classes) is not None:
            return 2
        return 1 + int(classes > 0 and value >= proves and _in_blocks(along))
    if mark.kind == "prefix":
        # As many beginnings as outcomes name them; more of them may be sites.
        return 1 + int(classes > 0 and value >= proves and len(np.unique(mark.bins)) <= classes)
    return 1 + int(value >= proves)


def _in_blocks(along: Floats) -> bool:
    """True when the outcome changes hardly ever along the order, compared with chance."""
    share = np.unique(along, return_counts=True)[1] / len(along)
    expected = (1.0 - float((share**2).sum())) * len(along)
    return int((np.diff(along) != 0).sum()) <= max(BLOCKS * expected, 3.0)


def _beyond(mark: Mark, rows: Any, keys: tuple[str, ...], context: Context) -> float:
    """Return what the mark tells about what the other columns leave unexplained."""
    at = np.searchsorted(context.model_rows, rows)
    names = tuple(n for n in context.honest() if n not in keys)
    left = context.residuals(names, context.model_rows, context.fold[context.model_rows])[at]
    return skill(left, binned_predictions(mark.bins, left, context.fold[rows], FOLDS))


def _key_like(view: View, n: int) -> str | None:
    filled = int((~view.missing).sum())
    if filled < 0.5 * n or filled < 20:
        return None
    share = view.distinct / filled
    if view.type == "text":
        if view.role == "text":
            return None
        if share >= UNIQUE or (view.role == "id" and share >= 0.9):
            return "text_key"
        return None
    if view.type != "number" or not view.whole or share < UNIQUE or view.values is None:
        return None
    values = view.values[~view.missing]
    dense = (values.max() - values.min() + 1) <= 3 * len(values)
    steps = np.diff(np.unique(values))
    # Amounts in whole units are dense too, but their steps are uneven; numbering goes in ones.
    ones = float(np.mean(steps == steps.min())) if len(steps) else 0.0
    if view.role == "id":
        return "number_key"
    if dense and share == 1.0 and ones >= 0.95:
        return "row_number"
    if share == 1.0 and words.says(view.name, words.IDENTIFIER, words.IDENTIFIER_KO):
        return "number_key"
    # All different and all of one length, from six digits on: drawn, not measured.
    if (
        share == 1.0
        and values.min() >= 1e5
        and np.floor(np.log10(values.min())) == np.floor(np.log10(values.max()))
    ):
        return "number_key"
    return None
