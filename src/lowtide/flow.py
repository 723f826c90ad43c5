"""The spine: from a source to a floor, a bundle and a report. Reads like the product.

`run` is the whole job; `audit`, `profile` and `init` are its first stages alone. The stages do not know each
other: here they meet, and hand each other frozen values.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import numpy as np

from lowtide.core.contract import Guess, ReadContract, Role
from lowtide.core.errors import InputError, UsageError, unknown_column
from lowtide.core.finding import Finding, NotApplicable, Price
from lowtide.core.infosheet import Entry
from lowtide.core.result import ColumnFacts, RunResult
from lowtide.core.task import Costs, Kind, Scheme, Task
from lowtide.learn.menu import Size
from lowtide.steps.job import FEATURE_ROLES, Job, Listener, Prepared, Silent
from lowtide.tables.raw import ColumnSettings, ReadSettings
from lowtide.tables.table import Floats, Table
from lowtide.tables.target import Target

if TYPE_CHECKING:
    from lowtide.auditing.audit import Answer, Audit
    from lowtide.study import Study


def run(
    source: Any,
    target: str,
    *,
    kind: Kind | None = None,
    positive: str | None = None,
    unit: str | Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    metric: str | None = None,
    deploy: Scheme | None = None,
    gap: float | None = None,
    costs: Costs | None = None,
    budget: float = 60.0,
    seed: int = 0,
    confidence: float = 0.95,
    size: Size = "normal",
    threads: int | None = None,
    batch_rows: int | None = None,
    answers: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    out: str | Path | None = None,
    vault: float | None = None,
    release_vault: bool = False,
    open_vault: bool = False,
    progress: Listener | None = None,
) -> Study:
    """Do the whole job: read, audit, try models, compute the floor, fit what will be shipped.

    Parameters
    ----------
    source : a path, or any dataframe (pandas, polars, Arrow, ...).
    target : column to predict.
    kind : ``binary``, ``multiclass`` or ``regression``; by evidence when ``None``.
    positive : label of the positive class.
    unit, group, time : columns that identify a row, the entity that repeats, the moment of a row.
    weight : column of how much a row counts in fitting; scores are not weighted.
    metric : what to be judged by; ROC AUC or mean absolute error when ``None``.
    deploy : what deployment will be: ``rows``, ``groups``, ``future``, ``groups+future``. When ``None``, the
        worst that the data give evidence for.
    gap : pause between training and use, in days.
    costs : money per decision; makes ``metric="cost"`` available.
    budget : seconds to spend.
    seed : the same seed, data and versions give the same numbers at any number of threads.
    confidence : of the floor.
    size : ``quick``, ``normal`` or ``wide`` menu of trials.
    answers : answers to the audit's questions, e.g. ``{"duration": "drop", "LT204:boat": "use"}``.
    roles : roles of columns that were guessed wrongly.
    out : project folder; keeps the ledger of trials, the bundle and the report.
    vault : share of the rows (whole groups, or the last period) that is locked away at first sight: nothing
        sees their outcomes until they are opened. Needs ``out``; once locked, no later run has to repeat it.
    release_vault : let the rows of a vault that was opened train again.
    open_vault : instead of a run, judge the model of the last one on the vault. It can be done once.

    Returns
    -------
    Study

    Raises
    ------
    Refusal
        When no honest model can come of the data (one class, seven positives in ten thousand rows, ...).
    """
    units = (unit,) if isinstance(unit, str) else tuple(unit)
    task = Task(
        target=target, kind=kind, positive=positive, unit=units, group=group, time=time, weight=weight, metric=metric,
        deploy=deploy, gap=gap, costs=costs,
    )  # fmt: skip
    job = Job(
        source=source, task=task, budget=budget, seed=seed, confidence=confidence, size=size, threads=threads,
        batch_rows=batch_rows, answers=_answers(answers), folder=None if out is None else Path(out),
        columns=None if roles is None else {n: ColumnSettings(role=r) for n, r in roles.items()},
        vault=vault, release=release_vault, open_vault=open_vault,
    )  # fmt: skip
    return run_job(job, progress or Silent())


def run_job(job: Job, listen: Listener) -> Study:
    """Run the spine on a job; or open the vault of the last run, when that is the job."""
    from lowtide.steps import finish, judge

    if job.open_vault:
        from lowtide.steps.opening import open_vault

        return open_vault(job, listen)
    budget = judge.make_budget(job)
    prepared = prepare_job(job, listen)
    listen.stage("trials")
    verdict = judge.judge(job, prepared, budget, listen)
    listen.stage("fit")
    return finish.finish(job, verdict, budget, listen)


def prepare_job(
    job: Job,
    listen: Listener,
    *,
    prices: bool = True,
    test: Any = None,
    ledger: Path | None = None,
    least: bool = True,
) -> Prepared:
    """Read, settle the roles, find the target, audit.

    ``test`` is a second source that will be predicted, ``ledger`` a folder with a ledger that may have seen it.
    ``least``: refuse a table with too few cases for a model; the audit alone says so as a finding.
    """
    from lowtide.auditing.audit import audit as look
    from lowtide.steps.fitting import Fitter, fast_fit
    from lowtide.steps.vault import read_open

    listen.stage("read")
    whole, locked = read_open(job)
    table, target, task = settle(whole, job.task, least=least)
    second = second_target = looks = None
    if test is not None:
        second, second_target = _second(test, table, target, job)
        looks = None if ledger is None else _looks(ledger, table, second, task)
    listen.stage("audit")
    threads = job.threads or os.cpu_count() or 1
    fitter = Fitter(
        table, target.y, kind=target.kind, classes=max(len(target.classes), 1), threads=threads, seed=job.seed,
        weight=weights_of(table, task),
    )  # fmt: skip
    if prices:
        listen.stage("price")
    found = look(
        table,
        target,
        task,
        fit=fast_fit(fitter) if prices else None,
        answers=job.answers or {},
        seed=job.seed,
        test=second,
        test_target=second_target,
        unlabelled=_unlabelled(whole, table),
        looks=looks,
    )
    out = set(found.quarantined)
    features = tuple(n for n in table.names if table.role(n) in FEATURE_ROLES and n not in out)
    return Prepared(table, task, target, found, fitter, features, locked)


def _second(source: Any, table: Table, target: Target, job: Job) -> tuple[Table, Target | None]:
    """Read a second file that will be predicted, and its outcomes when it has them.

    Raises
    ------
    InputError
        When the files have no column in common besides the target.
    """
    from lowtide.core.errors import LowtideError
    from lowtide.tables.read import read as read_table
    from lowtide.tables.target import coded

    second = read_table(source, settings=job.read)
    if not set(second.names) & (set(table.names) - {target.name}):
        raise InputError("The two files have no column in common besides the target.")
    if target.name not in second.names:
        return second, None
    try:
        y = coded(second, target.name, kind=target.kind, classes=target.classes, positive=target.positive)
    except LowtideError:
        return second, None  # outcomes that cannot be read as the first file's are no outcomes
    return second, replace(target, y=y)


def _looks(folder: Path, table: Table, second: Table, task: Task) -> int:
    """Return how many trials of a ledger were judged on the rows of a second file.

    Raises
    ------
    InputError
        When there is no ledger in the folder.
    """
    from lowtide.steps.vault import identity
    from lowtide.tables.hashing import row_keys
    from lowtide.validate.ledger import Ledger

    place = next((p for p in (folder / "ledger", folder) if (p / "ledger.sqlite").is_file()), None)
    if place is None:
        raise InputError(f"There is no ledger in {folder}: give the project folder of a run.")
    # What a row is known by may have been read from either file.
    names = {identity(table, task), identity(second, task)}
    with Ledger.open(place) as ledger:
        return max(
            (ledger.trials_on(row_keys(second, n)) for n in names if set(n) <= set(second.names)), default=0
        )


def _unlabelled(whole: Table, table: Table) -> Table | None:
    """Return the rows of the file that have no outcome, or ``None``."""
    left = ~np.isin(whole.rows, table.rows)
    return whole.take(np.flatnonzero(left)) if left.any() else None


def weights_of(table: Table, task: Task) -> Floats | None:
    """Return (n,) how much each row counts in fitting; scores are never weighted.

    Raises
    ------
    InputError
        When the column is no number, or a weight is negative.
    """
    if task.weight is None:
        return None
    if table.column(task.weight).type != "number":
        raise InputError(
            f"The weight column {task.weight!r} was read as {table.column(task.weight).type}, not as numbers."
        )
    weights = table.numbers(task.weight)
    if np.nanmin(weights, initial=0.0) < 0:
        raise InputError(
            f"The weight column {task.weight!r} has negative numbers. Weights count rows: 0 or more."
        )
    return weights


def settle(table: Table, task: Task, *, least: bool = True) -> tuple[Table, Target, Task]:
    """Give declared columns their roles, drop rows without an outcome, fill the task's kind."""
    from lowtide.tables.target import make_target

    for name in (*task.unit, task.group, task.weight, None if task.time == ":order" else task.time):
        if name is not None and name not in table.names:
            raise unknown_column(name, table.names)
    target = make_target(table, task.target, kind=task.kind, positive=task.positive, least=least)
    if not set(table.names) - {task.target, *task.unit, task.group, task.weight}:
        raise InputError(
            f"There is no column besides the target {task.target!r} that could predict it. Add columns."
        )
    roles: dict[str, Role] = dict.fromkeys(task.unit, "id")
    if task.group is not None:
        roles[task.group] = "group"
    if task.weight is not None:
        roles[task.weight] = "weight"
    roles[task.target] = "target"
    table = table.with_roles(roles)
    known = np.isfinite(target.y)
    if not known.all():
        table, target = table.take(known), replace(target, y=target.y[known])
    filled = msgspec.structs.replace(task, kind=target.kind, positive=target.positive)
    return table, target, filled


