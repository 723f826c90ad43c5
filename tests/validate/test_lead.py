"""How far the model is ahead of the rule: on the same rows, lowered by what selection gave."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.core.interval import Lead
from lowtide.metrics import get
from lowtide.tables.table import Floats, Ints
from lowtide.validate.floor import Estimate, estimate
from lowtide.validate.lead import lead

N = 400


def judged(
    y: Floats, cube: Floats, metric: str, scheme: str, folds: Ints, units: Ints
) -> tuple[Estimate, Floats]:
    made = estimate(
        y, cube, units=units, metric=get(metric), kind="regression" if metric == "mae" else "binary",
        scheme=scheme, folds=folds, times=np.arange(len(y), dtype=float), seed=0, resamples=100,
    )  # fmt: skip
    return made, cube @ made.weights


def led(strength: float, seed: int = 0, scheme: str = "rows") -> Lead:
    rng = np.random.default_rng(seed)
    y = (rng.random(N) < 0.5).astype(float)
    cube = strength * y[:, None] + rng.normal(size=(N, 5))
    folds = np.arange(N) * 6 // N if "future" in scheme else np.arange(N) % 5
    made, held = judged(y, cube, "roc_auc", scheme, folds, np.arange(N))
    found = lead(made, y, held, rng.normal(size=N), units=np.arange(N), folds=folds, seed=0)
    assert found is not None
    return found


@pytest.mark.parametrize("scheme", ["rows", "future"])
def test_a_good_model_is_ahead_and_its_bound_says_so(scheme: str) -> None:
    found = led(2.0, scheme=scheme)
    assert 0.2 < found.bound <= found.expected < 0.65
    assert found.ahead == found.windows == (6 if scheme == "future" else None)


@pytest.mark.parametrize("scheme", ["rows", "future"])
def test_noise_is_seldom_certainly_ahead(scheme: str) -> None:
    sure = [led(0.0, seed, scheme).bound > 0 for seed in range(20)]
    assert sum(sure) <= 4


def test_losses_are_ahead_when_lower() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=N) * 3
    cube = y[:, None] + rng.normal(size=(N, 3))
    folds = np.arange(N) % 5
    made, held = judged(y, cube, "mae", "rows", folds, np.arange(N))
    found = lead(made, y, held, np.zeros(N), units=np.arange(N), folds=folds)
    assert found is not None
    assert found.expected > found.bound > 0.5
    worse = lead(made, y, held, y.copy(), units=np.arange(N), folds=folds)
    assert worse is not None
    assert worse.expected < 0


def test_dependence_widens_the_bound() -> None:
    rng = np.random.default_rng(2)
    groups = np.arange(N) // 20
    y = (rng.random(N // 20) < 0.5).astype(float)[groups]
    cube = (y + rng.normal(size=N // 20)[groups])[:, None] + 0.01 * rng.normal(size=(N, 2))
    folds = groups % 5
    rule = rng.normal(size=N)
    made, held = judged(y, cube, "roc_auc", "rows", folds, np.arange(N))
    alone = lead(made, y, held, rule, units=np.arange(N), folds=folds)
    whole = lead(made, y, held, rule, units=groups, folds=folds)
    assert alone is not None and whole is not None
    assert whole.bound < alone.bound
