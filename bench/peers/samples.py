"""One draw as files: what a tool sees of it, and what only the bench knows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.honesty.tables import Data

TARGET, GROUP = "target", "group"


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample. ``y_test`` never reaches a file.

    Attributes
    ----------
    train : features and ``target`` of the drawn rows, in the order of the table.
    untouched : features of the rows that nobody may see.
    groups : (n,) codes of the group of the drawn rows, and (m,) of the untouched ones; None without groups.
    digest : of the row numbers; the same digest is the same draw.
    """

    train: pd.DataFrame
    untouched: pd.DataFrame
    y_test: np.ndarray
    groups: tuple[np.ndarray, np.ndarray] | None
    kind: str
    scheme: str
    digest: str


def cut(data: Data, rows: np.ndarray, untouched: np.ndarray) -> Sample:
    """Cut a sample out of a table, given row numbers (from `bench.honesty.draws.sample`)."""
    assert not {TARGET, GROUP} & set(data.features.columns)
    y = data.y[rows]
    binary = data.source.kind == "binary"
    train = data.features.iloc[rows].reset_index(drop=True)
    train[TARGET] = y.astype(np.int64) if binary else y
    drawn = np.concatenate([rows, [-1], untouched]).astype(np.int64)
    return Sample(
        train=train,
        untouched=data.features.iloc[untouched].reset_index(drop=True),
        y_test=data.y[untouched],
        groups=None if data.groups is None else (data.groups[rows], data.groups[untouched]),
        kind=data.source.kind,
        scheme=data.source.scheme,
        digest=hashlib.blake2b(drawn.tobytes(), digest_size=8).hexdigest(),
    )


def write(sample: Sample, folder: Path, *, own: bool) -> dict[str, Any]:
    """Write the two files of a job; return its part of the job file.

    ``own`` is lowtide's copy: with the column of the group, when the scheme has groups. Other tools have no
    use for that column in their defaults (it is no feature: its values are new at prediction), and get the
    same rows in the same order without it.
    """
    train, untouched = sample.train, sample.untouched
    told: dict[str, str] = {}
    if own:
        told["deploy"] = sample.scheme
        if sample.groups is not None:
            train, untouched = train.assign(group=sample.groups[0]), untouched.assign(group=sample.groups[1])
            told["group"] = GROUP
        if sample.scheme == "future":
            told["time"] = ":order"
    paths = {"train": folder / "train.parquet", "untouched": folder / "untouched.parquet"}
    _parquet(train, paths["train"])
    _parquet(untouched, paths["untouched"])
    return {"target": TARGET, "kind": sample.kind, "told": told} | {k: str(p) for k, p in paths.items()}


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write text as text, numbers as numbers, missing as null; without pandas' own metadata.

    Each tool brings its own version of pandas, which must not find another one's types.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {}
    for name in frame.columns:
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            values = values.astype(object).where(values.notna(), None).map(str, na_action="ignore")
            columns[str(name)] = pa.array(values.to_list(), pa.string(), from_pandas=True)
        else:
            columns[str(name)] = pa.array(values.to_numpy(), from_pandas=True)
    pq.write_table(pa.table(columns), path)
