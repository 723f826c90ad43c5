"""Read a file of outcomes beside the predictions that a model makes, or made, for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InputError, UsageError, unknown_column
from lowtide.metrics.metric import Metric
from lowtide.models.model import EVERY_ROW, Model
from lowtide.settlement.rows import Rows
from lowtide.splits.hashing import mix
from lowtide.tables.blanks import trim
from lowtide.tables.cells import text_of
from lowtide.tables.enforce import enforce_raw, load_like
from lowtide.tables.hashing import column_keys, row_keys
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.table import Floats, Table

Mask = npt.NDArray[np.bool_]
OWN = ("prediction", "probability", "refused")  # columns that `lowtide predict` writes
DECISIONS = ("accuracy", "balanced_accuracy", "f1", "cost")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a file brings.

    Attributes
    ----------
    rows : outcomes that can be counted, in order of arrival.
    named : rows are known by their unit; otherwise by their content.
    without_outcome : rows whose outcome is not known yet.
    refused : rows with an outcome that cannot be used: no prediction, no group, an unknown label.
    first : earliest time, as text.
    table : the same rows under the contract of the model, as far as the file has its columns.
    """

    rows: Rows
    named: bool
    without_outcome: int
    refused: int
    first: str | None
    table: Table


def read(
    model: Model,
    metric: Metric,
    source: Any,
    *,
    time: str | None,
    group: str | None,
    settings: ReadSettings | None = None,
) -> Outcomes:
    """Read outcomes.

    Parameters
    ----------
    source : has the model's columns and the target, or what `lowtide predict` wrote and the target.
    time : column that orders the rows; by default that of the task, when the file has it.
    group : column of the entity, when the promise is about new ones; by default that of the task.

    Raises
    ------
    UsageError, InputError
        When a column is not there, or nothing can be counted.
    """
    m = model.manifest
    whole = msgspec.structs.replace(settings or ReadSettings(), row_limit=EVERY_ROW)
    target = m.task.target
    raw = load_like(source, m.contract, needed=(target,), settings=whole)
    names = tuple(raw.data.column_names)
    if target not in names:
        raise UsageError(f"{unknown_column(target, names, _where(raw))} The outcomes are expected there.")
    y, known, fits = _outcome(model, raw)
    p, answered = _predictions(model, metric, raw)
    groups, grouped = _groups(model, raw, group)
    usable = known & fits & answered & grouped
    keys, named = _keys(model, raw)
    order, first = _order(model, raw, time, known)
    chosen = order[usable[order]]
    rows = Rows(keys, y, p, groups).take(chosen)
    table = enforce_raw(raw, m.contract, needed=()).table.take(chosen)
    return Outcomes(rows, named, int((~known).sum()), int((known & ~usable).sum()), first, table)


def _where(raw: RawTable) -> str:
    return raw.source or "the data"


def _columns(raw: RawTable, names: tuple[str, ...] | list[str]) -> Table:
    """Return some columns of a source, typed by what they hold."""
    from lowtide.tables.read import type_raw

    return type_raw(replace(raw, data=raw.data.select(list(names)), guesses=()))


def _outcome(model: Model, raw: RawTable) -> tuple[Floats, Mask, Mask]:
    """Return (n,) outcomes, whether there is one, and whether it is one that the model knows."""
    m = model.manifest
    contract = msgspec.structs.replace(m.contract, columns=(m.contract.column(m.task.target),))
    read = enforce_raw(raw, contract, needed=(m.task.target,))
    bad = np.isin(read.table.rows, np.asarray([c.row for c in read.bad], dtype=np.int64))
    known = ~read.table.missing(m.task.target) | bad
    if m.kind == "regression":
        y = read.table.numbers(m.task.target)
        return y, known, known & ~bad & np.isfinite(y)
    labels = np.asarray(_labels(read.table, m.task.target), dtype=object)
    y = np.full(len(labels), np.nan)
    for code, label in enumerate(m.classes):
        y[labels == label] = code
    if m.kind == "binary" and m.classes and m.classes[0] == f"not {m.positive}":
        y[np.isnan(y) & known & ~bad] = 0.0
    return y, known, known & ~bad & np.isfinite(y)


def _labels(table: Table, name: str) -> list[str | None]:
    """Return labels as the classes of a target are written."""
    type_ = table.column(name).type
    if type_ == "text":
        codes, levels = table.codes(name)
        shown = [trim(v) for v in levels]
        return [shown[c] if c >= 0 else None for c in codes.tolist()]
    values = table.numbers(name).tolist()
    if type_ == "bool":
        return [None if v != v else "true" if v else "false" for v in values]
    return [None if v != v else text_of(v) for v in values]


