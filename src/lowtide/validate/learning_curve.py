"""How the score grows with training rows: a power law through a few measured points, with its interval.

The score of a learner trained on n rows is taken to follow ``a - b n^-c`` (b >= 0), the shape that describes
most curves of tables best (Viering & Loog 2023, "The Shape of Learning Curves: a Review", section 4; Mohr et
al. 2022, LCDB). Four points of real data cannot tell c, so it is not fitted: every c of a grid is kept, with
the weight that the points give it (Bayesian model averaging; Hoeting et al. 1999).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lowtide.core.decision import Range
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes, resamples

EXPONENTS = np.linspace(0.2, 1.2, 11)
"""Values of c, equally likely before anything is seen."""
LEVELS = 4
SMALLEST = 1 / 8
LEAST_CHAINS = 3
FAR = 4.0
"""Times the rows that there are, beyond which an extrapolation is marked as unchecked."""
RESAMPLES = 200
_NODES = 400


@dataclass(frozen=True, slots=True)
class Chain:
    """The same held-out rows predicted by models trained on ever larger nested parts of the same rows.

    Attributes
    ----------
    y : (m,) outcomes; ``units`` (m,) their units of dependence.
    sizes : (L,) training rows, rising.
    predictions : (L, m[, classes]).
    """

    y: Floats
    units: Ints
    sizes: Ints
    predictions: Floats


@dataclass(frozen=True, slots=True)
class Points:
    """Scores along the curve.

    Attributes
    ----------
    fractions : (L,) of the largest training set, rising to 1.
    scores : (J, L) of J chains.
    noise : (J, L, L) covariance of each chain's scores that its held-out rows alone cause.
    rows : training rows of the largest sets (geometric mean).
    """

    fractions: Floats
    scores: Floats
    noise: Floats
    rows: float


def fractions_for(rows: int, rarest: int | None) -> Floats | None:
    """Return the parts of ``rows`` training rows to train on; None when there are too few rows for a curve.

    The smallest part has 1/8 of the rows, but not fewer than 60 rows, nor fewer than 8 of the rarest class.
    """
    smallest = max(SMALLEST, 60 / max(rows, 1), 0.0 if rarest is None else 8 / max(rarest, 1))
    return None if smallest > 0.4 else np.geomspace(smallest, 1.0, LEVELS)


def nested(order: npt.NDArray[np.generic], fractions: Floats) -> tuple[Ints, ...]:
    """Return nested parts (positions, rising) of rows in the order of their keys; equal keys stay together.

    Parameters
    ----------
    order : (n,) keys: hashes of rows, hashes of groups, or times with the latest first.
    fractions : (L,) wanted shares of the rows, rising to 1.
    """
    by_key = np.argsort(order, kind="stable")
    keys = order[by_key]
    ends = np.append(np.flatnonzero(keys[1:] != keys[:-1]) + 1, len(keys))
    out = []
    for share in fractions:
        cut = int(ends[np.argmin(np.abs(ends - share * len(keys)))])
        out.append(np.sort(by_key[:cut]).astype(np.int64))
    return tuple(out)


def measure(chains: Sequence[Chain], metric: Metric, seed: int) -> Points | None:
    """Score the chains; None when fewer than three of them can be scored.

    A metric with a threshold gets one for each level, chosen on the rows of all chains. The noise of held-out rows is that
    of a bootstrap of their units which draws the same rows for every level, since their differences are what counts.
    """
    if len(chains) < LEAST_CHAINS:
        return None
    levels = len(chains[0].sizes)
    y = np.concatenate([c.y for c in chains])
    cuts = [metric.choose(y, np.concatenate([c.predictions[k] for c in chains])) for k in range(levels)]
    scores, noise, kept = [], [], []
    for chain in chains:
        found = [metric.at(chain.y, p, cut) for p, cut in zip(chain.predictions, cuts, strict=True)]
        unit, count = codes(chain.units)
        columns = [metric.column(chain.y, p) for p in chain.predictions]
        drawn = np.concatenate(
            [
                np.stack([c.scores(w, np.full(len(w), cut)) for c, cut in zip(columns, cuts, strict=True)], axis=1)
                for w in resamples(unit, count, RESAMPLES, seed)
            ]
        )  # fmt: skip
        drawn = drawn[np.isfinite(drawn).all(axis=1)]
        if np.isfinite(found).all() and len(drawn) >= RESAMPLES // 2:
            scores.append(found)
            noise.append(np.cov(drawn, rowvar=False))
            kept.append(chain)
    if len(kept) < LEAST_CHAINS:
        return None
    sizes = np.array([c.sizes for c in kept], dtype=np.float64)
    fractions = (sizes / sizes[:, -1:]).mean(axis=0)
    if (np.diff(fractions) < 0.02).any():
        return None
    rows = float(np.exp(np.log(sizes[:, -1]).mean()))
    return Points(fractions, np.asarray(scores), np.asarray(noise), rows)


@dataclass(frozen=True, slots=True)
class Curve:
    """Power laws that fit, one for each exponent, each with its weight.

    In the direction of the metric turned so that greater is better, the score at ``x`` times the largest training set is
    ``s - g u(x)`` with ``u(x) = (x^-c - 1) / (f^-c - 1)``: s the score at the largest set, g the gain since the smallest
    (a share f of it).

    Attributes
    ----------
    weights : (C,) of the exponents.
    centre : (C, 2) estimates of s and g; ``spread`` (C, 2, 2) their covariance.
    freedom : degrees of freedom of the noise.
    """

    metric: Metric
    points: Points
    weights: Floats
    centre: Floats
    spread: Floats
    freedom: float
    confidence: float

    @property
    def sign(self) -> float:
        return 1.0 if self.metric.greater_is_better else -1.0

    @property
    def rows(self) -> float:
        """Training rows of the largest sets that were measured."""
        return self.points.rows

    def _u(self, x: float) -> Floats:
        first = self.points.fractions[0]
        power = np.zeros(len(EXPONENTS)) if math.isinf(x) else x**-EXPONENTS
        return np.asarray((power - 1) / (first**-EXPONENTS - 1))

    def gain(self, start: float, end: float) -> Range:
        """Return the gain from ``start`` to ``end`` times the largest training set (``inf``: without limit).

        Positive when the score improves. The estimate is never negative: more rows are not taken to hurt on average.
        The ends of the interval may be, which says that the points do not show a gain.
        """
        step = self._u(start) - self._u(end)
        low, high = self._ends(self.centre[:, 1] * step, np.sqrt(self.spread[:, 1, 1]) * np.abs(step))
        value = float(self.weights @ (np.maximum(self.centre[:, 1], 0.0) * step))
        return Range(value=value, low=min(low, value), high=max(high, value))

    def score(self, x: float) -> Range:
        """Return the score at ``x`` times the largest training set, inside the metric's bounds; low <= high as numbers."""
        u = self._u(x)
        growing = np.maximum(self.centre[:, 1], 0.0)
        middle = self.centre[:, 0] - growing * u
        variance = (
            self.spread[:, 0, 0] - 2 * u * self.spread[:, 0, 1] + u * u * self.spread[:, 1, 1]
        )  # fmt: skip
        low, high = self._ends(middle, np.sqrt(np.maximum(variance, 0.0)))
        # The mean over exponents, not the median of the mixture: it cannot fall as rows grow.
        value = self.metric.clip(self.sign * float(self.weights @ middle))
        ends = [self.metric.clip(self.sign * v) for v in (low, high)]
        return Range(value=value, low=min(*ends, value), high=max(*ends, value))

    @property
    def rises(self) -> float:
        """Probability that more rows improve the score at all."""
        from scipy.special import stdtr

        sd = np.sqrt(self.spread[:, 1, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(sd > 0, self.centre[:, 1] / sd, np.sign(self.centre[:, 1]) * np.inf)
        return float(self.weights @ np.nan_to_num(stdtr(self.freedom, t), nan=0.5))

    def enough(self, start: float, small: float, most: float = 16.0) -> float | None:
        """Return from which factor of rows on (``start`` times the largest set is 1) doubling gains less than ``small``."""
        for k in np.geomspace(1.0, most, 97):
            if self.gain(start * k, 2 * start * k).value < small:
                return float(k)
        return None

    def _ends(self, middle: Floats, sd: Floats) -> tuple[float, float]:
        """Return the interval of a mixture of t distributions, one for each exponent."""
        from scipy.special import stdtrit

        nodes = stdtrit(self.freedom, (np.arange(_NODES) + 0.5) / _NODES)
        values = (middle[:, None] + sd[:, None] * nodes).ravel()
        mass = np.repeat(self.weights / _NODES, _NODES)
        order = np.argsort(values, kind="stable")
        below = np.cumsum(mass[order])
        tail = 1 - self.confidence
        low, high = (
            float(values[order][min(int(np.searchsorted(below, q)), len(values) - 1)])
            for q in (tail, 1 - tail)
        )
        return low, high


def fit(
    points: Points, metric: Metric, *, rows: int, confidence: float = 0.95, next_draw: bool = False
) -> Curve:
    """Fit power laws to the mean scores of the chains by generalised least squares.

    Parameters
    ----------
    rows : rows of the whole table, of which the largest training sets are a part.
    confidence : one-sided, of each end of the intervals.
    next_draw : intervals are for one further window or draw of groups, not for the mean of the chains.

    Notes
    -----
    Covariance of the mean scores: that of the held-out rows (paired bootstrap), and that of the draw of training rows, in
    inverse proportion to their number. The latter is estimated by the method of moments from how the chains disagree about
    the shape of the curve beyond what their held-out rows explain. Training sets of m rows out of N share m/N of
    their rows, so chains are alike by that much (Nadeau & Bengio 2003), and averaging them takes that much less noise away.
    When the best law fits worse than the noise allows, the noise is widened to what is seen (Birge 1932).
    Forward windows differ in how much a longer past helps, and few groups in what they teach; the next ones are a further draw
    of that, so with ``next_draw`` the gain's variance grows by ``(1 + 1/J) s^2``, s the standard deviation of the gains of J windows, and freedom is J - 1.
    """
    sign = 1.0 if metric.greater_is_better else -1.0
    scores, fractions = sign * points.scores, points.fractions
    chains, levels = scores.shape
    mean, held = scores.mean(axis=0), points.noise.mean(axis=0) / chains
    alike = np.minimum(fractions * points.rows / max(rows, points.rows), 1.0)
    training = _training_noise(scores, points.noise, fractions, alike)
    sigma = held + np.diag(training / fractions * ((1 - alike) / chains + alike))
    sigma += np.eye(levels) * max(1e-12, 1e-6 * float(np.trace(sigma)) / levels)
    precision = np.linalg.inv(sigma)
    centre, spread, misfit, evidence = [], [], [], []
    for c in EXPONENTS:
        u = (fractions**-c - 1) / (fractions[0] ** -c - 1)
        design = np.stack([np.ones(levels), -u], axis=1)
        cov = np.linalg.inv(design.T @ precision @ design)
        at = cov @ design.T @ precision @ mean
        rest = mean - design @ at
        centre.append(at)
        spread.append(cov)
        misfit.append(float(rest @ precision @ rest))
        evidence.append(0.5 * math.log(max(float(np.linalg.det(cov)), 1e-300)))
    worse = max(1.0, min(misfit) / (levels - 2))
    apart, freedom = 0.0, float((chains - 1) * (levels - 1))
    if next_draw:
        apart = (1 + 1 / chains) * float(np.var(scores[:, -1] - scores[:, 0], ddof=1))
        freedom = float(chains - 1)
    logs = np.asarray(evidence) - 0.5 * np.asarray(misfit) / worse
    weights = np.exp(logs - logs.max())
    covariance = worse * np.asarray(spread)
    covariance[:, 1, 1] += apart
    return Curve(metric, points, weights / weights.sum(), np.asarray(centre), covariance, freedom, confidence)


def _training_noise(scores: Floats, noise: Floats, fractions: Floats, alike: Floats) -> float:
    """Return the variance that the draw of training rows adds at the largest size, never below zero.

    Residuals of chains and levels (two-way) hold the held-out rows' noise, which is known, and this one.
    """
    chains, levels = scores.shape
    rest = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0) + scores.mean()
    centring = np.eye(levels) - 1 / levels
    known = (1 - 1 / chains) * float(np.trace(centring @ noise.sum(axis=0) @ centring))
    unit = (chains - 1) * float(np.trace(centring @ np.diag((1 - alike) / fractions) @ centring))
    return max(0.0, float((rest**2).sum()) - known) / unit if unit > 0 else 0.0


def full_data_gain(curve: Curve, share: float) -> Range:
    """Return the gain from training on ``share`` of the rows, as cross-validation does, to training on all of them.

    Positive when the score improves. It is a fact about the past of the curve as much as about its future (the step from
    4/5 to all rows is short); a floor is not raised by it.

    Raises
    ------
    ValueError
        When the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of the rows must lie above 0 and at most 1, not {share:g}")
    return curve.gain(1.0, 1.0 / share)
