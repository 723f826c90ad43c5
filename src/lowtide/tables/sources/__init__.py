"""Where tables come from. A new kind of source is one file here and one line in `SOURCES`."""

from __future__ import annotations

from lowtide.tables.sources.csv import Csv
from lowtide.tables.sources.excel import Excel
from lowtide.tables.sources.frame import Frame
from lowtide.tables.sources.json import Json
from lowtide.tables.sources.parquet import Parquet
from lowtide.tables.sources.source import Part, Source

#: Asked in this order; the first that takes a thing reads it.
SOURCES: tuple[Source, ...] = (Parquet(), Excel(), Json(), Csv(), Frame())

__all__ = ["SOURCES", "Part", "Source"]
