"""The fast reader: DuckDB, strictly by the plan. Anything that is not as planned is left to the careful one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lowtide.tables.fields import BLANKS
from lowtide.tables.sources.source import Keep

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from lowtide.tables.sources.csv import Plan

BATCH = 100_000
#: A file of one column is parted by a sign that text does not hold.
NEVER = "\x1f"


def connect() -> duckdb.DuckDBPyConnection:
    """Open an empty in-memory database that keeps row order and fetches nothing from the network."""
    import duckdb

    return duckdb.connect(
        config={
            "preserve_insertion_order": "true",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": "2GB",
        }
    )


def schema(names: Sequence[str]) -> pa.Schema:
    """All columns are text."""
    import pyarrow as pa

    return pa.schema([(n, pa.string()) for n in names])


def quoted(text: str) -> str:
    """Return a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def read(path: Path, compression: str, plan: Plan, keep: Keep) -> Keep | None:
    """Add all rows to ``keep``; ``None`` if the file is not strictly as planned."""
    import duckdb

    if plan.dialect.delimiter == BLANKS:
        return None
    connection = connect()
    try:
        reader = connection.sql(query(path, compression, plan)).to_arrow_reader(BATCH)
        first = True
        for batch in reader:
            if first and not _begins_right(batch, plan):
                return None
            first = False
            keep.add(_named(batch, plan.columns))
    except (duckdb.Error, OSError):
        # Errors in the middle of a stream come through Arrow, as OSError.
        return None
    finally:
        connection.close()
    return keep if keep.total else None


def query(path: Path, compression: str, plan: Plan) -> str:
    """Return the SQL that reads the data rows as text, the empty cell as NULL."""
    dialect = plan.dialect
    columns = ", ".join(f"'k{i}': 'VARCHAR'" for i in range(plan.fields))
    options = {
        "columns": "{" + columns + "}",
        "auto_detect": "false",
        "header": "false",
        "skip": str(plan.skip),
        "delim": quoted(dialect.delimiter or NEVER),
        "quote": quoted(dialect.quote),
        "escape": quoted(dialect.escape),
        "nullstr": "''",
        "strict_mode": "true",
        "null_padding": "false",
        "compression": quoted(compression or "none"),
    }
    pattern = str(path)
    for sign in "[*?":
        # DuckDB would take these for a pattern of several files.
        pattern = pattern.replace(sign, f"[{sign}]")
    return f"SELECT * FROM read_csv({quoted(pattern)}, {', '.join(f'{k}={v}' for k, v in options.items())})"


def _begins_right(batch: pa.RecordBatch, plan: Plan) -> bool:
    """Whether the first row is the one that the plan saw (titles and headers were skipped right)."""
    if not batch.num_rows:
        return True
    first = [column[0].as_py() or "" for column in batch.columns]
    return first == list(plan.first)


def _named(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    arrays = list(batch.columns)
    arrays += [pa.nulls(batch.num_rows, pa.string()) for _ in range(len(names) - len(arrays))]
    return pa.Table.from_arrays(arrays, schema=schema(names))
