"""What to do next: ship what, would more rows or columns help, what a better floor costs in data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lowtide.core.decision import (
    ColumnsAnswer,
    CurvePoint,
    Decision,
    FloorPrice,
    LearningCurve,
    Range,
    RowsAnswer,
    Twins,
    advice,
    verdict,
)  # fmt: skip
from lowtide.core.interval import Lead
from lowtide.steps.job import Job, Prepared

if TYPE_CHECKING:
    from lowtide.metrics import Metric
    from lowtide.splits.plan import Fold
    from lowtide.steps.judge import Verdict
    from lowtide.validate.budget import Budget
    from lowtide.validate.learning_curve import Chain, Curve
    from lowtide.validate.ledger_schema import TrialRecord

MOST_CHAINS = 5
SHARE_OF_TIME, MOST_OF_TIME = 0.12, 0.2
SMALL = 0.02
"""A gain below this share of the way from the rule to a perfect score is not worth a word."""
EXHAUSTED = 3.0
"""Columns are exhausted when no function of them can be better by more than so many small gains."""
# Times the present rows at which the curve is read off.
AHEAD = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


def decide(job: Job, prepared: Prepared, judged: Verdict, lead: Lead | None, budget: Budget) -> Decision:
    """Draw every conclusion that the evidence carries; what is missing is named by a code.

    The learning curve costs fits, so it is left out (``no_time``) when they would not end in time.
    """
    estimate, metric, began = judged.estimate, judged.metric, budget.spent
    missing: dict[str, str] = {}
    baseline = None if judged.baseline is None else judged.baseline[1]
    small = small_gain(estimate.expected, baseline, metric)
    found = _curve(job, prepared, judged, budget)
    curve, told = (None, None) if isinstance(found, str) else (found[0], _told(*found, small))
    if isinstance(found, str):
        missing["curve"] = found
    alike = _twins(prepared, judged)
    if alike is None:
        missing["twins"] = "too_few_twins"
    price = None if job.batch_rows else _price(prepared, judged, curve, baseline, job.confidence)
    if price is None:
        # A batch's own luck does not shrink with more data.
        missing["price"] = "batch" if job.batch_rows else "no_floor"
    rows = rows_answer(told, None if curve is None else curve.rises, small)
    columns = columns_answer(rows, told, alike, estimate.expected, small, metric.greater_is_better)
    ship, reason, facts = _ship(judged, lead, baseline)
    return Decision(
        ship=ship, reason=reason, facts=facts, rows=rows, columns=columns, small=small, curve=told, twins=alike,
        price=price, missing=missing, seconds=round(budget.spent - began, 2),
    )  # fmt: skip


def _ship(judged: Verdict, lead: Lead | None, baseline: float | None) -> tuple[Any, str, dict[str, Any]]:
    floor, up = judged.estimate.floor.value, judged.metric.greater_is_better
    shipped = bool(judged.estimate.weights.any())
    if not shipped and baseline is not None:
        reason = "no_model"
    else:
        reason = verdict(floor, baseline, None if lead is None else lead.bound, greater_is_better=up)
    facts: dict[str, Any] = {
        "floor": floor, "baseline": baseline, "lead": None if lead is None else lead.bound,
        "bundle": "model" if shipped else "rule",
    }  # fmt: skip
    return advice(reason), reason, facts


def small_gain(expected: float | None, baseline: float | None, metric: Metric) -> float | None:
    """Return the gain that is not worth a word: 2 % of the way from the rule (or the model) to a perfect score."""
    start = baseline if baseline is not None else expected
    perfect = metric.high if metric.greater_is_better else metric.low
    if start is None or not math.isfinite(perfect):
        return None
    return SMALL * abs(perfect - start)


def rows_answer(curve: LearningCurve | None, rises: float | None, small: float | None) -> RowsAnswer:
    """Say whether twice the rows would help; for a past that cannot be doubled, whether its older half did.

    ``help``: the interval of the gain lies above zero and the estimate is not small; ``little``: it is small.
    ``not_measurably``: the gain is small at best. ``unclear``: zero and a gain that is worth it both fit. ``hurt``: the points
    fall as rows are added.
    """
    if curve is None or rises is None:
        return "unknown"
    gain, least = curve.double or curve.last, small or 0.0
    if rises < 0.05:
        return "hurt"
    if gain.high < least:
        return "not_measurably"
    if gain.low > 0:
        return "help" if gain.value >= least else "little"
    return "unclear"


def columns_answer(
    rows: RowsAnswer,
    curve: LearningCurve | None,
    twins: Twins | None,
    expected: float | None,
    small: float | None,
    up: bool,
) -> ColumnsAnswer:
    """Say whether other columns are what is needed.

    ``exhausted``: rows that are alike end differently so often that no function of these columns can be better by more
    than a little (than the model is, or than its heaviest member is by its curve). ``needed``: more rows do not help
    measurably. ``rows_first``: rows help, columns were not the limit yet. Otherwise it is not known.
    """
    if twins is not None and twins.best is not None and expected is not None:
        now = [expected, *_present(curve)]
        room = (twins.best - max(now)) if up else (min(now) - twins.best)
        if room <= EXHAUSTED * (small or 0.0):
            return "exhausted"
    if rows in ("not_measurably", "hurt"):
        return "needed"
    if rows == "help":
        return "rows_first"
    return "unknown" if curve is None else "unclear"


def _present(curve: LearningCurve | None) -> list[float]:
    """Return the curve's score at the present rows."""
    if curve is None:
        return []
    return [p.score for p in curve.points if not p.measured and p.rows == curve.rows][:1]


