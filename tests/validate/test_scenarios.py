"""Scenarios for the report, and the worst slice."""

from __future__ import annotations

import numpy as np

from lowtide.metrics import get
from lowtide.validate.floor import estimate
from lowtide.validate.scenarios import build, slices_of, worst_slice

N = 1200


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
    slices = slices_of({"age": age}, {"region": (region, ["a", "b", "c", "d"])})
    found = worst_slice(y, p, np.arange(N), slices, get("mae"))
    assert found is not None
    assert (found.facts["column"], found.facts["level"], found.facts["confirmed"]) == ("region", "c", True)
    assert found.expected is not None
    assert found.floor is not None
    assert found.floor > found.expected > 1.5


def test_without_a_bad_slice_little_is_confirmed() -> None:
    confirmed = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=400)
        p = y + rng.normal(size=400)
        slices = slices_of({f"c{i}": rng.normal(size=400) for i in range(6)}, {})
        found = worst_slice(y, p, np.arange(400), slices, get("mae"), seed=seed, times=60)
        assert found is not None
        confirmed += bool(found.facts["confirmed"])
    assert confirmed <= 5


def test_small_slices_are_not_looked_at() -> None:
    rng = np.random.default_rng(0)
    rare = (np.arange(200) < 15).astype(np.int64)
    slices = slices_of({}, {"rare": (rare, ["no", "yes"])})
    assert [s.level for s in slices] == ["no"]
    assert (
        worst_slice(rng.normal(size=40), rng.normal(size=40), np.arange(40), slices[:0], get("mae")) is None
    )


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
