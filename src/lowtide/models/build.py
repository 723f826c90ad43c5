"""Put a fitted pipeline, what was found out about it and its training rows together: a `Model`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

import msgspec
import numpy as np

from lowtide.core.contract import ColumnContract, ReadContract
from lowtide.core.finding import Finding
from lowtide.core.interval import Floor, Scenario
from lowtide.core.task import Task
from lowtide.models.golden import Golden
from lowtide.models.golden_rows import SHARED, draw
from lowtide.models.manifest import FindingNote, Manifest, MemberNote
from lowtide.models.model import Model
from lowtide.models.pipeline import Pipeline
from lowtide.models.rules import rule_facts
from lowtide.tables.personal import personal_kinds
from lowtide.tables.table import Table

# What takes part in a prediction, from reading a file to the number.
PACKAGES = (
    "lowtide", "duckdb", "lightgbm", "msgspec", "narwhals", "numpy", "pyarrow", "python-calamine", "scipy",
)  # fmt: skip

RARE = 0.01  # share of rows with rare levels up to which the others are listed


def build(
    pipeline: Pipeline,
    *,
    task: Task,
    table: Table,
    metric: str,
    greater_is_better: bool,
    floor: Floor,
    expected: float | None = None,
    baseline: float | None = None,
    baseline_name: str = "",
    scheme: str = "",
    scenarios: Sequence[Scenario] = (),
    findings: Sequence[Finding] = (),
    quarantined: Sequence[str] = (),
    threshold: float = 0.5,
    trials: int = 0,
    seed: int = 0,
    created: str = "",
    name: str | None = None,
) -> Model:
    """Return the model that is shipped.

    Parameters
    ----------
    table : training rows; golden rows are drawn from their columns and checked against them.
    task : with ``kind`` settled.
    threshold : P(positive) from which the positive label is answered.
    created : date and time as text, in UTC; kept as it is.
    name : of the model; made from the target when not given.
    """
    needed = tuple(n for n in table.names if n in set(pipeline.needed))
    keys = tuple(
        n
        for n in table.names
        if n not in needed
        and n != task.target
        and (n in (*task.unit, task.group) or table.role(n) in ("id", "group"))
    )
    rows = draw(table, needed, seed)
    manifest = Manifest(
        name=name or _slug(task.target),
        kind=pipeline.kind,
        classes=pipeline.classes,
        positive=pipeline.positive,
        threshold=threshold,
        task=task,
        contract=shipped_contract(table, needed, (*keys, task.target)),
        roles={n: table.role(n) for n in needed},
        needed=needed,
        keys=keys,
        metric=metric,
        greater_is_better=greater_is_better,
        scheme=scheme,
        floor=floor,
        expected=expected,
        baseline=baseline,
        baseline_name=baseline_name,
        scenarios=tuple(scenarios),
        findings=tuple(
            FindingNote(code=f.code, severity=f.severity, columns=f.columns, answer=f.answer)
            for f in findings
        ),
        quarantined=tuple(quarantined),
        rows=len(table),
        target_range=_range(table, task.target) if pipeline.kind == "regression" else None,
        trials=trials,
        seed=seed,
        created=created,
        members=tuple(
            MemberNote(
                recipe=m.recipe,
                weight=m.weight,
                preparation=0,
                folder="",
                facts=rule_facts(m),
            )
            for m in pipeline.members
        ),
        versions=versions(),
    )
    draft = Model(manifest, pipeline, Golden(rows, np.zeros(0)))
    # Through the read contract, as any copy will be asked.
    answers = draft.answers(rows).raw if rows.num_rows else np.zeros(0)
    return replace(draft, golden=Golden(rows, answers))


def shipped_contract(table: Table, needed: Sequence[str], carried: Sequence[str]) -> ReadContract:
    """Return what a bundle may know of how the data was read.

    Columns that no prediction reads lose their levels and ranges, personal columns always do; evidence
    about columns that are not shipped is left out.
    """
    personal = personal_kinds(table.contract.guesses)
    names = set(needed) | set(carried)
    columns = tuple(
        _bare(c) if c.name not in needed or c.name in personal else c
        for c in table.contract.columns
        if c.name in names
    )
    counted = tuple(_shared(c, table) for c in columns)
    guesses = tuple(g for g in table.contract.guesses if g.column is None or g.column in names)
    return msgspec.structs.replace(table.contract, columns=counted, guesses=guesses)


def _shared(column: ColumnContract, table: Table) -> ColumnContract:
    """Keep the levels that enough rows share to point at nobody; none when too many rows have rare ones.

    The list serves to count levels never seen. Were most rare levels left out of it, rows like those of
    training would be counted.
    """
    if not column.levels:
        return column
    codes, levels = table.codes(column.name)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    shared = {level for level, rows in zip(levels, counts, strict=True) if rows >= SHARED}
    rare = int(counts[counts < SHARED].sum())
    kept = tuple(level for level in column.levels if level in shared)
    return msgspec.structs.replace(column, levels=kept if rare <= RARE * len(table) else ())


def _bare(column: ColumnContract) -> ColumnContract:
    return msgspec.structs.replace(column, levels=(), low=None, high=None)


def _range(table: Table, target: str) -> tuple[float, float] | None:
    """Return the range of a target, widened to two significant digits of its width; None when it is personal."""
    if target not in table.names or target in personal_kinds(table.contract.guesses):
        return None
    values = table.numbers(target)
    values = values[np.isfinite(values)]
    if not len(values) or values.min() == values.max():
        return None
    low, high = float(values.min()), float(values.max())
    step = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def versions() -> dict[str, str]:
    """Return the installed versions of what a prediction needs."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return re.sub(r"[^\w]+", "-", plain).strip("-_")[:60] or "model"