@dataclass(frozen=True, slots=True)
class AuditLook:
    """What `audit` returns.

    Attributes
    ----------
    findings : worst first; within a severity the dearest first.
    questions : question-level findings that nobody answered.
    quarantined : columns that must be out until somebody answers.
    not_applicable : checks that had nothing to look at, and why.
    checks : codes of all checks.
    price : joint price of all: everything left as it is against everything remedied, or ``None``.
    sheet : the model info sheet, one entry a type of leakage.
    unused : what was to be ignored and is not there.
    sampled : rows that most checks looked at, drawn at random.
    source, target : what was looked at.
    """

    rows: int
    columns: int
    findings: tuple[Finding, ...]
    questions: tuple[Finding, ...]
    quarantined: tuple[str, ...]
    not_applicable: tuple[NotApplicable, ...]
    checks: tuple[str, ...] = ()
    price: Price | None = None
    sheet: tuple[Entry, ...] = ()
    unused: tuple[str, ...] = ()
    sampled: int = 0
    source: str = ""
    target: str = ""


def audit(
    source: Any,
    target: str | None = None,
    *,
    test: Any = None,
    unit: str | Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    kind: Kind | None = None,
    answers: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    ledger: str | Path | None = None,
    prices: bool = True,
    seed: int = 0,
    read: ReadSettings | None = None,
) -> AuditLook:
    """Look for leaks and bad splits; every finding with evidence and, if asked, its price in score.

    Parameters
    ----------
    source : a path, a dataframe, or a project folder: then its task and its answers hold.
    target : column to predict; a project folder knows it.
    test : a second source that will be predicted: rows that stand in both, preparation on all rows and
        different populations are found.
    ignore : findings that somebody knows about, as ``CODE`` or ``CODE:column``: they stay, answered "ignored".
    ledger : project folder whose trials may have been judged on ``test``.
    prices : estimate what each finding costs (fits a few small models).

    Returns
    -------
    AuditLook

    Raises
    ------
    UsageError
        When something is said that cannot be obeyed.
    InputError
        When a source cannot be read.
    """
    from lowtide.auditing.ignoring import ignore as ignored
    from lowtide.auditing.ignoring import parse
    from lowtide.core.infosheet import sheet

    ignores = parse(ignore)
    job = _audit_job(
        source, target, unit=unit, group=group, time=time, kind=kind, answers=answers, seed=seed, read=read
    )
    place = None if ledger is None else Path(ledger)
    prepared = prepare_job(job, Silent(), prices=prices, test=test, ledger=place, least=False)
    found = prepared.audit
    findings, unused = ignored(found.findings, ignores)
    return AuditLook(
        rows=len(prepared.table), columns=len(prepared.table.names), findings=findings,
        questions=tuple(f for f in findings if f.severity == "question" and f.answer is None),
        quarantined=found.quarantined, not_applicable=found.not_applicable, checks=found.checks,
        price=found.price, sheet=sheet(findings, found.not_applicable, found.checks), unused=unused,
        sampled=found.sampled,
        source=prepared.table.contract.source or "", target=prepared.task.target,
    )  # fmt: skip


