"""Personal data: recognised, and nowhere shown."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.profiling.profile import profile
from lowtide.tables.personal import (
    luhn,
    mask,
    personal_kinds,
    recognise,
    resident_checksum,
    resident_number,
    scrub,
)
from lowtide.tables.read import type_raw
from tests.tables.raw_tables import raw

RNG = np.random.default_rng(3)
NAMES = [
    "김민준",
    "이서연",
    "박지훈",
    "최수빈",
    "정예은",
    "강도윤",
    "조하은",
    "윤시우",
    "장지아",
    "임준서",
    "한유진",
    "오현우",
]
CARDS = ["4539578763621486", "6011000990139424", "5555555555554444", "4111111111111111", "378282246310005"]


def phones(count: int) -> list[str]:
    return [f"010-{a}-{b}" for a, b in RNG.integers(1000, 9999, (count, 2))]


@pytest.mark.parametrize(
    ("name", "texts", "kind"),
    [
        ("c1", phones(20), "phone"),
        ("tel", ["02-123-4567", "031-555-1234", "1588-1234"], "phone"),
        ("c2", ["kim@example.com", "lee.x@mail.co.kr"], "email"),
        (
            "c3",
            ["900101-1234567", "851231-2345678", "010203-3456789", "020304-4000000", "991111-1000000"],
            "resident_number",
        ),
        ("c4", CARDS, "card"),
        ("계좌번호", ["110-234-567890", "3333-01-1234567", "100234567890"], "account"),
        ("고객명", NAMES, "name"),
        ("c5", [a[0] + b[1:] for a in NAMES for b in NAMES], "name"),
        ("customer_name", ["John Smith", "Mary Jones", "Zorp Qwe", "Anna Lee", "Wei Zhang"], "name"),
        (
            "주소",
            [
                "경기도 안성시 옥산동",
                "서울특별시 강남구 역삼동",
                "부산광역시 해운대구 우동",
                "인천시 남구 도화동",
                "대구시 중구 동인동",
            ],
            "address",
        ),
        ("c6", ["12 Main Street", "9935 4th Drive", "7 Oak Ave", "44 Hill Rd", "3 Park Lane"], "address"),
    ],
)
def test_kinds(name: str, texts: list[str], kind: str) -> None:
    found = recognise(name, texts)
    assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("지역", ["서울역", "강남역", "홍대입구", "이천시", "정자동", "김포공항", "신촌", "노원"] * 3),
        ("date", ["2020-01-01", "2020-02-01", "15.08.25"]),
        ("sector", ["전자부품 제조업", "소프트웨어 개발", "금융업", "의약품 제조업"] * 3),
        ("city", ["Austin", "Paris", "Berlin", "Seoul", "Tokyo", "Boston"] * 5),
        ("amount", ["1234567", "7654321", "2345678"]),
    ],
)
def test_what_is_not_personal(name: str, texts: list[str]) -> None:
    assert recognise(name, texts) is None


def test_check_digits() -> None:
    assert all(luhn(c) for c in CARDS) and not luhn("4539578763621487")
    assert resident_number("900101-1234567") and not resident_number("901301-1234567")
    assert resident_checksum("900101-1000006") != resident_checksum("900101-1000007")


@given(st.text(max_size=20), st.sampled_from(["phone", "resident_number", "card", "account"]))
def test_masks_leave_no_digit(text: str, kind: str) -> None:
    assert not any(c in "0123456789" for c in mask(text, kind))


def test_scrub_masks_inside_sentences() -> None:
    text = scrub("call 010-1234-5678 or write kim@example.com, id 900101-1234567, card 4111 1111 1111 1111")
    for secret in ("1234-5678", "kim@", "1234567", "1111"):
        assert secret not in text
    assert scrub("2020-01-01 12:30, 3.14159265, 12,345,678") == "2020-01-01 12:30, 3.14159265, 12,345,678"


def test_nothing_personal_leaves_through_contract_guesses_or_profile() -> None:
    numbers = [f"0{v}" for v in RNG.integers(1_011_111_111, 1_099_999_999, 60)]
    people = [NAMES[i % len(NAMES)] for i in range(60)]
    notes = [f"please call {p} about order {i}" for i, p in enumerate(phones(60))]
    table = type_raw(
        raw({"p": numbers, "고객명": people, "note": notes, "y": [str(i % 2) for i in range(60)]})
    )
    assert personal_kinds(table.contract.guesses) == {"p": "phone", "고객명": "name"}
    shown = msgspec.json.encode([table.contract, profile(table)]).decode()
    for secret in (*numbers, *NAMES, *(n.split()[2] for n in notes)):
        assert secret not in shown
