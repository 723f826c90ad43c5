"""The floor: what the shipped model will at least do, corrected for everything that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lowtide.core.interval import Floor
from lowtide.core.task import Kind, Scheme
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes
from lowtide.validate import exchangeable, windows
from lowtide.validate.bootstrap import fixed_scores, reselect
from lowtide.validate.selection import STEPS, Bools, complete_trials, select
from lowtide.validate.selection import blend as mix

SCENARIO: Mapping[Scheme, str] = {
    "rows": "new rows",
    "groups": "new groups",
    "future": "next period",
    "groups+future": "new groups, next period",
}
LEAST_ROWS = 30
LEAST_OF_CLASS = 10
LEAST_GROUPS = 8
LEAST_WINDOWS = 3
_FEW_ROWS_RESAMPLES, _MANY_ROWS_RESAMPLES = 500, 300


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a cube of out-of-fold predictions promises, under one scheme.

    Attributes
    ----------
    scheme : how the held-out predictions were made.
    metric : the metric of all scores here.
    expected : estimate of the shipped model's score, corrected for selection; None when there is none.
    floor : bad-side bound, or its refusal.
    best_cv : best single score over all trials that may be shipped, not corrected.
    selected_cv : score of the shipped blend on the rows that it was selected on, not corrected.
    weights : (T,) of the shipped blend, summing to 1; all zero when nothing could be selected.
    threshold : chosen on all held-out rows (NaN when the metric needs none).
    scores : out-of-bag scores of the resamples, or scores of the windows.
    rows, units, trials : rows judged, units of dependence, trials that were compared.
    trend : the windows worsen and the floor follows.
    """

    scheme: Scheme
    metric: Metric
    expected: float | None
    floor: Floor
    best_cv: float | None
    selected_cv: float | None
    weights: Floats
    threshold: float
    scores: Floats
    rows: int
    units: int
    trials: int
    trend: bool = False
    batches: exchangeable.UnitBatches | windows.WindowBatches | None = field(default=None, repr=False)

    def batch_floor(self, rows: int) -> float | None:
        """Return the floor for the next ``rows`` rows; None without a floor or for too small a batch."""
        if self.batches is None or self.floor.value is None or rows < 1:
            return None
        value = self.batches.floor_of(rows)
        if value is None:
            return None
        return exchangeable.bad_side(self.metric, self.floor.value, value)


@dataclass(frozen=True, slots=True)
class _Held:
    """The rows that were judged, in order of time when there is one."""

    y: Floats
    cube: Floats
    units: Ints
    folds: Ints
    candidates: Bools
    members: int


def estimate(
    y: Floats,
    cube: Floats,
    *,
    units: Ints,
    metric: Metric,
    kind: Kind,
    scheme: Scheme,
    folds: Ints,
    times: Floats | None = None,
    confidence: float = 0.95,
    selectable: Bools | None = None,
    seed: int = 0,
    resamples: int | None = None,
    batch_rows: int | None = None,
    few_ok: bool = False,
    blend: bool = True,
) -> Estimate:
    """Select what is shipped and bound its performance.

    Parameters
    ----------
    y : (n,) outcomes; NaN rows are left out.
    cube : (n, T) or (n, T, classes) out-of-fold predictions of all trials ever made; NaN where a trial
        did not predict. Trials that lack rows which others have can neither be compared nor chosen.
    units : (n,) unit of dependence: the row number, or the group.
    folds : (n,) fold, or forward window (numbered in order of time, -1 for never held out).
    times : (n,) moments, for the order of rows inside windows.
    selectable : (T,) False for trials that are not for shipping (baselines).
    resamples : bootstrap resamples; by default 500, 300 for more than 5,000 rows.
    batch_rows : when given, the floor is that of a batch of this many rows.
    blend : ship a blend of trials where that is better; False ships the best single trial.
    few_ok : bound even when there are too few positives, groups or windows for a promise.

    Returns
    -------
    Estimate
        With ``floor.value`` None and ``floor.refusal`` one of ``no_trials``, ``one_class``, ``too_few_rows``,
        ``too_few_positives``,
        ``too_few_negatives``, ``too_few_groups``, ``too_few_windows``, ``unstable`` when no floor can be given.

    Notes
    -----
    Rows and groups: `lowtide.validate.exchangeable`. Future: `lowtide.validate.windows`.
    """
    y, cube = np.asarray(y, dtype=np.float64), np.asarray(cube, dtype=np.float64)
    judged, complete = complete_trials(cube)
    judged &= np.isfinite(y) & ((folds >= 0) if "future" in scheme else True)
    allowed = complete if selectable is None else complete & np.asarray(selectable, dtype=bool)
    index = np.flatnonzero(judged)
    if "future" in scheme and times is not None:
        index = index[np.argsort(times[index], kind="stable")]
    held = _Held(y[index], cube[index], units[index], folds[index], allowed, STEPS if blend else 1)
    blank = Floor(value=None, confidence=confidence, scenario=SCENARIO[scheme])
    if not allowed.any() or not len(index):
        return _without(held, metric, scheme, cube.shape[1], _refuse(blank, "no_trials", None))
    weights = select(
        held.y, held.cube, metric, candidates=allowed, kind=kind, seed=seed, members=held.members
    )
    few = _too_few(held, kind, scheme)
    if few is not None and (not few_ok or few[0] in ("one_class", "no_trials")):
        blank = _refuse(blank, *few)
    made = _future if "future" in scheme else _exchangeable
    return made(held, weights, metric, kind, scheme, blank, seed=seed, resamples=resamples, batch=batch_rows)


