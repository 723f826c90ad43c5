"""When a trial is hopeless: decided by scores alone, fold against fold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Folds that must be seen before a trial can be judged.
FIRST_LOOK = 2
# Part of the best model's lead over the best baseline that a trial must lose in every fold ...
LOST_SHARE = 1 / 3
# ... and how many standard errors its mean loss must lie from zero.
LOST_ERRORS = 2.0

Scores = Sequence[float | None]


def hopeless(mine: Scores, best: Scores, baseline: Scores, *, greater_is_better: bool) -> bool:
    """Tell whether a trial is so far behind the present best that the rest of its folds is not worth it.

    Paired by fold: the folds' difficulty falls out of the differences. A trial that comes near the best,
    or beats it in a single fold, goes on, since it may still serve in an ensemble.

    Parameters
    ----------
    mine : scores of the trial's folds so far.
    best, baseline : scores of the best model's and the best baseline's folds, at least as many.

    Examples
    --------
    >>> hopeless([0.60, 0.61], [0.85, 0.86], [0.55, 0.56], greater_is_better=True)
    True
    >>> hopeless([0.83, 0.84], [0.85, 0.86], [0.55, 0.56], greater_is_better=True)
    False
    """
    seen = len(mine)
    if seen < FIRST_LOOK:
        return False
    sign = 1.0 if greater_is_better else -1.0
    own, top, rule = (
        sign * np.array([np.nan if s is None else s for s in scores[:seen]], dtype=np.float64)
        for scores in (mine, best, baseline)
    )
    loss, lead = top - own, float((top - rule).mean())
    if not np.isfinite(loss).all() or not np.isfinite(lead) or lead <= 0:
        return False
    error = float(loss.std(ddof=1)) / np.sqrt(seen)
    return bool(loss.min() > LOST_SHARE * lead and loss.mean() > LOST_ERRORS * error)
