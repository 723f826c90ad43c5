"""LT404 against its contract, and the arithmetic under it."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.auditing.checks.outliers import MixedUnits
from lowtide.stats.units import factor_beside, separated, wrong_signs
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest


def heights(n: int = 500) -> np.ndarray:
    return rng(404).normal(172, 9, n).round(1)


class TestMixedUnits(CheckContract):
    check = MixedUnits()

    def leaking(self) -> list[Case]:
        r = rng(405)
        slipped, grams, signs = heights(), heights() / 2, heights()
        slipped[r.choice(500, 8, replace=False)] *= 10
        grams[r.choice(500, 90, replace=False)] *= 1000
        signs[r.choice(500, 4, replace=False)] *= -1
        left = rng(406).normal(70, 12, 500)
        pounds = left * 1.0 + r.normal(0, 0.5, 500)
        pounds[r.choice(500, 60, replace=False)] *= 2.2046226
        scales = {"left": left, "right": pounds}
        warned = {"severity": "warning"}
        return [
            case({**ordinary(), "height": slipped}, "bought", "binary", sees=("height",), **warned),
            case({**ordinary(), "weight": grams}, "bought", "binary", sees=("weight",), **warned),
            case({**ordinary(), "height": signs}, "bought", "binary", sees=("height",), **warned),
            case({**ordinary(), **scales}, "bought", "binary", sees=("right",), **warned),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_honest_tables_are_not_even_warned(self) -> None:
        assert [f for given in self.clean() for f in look(self.check, given)] == []


@pytest.mark.parametrize("seed", range(5))
def test_long_tails_and_noise_around_zero_are_honest(seed: int) -> None:
    r = rng(seed)
    for values in (
        r.lognormal(3, 1.5, 800),
        r.pareto(1.5, 800) + 1,
        r.gamma(0.5, 9, 800),
        r.standard_t(4, 800) + 9,
    ):
        assert separated(values) is None
    assert wrong_signs(r.normal(3, 1, 800)) is None
    assert factor_beside(np.log10(r.lognormal(0, 0.3, 800))) is None


@pytest.mark.parametrize("factor", [0.001, 0.1, 10.0, 100.0])
def test_the_factor_is_found(factor: float) -> None:
    values = heights()
    values[::50] *= factor
    cluster = separated(values)
    assert cluster is not None and cluster.factor == factor and cluster.number == 10
    assert bool(cluster.where[::50].all())


def test_card_applicants_of_a_few_months() -> None:
    table, target, task = question(read("A_leaks/aer_creditcard.csv"), "card", "binary")
    seen = look(MixedUnits(), Case(table, target, task))
    assert [(f.columns, f.facts["rows"]) for f in seen] == [(("age",), 7)]


def test_prices_have_tails() -> None:
    assert look(MixedUnits(), case(amounts(), "price", "regression")) == []