def _exchangeable(
    held: _Held,
    weights: Floats,
    metric: Metric,
    kind: Kind,
    scheme: Scheme,
    blank: Floor,
    *,
    seed: int,
    resamples: int | None,
    batch: int | None,
) -> Estimate:
    times = resamples or (_FEW_ROWS_RESAMPLES if len(held.y) <= 5000 else _MANY_ROWS_RESAMPLES)
    found = reselect(
        held.y, held.cube, held.units, metric, held.candidates, times=times, seed=seed, members=held.members
    )
    mixed = mix(held.cube, weights)
    # Hits and misses are skewed by no more than a normal interval bears.
    losses = None if metric.thresholded else metric.burden(held.y, mixed)
    cut = metric.choose(held.y, mixed)
    shipped = fixed_scores(held.y, mixed, held.units, metric, cut, times=times, seed=seed)
    selected = metric.at(held.y, mixed, cut)
    told = exchangeable.correct(
        found,
        shipped,
        selected,
        metric,
        scheme,
        blank.confidence,
        _evidence(held, kind),
        _skewness(held, losses),
    )
    floor = _filled(blank, told.floor, exchangeable.METHOD, told.usable >= 0.5)
    batches = exchangeable.UnitBatches(
        held.y, mixed, held.units, metric, cut, told.expected, told.floor, blank.confidence, seed
    )
    result = _estimate(held, weights, metric, scheme, cut, found.out, _number(told.expected), floor, batches)
    return _for_batch(result, batch)


def _future(
    held: _Held,
    weights: Floats,
    metric: Metric,
    kind: Kind,
    scheme: Scheme,
    blank: Floor,
    *,
    seed: int,
    resamples: int | None,
    batch: int | None,
) -> Estimate:
    mixed = mix(held.cube, weights)
    cut = metric.choose(held.y, mixed)
    if len(np.unique(held.folds)) < 2:
        at = _number(metric.at(held.y, mixed, cut))
        return _estimate(held, weights, metric, scheme, cut, np.empty(0), at, blank, None)
    found = windows.judge_windows(
        held.y,
        held.cube,
        held.folds,
        held.units,
        metric,
        held.candidates,
        seed=seed,
        times=resamples or 100,
        members=held.members,
    )
    there = int(np.isfinite(found.scores).sum())
    if there < 2:
        floor = blank if blank.refusal else _refuse(blank, "unstable", None)
        at = _number(float(np.nanmean(found.scores))) if there else None
        return _estimate(held, weights, metric, scheme, cut, found.scores, at, floor, None)
    next_one = windows.ahead(found, blank.confidence)
    floor = _filled(blank, next_one.floor, windows.METHOD, there >= LEAST_WINDOWS or blank.refusal is None)
    batches = windows.WindowBatches(found, blank.confidence)
    result = _estimate(
        held, weights, metric, scheme, cut, found.scores, next_one.expected, floor, batches, next_one.trend
    )
    return _for_batch(result, batch)


