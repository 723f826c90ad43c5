"""The page of ``lowtide profile --out``: columns, guesses, findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from lowtide.core.contract import ReadContract
from lowtide.core.finding import Finding
from lowtide.core.result import ColumnFacts
from lowtide.core.text import write_text
from lowtide.report import numbers
from lowtide.report.blocks import Block, Chart, Document, Section
from lowtide.report.build import labels
from lowtide.report.charts.specs import Bars
from lowtide.report.html import render
from lowtide.report.inline import clean, plain
from lowtide.report.sections import columns, finding, read
from lowtide.report.sections.findings import by_weight
from lowtide.report.words import Words

MOST_BARS = 15


class Profile(Protocol):
    """What the page is made from."""

    @property
    def rows(self) -> int: ...
    @property
    def total_rows(self) -> int: ...
    @property
    def columns(self) -> Sequence[ColumnFacts]: ...
    @property
    def contract(self) -> ReadContract: ...
    @property
    def findings(self) -> Sequence[Finding]: ...


def build(look: Profile, *, lang: str = "en", words: Words | None = None) -> Document:
    """Return the profile of a table as a tree of blocks."""
    words = words or Words(lang)
    sampled = look.total_rows > look.rows
    subtitle = words.mark(
        "report.profile.subtitle_sample" if sampled else "report.profile.subtitle",
        rows=look.rows, total=look.total_rows, columns=len(look.columns),
    )  # fmt: skip
    sections = [_columns(words, look), _reading(words, look)]
    if look.findings:
        sections.insert(0, _findings(words, look.findings))
    return Document(
        title=words.mark("report.profile.title", source=clean(look.contract.source)),
        lang=words.lang,
        subtitle=subtitle,
        sections=tuple(sections),
        labels=labels(words, ""),
    )


def write(look: Profile, path: Path, lang: str = "en") -> None:
    """Write the profile of a table as one HTML file.

    Parameters
    ----------
    look : rows, columns, contract and findings, as `lowtide.profile` returns them.
    path : file to write.
    lang : language of the words.
    """
    write_text(Path(path), render(build(look, lang=lang), lang=lang))


def _findings(words: Words, findings: Sequence[Finding]) -> Section:
    cards = tuple(finding.card(words, f) for f in by_weight(findings))
    return Section(
        "findings", words.mark("report.profile.findings"), cards, words.mark("report.findings.short")
    )


def _columns(words: Words, look: Profile) -> Section:
    missing = _missing(words, look)
    blocks: list[Block] = [] if missing is None else [missing]
    blocks += columns.table(words, look.columns, max(look.rows, 1))
    return Section(
        "columns", words.mark("report.columns.title"), tuple(blocks), words.mark("report.columns.short")
    )


def _missing(words: Words, look: Profile) -> Chart | None:
    """Return the columns with the most missing values as bars."""
    shares = [(clean(c.name), c.missing / max(look.rows, 1)) for c in look.columns if c.missing]
    shares = sorted(shares, key=lambda item: (-item[1], item[0]))[:MOST_BARS]
    if not shares:
        return None
    bars = tuple((name, share, numbers.percent(share)) for name, share in shares)
    told = "; ".join(f"{name} {text}" for name, _, text in bars)
    return Chart(
        title=words.mark("report.profile.missing_chart"),
        alt=words.mark("report.profile.missing_alt", rows=f"{told}."),
        picture=Bars(bars, plain(words.mark("report.profile.missing_chart"))),
    )


def _reading(words: Words, look: Profile) -> Section:
    blocks = tuple(read.contract(words, look.contract.guesses))
    return Section("reading", words.mark("report.read.title"), blocks, words.mark("report.read.short"))
