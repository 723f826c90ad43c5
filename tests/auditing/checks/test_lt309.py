"""LT309: recent rows have not had time for their outcome."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.maturity import LabelMaturity
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read
from tests.auditing.test_checks import strong_and_honest

Columns = dict[str, Any]


def loans(
    immature: float = 0.15, trend: float = 0.0, season: float = 0.0, seed: int = 1, n: int = 2500
) -> Columns:
    """Loans of two years; the youngest have not failed yet."""
    r = np.random.default_rng([309, seed])
    day = r.integers(0, 730, n)
    past = day / 730
    rate = 0.25 * (1 + trend * (past - 0.5) + season * np.sin(past * 4 * np.pi))
    if immature:
        rate = rate * np.clip((1 - past) / immature, 0, 1)
    return {
        "issued": [dt.datetime(2021, 1, 1) + dt.timedelta(days=int(d)) for d in day],
        "income": r.normal(size=n).round(3), "failed": np.where(r.random(n) < rate, "yes", "no"),
    }  # fmt: skip


class TestLabelMaturity(CheckContract):
    check = LabelMaturity()

    def leaking(self) -> list[Case]:
        return [case(loans(), "failed", "binary", sees=("issued",), severity="question")]

    def clean(self) -> list[Case]:
        steady = ({}, {"trend": -1.0}, {"trend": 1.0}, {"season": 0.4})
        return [
            *strong_and_honest(),
            *(case(loans(0.0, seed=9, **kind), "failed", "binary") for kind in steady),
        ]

    def test_only_the_young_rows_are_concerned(self) -> None:
        (finding,) = look(self.check, case(loans(), "failed", "binary"))
        assert finding.facts["rate_after"] < 0.65 * finding.facts["rate_before"]
        assert finding.facts["share_of_rows"] <= 0.25

    @pytest.mark.parametrize("seed", range(6))
    def test_nothing_falls(self, seed: int) -> None:
        assert look(self.check, case(loans(0.0, seed=20 + seed), "failed", "binary")) == []

    def test_loans_that_are_still_running(self) -> None:
        table = read("A_leaks/lendingclub_loans_full_schema.csv.gz", {"issue_month": "%b-%Y"})
        given = Case(*question(table, "loan_status", "multiclass"))
        (finding,) = look(self.check, given)
        assert finding.facts["open_class"] == given.target.classes.index("Current")
