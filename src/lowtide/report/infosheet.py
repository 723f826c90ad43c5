"""The model info sheet (Kapoor & Narayanan 2023) as a document, filled in from an audit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lowtide.core.finding import Finding
from lowtide.core.infosheet import Entry
from lowtide.core.text import write_text
from lowtide.report.blocks import Block, Column, Document, Heading, Paragraph, Section, Table
from lowtide.report.build import labels
from lowtide.report.html import render
from lowtide.report.inline import clean, code
from lowtide.report.sections import finding as one
from lowtide.report.words import Words


def document(
    entries: Sequence[Entry], *, target: str, source: str, lang: str = "en", version: str = "", created: str = "",
    words: Words | None = None,
) -> Document:  # fmt: skip
    """Return the sheet as a tree of blocks.

    Parameters
    ----------
    entries : see `lowtide.core.infosheet.sheet`.
    target, source : what was to be predicted, and from which rows.
    """
    words = words or Words(lang)
    sections = (_summary(words, entries), *(_section(words, e, target) for e in entries if _told(e)))
    return Document(
        title=words.mark("infosheet.title"), lang=lang,
        subtitle=words.mark("infosheet.subtitle", target=code(target), source=code(source)),
        sections=sections, labels=labels(words, version), created=clean(created),
    )  # fmt: skip


def write(
    entries: Sequence[Entry], path: Path, *, target: str, source: str, lang: str = "en", version: str = "",
    created: str = "",
) -> None:  # fmt: skip
    """Write the sheet as one HTML file."""
    made = document(entries, target=target, source=source, lang=lang, version=version, created=created)
    write_text(path, render(made))


def _told(entry: Entry) -> bool:
    return entry.type != "other" or bool(entry.findings)


def _name(words: Words, entry: Entry) -> str:
    return words.mark(f"infosheet.{_key(entry)}.name")


def _key(entry: Entry) -> str:
    return entry.type.replace(".", "_")


def _summary(words: Words, entries: Sequence[Entry]) -> Section:
    columns = tuple(
        Column(words.mark(f"infosheet.col_{c}")) for c in ("type", "looked", "verdict", "findings")
    )
    rows = tuple(
        (
            _name(words, e), str(len(e.looked)), words.mark(f"infosheet.verdict_{e.verdict}"),
            ", ".join(dict.fromkeys(f.code for f in e.findings)) or "–",
        )
        for e in entries if _told(e)
    )  # fmt: skip
    return Section(
        "summary", words.mark("infosheet.summary"),
        (Paragraph(words.mark("infosheet.intro"), lead=True), Table(words.mark("infosheet.summary"), columns, rows)),
        words.mark("infosheet.summary"),
    )  # fmt: skip


def _section(words: Words, entry: Entry, target: str) -> Section:
    blocks: list[Block] = [
        Paragraph(words.mark(f"infosheet.{_key(entry)}.asks"), lead=True),
        Paragraph(words.mark(f"infosheet.told_{entry.verdict}")),
    ]
    if entry.looked:
        blocks.append(Heading(words.mark("infosheet.looked")))
        rows = tuple((code(c), words.mark(f"findings.{c}.title")) for c in entry.looked if _known(words, c))
        names = (Column(words.mark("infosheet.col_code")), Column(words.mark("infosheet.col_check")))
        blocks.append(Table(words.mark("infosheet.looked"), names, rows))
    if entry.absent:
        blocks.append(Heading(words.mark("infosheet.absent")))
        blocks += [
            Paragraph(
                words.mark(
                    "infosheet.absent_line",
                    code=code(a.code), title=words.mark(f"findings.{a.code}.title") if _known(words, a.code) else "",
                    reason=_reason(words, a.reason),
                )
            )
            for a in entry.absent
        ]  # fmt: skip
    if entry.findings:
        blocks.append(Heading(words.mark("infosheet.found")))
        for finding in entry.findings:
            blocks.append(one.card(words, finding, target))
            blocks += _answer(words, finding, target)
    blocks.append(Paragraph(words.mark(f"infosheet.{_key(entry)}.beyond"), "muted"))
    return Section(
        entry.type.lower().replace(".", "-"), _name(words, entry), tuple(blocks), _name(words, entry)
    )


def _answer(words: Words, finding: Finding, target: str) -> list[Block]:
    """Return who said what about the finding; what is asked and assumed when nobody did."""
    if finding.answer is not None:
        by = clean(finding.answered_by) if finding.answered_by else words.mark("infosheet.nobody_named")
        return [Paragraph(words.mark(f"infosheet.answer_{finding.answer}", by=by))]
    if finding.severity not in ("error", "question"):
        return []
    asked = Paragraph(words.mark("infosheet.asked", question=one.question(words, finding, target)))
    path = f"findings.{finding.code}.answer"
    if not words.has(path):
        return [asked]
    return [asked, Paragraph(words.mark("infosheet.assumed", answer=words.mark(path)))]


def _known(words: Words, code_: str) -> bool:
    return words.has(f"findings.{code_}.title")


def _reason(words: Words, reason: str) -> str:
    path = f"infosheet.reason.{reason}"
    return words.mark(path) if words.has(path) else clean(reason).replace("_", " ")
