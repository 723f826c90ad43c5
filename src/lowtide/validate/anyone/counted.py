"""Trials that were made but are not here: they count, as the luck there was to pick from."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.floor import Estimate
from lowtide.validate.selection import blend
from lowtide.validate.unseen import enlarge


def moved(
    found: Estimate, total: int, y: Floats, cube: Floats, folds: Ints
) -> tuple[float | None, float | None]:
    """Return expected score and floor as if selection had been among ``total`` trials (`lowtide.validate.unseen`).

    Parameters
    ----------
    y, cube, folds : what ``found`` was estimated from.
    """
    floor = found.floor.value
    if total <= found.trials or found.expected is None:
        return found.expected, floor
    scores = found.scores[np.isfinite(found.scores)]
    expected, chosen = found.expected, found.selected_cv
    if "future" in found.scheme and len(scores):
        # Windows count alike in what is expected, so they must in the score that is too good.
        expected, chosen = float(scores.mean()), _over_windows(found, y, cube, folds)
    sign = 1.0 if found.metric.greater_is_better else -1.0
    optimism = sign * (chosen - expected) if chosen is not None and np.isfinite(chosen) else 0.0
    return enlarge(
        found.expected,
        floor,
        optimism,
        found.trials,
        total,
        noise=float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0,
        metric=found.metric,
    )


def _over_windows(found: Estimate, y: Floats, cube: Floats, folds: Ints) -> float:
    mixed = blend(cube, found.weights)
    held = (folds >= 0) & np.isfinite(mixed.reshape(len(y), -1)).all(axis=1)
    scores = [
        found.metric.at(y[inside], mixed[inside], found.threshold)
        for inside in (held & (folds == window) for window in np.unique(folds[held]))
    ]
    return float(np.nanmean(scores)) if np.isfinite(scores).any() else float("nan")
