"""Expected score and floor for new rows or new groups: selection repeated on resamples of the units.

Tsamardinos, Greasidou & Borboudakis (2018), "Bootstrapping the out-of-sample predictions for efficient
and accurate cross-validation": whatever is selected on a resample of the out-of-fold predictions is judged
on the units that the resample left out. Here whole units of dependence are drawn (clustered bootstrap),
and selection means the whole of it: trials, blending weights, threshold. What is expected comes from there.
The floor does not: the units left out are a third of all, so their scores spread too much, and their quantile
is too far away. Its width is the spread of the selected score itself, on a scale where it is symmetric.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.intervals import t_quantile
from lowtide.stats.resampling import Ints, codes
from lowtide.stats.scales import fitted
from lowtide.validate.bootstrap import Reselected

METHOD = "reselection"
_WIDTH: dict[Scheme, float] = {"rows": 0.95, "groups": 1.05}
"""Width in standard deviations of the selected score, times z. Chosen on the tables for choosing
(docs/decisions/floor.md): a little below 1, because models of the folds learn from fewer rows than the shipped one; above 1
for groups, where a handful says little of how unlike the next ones are."""
_LUCK = 0.5
"""Share of the removed optimism that is set aside once more. Units left out of a resample still share the luck of
the whole sample, so resampling finds only a part of it (as large as it finds, on pure noise)."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """Expected score and floor; ``usable`` is the share of resamples that could be judged."""

    expected: float
    floor: float
    usable: float


def correct(
    found: Reselected,
    fixed: Floats,
    selected: float,
    metric: Metric,
    scheme: Scheme,
    confidence: float,
    evidence: int,
    skewness: float = 0.0,
) -> Corrected:
    """Return expected score and floor of what selection ships.

    Parameters
    ----------
    found : scores of what each resample selected, inside and outside of it.
    fixed : (b,) scores, in the same resamples, of what is shipped.
    selected : score of what is shipped on the rows that it was selected on.
    evidence : units that carry the evidence (of the rarer class).
    skewness : of the units' losses, over the root of their number.

    Notes
    -----
    On the scale g (logit of a score between two bounds, logarithm of a loss) the expected score is the mean m of
    the out-of-bag scores. The floor is m - l max(0, g(selected) - m) - z c s, with s the standard deviation over
    resamples of the score that selection reaches inside them, or of the shipped blend when that is larger (the greatest
    of many equals varies less than each of them): both carry the noise of n units, where out-of-bag scores carry
    that of a third. The distance from m is then stretched, on the metric's own scale, by
    t_{U-1}(1 - a) / z * sqrt(U / (U - 1)), as a normal interval of so few values would be (Efron & Tibshirani 1993,
    12.5 and 14.3); U is the evidence, half of it for groups. Losses are skewed to the bad side: the width grows by
    1 + (2 z^2 + 1) / (6 z) * skewness / sqrt(n) (Johnson 1978, "Modified t tests and confidence intervals for asymmetrical
    populations"; Hall 1992). l = 1/2 and c are measured, not derived.
    """
    out, inside = found.out[np.isfinite(found.out)], found.within[np.isfinite(found.within)]
    usable = len(out) / len(found.out)
    if len(out) < 2 or len(inside) < 2 or evidence < 2:
        return Corrected(float("nan"), float("nan"), 0.0)
    scale = fitted(metric.low, metric.high, out, edge=0.25 / evidence)
    centre = float(scale.forward(out).mean())
    spreads = [float(np.std(scale.forward(v[np.isfinite(v)]), ddof=1)) for v in (inside, fixed)]
    sign = 1.0 if metric.greater_is_better else -1.0
    optimism = max(0.0, sign * (float(scale.forward(np.array([selected]))[0]) - centre))
    z = t_quantile(confidence, math.inf)
    skewed = 1 + (2 * z**2 + 1) / (6 * z) * max(0.0, skewness) if z > 0 else 1.0
    width = _LUCK * optimism + z * _WIDTH[scheme] * max(spreads) * skewed
    expected, edge = scale.back(centre), scale.back(centre - sign * width)
    units = max(2, evidence // 2 if scheme == "groups" else evidence)
    edge = expected + (edge - expected) * small_sample(units, confidence)
    return Corrected(metric.clip(expected), metric.clip(bad_side(metric, expected, edge)), usable)


def small_sample(units: int, confidence: float) -> float:
    """Return by how much an interval from resampling so few units must be stretched."""
    if confidence <= 0.5:
        return 1.0
    ratio = t_quantile(confidence, units - 1) / t_quantile(confidence, math.inf)
    return ratio * math.sqrt(units / (units - 1))


def bad_side(metric: Metric, expected: float, edge: float) -> float:
    """Return ``edge``, or ``expected`` where the edge would be on its good side."""
    return min(edge, expected) if metric.greater_is_better else max(edge, expected)


@dataclass(frozen=True, slots=True)
class UnitBatches:
    """Scores of batches of new rows (or of rows of new groups).

    Attributes
    ----------
    y, p : out-of-fold predictions of what is shipped.
    units : (n,) units of dependence.
    threshold : of the shipped model.
    """

    y: Floats
    p: Floats
    units: Ints
    metric: Metric
    threshold: float
    expected: float
    floor: float
    confidence: float
    seed: int

    def floor_of(self, rows: int, times: int = 400) -> float | None:
        """Return the one-sided bound for the next ``rows`` rows, or None when such a batch is too small.

        Batches are drawn unit by unit from the out-of-fold predictions; the distance of their bad-side
        quantile from their mean and the distance of the floor from what is expected come from
        independent sources and are added as such (root of the sum of squares).
        """
        scores = self._drawn(rows, times)
        good = scores[np.isfinite(scores)]
        if len(good) < 0.9 * times:
            return None
        tail = 1 - self.confidence if self.metric.greater_is_better else self.confidence
        chance = abs(float(np.quantile(good, tail)) - float(good.mean()))
        width = float(np.hypot(abs(self.expected - self.floor), chance))
        return self.metric.clip(
            self.expected - width if self.metric.greater_is_better else self.expected + width
        )

    def _drawn(self, rows: int, times: int) -> Floats:
        unit, count = codes(self.units)
        order = np.argsort(unit, kind="stable")
        sizes = np.bincount(unit, minlength=count)
        starts = np.cumsum(sizes) - sizes
        mean_size = len(unit) / count
        scores = np.empty(times)
        for i in range(times):
            rng = np.random.default_rng([self.seed, rows, i, 0xBA7C4])
            if count == len(unit):
                chosen = order[rng.integers(0, count, rows)]
            else:
                some = rng.integers(0, count, int(rows / mean_size * 1.5) + 10)
                enough = int(np.searchsorted(np.cumsum(sizes[some]), rows)) + 1
                chosen = np.concatenate([order[starts[u] : starts[u] + sizes[u]] for u in some[:enough]])[
                    :rows
                ]
            scores[i] = self.metric.at(self.y[chosen], self.p[chosen], self.threshold)
        return scores
