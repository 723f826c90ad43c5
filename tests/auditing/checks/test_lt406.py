"""LT406 against its contract."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.checks.singles import SingleLevels
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import ordinary, rng, strong_and_honest


class TestSingleLevels(CheckContract):
    check = SingleLevels()

    def leaking(self) -> list[Case]:
        r = rng(46)
        some = [f"street {i}" if i % 3 else f"square {i % 30}" for i in range(500)]
        often = [f"street {i}" if i % 3 == 0 else f"square {r.integers(30)}" for i in range(500)]
        roles = {"roles": {"place": "category"}}
        return [
            case(
                {**ordinary(), "place": some},
                "bought",
                "binary",
                sees=("place",),
                severity="warning",
                **roles,
            ),
            case(
                {**ordinary(), "place": often}, "bought", "binary", sees=("place",), severity="note", **roles
            ),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_a_sample_does_not_make_singles(self) -> None:
        n = 60_000
        place = np.char.add("p", (np.arange(n) // 3).astype(str))
        columns = {**ordinary(n=n), "place": place}
        assert look(self.check, case(columns, "bought", "binary", roles={"place": "category"})) == []
