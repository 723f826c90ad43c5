"""The tide table of a run: the headline, the second scheme, and what else may happen to the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from lowtide.core.interval import Scenario
from lowtide.core.result import Importance
from lowtide.steps.fold_models import FoldModels
from lowtide.steps.job import Job, Prepared
from lowtide.steps.judge import Verdict
from lowtide.steps.naive import sample
from lowtide.tables.table import Floats, Ints, Table

if TYPE_CHECKING:
    from lowtide.validate.budget import Budget
    from lowtide.validate.scenarios.waters import Models, Seen, Waters

# Rows that scenarios look at: enough to see a slice of 2 % clearly.
ROWS = 5_000
# Rows that are predicted again by fold models.
MODEL_ROWS = 1_500
# Stretches of time when the scheme itself has no windows.
STRETCHES = 6
MOST_LEVELS = 50


def scenarios(
    job: Job,
    prepared: Prepared,
    verdict: Verdict,
    budget: Budget,
    models: FoldModels | None = None,
    important: Sequence[Importance] = (),
) -> tuple[Scenario, ...]:
    """Return the headline, the second scheme when the data has one, and every case that can be looked at.

    Parameters
    ----------
    models : fold models for what needs new predictions. important : columns of the model, the most important first.
    """
    from lowtide.validate.scenarios import CASES, build, explore

    estimates = [verdict.estimate]
    other = _second(job, prepared, verdict, budget)
    if other is not None:
        estimates.append(other)
    waters = waters_of(job, prepared, verdict, models, important)
    others = () if waters is None else explore(waters, CASES)
    return build(estimates, headline=verdict.plan.scheme, batch_rows=job.batch_rows, others=others)


def _second(job: Job, prepared: Prepared, verdict: Verdict, budget: Budget) -> Any:
    """Judge the shipped combination under the plan's second scheme, if there is one and time for it."""
    from lowtide.splits.choose import second
    from lowtide.splits.make import make
    from lowtide.splits.units import units
    from lowtide.splits.verify import verify
    from lowtide.validate.floor import estimate

    plan = second(verdict.plan)
    weights = verdict.estimate.weights
    chosen = np.flatnonzero(weights > 0)
    if plan is None or not len(chosen):
        return None
    cost = sum(verdict.records[t].seconds for t in chosen)
    if not budget.fits(cost):
        return None
    y, n = prepared.target.y, len(prepared.table)
    folds = make(plan, keys=verdict.ties, groups=verdict.groups, times=None, y=y, seed=job.seed)
    verify(plan, folds, groups=verdict.groups, times=None)
    shape = (n, len(chosen)) if verdict.cube.ndim == 2 else (n, len(chosen), verdict.cube.shape[2])
    cube, place = np.full(shape, np.nan), np.full(n, -1, dtype=np.int64)
    for fold in folds:
        place[fold.test] = fold.index
        for t, trial in enumerate(chosen):
            recipe = verdict.records[trial].recipe
            # A new group's name says nothing: it may not be used here.
            columns = tuple(c for c in recipe.columns if c != plan.group)
            recipe = msgspec.structs.replace(recipe, columns=columns)
            cube[fold.test, t] = prepared.fitter(recipe, fold.train, fold.test)
    return estimate(
        y, cube, units=units(plan, keys=verdict.ties, groups=verdict.groups, times=None), metric=verdict.metric,
        kind=prepared.target.kind, scheme=plan.scheme, folds=place, times=None, confidence=verdict.confidence,
        seed=job.seed, batch_rows=job.batch_rows,
    )  # fmt: skip


