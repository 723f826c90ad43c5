"""LT504 against its contract: wrong entries are seen, chance is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lowtide.auditing.checks.label_noise import LabelNoise
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, diamonds, ordinary, rng, strong_and_honest, tumours


def clear(n: int = 1200) -> dict[str, np.ndarray]:
    """An outcome that four columns tell well, with a margin where it is uncertain."""
    r = rng(54)
    x = r.normal(size=(n, 5))
    score = 2 * x[:, 0] + x[:, 1] - x[:, 2] * (x[:, 3] > 0)
    y = r.random(n) < 1 / (1 + np.exp(-4 * score))
    return {**{f"x{j}": x[:, j] for j in range(5)}, "y": np.where(y, "yes", "no")}


def wrong(given: Case, share: float, seed: int = 0) -> Case:
    """Record another class (numbers: another row's) in some rows."""
    y = given.target.y.copy()
    r = rng(1000 + seed)
    at = r.random(len(y)) < share
    k = len(given.target.classes)
    y[at] = (y[at] + r.integers(1, k, at.sum())) % k if k else r.permutation(y[at])
    return replace(given, target=replace(given.target, y=y))


class TestLabelNoise(CheckContract):
    check = LabelNoise()
    shuffles = 1

    def leaking(self) -> list[Case]:
        slipped = amounts()
        slipped["price"][rng(3).choice(500, 20, replace=False)] *= 10
        expected = {"sees": (), "severity": "question"}
        return [
            wrong(case(clear(), "y", "binary", **expected), 0.12),
            wrong(case(tumours(), "diagnosis", "binary", **expected), 0.12),
            case(slipped, "price", "regression", **expected),
        ]

    def clean(self) -> list[Case]:
        return [*strong_and_honest(), case(clear(), "y", "binary")]

    @pytest.mark.parametrize("seed", range(3))
    def test_chance_is_no_error(self, seed: int) -> None:
        assert look(self.check, case(ordinary(seed, 1500), "bought", "binary")) == []

    def test_the_share_is_about_right(self) -> None:
        (seen,) = look(self.check, wrong(case(clear(3000), "y", "binary"), 0.12))
        assert seen.facts["share_low"] < 0.12 < seen.facts["share_high"]  # type: ignore[operator]

    def test_numbers_of_other_rows(self) -> None:
        (seen,) = look(self.check, wrong(case(diamonds(), "price", "regression"), 0.2))
        assert seen.facts["variant"] == "numbers"
