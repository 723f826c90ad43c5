"""LT405 against its contract, and when two texts are the same word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from lowtide.auditing.checks.spelling import Spellings
from lowtide.auditing.spellings import distance_one, plain
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read
from tests.auditing.test_checks import ordinary, rng, strong_and_honest


class TestSpellings(CheckContract):
    check = Spellings()

    def leaking(self) -> list[Case]:
        r = rng(45)
        columns = ordinary()
        cities = np.array(["Seoul", "seoul", " Seoul", "Busan", "BUSAN", "Daegu"])[r.integers(0, 6, 500)]
        places = np.array(["서울", "서울특별시", "부산", "부산광역시"])[r.integers(0, 4, 500)]
        typed = columns["region"].astype(object) + "ern side"
        typed[7] = "nrothern side" if False else "nothern side"
        typed[:7] = "northern side"
        sizes = [str(v) for v in r.integers(300, 4000, 500)]
        sizes[3], sizes[80], sizes[81] = "1133 - 1384", "34.46Sq. Meter", "?"
        return [
            case({**columns, "city": cities}, "bought", "binary", sees=("city",), severity="warning"),
            case({**columns, "place": places}, "bought", "binary", sees=("place",), severity="warning"),
            case({**columns, "side": typed}, "bought", "binary", sees=("side",), severity="note"),
            case(
                {**columns, "sqft": sizes},
                "bought",
                "binary",
                sees=("sqft",),
                severity="warning",
                roles={"sqft": "category"},
            ),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_grades_and_ranges_are_different_values(self) -> None:
        grades = np.array(["A", "A-", "A+", "B", "B-", "<10", ">10", "10-20", "1020"])[
            rng(1).integers(0, 9, 500)
        ]
        assert look(self.check, case({**ordinary(), "grade": grades}, "bought", "binary")) == []


@drawn(st.text(max_size=12))
def test_plain_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text) or "시" in text


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("sewing", "sweing", True), ("sewing", "sewng", True), ("sewing", "sewings", True),
        ("sewing", "sawing", True), ("sewing", "sewing", False), ("sewing", "swnieg", False), ("male", "female", False),
    ],
)  # fmt: skip
def test_one_slip(one: str, other: str, near: bool) -> None:
    assert distance_one(one, other) is near and distance_one(other, one) is near


def test_departments_with_a_blank() -> None:
    table, target, task = question(
        read("B_grouped_time/garments_productivity.csv"), "actual_productivity", "regression"
    )
    (seen,) = look(Spellings(), Case(table, target, task))
    assert seen.columns == ("department",) and seen.facts["merged"] == 1
