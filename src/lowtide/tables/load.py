"""One door for everything that can be read: ``load(source)``."""

from __future__ import annotations

import glob
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError, UsageError
from lowtide.tables.raw import RawTable, ReadSettings

if TYPE_CHECKING:
    from lowtide.tables.sources.source import Part

URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
DEFAULT = ReadSettings()


def load(source: object, settings: ReadSettings = DEFAULT, *, seed: int = 0) -> RawTable:
    """Read a source into rows as it wrote them, with every guess and its evidence.

    Parameters
    ----------
    source : path of a file (csv, tsv, txt, xlsx, xls, parquet, json, jsonl; plain, gz or zst); a pattern
        of files of one kind (``data/*.csv``), put below one another in sorted order; ``"-"`` for
        standard input; a frame (pandas, polars, pyarrow, anything narwhals takes or with
        ``__arrow_c_stream__``); a dict of columns.
    settings : what a person said about reading; ``None`` fields are guessed by evidence.
    seed : of the uniform sample when there are more rows than ``settings.row_limit``.

    Raises
    ------
    InputError
        If there is nothing that can be read as a table; the sentence says what it seems to be.
    UsageError
        If a setting does not fit, or the kind of source is not one that can be read.
    """
    if settings.row_limit < 1:
        raise UsageError(f"row_limit = {settings.row_limit} (setting read.row_limit) must be at least 1.")
    if isinstance(source, str | Path):
        return _named(source, settings, seed)
    return _part(source, settings, seed).raw


def _named(source: str | Path, settings: ReadSettings, seed: int) -> RawTable:
    from lowtide.tables.sources.file import locate, temporary

    text = str(source)
    url = URL.match(text)
    if url:
        raise _url(url.group(1).lower())
    if text == "-":
        with temporary() as path:
            _spool(path)
            return _part(locate(path, "standard input"), settings, seed).raw
    path = Path(text).expanduser()
    if glob.has_magic(text) and not _exists(path):
        return _pattern(text, settings, seed)
    if _is_pipe(path):
        with temporary() as copy:
            copy.write_bytes(path.read_bytes())
            return _part(locate(copy, "the pipe"), settings, seed).raw
    return _part(locate(path), settings, seed).raw


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_pipe(path: Path) -> bool:
    try:
        return path.is_fifo()
    except (OSError, ValueError):
        return False


def _url(scheme: str) -> UsageError:
    if scheme in ("http", "https", "ftp", "s3", "gs", "az", "hdfs"):
        return UsageError(f"Addresses ({scheme}://) are not fetched: download the file and give its path.")
    return UsageError(
        f"SQL sources ({scheme}://) are not there yet: export the query to CSV or parquet and give its path."
    )


def _spool(path: Path) -> None:
    with path.open("wb") as out:
        while chunk := sys.stdin.buffer.read(1 << 22):
            out.write(chunk)


def _part(thing: object, settings: ReadSettings, seed: int) -> Part:
    from lowtide.tables.sources import SOURCES

    for source in SOURCES:
        if source.takes(thing):
            return source.read(thing, settings, seed=seed)
    raise UsageError(
        f"A {type(thing).__name__} cannot be read as a table: give the path of a file, a frame "
        "(pandas, polars, pyarrow) or a dict of columns."
    )


def _pattern(pattern: str, settings: ReadSettings, seed: int) -> RawTable:
    """Read all files of a pattern and put their rows below one another."""
    from lowtide.tables.sources.file import locate

    paths = sorted(p for p in map(Path, _matching(pattern)) if p.is_file())
    if not paths:
        raise InputError(f"No file matches the pattern {Path(pattern).name!r}.")
    # Every file draws the keys of its sample from a seed of its own.
    parts = [_part(locate(p), settings, seed + 1_000_003 * i) for i, p in enumerate(paths)]
    if len(parts) == 1:
        return parts[0].raw
    return _together(parts, Path(pattern).name, settings, seed)


def _matching(pattern: str) -> list[str]:
    # Path.glob takes no absolute patterns.
    return glob.glob(str(Path(pattern).expanduser()), recursive=True)  # noqa: PTH207


def _together(parts: Sequence[Part], pattern: str, settings: ReadSettings, seed: int) -> RawTable:
    from lowtide.tables.sources.csv import sampled
    from lowtide.tables.sources.native import concat
    from lowtide.tables.sources.source import smallest

    first = parts[0].raw
    names = first.data.column_names
    for part in parts[1:]:
        _same_columns(first, part.raw)
    table = concat([p.raw.data.select(names) for p in parts])
    before = np.cumsum([0, *(p.raw.total_rows for p in parts)])
    rows = np.concatenate([p.raw.rows + b for p, b in zip(parts, before, strict=False)])
    keys = np.concatenate([p.keys for p in parts])
    total = int(before[-1])
    stay = smallest(keys, settings.row_limit)
    guesses = [
        Guess(
            what="files",
            value=str(len(parts)),
            evidence="files_together",
            facts={"files": len(parts), "rows": total, "first": first.source, "last": parts[-1].raw.source},
        ),
        *(g for g in first.guesses if g.evidence != "rows_sampled"),
    ]
    if len(stay) < len(rows) or len(rows) < total:
        guesses.append(sampled(len(stay), total, seed))
    return replace(
        first,
        data=table.take(stay).combine_chunks() if len(stay) < len(rows) else table.combine_chunks(),
        rows=rows[stay],
        total_rows=total,
        source=pattern,
        ragged=tuple(r for p in parts for r in p.raw.ragged),
        guesses=tuple(guesses),
        notes={"files": [p.raw.source for p in parts]},
    )


def _same_columns(first: RawTable, other: RawTable) -> None:
    one, two = first.data.column_names, other.data.column_names
    if set(one) == set(two):
        return
    lacks = [n for n in one if n not in set(two)]
    more = [n for n in two if n not in set(one)]
    what = " and ".join(
        part
        for part in (
            f"lacks {', '.join(map(repr, lacks[:3]))}{', …' if len(lacks) > 3 else ''}" if lacks else "",
            f"has {', '.join(map(repr, more[:3]))}{', …' if len(more) > 3 else ''} besides" if more else "",
        )
        if part
    )
    raise InputError(
        f"The files have different columns: {other.source} {what}, compared with {first.source}; "
        "give a pattern that matches files of one kind."
    )
