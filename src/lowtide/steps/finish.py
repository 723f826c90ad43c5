"""From a verdict to what is handed over: the fitted model, the facts, the bundle, the report."""

from __future__ import annotations

import datetime
import platform
import re
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from lowtide.core.interval import Lead, Scenario
from lowtide.core.recipe import Recipe
from lowtide.core.result import Charts, ColumnFacts, RunResult, Split, TrialFacts
from lowtide.core.text import write_bytes
from lowtide.steps import charts
from lowtide.steps.job import Job, Listener, Prepared
from lowtide.steps.judge import Verdict
from lowtide.steps.naive import sample
from lowtide.tables.table import Floats

if TYPE_CHECKING:
    from lowtide.models.model import Model
    from lowtide.models.pipeline import Pipeline
    from lowtide.study import Study
    from lowtide.validate.budget import Budget

PACKAGES = ("lowtide", "numpy", "scipy", "scikit-learn", "lightgbm", "duckdb", "pyarrow")
# Rows among which the worst slice is looked for: enough to see a slice of 2 % clearly.
SLICE_ROWS = 6_000


def finish(job: Job, verdict: Verdict, budget: Budget, listen: Listener) -> Study:
    """Fit what was selected on all rows, collect the facts, write bundle and report."""
    from lowtide.study import Study

    prepared = verdict.prepared
    budget.release("refit")
    budget.reserve("end", 2.0)
    pipeline = fit_selected(prepared, verdict)
    result = facts_of(job, prepared, verdict, pipeline, budget)
    model = model_of(prepared, verdict, pipeline, result)
    listen.stage("report")
    if job.folder is not None:
        result = write_all(job, prepared, result, model, budget)
    return Study(result=result, model=model)


def fit_selected(prepared: Prepared, verdict: Verdict) -> Pipeline:
    """Fit every trial of the shipped combination on all rows; without one, the best rule."""
    from lowtide.models.pipeline import Pipeline

    everything = np.arange(len(prepared.table), dtype=np.int64)
    weights = verdict.estimate.weights
    chosen = [(verdict.records[t].recipe, float(weights[t])) for t in np.flatnonzero(weights > 0)]
    if not chosen and verdict.baseline is not None:
        chosen = [(verdict.records[verdict.baseline[0]].recipe, 1.0)]
    members = tuple(
        replace(prepared.fitter.fit(recipe, everything), weight=weight) for recipe, weight in chosen
    )
    target = prepared.target
    return Pipeline(members, target.kind, target.classes, target.positive)


def model_of(prepared: Prepared, verdict: Verdict, pipeline: Pipeline, result: RunResult) -> Model:
    """Put the fitted pipeline and its promise together."""
    from lowtide.models.build import build

    threshold = verdict.estimate.threshold
    return build(
        pipeline, task=result.task, table=prepared.table, metric=result.metric,
        greater_is_better=result.greater_is_better, floor=result.floor, expected=result.expected,
        baseline=result.baseline, baseline_name=_rule_name(result), scheme=result.split.scheme,
        scenarios=result.scenarios, findings=result.findings, quarantined=result.quarantined,
        threshold=threshold if np.isfinite(threshold) else 0.5, trials=result.trials, seed=result.seed,
        created=result.created,
    )  # fmt: skip


def _rule_name(result: RunResult) -> str:
    """Return the name of the best rule, with the column that it looks at."""
    column = result.baseline_rule.get("source") or result.baseline_rule.get("column")
    return f"{result.baseline_name} (`{column}`)" if isinstance(column, str) else result.baseline_name


