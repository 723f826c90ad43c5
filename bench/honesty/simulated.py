"""Simulated tables: every draw is new, so the truth is known to any precision and draws do not overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd

Made = tuple[pd.DataFrame, np.ndarray, np.ndarray | None]


def _normal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Return correlated normal columns (each neighbour pair correlates by 0.3)."""
    x = rng.normal(size=(rows, columns))
    x[:, 1:] = 0.3 * x[:, :-1] + np.sqrt(1 - 0.09) * x[:, 1:]
    return x


def _frame(x: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])


def _coin(rng: np.random.Generator, logit: np.ndarray) -> np.ndarray:
    return (rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(np.float64)


def noise(rng: np.random.Generator, rows: int) -> Made:
    """Nothing to learn: labels with a share of 30 % that no column tells."""
    return _frame(_normal(rng, rows, 12)), (rng.random(rows) < 0.3).astype(np.float64), None


def linear(rng: np.random.Generator, rows: int) -> Made:
    """A logistic model, 5 of 20 columns matter, a fifth of the rows is positive."""
    x = _normal(rng, rows, 20)
    return _frame(x), _coin(rng, x[:, :5] @ [0.9, -0.7, 0.5, 0.4, -0.3] - 1.7), None


def friedman(rng: np.random.Generator, rows: int) -> Made:
    """Friedman (1991), first function: ten uniform columns, five matter, noise of deviation 2."""
    x = rng.random((rows, 10))
    signal = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return _frame(x), signal + rng.normal(scale=2, size=rows), None


def heavy(rng: np.random.Generator, rows: int) -> Made:
    """A linear signal under noise with Student's t of 3 degrees of freedom."""
    x = _normal(rng, rows, 8)
    return _frame(x), x[:, :3] @ [1.0, 0.6, -0.4] + rng.standard_t(3, size=rows), None


def groups(rng: np.random.Generator, rows: int) -> Made:
    """Ten rows of each entity: its own level, its own slope, and columns that give the entity away."""
    size = 10
    count = rows // size + 1
    entity = np.repeat(np.arange(count), size)
    mark = rng.normal(size=(count, 3))
    level, slope = rng.normal(scale=1.2, size=count), rng.normal(scale=0.7, size=count)
    x = _normal(rng, count * size, 6)
    logit = level[entity] + (0.8 + slope[entity]) * x[:, 0] + 0.4 * x[:, 1]
    seen = np.hstack([x, mark[entity] + 0.05 * rng.normal(size=(count * size, 3))])
    return _frame(seen), _coin(rng, logit), entity


def regimes(rng: np.random.Generator, rows: int) -> Made:
    """Rows in order of time; the slopes wander (autocorrelation 0.7 between sixteenths of the rows)."""
    x = _normal(rng, rows, 8)
    periods = 18
    wander = np.zeros((periods, 2))
    wander[0] = rng.normal(size=2)
    for t in range(1, periods):
        wander[t] = 0.7 * wander[t - 1] + np.sqrt(1 - 0.49) * rng.normal(size=2)
    period = np.arange(rows) * periods // rows
    slopes = np.array([1.0, 0.6]) + 0.5 * wander[period]
    return _frame(x), (slopes * x[:, :2]).sum(axis=1) + rng.normal(size=rows), None
