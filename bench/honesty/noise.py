"""Pure noise: many trials that know nothing. The best of them looks good; the floor must not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.metrics import get
from lowtide.validate.floor import estimate


@dataclass(frozen=True, slots=True)
class Noise:
    """Repetitions whose floor stayed at or below chance, and what the best trial claimed."""

    rows: int
    trials: int
    repetitions: int
    held: int
    best: float
    expected: float
    floor: float


def noise(repetitions: int, rows: int, trials: int = 1000) -> Noise:
    """Judge ``trials`` random scores of random labels, ``repetitions`` times; the truth is 0.5."""
    metric = get("roc_auc")
    floors, best, expected = [], [], []
    for seed in range(repetitions):
        rng = np.random.default_rng([seed, rows, trials])
        y = (rng.random(rows) < 0.3).astype(float)
        found = estimate(
            y, rng.random((rows, trials)), units=np.arange(rows), metric=metric, kind="binary", scheme="rows",
            folds=np.arange(rows) % 5, seed=seed, resamples=200,
        )  # fmt: skip
        if found.floor.value is not None and found.best_cv is not None and found.expected is not None:
            floors.append(found.floor.value)
            best.append(found.best_cv)
            expected.append(found.expected)
    held = int(np.sum(np.asarray(floors) <= 0.5))
    return Noise(
        rows,
        trials,
        len(floors),
        held,
        float(np.mean(best)),
        float(np.mean(expected)),
        float(np.mean(floors)),
    )
