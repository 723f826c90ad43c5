"""All columns: what each is to the model, what is missing, a few examples that give nobody away."""

from __future__ import annotations

from collections.abc import Sequence

from lowtide.core.result import ColumnFacts
from lowtide.report import numbers
from lowtide.report.blocks import Block, Column, Paragraph, Section, Table
from lowtide.report.inline import code, shorten
from lowtide.report.masking import masked
from lowtide.report.numbers import finite
from lowtide.report.view import View
from lowtide.report.words import Words

MOST_COLUMNS = 300
# Shares from which an oddity of a number column is worth a word.
ODD = {"zeros": 0.3, "negatives": 0.001, "outliers": 0.01}


def section(view: View) -> Section | None:
    """Return the section about columns."""
    facts = view.result.column_facts
    if not facts:
        return None
    blocks = table(view.words, facts, max(view.result.rows, 1))
    return Section(
        "columns", view.say("report.columns.title"), tuple(blocks), view.say("report.columns.short")
    )


def table(words: Words, facts: Sequence[ColumnFacts], rows: int) -> list[Block]:
    """Return the columns as a table."""
    columns = (
        Column(words.mark("report.columns.name")),
        Column(words.mark("report.columns.role")),
        Column(words.mark("report.columns.type")),
        Column(words.mark("report.columns.missing"), "right"),
        Column(words.mark("report.columns.distinct"), "right"),
        Column(words.mark("report.columns.used")),
        Column(words.mark("report.columns.notes")),
    )
    told = tuple(_row(words, c, rows) for c in facts[:MOST_COLUMNS])
    blocks: list[Block] = [Table(words.mark("report.columns.caption", n=len(facts)), columns, told)]
    if len(facts) > MOST_COLUMNS:
        blocks.append(Paragraph(words.mark("report.columns.more", n=len(facts) - MOST_COLUMNS), "muted"))
    return blocks


def _row(words: Words, column: ColumnFacts, rows: int) -> tuple[str, ...]:
    missing = numbers.percent(column.missing / rows) if column.missing else ""
    return (
        code(shorten(column.name, 60)),
        words.first(f"common.roles.{column.role}", "common.roles.ignore"),
        words.first(f"common.types.{column.type}", "common.types.text"),
        missing,
        numbers.count(column.distinct),
        words.mark("common.yes" if column.used else "common.no"),
        "\n".join(line for line in (examples(words, column), *notes(words, column)) if line),
    )


def examples(words: Words, column: ColumnFacts) -> str:
    """Return a few values, masked; none at all of a personal column."""
    personal = column.facts.get("personal")
    if personal:
        kind = words.first(f"target.personal.{personal}", "report.columns.personal")
        return words.mark("report.columns.masked", kind=kind)
    return " · ".join(code(shorten(masked(e), 24)) for e in column.examples[:3] if e.strip())


def notes(words: Words, column: ColumnFacts) -> list[str]:
    """Return what the profile says of a column: its range, its oddities, what it tells about the target alone."""
    facts = dict(column.facts)
    if facts.get("personal"):
        return []
    quantiles = facts.get("quantiles")
    facts.update(quantiles if isinstance(quantiles, dict) else {})
    told = []
    if {"low", "high", "q25", "q75"} <= facts.keys() and column.role == "number":
        told.append("range")
    if {"first", "last"} <= facts.keys():
        told.append("span")
    told += [name for name, least in ODD.items() if (finite(facts.get(name)) or 0.0) >= least]
    lines = [words.mark(f"profile_notes.{name}", **facts) for name in told]
    relation = facts.get("relation")
    if isinstance(relation, dict) and words.has(f"profile_notes.relation.{relation.get('measure')}"):
        lines.append(words.mark(f"profile_notes.relation.{relation['measure']}", **relation))
    return ["; ".join(lines)] if lines else []
