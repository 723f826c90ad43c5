"""Golden rows: generated, never recorded, with the predictions that any copy of the model must return."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lowtide.core.contract import ReadContract
from lowtide.core.errors import BundleError
from lowtide.learn.learner import Floats
from lowtide.models.dates import write_date

if TYPE_CHECKING:
    import pyarrow as pa

ANSWER = "lowtide:answer:"


class _Answered(Protocol):
    @property
    def raw(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class GoldenCheck:
    """What a replay found.

    Attributes
    ----------
    rows : golden rows replayed, each in the batch and alone.
    different : rows whose answer is not equal to the last bit, either way.
    largest : largest absolute difference.
    """

    rows: int
    different: int
    largest: float

    @property
    def equal(self) -> bool:
        return self.different == 0


@dataclass(frozen=True, slots=True)
class Golden:
    """Generated rows and their answers.

    Attributes
    ----------
    rows : Arrow table of the needed columns in canonical types.
    answers : (n,) or (n, classes) raw predictions.
    """

    rows: pa.Table
    answers: Floats

    def replay(
        self,
        contract: ReadContract,
        batch: Callable[[Any], _Answered],
        single: Callable[[Mapping[str, object]], Floats],
    ) -> GoldenCheck:
        """Predict the rows again, as a frame and as records, and compare bits."""
        if not self.rows.num_rows:
            return GoldenCheck(0, 0, 0.0)
        wanted = self.answers.reshape(len(self.answers), -1)
        together = batch(self.rows).raw.reshape(wanted.shape)
        alone = np.asarray([single(record) for record in self.records(contract)]).reshape(wanted.shape)
        off = np.maximum(np.abs(together - wanted), np.abs(alone - wanted))
        same = ((together == wanted) & (alone == wanted)).all(axis=1)
        return GoldenCheck(len(wanted), int((~same).sum()), float(np.nan_to_num(off, nan=np.inf).max()))

    def records(self, contract: ReadContract) -> list[dict[str, object]]:
        """Return the rows as records of JSON values, dates written as the contract wants them."""
        forms = {c.name: c.date_format for c in contract.columns}
        return [
            {
                name: write_date(value, forms.get(name)) if isinstance(value, datetime) else value
                for name, value in row.items()
            }
            for row in self.rows.to_pylist()
        ]

    def to_parquet(self) -> bytes:
        """Return rows and answers as one parquet file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = self.rows
        answers = (
            self.answers.reshape(self.rows.num_rows, -1) if self.rows.num_rows else self.answers[:, None]
        )
        for k in range(answers.shape[1]):
            table = table.append_column(f"{ANSWER}{k}", pa.array(np.ascontiguousarray(answers[:, k])))
        sink = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd", store_schema=False)
        return sink.getvalue()

    @classmethod
    def from_parquet(cls, data: bytes) -> Golden:
        """Read what `to_parquet` wrote."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(io.BytesIO(data))
        except pa.ArrowException as error:
            raise BundleError(f"The bundle's golden.parquet cannot be read ({error}).") from None
        names = [name for name in table.column_names if name.startswith(ANSWER)]
        if not names:
            raise BundleError("The bundle's golden.parquet holds no answers.")
        answers = np.column_stack([table.column(f"{ANSWER}{k}").to_numpy() for k in range(len(names))])
        rows = table.drop_columns(names).combine_chunks()
        return cls(rows, answers[:, 0] if len(names) == 1 else answers)
