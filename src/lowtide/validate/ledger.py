"""The ledger: every trial ever made on a question, and every look at held-out outcomes.

Records live in SQLite, out-of-fold predictions in one parquet file a trial. A prediction file is written
whole under its final name before its record is inserted: a process killed at any moment leaves at worst
a file that no record names, which is ignored and later removed.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InputError
from lowtide.core.settlement import Settlement
from lowtide.core.text import write_bytes
from lowtide.splits.hashing import Keys
from lowtide.tables.table import Floats, Ints
from lowtide.validate.ledger_schema import SCHEMA, VERSION, Look, Piece, TrialRecord, average

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "ledger.sqlite"
PREDICTIONS = "predictions"
BUSY_SECONDS = 30.0
# Another process may be about to record a file that is younger than this.
ORPHAN_SECONDS = 24 * 3600.0


class Ledger:
    """Trials and looks in a folder; several processes may read and write at the same time.

    Make one with `Ledger.open`; use it from one thread, and close it (or use ``with``).
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, who: str | None) -> None:
        self.folder = folder
        self.who = who
        self._db = connection

    @classmethod
    def open(cls, folder: Path, *, who: str | None = None) -> Ledger:
        """Open the ledger in ``folder``, making it when it is not there.

        Parameters
        ----------
        folder : usually ``<project>/ledger``.
        who : name noted with what is added; none is taken from the machine.

        Raises
        ------
        InputError
            When the folder cannot be written, the file is no ledger, is damaged, or is too new.
        """
        path = folder / NAME
        try:
            (folder / PREDICTIONS).mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except (OSError, sqlite3.OperationalError) as error:
            raise InputError(f"The ledger {path} cannot be opened for writing ({_plain(error)}).") from None
        try:
            _prepare(connection, path)
        except sqlite3.DatabaseError as error:
            connection.close()
            raise InputError(_unusable(path, error)) from None
        except InputError:
            connection.close()
            raise
        ledger = cls(folder, connection, who)
        ledger._remove_orphans()
        return ledger

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, record: TrialRecord, keys: Keys, pieces: Sequence[Piece]) -> TrialRecord:
        """Record a trial with its predictions, and return the record as kept.

        A trial that is there already is counted once: it is replaced only by a record that saw more
        folds, or that now succeeded.

        Parameters
        ----------
        keys : (n,) uint64 key of every row of the data.
        pieces : predictions by fold, as positions into ``keys``.
        """
        old = self.find(record)
        lost = old is not None and self.pieces(old, keys) is None
        if old is not None and not lost and not _better(record, old):
            return old
        file = None
        if pieces:
            file = f"{PREDICTIONS}/{record.identity}-{record.folds_seen}.parquet"
            write_bytes(self.folder / file, _to_parquet(pieces, keys))
        record = msgspec.structs.replace(record, who=record.who or self.who, file=file, id=0)
        with self.writing():
            # Another process may have recorded the same trial meanwhile.
            old = self.find(record)
            if old is None or lost or _better(record, old):
                self._db.execute(
                    "INSERT INTO trials (identity, question, status, record) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (identity) DO UPDATE SET status = excluded.status, record = excluded.record",
                    (record.identity, record.question, record.status, msgspec.json.encode(record).decode()),
                )
            kept = self.find(record)
        return record if kept is None else kept

    def find(self, like: TrialRecord) -> TrialRecord | None:
        """Return the record of the same trial (question, data, folds, recipe, engine), if it is there."""
        row = self._db.execute(
            "SELECT id, record FROM trials WHERE identity = ?", (like.identity,)
        ).fetchone()
        return None if row is None else _record(row)

    def trials(self, question: str | None = None) -> list[TrialRecord]:
        """Return all trials, or those of one question, oldest first; stopped ones are not trials."""
        where, values = ("", ()) if question is None else (" AND question = ?", (question,))
        rows = self._db.execute(
            f"SELECT id, record FROM trials WHERE status != 'stopped'{where} ORDER BY id", values
        )
        return [_record(row) for row in rows]

    def count(self, question: str | None = None) -> int:
        """Return the number of trials, of one question or of all."""
        return len(self.trials(question))

    def pieces(self, record: TrialRecord, keys: Keys) -> list[Piece] | None:
        """Return the predictions of a trial for the rows with these keys; None when its file is unreadable."""
        if record.file is None:
            return []
        return _from_parquet(self.folder / record.file, keys)

    def trials_on(self, keys: Keys, *, least: float = 0.5) -> int:
        """Return how many trials were judged on at least this share of the rows with these keys."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        wanted = np.unique(keys)
        count = 0
        for record in self.trials():
            if record.file is None or not len(wanted):
                continue
            try:
                seen = pq.read_table(self.folder / record.file, columns=["key"], use_threads=False)
            except (OSError, pa.ArrowException):
                continue  # a lost file cannot say which rows it was about
            count += float(np.isin(wanted, seen.column("key").to_numpy()).mean()) >= least
        return count

    def cube(
        self, question: str, keys: Keys, *, width: int = 1, data: str | None = None
    ) -> tuple[Floats, list[TrialRecord]]:
        """Return every trial's out-of-fold predictions of the rows with these keys.

        Earlier runs, other feature sets and other people's trials are in it; a trial that never saw a
        row, or saw it under another number of classes, has NaN there.

        Parameters
        ----------
        keys : (n,) uint64.
        width : 1, or the number of classes.
        data : only trials on these rows (a `data_key`); all by default.

        Returns
        -------
        predictions, records : (n, T) or (n, T, width), and the T records, oldest first.
        """
        records = [r for r in self.trials(question) if data is None or r.data == data]
        shape = (len(keys), len(records)) if width == 1 else (len(keys), len(records), width)
        cube = np.full(shape, np.nan)
        for place, record in enumerate(records):
            if record.width != width:
                continue
            pieces = self.pieces(record, keys)
            if pieces:
                cube[:, place] = average(pieces, len(keys), width)
        return cube, records

    def look(self, question: str, *, metric: str, what: str, value: float | None = None) -> None:
        """Note that somebody looked at held-out outcomes."""
        note = Look(question=question, metric=metric, what=what, value=value, who=self.who, at=now())
        with self.writing():
            self._db.execute(
                "INSERT INTO looks (question, record) VALUES (?, ?)",
                (question, msgspec.json.encode(note).decode()),
            )

    def looks(self, question: str | None = None) -> list[Look]:
        """Return the looks, of one question or of all, oldest first."""
        where, values = ("", ()) if question is None else (" WHERE question = ?", (question,))
        rows = self._db.execute(f"SELECT record FROM looks{where} ORDER BY id", values)
        return [msgspec.json.decode(record, type=Look) for (record,) in rows]

    def metrics_looked_at(self, question: str, present: str | None = None) -> tuple[str, ...]:
        """Return the metrics in which a floor of this question was seen, by name; ``present`` is one of them."""
        seen = {
            look.metric for look in self.looks(question) if look.what == "floor" and look.value is not None
        }
        return tuple(sorted(seen | ({present} if present is not None else set())))

    def settle(
        self,
        question: str,
        model: str,
        make: Callable[[list[tuple[Settlement, bytes]]], tuple[Settlement, bytes | None]],
    ) -> Settlement:
        """Compare outcomes with the promise of a model, and keep what came of it.

        Parameters
        ----------
        model : seal of the bundle: another model is another promise.
        make : from earlier settlements, each with its rows, to the new one and its rows (None: nothing new).
            Nobody else settles meanwhile, so no row is counted twice.
        """
        with self.writing():
            past = self._db.execute(
                "SELECT record, rows FROM settlements WHERE model = ? ORDER BY id", (model,)
            )
            made, rows = make([(msgspec.json.decode(r, type=Settlement), data) for r, data in past])
            if rows is not None:
                self._db.execute(
                    "INSERT INTO settlements (question, model, record, rows) VALUES (?, ?, ?, ?)",
                    (question, model, msgspec.json.encode(made).decode(), rows),
                )
        return made

    def settlements(self, model: str | None = None) -> list[Settlement]:
        """Return what settling came to, of one model or of all, oldest first."""
        where, values = ("", ()) if model is None else (" WHERE model = ?", (model,))
        rows = self._db.execute(f"SELECT record FROM settlements{where} ORDER BY id", values)
        return [msgspec.json.decode(record, type=Settlement) for (record,) in rows]

    def check(self) -> bool:
        """Tell whether SQLite finds its file whole."""
        return [row[0] for row in self._db.execute("PRAGMA integrity_check")] == ["ok"]

    def one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a query (for the other books kept in this file)."""
        row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row

    def write(self, statement: str, *values: Any) -> None:
        """Change another book kept in this file; only inside `writing`."""
        self._db.execute(statement, values)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Take the write lock at once: a later upgrade from reading could not wait for it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _remove_orphans(self) -> None:
        """Remove old prediction files that no record names (left by a killed process)."""
        limit = time.time() - ORPHAN_SECONDS
        folder = self.folder / PREDICTIONS
        old = [p for p in folder.iterdir() if _modified(p) < limit]
        if not old:
            return
        rows = self._db.execute("SELECT id, record FROM trials")
        named = {file for file in (_record(row).file for row in rows) if file is not None}
        for path in old:
            if f"{PREDICTIONS}/{path.name}" not in named:
                with contextlib.suppress(OSError):
                    path.unlink()


