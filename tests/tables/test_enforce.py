"""The contract at serving: a file and a record are read alike; bad cells are named."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.contract import ColumnContract, Guess, ReadContract
from lowtide.tables.cells import Unfit, value_of
from lowtide.tables.enforce import BadValue, enforce, enforce_raw, enforce_row
from lowtide.tables.read import read, type_raw
from tests.tables.raw_tables import raw

CONTRACT = ReadContract(
    source="train.csv",
    format="csv",
    columns=(
        ColumnContract(
            name="price",
            type="number",
            decimal=",",
            thousands=".",
            suffix="€",
            null_tokens=("NA",),
            low=0,
            high=9e6,
        ),
        ColumnContract(name="count", type="number", integer=True, null_tokens=("-", "999"), nullable=False),
        ColumnContract(name="share", type="number", percent=True),
        ColumnContract(name="day", type="date", date_format="%d/%m/%Y"),
        ColumnContract(name="code", type="date", date_format="%Y%m%d"),
        ColumnContract(name="when", type="date"),
        ColumnContract(name="flag", type="bool"),
        ColumnContract(
            name="city", type="text", role="category", levels=("Seoul", "Busan"), null_tokens=("?",)
        ),
    ),
)
NEEDED = tuple(c.name for c in CONTRACT.columns)
TEXTS = st.one_of(
    st.text(alphabet="0123456789.,-€%/ NA?truefalsTZ:", max_size=12),
    st.sampled_from(
        ["1.234,5 €", "NA", "-", "13%", "31/12/2020", "20201231", "2020-12-31T10:00:00+09:00", "True", "Seoul", " ?", "999",
         "31/02/2020", "(1,5)", "inf", "nan"]
    ),
)  # fmt: skip
TYPED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.decimals(places=3),
)


def as_column(values: list[object]) -> pa.Array:
    """Write values of one kind as the column that a frame would have."""
    if all(isinstance(v, str) for v in values):
        return pa.array(values, pa.string())
    return pa.array(values, from_pandas=False)


def same(a: object, b: object) -> bool:
    return (a is None and b is None) or (type(a) is type(b) and a == b)


def check(values: list[object], column: ColumnContract, array: pa.Array) -> None:
    read_rows = enforce_raw(raw({column.name: array}), CONTRACT, needed=[column.name])
    bad_rows = {c.row for c in read_rows.bad}
    shown = read_rows.table.data.column(column.name).to_pylist()
    for row, value in enumerate(values, start=1):
        try:
            cell = enforce_row({column.name: value}, CONTRACT, needed=[column.name])[column.name]
        except BadValue as error:
            assert row in bad_rows, (value, column.name)
            assert error.cells[0].expected_code == column.type
            continue
        assert row not in bad_rows, (value, column.name)
        assert same(cell, shown[row - 1]), (value, cell, shown[row - 1])


@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_texts_are_read_alike_in_files_and_records(texts: list[str]) -> None:
    for column in CONTRACT.columns:
        check(list(texts), column, as_column(list(texts)))


@given(
    st.one_of(st.lists(st.none() | st.floats(), min_size=1), st.lists(st.none() | st.booleans(), min_size=1))
)
def test_floats_and_truths_are_read_alike(values: list[object]) -> None:
    for column in CONTRACT.columns:
        check(values, column, pa.array(values))


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=8))
def test_whole_numbers_are_read_alike(values: list[object]) -> None:
    for column in CONTRACT.columns:
        check(values, column, pa.array(values, pa.int64()))


@given(st.lists(st.none() | st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=8))
def test_decimals_are_read_alike(values: list[object]) -> None:
    for name in ("count", "share", "day", "flag"):
        check(values, CONTRACT.column(name), pa.array(values, pa.decimal128(20, 4)))


@given(st.lists(st.none() | st.datetimes(min_value=datetime(1, 1, 2)), min_size=1, max_size=8))
def test_dates_are_read_alike(values: list[object]) -> None:
    for column in CONTRACT.columns:
        check(values, column, pa.array(values, pa.timestamp("us")))
    days = [v.date() if isinstance(v, datetime) else v for v in values]
    for column in CONTRACT.columns:
        check(days, column, pa.array(days, pa.date32()))


@given(TYPED)
def test_no_scalar_crashes(value: object) -> None:
    for column in CONTRACT.columns:
        try:
            found = value_of(value, column)
        except Unfit:
            continue
        assert not (isinstance(found, float) and math.isnan(found))


def test_a_record_is_read() -> None:
    record = {
        "price": "1.234,5 €", "count": 3, "share": "13%", "day": "05/03/2020", "code": 20200305,
        "when": datetime(2020, 1, 1, 9, tzinfo=UTC), "flag": "TRUE", "city": " Seoul", "unknown": [1],
    }  # fmt: skip
    assert enforce_row(record, CONTRACT, needed=NEEDED) == {
        "price": 1234.5, "count": 3.0, "share": 0.13, "day": datetime(2020, 3, 5), "code": datetime(2020, 3, 5),
        "when": datetime(2020, 1, 1, 9), "flag": True, "city": " Seoul",
    }  # fmt: skip
    assert enforce_row({"when": date(2020, 1, 1), "count": "999"}, CONTRACT, needed=[]) == {
        "count": None,
        "when": datetime(2020, 1, 1),
    }


def test_every_bad_value_of_a_record_is_told() -> None:
    with pytest.raises(BadValue) as told:
        enforce_row({"price": "12.5", "day": "2020-03-05", "flag": 2, "city": ["x"]}, CONTRACT, needed=NEEDED)
    assert {c.column for c in told.value.cells} == {
        "price",
        "day",
        "flag",
        "city",
        "count",
        "share",
        "code",
        "when",
    }
    assert "'day' is '2020-03-05', but a date such as 31/12/2024 was expected" in str(told.value)
    assert "'count' is missing" in str(told.value)


def test_what_is_unusual_is_counted_and_what_is_missing_is_named() -> None:
    new = raw(
        {"price": ["9.000.001", "5"], "count": ["-", "2"], "city": ["Ulsan", "Seoul"], "more": ["1", "2"]}
    )
    found = enforce_raw(new, CONTRACT, needed=["price", "count", "city", "flag"])
    assert found.missing_columns == ("flag",) and found.extra_columns == ("more",)
    assert found.table.names == ("price", "count", "city")
    assert found.notes == {
        "outside_range": {"price": 1},
        "new_missing": {"count": 1},
        "unseen_levels": {"city": 1},
    }


def test_bad_cells_of_personal_columns_are_masked() -> None:
    contract = ReadContract(
        columns=(ColumnContract(name="tel", type="number"),),
        guesses=(Guess(what="personal", value="phone", column="tel"),),
    )
    found = enforce_raw(raw({"tel": ["010-1234-5678"]}), contract, needed=["tel"])
    assert found.bad[0].value == "***-****-****"


def test_the_training_table_obeys_its_own_contract() -> None:
    columns = {
        "n": ["1,234", "NA", "77"] * 20, "d": ["05/03/2020", None, "25/12/2019"] * 20, "t": ["a ", "?", "b"] * 20,
        "z": ["060310", "000001", " "] * 20,
    }  # fmt: skip
    table = type_raw(raw(columns))
    found = enforce_raw(raw(columns), table.contract, needed=table.names)
    assert not found.bad and not found.notes
    assert found.table.data.equals(table.data)


def test_a_new_file_keeps_the_layout_of_the_training_file(tmp_path: Path) -> None:
    lines = ["a;b"] + [f"{i},5;x{i % 3}" for i in range(60)]
    (tmp_path / "train.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "new.csv").write_text("b;a\nx1;7,5\nx1;zzz\n", encoding="cp949")
    table = read(tmp_path / "train.csv")
    found = enforce(tmp_path / "new.csv", table.contract, needed=["a", "b"])
    assert found.table.data.to_pydict() == {"a": [7.5, None], "b": ["x1", "x1"]}
    assert [(c.row, c.column, c.value, c.expected_code) for c in found.bad] == [(2, "a", "zzz", "number")]
    assert found.bad[0].facts["decimal"] == ","
