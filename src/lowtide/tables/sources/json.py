"""JSON: an array of records, records under a key, columns, or one record a line."""

from __future__ import annotations

import io
import json as plain
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import msgspec

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError
from lowtide.tables.encoding import decide, look_at
from lowtide.tables.header import clean
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources.csv import sampled
from lowtide.tables.sources.file import File, chunks, open_stream, reading
from lowtide.tables.sources.native import texts
from lowtide.tables.sources.source import Keep, Part

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000
LINES = (".jsonl", ".ndjson", ".jsonlines")
Record = dict[str, Any]


class Json:
    """The source of JSON files. Records inside records become columns ``outer.inner``, lists JSON text."""

    format = "json"

    def takes(self, thing: object) -> bool:
        if not isinstance(thing, File) or thing.kind != "text":
            return False
        if thing.suffix in (".json", ".geojson", *LINES):
            return True
        start = thing.head[:256].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b" ", b"")
        return thing.suffix not in (".csv", ".tsv") and start.startswith((b'{"', b'[{"', b'[{\n"', b'{\n"'))

    def read(self, thing: object, settings: ReadSettings, *, seed: int) -> Part:
        assert isinstance(thing, File)
        found = look_at(chunks(thing))
        encoding = decide(found, settings.encoding)
        guesses = [encoding]
        keep = Keep(settings.row_limit, seed)
        nested: dict[str, str] = {}
        for batch in _batches(thing, encoding.value, guesses):
            keep.add(_table(batch, nested))
        if not keep.total:
            raise InputError(f"{thing.name} holds no records.")
        table, rows, keys = keep.finish()
        if table.column_names == [""] and table.column(0).null_count == len(table):
            raise InputError(f"The records of {thing.name} have no fields.")
        names, renamed = clean(list(table.column_names))
        table = table.rename_columns(names)
        flat = sum("." in n for n, how in nested.items() if how == "record")
        lists = sum(how == "list" for how in nested.values())
        if flat:
            guesses.append(
                Guess(what="columns", value=str(flat), evidence="json_flattened", facts={"count": flat})
            )
        if lists:
            facts: dict[str, str | int | float | bool | None] = {"count": lists}
            guesses.append(
                Guess(what="columns", value=str(lists), evidence="json_lists", facts=facts, sure=0.8)
            )
        guesses += renamed
        if len(rows) < keep.total:
            guesses.append(sampled(len(rows), keep.total, seed))
        raw = RawTable(
            data=table,
            rows=rows,
            total_rows=keep.total,
            format="json",
            source=thing.name,
            encoding=encoding.value,
            header_rows=0,
            guesses=tuple(guesses),
        )
        return Part(raw, keys)


def _batches(file: File, encoding: str, guesses: list[Guess]) -> Iterator[list[Record]]:
    """Yield records in batches: line by line without holding the file, or from the whole document."""
    lines = _lines(file, encoding)
    _, first = next(lines, (0, ""))
    more = next(lines, None)
    if (file.suffix in LINES or more is not None) and isinstance(_try(first), dict):
        guesses.append(Guess(what="layout", value="lines", evidence="json_lines"))
        yield from _line_batches(file, encoding)
        return
    with reading(file.name):
        data = b"".join(chunks(file)).decode(encoding, "replace").removeprefix("\ufeff")
    yield from _document(file.name, data, guesses)


def _lines(file: File, encoding: str) -> Iterator[tuple[int, str]]:
    with reading(file.name), open_stream(file) as stream:
        text = io.TextIOWrapper(cast("io.BufferedReader", stream), encoding, errors="replace")
        for number, line in enumerate(text, 1):
            stripped = line.strip("\ufeff \t\r\n")
            if stripped:
                yield number, stripped


def _line_batches(file: File, encoding: str) -> Iterator[list[Record]]:
    lines = _lines(file, encoding)
    while batch := list(islice(lines, BATCH)):
        records = []
        for number, line in batch:
            value = _try(line)
            if not isinstance(value, dict):
                what = "is cut off or no JSON" if value is _BROKEN else "is no record ({...})"
                raise InputError(f"Line {number} of {file.name} {what}: every line must be one JSON record.")
            records.append(value)
        yield records


_BROKEN = object()


