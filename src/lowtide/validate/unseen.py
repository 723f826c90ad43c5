"""Trials that only count: how much more luck there was to pick from than the resampling could see.

Selection is repeated on resamples over the trials whose predictions can be laid side by side. Trials that lack
rows, were dropped early, or used columns that are out by now cannot; yet somebody looked at their scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from lowtide.metrics import Metric


def expected_maximum(count: int) -> float:
    """Return about the expected largest of ``count`` independent standard normal values.

    Blom (1958), "Statistical Estimates and Transformed Beta-Variables": the normal quantile at
    (n - 3/8) / (n + 1/4); within 0.02 for every n.
    """
    from scipy.special import ndtri

    return float(ndtri((count - 0.375) / (count + 0.25))) if count > 1 else 0.0


def extra_optimism(optimism: float, noise: float, compared: int, total: int) -> float:
    """Return by how much the optimism of picking among ``total`` trials exceeds that among ``compared``.

    Scores that share a part and differ by independent normal noise of size s have a largest one that
    exceeds their mean by s times `expected_maximum` (equally correlated normals: Owen & Steck 1962). The
    resampling measured that excess for the compared trials, so it fixes s; a single compared trial shows
    none, and then s is the whole standard error of a score, the worst that it can be.

    Parameters
    ----------
    optimism : selected score minus what is expected of it, positive for too good.
    noise : standard error of a score.
    compared : trials that selection was repeated over.
    total : those and all others whose scores somebody saw.
    """
    if total <= compared or total < 2:
        return 0.0
    seen = expected_maximum(compared)
    size = max(optimism, 0.0) / seen if compared > 1 else max(noise, 0.0)
    return size * (expected_maximum(total) - seen) if math.isfinite(size) else 0.0


def enlarge(
    expected: float | None,
    floor: float | None,
    optimism: float,
    compared: int,
    total: int,
    *,
    noise: float,
    metric: Metric,
) -> tuple[float | None, float | None]:
    """Move expected score and floor to the bad side, as if selection had been among ``total`` trials.

    Both stay as they are when nothing but the compared trials counts, and move further with every other one
    (`extra_optimism`). A floor moves no further than the metric's worst value.
    """
    extra = extra_optimism(optimism, noise, compared, total)
    if extra <= 0:
        return expected, floor
    toward = -extra if metric.greater_is_better else extra
    return _moved(expected, toward, metric), _moved(floor, toward, metric)


class Batches(Protocol):
    """What knows the floor of the next rows."""

    def floor_of(self, rows: int) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Lowered:
    """Floors of batches, moved as the floor of the long run was."""

    batches: Batches
    by: float
    metric: Metric

    def floor_of(self, rows: int) -> float | None:
        """Return the moved bound for the next ``rows`` rows."""
        return _moved(self.batches.floor_of(rows), self.by, self.metric)


def _moved(value: float | None, by: float, metric: Metric) -> float | None:
    return None if value is None else metric.clip(value + by)
