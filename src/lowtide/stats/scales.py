"""A scale on which a bounded score is roughly symmetric."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Logit between two bounds, logarithm from one bound, identity without bounds; always rising.

    Values nearer to a bound than ``edge`` are taken to be ``edge`` away from it.
    """

    low: float
    high: float
    edge: float = 1e-6

    def forward(self, value: Floats) -> Floats:
        """Map scores to the whole line."""
        v = np.asarray(value, dtype=np.float64)
        below, above = math.isfinite(self.low), math.isfinite(self.high)
        if below and above:
            inside = np.clip(v, self.low + self.edge, self.high - self.edge)
            return np.asarray(np.log((inside - self.low) / (self.high - inside)))
        if below:
            return np.asarray(np.log(np.maximum(v - self.low, self.edge)))
        if above:
            return np.asarray(-np.log(np.maximum(self.high - v, self.edge)))
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


def fitted(low: float, high: float, values: Floats, edge: float) -> Scale:
    """Return the scale of scores between two bounds, its ``edge`` given as a share.

    The share is of the range between two bounds, or of the mean distance of ``values`` from a single one.
    """
    if math.isfinite(low) and math.isfinite(high):
        unit = high - low
    elif math.isfinite(low) or math.isfinite(high):
        distances = np.abs(values - (low if math.isfinite(low) else high))
        unit = float(distances.mean()) if len(distances) else 1.0
    else:
        unit = 1.0
    return Scale(low, high, max(edge * unit, 1e-12))
