"""Made evidence: fixed scorers with a known truth, no model is fitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics import Metric, get
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.estimators import Evidence


def predictions(metric: Metric, y: Floats, skill: Floats, rng: np.random.Generator) -> Floats:
    """Return (n, T) predictions of scorers of the given skill (0 is none)."""
    noise = rng.normal(size=(len(y), len(skill)))
    if "regression" in metric.kinds:
        return np.asarray(5 + skill * (y[:, None] - 5) + 0.5 * noise)
    return np.asarray(1 / (1 + np.exp(-(skill * (2 * y[:, None] - 1) + noise))))


def evidence(
    metric: Metric | str,
    *,
    n: int = 120,
    trials: int = 5,
    repeats: int = 2,
    folds: int = 5,
    groups: int | None = None,
    seed: int = 0,
    skill: float = 0.8,
    scheme: Scheme | None = None,
    extras: bool = True,
) -> Evidence:
    """Return evidence of noisy scorers; with ``extras`` also inner folds and halves."""
    metric = get(metric) if isinstance(metric, str) else metric
    rng = np.random.default_rng([seed, n])
    regression = "regression" in metric.kinds
    units = np.arange(n) if groups is None else np.arange(n) % groups
    scheme = scheme or ("rows" if groups is None else "groups")
    y = 5 + rng.normal(size=n) if regression else (rng.random(n) < 0.4).astype(np.float64)
    skills = np.full(trials, skill) + rng.normal(0, 0.05, trials)
    base = predictions(metric, y, skills, rng)

    def again() -> Floats:
        return np.asarray(0.8 * base + 0.2 * predictions(metric, y, skills, rng))

    if "future" in scheme:
        repeats, fold = 1, (np.arange(n) * folds // n)[None]
    else:
        count = int(units.max()) + 1
        fold = np.stack([rng.permutation(count)[units] % folds for _ in range(repeats)])
    found = Evidence(
        y=y,
        cube=np.stack([again() for _ in range(repeats)]),
        folds=fold,
        units=units,
        candidates=np.ones(trials, dtype=bool),
        metric=metric,
        kind="regression" if regression else "binary",
        scheme=scheme,
        seed=seed,
    )
    return _with_extras(found, again, rng) if extras else found


def _with_extras(found: Evidence, again: object, rng: np.random.Generator) -> Evidence:
    fold, units = found.folds[0], found.units
    n, trials = found.cube.shape[1:3]
    nested = np.full((int(fold.max()) + 1, n, trials), np.nan)
    for k in range(len(nested)):
        nested[k, fold != k] = again()[fold != k]  # type: ignore[operator]
    halves = np.full((3, 2, n, trials), np.nan)
    for split in halves:
        side = (rng.permutation(int(units.max()) + 1)[units]) % 2
        for h in (0, 1):
            split[h, side == h] = again()[side == h]  # type: ignore[operator]
    return replace(found, nested=nested, halves=halves)


def rows_in_order(found: Evidence, order: Ints) -> Evidence:
    """Return the same evidence with its rows in another order."""
    return replace(
        found,
        y=found.y[order],
        cube=found.cube[:, order],
        folds=found.folds[:, order],
        units=found.units[order],
        nested=None if found.nested is None else found.nested[:, order],
        halves=None if found.halves is None else found.halves[:, :, order],
    )
