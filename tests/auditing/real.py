"""Real tables for the audit's tests, read the plain way, and a small learner for prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lowtide.core.task import Kind, Task
from lowtide.stats.association import Floats, Ints, bin_codes
from lowtide.tables.table import Table
from lowtide.tables.target import Target
from lowtide.testing.tables import make_table, make_target_of
from tests.conftest import shared


def read(path: str, dates: dict[str, str] | None = None, **options: Any) -> Table:
    """Read a shared file with pandas; ``dates`` gives the formats of date columns."""
    file = shared(path)
    frame = (
        pd.read_excel(file, engine="calamine")
        if file.suffix in (".xls", ".xlsx")
        else pd.read_csv(file, **options)
    )
    for name, form in (dates or {}).items():
        frame[name] = pd.to_datetime(frame[name], format=form)
    columns: dict[str, Any] = {}
    for name in frame.columns:
        values = frame[name]
        if values.dtype.kind == "M":
            columns[name] = [None if pd.isna(v) else v.to_pydatetime() for v in values]
        elif values.dtype.kind in "ifb":
            columns[name] = values.tolist()
        else:
            columns[name] = [None if pd.isna(v) else v if isinstance(v, str) else str(v) for v in values]
    return make_table(columns, source=file.name)


def question(table: Table, name: str, kind: Kind) -> tuple[Table, Target, Task]:
    """Return the table with its target's role set, the target and the task."""
    table = table.with_roles({name: "target"})
    return table, make_target_of(table, name, kind), Task(target=name, kind=kind)


class SmallFit:
    """A fast learner over a table: numbers as they are, categories as codes by frequency."""

    def __init__(self, table: Table, target: Target) -> None:
        self.table, self.target = table, target
        self.calls = 0

    def _column(self, name: str) -> Floats:
        if self.table.column(name).type != "text":
            return self.table.numbers(name)
        return bin_codes(self.table.codes(name)[0]).astype(np.float64)

    def __call__(self, columns: tuple[str, ...], train: Ints, test: Ints) -> Floats:
        import lightgbm as lgb

        self.calls += 1
        matrix = np.column_stack([self._column(c) for c in columns])
        kind = self.target.kind
        params: dict[str, Any] = {
            "objective": {"regression": "regression", "binary": "binary", "multiclass": "multiclass"}[kind],
            "verbose": -1, "num_threads": 1, "deterministic": True, "num_leaves": 15, "seed": 0,
            "min_data_in_leaf": 5,
        }  # fmt: skip
        if kind == "multiclass":
            params["num_class"] = len(self.target.classes)
        booster = lgb.train(
            params, lgb.Dataset(matrix[train], label=self.target.y[train]), num_boost_round=40
        )
        return np.asarray(booster.predict(matrix[test], num_threads=1))