def facts_of(job: Job, prepared: Prepared, verdict: Verdict, pipeline: Pipeline, budget: Budget) -> RunResult:
    """Collect everything that the run found out."""
    from lowtide.profiling.profile import profile

    table, target, estimate, plan = prepared.table, prepared.target, verdict.estimate, verdict.plan
    columns = profile(table, target)
    used = set(pipeline.needed)
    baseline = None if verdict.baseline is None else verdict.records[verdict.baseline[0]]
    rule = _rule(prepared, baseline.recipe) if baseline is not None else {}
    held = verdict.held if verdict.held.ndim == 1 else verdict.held.sum(axis=1)
    return RunResult(
        task=msgspec.structs.replace(
            prepared.task, group=plan.group, time=plan.time, metric=verdict.metric.name, deploy=plan.scheme
        ),
        assumptions=verdict.assumptions,
        source=table.contract.source,
        rows=len(table),
        columns=len(table.names),
        total_rows=table.total_rows,
        target={"name": target.name, "kind": target.kind, "classes": list(target.classes),
                "positive": target.positive, **target.facts},
        contract=table.contract.guesses,
        column_facts=tuple(_used(c, c.name in used) for c in columns),
        ragged=len(table.ragged),
        findings=prepared.audit.findings,
        not_applicable=prepared.audit.not_applicable,
        quarantined=prepared.audit.quarantined,
        questions=prepared.audit.questions,
        split=Split(
            scheme=plan.scheme,
            column=plan.time if plan.by_time else plan.group if plan.by_group else None,
            reason=plan.reason,
            folds=len({f.index for f in verdict.folds}),
            repeats=plan.repeats,
            gap=plan.gap or None,
            held_out=int(np.isfinite(held).sum()),
            verified=True,
            facts={k: v for k, v in plan.facts.items() if isinstance(v, str | int | float | bool)},
        ),
        metric=verdict.metric.name,
        greater_is_better=verdict.metric.greater_is_better,
        metric_unit=target.name if verdict.metric.unit == "target" else "",
        baseline=None if verdict.baseline is None else verdict.baseline[1],
        baseline_name="" if baseline is None else baseline.recipe.name,
        baseline_rule=rule,
        expected=estimate.expected,
        floor=estimate.floor,
        lead=lead_of(job, prepared, verdict),
        naive=verdict.naive,
        best_cv=estimate.best_cv,
        scenarios=scenarios(job, prepared, verdict, budget),
        trials=verdict.in_ledger,
        trial_table=_trial_table(verdict),
        model={
            "members": [
                {"name": m.recipe.name, "learner": m.recipe.learner, "weight": m.weight, "columns": len(m.recipe.columns)}
                for m in pipeline.members
            ],
            "columns": sorted(used, key=table.names.index),
        },
        charts=_charts(prepared, verdict, budget),
        ledger={"question": verdict.question, "trials": verdict.in_ledger, **verdict.facts},
        vault=verdict.vault,
        budget=job.budget,
        seed=job.seed,
        seconds=round(budget.spent, 2),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        versions=versions(),
    )  # fmt: skip


def _used(column: ColumnFacts, used: bool) -> ColumnFacts:
    return msgspec.structs.replace(column, used=used)


def _rule(prepared: Prepared, recipe: Recipe) -> dict[str, Any]:
    """Return the best baseline, fitted on all rows, in values that a person can apply by hand."""
    everything = np.arange(len(prepared.table), dtype=np.int64)
    from lowtide.models.rules import rule_facts

    return {"name": recipe.name, **rule_facts(prepared.fitter.fit(recipe, everything))}


def lead_of(job: Job, prepared: Prepared, verdict: Verdict) -> Lead | None:
    """Return how far the model is ahead of the best baseline on the same rows."""
    from lowtide.validate.lead import lead

    if verdict.baseline is None or not verdict.estimate.weights.any():
        return None
    found = lead(
        verdict.estimate, prepared.target.y, verdict.held, verdict.cube[:, verdict.baseline[0]], units=verdict.units,
        folds=verdict.places, confidence=verdict.confidence, seed=job.seed,
    )  # fmt: skip
    return None if found is None else msgspec.structs.replace(found, confidence=job.confidence)


def _trial_table(verdict: Verdict) -> tuple[TrialFacts, ...]:
    weights = verdict.estimate.weights
    return tuple(
        TrialFacts(
            name=r.recipe.name, learner=r.recipe.learner, score=r.scores.get(verdict.metric.name),
            seconds=round(r.seconds, 3), status=r.status, baseline=r.recipe.baseline, weight=float(weights[t]),
            reason=_without_values(r.reason or "") if r.status == "failed" else "",
        )
        for t, r in enumerate(verdict.records)
    )  # fmt: skip


def _without_values(reason: str) -> str:
    """Take what stands in quotes out of a message: it may be a value of a person."""
    return re.sub(r"""(['"]).*?\1""", "…", reason)


def scenarios(job: Job, prepared: Prepared, verdict: Verdict, budget: Budget) -> tuple[Scenario, ...]:
    """Return the headline, the second scheme when the data has one, and the worst slice."""
    from lowtide.validate.scenarios import build

    estimates = [verdict.estimate]
    other = _second(job, prepared, verdict, budget)
    if other is not None:
        estimates.append(other)
    worst = _worst_slice(job, prepared, verdict)
    if worst is not None:
        worst = _no_better(worst, verdict) if _weaker(worst, verdict) else None
    return build(estimates, headline=verdict.plan.scheme, batch_rows=job.batch_rows, worst=worst)


def _weaker(slice_: Scenario, verdict: Verdict) -> bool:
    """Say whether a slice is expected to do worse than all rows: otherwise it is no warning."""
    if slice_.expected is None or verdict.estimate.expected is None:
        return True
    sign = 1.0 if verdict.metric.greater_is_better else -1.0
    return sign * (verdict.estimate.expected - slice_.expected) > 0


