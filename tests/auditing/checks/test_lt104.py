"""LT104: rows that nearly repeat another row."""

from __future__ import annotations

import numpy as np

from lowtide.auditing.checks.near import NearRows
from lowtide.auditing.context import Context
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.checks.rows import honest, jittered, joined, patients, respelled, retyped, taken
from tests.auditing.test_checks import strong_and_honest


class TestNearRows(CheckContract):
    check = NearRows()

    def leaking(self) -> list[Case]:
        few = patients()
        some = taken(few, np.arange(40))
        ill = np.flatnonzero(few["ill"] == "yes")
        often = jittered(taken(few, np.random.default_rng(3).choice(ill, 300)), "ill", 0.02)
        return [
            case(joined(few, other), "ill", "binary", sees=())
            for other in (
                jittered(some, "ill", 0.001),
                jittered(some, "ill", 0.02),
                retyped(some, "ill", few),
                respelled(some, "ill"),
                often,
            )
        ]

    def clean(self) -> list[Case]:
        return [*honest(), *strong_and_honest()]

    def test_says_how_they_are_alike(self) -> None:
        told = [look(self.check, given)[0].facts["variant"] for given in self.leaking()]
        assert told == ["moved", "moved", "changed", "spelled", "oversampled"]

    def test_exact_copies_are_another_finding(self) -> None:
        few = patients()
        assert look(self.check, case(joined(few, taken(few, np.arange(40))), "ill", "binary")) == []

    def test_copies_are_told_to_pricing(self) -> None:
        for given in self.leaking()[:3]:
            context = Context(given.table, given.target, given.task)
            self.check.look(given.table, given.target, given.task, context)
            together = context.together["LT104"]
            assert (together[400:] == together[:40]).mean() > 0.9
            assert np.unique(together[:400]).size > 380

    def test_a_stamp_that_is_new_each_time(self) -> None:
        few = joined(patients(), taken(patients(), np.arange(40)))
        few["stamp"] = np.random.default_rng(1).random(440)
        (finding,) = look(self.check, case(few, "ill", "binary"))
        assert finding.facts["variant"] == "stamped" and finding.severity == "question"
