"""LT407 against its contract."""

from __future__ import annotations

from lowtide.auditing.checks.emptiness import MostlyMissing
from lowtide.testing.contracts import Case, CheckContract, case
from tests.auditing.test_checks import Columns, ordinary, strong_and_honest


def cut(rows: int) -> Columns:
    """The ordinary table, the first rows of which lost nearly all values."""
    columns = ordinary()
    more = {f"x{i}": columns["noise"] * i for i in range(1, 4)}
    whole = {**columns, **more}
    return {
        n: v if n in ("bought", "years") else [None if i < rows else w for i, w in enumerate(v)]
        for n, v in whole.items()
    }


class TestMostlyMissing(CheckContract):
    check = MostlyMissing()

    def leaking(self) -> list[Case]:
        seldom = [v if i % 4 == 0 else None for i, v in enumerate(ordinary()["noise"])]
        return [
            case({**ordinary(), "second": seldom}, "bought", "binary", sees=("second",), severity="note"),
            case(cut(9), "bought", "binary", sees=(), severity="warning"),
        ]

    def clean(self) -> list[Case]:
        return [*strong_and_honest(), case(cut(1), "bought", "binary")]
