"""LT114: columns selected on all rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.checks.feature_selection import SelectedOnAllRows
from lowtide.stats.selection import independent, threshold_in
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest

Columns = dict[str, Any]


def best_of(y: Any, many: int, kept: int, seed: int) -> Columns:
    """Return the columns of pure noise that go best with the outcome."""
    noise = rng(seed).normal(size=(len(y), many))
    related = np.abs(np.corrcoef(noise, np.asarray(y, dtype=float), rowvar=False)[-1, :-1])
    chosen = np.sort(np.argsort(-related)[:kept])
    return {f"gene{j:05d}": noise[:, j] for j in chosen}


def noise(n: int, many: int, seed: int) -> Columns:
    return {f"gene{j:05d}": v for j, v in enumerate(rng(seed).normal(size=(many, n)))}


class TestSelectedOnAllRows(CheckContract):
    check = SelectedOnAllRows()
    shuffles = 1

    def leaking(self) -> list[Case]:
        few = ordinary(n=80)
        genes = best_of(few["bought"] == "yes", 1000, 30, 50)
        values = amounts()
        added = best_of(values["price"], 1000, 40, 51)
        return [
            case({**genes, "bought": few["bought"]}, "bought", "binary", sees=tuple(genes)),
            case({**added, **values}, "price", "regression", sees=tuple(added)),
        ]

    def clean(self) -> list[Case]:
        r = rng(52)
        few = ordinary(n=120)
        yes = (few["bought"] == "yes").astype(float)
        # Thirty genuine columns, all of the same strength, as different experts would choose them.
        alike = {f"x{j}": r.normal(size=120) + 0.7 * yes for j in range(30)}
        base = r.normal(size=120) + 0.6 * yes
        copies = {f"c{j}": base + r.normal(size=120) * 0.1 for j in range(20)}
        return [
            *strong_and_honest(),
            case({**alike, "bought": few["bought"]}, "bought", "binary"),
            case({**copies, "bought": few["bought"]}, "bought", "binary"),
            case({**noise(120, 60, 53), "bought": few["bought"]}, "bought", "binary"),
        ]

    def test_danger_has_a_price(self) -> None:
        few = ordinary(n=80)
        (finding,) = look(self.check, case({**noise(80, 400, 54), "y": few["bought"]}, "y", "binary"))
        assert (finding.severity, finding.facts["variant"]) == ("question", "danger")
        assert finding.price is not None and finding.price.as_is > 0.75 and finding.price.remedied < 0.65

    def test_ends_of_the_threshold_are_said(self) -> None:
        few = ordinary(n=80)
        genes = best_of(few["bought"] == "yes", 1000, 30, 55)
        (finding,) = look(self.check, case({**genes, "y": few["bought"]}, "y", "binary"))
        assert 1.5 < finding.facts["threshold"] < 3.0 < finding.facts["strongest"] + 1.0


def test_honest_relations_have_no_edge() -> None:
    r = rng(56)
    found = []
    for _ in range(20):
        m = int(r.integers(6, 60))
        true = r.choice([0.0, float(r.uniform(1, 6))], m) if r.random() < 0.5 else r.normal(0, 3, m)
        seen = threshold_in(np.abs(true + r.normal(size=m)))
        found.append(-9.0 if seen is None else seen.evidence)
    assert max(found) < 1.5


def test_columns_that_hang_together_count_once() -> None:
    related = np.eye(5)
    related[0, 1] = related[1, 0] = related[1, 2] = related[2, 1] = 0.8
    assert independent(related, 0.3).tolist() == [1, 3, 4]