def waters_of(
    job: Job,
    prepared: Prepared,
    verdict: Verdict,
    models: FoldModels | None = None,
    important: Sequence[Importance] = (),
) -> Waters | None:
    """Return what scenarios look at, or None when there is no promise that they could change."""
    from lowtide.validate.scenarios.waters import Waters

    estimate, held, y = verdict.estimate, verdict.held, prepared.target.y
    if estimate.floor.value is None or estimate.expected is None:
        return None
    rows = np.flatnonzero(_known(held) & np.isfinite(y)).astype(np.int64)
    rows = rows[sample(len(rows), ROWS, job.seed)]
    rule, baseline = None, None
    if verdict.baseline is not None:
        place, baseline = verdict.baseline
        rule = verdict.cube[rows, place]
        rule = rule if _known(rule).all() else None
    metric = verdict.metric
    return Waters(
        y=y[rows], p=held[rows], units=verdict.units[rows], metric=metric, kind=prepared.target.kind,
        expected=estimate.expected, floor=estimate.floor.value, seen=_seen(prepared, verdict, rows), rule=rule,
        baseline=baseline, folds=verdict.places[rows], windows=_windows(verdict, rows), threshold=estimate.threshold,
        rule_threshold=float("nan") if rule is None else metric.choose(y[rows], rule),
        confidence=verdict.confidence, seed=job.seed, models=_models(prepared, verdict, models, important, rows),
        no_models="no_time" if models is None or not models.parts else "too_few_rows",
    )  # fmt: skip


def _known(values: Floats) -> Any:
    return np.isfinite(values if values.ndim == 1 else values.sum(axis=1))


def _seen(prepared: Prepared, verdict: Verdict, rows: Ints) -> Seen:
    """Return the columns by which a slice may be named: none with personal data."""
    from lowtide.tables.personal import personal_kinds
    from lowtide.validate.scenarios.waters import Seen

    table = prepared.table
    private = personal_kinds(table.contract.guesses)
    part = table.take(rows)
    names = [n for n in verdict.prepared.features if n not in private]
    numbers = {n: part.numbers(n) for n in names if table.role(n) == "number"}
    categories = {}
    for name in names:
        if table.role(name) in ("category", "ordinal") and table.column(name).type in ("text", "bool"):
            codes, levels = part.codes(name)
            if len(levels) <= MOST_LEVELS:
                categories[name] = (codes, levels)
    return Seen(numbers, categories)


def _windows(verdict: Verdict, rows: Ints) -> Ints | None:
    """Return the stretch of time of each row: its forward window, or one of `STRETCHES` equal parts."""
    if verdict.plan.by_time:
        return verdict.places[rows]
    if verdict.times is None or not np.isfinite(verdict.times[rows]).all():
        return None
    times = verdict.times[rows]
    edges = np.unique(np.quantile(times, np.linspace(0, 1, STRETCHES + 1)[1:-1]))
    return np.searchsorted(edges, times, side="right").astype(np.int64)


def _models(
    prepared: Prepared,
    verdict: Verdict,
    models: FoldModels | None,
    important: Sequence[Importance],
    rows: Ints,
) -> Models | None:
    """Return the fold models over those of the rows that they did not see."""
    from lowtide.learn.ensemble import combine
    from lowtide.validate.scenarios.waters import Models

    if models is None or not models.parts or not important:
        return None
    places = [np.flatnonzero(np.isin(rows, test)).astype(np.int64) for _, test in models.parts]
    spare = MODEL_ROWS / max(1, sum(len(p) for p in places))
    places = [p[sample(len(p), max(1, int(spare * len(p))), prepared.fitter.seed)] for p in places]
    where = np.concatenate(places)
    ends = np.cumsum([0, *(len(p) for p in places)])

    def predict(table: Table) -> Floats:
        found = []
        for (members, _), start, stop in zip(models.parts, ends[:-1], ends[1:], strict=True):
            part = table.take(np.arange(start, stop, dtype=np.int64))
            answers = [m.fitted.predict(m.preparation.transform(part)) for _, m in members]
            found.append(combine(answers, [weight for weight, _ in members]))
        return np.concatenate(found)

    plan, table = verdict.plan, prepared.table.take(rows[where])
    return Models(
        rows=where, table=table, predict=predict, plain=predict(table),
        ranked=tuple(i.column for i in important), ordered=plan.by_time,
        clock=frozenset(n for n in (plan.time, *plan.parts) if n is not None),
    )  # fmt: skip
