"""A scenario in words: which sentence fits its facts, and what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lowtide.report import numbers
from lowtide.report.inline import clean, code, shorten
from lowtide.report.masking import masked

if TYPE_CHECKING:
    from lowtide.report.view import View

Facts = Mapping[str, Any]


def told(view: View, name: str, form: str, facts: Facts | None = None) -> str:
    """Return the ``name``, the ``phrase`` or what is meant (``means``) of a scenario."""
    facts = facts or {}
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    variant = f"{key}_{_variant(key, facts)}"
    key = next((k for k in (variant, key) if view.words.has(f"scenarios.{k}.{form}")), "other")
    sentence = view.say(f"scenarios.{key}.{form}", **_values(view, name, facts))
    if form != "means":
        return sentence
    more = _more(key, facts)
    return f"{sentence} {view.say(f'scenarios.{more}', **_values(view, name, facts))}" if more else sentence


def left_out(view: View) -> list[str]:
    """Return a sentence for each reason for which scenarios were not looked at."""
    reasons: dict[str, list[str]] = {}
    for s in view.result.scenarios:
        if not s.headline and s.refusal is not None and s.floor is None and s.expected is None:
            reasons.setdefault(s.refusal, []).append(told(view, s.name, "name", s.facts))
    found = []
    for reason, names in reasons.items():
        key = reason if view.words.has(f"scenarios.left_out.{reason}") else "other"
        why = view.say(f"scenarios.left_out.{key}", reason=clean(reason))
        found.append(view.say("scenarios.left_out.limits", names="; ".join(names), why=why))
    return found


def _variant(key: str, facts: Facts) -> str:
    """Return the ending of the sentence's key that these facts call for; empty when the plain one will do."""
    match key:
        case "worst_slice":
            if facts.get("level") == "missing":
                return "missing"
            return "named" if isinstance(facts.get("column"), str) else ""
        case "missing_column" | "missing_source":
            return str(facts.get("how", "")) if isinstance(facts.get("column"), str) else ""
        case "bounded_shift":
            return str(facts.get("source", ""))
        case "label_shift":
            if facts.get("unchanged"):
                return "unchanged"
            kinds = {"new_mean": "regression", "outcome": "multiclass", "new_share": "binary"}
            return next((kind for fact, kind in kinds.items() if facts.get(fact) is not None), "")
    return ""


def _more(key: str, facts: Facts) -> str:
    """Return the key of a second sentence, or nothing."""
    if key.startswith("worst_slice") and facts.get("looked") is not None:
        return "worst_slice.unconfirmed" if facts.get("confirmed") is False else "worst_slice.looked"
    if key in ("label_shift_binary", "label_shift_multiclass", "label_shift_regression"):
        return "label_shift.seen" if facts.get("source") == "time" else "label_shift.supposed"
    return ""


def _values(view: View, name: str, facts: Facts) -> dict[str, str]:
    shares = {f: numbers.percent(facts.get(f)) for f in ("share", "new_share", "left_out", "jitter", "slips")}
    members = str(facts.get("members", "")).split("\n")
    means = {f: numbers.significant(numbers.finite(facts.get(f))) for f in ("mean", "new_mean")}
    return {
        "name": clean(name),
        "column": code(shorten(str(facts.get("column", "")), 60)),
        "level": code(shorten(masked(str(facts.get("level", ""))), 60)),
        "outcome": code(_outcome(view, facts.get("outcome"))),
        "looked": numbers.count(facts.get("looked")),
        "members": view.column_names(members, 4),
        **shares,
        **means,
    }


def _outcome(view: View, number: object) -> str:
    """Return a class by its number."""
    classes = view.result.target.get("classes")
    if isinstance(number, int) and isinstance(classes, list | tuple) and 0 <= number < len(classes):
        return shorten(masked(str(classes[number])), 60)
    return numbers.UNKNOWN
