"""Expected score and floor of the next period, from forward windows.

A confidence bound for the mean of the windows would say how good the past was on average. The customer
gets the next period, one more draw of the same kind, so the bound is a prediction bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.intervals import next_on_line, t_quantile
from lowtide.stats.local_level import next_value
from lowtide.stats.resampling import Ints, blocks, codes, resamples
from lowtide.stats.scales import Scale, fitted
from lowtide.validate.selection import STEPS, Bools, Selector, blend, looked_at

METHOD = "windows"
_TREND = 0.99
"""Confidence (one-sided) beyond which a worsening over the windows is taken for a trend."""
_DIFFER, _WANDER = 1.0, 2.0
"""Scales of the priors for how much periods differ and how far the level wanders, in units of a window's own
noise. Chosen on the tables for choosing (docs/decisions/floor.md)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """What each forward window showed.

    Attributes
    ----------
    scores : (K,) score of what was selected on the other windows, in order of time.
    noise : (K,) standard deviation of each score from the rows of the window alone, on the scale.
    sizes : (K,) rows.
    scale : on which the windows' scores are taken for roughly normal.
    """

    scores: Floats
    noise: Floats
    sizes: Ints
    metric: Metric
    scale: Scale


@dataclass(frozen=True, slots=True)
class Ahead:
    """Expected score and floor of the next period; ``trend`` tells that a worsening was continued."""

    expected: float
    floor: float
    trend: bool


def judge_windows(
    y: Floats,
    cube: Floats,
    window: Ints,
    units: Ints,
    metric: Metric,
    candidates: Bools,
    *,
    seed: int,
    times: int = 100,
    members: int = STEPS,
) -> Windows:
    """Judge each window by what the other windows would have selected.

    Parameters
    ----------
    window : (n,) number of the forward window of each row, in order of time; rows in order of time within.
    units : (n,) groups, or one number a row: then noise comes from blocks of consecutive rows.
    """
    names = np.unique(window)
    looked = looked_at(np.arange(len(y), dtype=np.int64), seed, cube.shape[2] if cube.ndim == 3 else 2)
    selector = Selector(y[looked], cube[looked], metric, candidates, members)
    others = (window[looked][None, :] != names[:, None]).astype(np.float64)
    picks = selector.pick(others)
    scores, noise = np.empty(len(names)), np.full(len(names), math.nan)
    drawn: list[Floats] = []
    for k, name in enumerate(names):
        inside = window == name
        mixed = blend(cube, picks[k])
        cut = metric.choose(y[~inside], mixed[~inside]) if metric.thresholded else math.nan
        scores[k] = metric.at(y[inside], mixed[inside], cut)
        unit = units[inside]
        single = len(np.unique(unit)) == len(unit)
        cluster = blocks(len(unit), math.isqrt(len(unit))) if single else codes(unit)[0]
        column = metric.column(y[inside], mixed[inside])
        draws = resamples(cluster, int(cluster.max()) + 1, times, seed + k)
        drawn.append(np.concatenate([column.scores(w, np.full(len(w), cut)) for w in draws]))
    sizes = np.bincount(window)[names].astype(np.int64)
    # A perfect score in a window of m rows says no more than "fewer than about one mistake in m".
    scale = fitted(metric.low, metric.high, scores[np.isfinite(scores)], edge=0.25 / float(sizes.mean()))
    for k, values in enumerate(drawn):
        good = scale.forward(values[np.isfinite(values)])
        if len(good) > 1:
            noise[k] = float(np.std(good, ddof=1))
    return Windows(scores, noise, sizes, metric, scale)


def ahead(found: Windows, confidence: float, rows: int | None = None) -> Ahead:
    """Return what to expect of the next period and its floor.

    Both come from the predictive distribution of one more window under a local-level model on a
    symmetric scale (`lowtide.stats.local_level`): the windows' own noise is known from their rows; how much
    periods differ beyond it, and how far the level wanders from one to the next, is not. When the windows clearly worsen, the line through
    them is continued by one step, if that is lower. ``rows``: size of the next batch, when it differs from the
    windows (smaller batches add noise).
    """
    metric, scale = found.metric, found.scale
    there = np.isfinite(found.scores)
    sign = 1.0 if metric.greater_is_better else -1.0
    values = sign * scale.forward(found.scores[there])
    errors = _errors(found, there)
    usual = float(np.sqrt(np.mean(errors**2)))
    size = float(np.mean(found.sizes[there]))
    following = usual if rows is None else usual * math.sqrt(max(1.0, size / rows))
    told = next_value(values, errors, following, differ=_DIFFER, wander=_WANDER)
    expected = told.mean
    bound = min(told.quantile(1 - confidence), expected)
    trend = False
    if len(values) >= 4:
        at_line, line_bound, t = next_on_line(values, confidence, usual)
        trend = t < -t_quantile(_TREND, len(values) - 2)
        if trend:
            # The line's own bound is for a window of the usual size.
            more = t_quantile(confidence, math.inf) * math.sqrt(following**2 - usual**2)
            line_bound = at_line - math.hypot(at_line - line_bound, more)
            expected, bound = min(expected, at_line), min(bound, line_bound)
    return Ahead(metric.clip(scale.back(sign * expected)), metric.clip(scale.back(sign * bound)), trend)


def _errors(found: Windows, there: Bools) -> Floats:
    """Return (K,) standard deviations of the windows' scores from their own rows, none of them zero.

    A window without a mistake, or with nothing but mistakes, would have none: it is given that of a share of
    which half a case was seen (1 on the logit and the logarithmic scale). Where a deviation is unknown the
    usual one stands in.
    """
    errors = found.noise[there].copy()
    known = errors[np.isfinite(errors) & (errors > 0)]
    scores, low, high = found.scores[there], found.scale.low, found.scale.high
    at_edge = (scores - low <= found.scale.edge) | (high - scores <= found.scale.edge)
    usual = float(np.sqrt(np.mean(known**2))) if len(known) else 1.0 if at_edge.any() else 0.0
    errors = np.where(np.isfinite(errors) & (errors > 0), errors, usual)
    errors = np.where(at_edge, np.maximum(errors, 1.0), errors)
    spread = float(np.std(found.scale.forward(scores), ddof=1))
    return np.maximum(errors, max(1e-3 * spread, 1e-9))


@dataclass(frozen=True, slots=True)
class WindowBatches:
    """Floors of batches in the next period."""

    windows: Windows
    confidence: float

    def floor_of(self, rows: int) -> float | None:
        """Return the one-sided bound for the next ``rows`` rows."""
        return ahead(self.windows, self.confidence, rows).floor
