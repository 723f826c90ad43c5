"""Decisions: as values, and in a whole run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

import lowtide
from lowtide.core.decision import CurvePoint, LearningCurve, Range, Twins, advice, verdict
from lowtide.core.task import Task
from lowtide.metrics import get
from lowtide.models.card import card
from lowtide.steps import decide
from lowtide.steps.job import Job
from lowtide.validate.budget import Budget
from tests.models.build_one import made_model
from tests.test_flow import QUICK, frame

# The quick menu ends long before.
PATIENT: dict[str, Any] = {**QUICK, "budget": 300.0}


@pytest.mark.parametrize(
    ("floor", "baseline", "lead", "up", "expected", "ship"),
    [
        (0.8, 0.7, None, True, "above", "model"),
        (0.8, 0.7, 0.05, True, "above", "model"),
        (0.69, 0.7, 0.02, True, "ahead", "model"),
        (0.69, 0.7, -0.01, True, "below", "rule"),
        (0.8, 0.7, -0.01, True, "level", "rule"),
        (0.70012, 0.7, None, True, "level", "rule"),
        (0.65, 0.7, None, True, "below", "rule"),
        (1.2, 1.5, None, False, "above", "model"),
        (1.9, 1.5, None, False, "below", "rule"),
        (None, 0.7, 0.1, True, "no_floor", "nothing"),
        (float("nan"), 0.7, None, True, "no_floor", "nothing"),
        (0.8, None, None, True, "no_baseline", "model"),
    ],
)
def test_what_to_ship(floor: Any, baseline: Any, lead: Any, up: bool, expected: str, ship: str) -> None:
    found = verdict(floor, baseline, lead, greater_is_better=up)
    assert found == expected and advice(found) == ship
    assert advice("no_model") == "rule"


def curve(low: float, value: float, high: float) -> LearningCurve:
    gain = Range(value=value, low=low, high=high)
    points = [
        CurvePoint(rows=n, score=s, low=s - 0.02, high=s + 0.01, measured=False)
        for n, s in ((1000, 0.8), (2000, 0.82), (4000, 0.83))
    ]
    return LearningCurve(
        member="m", parts="random", rows=1000, largest=800, chains=5, greater_is_better=True, points=tuple(points),
        full_data=gain, last=gain, double=gain,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "value", "high", "rises", "answer"),
    [
        (0.004, 0.02, 0.03, 0.99, "help"),
        (0.001, 0.004, 0.02, 0.97, "little"),
        (-0.001, 0.001, 0.004, 0.7, "not_measurably"),
        (-0.01, 0.008, 0.03, 0.8, "unclear"),
        (-0.03, 0.0, 0.0, 0.01, "hurt"),
    ],
)
def test_answers_about_rows(low: float, value: float, high: float, rises: float, answer: str) -> None:
    assert decide.rows_answer(curve(low, value, high), rises, 0.006) == answer


def test_no_curve_no_answer() -> None:
    assert decide.rows_answer(None, None, 0.006) == "unknown"
    assert decide.columns_answer("unknown", None, None, 0.8, 0.006, True) == "unknown"


def test_answers_about_columns() -> None:
    some = curve(0.0, 0.01, 0.02)
    tight = Twins(rows=500, share=0.5, differ=0.3, best=0.805)
    loose = Twins(rows=500, share=0.5, differ=0.3, best=0.95)
    ask = decide.columns_answer
    assert ask("help", some, tight, 0.8, 0.006, True) == "exhausted"
    assert ask("help", some, loose, 0.8, 0.006, True) == "rows_first"
    assert ask("not_measurably", some, loose, 0.8, 0.006, True) == "needed"
    assert ask("unclear", some, None, 0.8, 0.006, True) == "unclear"
    # Losses: an error of 0.8 cannot be brought below 0.95, and is far from 0.1.
    assert ask("help", some, loose, 0.8, 0.006, False) == "exhausted"


def test_a_small_gain_is_a_part_of_the_way_to_perfection() -> None:
    assert decide.small_gain(0.8, 0.5, get("roc_auc")) == pytest.approx(0.01)
    assert decide.small_gain(20.0, 50.0, get("mae")) == pytest.approx(1.0)
    assert decide.small_gain(None, None, get("mae")) is None


def test_rows_for_a_wanted_score() -> None:
    found = curve(0.0, 0.01, 0.02)
    middle, soonest, latest = found.rows_for(0.82)
    assert middle == 2000 and soonest is not None and 1000 < soonest < 2000 and latest is None
    assert found.rows_for(0.7)[0] == 1000 and found.rows_for(0.99) == (None, None, None)
    assert found.rows_for(0.81)[0] == pytest.approx(1000 * 2**0.5, abs=1)


def test_chains_are_as_many_as_the_time_holds() -> None:
    job = Job(source=None, task=Task(target="y"), budget=100.0)
    plenty = Budget(100.0, clock=lambda: 0.0)
    affordable = decide._affordable
    assert affordable([2.0] * 5, job, plenty) == 5
    assert affordable([3.0] * 5, job, plenty) == 4
    assert affordable([5.0] * 5, job, plenty) == 3
    assert affordable([8.0] * 5, job, plenty) < 3
    short = Budget(100.0, clock=iter([0.0, *[95.0] * 50]).__next__)
    assert affordable([2.0] * 5, job, short) == 2


def test_the_card_says_what_the_bundle_holds() -> None:
    m = made_model().manifest
    text = card(msgspec.structs.replace(m, ship="rule", baseline_name="one-column (`age`)"))
    assert "**Ship the rule, not this model:**" in text and "one-column (`age`)" in text
    member = m.members[0]
    held = msgspec.structs.replace(
        m, ship="rule", members=(msgspec.structs.replace(member, recipe=msgspec.structs.replace(member.recipe, baseline=True)),)
    )  # fmt: skip
    assert "**This bundle holds the simple rule**" in card(held)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("decide")
    return lowtide.run(frame(420), "outcome", out=folder, **PATIENT)


def test_a_run_decides(study: Any) -> None:
    made = study.result.decision
    assert made.ship == "model" and made.reason == "above"
    assert made.facts["floor"] == study.floor.value and made.facts["bundle"] == "model"
    assert made.curve is not None and made.curve.chains >= 3 and made.curve.parts == "random"
    assert made.curve.rows == 420 and made.curve.largest < 420
    weights = {m["name"]: m["weight"] for m in study.result.model["members"]}
    assert weights[made.curve.member] == max(weights.values())
    measured = [p for p in made.curve.points if p.measured]
    assert [p.rows for p in measured] == sorted(p.rows for p in measured) and len(measured) == 4
    assert (
        made.price is not None
        and made.price.unit == "rows"
        and made.price.steps[0].floor >= study.floor.value
    )
    assert made.missing == {"twins": "too_few_twins"}


def test_the_decision_is_in_every_output(study: Any, tmp_path: Path) -> None:
    answer = json.loads(study.to_json())["decision"]
    assert answer["ship"] == "model" and {"rows", "columns", "curve", "price", "missing"} <= set(answer)
    assert lowtide.flow.summary(study.result)["decision"]["ship"] == "model"
    page = study.report(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "What to do next" in page
    assert study.model.manifest.ship == "model"


def test_noise_ships_the_rule_and_no_curve_rises(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = pd.DataFrame({f"x{i}": rng.normal(size=300) for i in range(3)})
    data["y"] = rng.choice(["a", "b"], 300)
    study = lowtide.run(data, "y", out=tmp_path, **PATIENT)
    made = study.result.decision
    assert made.ship == "rule" and made.reason in ("level", "below")
    assert made.rows in ("unclear", "not_measurably", "hurt", "little")
    assert "Ship the rule, not this model" in (tmp_path / "bundle" / "card.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_few_values_exhaust_the_columns() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"a": rng.choice(list("tuvw"), 1200), "b": rng.choice(list("xyz"), 1200)})
    chance = 0.2 + 0.3 * (data["a"] == "u") + 0.3 * (data["b"] == "x")
    data["y"] = np.where(rng.random(1200) < chance, "yes", "no")
    data["customer"] = [f"c{i}" for i in range(1200)]
    made = lowtide.run(data, "y", deploy="rows", unit="customer", **PATIENT).result.decision
    assert made.twins is not None and made.twins.share == 1.0
    assert made.columns == "exhausted"
    # The true chance that two alike rows differ.
    assert made.twins.differ == pytest.approx(float((2 * chance * (1 - chance)).mean()), abs=0.03)


def test_no_time_is_said() -> None:
    study = lowtide.run(frame(420), "outcome", **{**QUICK, "budget": 2.0})
    assert study.result.decision.curve is None
    assert study.result.decision.missing["curve"] in ("no_time", "no_model")
    assert study.result.decision.rows == "unknown"
