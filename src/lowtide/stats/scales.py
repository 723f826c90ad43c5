"""A scale on which a bounded score is roughly symmetric."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Scale:
    """Logit between two bounds, logarithm from one bound, identity without bounds; always rising.

    Values at a bound are moved inside by a millionth of the range (or to a millionth of a unit).
    """

    low: float
    high: float

    def forward(self, value: Floats) -> Floats:
        """Map scores to the whole line."""
        v = np.asarray(value, dtype=np.float64)
        below, above = math.isfinite(self.low), math.isfinite(self.high)
        if below and above:
            share = np.clip((v - self.low) / (self.high - self.low), _EDGE, 1 - _EDGE)
            return np.asarray(np.log(share / (1 - share)))
        if below:
            return np.asarray(np.log(np.maximum(v - self.low, _EDGE)))
        if above:
            return np.asarray(-np.log(np.maximum(self.high - v, _EDGE)))
        return v

    def back(self, value: float) -> float:
        """Map a point of the line back to a score."""
        below, above = math.isfinite(self.low), math.isfinite(self.high)
        if below and above:
            share = 1 / (1 + math.exp(-value)) if value > -700 else 0.0
            return self.low + (self.high - self.low) * share
        if below:
            return self.low + math.exp(min(value, 700.0))
        if above:
            return self.high - math.exp(min(-value, 700.0))
        return value
