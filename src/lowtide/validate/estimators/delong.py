"""The AUC as two means of placements, and its variance."""

from __future__ import annotations

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes


def placements(y: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Return for each positive the share of negatives below it, for each negative that of positives above it.

    Ties count half. Their means are the AUC. By midranks, O(n log n) (Sun & Xu 2014, "Fast implementation of DeLong's
    algorithm").
    """
    from scipy.stats import rankdata

    high, low = score[y == 1], score[y == 0]
    both = rankdata(np.concatenate([high, low]))
    up = (both[: len(high)] - rankdata(high)) / max(len(low), 1)
    down = 1 - (both[len(high) :] - rankdata(low)) / max(len(high), 1)
    return np.asarray(up), np.asarray(down)


def auc_variance(y: Floats, score: Floats, units: Ints) -> tuple[float, float]:
    """Return the AUC and its variance.

    DeLong, DeLong & Clarke-Pearson (1988); whole units being independent, Obuchowski (1997), "Nonparametric analysis
    of clustered ROC curve data": sums of placements over the units replace single placements, and a
    covariance joins the positives and negatives of one unit. It is DeLong's when units are rows. NaN without two units
    with positives and two with negatives.
    """
    up, down = placements(y, score)
    if not len(up) or not len(down):
        return float("nan"), float("nan")
    area = float(up.mean())
    unit, count = codes(units)
    yes, no = unit[y == 1], unit[y == 0]
    with_yes, with_no = len(np.unique(yes)), len(np.unique(no))
    if with_yes < 2 or with_no < 2:
        return area, float("nan")
    above = np.bincount(yes, weights=up - area, minlength=count)
    below = np.bincount(no, weights=down - area, minlength=count)
    variance = (
        with_yes / (with_yes - 1) * float((above**2).sum()) / len(up) ** 2
        + with_no / (with_no - 1) * float((below**2).sum()) / len(down) ** 2
        + 2 * count / (count - 1) * float((above * below).sum()) / (len(up) * len(down))
    )
    return area, max(variance, 0.0)
