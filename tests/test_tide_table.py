"""The tide table of a whole run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import lowtide
from lowtide.validate.budget import Budget

# More time than the quick menu ever takes: what is looked at must not hang on the machine.
QUICK: dict[str, Any] = {"budget": 600.0, "size": "quick", "threads": 1}
EVERYWHERE = {"label shift", "bounded shift", "worst subpopulation", "noisy inputs", "missing column"}


def frame(rows: int = 400) -> pd.DataFrame:
    """Almost everything hangs on ``signal``; in the north it says nothing. Mail addresses stand beside it."""
    rng = np.random.default_rng(0)
    signal, region = rng.normal(size=rows), rng.choice(["north", "south"], rows)
    noise = rng.normal(size=rows) * np.where(region == "north", 4.0, 0.3)
    return pd.DataFrame(
        {
            "signal": signal, "other": rng.normal(size=rows), "region": region,
            "mail": [f"user{i % 40}@example.com" for i in range(rows)],
            "y": np.where(signal + noise > 0, "yes", "no"),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Any:
    return lowtide.run(frame(), "y", deploy="rows", **QUICK)


def test_every_case_is_there_and_none_is_better_than_the_headline(study: Any) -> None:
    headline, *others = study.result.scenarios
    assert headline.headline and headline.name == "new rows"
    assert {s.name for s in others} >= EVERYWHERE
    for s in others:
        assert s.floor is not None and s.expected is not None, s.name
        assert s.floor <= s.expected <= headline.expected
        assert s.floor <= headline.floor
        assert not s.headline


def test_the_column_that_matters_and_the_region_that_fails_are_named(study: Any) -> None:
    found = {s.name: s for s in study.result.scenarios}
    assert found["missing column"].facts["column"] == "signal"
    assert found["missing column"].expected < study.expected - 0.1
    assert (found["worst slice"].facts["column"], found["worst slice"].facts["level"]) == ("region", "north")
    assert not any("example.com" in str(v) for s in found.values() for v in s.facts.values())


def test_the_same_again(study: Any) -> None:
    again = lowtide.run(frame(), "y", deploy="rows", **QUICK)
    assert again.result.scenarios == study.result.scenarios


def test_without_time_new_predictions_are_left_out_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Budget, "fits", lambda self, seconds: self.reserved > 2.0)
    study = lowtide.run(frame(), "y", deploy="rows", **QUICK)
    found = {s.name: s for s in study.result.scenarios}
    assert found["noisy inputs"].refusal == found["missing column"].refusal == "no_time"
    assert found["bounded shift"].floor is not None


def test_numbers_in_time_order() -> None:
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(2, 600))
    noise = rng.normal(0, 1 + (np.arange(600) % 100) / 100, 600)
    days = pd.date_range("2021-01-01", periods=600, freq="D")
    data = pd.DataFrame({"day": days, "x": x, "z": z, "y": x + 0.5 * z + noise})
    study = lowtide.run(data, "y", time="day", **QUICK)
    headline, *others = study.result.scenarios
    found = {s.name: s for s in others}
    assert headline.name == "next period" and found["label shift"].facts["source"] == "time"
    assert found["missing column"].facts["column"] == "x"
    for s in others:
        if s.floor is not None and s.name != "new rows" and headline.floor is not None:
            assert s.floor >= headline.floor and s.expected >= headline.expected, s.name