def _predictions(model: Model, metric: Metric, raw: RawTable) -> tuple[Floats, Mask]:
    """Return predictions as the metric needs them, and for which rows there is one."""
    m, names = model.manifest, set(raw.data.column_names)
    if set(m.needed) <= names:
        answers = model.answers_to(enforce_raw(raw, model.serving_contract, needed=m.needed))
        return answers.raw, answers.answered
    told = {c: next((n for n in (f"lowtide_{c}", c) if n in names), None) for c in OWN[:2]}
    classes = [f"probability_{label}" for label in m.classes]
    if m.kind == "multiclass" and set(classes) <= names:
        table = _columns(raw, classes)
        p = np.column_stack([_numbers(table, n) for n in classes])
        return p, np.asarray(np.isfinite(p).all(axis=1), dtype=bool)
    wanted = "prediction" if m.kind == "regression" else "probability"
    column = told[wanted]
    if column is not None and m.kind != "multiclass":
        p = _numbers(_columns(raw, [column]), column)
        return p, np.isfinite(p)
    column = told["prediction"]
    if column is None:
        lacks = [n for n in m.needed if n not in names]
        raise InputError(
            f"{_where(raw)} has neither the columns that the model needs ({lacks[0]!r} is missing) nor a column "
            "'prediction': settle the rows that were predicted, or what `lowtide predict` wrote with the outcome beside it."
        )
    if metric.name not in DECISIONS:
        more = "'probability'" if m.kind == "binary" else f"{classes[0]!r} and those of the other classes"
        raise InputError(
            f"{metric.name} judges probabilities, but {_where(raw)} has only predicted labels: keep the column "
            f"{more} that `lowtide predict` writes."
        )
    return _of_labels(model, _labels(_columns(raw, [column]), column))


def _of_labels(model: Model, labels: list[str | None]) -> tuple[Floats, Mask]:
    """Return predicted labels as sure probabilities."""
    m = model.manifest
    place = {label: code for code, label in enumerate(m.classes)}
    codes = np.asarray([-1 if v is None else place.get(v, -1) for v in labels], dtype=np.int64)
    if m.kind == "binary":
        # Above and below whatever threshold the model has.
        return np.where(codes == 1, np.inf, -np.inf), codes >= 0
    sure = (codes[:, None] == np.arange(len(m.classes))).astype(np.float64)
    return sure, codes >= 0


def _numbers(table: Table, name: str) -> Floats:
    if table.column(name).type not in ("number", "bool") and not table.missing(name).all():
        raise InputError(
            f"The column {name!r} of {table.contract.source or 'the data'} was read as {table.column(name).type}, "
            "but predictions are numbers: settle the file as `lowtide predict` wrote it."
        )
    return table.numbers(name) if table.column(name).type != "text" else np.full(len(table), np.nan)


def _groups(model: Model, raw: RawTable, group: str | None) -> tuple[npt.NDArray[np.uint64] | None, Mask]:
    n = len(raw.rows)
    name = group or model.task.group
    if "groups" not in model.manifest.scheme:
        return None, np.ones(n, dtype=bool)
    if name is None or name not in raw.data.column_names:
        asked = name or "of the entity"
        raise UsageError(
            f"The promise is about new groups, so outcomes are counted by group: {_where(raw)} needs the column {asked!r}, "
            "or name it with --group."
        )
    keys, there = _text_keys(raw, name)
    return keys, there


def _text_keys(raw: RawTable, name: str) -> tuple[npt.NDArray[np.uint64], Mask]:
    """Return a hash of each cell as text, and whether there is one."""
    from lowtide.tables.cells import as_text
    from lowtide.tables.native import canonical
    from lowtide.tables.read import combined

    text = as_text(canonical(combined(raw.data.column(name))).array)
    there = ~np.asarray(text.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    return column_keys(text), there


def _keys(model: Model, raw: RawTable) -> tuple[npt.NDArray[np.uint64], bool]:
    """Return the identity of each row, and whether it is a name."""
    names, unit = raw.data.column_names, model.task.unit
    if unit and set(unit) <= set(names):
        keys = np.zeros(len(raw.rows), dtype=np.uint64)
        for name in sorted(unit):
            keys = mix(keys ^ _text_keys(raw, name)[0])
        return keys, True
    contract = model.manifest.contract
    known = {c.name for c in contract.columns}
    typed = enforce_raw(raw, contract, needed=()).table
    keys = row_keys(typed, typed.names)
    for name in sorted(set(names) - known):
        if name not in OWN and not name.startswith(("probability_", "lowtide_")):
            keys = mix(keys ^ _text_keys(raw, name)[0])
    return keys, False


def _order(
    model: Model, raw: RawTable, time: str | None, known: Mask
) -> tuple[npt.NDArray[np.int64], str | None]:
    """Return the order of arrival, and the earliest time with an outcome."""
    names = raw.data.column_names
    own = model.task.time if model.task.time in names else None
    name = time or own
    everything = np.arange(len(raw.rows), dtype=np.int64)
    if name is None:
        return everything, None
    if name not in names:
        raise unknown_column(name, names, _where(raw))
    table = _columns(raw, [name])
    if table.column(name).type not in ("date", "number"):
        if time is None:
            return everything, None
        raise InputError(
            f"The time column {name!r} was read as {table.column(name).type}: it must hold dates or numbers."
        )
    moments = table.numbers(name)
    seen = moments[known & np.isfinite(moments)]
    order = np.argsort(moments, kind="stable").astype(np.int64)  # NaN last
    if not len(seen):
        return order, None
    first = float(seen.min())
    if table.column(name).type == "number":
        return order, text_of(first)
    moment = np.datetime64(0, "us") + np.timedelta64(round(first * 86_400_000_000), "us")
    text = str(moment.astype("datetime64[s]"))
    return order, text.removesuffix("T00:00:00")
