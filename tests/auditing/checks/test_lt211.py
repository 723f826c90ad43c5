"""LT211: dates that lie after the moment of the row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.dates import LaterDate
from lowtide.auditing.checks.filled import FilledForOne
from lowtide.core.task import Task
from lowtide.testing.contracts import Case, CheckContract, case, look

Columns = dict[str, Any]
START = dt.datetime(2022, 1, 1)


def days(values: Any) -> list[dt.datetime | None]:
    return [None if v != v else START + dt.timedelta(days=float(v)) for v in values]


def orders(n: int = 500, seed: int = 0) -> Columns:
    """Orders over two years; customers had joined long before; payable in 14 or 30 days."""
    r = np.random.default_rng([91, seed])
    opened = r.integers(0, 730, n).astype(float)
    joined = opened - r.gamma(2, 400, n).round()
    late = r.random(n) < 0.3
    return {
        "joined": days(joined), "ordered": days(opened), "payable": days(opened + r.choice([14, 30], n)),
        "size": r.integers(1, 9, n), "_opened": opened, "late": np.where(late, "yes", "no"),
    }  # fmt: skip


def with_dates(columns: Columns, **more: Any) -> Columns:
    plain = {n: v for n, v in columns.items() if n != "_opened"}
    last = plain.pop("late")
    return {**plain, **more, "late": last}


def leaking_orders(seed: int = 0) -> tuple[Columns, Columns]:
    columns = orders(seed=seed)
    r = np.random.default_rng([92, seed])
    late = columns["late"] == "yes"
    chance = columns["_opened"] + r.gamma(2, 4, 500).round() + 1
    told = columns["_opened"] + np.where(late, r.integers(15, 40, 500), r.integers(1, 12, 500))
    return with_dates(columns, delivered=days(chance)), with_dates(columns, delivered=days(told))


class TestLaterDate(CheckContract):
    check = LaterDate()

    def leaking(self) -> list[Case]:
        chance, told = leaking_orders()
        return [
            case(chance, "late", "binary", sees=("delivered",), severity="question"),
            case(told, "late", "binary", sees=("delivered",)),
        ]

    def clean(self) -> list[Case]:
        columns = orders()
        late = columns["late"] == "yes"
        # Who has been a customer for long is served first: the time since joining is honest.
        joined = columns["_opened"] - np.where(late, 100, 900) * np.random.default_rng(3).gamma(2, 0.5, 500)
        return [
            case(with_dates(columns), "late", "binary"),
            case(with_dates(columns, joined=days(joined.round())), "late", "binary"),
        ]


def test_filled_for_one_outcome_is_an_error() -> None:
    columns = orders()
    late = columns["late"] == "yes"
    closed = np.where(
        late, columns["_opened"] + np.random.default_rng(5).gamma(2, 20, 500).round() + 1, np.nan
    )
    given = case(with_dates(columns, closed=days(closed)), "late", "binary")
    earlier = tuple(look(FilledForOne(), given))
    assert [f.severity for f in look(LaterDate(), given) if f.columns == ("closed",)] == ["question"]
    found = look(LaterDate(), replace(given, found=earlier))
    assert [f.severity for f in found if f.columns == ("closed",)] == ["error"]


@pytest.mark.parametrize(("time", "seen"), [("ordered", ["delivered"]), ("delivered", [])])
def test_the_declared_moment(time: str, seen: list[str]) -> None:
    chance, _ = leaking_orders()
    given = case(chance, "late", "binary")
    given = replace(given, task=Task(target="late", kind="binary", time=time))
    assert [f.columns[0] for f in look(LaterDate(), given) if f.severity == "question"] == seen


def test_a_plan_is_a_note() -> None:
    columns = orders()
    r = np.random.default_rng(7)
    due = with_dates(columns, expected_on=days(columns["_opened"] + r.gamma(2, 10, 500).round() + 1))
    found = {f.columns[0]: f for f in look(LaterDate(), case(due, "late", "binary"))}
    assert {n: f.severity for n, f in found.items()} == {"payable": "note", "expected_on": "note"}
    assert found["payable"].facts["moment"] == "ordered"
