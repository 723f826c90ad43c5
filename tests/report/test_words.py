"""Sentences, numbers, particles."""

from __future__ import annotations

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.errors import InternalError, UsageError
from lowtide.report import masking, numbers, particles
from lowtide.report.charts import tide
from lowtide.report.inline import CODE, END_CODE, code, plain
from lowtide.report.particles import attach
from lowtide.report.words import Words


@pytest.mark.parametrize("module", [numbers, particles, masking, tide])
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "pair", "told"),
    [
        ("열", "이/가", "열이"), ("나이", "을/를", "나이를"), ("서울", "으로/로", "서울로"), ("부산", "으로/로", "부산으로"),
        ("최고기온(℃)", "은/는", "최고기온(℃)은"), ("boat", "이/가", "boat가"), ("ticket", "이/가", "ticket이"),
        ("model", "을/를", "model을"), ("AUC", "은/는", "AUC는"), ("95%", "으로/로", "95%로"), ("0.838", "으로/로", "0.838로"),
        ("10", "이/가", "10이"), ("3", "으로/로", "3으로"), ("R²", "은/는", "R²은"), ("`나이`", "과/와", "`나이`와"), ("", "이/가", "가"),
    ],
)  # fmt: skip
def test_particles(word: str, pair: str, told: str) -> None:
    assert attach(word, pair) == told


def test_particle_follows_a_marked_name() -> None:
    assert attach(code("직업"), "이/가") == f"{CODE}직업{END_CODE}이"


@given(st.text())
def test_particles_take_any_text(word: str) -> None:
    assert attach(word, "이/가") in (word + "이", word + "가")


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_directed_rounding_never_promises_more(value: float) -> None:
    down = float(numbers.significant(value, toward="down").replace(",", ""))
    up = float(numbers.significant(value, toward="up").replace(",", ""))
    slack = abs(value) * 1e-9
    if 1e-4 < abs(value) < 1e14 or value == 0:
        assert down <= value + slack
        assert up >= value - slack


@given(st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text()))
def test_numbers_take_anything(value: object) -> None:
    for told in (
        numbers.significant(value),
        numbers.percent(value),
        numbers.count(value),
        numbers.difference(value),
    ):
        assert told == "?" or any(c.isdigit() for c in told)


def test_missing_sentence() -> None:
    assert Words("ko").say("report.no.such") == "report.no.such"
    with pytest.raises(InternalError):
        Words("ko", strict=True).say("report.no.such")


def test_missing_fact() -> None:
    assert "?" in Words("en").say("report.answers.fallback_question")
    with pytest.raises(InternalError):
        Words("en", strict=True).say("report.answers.fallback_question")


def test_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="en, ko"):
        Words("xx")


def test_styles() -> None:
    words = Words("ko")
    facts = {"columns": [f"c{i}" for i in range(9)], "x": 1234.5, "share": 0.034, "yes": True}
    assert plain(words._fill("{columns:code}", facts)) == "c0, c1, c2, c3, c4, c5, 외 3개"
    assert words._fill("{x} {x:score} {share:percent} {yes} {x:,.2f} {share:percent|을/를}", facts) == (
        "1,234 1,230 3.4% 예 1,234.50 3.4%를"
    )


def test_names_cannot_forge_marks() -> None:
    told = Words("en").mark("report.answers.fallback_question", columns=code(f"a{END_CODE}`**b"))
    assert told.count(CODE) == told.count(END_CODE) == 1
    assert "`**b" in told


def test_not_finite() -> None:
    assert numbers.finite(math.inf) is None
    assert numbers.finite(True) is None
    assert numbers.finite(10**400) is None
