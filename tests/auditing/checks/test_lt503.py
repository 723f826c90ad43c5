"""LT503 against its contract."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.checks.balance import NearlyConstant
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest


def mostly(share: float, n: int = 6000) -> Case:
    columns = ordinary(n=n)
    columns["bought"] = np.where(rng(8).random(n) < share, "no", "yes")
    return case(columns, "bought", "binary", sees=(), severity="question")


def claims(zeros: float) -> Case:
    columns = amounts()
    columns["price"] = np.where(rng(7).random(500) < zeros, 0.0, columns["price"])
    return case(columns, "price", "regression", sees=(), severity="question" if zeros > 0.9 else "note")


class TestNearlyConstant(CheckContract):
    check = NearlyConstant()

    def leaking(self) -> list[Case]:
        columns = ordinary()
        grade = np.array(["a", "b", "c"])[rng(6).integers(0, 3, 500)]
        grade[:4] = "d"
        few = case({**columns, "bought": grade}, "bought", "multiclass", sees=(), severity="warning")
        return [mostly(0.9985), claims(0.98), claims(0.7), few]

    def clean(self) -> list[Case]:
        return [*strong_and_honest(), mostly(0.98), claims(0.3)]

    def test_names_what_rules(self) -> None:
        (seen,) = look(self.check, mostly(0.9985))
        assert seen.facts["value"] == "no" and 0.997 < seen.facts["share"] < 1  # type: ignore[operator]
