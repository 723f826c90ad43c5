"""Greedy ensemble selection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.metrics import get
from lowtide.metrics.metric import Floats
from lowtide.validate.selection import ENOUGH_ROWS, STEPS, blend, complete_trials, looked_at, select


def cube_of(n: int = 300, trials: int = 8, seed: int = 0) -> tuple[Floats, Floats]:
    """Return labels and trials of rising noise."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(float)
    noise = rng.normal(size=(n, trials)) * np.linspace(0.8, 3, trials)
    return y, 1 / (1 + np.exp(-(2 * y[:, None] - 1 + noise)))


@given(st.integers(0, 10_000), st.sampled_from(["roc_auc", "log_loss", "f1"]))
def test_weights_are_few_and_sum_to_one(seed: int, name: str) -> None:
    y, cube = cube_of(60, seed=seed)
    weights = select(y, cube, get(name), kind="binary", seed=0)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert (weights > 0).sum() <= STEPS


@pytest.mark.parametrize("name", ["roc_auc", "log_loss", "brier", "average_precision"])
def test_never_worse_than_the_best_single_on_its_own_rows(name: str) -> None:
    metric = get(name)
    for seed in range(10):
        y, cube = cube_of(120, seed=seed)
        chosen = metric(y, blend(cube, select(y, cube, metric)))
        best = max if metric.greater_is_better else min
        single = best(metric(y, cube[:, t]) for t in range(cube.shape[1]))
        assert not metric.better(single, chosen)


def test_equal_trials_go_to_the_earlier() -> None:
    y, cube = cube_of()
    same = np.repeat(cube[:, :1], 3, axis=1)
    assert select(y, same, get("roc_auc")).tolist() == [1, 0, 0]


def test_complementary_trials_are_blended() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=500)
    noise = rng.normal(size=500)
    weights = select(y, np.column_stack([y + noise, y - noise]), get("rmse"), kind="regression")
    assert weights.tolist() == pytest.approx([0.5, 0.5])


def test_only_candidates_are_chosen() -> None:
    y, cube = cube_of()
    allowed = np.array([False, True] * 4)
    weights = select(y, cube, get("roc_auc"), candidates=allowed)
    assert (weights[~allowed] == 0).all()
    assert weights[allowed].sum() == pytest.approx(1)
    assert not select(y, cube, get("roc_auc"), candidates=np.zeros(8, dtype=bool)).any()


def test_incomplete_trials_are_never_chosen() -> None:
    y, cube = cube_of()
    cube[:60, 0] = np.nan
    judged, complete = complete_trials(cube)
    assert judged.all()
    assert complete.tolist() == [False] + [True] * 7
    assert select(y, cube, get("roc_auc"))[0] == 0


def test_rows_that_nobody_predicted_do_not_count() -> None:
    y, cube = cube_of()
    part = select(y[100:], cube[100:], get("roc_auc"))
    cube[:100] = np.nan
    assert select(y, cube, get("roc_auc")).tolist() == part.tolist()


def test_weights_of_rows_matter() -> None:
    rng = np.random.default_rng(1)
    y = (rng.random(400) < 0.5).astype(float)
    first = np.arange(400) < 200
    cube = np.column_stack([np.where(first, y, 1 - y), np.where(first, 1 - y, y)]) + 0.01 * rng.random(
        (400, 2)
    )
    assert np.argmax(select(y, cube, get("roc_auc"), weight=first.astype(float))) == 0
    assert np.argmax(select(y, cube, get("roc_auc"), weight=(~first).astype(float))) == 1


def test_classes() -> None:
    rng = np.random.default_rng(2)
    y = rng.integers(0, 3, 150).astype(float)
    cube = rng.dirichlet(np.ones(3), (150, 4))
    cube[np.arange(150), 2, y.astype(int)] += 1
    cube /= cube.sum(axis=2, keepdims=True)
    weights = select(y, cube, get("log_loss"), kind="multiclass")
    assert np.argmax(weights) == 2
    assert blend(cube, weights).shape == (150, 3)


def test_large_tables_are_looked_at_in_part_and_always_the_same() -> None:
    rows = np.arange(3 * ENOUGH_ROWS)
    some = looked_at(rows, seed=3)
    assert len(some) == ENOUGH_ROWS
    assert (np.diff(some) > 0).all()
    assert (some == looked_at(rows, seed=3)).all()
    assert len(looked_at(rows, seed=3, classes=10)) < ENOUGH_ROWS
    y, cube = cube_of(3 * ENOUGH_ROWS, trials=4)
    assert (
        select(y, cube, get("roc_auc"), seed=3).tolist() == select(y, cube, get("roc_auc"), seed=3).tolist()
    )