def _no_better(slice_: Scenario, verdict: Verdict) -> Scenario:
    """Return the slice with a floor no better than that of all rows.

    A slice is judged on its rows alone; what else the headline's floor allows for (other periods, new groups)
    happens to a slice too.
    """
    whole = verdict.estimate.floor.value
    if slice_.floor is None or whole is None:
        return slice_
    worse = min if verdict.metric.greater_is_better else max
    return msgspec.structs.replace(slice_, floor=worse(slice_.floor, whole))


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
    folds = make(plan, keys=verdict.keys, groups=verdict.groups, times=None, y=y, seed=job.seed)
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
        y, cube, units=units(plan, keys=verdict.keys, groups=verdict.groups, times=None), metric=verdict.metric,
        kind=prepared.target.kind, scheme=plan.scheme, folds=place, times=None, confidence=verdict.confidence,
        seed=job.seed, batch_rows=job.batch_rows,
    )  # fmt: skip


def _worst_slice(job: Job, prepared: Prepared, verdict: Verdict) -> Scenario | None:
    from lowtide.tables.personal import personal_kinds
    from lowtide.validate.scenarios import slices_of, worst_slice

    table, held = prepared.table, verdict.held
    seen = np.isfinite(held if held.ndim == 1 else held[:, 0]) & np.isfinite(prepared.target.y)
    if verdict.estimate.floor.value is None or seen.sum() < 200:
        return None
    private = personal_kinds(table.contract.guesses)
    rows = np.flatnonzero(seen)
    rows = rows[sample(len(rows), SLICE_ROWS, job.seed)]
    part = table.take(rows)
    names = [n for n in verdict.prepared.features if n not in private]
    numbers = {n: part.numbers(n) for n in names if table.role(n) == "number"}
    categories = {}
    for name in names:
        if table.role(name) in ("category", "ordinal") and table.column(name).type in ("text", "bool"):
            codes, levels = part.codes(name)
            if len(levels) <= 50:
                categories[name] = (codes, levels)
    return worst_slice(
        prepared.target.y[rows], held[rows], verdict.units[rows], slices_of(numbers, categories), verdict.metric,
        threshold=verdict.estimate.threshold, confidence=verdict.confidence, seed=job.seed,
    )  # fmt: skip


def _charts(prepared: Prepared, verdict: Verdict, budget: Budget) -> Charts:
    target, metric, plan = prepared.target, verdict.metric, verdict.plan
    dated = plan.facts.get("time_type") == "date"
    cut = verdict.estimate.threshold

    def score(y: Floats, p: Floats) -> float:
        return metric.at(y, p, cut)

    weights = verdict.estimate.weights
    importances: tuple[Any, ...] = ()
    if weights.any() and verdict.folds:
        best = verdict.records[int(np.argmax(weights))].recipe
        fold = verdict.folds[len({f.index for f in verdict.folds}) - 1]
        importances = charts.importances(
            best, prepared.fitter, target.y, fold.train, fold.test, score,
            greater_is_better=metric.greater_is_better, seed=prepared.fitter.seed, stop=_late(budget),
        )  # fmt: skip
    return Charts(
        calibration=charts.calibration(target.y, verdict.held, target.kind),
        over_time=charts.over_time(target.y, verdict.times, dated, target.kind),
        windows=charts.windows(target.y, verdict.held, verdict.folds, verdict.times, dated, score)
        if plan.by_time
        else (),
        importances=importances,
    )


def _late(budget: Budget) -> Any:
    return lambda: budget.seconds is not None and budget.spent > budget.seconds


def versions() -> dict[str, str]:
    """Return the versions that the numbers depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def write_all(job: Job, prepared: Prepared, result: RunResult, model: Model, budget: Budget) -> RunResult:
    """Write bundle, report, facts and settings into the project folder."""
    from lowtide.models.bundle import save
    from lowtide.project import CONFIG, write_template
    from lowtide.report.html import write

    assert job.folder is not None
    folder = job.folder
    save(model, folder / "bundle")
    bundle = folder / "bundle"
    report = folder / "report.html"
    result = msgspec.structs.replace(
        result, bundle=str(bundle), report=str(report), seconds=round(budget.spent, 2)
    )
    write(result, report, lang=job.lang)
    write_bytes(folder / "result.json", msgspec.json.encode(result))
    if not (folder / CONFIG).exists() and isinstance(job.source, str | Path):
        write_template(
            folder, source=str(job.source), task=job.task, read=job.read,
            guesses=prepared.table.contract.guesses, questions=prepared.audit.questions,
            findings=prepared.audit.findings, vault=job.vault,
        )  # fmt: skip
    return result
