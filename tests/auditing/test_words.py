"""Names as evidence."""

from __future__ import annotations

import pytest

from lowtide.auditing import words
from lowtide.auditing.entities import _names_entity


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ChurnScore_v2 (%)", ("churn", "score", "v2")),
        ("IBMCloud", ("ibm", "cloud")),
        ("해지 사유", ("해지", "사유")),
    ],
)
def test_tokens(name: str, expected: tuple[str, ...]) -> None:
    assert words.tokens(name) == expected


@pytest.mark.parametrize(
    ("name", "target", "stem"),
    [
        ("Churn Reason", "Churn Value", "churn"),
        ("motor_UPDRS", "total_UPDRS", "updrs"),
        ("해지사유", "해지여부", "해지"),
        ("total", "count", None),
        ("rating_count", "count", None),
        ("해지사유", "등록차량수", None),
    ],
)
def test_shared_stem(name: str, target: str, stem: str | None) -> None:
    assert words.shared_stem(name, target) == stem


def test_past_and_plans_are_known_before() -> None:
    assert all(
        words.is_known_before(n)
        for n in ("previous_sales", "lagSales", "전월매출", "targeted_output", "목표")
    )
    assert not words.is_known_before("sales")


def test_whole_name_must_say_entity() -> None:
    assert all(_names_entity(n) for n in ("movie_id", "Store", "customerID", "subject#", "고객번호"))
    assert not any(_names_entity(n) for n in ("YearsAtCompany", "product_price", "unit_weight"))
