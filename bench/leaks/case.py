"""A case: one table with a leak in it (or a clean one), and what an audit must say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["binary", "multiclass", "regression"]
Part = Literal["development", "held", "documented"]


@dataclass(frozen=True, slots=True)
class Case:
    """A table, what an honest user would declare, and what must be flagged.

    Attributes
    ----------
    name : of the case; never shown to a tool.
    family : ``L1``, ``L2``, ``L3``, ``L5`` or ``clean``.
    kind : kind of leak, e.g. ``near copy``; kinds are the rows of the table of results.
    strength : ``strong``, ``medium``, ``weak``, or ``-``.
    frame, target, task : the table, its target column and kind of task.
    test : a second file, or ``None``.
    unit, group, time : what an honest user would declare.
    columns : columns that must be named. Of a set (``share`` below 1) at least that share of them.
    codes : codes of lowtide that belong to a leak of rows or splits; with ``columns``, either is enough.
    order : whether the order of rows is evidence (then the rows are never shuffled).
    names : whether names are evidence (then there is no run with renamed columns).
    source : table in which the leak was planted.
    seed : of the draw.
    options : more arguments of `lowtide.audit`.
    """

    name: str
    family: str
    kind: str
    frame: pd.DataFrame
    target: str
    task: Kind
    strength: str = "-"
    test: pd.DataFrame | None = None
    unit: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    columns: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    share: float = 0.5
    order: bool = False
    names: bool = False
    part: Part = "development"
    source: str = ""
    seed: int = 0
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def features(self) -> int:
        """Number of columns without the target."""
        return self.frame.shape[1] - 1


def disguised(case: Case, seed: int = 0) -> Case:
    """Return the case with columns called ``c1``, ``c2``, … and, where order is no evidence, rows shuffled."""
    new = {str(c): f"c{i}" for i, c in enumerate(case.frame.columns, 1)}
    for column in () if case.test is None else case.test.columns:
        new.setdefault(str(column), f"c{len(new) + 1}")

    def called(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(new[n] for n in names)

    def changed(frame: pd.DataFrame, number: int) -> pd.DataFrame:
        frame = frame.rename(columns=new)
        if case.order:
            return frame
        order = np.random.default_rng([seed, number]).permutation(len(frame))
        return frame.iloc[order].reset_index(drop=True)

    return replace(
        case,
        frame=changed(case.frame, 1),
        test=None if case.test is None else changed(case.test, 2),
        target=new[case.target],
        unit=called(case.unit),
        group=None if case.group is None else new[case.group],
        time=None if case.time is None else new[case.time],
        columns=called(case.columns),
    )
