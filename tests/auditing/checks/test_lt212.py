"""LT212: free text that states the outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.statements import TellingText
from lowtide.auditing.statements import quotes, tokens
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read

Columns = dict[str, Any]
PLAIN = [
    "monday",
    "call",
    "about",
    "bill",
    "the",
    "customer",
    "asked",
    "line",
    "speed",
    "slow",
    "router",
    "new",
    "cable",
    "office",
    "visit",
    "waited",
    "long",
    "phone",
    "answer",
    "again",
    "letter",
    "sent",
    "house",
    "street",
    "number",
    "later",
    "today",
    "morning",
    "friendly",
    "angry",
    "short",
    "question",
    "contract",
]
KOREAN = [
    "전화",
    "문의",
    "요금",
    "속도",
    "설치",
    "기사",
    "방문",
    "주소",
    "변경",
    "안내",
    "오전",
    "오후",
    "불만",
    "친절",
    "재연락",
    "확인",
    "메모",
    "담당자",
]


def notes(
    n: int = 800, share: float = 0.3, said: tuple[str, ...] = (), vocabulary: list[str] = PLAIN, seed: int = 0
) -> Columns:
    """Notes on calls of customers, of which a quarter left; the notes of some who left say so."""
    r = np.random.default_rng([71, seed])
    left = r.random(n) < 0.25
    texts = [" ".join(r.choice(vocabulary, 8)) for _ in range(n)]
    for i in np.flatnonzero(left & (r.random(n) < share)):
        if said:
            texts[i] += ". " + said[int(r.integers(len(said)))]
    return {"calls": r.poisson(3, n), "note": texts, "gone": np.where(left, "yes", "no")}


def topics(n: int = 1500, seed: int = 0) -> Columns:
    """Two kinds of honest messages: each kind has a vocabulary of its own beside a common one."""
    r = np.random.default_rng([73, seed])
    kind = r.random(n) < 0.3
    own = [[f"{k}{j}" for j in "abcdefghijklmnopqrstuvwxyz"] for k in ("red", "blue")]
    texts = [
        " ".join([*r.choice(PLAIN, 6), *(r.choice(own[int(k)], 2) if r.random() < 0.7 else [])]) for k in kind
    ]
    return {"noise": r.normal(size=n), "text": texts, "kind": np.where(kind, "blue", "green")}


TEXT = {"note": "text", "text": "text"}


class TestTellingText(CheckContract):
    check = TellingText()
    shuffles = 1

    def leaking(self) -> list[Case]:
        one = notes(said=("Account closed, moved abroad",))
        some = notes(share=0.6, said=("terminated", "signed with another provider", "has left"), seed=1)
        korean = notes(said=("계약을 해지하였습니다", "타사로 이동함"), vocabulary=KOREAN, seed=2)
        little = notes(share=0.1, said=("account closed",), seed=3)
        return [
            case(one, "gone", "binary", sees=("note",), roles={"note": "text"}),
            case(some, "gone", "binary", sees=("note",), roles={"note": "text"}),
            case(korean, "gone", "binary", sees=("note",), roles={"note": "text"}),
            case(little, "gone", "binary", sees=("note",), severity="question", roles={"note": "text"}),
        ]

    def clean(self) -> list[Case]:
        return [
            case(notes(), "gone", "binary", roles={"note": "text"}),
            case(topics(), "kind", "binary", roles={"text": "text"}),
        ]

    def test_column_order(self) -> None:
        super().test_column_order()


def test_words_of_the_label() -> None:
    columns = topics()
    r = np.random.default_rng(2)
    columns["text"] = [
        f"{t} {k} wine" if r.random() < 0.2 else t
        for t, k in zip(columns["text"], columns["kind"], strict=True)
    ]
    (finding,) = look(TellingText(), case(columns, "kind", "binary", roles={"text": "text"}))
    assert finding.facts["variant"] == "named" and finding.facts["word"] in ("blue", "green")


def test_the_number_itself() -> None:
    r = np.random.default_rng(5)
    price = r.integers(90, 990, 400) * 1000
    sold = r.random(400) < 0.3
    texts = [
        " ".join(r.choice(PLAIN, 6))
        + (f" sold for ${p:,}." if s else f" {int(r.integers(90, 990)) * 1000} miles")
        for p, s in zip(price, sold, strict=True)
    ]
    given = {"rooms": r.integers(1, 7, 400), "text": texts, "price": price}
    (finding,) = look(TellingText(), case(given, "price", "regression", roles={"text": "text"}))
    assert finding.severity == "error" and finding.facts["variant"] == "number"
    own, chance = quotes(texts, price.astype(float), 0)
    assert own == pytest.approx(sold.mean(), abs=0.02) and chance < 0.02


def test_tokens() -> None:
    assert tokens("해지를 요청, 계약은 종료되었습니다") == ["해지", "요청", "계약", "종료"]
    assert tokens("He's paid $1,250.50!") == ["he's", "paid", "1,250.50"]
    assert tokens("") == []


@pytest.mark.parametrize(
    ("path", "name", "kind", "options"),
    [
        ("C_ordinary/sms_spam.csv", "type", "binary", {}),
        ("C_ordinary/restaurant_reviews.tsv", "Liked", "binary", {"sep": "\t", "quoting": 3}),
        ("C_ordinary/wine_reviews_5k.csv.gz", "points", "regression", {}),
    ],
)
def test_honest_texts(path: str, name: str, kind: Any, options: Columns) -> None:
    table, target, task = question(read(path, **options), name, kind)
    from lowtide.testing.contracts import Case as Given

    assert look(TellingText(), Given(table, target, task)) == []