def _audit_job(
    source: Any, target: str | None, *, unit: str | Sequence[str], group: str | None, time: str | None,
    kind: Kind | None, answers: Mapping[str, str] | None, seed: int, read: ReadSettings | None,
) -> Job:  # fmt: skip
    from lowtide.project import CONFIG
    from lowtide.steps.jobs import job_of

    units = (unit,) if isinstance(unit, str) else tuple(unit)
    said = _answers(answers)
    if isinstance(source, str | Path) and (Path(source).is_dir() or Path(source).name == CONFIG):
        job = job_of(
            str(source), out=None, lang="en", target=target, read=read, seed=seed, unit=units, group=group,
            time=time, kind=kind,
        )  # fmt: skip
        return replace(job, answers={**(job.answers or {}), **(said or {})})
    if target is None:
        raise UsageError("Say which column is to be predicted: --target COL.")
    task = Task(target=target, unit=units, group=group, time=time, kind=kind)
    return Job(source=source, task=task, seed=seed, answers=said, read=read or ReadSettings())


@dataclass(frozen=True, slots=True)
class ProfileLook:
    """What `profile` returns."""

    rows: int
    total_rows: int
    columns: tuple[ColumnFacts, ...]
    contract: ReadContract
    findings: tuple[Finding, ...] = ()


