"""A column, or all columns of a source, stop arriving or get stuck while the model is in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.tables.table import Table
from lowtide.validate.scenarios.alter import frozen, missing
from lowtide.validate.scenarios.waters import Change, Fact, LeftOut, Models, Waters

COLUMNS = 4
"""The most important columns, each of which is taken away in turn."""
LEAST_ROWS = 50
_SEPARATORS = "._ :/-"


class ColumnGone:
    """The worst single column to lose, among the model's most important ones.

    Held-out rows are predicted again by the fold models that did not see them, once with the column empty and once
    with it stuck at one value (the last one known where there is an order of time, else the usual one).
    """

    name: ClassVar[str] = "missing column"

    def look(self, waters: Waters) -> Change | LeftOut:
        return _worst(waters, {name: (name,) for name in _ranked(waters)[:COLUMNS]})


class SourceGone:
    """The worst group of columns to lose that come from one source, where that can be told from the table.

    Told from names with a common beginning before a separator, or from columns that are missing in exactly the
    same rows.
    """

    name: ClassVar[str] = "missing source"

    def look(self, waters: Waters) -> Change | LeftOut:
        if waters.models is None:
            return LeftOut(waters.no_models or "no_models", told=False)
        groups = sources(waters.models.table, _ranked(waters))
        return _worst(waters, groups) if groups else LeftOut("no_source", told=False)


def _ranked(waters: Waters) -> tuple[str, ...]:
    """Return the model's columns, the most important first; the clock does not go missing."""
    if waters.models is None:
        return ()
    return tuple(name for name in waters.models.ranked if name not in waters.models.clock)


def _worst(waters: Waters, groups: Mapping[str, Sequence[str]]) -> Change | LeftOut:
    models = waters.models
    if models is None:
        return LeftOut(waters.no_models or "no_models")
    if not groups:
        return LeftOut("no_columns", told=False)
    if len(models.rows) < LEAST_ROWS:
        return LeftOut("too_few_rows")
    y, worst = waters.y[models.rows], None
    for name, columns in groups.items():
        for how, table in _without(models, columns):
            predicted = models.predict(table)
            score = waters.metric.at(y, predicted, waters.threshold)
            if np.isfinite(score) and (worst is None or waters.sign * score < worst[0]):
                worst = (waters.sign * score, name, how, predicted)
    if worst is None:
        return LeftOut("unstable")
    _, name, how, predicted = worst
    return _changed(models, predicted, name, how, groups)


def _changed(
    models: Models, predicted: Floats, name: str, how: str, groups: Mapping[str, Sequence[str]]
) -> Change:
    # What is lost is what these models lose; the shipped ones stand beside them only in the headline.
    facts: dict[str, Fact] = {
        "column": name, "how": how, "looked": len(groups), "rows": len(models.rows),
        "members": "\n".join(groups[name]),
    }  # fmt: skip
    return Change(rows=models.rows, plain=models.plain, predictions=(predicted,), facts=facts)


def _without(models: Models, columns: Sequence[str]) -> Iterator[tuple[str, Table]]:
    yield "missing", missing(models.table, columns)
    yield "frozen", frozen(models.table, columns, last=models.ordered)


def sources(table: Table, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return groups of two or more of the columns, but not all, that seem to come from one source."""
    found: dict[str, tuple[str, ...]] = {}
    for name in columns:
        place = min((name.find(c) for c in _SEPARATORS if name.find(c) > 1), default=-1)
        if place > 0:
            found[name[:place]] = (*found.get(name[:place], ()), name)
    holes: dict[bytes, tuple[str, ...]] = {}
    for name in columns:
        empty = table.missing(name)
        if 0 < empty.sum() < len(empty):
            holes[empty.tobytes()] = (*holes.get(empty.tobytes(), ()), name)
    groups = {**found, **{same[0]: same for same in holes.values()}}
    return {name: same for name, same in groups.items() if 2 <= len(same) < len(columns)}
