"""LT403 against its contract."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowtide.auditing.checks.twins import Twins
from lowtide.core.finding import Finding
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest


class TestTwins(CheckContract):
    check = Twins()

    def leaking(self) -> list[Case]:
        columns = ordinary()
        codes = {"north": 11.0, "south": 17.0, "east": 3.0, "west": 5.0}
        area = [codes[v] for v in columns["region"]]
        cents = np.round(columns["income"] * 0.17, 2)
        gaps = [None if i % 7 == 0 else v for i, v in enumerate(columns["noise"])]
        twice = [None if v is None else -2 * v + 1 for v in gaps]
        return [
            case({**columns, "area": area}, "bought", "binary", sees=("region", "area"), severity="note"),
            case(
                {**columns, "charge": cents}, "bought", "binary", sees=("income", "charge"), severity="note"
            ),
            case({**columns, "a": gaps, "b": twice}, "bought", "binary", sees=("a", "b"), severity="note"),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_two_measurements_and_two_rare_flags_are_no_twins(self) -> None:
        columns = amounts()
        again = columns["size"] + rng(1).normal(0, 2.0, 500)
        flags = {"f": [float(i < 3) for i in range(500)], "g": [float(i < 3) for i in range(500)]}
        assert look(self.check, case({**columns, "again": again, **flags}, "price", "regression")) == []

    def test_a_twin_of_a_column_that_must_go_is_a_warning(self) -> None:
        given = self.leaking()[1]
        told = Finding(code="LT202", severity="error", columns=("income",), remedy="drop_columns")
        (seen,) = look(self.check, replace(given, found=(told,)))
        assert (
            seen.severity == "warning"
            and seen.facts["variant"] == "left"
            and seen.facts["accused"] == ["income"]
        )
