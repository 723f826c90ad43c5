"""Time is spent as said."""

from __future__ import annotations

import pytest

from lowtide.core.recipe import Recipe
from lowtide.validate.budget import Budget, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_spent_and_reserved_are_not_left() -> None:
    clock = Clock()
    budget = Budget(60, clock=clock)
    clock.now += 10
    assert (budget.spent, budget.left()) == (10, 50)
    budget.reserve("refit", 20)
    budget.reserve("report", 5)
    assert budget.left() == 25
    assert budget.fits(25)
    assert not budget.fits(25.1)
    budget.reserve("refit", 1)
    assert budget.left() == 44
    budget.release("refit")
    assert budget.left() == 45
    clock.now += 100
    assert budget.left() == 0
    assert budget.over
    assert not budget.fits(0), "nothing is begun when nothing is left"


def test_no_limit() -> None:
    budget = Budget(None)
    assert budget.left() is None
    assert budget.fits(1e9)
    assert not budget.over


def test_pace_learns_from_the_learner_then_from_the_recipe_itself() -> None:
    pace = Pace()
    small = Recipe(name="s", learner="a", columns=("x",))
    wide = Recipe(name="w", learner="a", columns=("x", "y", "z"))
    other = Recipe(name="o", learner="b", columns=("x",))
    assert pace.seconds(small, 100) == 0
    assert not pace.knows(small)
    pace.add(small, 100, 2.0)
    assert pace.knows(wide)
    assert pace.seconds(small, 200) == pytest.approx(4.0)
    assert pace.seconds(wide, 100) == pytest.approx(6.0)
    assert pace.seconds(other, 100) == pytest.approx(2.0), "an unknown learner is taken for the slowest"
    pace.add(wide, 100, 3.0)
    assert pace.seconds(wide, 100) == pytest.approx(3.0)
