"""Streams of outcomes with a known truth: simulated ones, and rows of real tables drawn again and again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from lowtide.metrics import get

Floats = np.ndarray
Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Stream:
    """Outcomes and predictions to come, and what is true of them.

    Attributes
    ----------
    truth : score in the long run, while nothing happens.
    floors : promises by name: ``at`` the truth, ``above`` (the truth is slightly better), ``−gap`` that are
        broken, ``+gap`` that are kept.
    width : range of outcomes in training (errors only).
    """

    name: str
    metric: str
    draw: Draw
    truth: float
    floors: dict[str, float]
    width: float | None = None


def simulated() -> list[Stream]:
    """Return accuracy, Brier, MAE and AUC of made-up models, whose truth is known exactly."""
    return [
        _stream("simulated", "accuracy", _accuracy(0.8), 0.8, (0.02, 0.05, 0.1)),
        _stream("simulated", "brier", _brier, _brier_truth(), (0.01, 0.02, 0.04)),
        _stream("simulated", "mae", _heavy, _heavy_truth(), (0.05, 0.1, 0.2), width=12.0),
        _stream("simulated", "roc_auc", _auc, _auc_truth(), (0.03, 0.06, 0.12)),
    ]


def _stream(
    name: str, metric: str, draw: Draw, truth: float, gaps: tuple[float, ...], width: float | None = None
) -> Stream:
    sign = 1.0 if get(metric).greater_is_better else -1.0
    floors = {"at": truth, "above": truth - sign * gaps[0] / 4}
    floors |= {f"−{gap:g}": truth + sign * gap for gap in gaps}
    floors |= {f"+{gap:g}": truth - sign * gap for gap in gaps}
    return Stream(name, metric, draw, truth, floors, width)


def _accuracy(share: float) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        y = (rng.random(n) < 0.3).astype(float)
        right = rng.random(n) < share
        return y, np.where(right, y, 1.0 - y)

    return draw


def _brier(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    p = rng.beta(1.0, 3.0, n)
    return (rng.random(n) < p).astype(float), p


def _brier_truth() -> float:
    # E p (1 - p) of a Beta(a, b) is a b / ((a + b)(a + b + 1)).
    return 3.0 / (4.0 * 5.0)


def _heavy(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """Return errors of a mixture of two normals: one row in ten misses three times as far."""
    wild = rng.random(n) < 0.1
    error = rng.normal(size=n) * np.where(wild, 3.0, 1.0)
    return np.clip(error, -6.0, 6.0), np.zeros(n)


@cache
def _heavy_truth() -> float:
    from scipy.integrate import quad
    from scipy.stats import norm

    def mean(scale: float) -> float:
        inside = quad(lambda x: 2 * x * norm.pdf(x, scale=scale), 0.0, 6.0)[0]
        return float(inside + 6.0 * 2 * norm.sf(6.0, scale=scale))

    return 0.9 * mean(1.0) + 0.1 * mean(3.0)


SHIFT = 1.0


def _auc(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    y = (rng.random(n) < 0.2).astype(float)
    return y, rng.normal(size=n) + SHIFT * y


def _auc_truth() -> float:
    return 0.5 * math.erfc(-SHIFT / 2.0)


def real(folder: Path) -> list[Stream]:
    """Return rows of real tables behind a model's predictions, drawn with replacement: the pool is the truth."""
    y, p = _incomes(folder)
    z, q = _bicycles(folder)
    width = float(z.max() - z.min())
    found = []
    for name, metric, one, two, gaps in (
        ("adult", "accuracy", y, p, (0.02, 0.05, 0.1)),
        ("adult", "brier", y, p, (0.01, 0.02, 0.04)),
        ("adult", "roc_auc", y, p, (0.02, 0.04, 0.08)),
        ("bike", "mae", z, q, (3.0, 6.0, 12.0)),
    ):
        truth = get(metric)(one, two)
        found.append(_stream(name, metric, _pool(one, two), truth, gaps, width if metric == "mae" else None))
    return found


def _pool(y: Floats, p: Floats) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        rows = rng.integers(0, len(y), n)
        return y[rows], p[rows]

    return draw


@cache
def _incomes(folder: Path) -> tuple[Floats, Floats]:
    from bench.honesty.tables import TABLES, load

    data = load(next(s for s in TABLES if s.name == "adult"), folder)
    return data.y[3000:], _predicted(data.features, data.y, 3000, classes=True)


@cache
def _bicycles(folder: Path) -> tuple[Floats, Floats]:
    from bench.honesty.tables import TABLES, load

    data = load(next(s for s in TABLES if s.name == "bike"), folder)
    order = np.random.default_rng(0).permutation(len(data.y))
    y = data.y[order]
    return y[2000:], _predicted(data.features.iloc[order], y, 2000, classes=False)


def _predicted(features, y: Floats, first: int, *, classes: bool) -> Floats:  # type: ignore[no-untyped-def]
    """Return predictions for all rows after the ``first``, on which a model was fitted."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    frame = features.copy()
    for name in frame.columns:
        if frame[name].dtype == object or str(frame[name].dtype) in ("str", "string"):
            frame[name] = frame[name].astype("category")
    settings = {"n_estimators": 80, "num_leaves": 15, "n_jobs": 1, "verbose": -1, "random_state": 0}
    model = (LGBMClassifier if classes else LGBMRegressor)(**settings)
    model.fit(frame[:first], y[:first])
    rest = frame[first:]
    return np.asarray(model.predict_proba(rest)[:, 1] if classes else model.predict(rest))


def swinging(
    rng: np.random.Generator, n: int, share: float, swing: float, period: int
) -> tuple[Floats, Floats]:
    """Return outcomes whose accuracy swings around ``share``, never below it on average since the beginning."""
    level = share + swing * np.sin(2 * np.pi * np.arange(n) / period)
    y = (rng.random(n) < 0.3).astype(float)
    return y, np.where(rng.random(n) < level, y, 1.0 - y)
