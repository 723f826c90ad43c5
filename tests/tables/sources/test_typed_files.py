"""Excel, parquet and JSON."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt

from lowtide.core.errors import InputError, UsageError
from lowtide.tables.load import load
from lowtide.tables.raw import ReadSettings


def codes(path: Path) -> set[str]:
    return {g.evidence for g in load(path).guesses}


def test_the_largest_sheet_with_merged_headers(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "표지"
    book.active["A1"] = "cover"
    sheet = book.create_sheet("data")
    sheet["B2"] = "월별 실적"
    for at, text in (("B4", "지점"), ("C4", "2023"), ("E4", "2024")):
        sheet[at] = text
    sheet.merge_cells("C4:D4")
    sheet.merge_cells("E4:F4")
    for column, text in zip("CDEF", ("수량", "금액", "수량", "금액"), strict=True):
        sheet[f"{column}5"] = text
    for row in range(6, 20):
        for column, value in zip(
            "BCDEF", (f"s{row}", row, row * 1.5, row * 2, "x" if row == 8 else row), strict=True
        ):
            sheet[f"{column}{row}"] = value
    book.save(path)
    raw = load(path)
    assert (raw.sheet, raw.title_rows, raw.header_rows) == ("data", 1, 2)
    assert raw.data.column_names == ["지점", "2023 수량", "2023 금액", "2024 수량", "2024 금액"]
    assert [str(t) for t in raw.data.schema.types] == ["string", "int64", "double", "int64", "string"]
    assert next(g for g in raw.guesses if g.what == "sheet").facts["others"] == "'표지'"
    with pytest.raises(UsageError, match="it has '표지', 'data'"):
        load(path, ReadSettings(sheet="nope"))


def test_native_kinds_of_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["day", "moment", "flag", "text", "mixed", "none"])
    for i in range(4):
        day = dt.date(2024, 1, 1 + i)
        book.active.append([day, dt.datetime(2024, 1, 1, i), i % 2 == 0, f" a{i}", i if i % 2 else "x", None])
    book.save(path)
    data = load(path).data
    kinds = ["timestamp[us]", "timestamp[us]", "bool", "string", "string", "string"]
    assert [str(t) for t in data.schema.types] == kinds
    assert data.column("text").to_pylist()[0] == " a0"
    assert data.column("mixed").to_pylist() == ["x", "1", "x", "3"]


def test_old_excel_and_a_wrong_end_of_name(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("s")
    for row, values in enumerate((("a", "b"), (1, 2.5), ("", 3))):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    book.save(str(tmp_path / "o.xls"))
    (tmp_path / "o.csv").write_bytes((tmp_path / "o.xls").read_bytes())
    for name in ("o.xls", "o.csv"):
        assert load(tmp_path / name).data.to_pydict() == {"a": [1, None], "b": [2.5, 3.0]}


def test_a_cell_far_away_is_named_and_harmless(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["a", "y"])
    book.active["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(InputError, match="column XFD and row 1048576"):
        load(path)


def test_parquet_kinds(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "n": pa.array([1, 2], pa.int16()),
            "d": [Decimal("1.5"), None],
            "c": pa.array(["a", "b"]).dictionary_encode(),
            "l": [[1, 2], None],
            "s": [{"a": 1}, {"a": 2}],
            "t": pa.array([dt.time(1, 2), None]),
        }
    )
    pq.write_table(table, path)
    raw = load(path)
    assert raw.data.to_pydict() == {
        "n": [1, 2],
        "d": [1.5, None],
        "c": ["a", "b"],
        "l": ["[1, 2]", None],
        "s": ['{"a": 1}', '{"a": 2}'],
        "t": ["01:02:00.000000", None],
    }
    assert {"decimal_to_number", "nested_to_json", "time_to_text"} <= {g.evidence for g in raw.guesses}
    packed = tmp_path / "t.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert load(packed).data.equals(raw.data)


RECORDS = [{"a": 1, "b": {"c": "x"}}, {"a": 2.5, "b": {"c": None}}]
FLAT = {"a": [1.0, 2.5], "b.c": ["x", None]}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x.json", json.dumps(RECORDS), FLAT),
        ("x.json", json.dumps({"n": 2, "data": RECORDS}), FLAT),
        ("x.jsonl", "\n".join(json.dumps(r) for r in RECORDS), FLAT),
        ("x.json", "\n\n".join(json.dumps(r) for r in RECORDS), FLAT),
        ("x.json", '{"a": [1, 2], "b": ["x", "y"]}', {"a": [1, 2], "b": ["x", "y"]}),
        ("x.json", '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": null}}', {"a": [1, 2], "b": ["x", None]}),
        ("x.json", '{"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}', {"a": [1, 3], "b": [2, 4]}),
        ("x.json", '[{"a": NaN}, {"a": 2}, {}]', {"a": [None, 2.0, None]}),
        ("x.json", '[{"a": 1}, {"a": "x"}, {"a": [1]}, {"a": true}]', {"a": ["1", "x", "[1]", "true"]}),
        ("x.json", '[{"a": 99999999999999999999}, {"a": 1}]', {"a": ["99999999999999999999", "1"]}),
    ],
)
def test_json_layouts(tmp_path: Path, name: str, content: str, expected: dict[str, list[object]]) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert load(path).data.to_pydict() == expected


def test_json_kinds_that_change_late_become_text(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [json.dumps({"a": i}) for i in range(20_001)] + [json.dumps({"a": "x", "b": 1})]
    path.write_text("\n".join(lines), encoding="utf-8")
    data = load(path).data
    assert data.column("a").to_pylist()[-2:] == ["20000", "x"]
    assert data.column("b").null_count == 20_001


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.json", "[1, 2]", "Element 1 of x.json is a plain value"),
        ("x.json", '{"a": 1', r"cut-off JSON \(line 1, column 8\)"),
        ("x.json", "[]", "holds no records"),
        ("x.json", "[{}]", "have no fields"),
        ("x.json", '{"a": {"b": 1}}', "holds no records"),
        ("x.jsonl", '{"a": 1}\n{"a": tr\n', "Line 2 of x.jsonl"),
        ("x.json", "[" * 50_000, "nested too deeply"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, name: str, content: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load(path)
