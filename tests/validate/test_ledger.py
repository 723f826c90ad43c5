"""The ledger keeps every trial, once, and can always be opened."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowtide.core.errors import InputError
from lowtide.core.recipe import Recipe
from lowtide.validate.ledger import Ledger, occurrences
from lowtide.validate.ledger_schema import Piece, TrialRecord, average, data_key, folds_key, question_key

KEYS = np.array([11, 22, 33, 22, 44], dtype=np.uint64)
ROWS = [np.array([0, 3]), np.array([1, 2, 4])]


def record(name: str = "a", **changes: object) -> TrialRecord:
    made = TrialRecord(
        question="q",
        data="d",
        folds="f",
        recipe=Recipe(name=name, learner=name),
        engine="1",
        status="done",
        fold_scores=(0.5, 0.6),
        fold_seconds=(1.0, 2.0),
        folds_seen=2,
        folds_total=2,
        rows=5,
    )
    return msgspec.structs.replace(made, **changes)


def pieces(shift: float = 0.0) -> list[Piece]:
    return [Piece(f, rows, rows / 10 + shift) for f, rows in enumerate(ROWS)]


def test_predictions_come_back_to_the_last_bit(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        kept = ledger.add(record(), KEYS, pieces(1 / 3))
    with Ledger.open(tmp_path) as ledger:
        assert ledger.trials("q") == [kept]
        assert ledger.trials("other") == []
        cube, records = ledger.cube("q", KEYS)
        assert ledger.check()
    assert records == [kept]
    assert np.array_equal(cube[:, 0], average(pieces(1 / 3), 5, 1))


def test_rows_may_be_added_moved_and_taken_away(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.add(record(), KEYS, pieces())
        now = np.array([99, 44, 22, 22, 22, 11], dtype=np.uint64)
        cube, _ = ledger.cube("q", now)
    # Of equal keys the first occurrence is row 1, the second row 3; the third is new.
    assert np.array_equal(cube[:, 0], [np.nan, 0.4, 0.1, 0.3, np.nan, 0.0], equal_nan=True)


def test_classes_and_repeats(tmp_path: Path) -> None:
    first = np.array([[0.2, 0.8], [0.4, 0.6]])
    made = [Piece(0, np.array([0, 1]), first), Piece(1, np.array([1]), np.array([[0.8, 0.2]]))]
    with Ledger.open(tmp_path) as ledger:
        ledger.add(record(width=2), KEYS, made)
        ledger.add(record("b"), KEYS, pieces())
        cube, _ = ledger.cube("q", KEYS, width=2)
    assert cube.shape == (5, 2, 2)
    assert np.allclose(cube[:2, 0], [[0.2, 0.8], [0.6, 0.4]])
    assert np.isnan(cube[2:, 0]).all()
    assert np.isnan(cube[:, 1]).all(), "a trial with another number of classes says nothing here"


def test_the_same_trial_is_counted_once_and_only_improves(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        half = record(status="stopped", folds_seen=1, fold_scores=(0.5,), fold_seconds=(1.0,))
        ledger.add(half, KEYS, pieces()[:1])
        assert ledger.count("q") == 0, "a stopped trial could not have been chosen"
        dropped = ledger.add(msgspec.structs.replace(half, status="dropped"), KEYS, pieces()[:1])
        assert ledger.count("q") == 1
        done = ledger.add(record(), KEYS, pieces())
        again = ledger.add(record(seconds=99.0), KEYS, pieces())
        assert dropped.id == done.id
        assert again == done
        assert ledger.count("q") == ledger.count() == 1
        ledger.add(record(engine="2"), KEYS, pieces())
        assert ledger.count("q") == 2, "another version is another procedure"


def test_who_is_noted_only_when_given(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        assert ledger.add(record(), KEYS, pieces()).who is None
    with Ledger.open(tmp_path, who="Kim") as ledger:
        assert ledger.add(record("b"), KEYS, pieces()).who == "Kim"
        ledger.look("q", metric="roc_auc", what="floor", value=0.7)
        looks = ledger.looks("q")
    assert [(x.who, x.metric, x.what, x.value) for x in looks] == [("Kim", "roc_auc", "floor", 0.7)]
    assert looks[0].at.endswith("+00:00")


def test_unreadable_predictions_are_unpredicted_and_replaced(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        kept = ledger.add(record(), KEYS, pieces())
        assert kept.file is not None
        (tmp_path / kept.file).write_bytes(b"PAR1 cut short")
        cube, records = ledger.cube("q", KEYS)
        assert len(records) == 1
        assert np.isnan(cube).all()
        ledger.add(record(), KEYS, pieces())
        assert np.isfinite(ledger.cube("q", KEYS)[0]).all()
        assert ledger.count() == 1


def test_only_old_orphans_are_removed(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        kept = ledger.add(record(), KEYS, pieces())
    folder = tmp_path / "predictions"
    (folder / "young.parquet").write_bytes(b"")
    for name in ("old.parquet", ".half.parquet.x1.tmp"):
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (time.time() - 9e4,) * 2)
    os.utime(tmp_path / str(kept.file), (time.time() - 9e4,) * 2)
    Ledger.open(tmp_path).close()
    assert {p.name for p in folder.iterdir()} == {"young.parquet", Path(str(kept.file)).name}


def test_a_ledger_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"this is no database, but long enough to look at" * 50)
    with pytest.raises(InputError, match=r"damaged.*will then not be counted"):
        Ledger.open(tmp_path)
    newer = tmp_path / "newer"
    Ledger.open(newer).close()
    with sqlite3.connect(newer / "ledger.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(InputError, match="newer lowtide"):
        Ledger.open(newer)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be opened for writing"):
        Ledger.open(tmp_path / "file")


def test_readers_see_a_ledger_that_is_being_written(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as writer, Ledger.open(tmp_path) as reader:
        writer.add(record(), KEYS, pieces())
        assert reader.count() == 1
        with writer.writing():
            writer._db.execute("DELETE FROM trials")
            assert reader.count() == 1
        assert reader.count() == 0


@given(arrays(np.uint64, st.integers(0, 30), elements=st.integers(0, 5)))
def test_occurrences_count_earlier_equals(keys: np.ndarray) -> None:
    assert occurrences(keys).tolist() == [int((keys[:i] == keys[i]).sum()) for i in range(len(keys))]


def test_keys_tell_questions_rows_and_folds_apart() -> None:
    base = {"target": "y", "kind": "binary", "scheme": "future", "time": "t", "gap": 3.0}
    changed = [{}, {"target": "z"}, {"scheme": "rows"}, {"gap": 4.0}, {"group": "t", "time": None}]
    made = {question_key(**(base | c)) for c in changed}  # type: ignore[arg-type]
    assert len(made) == len(changed)
    assert question_key(target="y", kind="binary", scheme="rows") == question_key(
        target="y", kind="binary", scheme="rows", gap=0.0
    )
    y = np.array([0.0, 1.0])
    keys = np.array([1, 2], dtype=np.uint64)
    assert (
        len({data_key(keys, y), data_key(keys[::-1], y), data_key(keys, y[::-1]), data_key(keys, y, "x")})
        == 4
    )
    a, b = np.array([0]), np.array([1])
    assert len({folds_key([(a, b)]), folds_key([(b, a)]), folds_key([(a, b), (b, a)])}) == 3
