"""One finding as a card: what it is, what it costs, what was done, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lowtide.core.answering import DECLARED, SITES, about_split
from lowtide.core.finding import Finding, Price, Severity
from lowtide.report import numbers
from lowtide.report.blocks import Block, Card, Column, Details, Paragraph, Table
from lowtide.report.inline import clean, code
from lowtide.report.names import metric_name, scheme_name
from lowtide.report.numbers import finite
from lowtide.report.words import Words

MOST_FACTS = 16
# Share of the score below which a price is none.
FREE = 0.005
HIDDEN = frozenset({"variant", "positions", "side", "evidence"})


def texts(words: Words, finding: Finding, target: str | None = None) -> dict[str, Any]:
    """Return the facts that a finding's sentences may name: its own, its columns, the target."""
    facts = {key: _marked(key, value) for key, value in finding.facts.items()}
    facts.setdefault("columns", words.names(finding.columns))
    facts.setdefault("column", code(finding.columns[0]) if finding.columns else numbers.UNKNOWN)
    facts.setdefault("code", finding.code)
    facts.setdefault("target", words.mark("common.the_target") if target is None else code(target))
    return facts


def _marked(key: str, value: Any) -> Any:
    """Mark what is a column's name by its key; text from outside is cleaned."""
    named = key in ("column", "columns", "target", "group", "time", "other", "of") or key.endswith("_column")
    match value:
        case str():
            return code(value) if named else clean(value)
        case list() | tuple():
            return ", ".join(code(str(v)) if named else clean(str(v)) for v in value[:8])
        case _:
            return value


def title(words: Words, finding: Finding) -> str:
    """Return the title of a finding; its code when the language has no text for it."""
    path = f"findings.{finding.code}.title"
    path = path if words.has(path) else "report.findings.unknown"
    return words.mark(path, **texts(words, finding))


def says(words: Words, finding: Finding, target: str | None = None) -> str:
    """Return the sentence about this very case, with its numbers; by the fact ``variant`` when there are several."""
    variant = finding.facts.get("variant", "default")
    for form in (f"says.{variant}", "says.default", "says"):
        if words.has(f"findings.{finding.code}.{form}"):
            return words.mark(f"findings.{finding.code}.{form}", **texts(words, finding, target))
    return words.mark("report.findings.unknown_says", **texts(words, finding, target))


def question(words: Words, finding: Finding, target: str | None = None) -> str:
    """Return the question that a person must answer, with the columns that it is about."""
    path = f"findings.{finding.code}.asks.{finding.facts.get('variant', 'default')}"
    path = path if words.has(path) else f"findings.{finding.code}.question"
    if not words.has(path):
        return words.mark("report.answers.fallback_question", **texts(words, finding, target))
    asked = words.mark(path, **texts(words, finding, target))
    named = all(code(c) in asked for c in finding.columns)
    return asked if named else f"{words.names(finding.columns)}: {asked}"


def badge(words: Words, finding: Finding) -> str:
    """Return how bad a finding is, in a word; a question that was answered is none any more."""
    if finding.answer == "ignored":
        severity, state = (words.mark(f"common.severities.{n}") for n in (finding.severity, "ignored"))
        return f"{severity}, {state}"
    answered = finding.severity == "question" and finding.answer is not None
    return words.mark(f"common.severities.{'answered' if answered else finding.severity}")


def done(words: Words, finding: Finding) -> str:
    """Return what was done about it; empty when nothing was."""
    if about_split(finding):
        return _split_done(words, finding)
    match finding.answer, finding.severity, finding.remedy:
        case "use", _, _:
            key = "done_used"
        case "drop", _, _:
            key = "done_dropped"
        case _, "error", "drop_columns":
            key = "done_drop"
        case _, "question", "drop_columns" if finding.columns:
            key = "done_ask"
        case _:
            return ""
    return words.mark(f"report.findings.{key}")


def _split_done(words: Words, finding: Finding) -> str:
    """Return how the split answers the finding; empty for notes, which no split heeds."""
    kind = "time" if finding.remedy == "split_by_time" else "group"
    if finding.answer == DECLARED:
        key = "done_declared"
    elif finding.answer == "drop":
        key = f"done_not_{kind}"
    elif finding.answer == "use":
        key = f"done_by_{kind}"
    elif finding.level > Severity.note and finding.code != SITES:
        key = f"done_assumed_{kind}"
    else:
        return ""
    return words.mark(f"report.findings.{key}", **texts(words, finding))