def _try(text: str | bytes) -> Any:
    """Return the value of a JSON text, or `_BROKEN`. NaN and Infinity, which Python writes, are taken."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    try:
        return plain.loads(text)
    except (ValueError, RecursionError):
        return _BROKEN


def _document(name: str, text: str, guesses: list[Guess]) -> Iterator[list[Record]]:
    """Yield the records of one document. An array is cut into its elements before any is decoded."""
    start = text.lstrip()[:1]
    if start == "[":
        yield from _array(name, text, "")
        guesses.append(Guess(what="layout", value="array", evidence="json_array"))
        return
    if start != "{":
        raise InputError(f"{name} is no JSON: it begins with {text.strip()[:12]!r}, not with '[' or '{{'.")
    value = _try(text)
    if value is _BROKEN:
        raise InputError(f"{name} is damaged or cut-off JSON{_where(text)}: ask for it again.")
    yield _records(name, value, guesses)


def _array(name: str, text: str, under: str) -> Iterator[list[Record]]:
    try:
        raw = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        value = _try(text)
        if value is _BROKEN or not isinstance(value, list):
            raise InputError(f"{name} is damaged or cut-off JSON{_where(text)}: ask for it again.") from None
        yield [_record(name, v, i) for i, v in enumerate(value, 1)]
        return
    for start in range(0, len(raw), BATCH):
        part = raw[start : start + BATCH]
        yield [_record(name, _try(bytes(v)), i) for i, v in enumerate(part, start + 1)]


def _record(name: str, value: Any, number: int) -> Record:
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a plain value"
        raise InputError(
            f"Element {number} of {name} is {kind}, not a record ({{...}}): give an array of records."
        )
    return value


def _where(text: str) -> str:
    try:
        plain.loads(text)
    except plain.JSONDecodeError as error:
        return f" (line {error.lineno}, column {error.colno})"
    except (ValueError, RecursionError):
        return " (nested too deeply)"
    return ""


def _records(name: str, value: Record, guesses: list[Guess]) -> list[Record]:
    """Find the records in an object: under a key, in columns, by index, or the object itself."""
    arrays = {
        k: v for k, v in value.items() if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)
    }
    if arrays:
        key = max(arrays, key=lambda k: len(arrays[k]))
        facts: dict[str, str | int | float | bool | None] = {"key": key, "records": len(arrays[key])}
        guesses.append(Guess(what="layout", value=key, evidence="json_under_key", facts=facts, sure=0.9))
        return cast("list[Record]", arrays[key])
    names, rows = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(r, list) for r in rows):
        guesses.append(Guess(what="layout", value="split", evidence="json_split"))
        labels = [str(n) for n in names]
        return [dict(zip(labels, r, strict=False)) for r in rows]
    inner = list(value.values())
    if inner and all(isinstance(v, list) for v in inner) and len({len(v) for v in inner}) == 1:
        guesses.append(Guess(what="layout", value="columns", evidence="json_columns", sure=0.9))
        return [dict(zip(value, row, strict=True)) for row in zip(*inner, strict=True)]
    if (
        len(inner) > 1
        and all(isinstance(v, dict) and v for v in inner)
        and len({tuple(v) for v in inner}) == 1
    ):
        if all(k.isdigit() for k in inner[0]):
            guesses.append(Guess(what="layout", value="columns", evidence="json_columns", sure=0.9))
            return [{k: value[k][i] for k in value} for i in inner[0]]
        guesses.append(Guess(what="layout", value="index", evidence="json_index", sure=0.8))
        return inner
    if inner and not any(isinstance(v, dict | list) for v in inner):
        return [value]
    raise InputError(
        f"{name} is JSON, but holds no records: give an array of records, or one record a line (jsonl)."
    )


def _flatten(record: Record, out: Record, nested: dict[str, str], prefix: str = "", depth: int = 0) -> None:
    for key, value in record.items():
        name = prefix + str(key)
        if isinstance(value, dict) and value and depth < 20:
            _flatten(value, out, nested, f"{name}.", depth + 1)
            continue
        while name in out:
            name += "_2"
        out[name] = None if value == {} else value
        if prefix:
            nested.setdefault(name, "record")
        if isinstance(value, list | dict):
            nested[name] = "list"


def _table(records: list[Record], nested: dict[str, str]) -> pa.Table:
    """Make one table of a batch; columns in the order in which they first appear."""
    import pyarrow as pa

    flat: list[Record] = []
    names: dict[str, None] = {}
    for record in records:
        row: Record = {}
        _flatten(record, row, nested)
        flat.append(row)
        names.update(dict.fromkeys(row))
    columns = {n: _column([r.get(n) for r in flat]) for n in names}
    if not columns:
        return pa.table({"": pa.nulls(len(records))})
    return pa.table(list(columns.values()), names=list(columns))


def _column(values: list[Any]) -> pa.ChunkedArray:
    """Native where all values are of one kind, else text."""
    import pyarrow as pa

    kinds = {type(v) for v in values if v is not None}
    if not kinds:
        return pa.chunked_array([pa.nulls(len(values))])
    kind = None
    if kinds == {bool}:
        kind = pa.bool_()
    elif kinds == {int} and all(v is None or -(2**63) <= v < 2**63 for v in values):
        kind = pa.int64()
    elif kinds <= {int, float} and float in kinds:
        kind = pa.float64()
    return texts(values) if kind is None else pa.chunked_array([pa.array(values, kind, from_pandas=True)])
