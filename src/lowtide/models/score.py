"""Batch scoring: a file in, the same rows with their predictions out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.finding import Fact
from lowtide.core.text import write_bytes
from lowtide.models.model import Answers, Model

if TYPE_CHECKING:
    import pyarrow as pa

    from lowtide.tables.enforce import BadCell

ENDINGS = (".csv", ".parquet", ".jsonl")


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """A cell because of which a row got no prediction.

    Attributes
    ----------
    row : number of the row in the source, 1-based.
    value : the cell as text; masked when the column is personal.
    expected : code of what was expected: ``number``, ``date``, ``bool``, ``text``.
    """

    row: int
    column: str
    value: str
    expected: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What scoring a source came to.

    Attributes
    ----------
    rows, answered : rows read, and rows that got a prediction.
    refused : bad cells, by row.
    notes : unusual but allowed: ``outside_range``, ``unseen_levels``, ``new_missing`` -> column -> rows.
    path : file written, if any.
    """

    rows: int
    answered: int
    refused: tuple[RefusedCell, ...]
    notes: dict[str, dict[str, int]]
    path: Path | None


def score_file(
    model: Model, source: Any, out: str | Path | None = None, *, stream: TextIO | None = None
) -> ScoreReport:
    """Predict a file or frame; write one row of output for each row of input, in the same order.

    Parameters
    ----------
    out : ``.csv`` (UTF-8 without BOM), ``.parquet`` or ``.jsonl``, written whole or not at all.
    stream : gets CSV as text, when no file is wanted.

    Notes
    -----
    Columns: the unit key and identifiers, then ``prediction``; for binary ``probability`` (of the positive
    class), for several classes ``probability_CLASS`` each; ``refused`` says in words why a row has none.
    """
    path = None if out is None else Path(out)
    if path is not None and path.suffix.lower() not in ENDINGS:
        raise UsageError(f"Cannot write {path.name}: name a file that ends in .csv, .parquet or .jsonl.")
    answers = model.answers(source)
    if path is not None or stream is not None:
        table = scored(model, answers)
        if path is not None:
            write_bytes(path, _encode(table, path.suffix.lower()))
        if stream is not None:
            stream.write(_csv(table).decode("utf-8"))
    return ScoreReport(
        rows=len(answers.answered),
        answered=int(answers.answered.sum()),
        refused=tuple(
            RefusedCell(c.row, c.column, c.value, c.expected_code, dict(c.facts)) for c in answers.refused
        ),
        notes=answers.notes,
        path=path,
    )


def scored(model: Model, answers: Answers) -> pa.Table:
    """Return keys, predictions and reasons of refusal as an Arrow table, in the order of the source."""
    import pyarrow as pa

    columns: dict[str, Any] = {
        name: _as_written(answers.table.data.column(name).combine_chunks())
        for name in model.manifest.keys
        if name in answers.table.names
    }
    for name, values in _predictions(model, answers):
        columns[name if name not in columns else f"lowtide_{name}"] = values
    if answers.refused:
        reasons = _reasons(answers.refused)
        text = [reasons.get(int(row)) for row in answers.table.rows]
    else:
        text = [None] * len(answers.answered)
    columns["refused" if "refused" not in columns else "lowtide_refused"] = pa.array(text, pa.string())
    return pa.table(columns)


def _predictions(model: Model, answers: Answers) -> list[tuple[str, Any]]:
    import pyarrow as pa

    gone = ~answers.answered
    if model.kind == "regression":
        return [("prediction", pa.array(answers.raw, mask=gone))]
    labels = [v.item() if isinstance(v, np.generic) else v for v in model.labels(answers).tolist()]
    out: list[tuple[str, Any]] = [("prediction", pa.array(labels))]
    if model.kind == "binary":
        return [*out, ("probability", pa.array(answers.raw, mask=gone))]
    return out + [
        (f"probability_{label}", pa.array(np.ascontiguousarray(answers.raw[:, k]), mask=gone))
        for k, label in enumerate(model.manifest.classes)
    ]


def _as_written(array: pa.Array) -> pa.Array:
    """Turn identifiers, which are read as text, back into whole numbers when all of them are plainly that."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(array.type) or array.null_count == len(array):
        return array
    plain = pc.match_substring_regex(array, r"^(0|-?[1-9][0-9]{0,17})$")
    return array.cast(pa.int64()) if pc.all(plain).as_py() else array


def _reasons(refused: Sequence[BadCell]) -> dict[int, str]:
    from lowtide.tables.enforce import describe

    out: dict[int, list[str]] = {}
    for cell in refused:
        out.setdefault(cell.row, []).append(describe(cell))
    return {row: "; ".join(said) for row, said in out.items()}


def _encode(table: pa.Table, ending: str) -> bytes:
    if ending == ".csv":
        return _csv(table)
    if ending == ".jsonl":
        return _jsonl(table)
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _csv(table: pa.Table) -> bytes:
    from csv import writer

    from pyarrow import csv

    sink = io.BytesIO()
    # Arrow would quote every name of the header.
    head = io.StringIO()
    writer(head, lineterminator="\n").writerow(table.column_names)
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return head.getvalue().encode("utf-8") + sink.getvalue()


def _jsonl(table: pa.Table) -> bytes:
    import msgspec

    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(row) + b"\n" for batch in table.to_batches() for row in batch.to_pylist())
