"""Delimited text: what is read is what was written, and every row is kept."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.errors import InputError, UsageError
from lowtide.tables.load import load
from lowtide.tables.raw import RawTable, ReadSettings
from lowtide.tables.sources import fast


def read(folder: Path, content: str | bytes, name: str = "x.csv", **settings: object) -> RawTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load(path, ReadSettings(**settings))  # type: ignore[arg-type]


def codes(raw: RawTable) -> set[str]:
    return {g.evidence for g in raw.guesses}


def columns(raw: RawTable) -> dict[str, list[object]]:
    return raw.data.to_pydict()


SIGNS = st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufeff\ufffd")
CELLS = st.text(SIGNS | st.sampled_from('\n\t",;|'), max_size=12).filter(lambda s: s == "" or bool(s.strip()))


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8)
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str, end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    names = [f"name {i}" for i in range(len(rows[0]))]
    writer.writerows([names, *rows])
    settings = {"delimiter": delimiter, "quote": '"', "header_rows": 1, "title_rows": 0, "encoding": "utf-8"}
    raw = read(tmp_path_factory.mktemp("csv"), out.getvalue(), **settings)
    if len(raw.data.column_names) == len(names):
        assert raw.data.column_names == names
    assert [[v or "" for v in row.values()] for row in raw.data.to_pylist()] == [
        row[: raw.data.num_columns] for row in rows
    ]
    # A last column may be left out only if it is empty throughout.
    assert not any(row[raw.data.num_columns :] != [""] * (len(names) - raw.data.num_columns) for row in rows)
    assert list(raw.rows) == list(range(1, len(rows) + 1))


@given(
    st.lists(
        st.lists(
            st.sampled_from(["a", "1.5", "x y", "한글", '"q"', '"a,b"', '"two\nlines"', ""]),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=10,
    )
)
def test_the_careful_reader_agrees_with_the_fast_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("both")
    text = "p,q,r\n" + "\n".join(",".join(r) for r in rows) + "\n"
    settings = {"delimiter": ",", "quote": '"', "header_rows": 1, "title_rows": 0}
    with pytest.MonkeyPatch.context() as patch:
        quick = read(folder, text, **settings)
        patch.setattr(fast, "read", lambda *_: None)
        careful = read(folder, text, **settings)
    assert quick.data.equals(careful.data)
    assert not careful.ragged


@given(st.lists(st.integers(1, 6), min_size=4, max_size=30))
def test_every_row_is_kept_and_every_odd_one_listed(
    tmp_path_factory: pytest.TempPathFactory, widths: list[int]
) -> None:
    text = "a,b,c\n" + "".join(",".join(f"v{i}" for i in range(w)) + "\n" for w in widths)
    raw = read(tmp_path_factory.mktemp("ragged"), text, delimiter=",", header_rows=1, title_rows=0)
    assert len(raw.data) == raw.total_rows == len(widths)
    expected = raw.ragged[0].expected if raw.ragged else raw.data.num_columns
    named = raw.data.num_columns
    for odd in raw.ragged:
        assert odd.kept
        assert odd.fields == widths[odd.line - 2]
        assert odd.fields < expected or odd.fields > named
    assert len({r.line for r in raw.ragged}) == len(raw.ragged)


def test_ragged_rows_are_filled_cut_and_told(tmp_path: Path) -> None:
    raw = read(tmp_path, "name,x,y\n" + "a,1,2\n" * 30 + "b,3\n" + "kim, lee,1,2\n" + "c,4,5\n")
    assert [(r.line, r.fields, r.expected) for r in raw.ragged] == [(32, 2, 3), (33, 4, 3)]
    assert columns(raw)["x"][-3:] == ["3", " lee", "4"]
    assert columns(raw)["y"][-3:] == [None, "1", "5"]
    told = next(g for g in raw.guesses if g.what == "ragged_rows")
    assert told.evidence == "rows_unquoted"
    assert (told.facts["short"], told.facts["long"], told.facts["unquoted"]) == (1, 1, 1)


def test_one_stray_quote_spoils_one_row_only(tmp_path: Path) -> None:
    lines = [f'{i},"note {i}",{i % 2}' for i in range(300)]
    lines[100] = '100,"note 100,0'
    lines[200] = '200,"two\nlines",1'
    raw = read(tmp_path, "id,note,y\n" + "\n".join(lines) + "\n")
    assert len(raw.data) == 300
    assert not raw.ragged
    assert columns(raw)["note"][99:102] == ["note 99", '"note 100', "note 101"]
    assert columns(raw)["note"][200] == "two\nlines"
    stray = next(g for g in raw.guesses if g.what == "stray_quotes")
    assert stray.facts == {"count": 1, "line": 102, "quote": '"'}


def test_quotes_that_belong_to_the_text_stay(tmp_path: Path) -> None:
    body = '1\t"Weird Al" Yankovic\n2\tLee "Scratch" Perry\n3\t"Big" Joe\n4\tNina\n' * 5
    raw = read(tmp_path, "id\tname\n" + body, "artists.tsv")
    assert columns(raw)["name"][:2] == ['"Weird Al" Yankovic', 'Lee "Scratch" Perry']
    assert len(raw.data) == 20


@pytest.mark.parametrize(
    ("content", "delimiter", "names"),
    [
        ("a;b;c\n1,5;2,5;x\n3,1;4,2;y\n", ";", ["a", "b", "c"]),
        ("sep=;\na;b\n1,5;2\n3,1;4\n", ";", ["a", "b"]),
        ("a|b\n1|2\n", "|", ["a", "b"]),
        ("a::b::c\n1::2:5::x\n3::4::y\n", "::", ["a", "b", "c"]),
        ("a b  c\n1  2  3\n4 5 6\n", "whitespace", ["a", "b", "c"]),
        ("name\nkim\nlee, jr\n", "", ["name"]),
    ],
)
def test_delimiters(tmp_path: Path, content: str, delimiter: str, names: list[str]) -> None:
    raw = read(tmp_path, content)
    assert (raw.delimiter, raw.data.column_names) == (delimiter, names)
    # What was decided can be said, and then gives the same.
    again = read(tmp_path, content, delimiter=raw.delimiter, quote=raw.quote)
    assert again.data.equals(raw.data)


def test_backslashes_before_quotes(tmp_path: Path) -> None:
    raw = read(tmp_path, 'a,b\n"say \\"hi\\", you",\\N\n"z",C:\\temp\n"q",3\n')
    assert columns(raw) == {"a": ['say "hi", you', "z", "q"], "b": ["\\N", "C:\\temp", "3"]}


def test_empty_is_missing_and_blanks_are_kept(tmp_path: Path) -> None:
    raw = read(tmp_path, 'a,b\n"",1\n,2\n  x ,3\n')
    assert columns(raw)["a"] == [None, None, "  x "]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    assert columns(read(tmp_path, end.join(["a,b", "1,2", "3,4", ""]))) == {"a": ["1", "3"], "b": ["2", "4"]}


def test_mixed_line_ends_and_the_end_mark_of_dos(tmp_path: Path) -> None:
    assert len(read(tmp_path, "a,b\r\n1,2\n3,4\r5,6\n\x1a").data) == 3


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    raw = read(tmp_path, "a\n1\n\n2\n\n\n")
    assert columns(raw) == {"a": ["1", "2"]}
    assert "lines_blank" in codes(raw)


def test_a_trailing_delimiter_makes_no_column_unless_it_holds_something(tmp_path: Path) -> None:
    plain = read(tmp_path, "a,b\n" + "1,2,\n" * 50)
    assert plain.data.column_names == ["a", "b"]
    assert "trailing_delimiter" in codes(plain)
    late = read(tmp_path, "a,b,\n" + "1,2,\n" * 600 + "1,2,x\n")
    assert columns(late)["c3"][-1] == "x"
    assert "trailing_delimiter" not in codes(late)


@pytest.mark.parametrize("codec", ["cp949", "utf-16", "utf-8-sig", "utf-8"])
def test_encodings_and_compression(tmp_path: Path, codec: str) -> None:
    text = "이름,값\n" + "김철수,1\n이영희,2\n" * 20
    data = text.encode(codec)
    plain = read(tmp_path, data)
    assert columns(plain)["이름"][:2] == ["김철수", "이영희"]
    for name, packed in (
        ("a.csv.gz", gzip.compress(data)),
        ("a.csv.zst", pa.compress(data, "zstd", asbytes=True)),
    ):
        assert read(tmp_path, packed, name).data.equals(plain.data)


def test_bytes_that_break_the_encoding_are_counted(tmp_path: Path) -> None:
    raw = read(tmp_path, "이름,y\n김철수,1\n박영희,2\n".encode("cp949") + b"\xb1\xff,3\n")
    assert raw.encoding == "cp949"
    assert len(raw.data) == 3
    told = next(g for g in raw.guesses if g.evidence == "encoding_replaced")
    assert int(told.value) > 0


def test_a_late_byte_in_a_large_file_is_seen(tmp_path: Path) -> None:
    body = b"a,b\n" + b"1,2\n" * 400_000 + "5 °C,x\n".encode("latin-1")
    raw = read(tmp_path, body)
    assert raw.encoding == "latin-1"
    assert raw.data.column("a")[-1].as_py() == "5 °C"


def test_samples_are_seeded_ordered_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("a,b\n" + "".join(f"{i},{i}\n" for i in range(1, 5001)), encoding="utf-8")
    one = load(path, ReadSettings(row_limit=500), seed=1)
    same = load(path, ReadSettings(row_limit=500), seed=1)
    other = load(path, ReadSettings(row_limit=500), seed=2)
    assert one.data.equals(same.data)
    assert list(one.rows) != list(other.rows)
    assert (len(one.data), one.total_rows) == (500, 5000)
    assert np.all(np.diff(one.rows) > 0)
    assert [int(v) for v in one.data.column("a").to_pylist()] == list(one.rows)
    assert "rows_sampled" in codes(one)
    # Uniform: the mean row number of 500 of 5000 is within five standard errors of the middle.
    assert abs(one.rows.mean() - 2500.5) < 5 * 5000 / np.sqrt(12 * 500)


def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = ",".join(f"x{i}" for i in range(10_000))
    raw = read(tmp_path, names + "\n" + "\n".join(",".join(["1"] * 10_000) for _ in range(5)) + "\n")
    assert raw.data.shape == (5, 10_000)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "nothing but blanks"),
        (b",,\n,,\n", "nothing but delimiters"),
        (b"a,b\n", "no data rows"),
        (b"a,b\n1,\x00\n2,3\n", "1 NUL bytes .the first at byte 7."),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG picture"),
        (b"\x80\x04\x95\x00", "a Python pickle"),
        (b"<!DOCTYPE html><table></table>", "a web page"),
        (bytes(range(256)) * 9, "no text table"),
    ],
)
def test_what_is_no_table_is_said_in_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "settings", [{"delimiter": "too long"}, {"quote": "ab"}, {"encoding": "x-y"}, {"row_limit": 0}]
)
def test_settings_that_cannot_be_obeyed(tmp_path: Path, settings: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="setting read"):
        read(tmp_path, "a,b\n1,2\n", **settings)
