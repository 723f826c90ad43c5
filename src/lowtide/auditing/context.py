"""What all checks share: the sampled rows, their columns as numbers and bins, and scores that cost time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import quick
from lowtide.core.contract import ColumnType, Role
from lowtide.core.finding import Finding
from lowtide.core.task import Task
from lowtide.stats.association import (
    Bools,
    Floats,
    Ints,
    auc,
    bin_codes,
    bin_numbers,
    binned_predictions,
    deal_folds,
    indicators,
    null_skill,
    skill,
)  # fmt: skip
from lowtide.tables.table import Table
from lowtide.tables.target import Target

if TYPE_CHECKING:
    from lowtide.auditing.entities import Entity

SAMPLE = 20_000
MODEL_ROWS = 4_000
MODEL_COLUMNS = 150
FOLDS = 5
NULL_DRAWS = 39


@dataclass(frozen=True, slots=True)
class View:
    """One column of the sampled rows.

    Attributes
    ----------
    codes : (n,) index of the distinct value, -1 missing.
    values : (n,) numbers or days, NaN missing; ``None`` for text.
    bins : (n,) coarse cells for scoring; 0 is missing.
    distinct : number of distinct values.
    whole : all values are whole numbers.
    """

    name: str
    role: Role
    type: ColumnType
    codes: Ints
    values: Floats | None
    bins: Ints
    distinct: int
    whole: bool

    @property
    def missing(self) -> Bools:
        return self.codes < 0


@dataclass(frozen=True, slots=True)
class Alone:
    """What one column tells about the target by itself: skill out of fold, AUC (binary), beats chance."""

    skill: float
    auc: float | None
    real: bool


@dataclass
class Context:
    """The sampled rows of one audit. Everything on it is computed once, when first asked for.

    Attributes
    ----------
    index : positions of the sampled rows in the table, ascending; rows with a missing target are left out.
    test, test_target : a second file that will be predicted, and its target when the file has it.
    unlabelled : rows of the same file that have no outcome.
    looks : how often the ledger has seen this second file judged; ``None`` without a ledger.
    found : findings of the checks that ran before.
    together : by code, an integer per sampled row: rows with the same one belong together. The price of the
        finding is then the score with folds by row against folds that keep them together.
    shared_rows : per row of the second file, whether the first one has it; set by the check for them.
    """

    table: Table
    target: Target
    task: Task
    seed: int = 0
    test: Table | None = None
    test_target: Target | None = None
    unlabelled: Table | None = None
    looks: int | None = None
    found: list[Finding] = field(default_factory=list)
    together: dict[str, Ints] = field(default_factory=dict)
    shared_rows: Bools | None = None
    _views: dict[str, View] = field(default_factory=dict)
    _alone: dict[str, Alone] = field(default_factory=dict)
    _joint: dict[tuple[str, ...], float] = field(default_factory=dict)

    @cached_property
    def index(self) -> Ints:
        known = np.flatnonzero(~np.isnan(self.target.y)).astype(np.int64)
        if len(known) <= SAMPLE:
            return known
        rng = np.random.default_rng([self.seed, 3])
        return np.sort(rng.choice(known, SAMPLE, replace=False))

    @property
    def sampled(self) -> int:
        return len(self.index)

    @cached_property
    def y(self) -> Floats:
        return self.target.y[self.index]

    @cached_property
    def targets(self) -> Floats:
        """Target as columns (n, k), see `indicators`."""
        return indicators(self.y, len(self.target.classes))

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """All columns that could reach a model: not the target, a weight, or ignored."""
        out = {self.target.name, self.task.weight}
        return tuple(
            c.name for c in self.table.contract.columns
            if c.name not in out and c.role not in ("target", "weight", "ignore")
        )  # fmt: skip

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Columns that a model gets unless the audit objects: candidates that are no identifiers or groups."""
        return tuple(
            n for n in self.candidates
            if self.table.role(n) not in ("id", "group") and n != self.task.group and n not in self.task.unit
        )  # fmt: skip

    def view(self, name: str) -> View:
        if name not in self._views:
            self._views[name] = self._look_at(name)
        return self._views[name]

    def _look_at(self, name: str) -> View:
        contract = self.table.column(name)
        small = self.table if self.sampled == len(self.table) else self.table.select([name]).take(self.index)
        values: Floats | None = None
        if contract.type == "text":
            codes, levels = small.codes(name)
            distinct = len(levels)
            bins = bin_codes(codes)
            whole = False
        else:
            values = small.numbers(name)
            known = ~np.isnan(values)
            codes = np.full(len(values), -1, dtype=np.int64)
            levels_, inverse = np.unique(values[known], return_inverse=True)
            codes[known] = inverse
            distinct = len(levels_)
            bins = bin_numbers(values, most=int(np.clip(len(values) / 20, 4, 64)))
            whole = bool(np.all(levels_ == np.floor(levels_))) and contract.type == "number"
        return View(name, contract.role, contract.type, codes, values, bins, distinct, whole)

    @cached_property
    def shared_columns(self) -> tuple[str, ...]:
        """Candidates that the second file has too, with the same type; empty without a second file."""
        if self.test is None:
            return ()
        return tuple(
            n for n in self.candidates
            if n in self.test.names and self.table.column(n).type == self.test.column(n).type
        )  # fmt: skip

    def levels(self, name: str) -> tuple[Ints, tuple[str, ...]]:
        """Return a text column of the sampled rows: code per row (n,), -1 missing, and the texts by code."""
        codes, levels = self.table.select([name]).take(self.index).codes(name)
        return codes, tuple(levels)

    @cached_property
    def units(self) -> Ints | None:
        """Rows that belong together for sure or probably (sampled rows): folds never cut through them."""
        sure = [e for e in self.entities if e.sure]
        return sure[0].codes if sure else None

    @cached_property
    def entities(self) -> list[Entity]:
        """Columns with the structure of an entity, the strongest evidence first."""
        from lowtide.auditing.entities import entities

        return entities(self)

    @cached_property
    def fold(self) -> Ints:
        return deal_folds(self.units, self.sampled, FOLDS, self.seed)

    @cached_property
    def _null(self) -> float:
        """Largest skill of any column when the target is shuffled (a sharp bound: best of the draws)."""
        few = slice(None, None, max(1, self.sampled // 4000))
        names = self.candidates[:200]
        columns = [self.view(n).bins[few] for n in names]
        if not columns:
            return 0.0
        return float(
            null_skill(columns, self.targets[few], self.fold[few], FOLDS, NULL_DRAWS, self.seed).max()
        )

    def alone(self, name: str) -> Alone:
        """Score one column by itself, out of fold, against the best of all columns under a shuffled target."""
        if name not in self._alone:
            predicted = binned_predictions(self.view(name).bins, self.targets, self.fold, FOLDS)
            value = skill(self.targets, predicted)
            area = auc(self.y == 1, predicted[:, 0]) if self.target.kind == "binary" else None
            self._alone[name] = Alone(value, area, value > max(self._null, 0.0))
        return self._alone[name]

    def ranked(self) -> list[str]:
        """Return candidates, the most telling first (ties by name, so that column order does not matter)."""
        return sorted(self.candidates, key=lambda n: (-round(self.alone(n).skill, 12), n))

    def accused(self, *, least: str = "error") -> set[str]:
        """Return columns that an earlier check wants out."""
        from lowtide.core.finding import Severity

        return {
            c for f in self.found
            if f.remedy == "drop_columns" and f.level >= Severity[least] for c in f.columns
        }  # fmt: skip

    def honest(self) -> tuple[str, ...]:
        """Return features that no earlier check accuses or takes for an identifier."""
        out = self.accused(least="question") | {c for f in self.found if f.code == "LT205" for c in f.columns}
        return tuple(n for n in self.features if n not in out)

    @cached_property
    def model_rows(self) -> Ints:
        """Positions within the sample that small models see."""
        if self.sampled <= MODEL_ROWS:
            return np.arange(self.sampled, dtype=np.int64)
        rng = np.random.default_rng([self.seed, 7])
        return np.sort(rng.choice(self.sampled, MODEL_ROWS, replace=False)).astype(np.int64)

    def matrix(self, names: tuple[str, ...], rows: Ints) -> Floats:
        """Return columns as a plain matrix (rows, columns): numbers, codes of categories by frequency."""
        out = np.empty((len(rows), len(names)))
        for j, name in enumerate(names):
            view = self.view(name)
            out[:, j] = (view.values if view.values is not None else view.bins.astype(np.float64))[rows]
        return out

    def joint(self, names: tuple[str, ...]) -> float:
        """Return the skill out of fold of a small model on all these columns together."""
        chosen = self.for_model(names)
        if chosen not in self._joint:
            rows = self.model_rows
            predicted = quick.out_of_fold(
                self.matrix(chosen, rows), self.targets[rows], self.fold[rows], FOLDS, self.seed,
                classes=len(self.target.classes), tables=self._encoded(chosen, rows),
            )  # fmt: skip
            self._joint[chosen] = skill(self.targets[rows], predicted)
        return self._joint[chosen]

    def residuals(self, names: tuple[str, ...], rows: Ints, fold: Ints) -> Floats:
        """Return targets minus predictions out of fold (rows, k) of a small model on these columns."""
        chosen = self.for_model(names)
        predicted = quick.out_of_fold(
            self.matrix(chosen, rows), self.targets[rows], fold, int(fold.max()) + 1, self.seed,
            classes=len(self.target.classes), tables=self._encoded(chosen, rows),
        )  # fmt: skip
        left: Floats = self.targets[rows] - predicted
        return left

    def for_model(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return at most `MODEL_COLUMNS` of these columns: the most telling ones, sorted by name."""
        named = [n for n in names if self.view(n).distinct > 1]
        if len(named) > MODEL_COLUMNS:
            named = sorted(named, key=lambda n: (-self.alone(n).skill, n))[:MODEL_COLUMNS]
        return tuple(sorted(named))

    def _encoded(self, names: tuple[str, ...], rows: Ints) -> dict[int, Ints]:
        """Return bins of the columns that are categories, by position: encoded inside each fold."""
        return {j: self.view(n).bins[rows] for j, n in enumerate(names) if self.view(n).values is None}

    def source_rows(self, positions: Ints) -> tuple[int, ...]:
        """Return source row numbers of (at most 20) positions within the sample."""
        return tuple(int(r) for r in self.table.rows[self.index[positions[:20]]])
