"""Roles: from content, with names as support only."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lowtide.tables.ordinal import order
from lowtide.tables.read import type_raw
from lowtide.tables.role_words import names_entity, names_id, names_scale
from tests.tables.raw_tables import raw

RNG = np.random.default_rng(7)


def role(values: list[str] | pa.Array, name: str = "a") -> str:
    return type_raw(raw({name: values})).role(name)


def test_constant_and_empty_columns_are_ignored_but_half_filled_ones_are_not() -> None:
    assert role(["1"] * 30) == "ignore"
    assert role([None] * 30) == "ignore"
    assert role(["yes"] * 10 + [None] * 20) == "category"
    assert role(["1"] * 10 + [None] * 20) == "number"


def test_row_numbers_and_keys() -> None:
    assert role([str(i) for i in range(1, 101)], "n") == "id"
    assert role([str(v) for v in RNG.permutation(100_000)[:200]], "policy_number") == "id"
    assert role([f"{v:032x}" for v in RNG.integers(2**60, size=200)], "a") == "id"
    assert role([f"C{v:05d}" for v in RNG.permutation(90_000)[:200]], "a") == "id"


def test_amounts_that_all_differ_are_numbers() -> None:
    assert role([f"{v:.2f}" for v in RNG.normal(100, 10, 300)]) == "number"
    assert role([str(v) for v in RNG.permutation(100_000)[:300]], "income") == "number"


def test_entities_that_repeat() -> None:
    assert role([f"{v:06x}" for v in RNG.integers(1_000_000, 1_000_040, 400)], "session_id") == "group"
    assert role([f"C{1000 + v}" for v in RNG.integers(0, 60, 400)]) == "group"
    assert role([str(v) for v in RNG.integers(0, 60, 400)], "customer_id") == "group"
    assert role([str(v) for v in RNG.integers(0, 60, 400)], "visits") == "number"
    assert role([str(v) for v in RNG.integers(0, 5, 400)], "region_id") == "category"


def test_scales() -> None:
    assert role([str(v) for v in RNG.integers(1, 6, 200)], "satisfaction") == "ordinal"
    assert role([str(v) for v in RNG.integers(0, 6, 200)], "children") == "number"
    assert role(list(RNG.choice(["낮음", "보통", "높음"], 200))) == "ordinal"
    assert role([f"{h:02d}:{m}0" for h in range(24) for m in range(6)] * 2) == "ordinal"


def test_ordinal_levels_stand_in_their_order() -> None:
    table = type_raw(raw({"a": ["high", "low", "medium", "low"] * 5, "b": ["x", "y", "y", "y"] * 5}))
    assert table.column("a").levels == ("low", "medium", "high")
    assert table.column("b").levels == ("y", "x")


def test_free_text_in_english_and_korean() -> None:
    words = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dogs", "and", "sleeps"]
    sentences = [" ".join(RNG.permutation(words)[:7]) for _ in range(200)]
    assert role(sentences) == "text"
    syllables = list("배송이빨라서좋았고품질도마음에들어요다시살게요가격은조금비싸네요")
    assert role(["".join(RNG.choice(syllables, 14)) for _ in range(200)]) == "text"
    assert role(list(RNG.choice(["서울", "부산", "대구"], 200))) == "category"


@pytest.mark.parametrize(
    ("levels", "ordered"),
    [
        (["High", "LOW", "medium"], ["LOW", "medium", "High"]),
        (["> 60", "18-29", "45-60", "30-44"], ["18-29", "30-44", "45-60", "> 60"]),
        (
            ["$100,000+", "$0 - $24,999", "$25,000 - $99,999"],
            ["$0 - $24,999", "$25,000 - $99,999", "$100,000+"],
        ),
        (["30세 이상", "20세 미만", "20~29세"], ["20세 미만", "20~29세", "30세 이상"]),
        (["매우 불만족", "만족", "보통"], ["매우 불만족", "보통", "만족"]),
        (["red", "green", "blue"], None),
        (["low", "high"], None),
        (["2020-01-01", "2020-02-01", "2020-03-01"], None),
    ],
)
def test_order(levels: list[str], ordered: list[str] | None) -> None:
    assert order(levels) == ordered


@pytest.mark.parametrize(
    "name", ["id", "customer_id", "PID", "UDI", "subject#", "고객번호", "단지코드", "policy_number", "vin"]
)
def test_names_of_keys(name: str) -> None:
    assert names_id(name)


@pytest.mark.parametrize(
    "name", ["number_of_calls", "paid", "humid", "width", "total_number", "승객수", "validity", "grid_load"]
)
def test_names_that_are_no_keys(name: str) -> None:
    assert not names_id(name)


def test_names_of_entities_and_scales() -> None:
    assert names_entity("Store") and names_entity("단지코드") and not names_entity("store_size")
    assert names_scale("JobSatisfaction") and names_scale("만족도") and not names_scale("DailyIncome")
