"""Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError
from lowtide.tables.header import clean
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources.csv import sampled
from lowtide.tables.sources.file import File, reading, unpacked
from lowtide.tables.sources.native import simple
from lowtide.tables.sources.source import Keep, Part

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 65_536


class Parquet:
    """The source of parquet files: streamed, so that a sample of a huge one fits into memory."""

    format = "parquet"

    def takes(self, thing: object) -> bool:
        return isinstance(thing, File) and (thing.kind == "parquet" or thing.suffix in (".parquet", ".pq"))

    def read(self, thing: object, settings: ReadSettings, *, seed: int) -> Part:
        import pyarrow as pa
        import pyarrow.parquet as pq

        assert isinstance(thing, File)
        if thing.kind != "parquet":
            raise InputError(f"{thing.name} is not a parquet file in spite of its name.")
        keep = Keep(settings.row_limit, seed)
        guesses: dict[str, Guess] = {}
        names: list[str] = []
        renamed: list[Guess] = []
        with reading(thing.name), unpacked(thing) as path:
            try:
                with pq.ParquetFile(path) as file:
                    names, renamed = clean(list(file.schema_arrow.names))
                    for batch in file.iter_batches(BATCH):
                        table, told = simple(_table(batch, names))
                        guesses.update({g.column or "": g for g in told})
                        keep.add(table)
            except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
                raise InputError(
                    f"{thing.name} is a damaged parquet file ({_short(error)}): ask for it again."
                ) from None
        if not names:
            raise InputError(f"{thing.name} has no columns.")
        if not keep.total:
            raise InputError(f"{thing.name} has {len(names)} columns but no rows.")
        table, rows, keys = keep.finish()
        told = (*renamed, *guesses.values())
        if len(rows) < keep.total:
            told = (*told, sampled(len(rows), keep.total, seed))
        raw = RawTable(
            data=table, rows=rows, total_rows=keep.total, format="parquet", source=thing.name, guesses=told
        )
        return Part(raw, keys)


def _table(batch: pa.RecordBatch | pa.Table, names: list[str]) -> pa.Table:
    import pyarrow as pa

    return pa.table(list(batch.columns), names=names)


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()).split(". ")[0]
    return text[:120].rstrip(".: ") or type(error).__name__
