"""The tide table: all scenarios, from calm to rough, in both languages and for both directions of scores."""

from __future__ import annotations

import io
import re

import msgspec
import pytest
from rich.console import Console

from lowtide.core.interval import Scenario
from lowtide.core.result import RunResult
from lowtide.models.card import card
from lowtide.report import terminal
from lowtide.report.blocks import Chart, Points, Table
from lowtide.report.build import build
from lowtide.report.charts.draw import draw
from lowtide.report.charts.specs import Range, Ranges
from lowtide.report.inline import plain
from lowtide.report.scenario_words import told
from lowtide.report.view import View
from lowtide.report.words import Words, sentences
from lowtide.validate.scenarios import CASES
from tests.models.build_one import made_model
from tests.report.fixtures import binary, regression

FACTS: dict[str, tuple[dict[str, object], ...]] = {
    "worst slice": (
        {"column": "sex", "level": "male", "share": 0.6, "looked": 18, "confirmed": True},
        {"column": "age", "level": "missing", "share": 0.2, "looked": 18, "confirmed": False},
        {},
    ),
    "worst subpopulation": ({"share": 0.2},),
    "bounded shift": ({"source": "time", "left_out": 0.3}, {"source": "default", "left_out": 0.1}, {}),
    "label shift": (
        {"source": "default", "unchanged": True},
        {"source": "default", "unchanged": False, "share": 0.3, "new_share": 0.15},
        {"source": "time", "unchanged": False, "share": 0.3, "new_share": 0.6, "outcome": 1},
        {"source": "time", "unchanged": False, "mean": 200.0, "new_mean": 260.0},
    ),
    "noisy inputs": ({"jitter": 0.1, "slips": 0.05},),
    "missing column": (
        {"column": "sex", "how": "missing", "looked": 4}, {"column": "sex", "how": "frozen", "looked": 4},
    ),
    "missing source": (
        {"column": "pump", "how": "missing", "members": "pump_a\npump_b"},
        {"column": "pump", "how": "frozen", "members": "pump_a\npump_b"},
    ),
}  # fmt: skip


def rough(result: RunResult) -> RunResult:
    """Return the result with every case, each somewhat worse than the one before, in no order."""
    sign = 1.0 if result.greater_is_better else -1.0
    low, mean = result.scenarios[0].floor or 0.0, result.scenarios[0].expected or 0.0
    step = abs(mean - low)
    more = [
        Scenario(
            name=name, expected=mean - sign * i * step, floor=low - sign * i * step,
            facts={"baseline": result.baseline, **facts[0]},  # type: ignore[dict-item]
        )
        for i, (name, facts) in enumerate(FACTS.items(), 1)
    ]  # fmt: skip
    left = Scenario(name="noisy inputs", expected=None, floor=None, refusal="no_time")
    return msgspec.structs.replace(result, scenarios=(*result.scenarios, *more[::-1], left))


def floor_section(result: RunResult, lang: str) -> tuple[Table, Ranges]:
    document = build(result, lang=lang, words=Words(lang, strict=True))
    (section,) = [s for s in document.sections if s.id == "floor"]
    (picture,) = [b.picture for b in section.blocks if isinstance(b, Chart) and isinstance(b.picture, Ranges)]
    (table,) = [b for b in section.blocks if isinstance(b, Table)][-1:]
    return table, picture


def test_every_case_has_words() -> None:
    assert {c.name for c in CASES} == set(FACTS)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("make", [binary, regression])
def test_from_calm_to_rough(make, lang: str) -> None:  # type: ignore[no-untyped-def]
    result = rough(make())
    table, picture = floor_section(result, lang)
    floors = [r.start for r in picture.rows if r.start is not None]
    assert floors == sorted(floors, reverse=result.greater_is_better)
    assert len(table.rows) == len(picture.rows) == len(result.scenarios) - 1
    (heavy,) = table.strong_rows
    assert picture.rows[heavy].strong and picture.rows[heavy].start == result.scenarios[0].floor
    assert all(r.bed is not None for r in picture.rows)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(("name", "facts"), [(n, f) for n, all_ in FACTS.items() for f in all_])
def test_each_case_is_told_in_one_or_two_sentences(name: str, facts: dict[str, object], lang: str) -> None:
    view = View(binary(), Words(lang, strict=True))
    for form in ("name", "phrase", "means"):
        said = plain(told(view, name, form, facts))
        assert said and "None" not in said
    # The fixture has two outcomes, so the name of a third is not known.
    assert said.endswith(".") and ("?" not in said or "outcome" in facts)


def test_the_ground_is_drawn_under_each_row() -> None:
    rows = tuple(
        Range(f"r{i}", 0.7 - i / 10, 0.8 - i / 10, strong=i == 0, bed=0.6 - i / 10) for i in range(3)
    )
    for up in (True, False):
        picture = Ranges("scenarios", rows, "axis", "a", "b", reference=0.6, reference_name="c", up=up)
        plain_rows = tuple(Range(r.label, r.start, r.end) for r in rows)
        bare = Ranges("scenarios", plain_rows, "axis", "a", "b", up=up)
        sand = draw(picture, "p").count("var(--bed)")
        assert sand == 3 and draw(bare, "q").count("var(--bed)") == 0
        assert "bold" in draw(picture, "p") and "bold" not in draw(bare, "q")


def test_a_ground_far_away_does_not_press_the_rest_together() -> None:
    rows = (Range("a", 0.80, 0.82, bed=-40.0), Range("b", 0.78, 0.81, bed=-40.0))
    svg = draw(Ranges("scenarios", rows, "axis", "a", "b", reference=-40.0, reference_name="c"), "p")
    assert ">0.8" in svg and "var(--bed)" in svg


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_what_was_not_looked_at_is_a_limit(lang: str) -> None:
    document = build(rough(binary()), lang=lang, words=Words(lang, strict=True))
    (limits,) = [s for s in document.sections if s.id == "limits"]
    (points,) = [b for b in limits.blocks if isinstance(b, Points)]
    why = sentences(lang)["scenarios.left_out.no_time"]
    assert sum(why in plain(i) for i in points.items) == 1


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_terminal_shows_the_roughest_three(lang: str) -> None:
    def shown(result: RunResult) -> list[str]:
        out = io.StringIO()
        Console(file=out, width=100, color_system=None).print(terminal.summary(result, lang))
        return out.getvalue().splitlines()

    title = sentences(lang)["scenarios.terminal.title"]
    lines = shown(rough(regression()))
    (start,) = [i for i, line in enumerate(lines) if title in line]
    table = lines[start : start + 6]
    assert all(re.search(r"\d", line) for line in table[1:5]) and not table[5].strip()
    assert "pump" in table[4] and "pump" not in table[1]
    alone = msgspec.structs.replace(binary(), scenarios=binary().scenarios[:1])
    assert not any(title in line for line in shown(alone))


def test_the_card_names_the_place_and_leaves_out_what_has_no_number() -> None:
    manifest = made_model().manifest
    text = card(msgspec.structs.replace(manifest, scenarios=rough(regression()).scenarios))
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert sum("small mistakes" in row for row in rows) == 1
    assert any("`sex` is empty" in row for row in rows) and any("source of `pump`" in row for row in rows)
    for name in ("label shift", "bounded shift", "noisy inputs", "worst subpopulation", "missing"):
        assert name not in text
