"""From audited rows to a verdict: split, trials, selection, floor. Nothing here is fitted outside a fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.contract import Role
from lowtide.core.errors import UsageError
from lowtide.core.recipe import Recipe
from lowtide.core.result import Naive, VaultFacts
from lowtide.core.task import Assumption
from lowtide.steps.counting import counted, jointly, widen
from lowtide.steps.job import FEATURE_ROLES, Job, Listener, Prepared
from lowtide.steps.naive import naive
from lowtide.steps.ties import assumed, tied, tying
from lowtide.steps.vault import facts as vault_facts
from lowtide.steps.vault import identity
from lowtide.tables.table import Floats, Ints

if TYPE_CHECKING:
    from lowtide.metrics import Metric
    from lowtide.splits.plan import Fold, Plan
    from lowtide.validate.budget import Budget
    from lowtide.validate.floor import Estimate
    from lowtide.validate.ledger import Ledger
    from lowtide.validate.ledger_schema import TrialRecord

Keys = npt.NDArray[np.uint64]
NAIVE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging found.

    Attributes
    ----------
    prepared : the rows as models see them under the plan.
    cube : (n, T[, classes]) out-of-fold predictions of all T trials that count, of this run and earlier ones.
    records : their T records; ``estimate.weights`` (T,) says which are shipped.
    baseline : place of the best baseline in ``records`` and its score under the same scheme, or ``None``.
    places : (n,) fold or window in which each row was held out first, -1 for never.
    keys, ties : (n,) what a row is known by, and what decides its fold: rows that belong together have equal ties.
    held : (n[, classes]) held-out predictions of the shipped combination.
    confidence : at which each floor is computed, so that those seen in several metrics hold together.
    """

    prepared: Prepared
    plan: Plan
    assumptions: tuple[Assumption, ...]
    folds: tuple[Fold, ...]
    places: Ints
    units: Ints
    times: Floats | None
    groups: Ints | None
    keys: Keys
    ties: Keys
    metric: Metric
    cube: Floats
    records: tuple[TrialRecord, ...]
    selectable: npt.NDArray[np.bool_]
    estimate: Estimate
    baseline: tuple[int, float] | None
    held: Floats
    question: str
    in_ledger: int
    naive: Naive | None
    vault: VaultFacts | None
    confidence: float
    facts: dict[str, Any]


def make_budget(job: Job) -> Budget:
    """Start the clock of a run."""
    from lowtide.validate.budget import Budget

    if job.budget <= 0:
        raise UsageError(f"The budget must be a number of seconds above 0, not {job.budget:g}.")
    return Budget(job.budget)


def set_aside(budget: Budget, rows: int) -> None:
    """Keep time for what comes after the trials: the floor's resampling, slices, the report, the bundle.

    Seconds as measured on one core, twice over: resampling takes time in proportion to the rows.
    """
    budget.reserve("end", 3.0 + 3e-4 * rows)
    # What may go wrong after delivery is worth a twentieth of the time.
    budget.reserve("scenarios", 0.05 * (budget.seconds or 0.0))
    # For the learning curve; not when the time is too short for much else.
    if budget.seconds is not None and budget.seconds >= 20:
        budget.reserve("decide", 0.08 * budget.seconds)


def metric_of(job: Job, prepared: Prepared) -> Metric:
    """Return the metric that was asked for, or the kind's own."""
    from lowtide import metrics

    task = prepared.task
    assert task.kind is not None
    if task.metric is None:
        return metrics.get(metrics.default(task.kind))
    metric = metrics.cost(task.costs) if task.metric == "cost" else metrics.get(task.metric)
    if task.kind not in metric.kinds:
        fitting = ", ".join(m.name for m in metrics.METRICS if task.kind in m.kinds)
        raise UsageError(
            f"The metric {task.metric!r} does not judge a {task.kind} target. These do: {fitting}."
        )
    return metric


