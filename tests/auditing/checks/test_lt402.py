"""LT402 against its contract."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.checks.constants import ConstantColumns
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import ordinary, strong_and_honest


class TestConstantColumns(CheckContract):
    check = ConstantColumns()

    def leaking(self) -> list[Case]:
        return [
            case({**ordinary(), "one": [3.0] * 500}, "bought", "binary", sees=("one",), severity="note"),
            case({**ordinary(), "only": ["x"] * 500}, "bought", "binary", sees=("only",), severity="note"),
            case(
                {**ordinary(), "nothing": [None] * 500},
                "bought",
                "binary",
                sees=("nothing",),
                severity="note",
            ),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_filled_or_not_and_one_other_value_are_no_constants(self) -> None:
        late = np.zeros(3000)
        late[-1] = 1
        columns = {**ordinary(n=3000), "filled": [1.0, None] * 1500, "late": late}
        assert look(self.check, case(columns, "bought", "binary")) == []