def now() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set the journal and make or check the schema."""
    # Two processes that make the file together collide here, and SQLite does not wait by itself.
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous = FULL")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise InputError(f"The ledger {path} was written by a newer lowtide: update lowtide to use it.")
    if version < VERSION:
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")


def _better(new: TrialRecord, old: TrialRecord) -> bool:
    """Tell whether a new record of the same trial says more than the old one."""
    if old.status == "done":
        return False
    return new.status == "done" or new.folds_seen > old.folds_seen or old.status == "stopped"


def _record(row: tuple[int, str]) -> TrialRecord:
    record = msgspec.json.decode(row[1], type=TrialRecord)
    return msgspec.structs.replace(record, id=row[0])


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")


def _plain(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _unusable(path: Path, error: sqlite3.DatabaseError) -> str:
    if isinstance(error, sqlite3.OperationalError):
        return f"The ledger {path} cannot be used ({error})."
    return (
        f"The ledger {path} is damaged ({error}). Restore it from a backup, or move it away to begin anew: "
        "trials made before will then not be counted."
    )


def occurrences(keys: Keys) -> Ints:
    """Return how many earlier rows have the same key, for each row (n,)."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = sorted_keys[1:] != sorted_keys[:-1]
    starts = np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))
    found = np.empty(len(keys), dtype=np.int64)
    found[order] = np.arange(len(keys)) - starts
    return found


