"""LT303: an entity that no column names."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.auditing.checks.hidden import HiddenEntity
from lowtide.auditing.checks.time import TimeOrder
from lowtide.auditing.context import Context
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import ordinary, strong_and_honest

Columns = dict[str, Any]


def recordings(seed: int = 1, alike: float = 0.5, people: int = 60, visits: int = 8) -> tuple[Columns, Any]:
    """Several rows of each person in no order; nobody is named. Returns the columns and who it is."""
    r = np.random.default_rng([303, seed])
    who = r.permutation(np.repeat(np.arange(people), visits))
    first = r.normal(size=len(who)).round(3)
    own = r.normal(size=people)[who]
    target = 0.7 * first + alike**0.5 * own + (1 - alike) ** 0.5 * r.normal(size=len(who))
    return {"first": first, "second": r.normal(size=len(who)).round(3), "target": target}, who


def named(how: str, seed: int = 1, alike: float = 0.5) -> Columns:
    columns, who = recordings(seed, alike)
    visit = [int((who[:i] == w).sum()) + 1 for i, w in enumerate(who)]
    names = [
        f"rec_S{w:02d}_{v:02d}" if how == "text" else 1000 * (int(w) + 7) + v
        for w, v in zip(who, visit, strict=True)
    ]
    return {"file": names, **columns}


def attributes(seed: int = 2, alike: float = 0.5) -> Columns:
    columns, who = recordings(seed, alike)
    r = np.random.default_rng([304, seed])
    age, sex, height = r.integers(20, 80, 60), r.integers(0, 2, 60), r.normal(170, 9, 60).round(1)
    return {"age": age[who], "sex": np.array(["f", "m"])[sex[who]], "height": height[who], **columns}


def blocks(seed: int = 3, noise: float = 0.5) -> Columns:
    columns, who = recordings(seed)
    order = np.argsort(who, kind="stable")
    r = np.random.default_rng([305, seed])
    levels = {
        f"sensor {j}": (r.normal(size=60)[who] + noise * r.normal(size=len(who))).round(3) for j in range(6)
    }
    return {n: np.asarray(v)[order] for n, v in {**levels, **columns}.items()}


def walk(seed: int = 4, n: int = 600) -> Columns:
    """Everything drifts along the file: an order in time and no runs."""
    r = np.random.default_rng([306, seed])
    columns: Columns = {f"sensor {j}": np.cumsum(r.normal(size=n)).round(4) for j in range(6)}
    return {**columns, "target": np.cumsum(r.normal(size=n))}


class TestHiddenEntity(CheckContract):
    check = HiddenEntity()
    shuffles = 1

    def leaking(self) -> list[Case]:
        return [
            case(named("text"), "target", "regression", sees=("file",), severity="question"),
            case(named("number"), "target", "regression", sees=("file",), severity="question"),
            case(attributes(), "target", "regression", sees=("age", "sex", "height"), severity="question"),
        ]

    def clean(self) -> list[Case]:
        columns = ordinary()
        unrelated = {"code": [f"A{i % 37:02d}-{i:05d}" for i in range(len(columns["years"]))], **columns}
        return [
            *strong_and_honest(),
            case(unrelated, "bought", "binary"),
            case(named("text", alike=0.0), "target", "regression"),
            case(attributes(alike=0.0), "target", "regression"),
            case(walk(), "target", "regression"),
        ]

    def test_says_how_the_key_is_made(self) -> None:
        (finding,) = look(self.check, case(named("text"), "target", "regression"))
        assert (finding.facts["variant"], finding.facts["part"]) == ("part", 3)
        assert finding.facts["groups"] == 60
        (finding,) = look(self.check, case(named("number"), "target", "regression"))
        assert (finding.facts["variant"], finding.facts["part"]) == ("digits", 2)

    def test_rows_that_belong_together_are_told(self) -> None:
        given = case(attributes(), "target", "regression")
        context = Context(given.table, given.target, given.task)
        self.check.look(given.table, given.target, given.task, context)
        assert len(np.unique(context.together["LT303"])) == 60

    def test_a_column_that_names_it_is_left_to_lt301(self) -> None:
        columns = named("text")
        columns["subject"] = [name[4:7] for name in columns["file"]]
        assert look(self.check, case(columns, "target", "regression")) == []

    def test_runs_of_rows_are_no_time(self) -> None:
        given = case(blocks(), "target", "regression")
        context = Context(given.table, given.target, given.task)
        (finding,) = self.check.look(given.table, given.target, given.task, context)
        assert finding.facts["variant"] == "runs" and finding.columns == ()
        assert 50 <= finding.facts["groups"] <= 75
        assert TimeOrder().look(given.table, given.target, given.task, context) == []
        mixed = np.random.default_rng(5).permutation(480)
        shuffled = {n: v[mixed] for n, v in blocks().items()}
        assert look(self.check, case(shuffled, "target", "regression")) == []
