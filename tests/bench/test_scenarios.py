"""The bench of scenarios: promises do not see what comes later, and planted changes are seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from bench.__main__ import benches
from bench.honesty.tables import Data, Source
from bench.scenarios import judge
from bench.scenarios.__main__ import lines
from bench.scenarios.sea import Sea, draw, frame_of, seen_like, seen_of, table_of


def table(rows: int = 900, kind: str = "regression") -> Data:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": rng.normal(size=rows), "z": rng.normal(size=rows), "k": rng.choice(["a", "b", None], rows)}
    )
    noise = rng.normal(size=rows) * np.where(frame["z"] > 0.5, 2.0, 0.3)
    y = frame["x"].to_numpy() + noise
    y = (y > 0).astype(float) if kind == "binary" else y
    return Data(Source("made", "choose", "rows", kind, "y", lambda _: frame), frame, y, None)


def sea_of(data: Data, timed: bool = False) -> Sea:
    found = draw(data, np.arange(400), 0, timed=timed)
    assert found is not None
    return found


def test_it_is_listed() -> None:
    assert "floors of scenarios" in benches()["scenarios"]


def test_promises_do_not_see_the_untouched_outcomes() -> None:
    data = table()
    rest = data.features.iloc[400:].reset_index(drop=True)
    first = judge.scenarios(sea_of(data), rest, data.y[400:], "made", "choose", 0)
    changed = dataclasses.replace(data, y=np.where(np.arange(900) < 400, data.y, -data.y))
    second = judge.scenarios(sea_of(changed), rest, changed.y[400:], "made", "choose", 0)
    assert [k.floor for k in first] == [k.floor for k in second]
    assert all(a.real != b.real for a, b in zip(first, second, strict=True))
    names = {k.scenario for k in first}
    assert names == {"new rows", "worst slice", "bounded shift", "worst subpopulation", "label shift",
                     "missing column", "noisy inputs"}  # fmt: skip


def test_what_was_planted_comes_true() -> None:
    data = table()
    rest = data.features.iloc[400:].reset_index(drop=True)
    found = {k.scenario: k for k in judge.scenarios(sea_of(data), rest, data.y[400:], "made", "choose", 0)}
    # Greater is better: losses are turned round.
    assert found["worst subpopulation"].real < found["bounded shift"].real < found["new rows"].real
    assert found["missing column"].real < found["new rows"].real - 0.2


def test_a_later_time_is_set_beside_earlier_promises() -> None:
    data = table(kind="binary")
    rest = data.features.iloc[400:].reset_index(drop=True)
    kept = judge.later(sea_of(data, timed=True), rest, data.y[400:], "made", "choose", 0)
    assert [k.scenario for k in kept] == ["new rows", "label shift", "bounded shift", "worst subpopulation"]
    assert len({k.real for k in kept}) == 1
    rows = lines(kept)
    assert rows[0][:2] == ("new rows", "1") and len(rows) == 8


def test_frames_come_back_from_tables() -> None:
    frame = table(60).features
    back = frame_of(table_of(frame), frame)
    assert (back["x"] == frame["x"]).all()
    assert (back["k"].isna() == frame["k"].isna()).all() and (back["k"] == frame["k"]).sum() == frame[
        "k"
    ].notna().sum()
    seen = seen_of(frame)
    other = seen_like(seen, frame)
    assert (other.categories["k"][0] == seen.categories["k"][0]).all()
    assert (other.numbers["x"] == seen.numbers["x"]).all()
