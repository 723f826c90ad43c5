"""The read contract: every guess made while reading, with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from lowtide.core.contract import Guess
from lowtide.report import numbers
from lowtide.report.blocks import Block, Column, Details, Paragraph, Section, Table
from lowtide.report.inline import clean, code
from lowtide.report.masking import masked
from lowtide.report.view import View
from lowtide.report.words import Words

SURE = 0.9


def section(view: View) -> Section:
    """Return the section about reading."""
    blocks = contract(view.words, view.result.contract, view.result.ragged)
    return Section("reading", view.say("report.read.title"), tuple(blocks), view.say("report.read.short"))


def contract(words: Words, guesses: Sequence[Guess], ragged: int = 0) -> list[Block]:
    """Return the guesses about the file, then those about columns: the doubtful ones first, the sure folded."""
    if not guesses:
        return [Paragraph(words.mark("report.read.none"))]
    blocks: list[Block] = [Paragraph(words.mark("report.read.intro", file=code("lowtide.toml")))]
    whole = [g for g in guesses if g.column is None]
    doubtful = sorted((g for g in guesses if g.column is not None and (g.sure < SURE or g.given)), key=_doubt)
    sure = [g for g in guesses if g.column is not None and g.sure >= SURE and not g.given]
    if whole:
        blocks.append(_table(words, whole, words.mark("report.read.caption_file"), False))
    if ragged:
        blocks.append(Paragraph(words.mark("report.read.ragged", n=ragged), "warn"))
    caption = words.mark("report.read.caption_columns")
    if doubtful:
        blocks.append(_table(words, doubtful, caption, True))
    if sure:
        summary = words.mark("report.read.sure_columns", n=len(sure))
        blocks.append(Details(summary, (_table(words, sure[:400], caption, True),), printed=False))
    return blocks


def _doubt(guess: Guess) -> tuple[float, str, str]:
    return (guess.sure, guess.column or "", guess.what)


def _table(words: Words, guesses: Sequence[Guess], caption: str, by_column: bool) -> Table:
    columns = [Column(words.mark("report.read.column"))] if by_column else []
    columns += [
        Column(words.mark("report.read.what")),
        Column(words.mark("report.read.value")),
        Column(words.mark("report.read.evidence")),
        Column(words.mark("report.read.sure"), "right"),
    ]
    rows = []
    for guess in guesses:
        row = [code(guess.column or "")] if by_column else []
        sure = words.mark("report.read.given") if guess.given else numbers.percent(guess.sure)
        rows.append((*row, what(words, guess), value(words, guess), evidence(words, guess), sure))
    return Table(caption, tuple(columns), tuple(rows))


def what(words: Words, guess: Guess) -> str:
    """Return what was decided about."""
    path = f"reading.{guess.what}"
    return words.mark(path) if words.has(path) else clean(guess.what).replace("_", " ")


def value(words: Words, guess: Guess) -> str:
    """Return the decision; roles and types have words, other values stand as they are."""
    group = {"role": "common.roles", "type": "common.types", "personal": "target.personal"}.get(
        guess.what, ""
    )
    path = f"{group}.{guess.value}"
    return words.mark(path) if group and words.has(path) else code(masked(guess.value))


def evidence(words: Words, guess: Guess) -> str:
    """Return the evidence in words; its code and facts when the language has no text for it."""
    if not guess.evidence:
        return ""
    facts = {k: clean(v) if isinstance(v, str) else v for k, v in guess.facts.items()}
    facts = {"column": code(guess.column or ""), "value": code(guess.value), "what": guess.what, **facts}
    name = guess.evidence
    for path in (f"evidence_columns.{name}", f"evidence_files.{name}"):
        if words.has(path):
            return words.mark(path, **facts)
    told = ", ".join(f"{clean(k)} {words.value(v)}" for k, v in guess.facts.items())
    label = clean(name).replace("_", " ")
    return f"{label} ({told})" if told else label
