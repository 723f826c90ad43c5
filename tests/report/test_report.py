"""The report: structure of its blocks, a page that is valid and needs nothing, any data in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.core.finding import Finding, Price
from lowtide.core.interval import Floor, Scenario
from lowtide.core.result import Bin, Charts, ColumnFacts, Importance, Naive, RunResult
from lowtide.core.task import Task
from lowtide.metrics import METRICS
from lowtide.report.blocks import Block, Callout, Card, Chart, Details, Document, Line, Table, Tiles
from lowtide.report.build import build
from lowtide.report.charts.specs import Bars, Curve, Ranges, Series, Tide
from lowtide.report.html import render, write
from lowtide.report.inline import plain
from lowtide.report.sections.answers import answer_lines
from lowtide.report.words import Words, sentences
from tests.report.fixtures import ALL, beaten, binary, refused, regression
from tests.report.page import Page

LANGUAGES = ("en", "ko")


def walk(blocks: Iterable[Block]) -> Iterable[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Callout | Card | Details):
            yield from walk(block.blocks)


def blocks(document: Document, kind: type[Any], section: str | None = None) -> list[Any]:
    found = [s for s in document.sections if section in (None, s.id)]
    return [b for s in found for b in walk(s.blocks) if isinstance(b, kind)]


def strict(result: RunResult, lang: str = "en") -> Document:
    return build(result, lang=lang, words=Words(lang, strict=True))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_every_sentence_and_fact_is_there(name: str, lang: str) -> None:
    document = strict(ALL[name](), lang)
    assert [s.id for s in document.sections][:4] == ["question", "floor", "findings", "answers"]
    assert document.lang == lang


@pytest.mark.parametrize("name", ALL)
def test_both_languages_have_the_same_shape(name: str) -> None:
    def shape(document: Document) -> list[tuple[str, list[str]]]:
        return [(s.id, [type(b).__name__ for b in walk(s.blocks)]) for s in document.sections]

    assert shape(strict(ALL[name](), "en")) == shape(strict(ALL[name](), "ko"))


def test_floor_beside_baseline_first_expected_second() -> None:
    (tiles,) = blocks(strict(binary()), Tiles)
    assert [t.rank for t in tiles.tiles] == [1, 1, 2, 3]
    # 0.8357 is told as 0.835: a promise is rounded to its bad side.
    assert [plain(t.value) for t in tiles.tiles] == ["0.835", "0.765", "0.859", "0.987"]


def test_a_loss_is_rounded_up_and_drawn_upside_down() -> None:
    document = strict(regression())
    (tiles,) = blocks(document, Tiles)
    assert plain(tiles.tiles[0].value) == "69.0"
    (tide,) = [c.picture for c in blocks(document, Chart) if isinstance(c.picture, Tide)]
    assert not tide.up and tide.depth.startswith("52")


def test_pictures() -> None:
    kinds = {type(c.picture) for c in blocks(strict(regression()), Chart)}
    assert kinds == {Tide, Ranges, Curve, Series, Bars}
    assert all(len(c.alt) > 40 for c in blocks(strict(regression()), Chart))


def test_findings_the_worst_first_with_price() -> None:
    cards = blocks(strict(binary()), Card, "findings")
    assert [c.code for c in cards] == ["LT204", "LT204", "LT202", "LT301", "LT401"]
    assert [c.side for c in cards] == ["0.12", "0.018", "0.007", "0.014", ""]


def test_each_question_and_assumption_has_its_line() -> None:
    lines = [line.text for line in blocks(strict(binary()), Line, "answers")]
    assert lines == [
        '[answers]\n"LT202:home.dest" = "use"', '[answers]\n"LT202:home.dest" = "drop"', '[task]\ndeploy = "rows"',
    ]  # fmt: skip


def test_lines_are_toml_whatever_the_column_is_called() -> None:
    import tomllib

    name = 'a "b"\\ 이름\n[x] = #'
    line = answer_lines(Finding(code="LT202", severity="question", columns=(name,)))["use"]
    assert tomllib.loads(line) == {"answers": {f"LT202:{name}": "use"}}


def test_no_floor_says_why_and_what_is_needed() -> None:
    document = strict(refused())
    verdict = blocks(document, Callout, "floor")[0]
    assert verdict.tone == "bad"
    assert "43" in plain(verdict.blocks[0].text)
    (tiles,) = blocks(document, Tiles)
    assert tiles.tiles[0].value == Words("en").say("report.floor.tile_floor_none")


def test_a_beaten_model_gives_way_to_the_rule() -> None:
    document = strict(beaten(), "ko")
    assert blocks(document, Callout, "floor")[0].title == Words("ko").say("report.floor.below")
    rule = next(t for t in blocks(document, Table, "floor") if len(t.rows) == 3)
    assert [plain(row[1]) for row in rule.rows] == ["12%", "31%", "58%"]


def test_level_with_the_baseline_is_no_win() -> None:
    tied = msgspec.structs.replace(
        binary(), baseline=0.8354, floor=Floor(value=0.8356, confidence=0.95, scenario="new rows")
    )
    assert blocks(strict(tied), Callout, "floor")[0].title == Words("en").say("report.floor.level")


def test_a_bad_month_is_bad_for_the_rule_too() -> None:
    behind = msgspec.structs.replace(
        regression(), floor=Floor(value=130.0, confidence=0.95, scenario="next period")
    )
    assert blocks(strict(behind), Callout, "floor")[0].title == plain(Words("en").mark("report.floor.ahead"))
    assert behind.lead is not None
    lost = msgspec.structs.replace(behind, lead=msgspec.structs.replace(behind.lead, bound=-2.0))
    assert blocks(strict(lost), Callout, "floor")[0].title == Words("en").say("report.floor.below")


def test_a_rule_on_a_category_names_levels_and_hides_codes() -> None:
    pieces = [
        {"outcome": 0.19, "rows": 843.0, "levels": ["male"], "level": "male"},
        {"outcome": 0.72, "rows": 466.0, "levels": ["female"], "other": True, "missing": True},
        {"outcome": 0.5, "rows": 3.0, "code": 2.0},
        {"outcome": 0.5, "rows": 3.0, "low": 0.5, "high": None},
    ]
    rule = {"rule": "one-column", "column": "sex: level", "source": "sex", "pieces": pieces}
    result = msgspec.structs.replace(binary(), baseline=0.9, baseline_rule=rule)
    table = blocks(strict(result), Table, "floor")[0]
    assert [plain(row[0]) for row in table.rows] == [
        "sex is male",
        "sex is female; any other sex; sex is missing",
    ]


def test_personal_columns_show_nothing() -> None:
    assert "A••••" not in repr(strict(binary()))
    leaked = ColumnFacts(
        name="memo", role="text", type="text", missing=0, distinct=3,
        examples=("call 010-1234-5678", "kim@example.com", "900101-1234567"),
    )  # fmt: skip
    document = repr(strict(msgspec.structs.replace(binary(), column_facts=(leaked,))))
    for secret in ("1234-5678", "kim@example", "1234567"):
        assert secret not in document


def test_every_metric_is_explained() -> None:
    for metric in METRICS:
        for lang in LANGUAGES:
            for form in ("name", "means", "short", "scale"):
                assert sentences(lang)[f"metrics.{metric.name}.{form}"].strip()
        result = msgspec.structs.replace(
            binary(), metric=metric.name, greater_is_better=metric.greater_is_better,
            task=msgspec.structs.replace(binary().task, metric=metric.name),
        )  # fmt: skip
        assert strict(result, "ko").sections


def test_hurried_score_names_only_what_leaked() -> None:
    naive = Naive(value=0.99, scheme="rows", columns=("sex", "age", "boat", "body"))
    document = strict(msgspec.structs.replace(binary(), naive=naive))
    text = " ".join(plain(b.text) for s in document.sections for b in walk(s.blocks) if hasattr(b, "text"))
    assert "boat, body left in" in text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_page_is_valid_and_needs_nothing(name: str, lang: str) -> None:
    text = render(strict(ALL[name](), lang), lang=lang)
    page = Page(text)
    assert len(text.encode()) < 1_000_000
    assert page.tags["main"] == page.tags["nav"] == page.tags["h1"] == page.tags["title"] == 1
    assert [i for i, n in page.ids.items() if n > 1] == []
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert all(a.startswith("#") for a in page.addresses)
    assert "://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert f'<html lang="{lang}">' in text
    assert page.labels and all(len(label) > 40 for label in page.labels)
    assert not re.search(r"#0a0b0", text), "a colour of the drawing stayed in the page"
    # References inside pictures point to parts of the same page.
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(page.ids)


def test_same_result_same_bytes() -> None:
    assert render(build(binary())) == render(build(binary()))


def test_write(tmp_path: Path) -> None:
    write(regression(), tmp_path / "deep" / "report.html", lang="ko")
    text = (tmp_path / "deep" / "report.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and "하한" in text
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["report.html"]


NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>", '" onload="x', "' onclick='x", "&lt;b&gt;", "나이(만)", "열 이름", "", " ", "`tick`",
        "**bold**", "{target}", "{0}", "%s", "\x00\x07", "\ue000\ue001\ue003", "a" * 300, "https://example.com/x", "]]>", "-->",
        "#0a0b01", "\u202ertl", "\ud800",
    ]
)  # fmt: skip
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1e300, -1e300, 1e-300, 5e-324, 1.0, 0.5]),
    st.floats(),
)


@st.composite
def results(draw: st.DrawFn) -> RunResult:
    """Any numbers and names in a result of a plausible shape."""
    base = draw(st.sampled_from(sorted(ALL)))
    number = lambda: draw(NUMBERS)  # noqa: E731
    real = lambda: draw(st.floats())  # noqa: E731
    name = lambda: draw(NASTY)  # noqa: E731
    bins = tuple(
        Bin(predicted=number(), observed=number(), low=number(), high=number(), label=name())
        for _ in range(draw(st.integers(0, 4)))
    )
    price = Price(metric=draw(st.sampled_from(["mae", "roc_auc"])), greater_is_better=True, scheme=name(),
                  as_is=real(), remedied=real())  # fmt: skip
    finding = Finding(
        code=draw(st.sampled_from(["LT202", "LT204", "LT999", "<b>"])),
        severity=draw(st.sampled_from(["error", "question", "warning", "note"])), columns=(name(), name()),
        facts={"variant": "no", "share": number(), "column": name(), "nested": {"a": [number()]}}, price=draw(st.sampled_from([None, price])),
    )  # fmt: skip
    task = Task(
        target=name(), kind=draw(st.sampled_from(["binary", "multiclass", "regression", None])), positive=name(),
        group=name(), time=draw(st.sampled_from([None, ":order", "<i>"])), unit=(name(),),
    )  # fmt: skip
    return msgspec.structs.replace(
        ALL[base](), task=task, source=name(), baseline=number(), baseline_name=name(), expected=number(),
        baseline_rule=draw(st.sampled_from([{}, {"rule": "one-column", "column": "<u>", "pieces": [{"outcome": math.nan}, None, {}]}])),
        floor=Floor(value=number(), confidence=0.95, scenario=name(), refusal=draw(st.sampled_from([None, "too_few_rows", "<x>"]))),
        findings=(finding,), questions=(finding,), quarantined=(name(),), best_cv=number(), metric_unit=name(),
        naive=Naive(value=real(), scheme="rows", columns=(name(),)), rows=draw(st.integers(0, 10)),
        scenarios=(Scenario(name=name(), expected=number(), floor=number(), batch_floor=number(), facts={"column": name(), "level": name()}),),
        column_facts=(ColumnFacts(name=name(), role=name(), type=name(), missing=3, distinct=2, examples=(name(),), facts={"low": number(), "relation": {}}),),
        charts=Charts(calibration=bins, over_time=bins, windows=bins, importances=(Importance(column=name(), drop=real(), share=real()),)),
        metric=draw(st.sampled_from(["roc_auc", "mae", "log_loss", "nope"])), trials=draw(st.integers(0, 3)), versions={"lowtide": name()},
        greater_is_better=draw(st.booleans()),
    )  # fmt: skip


@given(results(), st.sampled_from(LANGUAGES))
@settings(max_examples=12)
def test_any_result_renders_and_is_escaped(result: RunResult, lang: str) -> None:
    text = render(build(result, lang=lang), lang=lang)
    page = Page(text)
    text.encode("utf-8")
    assert page.tags["script"] == 1
    assert page.tags["u"] == page.tags["x"] == 0
    assert all(a.startswith("#") for a in page.addresses)
    assert not re.search("[\x00-\x08\ue000-\ue003]", text)


@given(results())
def test_any_result_builds_in_both_languages(result: RunResult) -> None:
    assert len(build(result, lang="en").sections) == len(build(result, lang="ko").sections)
