"""The shipped model: predicts frames and files under the read contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.contract import ReadContract
from lowtide.core.errors import BundleError, InputError, UsageError, unknown_column
from lowtide.core.interval import Floor
from lowtide.core.task import Kind, Task
from lowtide.learn.learner import Floats
from lowtide.models.golden import Golden, GoldenCheck
from lowtide.models.labels import typed_labels
from lowtide.models.manifest import Manifest
from lowtide.models.pipeline import Pipeline
from lowtide.tables.raw import ReadSettings
from lowtide.tables.table import Table

if TYPE_CHECKING:
    from lowtide.tables.enforce import BadCell, Enforced

EVERY_ROW = 2**62  # scoring never samples


@dataclass(frozen=True, slots=True)
class Answers:
    """Predictions for the rows of a source, in their order.

    Attributes
    ----------
    raw : (n,) P(positive) or value, or (n, classes); NaN where the row was refused.
    table : the rows as they were read.
    refused : cells because of which rows were refused.
    answered : (n,) True where a prediction was made.
    notes : what was unusual but allowed: code -> column -> rows.
    """

    raw: Floats
    table: Table
    refused: tuple[BadCell, ...]
    answered: npt.NDArray[np.bool_]
    notes: dict[str, dict[str, int]]


@dataclass(frozen=True, repr=False)
class Model:
    """A fitted model with everything it promises and everything it needs to be shipped.

    Attributes
    ----------
    manifest : what is known about it.
    pipeline : what predicts.
    golden : generated rows and the predictions that any copy must return.
    """

    manifest: Manifest
    pipeline: Pipeline
    golden: Golden

    @property
    def kind(self) -> Kind:
        return self.manifest.kind

    @property
    def task(self) -> Task:
        return self.manifest.task

    @property
    def floor(self) -> Floor:
        """The promise: a one-sided bound of this model's performance."""
        return self.manifest.floor

    @cached_property
    def classes_(self) -> npt.NDArray[Any]:
        """Labels in the type of the target column, in the order of ``predict_proba``'s columns."""
        if self.kind == "regression":
            raise UsageError("A regression has no classes.")
        types = {c.name: c.type for c in self.manifest.contract.columns}
        return typed_labels(self.manifest.classes, types.get(self.task.target, "text"))

    def predict(self, source: Any) -> npt.NDArray[Any]:
        """Predict labels, or values for regression.

        Parameters
        ----------
        source : frame or path; columns are found by name, cells are read under the read contract.

        Returns
        -------
        (n,) in the order of the rows. A row with a bad cell gives ``None`` (labels) or NaN (values);
        `answers` tells which cell and why.
        """
        return self.labels(self.answers(source))

    def predict_proba(self, source: Any) -> Floats:
        """Predict (n, classes) probabilities; NaN where a row was refused."""
        if self.kind == "regression":
            raise UsageError("A regression predicts values, not probabilities: use predict.")
        raw = self.answers(source).raw
        return raw if self.kind == "multiclass" else np.column_stack([1.0 - raw, raw])

    def answers(self, source: Any) -> Answers:
        """Predict, and tell which rows were refused and why.

        Raises
        ------
        InputError
            If the source cannot be read, or lacks a needed column.
        """
        if isinstance(source, Table):
            raw = self.predict_table(source)
            return Answers(raw, source, (), np.ones(len(source), dtype=bool), {})
        from lowtide.tables.enforce import enforce

        settings = ReadSettings(row_limit=EVERY_ROW)
        return self.answers_to(
            enforce(source, self.serving_contract, needed=self.manifest.needed, settings=settings)
        )

    def answers_to(self, read: Enforced) -> Answers:
        """Like `answers`, for rows that were read under `serving_contract` already."""
        if read.missing_columns:
            raise _lacks(read.missing_columns, (*read.table.names, *read.extra_columns))
        needed = set(self.manifest.needed)
        refused = tuple(cell for cell in read.bad if cell.column in needed)
        answered = ~np.isin(read.table.rows, np.asarray([cell.row for cell in refused], dtype=np.int64))
        good = self.predict_table(read.table.take(answered) if refused else read.table)
        if not refused:
            return Answers(good, read.table, (), answered, read.notes)
        raw = np.full((len(answered), *good.shape[1:]), np.nan)
        raw[answered] = good
        return Answers(raw, read.table, refused, answered, read.notes)

    def labels(self, answers: Answers) -> npt.NDArray[Any]:
        """Return (n,) labels or values of answers made before."""
        raw = answers.raw
        if self.kind == "regression":
            return raw
        known = np.where(answers.answered.reshape(-1, *[1] * (raw.ndim - 1)), raw, 0.0)
        codes = known.argmax(axis=1) if raw.ndim == 2 else (known >= self.manifest.threshold).astype(np.int64)
        labels = self.classes_[codes]
        if not answers.answered.all():
            labels = labels.astype(object)
            labels[~answers.answered] = None
        return np.asarray(labels)

    def predict_table(self, table: Table) -> Floats:
        """Predict typed rows: (n,) P(positive) or value, or (n, classes)."""
        return self.pipeline.predict_raw(table)

    def predict_record(self, record: Mapping[str, object]) -> Floats:
        """Predict one record, such as a JSON object: shape () or (classes,).

        Raises
        ------
        BadValue
            Naming every cell that the contract does not allow, and every needed column that is not there.
        """
        from lowtide.tables.enforce import enforce_row

        contract = self._needed_contract
        return self.pipeline.predict_raw_row(enforce_row(record, contract, needed=self.manifest.needed))

    @cached_property
    def serving_contract(self) -> ReadContract:
        """The contract of the columns that scoring reads; identifiers are carried as they are written."""
        needed = set(self.manifest.needed)
        columns = tuple(
            c if c.name in needed else msgspec.structs.replace(c, type="text", null_tokens=(), levels=())
            for c in self.manifest.contract.columns
            if c.name in needed or c.name in self.manifest.keys
        )
        return msgspec.structs.replace(self.manifest.contract, columns=columns)

    @cached_property
    def _needed_contract(self) -> ReadContract:
        needed = set(self.manifest.needed)
        columns = tuple(c for c in self.manifest.contract.columns if c.name in needed)
        return msgspec.structs.replace(self.manifest.contract, columns=columns)

    def check(self) -> GoldenCheck:
        """Replay the golden rows, as a batch and one by one, and compare to the last bit.

        Raises
        ------
        BundleError
            If any answer differs: this copy must not be used.
        """
        seen = self.golden.replay(self.manifest.contract, self.answers, self.predict_record)
        if not seen.equal:
            raise BundleError(
                f"This copy of the model {self.manifest.name!r} does not return the golden predictions: "
                f"{seen.different} of {seen.rows} rows differ, by up to {seen.largest:.3g}. "
                "Install the versions in requirements.lock, or copy the bundle again."
            )
        return seen

    def __repr__(self) -> str:
        m = self.manifest
        floor = "none" if m.floor.value is None else f"{m.floor.value:.4g}"
        learners = ", ".join(note.recipe.name for note in m.members)
        return (
            f"Model({m.name!r}: {m.kind} of {m.task.target!r}, floor {floor} {m.metric}, "
            f"{len(m.needed)} columns, {learners})"
        )


def _lacks(missing: tuple[str, ...], known: tuple[str, ...]) -> InputError:
    if len(missing) == 1:
        return InputError(f"{unknown_column(missing[0], known)} The model needs it.")
    shown = ", ".join(repr(name) for name in missing[:8])
    more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
    return InputError(f"The data lacks {len(missing)} columns that the model needs: {shown}{more}.")
