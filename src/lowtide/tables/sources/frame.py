"""Data that are in memory: pandas, polars, pyarrow, anything narwhals takes, dicts of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError, UsageError
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources.csv import sampled
from lowtide.tables.sources.file import File
from lowtide.tables.sources.native import simple, texts
from lowtide.tables.sources.source import Keep, Part

if TYPE_CHECKING:
    import pyarrow as pa


class Frame:
    """The source of frames. Nothing is guessed but what the frame itself cannot say in Arrow."""

    format = "frame"

    def takes(self, thing: object) -> bool:
        if isinstance(thing, File):
            return False
        return (
            isinstance(thing, Mapping) or hasattr(thing, "__arrow_c_stream__") or _native(thing) is not None
        )

    def read(self, thing: object, settings: ReadSettings, *, seed: int) -> Part:
        guesses: list[Guess] = []
        table = self._table(thing, guesses)
        if not table.num_columns:
            raise InputError("The frame has no columns.")
        if not table.num_rows:
            raise InputError(f"The frame has {table.num_columns} columns but no rows.")
        table, told = simple(table)
        keep = Keep(settings.row_limit, seed)
        for start in range(0, table.num_rows, 1 << 18):
            keep.add(table.slice(start, 1 << 18))
        table, rows, keys = keep.finish()
        guesses += told
        if len(rows) < keep.total:
            guesses.append(sampled(len(rows), keep.total, seed))
        raw = RawTable(
            data=table,
            rows=rows,
            total_rows=keep.total,
            format="frame",
            header_rows=0,
            guesses=tuple(guesses),
        )
        return Part(raw, keys)

    def _table(self, thing: object, guesses: list[Guess]) -> pa.Table:
        import pyarrow as pa

        if isinstance(thing, Mapping):
            return _mapping(thing)
        frame = _native(thing)
        if frame is not None and frame.implementation.is_pandas_like():
            return _pandas(frame.to_native(), guesses)
        try:
            if frame is not None and hasattr(frame, "to_arrow"):
                table = frame.to_arrow()
            else:
                table = pa.table(thing)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise UsageError(f"The frame cannot be turned into an Arrow table: {_one_line(error)}.") from None
        _no_twins([str(n) for n in table.column_names])
        return table


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


def _native(thing: object) -> Any:
    """Return a narwhals frame in memory, or ``None`` if narwhals does not know the thing."""
    import narwhals as nw
    from narwhals.exceptions import DuplicateError

    anything: Any = thing
    try:
        frame = nw.from_native(anything, pass_through=False)
    except DuplicateError as error:
        raise UsageError(f"The frame has two columns of one name: {_one_line(error)}.") from None
    except TypeError:
        return None
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def _no_twins(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UsageError(f"The frame has two columns named {name!r}: rename one of them.")
        seen.add(name)


def _mapping(columns: Mapping[Any, Any]) -> pa.Table:
    import pyarrow as pa

    names = [str(n) for n in columns]
    _no_twins(names)
    arrays = []
    for name, values in zip(names, columns.values(), strict=True):
        if (
            isinstance(values, str | bytes)
            or not hasattr(values, "__len__")
            or not hasattr(values, "__getitem__")
        ):
            raise UsageError(
                f"Column {name!r} of the dict is not a list of values ({type(values).__name__})."
            )
        arrays.append(_array(values))
    lengths = {len(a) for a in arrays}
    if len(lengths) > 1:
        shown = ", ".join(f"{n!r} has {len(a)}" for n, a in list(zip(names, arrays, strict=True))[:4])
        raise UsageError(f"The columns of the dict have different lengths: {shown}.")
    return pa.table(arrays, names=names) if arrays else pa.table({})


def _array(values: Any) -> pa.ChunkedArray:
    """Return values as Arrow; text where they are of several kinds."""
    import pyarrow as pa

    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return texts(list(values))
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _pandas(frame: Any, guesses: list[Guess]) -> pa.Table:
    """Return a pandas frame as Arrow: mixed columns as text, a named index as columns."""
    import pyarrow as pa

    index = [n for n in frame.index.names if n is not None]
    if index:
        clash = [str(n) for n in index if n in set(frame.columns)]
        if clash:
            raise UsageError(f"The frame has two columns named {clash[0]!r}: its index has that name too.")
        frame = frame.reset_index(level=index)
        facts: dict[str, str | int | float | bool | None] = {"names": ", ".join(str(n) for n in index)}
        guesses.append(
            Guess(what="index", value=", ".join(map(str, index)), evidence="index_named", facts=facts)
        )
    names = [_label(n) for n in frame.columns]
    _no_twins(names)
    arrays = []
    for at, name in enumerate(names):
        series = frame.iloc[:, at]
        array = _series(series)
        if series.dtype == object and pa.types.is_string(array.type) and _mixed(series):
            facts = {"column": name}
            guesses.append(
                Guess(what="type", value="text", evidence="mixed_to_text", facts=facts, column=name, sure=0.8)
            )
        arrays.append(array)
    return pa.table(arrays, names=names) if arrays else pa.table({})


def _label(name: Any) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _mixed(series: Any) -> bool:
    return any(not isinstance(v, str) for v in series.dropna().head(1_000))


def _series(series: Any) -> pa.ChunkedArray:
    """Return one pandas column as Arrow."""
    kind = str(series.dtype)
    if kind == "category":
        series = series.astype(object)
    elif kind.startswith("Sparse"):
        series = series.sparse.to_dense()
    elif kind.startswith(("period", "interval")):
        return texts([None if missing else str(v) for v, missing in zip(series, series.isna(), strict=True)])
    if series.dtype == object:
        values = series.where(series.notna(), None).tolist()
        if kind == "category":
            return texts(values)
        kinds = {type(v) for v in values if v is not None}
        if len(kinds) > 1 and not kinds <= {int, float}:
            return texts(values)
        return _array(values)
    return _array(series)
