"""Types of columns: decided on evidence, converted in all rows, overruled by settings."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from lowtide.core.contract import Guess
from lowtide.core.errors import UsageError
from lowtide.tables.raw import ColumnSettings
from lowtide.tables.read import type_raw
from lowtide.tables.table import Table
from tests.tables.raw_tables import raw


def guesses(table: Table, what: str, column: str = "a") -> list[Guess]:
    return [g for g in table.contract.guesses if g.what == what and g.column == column]


def values(table: Table, column: str = "a") -> list[object]:
    return list(table.data.column(column).to_pylist())


@pytest.mark.parametrize(
    "codes",
    [["060310", "095570", "000001"], ["01012345678"], ["12345678901234567890", "12345678901234567891"]],
)
def test_codes_of_digits_stay_text(codes: list[str]) -> None:
    table = type_raw(raw({"a": codes}))
    assert table.column("a").type == "text"
    assert values(table) == codes


def test_months_with_a_zero_before_them_are_numbers() -> None:
    table = type_raw(raw({"a": [f"{m:02d}" for m in range(1, 13)]}))
    assert table.column("a").type == "number"


def test_tokens_are_missing_among_numbers() -> None:
    table = type_raw(raw({"a": ["1", "NA", "2.5", "없음", "-", None, " "]}))
    assert values(table) == [1.0, None, 2.5, None, None, None, None]
    assert set(table.column("a").null_tokens) == {"NA", "없음", "-"}
    assert table.column("a").nullable


def test_namibia_is_a_country_among_countries() -> None:
    table = type_raw(raw({"a": ["NA", "NB", "NL", "DE", "KR", "US", "NA"]}))
    assert values(table)[0] == "NA"
    assert guesses(table, "kept_token")[0].evidence == "two_letter_codes"


def test_na_among_words_is_missing_but_not_surely() -> None:
    table = type_raw(raw({"a": ["NA", "Grvl", "Pave", "NA"]}))
    assert values(table)[0] is None
    assert guesses(table, "null_tokens")[0].sure <= 0.5


def test_symbols_among_symbols_are_values() -> None:
    table = type_raw(raw({"a": ["+", "-", "+", "-"]}))
    assert values(table) == ["+", "-", "+", "-"]


def test_a_question_mark_among_words_is_missing_and_unknown_is_kept() -> None:
    table = type_raw(raw({"a": ["?", "red", "blue", "unknown"] * 5}))
    assert values(table)[:4] == [None, "red", "blue", "unknown"]
    assert guesses(table, "kept_token")[0].value == "unknown"


def test_a_stray_text_becomes_a_null_token_with_its_count() -> None:
    table = type_raw(raw({"a": [str(i) for i in range(200)] + ["see note"] * 2}))
    assert table.column("a").type == "number"
    assert table.column("a").null_tokens == ("see note",)
    assert guesses(table, "null_tokens")[0].facts["cells"] == 2


def test_many_stray_texts_keep_the_column_text_and_say_so() -> None:
    table = type_raw(raw({"a": [str(i) for i in range(100)] + ["12 - 14"] * 9}))
    assert table.column("a").type == "text"
    assert guesses(table, "type")[0].evidence == "mostly_numbers"


def test_a_given_type_is_obeyed() -> None:
    settings = {
        "a": ColumnSettings(type="number"),
        "b": ColumnSettings(type="text"),
        "c": ColumnSettings(date_format="%d/%m/%Y"),
    }
    table = type_raw(
        raw(
            {
                "a": ["1", "2", "x1", "3", "4"],
                "b": pa.array([1.0, 2.5, None, 4.0, 5.0]),
                "c": ["03/04/2020"] * 5,
            }
        ),
        settings,
    )
    assert values(table, "a") == [1.0, 2.0, None, 3.0, 4.0]
    assert guesses(table, "unreadable")[0].facts["cells"] == 1
    assert values(table, "b") == ["1", "2.5", None, "4", "5"]
    assert values(table, "c")[0] == datetime(2020, 4, 3)
    assert all(g.given for n in "ab" for g in guesses(table, "type", n))


def test_given_marks_tokens_and_roles_are_obeyed() -> None:
    settings = {
        "a": ColumnSettings(decimal=",", role="category"),
        "b": ColumnSettings(null_tokens=("999",)),
        "c": ColumnSettings(null_tokens=("-1",)),
    }
    table = type_raw(raw({"a": ["1,234", "2,5"], "b": ["999", "NA"], "c": pa.array([-1, 4])}), settings)
    assert values(table, "a") == [1.234, 2.5]
    assert table.role("a") == "category" and guesses(table, "role")[0].given
    assert values(table, "b") == [None, "NA"]
    assert values(table, "c") == [None, 4.0]


def test_a_type_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be read as numbers"):
        type_raw(raw({"a": ["red", "blue"]}), {"a": ColumnSettings(type="number")})
    with pytest.raises(UsageError, match="cannot be read as dates"):
        type_raw(raw({"a": ["red", "blue"]}), {"a": ColumnSettings(type="date")})
    with pytest.raises(UsageError, match="Closest: 'amount'"):
        type_raw(raw({"amount": ["1"]}), {"amuont": ColumnSettings(type="text")})


def test_native_types() -> None:
    table = type_raw(
        raw(
            {
                "big": pa.array([2**60, 2**60 + 1]),
                "zone": pa.array([datetime(2020, 1, 1, 9), None], pa.timestamp("ns", tz="Asia/Seoul")),
                "flag": pa.array([True, False]),
                "nan": pa.array([float("nan"), float("inf")]),
                "list": pa.array([[1], [2]]),
                "dict": pa.array(["x", "y"]).dictionary_encode(),
                "day": pa.array([20170305, 20170306], pa.int64()),
            }
        )
    )
    assert values(table, "big") == [str(2**60), str(2**60 + 1)]
    assert values(table, "zone") == [datetime(2020, 1, 1, 9), None]
    assert table.column("flag").type == "bool" and table.role("flag") == "category"
    assert values(table, "nan") == [None, None]
    assert table.role("list") == "ignore"
    assert values(table, "dict") == ["x", "y"]
    assert table.column("day").date_format == "%Y%m%d"
    assert {str(t) for t in table.data.schema.types} <= {"double", "string", "timestamp[us]", "bool"}


def test_small_numbers_take_the_marks_of_the_other_columns() -> None:
    grouped = ["1,234", "5,678,901", "12,000"]
    table = type_raw(raw({"a": grouped, "b": grouped, "c": grouped, "d": ["1", "2", "3"]}))
    assert table.column("d").thousands == ","
    assert guesses(table, "thousands", "d")[0].evidence == "as_in_other_columns"


def test_an_empty_table_is_read() -> None:
    table = type_raw(raw({"a": [], "b": pa.array([], pa.float64())}))
    assert len(table) == 0 and table.role("a") == "ignore"
