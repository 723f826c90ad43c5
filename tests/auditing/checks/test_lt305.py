"""LT305, LT306, LT307: drift of columns, of the target, of their relation."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.drift import ColumnDrift, RelationDrift, TargetDrift
from lowtide.core.finding import Finding
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import strong_and_honest

Columns = dict[str, Any]
BY_TIME = Finding(code="LT302", severity="warning", columns=("sold",), facts={"time": "sold"})


def sales(
    column: float = 0.0, target: float = 0.0, turned: bool = False, seed: int = 1, n: int = 900
) -> Columns:
    """Sales over two years; what is asked for changes from the first day to the last."""
    r = np.random.default_rng([305, seed])
    day = r.integers(0, 700, n)
    past = day / 700 - 0.5
    size, age = r.normal(size=n), r.normal(size=n)
    slope = np.where(turned & (past > 0), -1.0, 1.0)
    price = slope * size + 0.6 * age + r.normal(size=n) * 0.7 + target * past
    return {
        "sold": [dt.datetime(2022, 1, 1) + dt.timedelta(days=int(d)) for d in day],
        "size": size, "age": age, "income": r.normal(size=n) + column * past, "price": price,
    }  # fmt: skip


def seasonal(seed: int = 2, n: int = 900) -> Columns:
    """Everything swings with the season; nothing drifts in the long run."""
    columns = sales(seed=seed, n=n)
    start = dt.datetime(2022, 1, 1)
    swing = np.array([np.sin((d - start).days / 87.5 * 2 * np.pi) for d in columns["sold"]])
    return {**columns, "income": columns["income"] + swing, "price": columns["price"] + swing}


class Drift(CheckContract):
    shuffles = 1

    def clean(self) -> list[Case]:
        return [
            *strong_and_honest(),
            case(sales(), "price", "regression"),
            case(seasonal(), "price", "regression"),
        ]

    def once_the_split_is_by_time(self, columns: Columns) -> str:
        given = replace(case(columns, "price", "regression"), found=(BY_TIME,))
        (finding,) = look(self.check, given)
        return finding.severity


class TestColumnDrift(Drift):
    check = ColumnDrift()

    def leaking(self) -> list[Case]:
        return [case(sales(column=2.0), "price", "regression", sees=("income",), severity="question")]

    def test_a_warning_when_time_decides_the_split(self) -> None:
        assert self.once_the_split_is_by_time(sales(column=1.0)) == "warning"

    def test_a_steep_one_is_asked_about_all_the_same(self) -> None:
        assert self.once_the_split_is_by_time(sales(column=3.0)) == "question"

    def test_whether_there_is_an_order_is_asked_first(self) -> None:
        columns = sales(column=2.0)
        order = np.argsort([d.toordinal() for d in columns["sold"]], kind="stable")
        undated = {n: np.asarray(v)[order] for n, v in columns.items() if n != "sold"}
        by_file = Finding(code="LT302", severity="question", facts={"time": ":order"})
        given = replace(case(undated, "price", "regression"), found=(by_file,))
        (finding,) = look(self.check, given)
        assert (finding.severity, finding.columns) == ("warning", ("income",))

    def test_the_effect_does_not_grow_with_the_table(self) -> None:
        """A tiny drift is no finding, however many rows prove it."""
        assert look(self.check, case(sales(column=0.2, n=15_000), "price", "regression")) == []


class TestTargetDrift(Drift):
    check = TargetDrift()

    def leaking(self) -> list[Case]:
        return [case(sales(target=2.0), "price", "regression", sees=("sold",), severity="question")]

    def test_a_warning_when_time_decides_the_split(self) -> None:
        assert self.once_the_split_is_by_time(sales(target=1.2)) == "warning"

    def test_a_steep_one_is_asked_about_all_the_same(self) -> None:
        assert self.once_the_split_is_by_time(sales(target=2.0)) == "question"


class TestRelationDrift(Drift):
    check = RelationDrift()

    def leaking(self) -> list[Case]:
        return [case(sales(turned=True), "price", "regression", sees=("sold",), severity="question")]

    def test_it_is_asked_about_even_when_time_decides_the_split(self) -> None:
        assert self.once_the_split_is_by_time(sales(turned=True)) == "question"

    def test_a_level_that_moves_is_another_matter(self) -> None:
        assert look(self.check, case(sales(target=2.0), "price", "regression")) == []

    @pytest.mark.parametrize("seed", range(3))
    def test_no_drift(self, seed: int) -> None:
        assert look(self.check, case(sales(seed=10 + seed), "price", "regression")) == []