def profile(source: Any, *, target: str | None = None, read: ReadSettings | None = None) -> ProfileLook:
    """Look at the columns and at every guess made while reading.

    Parameters
    ----------
    source : a path or a dataframe.
    target : column to relate the others to.
    """
    from lowtide.profiling.profile import profile as look
    from lowtide.tables.read import read as read_table

    table = read_table(source, settings=read or ReadSettings())
    found = None
    if target is not None:
        from lowtide.tables.target import make_target

        found = make_target(table, target)
    return ProfileLook(len(table), table.total_rows, look(table, found), table.contract)


def read(source: Any, *, settings: ReadSettings | None = None) -> Table:
    """Read a source into a typed table with its read contract."""
    from lowtide.tables.read import read as read_table

    return read_table(source, settings=settings or ReadSettings())


@dataclass(frozen=True, slots=True)
class Made:
    """What `init` made."""

    folder: Path
    config: Path
    rows: int
    columns: int
    guesses: tuple[Guess, ...]
    audit: Audit


def init(
    folder: Path,
    source: str,
    *,
    target: str,
    unit: Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    read: ReadSettings | None = None,
    deploy: str | None = None,
    vault: float | None = None,
) -> Made:
    """Look at the data and write a project folder with a commented ``lowtide.toml``.

    ``vault`` locks that share of the rows away before outcomes are looked at; see `run`.
    """
    from lowtide.project import CONFIG, write_template

    if (folder / CONFIG).exists():
        raise UsageError(f"{folder / CONFIG} is there already: `lowtide run {folder}` uses it.")
    if deploy not in (None, *get_args(Scheme)):
        raise UsageError(f"deploy is one of {', '.join(get_args(Scheme))}, not {deploy!r}.")
    scheme: Scheme | None = deploy  # type: ignore[assignment]
    task = Task(target=target, unit=tuple(unit), group=group, time=time, deploy=scheme)
    job = Job(source=source, task=task, read=read or ReadSettings(), folder=folder, vault=vault)
    prepared = prepare_job(job, Silent())
    config = write_template(
        folder, source=source, task=task, read=job.read, guesses=prepared.table.contract.guesses,
        questions=prepared.audit.questions, findings=prepared.audit.findings, vault=vault,
    )  # fmt: skip
    return Made(
        folder, config, len(prepared.table), len(prepared.table.names), prepared.table.contract.guesses,
        prepared.audit,
    )  # fmt: skip


def run_source(
    source: str,
    *,
    out: Path | None = None,
    lang: str = "en",
    progress: Listener | None = None,
    **options: Any,
) -> Study:
    """Run a project folder, or a file (a project folder is made for it), as the command line does."""
    from lowtide.steps.jobs import job_of

    return run_job(job_of(source, out=out, lang=lang, **options), progress or Silent())


def summary(result: RunResult) -> dict[str, Any]:
    """Return what ``run --json`` prints: the result without the pictures' data."""
    whole: dict[str, Any] = msgspec.to_builtins(result)
    for name in ("charts", "column_facts", "contract"):
        whole.pop(name, None)
    return whole


def _answers(given: Mapping[str, str] | None) -> Mapping[str, Answer] | None:
    if given is None:
        return None
    from lowtide.auditing.audit import Answer

    for key, value in given.items():
        if value not in ("use", "drop"):
            raise UsageError(f"The answer to {key!r} must be 'use' or 'drop', not {value!r}.")
    return {key: Answer(answer=value) for key, value in given.items()}  # type: ignore[arg-type]