def judge(job: Job, prepared: Prepared, budget: Budget, listen: Listener) -> Verdict:
    """Choose the split, run the trials, compute the floor."""
    from lowtide.splits.choose import choose
    from lowtide.splits.hashing import group_keys
    from lowtide.splits.make import make
    from lowtide.splits.moments import moments
    from lowtide.splits.units import units as units_of
    from lowtide.splits.verify import verify

    table, target, task = prepared.table, prepared.target, prepared.task
    metric = metric_of(job, prepared)
    set_aside(budget, len(table))
    # A warning is worth a part of the time, not most of it.
    hurried = naive(prepared, metric) if budget.spent < NAIVE_SHARE * job.budget else None
    plan, assumptions = choose(table, target, task, prepared.audit.findings)
    keys = row_keys_of(prepared)
    codes = tying(prepared.audit.findings, prepared.audit.together)
    ties = tied(keys, codes, prepared.audit.together)
    assumptions = (*assumptions, *assumed(codes))
    groups = group_keys(table, plan.group) if plan.group is not None else None
    times = moments(table, plan.time, plan.parts) if plan.time is not None else None
    folds = make(plan, keys=ties, groups=groups, times=times, y=target.y, seed=job.seed)
    verify(plan, folds, groups=groups, times=times)
    places = places_of(folds, len(table))
    units = units_of(plan, keys=ties, groups=groups, times=times)
    prepared = under_plan(prepared, plan, groups, times)
    with _ledger(job) as ledger:
        cube, records, question, in_ledger, facts = _trials(
            job, prepared, plan, folds, keys, metric, ledger, budget, listen
        )
        selectable = np.array([not r.recipe.baseline and r.status == "done" for r in records], dtype=bool)
        listen.stage("floor")
        seen = (metric.name,) if ledger is None else ledger.metrics_looked_at(question, metric.name)
        confidence = jointly(job.confidence, len(seen))
        facts["metrics_looked_at"] = list(seen)
        estimate = _estimate(job, prepared, plan, places, units, times, metric, cube, selectable, confidence)
        estimate = _widened(estimate, prepared, folds, plan, cube, facts)
        if ledger is not None:
            ledger.look(question, metric=metric.name, what="floor", value=estimate.floor.value)
        vault = vault_facts(prepared.locked, 0 if ledger is None else ledger.count())
    baseline = best_baseline(records, cube, target.y, folds, plan, metric)
    return Verdict(
        prepared=prepared, plan=plan, assumptions=assumptions, folds=folds, places=places, units=units, times=times, groups=groups, keys=keys, ties=ties,
        metric=metric, cube=cube, records=records, selectable=selectable, estimate=estimate, baseline=baseline,
        held=_blend(cube, estimate.weights), question=question, in_ledger=in_ledger, naive=hurried, vault=vault,
        confidence=confidence, facts=facts,
    )  # fmt: skip


def places_of(folds: Sequence[Fold], n: int) -> Ints:
    """Return (n,) the fold or window in which each row was held out first; -1 for never."""
    places = np.full(n, -1, dtype=np.int64)
    for fold in folds:
        if fold.repeat == 0:
            places[fold.test] = fold.index
    return places


def row_keys_of(prepared: Prepared) -> Keys:
    """Return what a row is known by: its unit, or the content of all columns but the target."""
    from lowtide.tables.hashing import row_keys

    return row_keys(prepared.table, identity(prepared.table, prepared.task))


def features_under(prepared: Prepared, plan: Plan) -> tuple[str, ...]:
    """Return the columns that a model may use under a plan.

    The group's own name is of use only when the same groups come again; a moment that only counts upward
    teaches nothing that holds later, so a number that serves as the time is left out.
    """
    table = prepared.table
    kept = set(prepared.features)
    if plan.by_group:
        kept.discard(str(plan.group))
    elif plan.by_time and plan.group is not None and plan.group not in prepared.audit.quarantined:
        kept.add(plan.group)
    if plan.by_time and plan.time in kept and table.column(str(plan.time)).type == "number":
        kept.discard(str(plan.time))
    return tuple(n for n in table.names if n in kept)


def under_plan(prepared: Prepared, plan: Plan, groups: Ints | None, times: Floats | None) -> Prepared:
    """Return the rows as a model sees them under a plan: its features, and an entity that returns as a category."""
    features = features_under(prepared, plan)
    again: dict[str, Role] = {n: "category" for n in features if prepared.table.role(n) not in FEATURE_ROLES}
    table = prepared.table.with_roles(again) if again else prepared.table
    fitter = prepared.fitter.arranged(
        table, groups if plan.by_group else None, times if plan.by_time else None
    )
    return replace(prepared, table=table, features=features, fitter=fitter)


def _trials(
    job: Job,
    prepared: Prepared,
    plan: Plan,
    folds: tuple[Fold, ...],
    keys: Keys,
    metric: Metric,
    ledger: Ledger | None,
    budget: Budget,
    listen: Listener,
) -> tuple[Floats, tuple[TrialRecord, ...], str, int, dict[str, Any]]:
    """Run this run's trials; add the earlier ones of the same question."""
    from lowtide.learn.menu import menu
    from lowtide.validate.ledger_schema import data_key, question_key
    from lowtide.validate.trials import run_trials

    table, target, task, features = prepared.table, prepared.target, prepared.task, prepared.features
    recipes = menu(
        kind=target.kind, rows=len(table), columns=features, roles={n: table.role(n) for n in features},
        time=plan.by_time, seed=job.seed, size=job.size,
    )  # fmt: skip
    question = question_key(
        target=target.name, kind=target.kind, scheme=plan.scheme, group=plan.group, time=plan.time,
        horizon=task.horizon, gap=plan.gap, positive=target.positive,
    )  # fmt: skip
    roles = msgspec.json.encode([[c.name, c.type, c.role] for c in table.contract.columns]).decode()
    classes = max(len(target.classes), 1)
    width = classes if target.kind == "multiclass" else 1
    done = run_trials(
        recipes, folds=folds, y=target.y, kind=target.kind, classes=classes, keys=keys, metric=metric,
        fit_predict=prepared.fitter, ledger=ledger, question_key=question,
        data_key=data_key(keys, target.y, roles), budget=budget, seed=job.seed,
        progress=lambda p: listen.trial(p.trial, p.total, p.name, p.seconds_left, p.best),
    )  # fmt: skip
    cube, records = done.cube, list(done.records)
    in_ledger, known = len(records), list(done.records)
    if ledger is not None:
        older, known = ledger.cube(question, keys, width=width)
        in_ledger = len(known)
        mine = {r.identity for r in records}
        # A trial that used a column which is out by now answered another question.
        others = [
            place
            for place, r in enumerate(known)
            if r.identity not in mine and set(r.recipe.columns) <= set(features) and r.status == "done"
        ]
        cube = np.concatenate([cube, older[:, others]], axis=1)
        records += [known[place] for place in others]
    return cube, tuple(records), question, in_ledger, {**done.facts, **counted(cube, records, known)}


