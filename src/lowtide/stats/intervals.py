"""Intervals of a few numbers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def share_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided interval of a share (Clopper & Pearson 1934); (0, 1) without trials."""
    from scipy.stats import beta

    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials")
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(beta.ppf(tail, successes, trials - successes + 1))
    high = 1.0 if successes == trials else float(beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def t_quantile(confidence: float, freedom: float) -> float:
    """Return the quantile of Student's t at ``confidence`` (normal when ``freedom`` is infinite)."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(confidence)) if math.isinf(freedom) else float(stdtrit(freedom, confidence))


def next_on_line(values: Floats, confidence: float, noise: float = 0.0) -> tuple[float, float, float]:
    """Return prediction and lower prediction bound of value K+1 on a straight line, and the slope's t.

    Ordinary least squares on 1..K, K - 2 degrees of freedom; needs at least four values.
    """
    k = len(values)
    if k < 4:
        raise ValueError("a line with a bound needs four values")
    x = np.arange(1, k + 1, dtype=np.float64)
    centre, spread = x.mean(), float(((x - x.mean()) ** 2).sum())
    slope = float(((x - centre) * (values - values.mean())).sum() / spread)
    predicted = float(values.mean()) + slope * (k + 1 - centre)
    residual = values - values.mean() - slope * (x - centre)
    s = max(math.sqrt(float((residual**2).sum()) / (k - 2)), noise)
    width = t_quantile(confidence, k - 2) * s * math.sqrt(1 + 1 / k + (k + 1 - centre) ** 2 / spread)
    t = slope / (s / math.sqrt(spread)) if s > 0 else math.copysign(math.inf, slope) if slope else 0.0
    return predicted, predicted - width, t
