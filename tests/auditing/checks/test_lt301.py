"""LT301 and LT302 where neither a name nor another column helps: an entity by its counts, a target that remembers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.groups import RepeatedEntity
from lowtide.auditing.checks.time import TimeOrder
from lowtide.testing.contracts import case, look

Columns = dict[str, Any]


def unnamed(alike: float, visits: int, people: int, number: bool, seed: int = 1) -> Columns:
    r = np.random.default_rng([301, seed])
    who = r.permutation(np.repeat(np.arange(people), visits))
    first = r.normal(size=len(who))
    target = first + alike**0.5 * r.normal(size=people)[who] + (1 - alike) ** 0.5 * r.normal(size=len(who))
    return {"c1": who + 100 if number else [f"k{w}" for w in who], "c2": first, "c3": target}


def remembering(rho: float, seed: int = 1, n: int = 1200) -> Columns:
    """The target resembles the row before; the features do not."""
    r = np.random.default_rng([302, seed])
    noise = np.zeros(n)
    for t in range(1, n):
        noise[t] = rho * noise[t - 1] + r.normal()
    features = r.normal(size=(n, 4))
    return {f"c{j}": features[:, j] for j in range(4)} | {"y": 0.5 * features[:, 0] + noise / noise.std()}


@pytest.mark.parametrize("number", [False, True])
@pytest.mark.parametrize(("visits", "people"), [(4, 150), (20, 60)])
def test_an_entity_by_its_counts(visits: int, people: int, number: bool) -> None:
    (finding,) = look(RepeatedEntity(), case(unnamed(0.4, visits, people, number), "c3", "regression"))
    assert (finding.columns, finding.severity) == (("c1",), "question")
    assert look(RepeatedEntity(), case(unnamed(0.0, visits, people, number), "c3", "regression")) == []


def test_a_number_that_matters_as_a_number_is_no_entity() -> None:
    r = np.random.default_rng([301, 9])
    age = r.integers(18, 80, 900)
    columns = {"age": age, "noise": r.normal(size=900), "cost": (age / 10) ** 2 + 4 * r.normal(size=900)}
    assert look(RepeatedEntity(), case(columns, "cost", "regression")) == []


@pytest.mark.parametrize("rho", [0.9, 0.6])
def test_a_target_that_remembers_the_row_before(rho: float) -> None:
    columns = remembering(rho)
    (finding,) = look(TimeOrder(), case(columns, "y", "regression"))
    assert (finding.severity, finding.columns) == ("question", ())
    mixed = np.random.default_rng(3).permutation(1200)
    assert look(TimeOrder(), case({n: v[mixed] for n, v in columns.items()}, "y", "regression")) == []
