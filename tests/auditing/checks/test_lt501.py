"""LT501 against its contract."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lowtide.auditing.checks.too_good import TooGood
from lowtide.core.finding import Finding
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import Columns, ordinary, rng, strong_and_honest


def parts(times: int = 5, n: int = 120, jitter: float = 0.02) -> Columns:
    """Each part measured several times; its quality is a property of the part that no measurement tells."""
    r = rng(501)
    own = np.repeat(r.normal(size=(n, 6)), times, axis=0)
    quality = np.repeat(r.normal(size=n), times) + 0.3 * own[:, 0]
    order = r.permutation(n * times)
    measured = own + r.normal(0, jitter, own.shape)
    return {**{f"m{j}": measured[order, j] for j in range(6)}, "quality": quality[order]}


def corners(n: int = 2000) -> Columns:
    """A class that three columns decide together and none alone (two bits and a threshold)."""
    r = rng(502)
    x = r.normal(size=(n, 4))
    y = ((x[:, 0] > 0.2) & (x[:, 1] > -0.1)) | ((x[:, 0] < 0.2) & (x[:, 2] > 0.3))
    return {**{f"x{j}": x[:, j] for j in range(4)}, "y": np.where(y, "yes", "no")}


class TestTooGood(CheckContract):
    check = TooGood()

    def leaking(self) -> list[Case]:
        return [case(parts(), "quality", "regression", sees=(), severity="question")]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_says_which_rows_belong_together(self) -> None:
        from lowtide.auditing.context import Context

        given = self.leaking()[0]
        context = Context(given.table, given.target, given.task)
        self.check.look(given.table, given.target, given.task, context)
        codes = context.together["LT501"]
        assert len(codes) == 600 and 150 < len(np.unique(codes)) < 600

    def test_nothing_to_add_when_the_entity_is_known(self) -> None:
        told = Finding(code="LT301", severity="warning", columns=("m0",), remedy="split_by_group")
        assert look(self.check, replace(self.leaking()[0], found=(told,))) == []

    def test_certain_at_once_although_no_column_says_much(self) -> None:
        given = case(corners(4000), "y", "binary")
        seen = look(self.check, given)
        assert [f.facts["variant"] for f in seen] in ([], ["perfect"])

    @pytest.mark.parametrize("seed", range(3))
    def test_smooth_relations_are_learned_not_remembered(self, seed: int) -> None:
        r = rng(seed)
        x = r.uniform(-2, 2, (1500, 3))
        y = np.sin(3 * x[:, 0]) * np.cos(2 * x[:, 1]) + x[:, 2] + r.normal(0, 0.05, 1500)
        columns = {**{f"x{j}": x[:, j] for j in range(3)}, "y": y}
        assert look(self.check, case(columns, "y", "regression")) == []

    def test_ordinary(self) -> None:
        assert look(self.check, case(ordinary(n=2000), "bought", "binary")) == []
