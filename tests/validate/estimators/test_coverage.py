"""How often floors hold where the truth is known: fixed scorers, whose AUC is that of two normal curves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from lowtide.metrics import get
from lowtide.validate.estimators import ESTIMATORS, Evidence

SKILL = 0.7
TRUTH = float(norm.cdf(SKILL / np.sqrt(2)))
DRAWS = 120


def draw(seed: int, trials: int, n: int = 150) -> Evidence:
    """Return predictions of equally good scorers, half of whose noise is shared."""
    rng = np.random.default_rng([seed, trials])
    y = (rng.random(n) < 0.35).astype(np.float64)
    noise = np.sqrt(0.5) * (rng.normal(size=(n, 1)) + rng.normal(size=(n, trials)))
    score = SKILL * y[:, None] + noise
    fold = rng.permutation(n) % 5
    inner = np.stack([np.where((fold != k)[:, None], score, np.nan) for k in range(5)])
    sides = [rng.permutation(n) % 2 for _ in range(5)]
    halves = np.array([[np.where((side == h)[:, None], score, np.nan) for h in (0, 1)] for side in sides])
    return Evidence(
        y=y, cube=score[None], folds=fold[None], units=np.arange(n), candidates=np.ones(trials, dtype=bool),
        metric=get("roc_auc"), kind="binary", scheme="rows", seed=seed, nested=inner, halves=halves,
    )  # fmt: skip


def held(name: str, trials: int) -> float:
    one = next(e for e in ESTIMATORS if e.name == name)
    bounds = [one.bound(draw(seed, trials)) for seed in range(DRAWS)]
    return float(np.mean([b is not None and b.floor <= TRUTH for b in bounds]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["nadeau_bengio", "conservative_z", "nested", "closed", "bca", "bbc", "bbc_f"]
)
def test_one_trial_is_covered(name: str) -> None:
    """Of 120 draws an honest 95 % keeps fewer than 90 % once in a hundred; closed forms are asymptotic."""
    assert held(name, 1) >= 0.89


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bbc", "bbc_f", "bbc_ranks", "holdout"])
def test_the_choice_among_many_is_covered(name: str) -> None:
    assert held(name, 30) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fold_t", "percentile", "bca", "closed"])
def test_what_is_blind_to_the_choice_fails(name: str) -> None:
    """Known, and the reason why none of these is lowtide's floor."""
    assert held(name, 30) < 0.85