def _to_parquet(pieces: Sequence[Piece], keys: Keys) -> bytes:
    """Write ``key``, ``occurrence`` (of equal keys), ``fold``, ``p0`` ... ``pk`` as parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = np.concatenate([p.rows for p in pieces])
    values = np.concatenate([p.values for p in pieces])
    values = values[:, None] if values.ndim == 1 else values
    columns = {
        "key": keys[rows],
        "occurrence": occurrences(keys)[rows].astype(np.int32),
        "fold": np.repeat([p.fold for p in pieces], [len(p.rows) for p in pieces]).astype(np.int32),
    }
    columns |= {f"p{k}": values[:, k] for k in range(values.shape[1])}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({n: _arrow(v) for n, v in columns.items()}), sink, compression="zstd")
    return bytes(sink.getvalue())


def _arrow(values: npt.NDArray[Any]) -> pa.Array:
    """Wrap numbers without copying; `pyarrow.array` would import pandas wherever it is installed."""
    import pyarrow as pa

    values = np.ascontiguousarray(values)
    kind = {"u8": pa.uint64(), "i4": pa.int32(), "f8": pa.float64()}[values.dtype.str[1:]]
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _from_parquet(path: Path, keys: Keys) -> list[Piece] | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, use_threads=False)
        width = len(table.column_names) - 3
        stored = {n: table.column(n).to_numpy() for n in ("key", "occurrence", "fold")}
        values = np.column_stack([table.column(f"p{k}").to_numpy() for k in range(width)])
    except (OSError, KeyError, pa.ArrowException):
        return None
    rows = _locate(keys, stored["key"], stored["occurrence"])
    here = rows >= 0
    pieces = []
    for fold in np.unique(stored["fold"]):
        chosen = here & (stored["fold"] == fold)
        if chosen.any():
            found = values[chosen]
            pieces.append(Piece(int(fold), rows[chosen], found[:, 0] if width == 1 else found))
    return pieces


def _locate(keys: Keys, wanted: Keys, occurrence: Ints) -> Ints:
    """Return the position in ``keys`` of the given occurrence of each wanted key; -1 when there is none."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    place = np.searchsorted(ordered, wanted, side="left") + occurrence
    inside = place < len(keys)
    place = np.where(inside, place, 0)
    found = inside & (ordered[place] == wanted) if len(keys) else np.zeros(len(wanted), dtype=bool)
    return np.where(found, order[place], -1) if len(keys) else np.full(len(wanted), -1, dtype=np.int64)
