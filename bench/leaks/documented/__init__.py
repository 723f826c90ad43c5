"""Leaks that somebody documented: real tables in which a column, or the way the rows hang together, gives the answer away.

A case is here because a data dictionary, a help page or the catalogue of the data folder says so, never because a tool
finds it. Where a table has several leaking columns, each is judged alone, with the other ones taken out.
"""  # fmt: skip

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.leaks.case import Case
from bench.leaks.documented.columns import COLUMNS
from bench.leaks.documented.package import PACKAGED
from bench.leaks.documented.rows import ROWS
from bench.leaks.documented.spec import Leak, Source

SOURCES: tuple[Source, ...] = (*COLUMNS, *PACKAGED, *ROWS)


def cases(folder: Path) -> Iterator[Case]:
    """Yield every documented case whose file is there, one table after the other (a table is read once)."""
    for source in SOURCES:
        yield from source.cases(folder)


__all__ = ["SOURCES", "Leak", "Source", "cases"]
