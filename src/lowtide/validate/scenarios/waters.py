"""The contract of a scenario: what it may look at, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np

from lowtide.core.task import Kind
from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.tables.table import Table

Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The columns of the held-out rows that a slice or a shift may be told by.

    Attributes
    ----------
    numbers : column to (n,) values with NaN.
    categories : column to (n,) codes (-1 is missing) and the levels' names.
    """

    numbers: Mapping[str, Floats] = field(default_factory=dict)
    categories: Mapping[str, tuple[Ints, Sequence[str]]] = field(default_factory=dict)

    def matrix(self) -> tuple[Floats, tuple[int, ...]]:
        """Return the (n, d) columns beside each other, and which of them are codes."""
        parts = [*self.numbers.values(), *(codes.astype(np.float64) for codes, _ in self.categories.values())]
        matrix = np.column_stack(parts) if parts else np.empty((0, 0))
        return matrix, tuple(range(len(self.numbers), len(parts)))


@dataclass(frozen=True, slots=True)
class Models:
    """Fold models that can predict their held-out rows again, changed.

    Attributes
    ----------
    rows : (m,) places among the rows of `Waters`.
    table : these m rows.
    predict : from these rows, changed, to (m[, classes]) predictions by the models that did not see them.
    plain : predictions of the rows as they are.
    ranked : columns of the model, the most important first.
    ordered : the rows have an order of time, so that a last value exists.
    clock : columns that tell the time: nobody mistakes them.
    """

    rows: Ints
    table: Table
    predict: Callable[[Table], Floats]
    plain: Floats
    ranked: tuple[str, ...]
    ordered: bool = False
    clock: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waters:
    """The headline: held-out rows of the shipped model, and what is promised for them.

    Attributes
    ----------
    y, p : (n,) outcomes and (n[, classes]) out-of-fold predictions, finite.
    rule : (n[, classes]) the same of the best rule without a model, or None.
    units : (n,) units that are resampled: the headline's.
    folds : (n,) fold or window in which each row was held out, or None.
    windows : (n,) stretch of time of each row, in order of time, or None when there is no time.
    threshold, rule_threshold : at which model and rule decide (NaN when the metric decides nothing).
    expected, floor, baseline : of the headline.
    models : None when there was no time to fit them, or nothing is fitted; ``no_models`` is the code of why.
    """

    y: Floats
    p: Floats
    units: Ints
    metric: Metric
    kind: Kind
    expected: float
    floor: float
    seen: Seen = Seen()
    rule: Floats | None = None
    baseline: float | None = None
    folds: Ints | None = None
    windows: Ints | None = None
    threshold: float = float("nan")
    rule_threshold: float = float("nan")
    confidence: float = 0.95
    seed: int = 0
    models: Models | None = None
    no_models: str = ""

    @property
    def sign(self) -> float:
        return 1.0 if self.metric.greater_is_better else -1.0

    @cached_property
    def drawings(self) -> Floats | None:
        """Several answers to `hard`, see `lowtide.validate.scenarios.hard_rows`."""
        from lowtide.validate.scenarios.hard_rows import drawings

        return drawings(self)

    @property
    def hard(self) -> Floats | None:
        """(n,) how badly a row like this one usually goes; None when that cannot be told."""
        return None if self.drawings is None else np.asarray(self.drawings.mean(axis=0), dtype=np.float64)

    def score(self, factor: Floats | None = None) -> float:
        """Return the score of the model with rows counted ``factor`` (n,) times."""
        return self.metric.at(self.y, self.p, self.threshold, factor)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in a scenario: which rows count, how much, and what is predicted for them.

    Attributes
    ----------
    rows : (m,) places of the rows that are compared with themselves; None for all.
    factor : (m,) how much each of them counts, >= 0; None for once each.
    predictions : (m[, classes]) predictions in the scenario (several: their scores are averaged); empty for the
        plain ones.
    plain : (m[, classes]) predictions that these are compared with; None for the held-out ones of the headline.
    wobble : standard deviation of the score that comes from not knowing ``factor`` well.
    facts : for words.
    """

    rows: Ints | None = None
    factor: Floats | None = None
    plain: Floats | None = None
    predictions: tuple[Floats, ...] = ()
    wobble: float = 0.0
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A scenario that was not looked at, with a stable code of the reason.

    ``told`` is False where nobody would expect it (a table without columns to lose).
    """

    reason: str
    told: bool = True


class Case(Protocol):
    """One way in which deployment may differ from the data."""

    name: ClassVar[str]

    def look(self, waters: Waters) -> Change | LeftOut:
        """Say what would be different, in the worst way that this scenario allows."""
        ...