# Learning curve ----------------------------------------------------------------------------------


def _curve(
    job: Job, prepared: Prepared, judged: Verdict, budget: Budget
) -> tuple[Curve, str, int, str] | str:
    """Measure and fit the curve of the shipped combination's heaviest member; or the code why not."""
    from lowtide.validate import learning_curve as curves

    weights = judged.estimate.weights
    budget.release("decide")
    if not weights.any():
        return "no_model"
    record = judged.records[int(np.argmax(weights))]
    chosen = _folds(judged)
    if len(chosen) < curves.LEAST_CHAINS:
        return "too_few_folds"
    chains = _chains(job, prepared, judged, record, chosen, budget)
    if isinstance(chains, str):
        return chains
    points = curves.measure(chains, judged.metric, job.seed)
    if points is None:
        return "unscored"
    rows = int(np.isfinite(prepared.target.y).sum())
    curve = curves.fit(
        points, judged.metric, rows=rows, confidence=job.confidence, next_draw=judged.plan.scheme != "rows"
    )
    return curve, record.recipe.name, rows, _parts(judged)


def _folds(judged: Verdict) -> list[Fold]:
    """Return the folds of the first repeat; under a future scheme the last windows, whose past is longest."""
    first = [f for f in judged.folds if f.repeat == 0]
    return first[-MOST_CHAINS:] if judged.plan.by_time else first[:MOST_CHAINS]


def _parts(judged: Verdict) -> str:
    return "recent" if judged.plan.by_time else "groups" if judged.plan.by_group else "random"


def _chains(
    job: Job, prepared: Prepared, judged: Verdict, record: TrialRecord, folds: list[Fold], budget: Budget
) -> list[Chain] | str:
    """Train on nested parts of each fold's training rows and predict the same held-out rows.

    Under ``future`` the parts are the most recent rows: more data will mean a longer past, and what a longer past is
    worth is told by how much the older part of this one adds. Under ``groups`` whole groups are added.
    """
    from lowtide.validate import learning_curve as curves

    y, many = prepared.target.y, prepared.target.kind != "regression"
    trial = judged.records.index(record)
    known = _predicted_once(judged, record)
    usable: list[tuple[Fold, tuple[Any, ...], float]] = []
    why = "too_few_rows"
    for fold in folds:
        counts = np.bincount(y[fold.train].astype(np.int64)) if many else None
        rarest = None if counts is None else int(counts[counts > 0].min())
        fractions = curves.fractions_for(len(fold.train), rarest)
        if fractions is None:
            continue
        parts = curves.nested(_order(judged, fold, job.seed), fractions)
        if not _distinct(parts) or (many and any(len(np.unique(y[fold.train[p]])) < 2 for p in parts)):
            why = "too_few_groups" if judged.plan.by_group else "too_few_different"
            continue
        fitted = fractions[:-1] if known else fractions
        # Small parts cost more than their share.
        usable.append((fold, parts, len(fold.train) * float((0.3 + 0.7 * fitted).sum())))
    if len(usable) < curves.LEAST_CHAINS:
        return why
    rate = record.seconds / max(sum(len(f.train) for f in judged.folds), 1)
    if judged.plan.by_time:
        usable.reverse()
    taken = _affordable([rate * work for _, _, work in usable], job, budget)
    if taken < curves.LEAST_CHAINS:
        return "no_time"
    chains: list[Chain] = []
    for fold, parts, _ in usable[:taken]:
        own = [
            prepared.fitter(record.recipe, fold.train[p], fold.test) for p in (parts[:-1] if known else parts)
        ]
        own += [judged.cube[fold.test, trial]] if known else []
        chains.append(
            curves.Chain(
                y[fold.test], judged.units[fold.test], np.array([len(p) for p in parts]), np.stack(own)
            )
        )
        if budget.over and len(chains) >= curves.LEAST_CHAINS:
            break
    return chains


