"""LT204: filled only, or mostly, for one outcome; and gaps that other columns explain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.filled import FilledForOne
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, ordinary, strong_and_honest

N = 500


def drawn(yes: Any, filled: float, else_filled: float, seed: int = 0) -> Any:
    r = np.random.default_rng([17, seed])
    return r.random(len(yes)) < np.where(yes, filled, else_filled)


def values(there: Any, kind: str) -> list[Any]:
    """Return a column that holds something where ``there``, and stands empty in one of many ways elsewhere."""
    r = np.random.default_rng(23)
    days = [dt.datetime(2021, 1, 1) + dt.timedelta(days=int(d)) for d in r.integers(0, 600, len(there))]
    number, code = r.integers(1, 400, len(there)), r.integers(0, 6, len(there))
    made: dict[str, tuple[Any, Any]] = {
        "missing": (number, None), "zero": (number, 0), "minus": (number, -1), "nines": (number / 7, 99999),
        "word": ([f"cause {c}" for c in code], "none"), "korean": ([f"사유 {c}" for c in code], "해당없음"),
        "blank": ([f"r{c}" for c in code], ""), "date": (days, dt.datetime(9999, 12, 31)),
    }  # fmt: skip
    full, empty = made[kind]
    return [full[i] if t else empty for i, t in enumerate(there)]


class TestFilledForOne(CheckContract):
    check = FilledForOne()

    def leaking(self) -> list[Case]:
        yes = ordinary()["bought"] == "yes"
        high = amounts()["price"] > 500
        sure = [
            case({**ordinary(), "note": values(yes, kind)}, "bought", "binary", sees=("note",))
            for kind in ("minus", "word", "date")
        ]
        likely = values(drawn(yes, 0.8, 0.03), "missing")
        above = values(high, "missing")
        return [
            *sure,
            case({**ordinary(), "note": likely}, "bought", "binary", sees=("note",), severity="question"),
            case({**amounts(), "note": above}, "price", "regression", sees=("note",)),
        ]

    def clean(self) -> list[Case]:
        r = np.random.default_rng(29)
        columns = ordinary(n=1500)
        sick = columns["years"] > 15
        # Ordered for those who have been there long: the other columns explain the gap.
        test = np.where(drawn(sick, 0.9, 0.05), r.normal(size=1500), np.nan)
        price = amounts()["price"]
        smooth = np.where(r.random(N) < 1 / (1 + np.exp((price - 400) / 150)), np.nan, r.normal(size=N))
        return [
            *strong_and_honest(),
            case({**columns, "test": test}, "bought", "binary"),
            case({**amounts(), "smooth": smooth}, "price", "regression"),
        ]


@pytest.mark.parametrize("kind", ["missing", "zero", "minus", "nines", "word", "korean", "blank", "date"])
def test_all_ways_to_be_empty(kind: str) -> None:
    yes = ordinary()["bought"] == "yes"
    for filled, elsewhere in ((1.0, 0.0), (0.8, 0.03), (0.3, 0.0)):
        given = case({**ordinary(), "note": values(drawn(yes, filled, elsewhere), kind)}, "bought", "binary")
        (finding,) = look(FilledForOne(), given)
        assert finding.columns == ("note",)
        assert finding.severity == ("question" if elsewhere else "error")


def test_columns_that_are_empty_together_are_one_finding() -> None:
    there = drawn(ordinary()["bought"] == "yes", 0.9, 0.0)
    both = {"b": values(there, "missing"), "a": values(there, "word"), "c": values(there, "zero")}
    (finding,) = look(FilledForOne(), case({**ordinary(), **both}, "bought", "binary"))
    assert finding.columns == ("b", "a", "c") and finding.severity == "error"


def test_a_gap_that_another_column_explains_is_no_proof() -> None:
    """Who has no husband has no husband's age: as pure as a leak, but not made by the outcome."""
    r = np.random.default_rng(31)
    married = r.random(1200) < 0.3
    y = np.where(married & (r.random(1200) < 0.9) | (r.random(1200) < 0.02), "yes", "no")
    columns = {
        "status": np.where(married, "married", "single").tolist(), "noise": r.normal(size=1200),
        "age_of_husband": [float(a) if m else None for a, m in zip(r.integers(20, 70, 1200), married, strict=True)],
        "y": y,
    }  # fmt: skip
    assert all(f.severity != "error" for f in look(FilledForOne(), case(columns, "y", "binary")))


def test_zero_of_a_scale_is_no_gap() -> None:
    r = np.random.default_rng(37)
    hour = np.repeat(np.arange(12) * 2.0, 50)
    weight = 40 + hour * 7 + r.normal(0, 2, 600)
    assert look(FilledForOne(), case({"hour": hour, "weight": weight}, "weight", "regression")) == []
