"""Bounds for little evidence: few positives, few trials, few groups. Plain functions of a few numbers.

All bounds are one-sided lower bounds of something that should be great; for losses, bound the negated loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.stats.intervals import t_quantile
from lowtide.validate.estimators.delong import placements

_MOST = 1_000_000
"""Positives beyond which asking for more is no advice."""


def share_exact(successes: int, trials: int, confidence: float = 0.95) -> float:
    """Return the exact lower bound of a share (Clopper & Pearson 1934, one-sided); 0 without trials."""
    from scipy.stats import beta

    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials")
    if successes == 0:
        return 0.0
    return float(beta.ppf(1 - confidence, successes, trials - successes + 1))


def auc_score(auc: float, positives: int, negatives: int, confidence: float = 0.95) -> float:
    """Return Newcombe's score-type lower bound of an AUC.

    Newcombe (2006), "Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2",
    method 5: the smallest theta with (auc - theta)^2 <= z^2 V(theta), where
    V = theta (1 - theta) / (m n) * (1 + h (1 - theta) / (2 - theta) + h theta / (1 + theta)) is the variance of
    Hanley & McNeil (1982) made symmetric with h = (m + n) / 2 - 1. Asymptotic, and for exponential-like scores;
    independent rows.
    """
    h = (positives + negatives) / 2 - 1

    def variance(theta: float) -> float:
        shape = 1 + h * (1 - theta) / (2 - theta) + h * theta / (1 + theta)
        return theta * (1 - theta) * shape / (positives * negatives)

    return _score_bound(auc, variance, confidence)


def auc_widest(auc: float, positives: int, negatives: int, confidence: float = 0.95) -> float:
    """Return the score-type lower bound of an AUC with the greatest variance that any scores can have.

    V(theta) = theta (1 - theta) / min(m, n): Birnbaum & Klose (1957), "Bounds for the variance of the Mann-Whitney
    statistic"; van Dantzig (1951). Asymptotic in the normal quantile only. It is Wilson's (1927) bound of a share
    with min(m, n) trials.
    """
    fewer = min(positives, negatives)
    return _score_bound(auc, lambda theta: theta * (1 - theta) / fewer, confidence)


def auc_proven(auc: float, positives: int, negatives: int, confidence: float = 0.95) -> float:
    """Return a lower bound of an AUC that holds for any scores and any number of independent rows.

    The AUC is an average of means of min(m, n) independent values in [0, 1] (Hoeffding 1963, section 5), hence
    P(auc >= a) <= exp(-min(m, n) KL(a, theta)) for a > theta (his theorem 1, equation 2.1); the bound is the theta
    with min(m, n) KL(auc, theta) = -log(1 - confidence), KL the divergence of two coins.
    """
    fewer = min(positives, negatives)
    return _kl_bound(auc, fewer, confidence)


def auc_few_positives(auc: float, positives: int, negatives: int, confidence: float = 0.95) -> float:
    """Return the lower bound of an AUC of which nothing but its value is known, for few rows of a class.

    `auc_widest`: held in at least 97 % of simulated draws with 5 to 20 positives, but for scores that separate like a
    coin (92 %); Newcombe's method 5 fell below 80 % (table in ``docs/estimators.md``). With the scores at hand,
    `auc_placed` is tighter; when it must be proven, `auc_proven`.

    Raises
    ------
    ValueError
        If a class has no row, or ``auc`` is not in [0, 1].

    Examples
    --------
    >>> round(auc_few_positives(0.8, 12, 200), 3)
    0.565
    """
    _check(auc, positives, negatives)
    return auc_widest(auc, positives, negatives, confidence)


def auc_placed(y: Floats, score: Floats, confidence: float = 0.95) -> float:
    """Return the lower bound of an AUC from its scores, sound for few rows of a class.

    The greater of `auc_widest` and of Student's t on the placements (DeLong et al. 1988) after adding to each class half
    an imagined row that is wrong in every pair, in the spirit of Agresti & Coull (1998): what few rows have not shown
    yet counts against the model. Degrees of freedom by the smaller class. Our own construction, measured, not proven:
    at least 95 % of simulated draws with 8 to 20 positives, but for scores that separate like a coin (90 %), with 0.6
    to 1 times the slack of `auc_widest` (table in ``docs/estimators.md``). Independent rows.

    Parameters
    ----------
    y : (n,) 0 or 1. score : (n,), greater for positives.
    """
    up, down = placements(y, score)
    m, n = len(up), len(down)
    _check(0.5, m, n)
    area = float(up.mean())
    variance = 0.0
    for values in (up, down):
        total = len(values) + 0.5
        mean = float(values.sum()) / total
        squares = float(((values - mean) ** 2).sum()) + 0.5 * mean**2
        variance += squares / (total * (total - 1))
    middle = area * m * n / ((m + 0.5) * (n + 0.5))
    placed = middle - t_quantile(confidence, min(m, n) - 0.5) * math.sqrt(variance)
    return max(placed, auc_widest(area, m, n, confidence))


def needed_positives(
    auc: float,
    positives: int,
    negatives: int,
    confidence: float = 0.95,
    *,
    above: float = 0.5,
    width: float | None = None,
) -> int | None:
    """Return how many more positives (with negatives in proportion) a useful floor needs.

    Parameters
    ----------
    auc : what is expected; it is assumed to stay.
    above : the floor must exceed this (chance, or the baseline's AUC).
    width : when given, the floor must also be no further than this below ``auc``.

    Returns
    -------
    int or None
        0 when there are enough; None when no number up to a million will do.
    """
    _check(auc, positives, negatives)
    ratio = negatives / positives

    def enough(more: int) -> bool:
        m = positives + more
        floor = auc_few_positives(auc, m, max(1, round(m * ratio)), confidence)
        return floor > above and (width is None or auc - floor <= width)

    return _fewest(enough)


def needed_values(
    values: Floats, above: float, confidence: float = 0.95, *, width: float | None = None
) -> int | None:
    """Return how many more groups or periods like these a useful floor of their mean needs.

    Student's t as in `mean_few`, mean and standard deviation staying what they are.

    Parameters
    ----------
    values : (k,) scores of groups or periods, greater is better, k >= 2.
    above : the floor must exceed this (the baseline's score).
    width : when given, the floor must also be no further than this below the mean.

    Returns
    -------
    int or None
        0 when there are enough; None when no number up to a million will do.
    """
    values = np.asarray(values, dtype=np.float64)
    if len(values) < 2:
        raise ValueError("two values are needed to see their spread")
    mean, spread = float(values.mean()), float(values.std(ddof=1))

    def enough(more: int) -> bool:
        k = len(values) + more
        error = t_quantile(confidence, k - 1) * spread / math.sqrt(k)
        return mean - error > above and (width is None or error <= width)

    return _fewest(enough)


def mean_few(
    values: Floats,
    low: float = -math.inf,
    high: float = math.inf,
    confidence: float = 0.95,
    *,
    worst: float | None = None,
) -> float:
    """Return the lower bound of a mean from 2 to 14 independent values that may differ in precision.

    Student's t with k - 1 degrees of freedom on the values (scores of groups, of periods). Ibragimov & Muller (2010),
    "t-statistic based correlation and heterogeneity robust inference", theorem 1, after Bakirov & Szekely (2005): for
    normal values of unequal variances the t-test stays conservative at two-sided levels up to 8.3 %, and up to 10 %
    for at most 14 values, so a one-sided 95 % bound holds. When a few values are much worse than the rest (an
    exponential tail) it held in 84 to 86 % only. ``worst`` mends that by measurement, not by proof; `mean_proven` is
    proven and wide.

    Parameters
    ----------
    values : (k,) finite, k >= 2.
    low, high : bounds of a value; the result is kept inside.
    worst : when given, half an imagined value as bad as this (a baseline's score, chance) is added before, because few
        values have not shown yet how bad one can be. At two standard deviations below the mean, 3 to 7 values with an
        exponential tail held in over 99 %, with 1.3 times the slack.

    Raises
    ------
    ValueError
        With fewer than two values.
    """
    values = np.asarray(values, dtype=np.float64)
    if len(values) < 2:
        raise ValueError("a bound of a mean needs two values")
    weights = np.ones(len(values))
    if worst is not None:
        values, weights = np.append(values, min(worst, values.min())), np.append(weights, 0.5)
    total = float(weights.sum())
    mean = float(np.average(values, weights=weights))
    error = math.sqrt(float((weights * (values - mean) ** 2).sum()) / (total * (total - 1)))
    return min(high, max(low, mean - t_quantile(confidence, total - 1) * error))


def mean_proven(values: Floats, low: float, high: float, confidence: float = 0.95) -> float:
    """Return a lower bound of the mean of independent values in [low, high] that holds for any number of them.

    Betting (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by betting"): with values
    scaled to [0, 1], the average over stakes c of prod(1 + c (x / m - 1)) is a test of "mean <= m" by Markov's
    inequality; the bound is the m where it reaches 1 / (1 - confidence). Fixed stakes, averaged (their section on
    hedging; the method of mixtures), so the order of the values does not matter.
    """
    from scipy.optimize import brentq
    from scipy.special import logsumexp

    if not high > low or not math.isfinite(high - low):
        raise ValueError(f"values must have finite bounds, not [{low}, {high}]")
    x = np.clip((np.asarray(values, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    if not len(x):
        return low
    # Stakes dense near zero: the best one shrinks like 1 / sqrt(n).
    stakes = np.geomspace(0.5 / math.sqrt(len(x)) / 4, 0.999, 40)
    need = -math.log(1 - confidence) + math.log(len(stakes))

    def surplus(m: float) -> float:
        wealth = np.log1p(stakes[:, None] * (x[None, :] / m - 1)).sum(axis=1)
        return float(logsumexp(wealth)) - need

    tiny = 1e-9
    if surplus(tiny) <= 0:
        return low
    mean = max(float(x.mean()), 2 * tiny)
    return low + (high - low) * float(brentq(surplus, tiny, mean, xtol=1e-9))


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """Return the least number that is enough, when more is never worse; None above `_MOST`."""
    if enough(0):
        return 0
    high = 1
    while not enough(high):
        high *= 2
        if high > _MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(auc: float, positives: int, negatives: int) -> None:
    if positives < 1 or negatives < 1:
        raise ValueError("an AUC needs a positive and a negative row")
    if not 0 <= auc <= 1:
        raise ValueError(f"an AUC lies between 0 and 1, not {auc}")


def _score_bound(auc: float, variance: Callable[[float], float], confidence: float) -> float:
    from scipy.optimize import brentq

    z = t_quantile(confidence, math.inf)

    def outside(theta: float) -> float:
        return (auc - theta) ** 2 - z * z * float(variance(theta))

    if auc <= 0:
        return 0.0
    # At an AUC of 1 gap and variance both vanish; the root that is sought lies below.
    return float(brentq(outside, 0.0, min(auc, 1 - 1e-12), xtol=1e-12))


def _kl_bound(share: float, trials: int, confidence: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import rel_entr

    if share <= 0:
        return 0.0
    need = -math.log(1 - confidence) / trials

    def gap(theta: float) -> float:
        return float(rel_entr(share, theta) + rel_entr(1 - share, 1 - theta)) - need

    if share >= 1:
        return math.exp(-need)
    tiny = 1e-300
    return float(brentq(gap, tiny, share, xtol=1e-12)) if gap(tiny) > 0 else 0.0
