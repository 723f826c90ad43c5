"""The simple rule, line by line, so that anyone can apply it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lowtide.report import numbers
from lowtide.report.inline import clean, code
from lowtide.report.numbers import finite
from lowtide.report.view import View

MOST = 20


@dataclass(frozen=True)
class Line:
    """When, what to say, and in how many rows it was seen (empty when that is not known)."""

    when: str
    say: str
    rows: str


@dataclass(frozen=True)
class Rule:
    """The lines, how many more there are, and a note when they cannot be applied by hand."""

    lines: tuple[Line, ...]
    more: int = 0
    note: str = ""


def told(view: View, most: int = MOST) -> Rule:
    """Return the baseline rule in lines."""
    facts = view.result.baseline_rule
    pieces = facts.get("pieces")
    column = view.rule_column
    if not isinstance(pieces, list | tuple) or column is None:
        say = _say(view, facts.get("value"))
        return Rule((Line(view.say("decide.rule.any"), say, ""),) if say else ())
    made = [line for piece in pieces if (line := _piece(view, column, piece)) is not None]
    if not made:
        return Rule((), note=view.say("decide.rule.computed", column=code(column)))
    made += _missing(view, column, facts.get("missing"), pieces)
    return Rule(tuple(made[:most]), max(0, len(made) - most))


def _piece(view: View, column: str, piece: Any) -> Line | None:
    """Return one line of a one-column rule; None for codes that have no name to show."""
    if not isinstance(piece, dict):
        return None
    say, when = _say(view, piece.get("outcome")), _when(view, column, piece)
    return Line(when, say, numbers.count(piece.get("rows"))) if say and when else None


def _missing(view: View, column: str, missing: Any, pieces: Sequence[Any]) -> list[Line]:
    """Return what is said where the column has no value, when there were such rows and no piece says it."""
    if not isinstance(missing, dict) or any(isinstance(p, dict) and p.get("missing") for p in pieces):
        return []
    rows, say = finite(missing.get("rows")), _say(view, missing.get("outcome"))
    return (
        [Line(view.say("decide.rule.missing", column=code(column)), say, numbers.count(rows))]
        if rows and say
        else []
    )


def _say(view: View, outcome: Any) -> str:
    """Return an answer: a chance, a number, or the likeliest class with its chance."""
    if isinstance(outcome, list | tuple):
        chances = [finite(v) for v in outcome]
        classes = view.result.target.get("classes") or ()
        best = max(range(len(chances)), key=lambda k: chances[k] or 0.0, default=None)
        if best is None or best >= len(classes):
            return ""
        name = code(clean(str(classes[best])))
        return view.say("decide.rule.class", **{"class": name, "share": numbers.percent(chances[best])})
    value = finite(outcome)
    if value is None:
        return ""
    return numbers.percent(value) if view.result.task.kind == "binary" else numbers.significant(value)


def _when(view: View, column: str, piece: dict[str, Any]) -> str:
    """Return the condition of a piece: its levels, or its range when the column is a number."""
    levels = [str(level) for level in piece.get("levels") or ()]
    told = (
        [view.say("baselines.piece.level", column=code(column), level=view.column_names(levels, 12))]
        if levels
        else []
    )
    told += [
        view.say(f"baselines.piece.{what}", column=code(column))
        for what in ("other", "missing")
        if piece.get(what)
    ]
    if told:
        return "; ".join(told)
    numeric = {c.name: c.type == "number" and c.role == "number" for c in view.result.column_facts}
    # A matrix holds texts as codes, frequencies or word weights, which mean nothing to a reader.
    if "code" in piece or not numeric.get(column, False):
        return ""
    low, high = finite(piece.get("low")), finite(piece.get("high"))
    form = "first" if low is None else "last" if high is None else "middle"
    form = "only" if low is None and high is None else form
    low_told, high_told = numbers.difference(low, 6), numbers.difference(high, 6)
    return view.say(f"baselines.piece.{form}", column=code(column), low=low_told, high=high_told)
