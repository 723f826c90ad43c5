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

from lowtide.core.interval import Lead
from lowtide.core.recipe import Recipe
from lowtide.core.result import Charts, ColumnFacts, RunResult, Split, TrialFacts
from lowtide.core.text import write_bytes
from lowtide.steps import charts
from lowtide.steps.decide import decide
from lowtide.steps.fold_models import FoldModels, fold_models
from lowtide.steps.job import Job, Listener, Prepared
from lowtide.steps.judge import Verdict
from lowtide.steps.scenarios import scenarios
from lowtide.tables.table import Floats

if TYPE_CHECKING:
    from lowtide.models.model import Model
    from lowtide.models.pipeline import Pipeline
    from lowtide.study import Study
    from lowtide.validate.budget import Budget

PACKAGES = ("lowtide", "numpy", "scipy", "scikit-learn", "lightgbm", "duckdb", "pyarrow")


def finish(job: Job, verdict: Verdict, budget: Budget, listen: Listener) -> Study:
    """Fit what was selected on all rows, collect the facts, write bundle and report."""
    from lowtide.study import Study

    prepared = verdict.prepared
    budget.release("refit")
    budget.release("scenarios")
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
        created=result.created, ship="" if result.decision is None else result.decision.ship,
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
    ahead = lead_of(job, prepared, verdict)
    # Before the pictures, which take what time is left.
    decided = decide(job, prepared, verdict, ahead, budget)
    models = fold_models(prepared, verdict, budget)
    pictures = _charts(prepared, verdict, budget, models)
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
        checks=prepared.audit.checks,
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
        lead=ahead,
        naive=verdict.naive,
        best_cv=estimate.best_cv,
        scenarios=scenarios(job, prepared, verdict, budget, models, pictures.importances),
        trials=verdict.in_ledger,
        trial_table=_trial_table(verdict),
        model={
            "members": [
                {"name": m.recipe.name, "learner": m.recipe.learner, "weight": m.weight, "columns": len(m.recipe.columns)}
                for m in pipeline.members
            ],
            "columns": sorted(used, key=table.names.index),
        },
        charts=pictures,
        decision=decided,
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
        folds=verdict.places, baseline=verdict.baseline[1], confidence=verdict.confidence, seed=job.seed,
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


def _charts(prepared: Prepared, verdict: Verdict, budget: Budget, models: FoldModels | None) -> Charts:
    target, metric, plan = prepared.target, verdict.metric, verdict.plan
    dated = plan.facts.get("time_type") == "date"
    cut = verdict.estimate.threshold

    def score(y: Floats, p: Floats) -> float:
        return metric.at(y, p, cut)

    importances: tuple[Any, ...] = ()
    if models is not None:
        importances = charts.importances(
            models.first, prepared.table, target.y, models.test, score,
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
