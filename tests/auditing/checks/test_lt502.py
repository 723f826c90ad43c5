"""LT502 against its contract; the audit looks at tables that a run refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import lowtide
from lowtide.auditing.checks.too_few import TooFew
from lowtide.core.errors import Refusal
from lowtide.core.task import Task
from lowtide.stats.sizes import auc_slack, positives_for
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest


def rare(cases: int, n: int = 500) -> Case:
    columns = ordinary(n=n)
    columns["bought"] = np.where(np.arange(n) < cases, "yes", "no")[rng(9).permutation(n)]
    return case(columns, "bought", "binary", sees=(), severity="error" if cases < 20 else "warning")


class TestTooFew(CheckContract):
    check = TooFew()

    def leaking(self) -> list[Case]:
        firms = case(
            {**ordinary(), "firm": [f"f{i % 6}" for i in range(500)]}, "bought", "binary", sees=("firm",), roles={"firm": "group"}
        )  # fmt: skip
        firms = replace(firms, task=Task(target="bought", kind="binary", group="firm"))
        short = {n: v[:40] for n, v in amounts().items()}
        return [rare(7), rare(25), firms, case(short, "price", "regression", sees=())]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_says_how_many_more(self) -> None:
        (seen,) = look(self.check, rare(5))
        assert (seen.facts["have"], seen.facts["more"], seen.facts["more_rows"]) == (5, 15, 1500)
        assert seen.facts["label"] == "yes"

    def test_cases_in_few_groups(self) -> None:
        group = np.arange(500) // 10
        columns = {**ordinary(), "firm": [f"f{g}" for g in group]}
        columns["bought"] = np.where((group < 6) & (np.arange(500) % 2 == 0), "yes", "no")
        given = case(columns, "bought", "binary", roles={"firm": "group"})
        seen = look(self.check, replace(given, task=Task(target="bought", kind="binary", group="firm")))
        assert ("cases_in", 6, "error") in [(f.facts["variant"], f.facts["have"], f.severity) for f in seen]


def test_loans_that_are_too_young() -> None:
    table, target, task = question(
        read("A_leaks/lendingclub_loans_full_schema.csv.gz"), "loan_status", "multiclass"
    )
    seen = look(TooFew(), Case(table, target, task))
    assert ("error", "classes", 7) in [
        (f.severity, f.facts["variant"], f.facts.get("smallest")) for f in seen
    ]


def test_slack_is_that_of_hanley_and_mcneil() -> None:
    # Their example: 51 abnormal and 58 normal images, an area of 0.893, a standard error of 0.032.
    assert auc_slack(51, 58, area=0.893, z=1.0) == pytest.approx(0.032, abs=0.001)
    assert auc_slack(positives_for(), 10**6) == pytest.approx(0.05, abs=0.001)
    assert auc_slack(0, 10) is None


@pytest.mark.parametrize("cases", [3, 12])
def test_audit_looks_where_run_refuses(cases: int) -> None:
    r = rng(3)
    data = pd.DataFrame({"a": r.normal(size=300), "b": r.integers(0, 5, 300), "y": np.arange(300) < cases})
    found = lowtide.audit(data, target="y", prices=False)
    assert [(f.severity, f.facts["have"]) for f in found.findings if f.code == "LT502"] == [("error", cases)]
    with pytest.raises(Refusal):
        lowtide.run(data, "y", budget=1)


def test_audit_of_a_handful_of_rows() -> None:
    data = pd.DataFrame({"a": range(12), "b": [0.5, 1.5] * 6, "y": [1.0, 2.5, 3.5, 7.0] * 3})
    found = lowtide.audit(data, target="y", prices=True)
    assert [f.facts["variant"] for f in found.findings if f.code == "LT502"] == ["rows", "values"]
    assert not [f for f in found.findings if f.code == "LT900"]
