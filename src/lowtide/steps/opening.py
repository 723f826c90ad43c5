"""Opening the vault: the shipped model of the last run is judged on rows that nothing has seen. Once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.result import RunResult, VaultFacts
from lowtide.core.text import write_bytes
from lowtide.steps import vault as locking
from lowtide.steps.job import Job, Listener
from lowtide.tables.table import Floats, Ints

if TYPE_CHECKING:
    from lowtide.metrics import Metric
    from lowtide.models.model import Model
    from lowtide.steps.vault import Divided
    from lowtide.study import Study
    from lowtide.validate.once import Once
    from lowtide.validate.vault import Opening, Verdict


@dataclass(frozen=True, slots=True)
class _Answered:
    """Outcomes and predictions of the judged rows, their units of dependence, and how many had no answer."""

    y: Floats
    p: Floats
    units: Ints
    unanswered: int


def open_vault(job: Job, listen: Listener) -> Study:
    """Judge the shipped model on the vault, record it for ever, and only then return what came out.

    Raises
    ------
    UsageError
        When there is no vault, no model to judge, nothing to judge it on, or it was opened before.
    """
    from lowtide.study import Study
    from lowtide.validate.vault import opening_of, record_opening, refuse_second, vault_of

    listen.stage("read")
    folder = _folder(job)
    with locking.book(job) as ledger:
        if ledger is None or vault_of(ledger) is None:
            raise UsageError(
                f"The project {folder} has no vault to open. One is locked at the first run: lowtide run … --vault 0.2"
            )
        refuse_second(opening_of(ledger))
        result, model = _shipped(folder)
        divided = locking.divide(job, ledger)
        listen.stage("floor")
        metric = _metric(result)
        seen = _answers(divided, model, result)
        once = _judge(seen, model, metric, result)
        opening = record_opening(ledger, _opening(once, seen, result, divided, ledger.count()))
        known = VaultFacts(
            scheme=divided.vault.scheme, share=divided.vault.share, rows=int(divided.inside.sum()),
            locked=divided.vault.created,
        )  # fmt: skip
        told = locking.opened(known, opening, False, ledger.count())
    listen.stage("report")
    return Study(result=_rewrite(folder, result, told, job.lang), model=model)


def _folder(job: Job) -> Path:
    if job.folder is None:
        raise UsageError("Only the vault of a project folder can be opened: say which (out=, or --out DIR).")
    return job.folder


def _shipped(folder: Path) -> tuple[RunResult, Model]:
    """Return the last run's result and the bundle that it wrote."""
    from lowtide.models.bundle import load

    try:
        result = msgspec.json.decode((folder / "result.json").read_bytes(), type=RunResult)
    except OSError:
        raise UsageError(
            f"There is no model in {folder} yet that the vault could judge: lowtide run {folder} makes one."
        ) from None
    except msgspec.DecodeError:
        raise UsageError(
            f"{folder / 'result.json'} is damaged: lowtide run {folder} writes it anew."
        ) from None
    model = load(folder / "bundle")
    if result.vault is None or model.manifest.created != result.created:
        raise UsageError(
            f"The bundle in {folder} is not that of the last run without the vault's rows: lowtide run {folder} "
            "makes one that the vault can judge."
        )
    return result, model


def _metric(result: RunResult) -> Metric:
    from lowtide import metrics

    return metrics.cost(result.task.costs) if result.metric == "cost" else metrics.get(result.metric)


def _answers(divided: Divided, model: Model, result: RunResult) -> _Answered:
    """Predict the vault's rows as a service would: cells are read under the model's contract, bad ones refused."""
    from lowtide.tables.enforce import enforce_raw
    from lowtide.tables.target import coded

    manifest, target = model.manifest, divided.vault.target
    chosen = np.flatnonzero(_may_judge(divided, result))
    mask = np.zeros(len(divided.inside), dtype=bool)
    mask[chosen] = True
    read = enforce_raw(locking.part(divided.raw, mask), manifest.contract, needed=(*manifest.needed, target))
    if read.missing_columns:
        raise UsageError(f"The data lacks the column {read.missing_columns[0]!r}, which the model needs.")
    y = coded(read.table, target, kind=manifest.kind, classes=manifest.classes, positive=manifest.positive)
    needed = {*manifest.needed, target}
    refused = np.asarray([c.row for c in read.bad if c.column in needed], dtype=np.int64)
    good = np.isfinite(y) & ~np.isin(read.table.rows, refused)
    # A row whose outcome is not there yet cannot be judged; all others that are left out are told.
    unreadable = np.asarray([c.row for c in read.bad if c.column == target], dtype=np.int64)
    waiting = read.table.missing(target) & ~np.isin(read.table.rows, unreadable)
    unanswered = int((~good & ~waiting).sum())
    if not good.any():
        raise UsageError(_nothing(divided, len(chosen)))
    units = _units(divided, chosen[good], result)
    return _Answered(y[good], model.predict_table(read.table.take(good)), units, unanswered)


