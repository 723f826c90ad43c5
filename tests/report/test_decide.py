"""What to do next, as the report and the terminal tell it."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from lowtide.core.decision import (
    CurvePoint,
    Decision,
    FloorPrice,
    LearningCurve,
    Need,
    Range,
    Step,
    Twins,
    advice,
)  # fmt: skip
from lowtide.core.interval import Floor
from lowtide.core.result import RunResult
from lowtide.report import terminal
from lowtide.report.blocks import Callout, Chart, Table
from lowtide.report.charts.specs import Growth
from lowtide.report.html import render
from lowtide.report.inline import plain
from lowtide.report.sections import rule
from lowtide.report.view import View
from lowtide.report.words import Words
from tests.report.fixtures import ALL, beaten, binary, regression
from tests.report.page import Page
from tests.report.test_report import blocks, strict, walk
from tests.report.test_terminal import shown

LANGUAGES = ("en", "ko")


def curve(parts: str = "random", up: bool = True) -> LearningCurve:
    sign = 1 if up else -1
    measured = [(100, 0.71), (200, 0.76), (400, 0.79), (800, 0.81)]
    ahead = [(1000, 0.815), (2000, 0.83), (4000, 0.84), (8000, 0.845)]
    onward = parts != "recent"
    points = [
        CurvePoint(rows=n, score=sign * s, low=sign * s - 0.02, high=sign * s + 0.02, measured=n <= 800, far=n > 4000)
        for n, s in (measured + ahead if onward else [*measured, ahead[0]])
    ]  # fmt: skip
    some = Range(value=0.015, low=0.004, high=0.026)
    return LearningCurve(
        member="lightgbm-small", parts=parts, rows=1000, largest=800, chains=5, greater_is_better=up, points=tuple(points),
        full_data=some, last=some, double=some if onward else None, fourfold=some if onward else None,
        limit=Range(value=0.86, low=0.83, high=0.9) if onward else None, enough=3000 if onward else None,
    )  # fmt: skip


def price(unit: str = "rows", never: bool = False, exact: bool = False) -> FloorPrice:
    need = Need(floor=0.712, units=None if never else 1789, soonest=1200, latest=None)
    need = Need(floor=0.712, units=1789, soonest=1789, latest=1789) if exact else need
    return FloorPrice(
        unit=unit, units=1000, assumption="windows" if unit == "periods" else "root", curve=True,
        steps=(Step(factor=2.0, units=2000, floor=0.7, low=0.69, high=0.715),), to_baseline=need, to_half=need,
    )  # fmt: skip


def decided(result: RunResult, **changes: object) -> RunResult:
    base = Decision(
        ship="rule", reason="below", facts={"floor": 0.6812, "baseline": 0.712, "lead": None, "bundle": "model"},
        rows="help", columns="rows_first", small=0.006, curve=curve(), price=price(), missing={"twins": "too_few_twins"},
    )  # fmt: skip
    return msgspec.structs.replace(result, decision=msgspec.structs.replace(base, **changes))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("parts", ["random", "groups", "recent"])
@pytest.mark.parametrize("rows", ["help", "little", "not_measurably", "unclear", "hurt"])
def test_every_answer_about_rows_has_its_words(rows: str, parts: str, lang: str) -> None:
    result = decided(ALL["binary"](), rows=rows, columns="unclear", curve=curve(parts))
    text = repr(strict(result, lang))
    assert "0.015" in text or "0.026" in text or rows == "hurt"
    assert len(shown(terminal.summary(result, lang)).splitlines()) > 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_other_code_has_its_words(lang: str) -> None:
    words = Words(lang, strict=True)
    twins = (
        Twins(rows=400, share=0.4, differ=0.31, best=0.83, error_low=0.19, error_high=0.31),
        Twins(rows=400, share=0.4, spread=0.7, best=0.83),
        None,
    )
    reasons = ("above", "ahead", "level", "below", "no_floor", "no_baseline", "no_model")
    for reason, unit, alike in product(reasons, ("rows", "groups", "periods"), twins):
        changed = decided(
            beaten(), ship=advice(reason), reason=reason, twins=alike, price=price(unit, never=alike is None)
        )
        assert blocks(strict(changed, lang), Callout, "decide")[0].title == words.say(f"decide.ship.{reason}")
    for columns, why in product(
        ("exhausted", "needed", "rows_first", "unclear", "unknown"),
        ("no_time", "too_few_rows", "too_few_groups", "too_few_folds", "unscored", "no_model"),
    ):
        none = decided(
            beaten(), columns=columns, twins=twins[0] if columns == "exhausted" else None, rows="unknown", curve=None,
            price=None, missing={"curve": why, "price": "batch" if why == "no_time" else "no_floor"},
        )  # fmt: skip
        assert strict(none, lang).sections
        assert words.say(f"decide.missing.{why}") in shown(terminal.summary(none, lang), width=300)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_valid(lang: str) -> None:
    page = Page(render(strict(decided(beaten()), lang), lang=lang))
    assert page.ids["decide"] == 1 and all(len(label) > 40 for label in page.labels)


def test_no_decision_no_section() -> None:
    assert "decide" not in [s.id for s in strict(binary()).sections]


def test_the_picture_ends_at_four_times_and_a_past_is_not_extended() -> None:
    (chart,) = [c for c in blocks(strict(decided(binary())), Chart) if isinstance(c.picture, Growth)]
    assert max(p.x for p in chart.picture.ahead) == 4000 and len(chart.picture.measured) == 4
    assert "0.830" in chart.alt and "0.840" in chart.alt
    (past,) = [
        c
        for c in blocks(strict(decided(regression(), curve=curve("recent", up=False))), Chart)
        if isinstance(c.picture, Growth)
    ]
    assert max(p.x for p in past.picture.ahead) == 1000


def test_needed_numbers_are_round_and_open_ended() -> None:
    document = strict(decided(beaten()))
    told = " ".join(
        plain(i) for b in walk(document.sections[-1].blocks) if hasattr(b, "items") for i in b.items
    )
    told += " ".join(
        plain(i) for s in document.sections if s.id == "decide" for b in s.blocks if hasattr(b, "items") for i in b.items
    )  # fmt: skip
    assert "1,800 rows" in told and "1,200 and more than 16,000" in told


def test_a_range_without_width_is_not_told() -> None:
    told = shown(terminal.summary(decided(beaten(), price=price(exact=True))), width=160)
    assert "takes about 1,800 rows in all." in told
    assert strict(decided(beaten(), price=price(exact=True)), "ko").sections
    assert strict(decided(regression(), price=price(exact=True)), "ko").sections


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_rule_stands_in_full_in_the_terminal(lang: str) -> None:
    text = shown(terminal.summary(decided(beaten()), lang), width=160)
    for word in ("35.5", "60", "12%", "31%", "58%"):
        assert word in text
    assert plain(Words(lang).say("decide.ship.bundle_model_terminal")) in text
    held = decided(beaten(), facts={"bundle": "rule"})
    assert plain(Words(lang).say("decide.ship.bundle_rule")) in shown(terminal.summary(held, lang), width=160)


def test_a_rule_of_many_classes_names_the_likeliest() -> None:
    pieces = [
        {"outcome": [0.2, 0.7, 0.1], "rows": 40.0, "low": None, "high": 1.5},
        {"outcome": [0.5, 0.3, 0.2], "rows": 60.0, "low": 1.5, "high": None},
    ]
    told = {
        "rule": "one-column",
        "column": "age",
        "source": "age",
        "pieces": pieces,
        "missing": {"outcome": [0.1, 0.1, 0.8], "rows": 7.0},
    }
    result = msgspec.structs.replace(
        binary(), baseline_rule=told, target={"classes": ["a", "b", "c"]},
        task=msgspec.structs.replace(binary().task, kind="multiclass"),
    )  # fmt: skip
    made = rule.told(View(result, Words("en", strict=True)))
    assert [plain(line.say) for line in made.lines] == ["b (70%)", "a (50%)", "c (80%)"]
    assert plain(made.lines[2].when) == "age is missing"


def test_long_rules_say_how_many_lines_are_left_out_and_codes_that_they_are_codes() -> None:
    pieces = [{"outcome": 0.1, "rows": 3.0, "levels": [f"v{i}"]} for i in range(50)]
    long = msgspec.structs.replace(
        binary(), baseline_rule={"rule": "one-column", "column": "sex", "source": "sex", "pieces": pieces}
    )
    made = rule.told(View(long, Words("en", strict=True)))
    assert len(made.lines) == rule.MOST and made.more == 50 - rule.MOST
    coded = msgspec.structs.replace(
        binary(), baseline_rule={"rule": "one-column", "column": "sex", "source": "sex", "pieces": [{"outcome": 0.1, "rows": 3.0, "code": 2.0}]}
    )  # fmt: skip
    note = rule.told(View(coded, Words("en", strict=True)))
    assert not note.lines and "cannot be applied by hand" in note.note


def test_constant_rules_say_their_value() -> None:
    prior = msgspec.structs.replace(binary(), baseline_rule={"rule": "prior", "value": 0.382})
    (line,) = rule.told(View(prior, Words("en", strict=True))).lines
    assert (line.when, line.say) == ("any row", "38%")


def test_nothing_to_ship_without_a_floor() -> None:
    none = msgspec.structs.replace(
        decided(binary(), ship="nothing", reason="no_floor", price=None),
        floor=Floor(value=None, confidence=0.95, scenario="new rows", refusal="too_few_positives", needed=43),
    )
    callout = blocks(strict(none), Callout, "decide")[0]
    assert callout.tone == "bad" and "43" in plain(callout.blocks[0].text)
    assert not blocks(strict(none), Table, "decide")
