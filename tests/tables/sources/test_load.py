"""The door: paths, patterns, standard input, addresses, frames."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lowtide.core.errors import InputError, UsageError
from lowtide.tables.load import load
from lowtide.tables.raw import ReadSettings


def test_a_missing_file_names_the_closest(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"Closest: 'customers\.csv'"):
        load(tmp_path / "custmers.csv")
    with pytest.raises(InputError, match="folder 'gone' does not exist"):
        load(tmp_path / "gone" / "x.csv")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)


@pytest.mark.parametrize(
    "address", ["postgresql://u:secret@h/db", "mysql+pymysql://h/db", "https://a.b/c.csv"]
)
def test_addresses_are_refused_without_repeating_them(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(address)
    assert "secret" not in str(caught.value)


def test_a_pattern_puts_files_together_in_order(tmp_path: Path) -> None:
    for month in (2, 1, 3):
        (tmp_path / f"m{month}.csv").write_text(f"id,y\n{month}0,a\n{month}1,b\n", encoding="utf-8")
    (tmp_path / "m4.csv").write_text("y,id\na,40\nb,41\n", encoding="utf-8")
    raw = load(tmp_path / "m*.csv")
    assert raw.data.column("id").to_pylist() == ["10", "11", "20", "21", "30", "31", "40", "41"]
    assert list(raw.rows) == list(range(1, 9))
    assert raw.guesses[0].evidence == "files_together"
    assert raw.guesses[0].facts["files"] == 4
    few = load(tmp_path / "m*.csv", ReadSettings(row_limit=3), seed=5)
    assert (len(few.data), few.total_rows) == (3, 8)
    assert [raw.data.column("id")[int(r) - 1].as_py() for r in few.rows] == few.data.column("id").to_pylist()


def test_a_pattern_of_different_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,y\n1,2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,z\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.csv lacks 'y' and has 'z' besides"):
        load(tmp_path / "*.csv")
    with pytest.raises(InputError, match="No file matches"):
        load(tmp_path / "*.tsv")


def test_a_name_with_signs_of_patterns_is_a_file_first(tmp_path: Path) -> None:
    (tmp_path / "x[1]*.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert len(load(tmp_path / "x[1]*.csv").data) == 1


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("이름,y\n김,1\n".encode("cp949"))))
    raw = load("-")
    assert (raw.data.column_names, raw.source, raw.encoding) == (["이름", "y"], "standard input", "cp949")


def test_frames_of_all_kinds_give_the_same() -> None:
    plain = {"id": [1, 2, 3], "t": ["a", None, "c"], "x": [0.5, 1.5, None]}
    arrow = pa.table(plain)
    for frame in (plain, arrow, pl.DataFrame(plain), pl.LazyFrame(plain), pd.DataFrame(plain)):
        raw = load(frame)
        assert raw.format == "frame"
        assert raw.data.to_pydict() == plain
        assert list(raw.rows) == [1, 2, 3]


def test_pandas_peculiarities_are_told() -> None:
    frame = pd.DataFrame(
        {
            "mixed": [1, "x", None],
            "kind": pd.Categorical(["a", "b", None]),
            "month": pd.period_range("2024-01", periods=3, freq="M"),
            "span": pd.to_timedelta([1, 2, 3], unit="h"),
        },
        index=pd.Index([7, 8, 9], name="key"),
    )
    raw = load(frame)
    assert raw.data.column_names == ["key", "mixed", "kind", "month", "span"]
    assert raw.data.column("mixed").to_pylist() == ["1", "x", None]
    assert raw.data.column("kind").to_pylist() == ["a", "b", None]
    assert raw.data.column("month").to_pylist()[0] == "2024-01"
    assert raw.data.column("span").to_pylist() == [3600.0, 7200.0, 10800.0]
    assert {"index_named", "mixed_to_text", "duration_to_seconds"} <= {g.evidence for g in raw.guesses}
    unnamed = load(frame.reset_index(drop=True))
    assert "key" not in unnamed.data.column_names


def test_frames_that_cannot_be_tables() -> None:
    twins = pd.DataFrame([[1, 2]], columns=["a", "a"])
    for thing in (twins, {"a": [1], "b": [1, 2]}, {"a": 5}, 5, object(), np.float64(1.0)):
        with pytest.raises(UsageError):
            load(thing)
    with pytest.raises(InputError, match="no rows"):
        load(pd.DataFrame({"a": []}))


def test_a_frame_larger_than_the_limit_is_sampled() -> None:
    raw = load(pl.DataFrame({"a": range(1000)}), ReadSettings(row_limit=100), seed=3)
    assert (len(raw.data), raw.total_rows) == (100, 1000)
    assert [v + 1 for v in raw.data.column("a").to_pylist()] == list(raw.rows)
