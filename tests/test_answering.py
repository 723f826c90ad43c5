"""The lines that answer a finding: TOML for any name, and the same in template, terminal and report."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from lowtide.core.answering import choices
from lowtide.core.finding import Finding
from lowtide.core.result import RunResult
from lowtide.core.task import Task
from lowtide.project import parse
from lowtide.project_template import template
from lowtide.report import terminal
from lowtide.report.build import build
from lowtide.report.html import render
from tests.report.fixtures import regression

DATED = Finding(
    code="LT302", severity="question", columns=("sold",), remedy="split_by_time",
    facts={"variant": "dated", "span_days": 700.0, "periods": 24, "drift": 0.2, "serial": 0.4},
)  # fmt: skip
ORDER = Finding(
    code="LT302", severity="question", remedy="split_by_time",
    facts={
        "variant": "order", "dependent_columns": 4, "columns_looked_at": 9, "serial": 0.5, "lost_without_neighbours": 0.2,
    },
)  # fmt: skip
PARTS = msgspec.structs.replace(DATED, columns=("year", "month"))
SHOP = Finding(
    code="LT301", severity="question", columns=("shop",), remedy="split_by_group",
    facts={"groups": 40, "rows_in_repeats": 900, "icc": 0.3, "p_value": 0.004},
)  # fmt: skip
COLUMN = Finding(
    code="LT202", severity="question", columns=("call",), remedy="drop_columns",
    facts={"skill_alone": 0.4, "skill_of_next": 0.1, "skill_of_others": 0.3},
)  # fmt: skip


def asked(finding: Finding) -> RunResult:
    return msgspec.structs.replace(regression(), findings=(finding,), questions=(finding,), quarantined=())


def shown(thing: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=100, color_system=None).print(thing)
    return out.getvalue()


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (DATED, [{"deploy": "rows"}, {"deploy": "future", "time": "sold"}]),
        (ORDER, [{"deploy": "rows"}, {"deploy": "future", "time": ":order"}]),
        (PARTS, [{"deploy": "rows"}, {"deploy": "future"}]),
        (SHOP, [{"deploy": "rows"}, {"deploy": "groups", "group": "shop"}]),
        (COLUMN, [{"LT202:call": "use"}, {"LT202:call": "drop"}]),
    ],
)
def test_choices(finding: Finding, said: list[dict[str, str]]) -> None:
    assert [dict(c.settings) for c in choices(finding)] == said


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from([DATED, SHOP, COLUMN]))
def test_lines_are_settings_whatever_the_column_is_called(name: str, finding: Finding) -> None:
    for choice in choices(msgspec.structs.replace(finding, columns=(name,))):
        header = [] if choice.table == "task" else ["[answers]"]
        config = parse("\n".join(["[task]", 'target = "y"', *header, *choice.lines, ""]))
        named = {config.task.time, config.task.group} | {k.partition(":")[2] for k in config.answers}
        assert choice.means == "rows" or name in named


@pytest.mark.parametrize("finding", [DATED, ORDER, SHOP, COLUMN])
def test_terminal_and_report_offer_the_same_lines(finding: Finding) -> None:
    seen = shown(terminal.questions((finding,), "en"))
    page = render(build(asked(finding), lang="en")).replace("&#34;", '"').replace("&quot;", '"')
    for choice in choices(finding):
        assert f"[{choice.table}]" in seen
        for line in choice.lines:
            assert line in seen and line in page


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("finding", [DATED, ORDER, SHOP])
def test_a_question_about_the_split_leaves_nothing_out(finding: Finding, lang: str) -> None:
    page = render(build(asked(finding), lang=lang))
    assert {"en": "Nothing was left out", "ko": "제외한 것은 없습니다"}[lang] in page
    assert {"en": "Left out until", "ko": "답이 있을 때까지 제외"}[lang] not in page
    assert "LT302" not in shown(terminal.questions((finding,), lang))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_an_answered_question_says_so(lang: str) -> None:
    finding = msgspec.structs.replace(SHOP, answer="declared")
    page = render(build(msgspec.structs.replace(asked(finding), questions=()), lang=lang))
    assert {"en": "Answered: lowtide.toml says", "ko": "답변 완료"}[lang] in page
    assert {"en": "answered", "ko": "답변됨"}[lang] in shown(terminal.findings_table((finding,), lang))


def test_the_template_asks_once_and_its_lines_work() -> None:
    text = template(
        Path(),
        source="x.csv",
        task=Task(target="y"),
        questions=(DATED, COLUMN),
        findings=(DATED, COLUMN, SHOP),
    )
    assert '"LT302' not in text and '"LT202:call" = "drop"' in text
    for scheme in ("rows", "groups", "future", "groups+future"):
        assert parse(text.replace(f'# deploy = "{scheme}" ', f'deploy = "{scheme}" ')).task.deploy == scheme
    assert '# time = "sold"' in text and '# group = "shop"' in text


def test_a_template_without_such_findings_has_one_line_about_it() -> None:
    text = template(Path(), source="x.csv", task=Task(target="y"), questions=(COLUMN,))
    assert text.count("# deploy = ") == 1 and '# time = "COLUMN"' in text
    assert "deploy" not in template(
        Path(), source="x.csv", task=Task(target="y", deploy="rows"), questions=(DATED,)
    ).replace('deploy = "rows"', "")
