"""Numbers made fit for a linear model: filled, clipped, perhaps logarithms, centred, of spread 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lowtide.tables.table import Floats

TAIL = 0.005  # share of the rows clipped at each end
SKEWED = 1.5  # skewness from which a logarithm is tried


@dataclass(frozen=True, slots=True)
class Scale:
    """``(f(clip(x, low, high)) - centre) / spread``, where f is ``ln(1 + x / unit)`` or, ``unit`` 0, x itself.

    Attributes
    ----------
    fill : what a missing value becomes before (the median).
    low, high : quantiles of the fitted rows; values outside are taken for these (winsorising).
    centre, spread : mean and standard deviation of the winsorised values. The interquartile range would
        be 0 for a column that is mostly zeros; after winsorising the deviation is robust enough.
    """

    fill: float = 0.0
    low: float = 0.0
    high: float = 0.0
    unit: float = 0.0
    centre: float = 0.0
    spread: float = 1.0

    @classmethod
    def fit(cls, x: Floats) -> Scale:
        """Fit on (n,) values; NaN is missing. Without any value the result is 0 everywhere."""
        x = x[~np.isnan(x)]
        if not len(x):
            return cls()
        fill = float(np.quantile(x, 0.5, method="lower"))
        low = float(np.quantile(x, TAIL, method="lower"))
        high = float(np.quantile(x, 1.0 - TAIL, method="higher"))
        if low == high:  # nearly constant: the few other values are all there is
            low, high = float(x.min()), float(x.max())
        clipped = np.clip(x, low, high)
        unit = 0.0
        if low >= 0.0 and _skewness(clipped) > SKEWED:
            positive = clipped[clipped > 0.0]
            guess = float(np.quantile(positive, 0.5, method="lower"))
            if abs(_skewness(_log(clipped, guess))) < _skewness(clipped):
                unit = guess
        shaped = _log(clipped, unit) if unit else clipped
        with np.errstate(over="ignore", invalid="ignore"):
            centre, spread = float(shaped.mean()), float(shaped.std())
        if not (math.isfinite(centre) and math.isfinite(spread)):  # beyond 1e154 the squares overflow
            centre, spread = 0.0, max(abs(low), abs(high))
        if spread <= 1e-12 * abs(centre):
            spread = 1.0
        return cls(fill, low, high, unit, centre, spread if spread > 0.0 else 1.0)

    def apply(self, x: Floats) -> Floats:
        """Scale (n,) values; only operations that are exact for each element alone."""
        x = np.where(np.isnan(x), self.fill, x)
        x = np.minimum(np.maximum(x, self.low), self.high)
        if self.unit:
            x = _log(x, self.unit)
        scaled: Floats = (x - self.centre) / self.spread
        return scaled

    def state(self) -> dict[str, float]:
        return asdict(self)

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Scale:
        return cls(**{name: float(value) for name, value in state.items()})


def _log(x: Floats, unit: float) -> Floats:
    # scipy's log1p is one scalar function: numpy's may differ between vector lanes and the rest.
    from scipy.special import log1p

    with np.errstate(over="ignore"):
        logged: Floats = log1p(np.minimum(x / unit, np.finfo(np.float64).max))
    return logged


def _skewness(x: Floats) -> float:
    """Return the third standardised moment; 0 for a constant and where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        centred = x - x.mean()
        second = float(np.mean(centred**2))
        third = float(np.mean(centred**3))
        if not (math.isfinite(second) and math.isfinite(third)) or second <= 0.0:
            return 0.0
        return third / second**1.5 if second**1.5 > 0.0 else 0.0