def _too_few(held: _Held, kind: Kind, scheme: Scheme) -> tuple[str, int] | None:
    """Return the code of what there is too little of, and how many more are needed."""
    if len(held.y) < LEAST_ROWS:
        return "too_few_rows", LEAST_ROWS - len(held.y)
    if kind in ("binary", "multiclass"):
        counts = np.bincount(held.y.astype(np.int64))
        if (counts > 0).sum() < 2:
            return "one_class", 1
        rare = int(counts.min()) if kind == "binary" else int(counts.sum() - counts.max())
        if rare < LEAST_OF_CLASS:
            negatives = kind == "binary" and counts[0] < counts[1]
            return "too_few_negatives" if negatives else "too_few_positives", LEAST_OF_CLASS - rare
    if "groups" in scheme:
        count = len(np.unique(held.units))
        if count < LEAST_GROUPS:
            return "too_few_groups", LEAST_GROUPS - count
    if "future" in scheme:
        count = len(np.unique(held.folds))
        if count < LEAST_WINDOWS:
            return "too_few_windows", LEAST_WINDOWS - count
    return None


def _evidence(held: _Held, kind: Kind) -> int:
    """Return the number of units that carry the evidence: all, or those outside or in the commonest class."""
    unit, units = codes(held.units)
    if kind == "regression":
        return max(2, units)
    common = held.y == np.argmax(np.bincount(held.y.astype(np.int64)))
    return max(2, min(units, len(np.unique(unit[~common])), len(np.unique(unit[common]))))


def _skewness(held: _Held, losses: Floats | None) -> float:
    """Return the skewness of the units' losses over the root of their number; 0 where losses are unknown."""
    if losses is None:
        return 0.0
    unit, units = codes(held.units)
    each = np.bincount(unit, weights=losses)
    spread = float(each.std())
    return float(((each - each.mean()) ** 3).mean()) / spread**3 / units**0.5 if spread > 0 else 0.0


def _refuse(blank: Floor, code: str, needed: int | None) -> Floor:
    return Floor(
        value=None, confidence=blank.confidence, scenario=blank.scenario, refusal=code, needed=needed
    )


def _filled(blank: Floor, value: float, method: str, stable: bool) -> Floor:
    if blank.refusal is not None:
        return blank
    if not stable or not np.isfinite(value):
        return _refuse(blank, "unstable", None)
    return Floor(value=value, confidence=blank.confidence, scenario=blank.scenario, method=method)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _estimate(
    held: _Held,
    weights: Floats,
    metric: Metric,
    scheme: Scheme,
    cut: float,
    scores: Floats,
    expected: float | None,
    floor: Floor,
    batches: exchangeable.UnitBatches | windows.WindowBatches | None,
    trend: bool = False,
) -> Estimate:
    mixed = mix(held.cube, weights)
    return Estimate(
        scheme=scheme,
        metric=metric,
        expected=expected,
        floor=floor,
        best_cv=_best(held, metric),
        selected_cv=_number(metric.at(held.y, mixed, cut)),
        weights=weights,
        threshold=cut,
        scores=scores,
        rows=len(held.y),
        units=codes(held.units)[1],
        trials=int(
            np.isfinite(held.cube).reshape(len(held.y), held.cube.shape[1], -1).all(axis=(0, 2)).sum()
        ),
        trend=trend,
        batches=batches,
    )


def _best(held: _Held, metric: Metric) -> float | None:
    """Return the best single score with its own best threshold: what a hurried search would report."""
    scores = []
    for t in np.flatnonzero(held.candidates):
        p = held.cube[:, t]
        scores.append(metric.at(held.y, p, metric.choose(held.y, p)))
    good = [s for s in scores if np.isfinite(s)]
    return (max(good) if metric.greater_is_better else min(good)) if good else None


def _for_batch(result: Estimate, rows: int | None) -> Estimate:
    """Return the estimate with its floor replaced by that of a batch, when one was asked for."""
    if rows is None or result.floor.value is None:
        return result
    from dataclasses import replace

    value = result.batch_floor(rows)
    floor = result.floor
    if value is None:
        return replace(result, floor=_refuse(floor, "too_few_rows", None))
    name = f"{floor.scenario}, {rows} rows"
    return replace(
        result, floor=Floor(value=value, confidence=floor.confidence, scenario=name, method=floor.method)
    )


def _without(held: _Held, metric: Metric, scheme: Scheme, trials: int, floor: Floor) -> Estimate:
    return Estimate(
        scheme=scheme,
        metric=metric,
        expected=None,
        floor=floor,
        best_cv=None,
        selected_cv=None,
        weights=np.zeros(trials),
        threshold=float("nan"),
        scores=np.empty(0),
        rows=len(held.y),
        units=codes(held.units)[1],
        trials=0,
    )
