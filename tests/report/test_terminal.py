"""What the command line shows, and the page of a profile."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from rich.console import Console, RenderableType

from lowtide.core.contract import Guess, ReadContract
from lowtide.core.finding import Finding
from lowtide.core.result import ColumnFacts, TrialFacts
from lowtide.core.task import Assumption
from lowtide.report import demo, profile_html, terminal
from lowtide.report.build import build
from lowtide.report.html import render
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


FILE = (
    Guess(what="encoding", value="utf-8", evidence="encoding_ascii"),
    Guess(what="delimiter", value=";", evidence="delimiter_regular", facts={"columns": 3, "regular": 1.0, "sound": 1.0, "runner_up": "none"}),
    Guess(what="header_rows", value="1", sure=0.97),
    *(Guess(what="role", value="number", column=f"n{i}", sure=0.8, evidence="whole_numbers", facts={"distinct": 4}) for i in range(9)),
    Guess(what="role", value="text", column="memo", evidence="free_text", facts={"words": 9.0, "length": 55.0, "distinct": 90}),
    Guess(what="type", value="text", column="code", given=True),
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_reading_is_short(lang: str) -> None:
    lines = [line for line in shown(terminal.reading(FILE, lang, "my file.csv")).splitlines() if line.strip()]
    assert len(lines) == 5 and all(len(line) <= 100 for line in lines)
    assert "code" in lines[1] and ";" in lines[2] and "n0" in lines[3] and "80%" in lines[3]
    assert "lowtide profile my file.csv" in lines[4]
    assert "memo" not in "".join(lines) and "utf-8" not in "".join(lines)


def test_reading_without_doubts_is_two_lines() -> None:
    assert len(shown(terminal.reading(FILE[:1], "en")).strip().splitlines()) == 2


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_failed_trials_are_never_silent(lang: str) -> None:
    result = binary()
    broken = TrialFacts(
        name="wide-net", learner="x", score=None, seconds=0.1, status="failed", reason="ValueError: no"
    )
    failed = msgspec.structs.replace(result, trial_table=(*result.trial_table, broken))
    for told in (shown(terminal.summary(failed, lang)), render(build(failed, lang=lang))):
        assert "wide-net" in told and "ValueError: no" in told
    assert "ValueError" not in shown(terminal.summary(result, lang))


def test_what_was_assumed_stands_with_its_line() -> None:
    told = shown(terminal.summary(binary()))
    assert "Assumed: " in told and 'deploy = "rows"' in told
    plain = msgspec.structs.replace(
        binary(), assumptions=(Assumption(code="split_nothing_seen", setting='time = "COLUMN"'),)
    )
    assert "Assumed" not in shown(terminal.summary(plain))


def test_a_loss_says_that_lower_is_better() -> None:
    assert "lower is better" in shown(terminal.summary(ALL["regression"]()))
    assert "higher is better" in shown(terminal.summary(binary()))


def test_findings_of_one_kind_without_a_price_share_a_line() -> None:
    alike = [Finding(code="LT401", severity="warning", columns=(c,), remedy="treat_as_missing") for c in "ab"]
    other = Finding(code="LT301", severity="warning", columns=("c",), remedy="split_by_group")
    lines = shown(terminal.findings_table([*alike, other])).splitlines()
    assert sum("LT401" in line for line in lines) == 1 and any("a, b" in line for line in lines)
    assert sum("LT301" in line for line in lines) == 1


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_story_of_the_demonstration(lang: str) -> None:
    told = shown(demo.story(ALL["regression"](), lang))
    for word in ("casual + registered = count", "3.02", "69.0", "57.5", "121"):
        assert word in told