def _nothing(divided: Divided, rows: int) -> str:
    if rows:
        return f"None of the {rows} rows of the vault has an outcome and an answer of the model, so nothing was opened."
    kind = "new groups after the gap" if divided.vault.scheme == "groups+future" else "rows after the gap"
    return f"The vault has no {kind} to judge the model on, so nothing was opened."


def _may_judge(divided: Divided, result: RunResult) -> locking.Mask:
    """Return the rows of the vault that are an example of what the floor is about."""
    from lowtide.splits.hashing import group_keys
    from lowtide.splits.locking import judged

    vault, table = divided.vault, divided.whole
    if vault.time is None or vault.time_border is None:
        return divided.inside
    times, _ = locking.moments_of(table, vault.time)
    chosen = judged(times, vault.time_border, result.split.gap or 0.0)
    if vault.scheme == "groups+future" and vault.group is not None:
        groups = group_keys(table, vault.group)
        chosen &= ~np.isin(groups, groups[~divided.inside])
    return chosen


def _units(divided: Divided, rows: Ints, result: RunResult) -> Ints:
    from lowtide.splits.plan import Plan
    from lowtide.splits.units import units

    vault = divided.vault
    keys, groups, times = locking.places(divided.whole, vault)
    plan = Plan(scheme=vault.scheme, group=vault.group, time=vault.time)
    return units(
        plan, keys=keys[rows], groups=None if groups is None else groups[rows],
        times=None if times is None else times[rows],
    )  # fmt: skip


def _judge(seen: _Answered, model: Model, metric: Metric, result: RunResult) -> Once:
    from lowtide.validate.once import judge_once

    found = judge_once(
        seen.y, seen.p, seen.units, metric, kind=model.kind, threshold=model.manifest.threshold,
        confidence=result.floor.confidence, seed=result.seed,
    )  # fmt: skip
    if found is None:
        raise UsageError(
            f"The {len(seen.y)} rows of the vault with an outcome are too few, or too alike, for {metric.name}: "
            "nothing was opened. Add rows, and open it then."
        )
    return found


def _opening(once: Once, seen: _Answered, result: RunResult, divided: Divided, trials: int) -> Opening:
    from lowtide.validate.vault import Opening

    return Opening(
        question=str(result.ledger.get("question", "")), model=result.created, metric=result.metric,
        greater_is_better=result.greater_is_better, value=once.value, bound=once.bound,
        confidence=result.floor.confidence, floor=result.floor.value,
        verdict=verdict(once, result, divided.vault.scheme), rows=len(seen.y), units=once.units,
        unanswered=seen.unanswered, trials=trials,
    )  # fmt: skip


def verdict(once: Once, result: RunResult, scheme: str) -> Verdict:
    """Compare the score with the floor: held, missed by no more than chance, or broken."""
    floor = result.floor.value
    if floor is None:
        return "no_floor"
    if scheme != result.split.scheme:
        return "other_scheme"
    sign = 1.0 if result.greater_is_better else -1.0
    if sign * once.value >= sign * floor:
        return "held"
    return "below_by_chance" if sign * once.reach >= sign * floor else "broken"


def _rewrite(folder: Path, result: RunResult, told: VaultFacts, lang: str) -> RunResult:
    """Write result and report again, with what came out."""
    from lowtide.report.html import write

    result = msgspec.structs.replace(result, vault=told)
    if result.report is not None:
        write(result, folder / "report.html", lang=lang)
    write_bytes(folder / "result.json", msgspec.json.encode(result))
    return result
