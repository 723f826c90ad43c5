"""LT206: rows sorted by the target in part, inside entities, or by a column that follows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.order import SortedRows
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read
from tests.auditing.test_checks import amounts, ordinary, series, strong_and_honest, visits

Columns = dict[str, Any]


def placed(columns: Columns, order: Any) -> Columns:
    return {n: np.asarray(v)[order] for n, v in columns.items()}


def half_sorted(seed: int = 0) -> Columns:
    """The first two hundred who did not buy, then everybody else in no order."""
    columns = ordinary(seed, n=600)
    no = np.flatnonzero(columns["bought"] == "no")[:200]
    rest = np.setdiff1d(np.arange(600), no)
    return placed(columns, np.concatenate([no, np.random.default_rng(seed).permutation(rest)]))


class TestSortedRows(CheckContract):
    check = SortedRows()
    order_is_evidence = True

    def leaking(self) -> list[Case]:
        values = amounts()
        up = np.argsort(values["price"], kind="stable")
        top = np.concatenate([up[300:], np.random.default_rng(1).permutation(up[:300])])
        people = visits()
        inside = np.lexsort((people["effect"], people["patient"]))
        by_size = np.argsort(values["size"], kind="stable")
        return [
            case(half_sorted(), "bought", "binary", sees=(), severity="warning"),
            case(
                {**half_sorted(), "n": np.arange(600)}, "bought", "binary", sees=("n",), severity="question"
            ),
            case(placed(values, top), "price", "regression", sees=(), severity="warning"),
            case(placed(people, inside), "effect", "regression", sees=(), severity="warning"),
            case(placed(values, by_size), "price", "regression", sees=(), severity="warning"),
        ]

    def clean(self) -> list[Case]:
        return [*strong_and_honest(), case(visits(), "effect", "regression")]

    def test_variants(self) -> None:
        seen = [look(self.check, given)[0].facts["variant"] for given in self.leaking()]
        assert seen[:2] == ["partly", "partly"] and seen[4] == "proxy"
        assert seen[2] in ("partly", "stretches") and seen[3] in ("inside", "stretches")


def test_a_series_is_not_sorted() -> None:
    columns = series(1200)
    columns["flow"] = np.where(np.cumsum(np.random.default_rng(2).normal(size=1200)) > 0, "up", "down")
    assert look(SortedRows(), case(columns, "flow", "binary")) == []


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("A_leaks/mlc_churn.csv", "churn", "binary"),
        ("C_ordinary/medical_charges_insurance.csv", "charges", "regression"),
        ("B_grouped_time/secom_52vars.csv", "defeat", "binary"),
    ],
)
def test_real_tables(path: str, name: str, kind: Any) -> None:
    table, target, task = question(read(path), name, kind)
    assert look(SortedRows(), Case(table, target, task)) == []
