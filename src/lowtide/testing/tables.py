"""Small tables for tests: from plain columns to the `Table` and `Target` that the rooms work on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lowtide.core.contract import ColumnContract, ColumnType, ReadContract, Role
from lowtide.core.task import Kind
from lowtide.tables.table import Table
from lowtide.tables.target import Target


def _kind_of(values: Sequence[Any]) -> ColumnType:
    known = [v for v in values if v is not None and v == v]
    if known and all(isinstance(v, bool | np.bool_) for v in known):
        return "bool"
    if all(isinstance(v, int | float | np.integer | np.floating) for v in known):
        return "number"
    if all(isinstance(v, dt.date | np.datetime64) for v in known):
        return "date"
    return "text"


def _role_of(kind: ColumnType, values: Sequence[Any]) -> Role:
    if kind in ("number", "date"):
        return kind
    known = [str(v) for v in values if v is not None and v == v]
    if kind == "text" and known:
        words = sum(len(v.split()) for v in known) / len(known)
        distinct = len(set(known)) / len(known)
        if distinct > 0.5 and words >= 4:
            return "text"
        if distinct == 1.0 and len(known) > 20:
            return "id"
    return "category"


def make_table(
    columns: Mapping[str, Sequence[Any]], roles: Mapping[str, Role] | None = None, source: str = ""
) -> Table:
    """Return a `Table` of plain Python or numpy columns; ``None`` and NaN are missing.

    Types and roles are taken from the values unless ``roles`` says otherwise.
    """
    import pyarrow as pa

    arrow: dict[ColumnType, Any] = {
        "number": pa.float64(), "text": pa.string(), "date": pa.timestamp("us"), "bool": pa.bool_(),
    }  # fmt: skip
    arrays, contracts = [], []
    for name, given in columns.items():
        values = list(given)
        kind = _kind_of(values)
        plain = [None if v is None or v != v else (str(v) if kind == "text" else v) for v in values]
        if kind == "number":
            plain = [None if v is None else float(v) for v in plain]
        arrays.append(pa.array(plain, type=arrow[kind]))
        role = (roles or {}).get(name) or _role_of(kind, values)
        whole = kind == "number" and all(v is None or float(v).is_integer() for v in plain)
        contracts.append(
            ColumnContract(
                name=name, type=kind, role=role, integer=whole, nullable=any(v is None for v in plain)
            )
        )
    data = pa.Table.from_arrays(arrays, names=list(columns))
    n = data.num_rows
    return Table(
        data=data,
        contract=ReadContract(source=source, columns=tuple(contracts)),
        rows=np.arange(1, n + 1, dtype=np.int64),
        total_rows=n,
    )


def make_target_of(table: Table, name: str, kind: Kind, positive: str | None = None) -> Target:
    """Return the `Target` of a column whose kind is known; binary: the last label is positive by default."""
    if kind == "regression":
        return Target(name=name, kind=kind, y=table.numbers(name))
    codes, levels = table.codes(name)
    if kind == "binary" and positive is not None and levels[-1] != positive:
        levels, codes = [levels[1], levels[0]], np.where(codes >= 0, 1 - codes, -1)
    y = np.where(codes >= 0, codes, np.nan).astype(np.float64)
    return Target(
        name=name,
        kind=kind,
        y=y,
        classes=tuple(levels),
        positive=levels[-1] if kind == "binary" else None,
    )


def shuffled(table: Table, target: Target, seed: int = 0) -> tuple[Table, Target]:
    """Return the same rows in another order."""
    from dataclasses import replace

    order = np.random.default_rng([seed, 5]).permutation(len(table))
    moved = replace(table.take(order), rows=table.rows)
    return moved, replace(target, y=target.y[order])


def turned(table: Table) -> Table:
    """Return the same columns in reverse order."""
    return table.select(list(reversed(table.names)))


def renamed_as(table: Table, names: Mapping[str, str]) -> Table:
    """Return the same table with the names changed that are in ``names``."""
    from dataclasses import replace

    import msgspec

    columns = tuple(
        msgspec.structs.replace(c, name=names.get(c.name, c.name)) for c in table.contract.columns
    )
    return replace(
        table,
        data=table.data.rename_columns([names.get(n, n) for n in table.names]),
        contract=msgspec.structs.replace(table.contract, columns=columns),
    )


def renamed(table: Table, target: Target) -> tuple[Table, Target, dict[str, str]]:
    """Return the same table with columns called c1..cN, and the names old to new."""
    from dataclasses import replace

    names = {old: f"c{i}" for i, old in enumerate(table.names, start=1)}
    return renamed_as(table, names), replace(target, name=names[target.name]), names