def card(words: Words, finding: Finding, target: str | None = None) -> Card:
    """Return the finding as a card.

    Parameters
    ----------
    target : name of the column to predict.
    """
    side, side_note = price_told(
        words, finding.price, finding.severity == "question" and finding.answer is None
    )
    said = says(words, finding, target)
    blocks: list[Block] = [Paragraph(said)]
    if not all(code(c) in said for c in finding.columns):
        blocks.append(
            Paragraph(
                words.mark("report.findings.columns", columns=words.names(finding.columns, 12)), "muted"
            )
        )
    acted = done(words, finding)
    if acted:
        blocks.append(Paragraph(acted))
    if side and finding.price is not None:
        blocks.append(Paragraph(_price_body(words, finding.price), "muted"))
    taught = about(words, finding, target)
    if taught:
        blocks.append(Details(words.mark("report.findings.about"), taught, printed=False))
    inner = evidence(words, finding)
    if inner:
        blocks.append(Details(words.mark("report.findings.evidence"), tuple(inner), printed=False))
    return Card(
        code=finding.code, severity=finding.severity, badge=badge(words, finding),
        title=title(words, finding), blocks=tuple(blocks), side=side, side_note=side_note,
    )  # fmt: skip


def price_told(words: Words, price: Price | None, asked: bool = False) -> tuple[str, str]:
    """Return the price as a short number and what it means; ``asked``: a person has still to say."""
    points = None if price is None else finite(price.points)
    if points is None or price is None:
        return "", ""
    size = max(abs(price.as_is), abs(price.remedied), 1e-12)
    if abs(points) <= FREE * size:
        return words.mark("report.findings.price_free"), words.mark("report.findings.price_free_note")
    if points < 0:
        return f"+{numbers.difference(-points)}", words.mark("report.findings.price_gain_note")
    told = numbers.difference(points)
    return told, words.mark(
        f"report.findings.price_note{'_asked' if asked else ''}", metric=metric_name(words, price.metric)
    )


def about(words: Words, finding: Finding, target: str | None = None) -> tuple[Block, ...]:
    """Return what such a finding is, what to do, and when it is fine."""
    blocks = []
    for form in ("what", "fix", "fine"):
        path = f"findings.{finding.code}.{form}"
        if words.has(path):
            told = words.mark(path, **texts(words, finding, target))
            blocks.append(
                Paragraph(told if form == "what" else words.mark(f"report.findings.{form}", text=told))
            )
    return tuple(blocks)


def _price_body(words: Words, price: Price) -> str:
    return words.mark(
        "report.findings.price_body", metric=metric_name(words, price.metric),
        as_is=numbers.significant(price.as_is), remedied=numbers.significant(price.remedied),
        scheme=scheme_name(words, price.scheme),
    )  # fmt: skip


def evidence(words: Words, finding: Finding) -> list[Block]:
    """Return the facts behind a finding as a table, and some row numbers; never a value of a row."""
    shown = [(key, value) for key, value in finding.facts.items() if key not in HIDDEN and value is not None]
    rows = [(label(words, key), told(words, value)) for key, value in shown[:MOST_FACTS]]
    blocks: list[Block] = []
    if rows:
        columns = (
            Column(words.mark("report.findings.fact")), Column(words.mark("report.findings.value"), "right"),
        )  # fmt: skip
        blocks.append(Table(words.mark("report.findings.evidence"), columns, tuple(rows)))
    if finding.rows:
        some = ", ".join(numbers.count(r) for r in finding.rows[:20])
        blocks.append(Paragraph(words.mark("report.findings.rows", rows=some), "muted"))
    blocks.append(Paragraph(code(words.say("report.findings.explain", code=finding.code)), "muted"))
    return blocks


def label(words: Words, key: str) -> str:
    """Return the name of a fact: in the language when it has one, else the key with blanks."""
    path = f"facts.{key}"
    return words.mark(path) if words.has(path) else clean(key).replace("_", " ")


def told(words: Words, value: Any) -> str:
    """Return any fact in a few words; nested ones are cut."""
    match value:
        case Mapping():
            parts = [f"{clean(str(k))}: {told(words, v)}" for k, v in list(value.items())[:6]]
            return ", ".join(parts) + ("…" if len(value) > 6 else "")
        case str():
            return clean(value)
        case Sequence():
            return ", ".join(told(words, v) for v in value[:6]) + ("…" if len(value) > 6 else "")
        case _:
            return words.value(value)
