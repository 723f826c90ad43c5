"""Scenarios for the report, and the worst slice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowtide.core.interval import Scenario
from lowtide.metrics import get
from lowtide.metrics.metric import Floats
from lowtide.validate.floor import estimate
from lowtide.validate.scenarios import build
from lowtide.validate.scenarios.measure import measure
from lowtide.validate.scenarios.slices import WorstSlice, _holm, slices_of
from lowtide.validate.scenarios.waters import Change, LeftOut, Seen, Waters

N = 1200


def errors(y: Floats, p: Floats, seen: Seen, seed: int = 0) -> Waters:
    score = float(np.abs(y - p).mean())
    return Waters(
        y=y, p=p, units=np.arange(len(y)), metric=get("mae"), kind="regression", expected=score, floor=1.02 * score,
        seen=seen, seed=seed,
    )  # fmt: skip


def judged(sea: Waters) -> Scenario | None:
    found = WorstSlice().look(sea)
    return measure("worst slice", sea, found) if isinstance(found, Change) else None


def test_headline_comes_first_with_its_batch() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.4).astype(float)
    cube = (y + rng.normal(size=300))[:, None]
    common = {"metric": get("roc_auc"), "kind": "binary", "resamples": 50}
    rows = estimate(y, cube, units=np.arange(300), scheme="rows", folds=np.arange(300) % 5, **common)  # type: ignore[arg-type]
    groups = estimate(
        y, cube, units=np.arange(300) // 60, scheme="groups", folds=np.arange(300) % 5, **common
    )  # type: ignore[arg-type]
    lines = build([rows, groups], headline="groups", batch_rows=100)
    assert [s.name for s in lines] == ["new groups", "new rows"]
    assert lines[0].headline
    assert lines[0].refusal == "too_few_groups"
    assert lines[0].batch_floor is None
    assert lines[1].rows == 100
    assert lines[1].batch_floor is not None
    assert lines[1].floor is not None
    assert lines[1].batch_floor < lines[1].floor


def test_a_bad_slice_is_found_and_confirmed() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=N)
    region = rng.integers(0, 4, N)
    age = rng.normal(50, 10, N)
    p = y + rng.normal(size=N) * np.where(region == 2, 3.0, 0.5)
    found = judged(errors(y, p, Seen({"age": age}, {"region": (region, ["a", "b", "c", "d"])})))
    assert found is not None
    assert (found.facts["column"], found.facts["level"], found.facts["confirmed"]) == ("region", "c", True)
    assert found.expected is not None
    assert found.floor is not None
    assert found.floor > found.expected > 1.5
    assert (found.facts["looked"], found.facts["asked"]) == (8, 3)


def test_without_a_bad_slice_little_is_confirmed() -> None:
    confirmed = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=400)
        p = y + rng.normal(size=400)
        sea = errors(y, p, Seen({f"c{i}": rng.normal(size=400) for i in range(6)}), seed)
        found = WorstSlice().look(sea)
        assert isinstance(found, Change)
        confirmed += bool(found.facts["confirmed"])
    assert confirmed <= 5


def test_small_slices_are_not_looked_at() -> None:
    rng = np.random.default_rng(0)
    rare = (np.arange(200) < 15).astype(np.int64)
    slices = slices_of({}, {"rare": (rare, ["no", "yes"])})
    assert [s.level for s in slices] == ["no"]
    sea = errors(rng.normal(size=200), rng.normal(size=200), Seen({}, {"rare": (rare, ["no", "yes"])}))
    found = WorstSlice().look(sea)
    assert isinstance(found, Change) and found.facts["level"] == "no"
    few = replace(sea, y=sea.y[:40], p=sea.p[:40], units=sea.units[:40], seen=Seen())
    assert isinstance(WorstSlice().look(few), LeftOut)


def test_the_half_that_found_a_slice_does_not_judge_it() -> None:
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=600), np.zeros(600)
    sea = errors(y, p, Seen({"x": rng.normal(size=600)}))
    found = WorstSlice().look(sea)
    assert isinstance(found, Change) and found.rows is not None and found.factor is not None
    other = np.setdiff1d(np.arange(600), found.rows)
    # Whatever happens to the outcomes of the judging half, the same slices are asked about.
    worse = replace(sea, y=np.where(np.isin(np.arange(600), other), y, 0.0))
    again = WorstSlice().look(worse)
    assert isinstance(again, Change) and (again.rows == found.rows).all()
    assert again.facts["looked"] == found.facts["looked"] == 4


def test_holm_decides_jointly() -> None:
    assert _holm(np.array([-3.0, -2.0, -1.0]), 0.05).tolist() == [True, True, False]
    # Each alone is sure at 5 %, but not three of them.
    assert not _holm(np.array([-1.7, -1.7, -1.7]), 0.05).any()
    assert not _holm(np.array([np.nan, 0.5]), 0.05).any()


def test_slices_cover_numbers_levels_and_missing() -> None:
    values = np.arange(400.0)
    values[:100] = np.nan
    codes = np.where(np.arange(400) < 100, -1, np.arange(400) % 2)
    slices = slices_of({"x": values}, {"k": (codes, ["even", "odd"])})
    assert [(s.column, s.level) for s in slices if s.column == "k"] == [
        ("k", "even"),
        ("k", "odd"),
        ("k", "missing"),
    ]
    parts = [s.rows for s in slices if s.column == "x"]
    assert len(parts) == 5
    assert (np.sum(parts, axis=0) == 1).all()
