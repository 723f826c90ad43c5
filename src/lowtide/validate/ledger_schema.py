"""What the ledger keeps: the SQL schema, and the records as values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.recipe import Recipe
from lowtide.core.task import Kind, Scheme
from lowtide.tables.table import Floats, Ints

VERSION = 2

# ``done``: all folds predicted. ``dropped``: hopeless by its scores, not completed. ``failed``: the learner
# raised. ``stopped``: the budget ended first; not a trial, its folds are used when it is taken up again.
Status = Literal["done", "dropped", "failed", "stopped"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS trials (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    question TEXT NOT NULL,
    status TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS trials_of_question ON trials (question, id);
CREATE TABLE IF NOT EXISTS looks (
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS looks_of_question ON looks (question, id);
CREATE TABLE IF NOT EXISTS vaults (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    record TEXT NOT NULL,
    members BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS openings (
    vault INTEGER PRIMARY KEY CHECK (vault = 1),
    record TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS settlements (
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    model TEXT NOT NULL,
    record TEXT NOT NULL,
    rows BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS settlements_of_model ON settlements (model, id);
"""


class TrialRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, as the ledger keeps it.

    Attributes
    ----------
    question : key of the question (`question_key`).
    data : key of the rows and of what may be learned from them.
    folds : key of the folds (`folds_key`).
    engine : version of lowtide that made it: the same recipe may mean something else in another.
    who : name of the person, only when one was given.
    started : UTC, ISO 8601.
    seconds : time spent fitting and predicting.
    scores : metric name to score of all held-out rows together, not corrected for selection.
    fold_scores, fold_seconds : of the folds seen, in order; a score is None where it is undefined.
    folds_seen, folds_total : a dropped or stopped trial saw fewer.
    rows : rows of the data.
    width : predictions per row (1, or the number of classes).
    file : parquet of its predictions in the ledger's folder, if any.
    id : number in the ledger, 0 when it is not in one.
    """

    question: str
    data: str
    folds: str
    recipe: Recipe
    engine: str
    status: Status
    started: str = ""
    seconds: float = 0.0
    seed: int = 0
    reason: str | None = None
    scores: dict[str, float | None] = {}
    fold_scores: tuple[float | None, ...] = ()
    fold_seconds: tuple[float, ...] = ()
    folds_seen: int = 0
    folds_total: int = 0
    rows: int = 0
    width: int = 1
    who: str | None = None
    file: str | None = None
    id: int = 0

    @property
    def identity(self) -> str:
        """Equal identities are one trial: same question, rows, folds, recipe, engine."""
        return digest(self.question, self.data, self.folds, self.recipe.key, self.engine)

    @property
    def name(self) -> str:
        return self.recipe.name


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look at held-out outcomes: which metric, of what, when, and what was seen."""

    question: str
    metric: str
    what: str
    value: float | None = None
    who: str | None = None
    at: str = ""


class Piece(msgspec.Struct, frozen=True):
    """Predictions of one fold.

    Attributes
    ----------
    fold : place in the sequence of folds.
    rows : (m,) positions of the predicted rows.
    values : (m,) or (m, classes).
    """

    fold: int
    rows: Ints
    values: Floats


def digest(*parts: str | bytes) -> str:
    """Return a 20-digit hex hash of parts, which cannot run into each other."""
    made = hashlib.blake2b(digest_size=10)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "little"))
        made.update(data)
    return made.hexdigest()


def question_key(
    *,
    target: str,
    kind: Kind,
    scheme: Scheme,
    group: str | None = None,
    time: str | None = None,
    horizon: float | None = None,
    gap: float | None = None,
    positive: str | None = None,
) -> str:
    """Return the key of a question: trials of one question compete, and are counted together."""
    plain = [target, kind, scheme, group, time, horizon or 0.0, gap or 0.0, positive]
    return digest(msgspec.json.encode(plain))


def data_key(keys: npt.NDArray[np.uint64], y: Floats, *more: str) -> str:
    """Return the key of the rows: keys and outcomes in order, and ``more`` (roles, contract) as text."""
    return digest(
        np.ascontiguousarray(keys, dtype="<u8").tobytes(),
        np.ascontiguousarray(y, dtype="<f8").tobytes(),
        *more,
    )


def folds_key(folds: Sequence[tuple[Ints, Ints]]) -> str:
    """Return the key of (train, test) positions."""
    return digest(*(np.ascontiguousarray(s, dtype="<i8").tobytes() for fold in folds for s in fold))


def average(pieces: Sequence[Piece], n: int, width: int) -> Floats:
    """Return (n,) or (n, width) predictions, the mean where a row was predicted more than once, else NaN.

    Pieces are summed in the order of their folds, so that the result is the same to the last bit
    whether they come from memory or from the ledger.
    """
    shape = (n,) if width == 1 else (n, width)
    total, count = np.zeros(shape), np.zeros(n, dtype=np.int64)
    for piece in sorted(pieces, key=lambda p: p.fold):
        total[piece.rows] += piece.values
        count[piece.rows] += 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / (count if width == 1 else count[:, None]), dtype=np.float64)