def _estimate(
    job: Job,
    prepared: Prepared,
    plan: Plan,
    places: Ints,
    units: Ints,
    times: Floats | None,
    metric: Metric,
    cube: Floats,
    selectable: npt.NDArray[np.bool_],
    confidence: float,
) -> Estimate:
    """Compute the floor at the confidence that it needs, and state the one that holds for all seen together."""
    from lowtide.validate.floor import estimate

    found = estimate(
        prepared.target.y, cube, units=units, metric=metric, kind=prepared.target.kind, scheme=plan.scheme,
        folds=places, times=times, confidence=confidence, selectable=selectable, seed=job.seed,
        batch_rows=job.batch_rows,
    )  # fmt: skip
    return replace(found, floor=msgspec.structs.replace(found.floor, confidence=job.confidence))


def _widened(
    estimate: Estimate,
    prepared: Prepared,
    folds: Sequence[Fold],
    plan: Plan,
    cube: Floats,
    facts: dict[str, Any],
) -> Estimate:
    """Widen an estimate by the trials that only count; windows count alike in what is expected of the future."""
    chosen = estimate.selected_cv
    if plan.by_time and facts["unseen"]:
        chosen = scheme_score(prepared.target.y, _blend(cube, estimate.weights), folds, plan, estimate.metric)
    return widen(estimate, chosen, facts, of_windows=plan.by_time)


def best_baseline(
    records: Sequence[TrialRecord], cube: Floats, y: Floats, folds: Sequence[Fold], plan: Plan, metric: Metric
) -> tuple[int, float] | None:
    """Return place and score of the best rule that needs no model; the first of equals.

    Under a future scheme it is the mean over windows, as the expected value is; thresholds are the best on
    the held-out rows themselves, which errs in the rule's favour.
    """
    sign = 1.0 if metric.greater_is_better else -1.0
    best: tuple[float, int] | None = None
    for place, record in enumerate(records):
        if not record.recipe.baseline or record.status != "done":
            continue
        pooled = scheme_score(y, cube[:, place], folds, plan, metric)
        # Folds put together rank the few values of a rule against each other; the better reading counts.
        each = [v for v in record.fold_scores if v is not None]
        value = sign * max(sign * v for v in (pooled, float(np.mean(each)) if each else pooled))
        if np.isfinite(value) and (best is None or sign * value > best[0]):
            best = (sign * value, place)
    return None if best is None else (best[1], sign * best[0])


def scheme_score(y: Floats, p: Floats, folds: Sequence[Fold], plan: Plan, metric: Metric) -> float:
    """Return the score of held-out predictions: of all rows, or the mean over forward windows."""
    held = np.isfinite(y) & (np.isfinite(p) if p.ndim == 1 else np.isfinite(p).all(axis=1))
    if not held.any():
        return float("nan")
    cut = metric.choose(y[held], p[held])
    if not plan.by_time:
        return metric.at(y[held], p[held], cut)
    scores = [metric.at(y[rows], p[rows], cut) for f in folds if len(rows := f.test[held[f.test]])]
    good = [v for v in scores if np.isfinite(v)]
    return float(np.mean(good)) if good else float("nan")


def _blend(cube: Floats, weights: Floats) -> Floats:
    from lowtide.validate.selection import blend

    return blend(cube, weights)


class _ledger:
    """The project's ledger, or nothing when there is no folder to keep one in."""

    def __init__(self, job: Job) -> None:
        self._folder = job.folder
        self._open: Ledger | None = None

    def __enter__(self) -> Ledger | None:
        if self._folder is not None:
            from lowtide.validate.ledger import Ledger

            self._open = Ledger.open(self._folder / "ledger")
        return self._open

    def __exit__(self, *error: object) -> None:
        if self._open is not None:
            self._open.close()


__all__ = ["Recipe", "Verdict", "judge", "make_budget", "metric_of"]
