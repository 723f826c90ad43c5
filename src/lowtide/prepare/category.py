"""Categories: every level is a row of a small table of numbers, so a column is looked up, never computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.prepare import cells
from lowtide.prepare.cells import Value
from lowtide.prepare.encoder import FEWEST, Fitting, State
from lowtide.prepare.outcome import Outcome
from lowtide.prepare.statistics import target_means
from lowtide.tables.table import Floats, Ints, Table

MANY = 50  # levels from which a category is told by what it does, not by its name


@dataclass(frozen=True, eq=False)
class LevelEncoder:
    """A table of numbers with one row for each level kept.

    Attributes
    ----------
    levels : the levels kept, the most frequent first.
    rows : (levels + 2, k) numbers of each level, then of any other level, then of a missing value.
    """

    kind: ClassVar[str] = "levels"

    source: str
    levels: tuple[str, ...]
    names: tuple[str, ...]
    categorical: tuple[bool, ...]
    rows: Floats

    @cached_property
    def places(self) -> dict[str | None, int]:
        return {**{key: i for i, key in enumerate(self.levels)}, None: len(self.levels) + 1}

    def place(self, key: str | None) -> int:
        """Return the row of a level."""
        return self.places.get(key, len(self.levels))

    def table(self, table: Table, out: Floats) -> None:
        codes, keys = cells.levels(table, self.source)
        out[:] = self.rows[np.array([self.place(key) for key in keys], dtype=np.int64)[codes]]

    def value(self, value: Value, out: Floats) -> None:
        out[:] = self.rows[self.place(cells.level(value))]

    def state(self) -> State:
        plain = {
            "levels": list(self.levels),
            "names": list(self.names),
            "categorical": list(self.categorical),
        }
        return plain, {"rows": self.rows}

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> LevelEncoder:
        names, flags = tuple(state["names"]), tuple(bool(flag) for flag in state["categorical"])
        return cls(source, tuple(state["levels"]), names, flags, np.asarray(arrays["rows"], dtype=np.float64))


@dataclass(frozen=True, eq=False)
class _Counted:
    """A column by levels kept: ``codes`` (n,) are 0 .. k-1, k for other levels, k+1 for missing."""

    source: str
    levels: tuple[str, ...]
    codes: Ints
    counts: Ints

    @property
    def size(self) -> int:
        return len(self.levels)

    @property
    def pooled(self) -> bool:
        return bool(self.counts[self.size])

    @property
    def missing(self) -> bool:
        return bool(self.counts[self.size + 1])


def fit_category(
    source: str, codes: Ints, keys: list[str | None], fitting: Fitting
) -> tuple[LevelEncoder, Floats]:
    """Fit on (n,) codes into ``keys``; return the encoder and the (n, k) training block.

    Levels of fewer than `FEWEST` rows are pooled: too few to learn from, and too few to be anonymous in a
    bundle. Up to `MANY` levels become one integer code (trees) or one output each (linear models). More
    become how frequent the level is and, when there is an outcome, its mean there.
    """
    counted = _count(source, codes, keys)
    if counted.size <= MANY:
        encoder = _codes(counted, fitting.outcome) if fitting.shape == "tree" else _one_hot(counted)
        return encoder, encoder.rows[counted.codes]
    if fitting.outcome is None:
        few = _keep(counted, MANY)
        encoder = _join(counted, few, _codes(few, None) if fitting.shape == "tree" else _one_hot(few))
        return encoder, encoder.rows[counted.codes]
    return _by_outcome(counted, fitting)


def _count(source: str, codes: Ints, keys: list[str | None]) -> _Counted:
    counts = np.bincount(codes, minlength=len(keys))
    order = sorted(
        (i for i, key in enumerate(keys) if key is not None and counts[i] >= FEWEST),
        key=lambda i: (-counts[i], keys[i]),
    )
    place = np.full(len(keys), len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    for i, key in enumerate(keys):
        if key is None:
            place[i] = len(order) + 1
    new = place[codes]
    kept = tuple(str(keys[i]) for i in order)
    return _Counted(source, kept, new, np.bincount(new, minlength=len(order) + 2))


def _keep(counted: _Counted, most: int) -> _Counted:
    """Pool all but the ``most`` most frequent levels."""
    k = counted.size
    place = np.concatenate([np.minimum(np.arange(k + 1), most), [most + 1]])
    codes = place[counted.codes]
    return _Counted(counted.source, counted.levels[:most], codes, np.bincount(codes, minlength=most + 2))


def _codes(counted: _Counted, outcome: Outcome | None) -> LevelEncoder:
    """Integer codes; what was never seen in fitting (other levels, missing) is NaN.

    Codes go by the mean outcome, shrunken, or (several classes, no outcome) by how frequent the level is: a
    learner that takes codes for numbers then splits levels of low from levels of high outcome.
    """
    seen = np.flatnonzero([*(True for _ in counted.levels), counted.pooled, counted.missing])
    if outcome is not None and len(outcome.labels) == 1:
        means = target_means(counted.codes, counted.size + 2, outcome)[0][seen, 0]
        seen = seen[np.argsort(means, kind="stable")]
    rows = np.full((counted.size + 2, 1), np.nan)
    rows[seen, 0] = np.arange(len(seen))
    # Two values are a plain number: the learner needs no search for subsets.
    return LevelEncoder(counted.source, counted.levels, (counted.source,), (len(seen) > 2,), rows)


def _one_hot(counted: _Counted) -> LevelEncoder:
    """One output a level; of two only the second, as the first is its complement.

    Other levels and missing values share the zeros when fewer than `FEWEST` rows have them.
    """
    k = counted.size
    keep = np.flatnonzero(counted.counts >= FEWEST)
    if len(keep) == 2:
        keep = keep[1:]
    labels = [*(f"{counted.source} = {key}" for key in counted.levels)]
    labels += [f"{counted.source} is another", f"{counted.source} is missing"]
    names = tuple(labels[i] for i in keep)
    return LevelEncoder(counted.source, counted.levels, names, (False,) * len(keep), np.eye(k + 2)[:, keep])


def _frequency(counted: _Counted) -> Floats:
    """Return ln(1 + rows) of each level; another level counts as the rare ones do on average, at most 1."""
    counts = counted.counts.astype(np.float64)
    counts[counted.size] = 1.0
    return np.log1p(counts)


def _join(counted: _Counted, few: _Counted, encoder: LevelEncoder) -> LevelEncoder:
    """Add the frequency of all levels to an encoder of some."""
    k = counted.size
    place = np.concatenate([np.minimum(np.arange(k + 1), few.size), [few.size + 1]])
    rows = np.column_stack([encoder.rows[place], _frequency(counted)])
    names = (*encoder.names, f"{counted.source}: frequency")
    return LevelEncoder(counted.source, counted.levels, names, (*encoder.categorical, False), rows)


def _by_outcome(counted: _Counted, fitting: Fitting) -> tuple[LevelEncoder, Floats]:
    """Frequency and target means; the training block has the cross-fitted means."""
    outcome = fitting.outcome
    assert outcome is not None
    full, inner = target_means(counted.codes, counted.size + 2, outcome)
    frequency = _frequency(counted)
    rows = np.column_stack([frequency, full])
    block = np.column_stack([frequency[counted.codes], inner])
    if fitting.shape == "linear":
        centre, spread = block.mean(axis=0), block.std(axis=0)
        spread = np.where(spread > 1e-12 * np.maximum(np.abs(centre), 1e-300), spread, 1.0)
        rows, block = (rows - centre) / spread, (block - centre) / spread
    labels = (outcome.labels[i] for i in outcome.frequent)
    means = (f"{counted.source}: mean target{f' {label}' if label else ''}" for label in labels)
    names = (f"{counted.source}: frequency", *means)
    return LevelEncoder(counted.source, counted.levels, names, (False,) * len(names), rows), block