def _predicted_once(judged: Verdict, record: TrialRecord) -> bool:
    """Say whether the held-out predictions of the run are those of single fits on these very folds."""
    first = judged.records[0]
    return judged.plan.repeats == 1 and (record.data, record.folds) == (first.data, first.folds)


def _affordable(costs: list[float], job: Job, budget: Budget) -> int:
    """Return how many chains fit: as many as 12 % of the time holds, three if they take up to 20 %."""
    from lowtide.validate.learning_curve import LEAST_CHAINS

    total = np.cumsum(costs)
    most = int((total <= SHARE_OF_TIME * job.budget).sum())
    if most < LEAST_CHAINS and total[LEAST_CHAINS - 1] <= MOST_OF_TIME * job.budget:
        most = LEAST_CHAINS
    while most and not budget.fits(float(total[most - 1])):
        most -= 1
    return most


def _order(judged: Verdict, fold: Fold, seed: int) -> Any:
    from lowtide.splits.hashing import mix

    if judged.plan.by_time:
        assert judged.times is not None
        return -judged.times[fold.train]
    if judged.plan.by_group:
        return mix(judged.units[fold.train], seed, 31, fold.index)
    return mix(judged.keys[fold.train], seed, 31, fold.index)


def _distinct(parts: tuple[Any, ...]) -> bool:
    """Say whether whole groups or moments still gave parts of clearly different sizes."""
    sizes = np.array([len(p) for p in parts], dtype=np.float64)
    return bool((sizes[1:] > 1.15 * sizes[:-1]).all() and sizes[0] >= 20)


def _told(curve: Curve, member: str, rows: int, parts: str, small: float | None) -> LearningCurve:
    """Return the curve in values: the measured points, then what it says of more rows."""
    from lowtide.validate.learning_curve import FAR, full_data_gain

    scale = rows / curve.rows
    known = curve.points
    spread = np.sqrt(np.maximum(np.diagonal(known.noise.mean(axis=0)), 0.0) / len(known.scores))
    points = [
        CurvePoint(rows=round(curve.rows * f), score=float(s), low=float(s - 1.645 * e), high=float(s + 1.645 * e), measured=True)
        for f, s, e in zip(known.fractions, known.scores.mean(axis=0), spread, strict=True)
    ]  # fmt: skip
    onward = parts != "recent"
    for k in (1 / scale, *(AHEAD if onward else ())):
        at = curve.score(scale * k)
        points.append(
            CurvePoint(
                rows=round(rows * k), score=at.value, low=at.low, high=at.high, measured=False, far=k > FAR
            )
        )
    enough = curve.enough(scale, small) if onward and small else None
    return LearningCurve(
        greater_is_better=curve.metric.greater_is_better, enough=None if enough is None else round(rows * enough),
        member=member, parts=parts, rows=rows, largest=round(curve.rows), chains=len(known.scores), points=tuple(points),
        full_data=full_data_gain(curve, min(1.0, 1 / scale)), last=curve.gain(0.5, 1.0),
        double=curve.gain(scale, 2 * scale) if onward else None, fourfold=curve.gain(scale, 4 * scale) if onward else None,
        limit=curve.score(math.inf) if onward else None,
    )  # fmt: skip


# Ceiling and price -------------------------------------------------------------------------------


def _twins(prepared: Prepared, judged: Verdict) -> Twins | None:
    """Look at rows that are alike in every column that a model may use."""
    from lowtide.tables.hashing import row_keys
    from lowtide.validate.ceiling import twins

    if not prepared.features:
        return None
    target = prepared.target
    return twins(
        target.y, row_keys(prepared.table, prepared.features), judged.metric, kind=target.kind,
        classes=max(len(target.classes), 2),
    )  # fmt: skip


def _price(
    prepared: Prepared, judged: Verdict, curve: Curve | None, baseline: float | None, confidence: float
) -> FloorPrice | None:
    from lowtide.validate.floor_price import floor_price

    estimate, plan = judged.estimate, judged.plan
    if estimate.expected is None or estimate.floor.value is None:
        return None
    windows = len({f.index for f in judged.folds}) if plan.by_time else None
    unit, units = (
        ("periods", windows)
        if windows is not None
        else ("groups" if plan.by_group else "rows", estimate.units)
    )
    # A longer past than the one that was measured is not extrapolated to.
    curve = None if plan.by_time else curve
    scale = 1.0 if curve is None else int(np.isfinite(prepared.target.y).sum()) / curve.rows

    def gain(k: float) -> Range:
        assert curve is not None
        return curve.gain(scale, scale * k)

    return floor_price(
        estimate.expected, estimate.floor.value, baseline, greater_is_better=judged.metric.greater_is_better, unit=unit,
        units=units or 0, windows=windows, gain=None if curve is None else gain, confidence=confidence,
    )  # fmt: skip
