"""LT308: the second file is not drawn like the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.bias import TrainTestBias
from lowtide.stats.association import Bools
from lowtide.testing.contracts import Case, CheckContract, case, look
from lowtide.testing.tables import make_target_of
from tests.auditing.test_checks import amounts, ordinary

Columns = dict[str, Any]


def two_files(columns: Columns, target: str, kind: Any, second: Bools, **expected: Any) -> Case:
    """Cut a table into two files."""
    whole = case(columns, target, kind, **expected)
    first = whole.table.take(~second)
    other = whole.table.take(second)
    return replace(
        whole, table=replace(first, rows=np.arange(1, len(first) + 1), total_rows=len(first)),
        target=replace(whole.target, y=whole.target.y[~second]), test=other,
        test_target=make_target_of(other, target, kind),
    )  # fmt: skip


def third(n: int, seed: int = 0) -> Bools:
    chosen: Bools = np.random.default_rng([308, seed]).permutation(n) % 3 == 0
    return chosen


def shifted(by: float, n: int = 900) -> Case:
    columns, second = ordinary(n=n), third(n)
    columns["noise"] = columns["noise"] + by * second
    return two_files(columns, "bought", "binary", second, sees=("noise",), severity="question")


def people() -> Case:
    """New persons in the second file, drawn like the old ones."""
    r = np.random.default_rng([308, 9])
    who = np.repeat(np.arange(80), 6)
    columns = {
        "person": [f"P{w}" for w in who], "height": r.normal(170, 9, 80).round(1)[who],
        "weight": r.normal(70, 9, 80).round(1)[who], "dose": r.normal(size=480), "effect": r.normal(size=480),
    }  # fmt: skip
    return two_files(columns, "effect", "regression", third(80, 1)[who])


class TestTrainTestBias(CheckContract):
    check = TrainTestBias()
    shuffles = 2

    def leaking(self) -> list[Case]:
        columns, second = ordinary(n=900), third(900)
        empty = {**columns, "noise": np.where(second & (third(900, 3)), np.nan, columns["noise"])}
        return [
            shifted(0.6),
            replace(shifted(3.0), severity="error"),
            two_files(empty, "bought", "binary", second, sees=("noise",), severity="question"),
        ]

    def clean(self) -> list[Case]:
        return [
            two_files(ordinary(), "bought", "binary", third(500)),
            two_files(amounts(), "price", "regression", third(500)),
            people(),
        ]

    def test_without_a_second_file_there_is_nothing_to_look_at(self) -> None:
        assert look(self.check, case(ordinary(), "bought", "binary")) == []

    def test_a_later_file_is_no_bias(self) -> None:
        columns = {"step": np.arange(900) // 3, **ordinary(n=900)}
        given = two_files(columns, "bought", "binary", np.arange(900) >= 600)
        (finding,) = look(self.check, given)
        assert (finding.severity, finding.facts["variant"]) == ("note", "later")
        assert finding.columns == ("step",)

    def test_another_share_of_the_outcome(self) -> None:
        columns = ordinary(n=1500)
        yes = columns["bought"] == "yes"
        rare = np.random.default_rng(4).random(1500) < np.where(yes, 0.6, 0.15)
        columns = {"noise": columns["noise"], "bought": columns["bought"]}
        (finding,) = look(self.check, two_files(columns, "bought", "binary", rare))
        assert (finding.severity, finding.facts["variant"]) == ("question", "target")

    @pytest.mark.parametrize("seed", range(4))
    def test_files_drawn_alike(self, seed: int) -> None:
        assert look(self.check, two_files(ordinary(seed, 700), "bought", "binary", third(700, seed))) == []
