"""Rows that are alike: bounds against a known least error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.metrics import get
from lowtide.validate.ceiling import error_bounds, twins

CELLS = 60


def cells(rows: int, seed: int, sharp: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcomes, cell of each row, and the true chance of each cell."""
    rng = np.random.default_rng([seed, rows])
    chance = rng.beta(sharp, sharp, CELLS)
    cell = rng.integers(0, CELLS, rows)
    return (rng.random(rows) < chance[cell]).astype(float), cell, chance


@pytest.mark.parametrize("sharp", [0.2, 1.0, 5.0])
def test_the_least_error_lies_between_its_bounds(sharp: float) -> None:
    y, cell, chance = cells(6000, 0, sharp)
    found = twins(y, cell, get("accuracy"), kind="binary")
    assert found is not None and found.error_low is not None and found.error_high is not None
    least = float(np.minimum(chance, 1 - chance)[cell].mean())
    assert found.error_low - 0.01 <= least <= found.error_high + 0.01
    assert found.differ == pytest.approx(float((2 * chance * (1 - chance))[cell].mean()), abs=0.02)
    assert found.rows == 6000 and found.share == 1.0


@pytest.mark.parametrize(
    "metric", ["roc_auc", "log_loss", "brier", "balanced_accuracy", "average_precision", "f1"]
)
def test_no_function_of_the_columns_is_better(metric: str) -> None:
    y, cell, chance = cells(1500, 1, 0.7)
    judge = get(metric)
    found = twins(y, cell, judge, kind="binary")
    assert found is not None and found.best is not None
    rng = np.random.default_rng(3)
    for p in (
        chance[cell],
        np.full(1500, y.mean()),
        rng.random(CELLS)[cell],
        np.clip(chance + rng.normal(0, 0.1, CELLS), 0.01, 0.99)[cell],
    ):
        assert not judge.better(
            judge.at(y, p, judge.choose(y, p)), found.best + (-1e-9 if not judge.greater_is_better else 1e-9)
        )


@pytest.mark.parametrize("metric", ["rmse", "mae", "r2", "wape"])
def test_numbers(metric: str) -> None:
    rng = np.random.default_rng(0)
    cell = rng.integers(0, CELLS, 2000)
    level = 10 + rng.normal(0, 2, CELLS)
    y = level[cell] + rng.normal(0, 1, 2000)
    judge = get(metric)
    found = twins(y, cell, judge, kind="regression")
    assert found is not None and found.best is not None and found.differ is None
    assert found.spread == pytest.approx(1 / np.sqrt(1 + level[cell].var()), abs=0.03)
    assert not judge.better(judge(y, level[cell]), found.best)


def test_many_classes() -> None:
    rng = np.random.default_rng(0)
    cell = rng.integers(0, CELLS, 3000)
    chance = rng.dirichlet([0.5, 0.5, 0.5], CELLS)
    y = np.array([rng.choice(3, p=chance[c]) for c in cell], dtype=float)
    found = twins(y, cell, get("accuracy"), kind="multiclass", classes=3)
    assert found is not None and found.error_low is not None and found.error_high is not None
    least = float((1 - chance.max(axis=1))[cell].mean())
    assert found.error_low - 0.02 <= least <= found.error_high


def test_rows_without_twins_say_nothing() -> None:
    y = (np.arange(1000) % 2).astype(float)
    assert twins(y, np.arange(1000), get("roc_auc"), kind="binary") is None
    few = np.concatenate([np.zeros(40, dtype=int), np.arange(1, 961)])
    assert twins(y, few, get("roc_auc"), kind="binary") is None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    y, cell, _ = cells(300, 2, 1.0)
    at = np.random.default_rng(seed).permutation(300)
    one, two = (twins(a, b, get("log_loss"), kind="binary") for a, b in ((y, cell), (y[at], cell[at])))
    assert one is not None and two is not None
    assert one.best == pytest.approx(two.best) and one.differ == pytest.approx(two.differ)


@given(st.floats(0.0, 1.0), st.integers(2, 6))
def test_bounds_are_ordered(differ: float, classes: int) -> None:
    low, high = error_bounds(differ, classes)
    assert 0 <= low <= high + 1e-12 <= (classes - 1) / classes + 1e-9
