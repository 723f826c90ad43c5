"""What the command line shows, and the page of a profile."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from lowtide.core.contract import ReadContract
from lowtide.core.finding import Finding
from lowtide.core.result import ColumnFacts
from lowtide.report import profile_html, terminal
from tests.report.fixtures import ALL, binary
from tests.report.page import Page


def shown(thing: RenderableType, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(thing)
    return out.getvalue()


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", ALL)
def test_summary(name: str, lang: str) -> None:
    lines = [line for line in shown(terminal.summary(ALL[name](), lang)).splitlines() if line.strip()]
    first = {"en": ("Floor", "Baseline", "Expected"), "ko": ("하한", "기준선", "기대 성능")}[lang]
    assert lines[0].startswith(first[0]) and first[1] in lines[0]
    assert lines[1].startswith(first[2])


def test_summary_has_the_line_that_answers() -> None:
    assert '"LT202:home.dest" = "use"' in shown(terminal.summary(binary()), width=40)


def test_names_cannot_steer_the_terminal() -> None:
    finding = Finding(code="LT202", severity="error", columns=("\x1b[31mred[bold]x[/]",))
    text = shown(terminal.findings_table([finding]))
    assert "\x1b" not in text and "[bold]x[/]" in text


def test_tables() -> None:
    result = binary()
    contract = shown(terminal.contract_table(result.contract, "ko"))
    assert (
        contract.index("시트") < contract.index("pclass") < contract.index("cabin") < contract.index("fare")
    )
    profile = shown(terminal.profile_table(result.column_facts, "en", rows=result.rows))
    assert "home.dest" in profile and "A••••" not in profile
    assert shown(terminal.findings_table((), "en")).startswith("Audit: nothing was found")


@dataclass(frozen=True)
class Look:
    rows: int
    total_rows: int
    columns: tuple[ColumnFacts, ...]
    contract: ReadContract
    findings: tuple[Finding, ...] = ()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_profile_page(tmp_path: Path, lang: str) -> None:
    result = binary()
    look = Look(
        1309,
        5000,
        result.column_facts,
        ReadContract(source="<b>.csv", guesses=result.contract),
        result.findings,
    )
    profile_html.write(look, tmp_path / "p.html", lang=lang)
    page = Page((tmp_path / "p.html").read_text(encoding="utf-8"))
    assert page.tags["h1"] == 1 and "<b>.csv" in page.words and "5,000" in page.words
    assert "A••••" not in page.words
