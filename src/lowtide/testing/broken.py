"""More than 200 broken and weird inputs, written to a folder: every command must end them with one sentence.

The target is always called ``y``. Fuzzed files come from seeds, so the same files are written everywhere.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

Expect = Literal["error", "any"]
Made = tuple[str, bytes, Expect]


@dataclass(frozen=True, slots=True)
class BrokenInput:
    """One input.

    Attributes
    ----------
    name : short and unique.
    path : where it is (for a pattern or a missing file: what to give as the source).
    expect : ``error``: no model can come of it; ``any``: it may work or end with a clear sentence.
    """

    name: str
    path: Path
    expect: Expect


def broken_inputs(folder: Path) -> list[BrokenInput]:
    """Write the inputs into ``folder`` and list them."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[BrokenInput] = []
    for name, data, expect in _files():
        path = folder / name
        path.write_bytes(data)
        made.append(BrokenInput(name, path, expect))
    made += _places(folder)
    return made


def _files() -> Iterator[Made]:
    yield from _hardly_tables()
    yield from _targets()
    yield from _shapes()
    yield from _quotes()
    yield from _encodings()
    yield from _foreign()
    yield from _jsons()
    yield from _workbooks()
    yield from _parquets()
    yield from _fuzzed()


def good_csv(rows: int = 60, *, delimiter: str = ",", end: str = "\n") -> str:
    """Return a small sound table with the columns id, size, kind, note, y."""
    random = np.random.default_rng(7)
    lines = [delimiter.join(("id", "size", "kind", "note", "y"))]
    for i in range(rows):
        size = random.normal(10, 3)
        kind = "abc"[int(random.integers(3))]
        y = "yes" if size + random.normal() > 10 else "no"
        lines.append(delimiter.join((str(i), f"{size:.2f}", kind, f'"note {i}"', y)))
    return end.join(lines) + end


def _hardly_tables() -> Iterator[Made]:
    names = b"id,size,kind,note,y"
    yield "empty.csv", b"", "error"
    yield "empty.xlsx", b"", "error"
    yield "empty.parquet", b"", "error"
    yield "empty.json", b"", "error"
    yield "empty.csv.gz", gzip.compress(b"", mtime=0), "error"
    yield "one_newline.csv", b"\n", "error"
    yield "blanks.csv", b"   \n \t \n\n", "error"
    yield "bom_only.csv", b"\xef\xbb\xbf", "error"
    yield "bom16_only.csv", b"\xff\xfe", "error"
    yield "header_only.csv", names + b"\n", "error"
    yield "header_no_newline.csv", names, "error"
    yield "header_only.tsv", names.replace(b",", b"\t") + b"\n", "error"
    yield "header_only_gz.csv.gz", gzip.compress(names + b"\n", mtime=0), "error"
    yield "header_and_blanks.csv", names + b"\n\n\n   \n", "error"
    yield "one_word.csv", b"hello", "error"
    yield "one_number.csv", b"42\n", "error"
    yield "one_letter_y.csv", b"y\n", "error"
    yield "only_commas.csv", b",,,,\n" * 30, "error"
    yield "only_semicolons.csv", b";;;\n" * 3, "error"
    yield "only_tabs.tsv", b"\t\t\n" * 9, "error"
    yield "only_quotes.csv", b'""""""\n' * 5, "error"
    yield "one_quote.csv", b'"', "error"
    yield "null_words.csv", b"null\nnull\nnull\n", "error"
    yield "one_row.csv", names + b"\n1,2.5,a,n,yes\n", "error"
    yield "two_rows.csv", names + b"\n1,2.5,a,n,yes\n2,3.5,b,m,no\n", "error"
    yield "three_rows.csv", names + b"\n1,2,a,n,yes\n2,3,b,m,no\n3,3,b,m,no\n", "error"
    yield "prose.csv", b"It was a dark night.\nThe rain, as ever, fell.\nNothing else; nothing.\n", "error"
    yield "log.csv", b"2024-01-01 00:00:00 INFO started\n2024-01-01 00:00:01 WARN slow, very\n" * 20, "error"
    yield "code.csv", b"def f(x):\n    return x + 1\n\nprint(f(2))\n", "error"
    yield "one_long_line.csv", b"x" * 1_000_000, "error"
    yield "one_long_line_commas.csv", b"ab," * 33_000, "error"
    yield "title_only.csv", "서울시 인구 현황\n".encode(), "error"
    yield "control_z.csv", good_csv().encode() + b"\x1a", "any"


def _targets() -> Iterator[Made]:
    def table(*y: str, x: str = "size") -> bytes:
        return "\n".join([f"id,{x},y", *(f"{i},{i * 7 % 11},{v}" for i, v in enumerate(y))]).encode() + b"\n"

    yield "target_null.csv", table(*[""] * 50), "error"
    yield "target_null_words.csv", table(*["NA"] * 50), "error"
    yield "target_constant.csv", table(*["yes"] * 50), "error"
    yield "target_constant_number.csv", table(*["5"] * 50), "error"
    yield "target_one_value.csv", table("yes", *[""] * 49), "error"
    yield "target_all_different.csv", table(*[f"v{i}" for i in range(50)]), "error"
    yield "target_one_positive.csv", table("yes", *["no"] * 59), "error"
    yield "target_missing_column.csv", table(*["1", "0"] * 20).replace(b",y\n", b",z\n"), "error"
    yield "target_upper.csv", table(*["1", "0"] * 20).replace(b",y\n", b",Y\n"), "error"
    yield "target_blank_name.csv", table(*["1", "0"] * 20).replace(b",y\n", b", y \n"), "any"
    yield "target_infinite.csv", table(*["inf", "-inf", "1.5"] * 20), "any"
    yield "target_huge.csv", table(*["1e308", "-1e308", "3"] * 20), "any"
    yield "target_words_and_numbers.csv", table(*["1", "two", "3", ""] * 20), "any"
    yield "target_long_text.csv", table(*[f"text {i} " * 20 for i in range(50)]), "error"
    yield "target_only_column.csv", b"y\n" + b"1\n0\n" * 30, "error"
    yield "target_twice.csv", b"y,y\n" + b"1,0\n0,1\n" * 30, "any"
    yield "features_null.csv", b"a,b,y\n" + b",,1\n,,0\n" * 30, "any"
    yield "features_constant.csv", b"a,b,y\n" + b"1,x,1\n1,x,0\n" * 30, "any"
    yield "rows_all_equal.csv", b"a,b,y\n" + b"1,x,1\n" * 60, "error"
    yield "target_dates.csv", table(*[f"2024-01-{i % 28 + 1:02d}" for i in range(60)]), "any"


def _shapes() -> Iterator[Made]:
    good = good_csv()
    lines = good.splitlines()
    yield "wide.csv", _wide(10_000, 12), "any"
    yield "wide_one_row.csv", _wide(4_000, 1), "error"
    yield "wide_text.csv", _wide(3_000, 20, "word"), "any"
    yield "names_repeated.csv", good.replace("id,size", "size,size").encode(), "any"
    yield "names_all_equal.csv", b"a,a,a,y\n" + b"1,2,3,x\n4,5,6,z\n" * 20, "any"
    yield "names_empty.csv", b",,,y\n" + b"1,2,3,x\n4,5,6,z\n" * 20, "any"
    yield "names_numbers.csv", b"1,2,3,y\n" + b"1,2,3,x\n4,5,6,z\n" * 20, "any"
    yield "names_quoted_lines.csv", good.replace("size", '"si\nze"', 1).encode(), "any"
    yield "names_odd.csv", good.replace("size", "'); DROP TABLE x; --", 1).encode(), "any"
    yield "names_braces.csv", good.replace("size", "{size}%s[0]$", 1).encode(), "any"
    yield "names_long.csv", good.replace("size", "s" * 20_000, 1).encode(), "any"
    yield "names_controls.csv", good.replace("size", "s\x07ize", 1).encode(), "any"
    yield "ragged_short.csv", "\n".join([*lines[:9], "1,2", "7", *lines[9:]]).encode(), "any"
    yield "ragged_long.csv", "\n".join([*lines[:9], "1,2,a,n,yes,6,7,8", *lines[9:]]).encode(), "any"
    yield "ragged_all.csv", "\n".join("1," * (i % 7 + 1) for i in range(80)).encode(), "any"
    yield "ragged_header_short.csv", b"a,y\n" + b"1,2,3\n4,5,6\n" * 20, "any"
    yield "ragged_header_long.csv", b"a,b,c,d,e,y\n" + b"1,2\n3,4\n" * 20, "any"
    yield "trailing_delimiter.csv", "\n".join(f"{line}," for line in lines).encode(), "any"
    yield "no_final_newline.csv", good.strip().encode(), "any"
    yield "blank_lines.csv", "\n\n".join(lines).encode(), "any"
    yield "mac_lines.csv", good.replace("\n", "\r").encode(), "any"
    yield "mixed_lines.csv", (good_csv(20, end="\r\n") + good_csv(20, end="\r") + good).encode(), "any"
    yield "double_cr.csv", good.replace("\n", "\r\r\n").encode(), "any"
    yield "header_in_the_middle.csv", (good + good).encode(), "any"
    yield "footer.csv", (good + "Total,,,,60\n\nprinted 2024-01-01\n").encode(), "any"
    yield "titles.csv", ("Report\n\nmade 2024\n" + good).encode(), "any"
    yield "comments.csv", ("# one\n# two\n" + good).encode(), "any"
    yield "declared.csv", ("sep=;\n" + good_csv(delimiter=";")).encode(), "any"
    yield "no_header.csv", "\n".join(lines[1:]).encode(), "any"
    yield "semicolons.csv", good_csv(delimiter=";").encode(), "any"
    yield "tabs_as.csv", good_csv(delimiter="\t").encode(), "any"
    yield "carets.csv", good_csv(delimiter="^").encode(), "any"
    yield "unit_separators.csv", good_csv(delimiter="\x1f").encode(), "any"
    yield "mixed_delimiters.csv", (good_csv(30) + good_csv(30, delimiter=";")).encode(), "any"
    yield "blanks_between.txt", good_csv(delimiter=" ").replace('"note ', '"note').encode(), "any"
    yield "fixed_width.txt", "\n".join(f"{i:<9}{i * 3 % 7:<9}{i % 2}" for i in range(60)).encode(), "any"
    yield "cell_of_a_megabyte.csv", good.replace("note 5", "x" * 1_000_000, 1).encode(), "any"
    yield "cell_of_three_megabytes.csv", good.replace("note 5", "x" * 3_000_000, 1).encode(), "any"
    yield "formulas.csv", good.replace("note", "=cmd|' /C calc'!A0").encode(), "any"
    yield "numbers_huge.csv", good.replace("0.", "9" * 400 + ".").encode(), "any"
    yield "markdown.csv", b"| a | y |\n|---|---|\n" + b"| 1 | 0 |\n| 2 | 1 |\n" * 20, "any"


def _wide(columns: int, rows: int, word: str = "") -> bytes:
    names = ",".join([*(f"x{i}" for i in range(columns - 1)), "y"])
    body = (
        ",".join([*(f"{word}{(i * 7 + r) % 13}" for i in range(columns - 1)), str(r % 2)])
        for r in range(rows)
    )
    return "\n".join([names, *body]).encode() + b"\n"


def _quotes() -> Iterator[Made]:
    good = good_csv()
    yield "quote_open_first.csv", good.replace('"note 0"', '"note 0').encode(), "any"
    yield "quote_open_middle.csv", good.replace('"note 30"', '"note 30').encode(), "any"
    yield "quote_open_last.csv", good.replace('"note 59"', '"note 59').encode(), "any"
    yield "quote_open_header.csv", good.replace("id,", '"id,', 1).encode(), "any"
    yield "quote_inside.csv", good.replace("note 3", 'no"te 3').encode(), "any"
    yield "quote_after.csv", good.replace('"note 3"', '"note" 3').encode(), "any"
    yield "quote_every_line.csv", good.replace('"note', 'note"').encode(), "any"
    yield "quote_single.csv", good.replace('"', "'").encode(), "any"
    yield "quote_curly.csv", good.replace('"note', "“note").encode(), "any"
    yield "quote_escaped.csv", good.replace("note 3", 'no\\"te, 3').encode(), "any"
    yield "quote_lines.csv", good.replace("note 3", "no\nte\n\n3").encode(), "any"
    yield "quote_odd_tripled.csv", good.replace('"note 3"', '"""note 3""').encode(), "any"
    yield "quote_only_cells.csv", b'a,y\n"""",1\n"""",0\n' * 20, "any"


def _encodings() -> Iterator[Made]:
    korean = good_csv().replace("note", "메모").replace("kind", "종류")
    french = good_csv().replace("note", "été à Besançon")
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "euc-kr", "johab"):
        yield f"korean_{codec}.csv", korean.encode(codec), "any"
    for codec in ("latin-1", "cp1252", "mac-roman", "cp850", "utf-7", "utf-16-be"):
        yield f"french_{codec}.csv", french.encode(codec), "any"
    yield "russian_cp1251.csv", good_csv().replace("note", "заметка").encode("cp1251"), "any"
    yield "japanese_sjis.csv", good_csv().replace("note", "メモ帳").encode("shift-jis"), "any"
    yield "chinese_gb18030.csv", good_csv().replace("note", "备注").encode("gb18030"), "any"
    yield "ebcdic.csv", good_csv().encode("cp500"), "any"
    yield "utf8_and_cp949.csv", korean.encode() + korean.encode("cp949"), "any"
    yield "utf8_one_bad_byte.csv", korean.encode().replace(b"note", b"n\xff", 1) + b"\xff,1,a,b,no\n", "any"
    yield "utf8_cut.csv", korean.encode()[:-1] + "가".encode()[:2], "any"
    yield "cp949_cut.csv", korean.encode("cp949") + b"\xb0", "any"
    yield "utf16_odd_bytes.csv", korean.encode("utf-16") + b"x", "any"
    yield "utf16_wrong_mark.csv", b"\xff\xfe" + korean.encode(), "any"
    yield "utf8_mark_and_latin.csv", b"\xef\xbb\xbf" + french.encode("latin-1"), "any"
    yield "surrogates.csv", good_csv().replace("note", "\ud800x").encode("utf-8", "surrogatepass"), "any"
    yield "emoji.csv", good_csv().replace("note", "👩‍👩‍👧🇰🇷").encode(), "any"
    yield "right_to_left.csv", good_csv().replace("note", "שלום ‮ مرحبا").encode(), "any"
    yield "combining.csv", good_csv().replace("note", "Z̷̢̛a̴̧l̶g̸o").encode(), "any"
    yield "line_separators.csv", good_csv().replace("note", "a\u2028b\u0085c\x0bd\x0ce").encode(), "any"
    yield "nul_one.csv", good_csv().replace("note 3", "no\0te").encode(), "error"
    yield "nul_all.csv", bytes(5_000), "error"
    yield "nul_tail.csv", good_csv().encode() + bytes(4_096), "error"
    yield "nul_each_line.csv", good_csv().replace("\n", "\0\n").encode(), "error"


def _foreign() -> Iterator[Made]:
    noise = np.random.default_rng(11).bytes(3_000)
    heads = {
        "png": b"\x89PNG\r\n\x1a\n",
        "jpg": b"\xff\xd8\xff\xe0",
        "pdf": b"%PDF-1.7\n",
        "exe": b"MZ\x90\x00",
        "elf": b"\x7fELF\x02",
        "pickle": b"\x80\x04\x95",
        "sqlite": b"SQLite format 3\x00",
        "hdf5": b"\x89HDF\r\n\x1a\n",
        "feather": b"ARROW1\x00\x00",
        "bz2": b"BZh91AY",
        "xz": b"\xfd7zXZ\x00",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "rar": b"Rar!\x1a\x07",
    }
    for what, head in heads.items():
        yield f"{what}_in_disguise.csv", head + noise, "error"
    for suffix in (
        "csv",
        "tsv",
        "txt",
        "xlsx",
        "xls",
        "ods",
        "parquet",
        "json",
        "jsonl",
        "csv.gz",
        "csv.zst",
    ):
        yield f"random_bytes.{suffix}", noise, "error"
        yield f"csv_inside.{suffix}", good_csv().encode(), "any"
    yield "web_page.xls", b"<html><body><table><tr><td>y</td></tr></table></body></html>", "error"
    yield "xml.csv", b"<?xml version='1.0'?><rows><row y='1'/></rows>", "error"
    yield "rtf.csv", b"{\\rtf1 hello}", "error"
    yield "zip_of_csv.csv", _zip({"a.csv": good_csv().encode()}), "error"
    yield "zip_empty.xlsx", _zip({}), "error"
    yield "word.xlsx", _zip({"word/document.xml": b"<w/>"}), "error"
    yield "gzip_of_gzip.csv.gz", gzip.compress(gzip.compress(good_csv().encode(), mtime=0), mtime=0), "any"
    yield "gzip_of_noise.csv.gz", gzip.compress(noise, mtime=0), "error"
    yield "gzip_two_members.csv.gz", gzip.compress(good_csv().encode(), mtime=0) * 2, "any"
    yield "gzip_trailing_noise.csv.gz", gzip.compress(good_csv().encode(), mtime=0) + noise, "any"


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def _jsons() -> Iterator[Made]:
    rows = [{"id": i, "size": i * 7 % 11, "y": i % 2} for i in range(60)]
    good = json.dumps(rows).encode()
    lines = "\n".join(json.dumps(r) for r in rows).encode()
    yield "array_cut.json", good[:-40], "error"
    yield "array_empty.json", b"[]", "error"
    yield "object_empty.json", b"{}", "error"
    yield "scalars.json", b"[1, 2, 3]", "error"
    yield "one_string.json", b'"hello"', "error"
    yield "arrays.json", b"[[1, 2], [3, 4]]", "error"
    yield "deep.json", b"[" * 20_000, "error"
    yield "deep_closed.json", b"[" * 20_000 + b"]" * 20_000, "error"
    yield "records_empty.json", b"[{}, {}, {}]", "error"
    yield "mixed_elements.json", b'[{"y": 1}, 2, null]', "error"
    yield "comments.json", b"// rows\n" + good, "error"
    yield "single_quotes.json", good.replace(b'"', b"'"), "error"
    yield "nan.json", good.replace(b'"size": 7', b'"size": NaN'), "any"
    yield "huge_numbers.json", good.replace(b'"size": 7', b'"size": 99999999999999999999999'), "any"
    yield "mixed_types.json", good.replace(b'"size": 7', b'"size": {"a": [1]}'), "any"
    yield "repeated_keys.json", good.replace(b'"size"', b'"id"'), "any"
    yield "geo.json", json.dumps({"type": "FeatureCollection", "features": rows}).encode(), "any"
    yield "lines_cut.jsonl", lines[:-5], "error"
    yield "lines_broken_middle.jsonl", lines.replace(b"}", b"", 30).replace(b"{", b"", 3), "error"
    yield "lines_blank.jsonl", lines.replace(b"\n", b"\n\n"), "any"
    yield (
        "lines_different_keys.jsonl",
        b"\n".join(b'{"k%d": 1, "y": %d}' % (i, i % 2) for i in range(60)),
        "any",
    )
    yield "lines_scalars.jsonl", b"1\n2\n3\n", "error"
    yield "array_as.jsonl", good, "any"
    yield "lines_as.json", lines, "any"


def _workbooks() -> Iterator[Made]:
    good = small_xlsx([("id", "size", "y"), *((i, i * 7 % 11, i % 2) for i in range(60))])
    yield "workbook.xlsx", good, "any"
    yield "workbook_as.csv", good, "any"
    yield "workbook_header_only.xlsx", small_xlsx([["id", "size", "y"]]), "error"
    yield "workbook_no_cells.xlsx", small_xlsx([]), "error"
    yield "workbook_cut.xlsx", good[: len(good) // 2], "error"
    yield (
        "workbook_far_cell.xlsx",
        small_xlsx([["y"], [1]], extra='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "error",
    )
    yield "workbook_no_sheet.xlsx", _zip({"xl/workbook.xml": b"<workbook/>"}), "error"
    yield (
        "workbook_bad_xml.xlsx",
        _zip({"xl/workbook.xml": b"<work", "xl/worksheets/sheet1.xml": b"<"}),
        "error",
    )
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    yield "ole_head_only.xls", ole, "error"
    yield "ole_zeros.xls", ole + bytes(2_000), "error"
    yield "ole_noise.xls", ole + np.random.default_rng(12).bytes(4_000), "error"
    yield "password.xlsx", ole + bytes(1_000) + "EncryptedPackage".encode("utf-16-le") + bytes(1_000), "error"


def small_xlsx(rows: Iterable[Sequence[object]], extra: str = "") -> bytes:
    """Write the smallest xlsx that spreadsheets accept: one sheet, numbers and inline texts."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    body = []
    for r, row in enumerate(rows, 1):
        cells = []
        for c, value in enumerate(row):
            at = f"{chr(65 + c)}{r}"
            if isinstance(value, str):
                cells.append(f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>')
            else:
                cells.append(f'<c r="{at}"><v>{value}</v></c>')
        body.append(f'<row r="{r}">{"".join(cells)}</row>')
    types = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    root = f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    book = f'<workbook xmlns="{space}" xmlns:r="{relation}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>'
    links = f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    sheet = f'<worksheet xmlns="{space}"><sheetData>{"".join(body)}{extra}</sheetData></worksheet>'
    return _zip(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": root.encode(),
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": links.encode(),
            "xl/worksheets/sheet1.xml": sheet.encode(),
        }
    )


def _parquet(columns: dict[str, list[object]], *, twins: bool = False) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    if twins:
        table = table.rename_columns(["y"] * table.num_columns)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _parquets() -> Iterator[Made]:
    columns: dict[str, list[object]] = {"id": list(range(60)), "y": [i % 2 for i in range(60)]}
    good = _parquet(columns)
    yield "table.parquet", good, "any"
    yield "table_as.csv", good, "any"
    yield "table_cut.parquet", good[:-100], "error"
    yield "table_no_tail.parquet", good[: len(good) // 2], "error"
    yield "table_no_rows.parquet", _parquet({"id": [], "y": []}), "error"
    yield "table_no_columns.parquet", _parquet({}), "error"
    yield "table_twins.parquet", _parquet(columns, twins=True), "any"
    yield "table_nested.parquet", _parquet({"a": [{"b": [i]} for i in range(60)], "y": columns["y"]}), "any"
    yield "table_null_column.parquet", _parquet({"a": [None] * 60, "y": columns["y"]}), "any"
    yield "magic_only.parquet", b"PAR1", "error"
    yield "magic_twice.parquet", b"PAR1PAR1", "error"
    yield "magic_noise.parquet", b"PAR1" + np.random.default_rng(13).bytes(900) + b"PAR1", "error"


def _fuzzed() -> Iterator[Made]:
    """Flip bytes of sound files, and cut them, by seed."""
    sound = {
        "csv": good_csv().encode(),
        "korean.csv": good_csv().replace("note", "메모").encode("cp949"),
        "csv.gz": gzip.compress(good_csv().encode(), mtime=0),
        "xlsx": small_xlsx([("id", "size", "y"), *((i, f"t{i % 5}", i % 2) for i in range(40))]),
        "parquet": _parquet({"id": list(range(60)), "t": [f"t{i % 5}" for i in range(60)], "y": [0, 1] * 30}),
        "json": json.dumps([{"id": i, "y": i % 2} for i in range(40)]).encode(),
    }
    for number, (suffix, data) in enumerate(sound.items()):
        for seed in range(8):
            random = np.random.default_rng([number, seed])
            flipped = bytearray(data)
            for at in random.integers(len(data), size=1 + 3 * seed):
                flipped[int(at)] = int(random.integers(256))
            yield f"flipped_{seed}.{suffix}", bytes(flipped), "any"
        for seed in range(3):
            cut = int(np.random.default_rng([number, seed, 1]).integers(1, len(data)))
            yield f"cut_{seed}.{suffix}", data[:cut], "any"


def _places(folder: Path) -> list[BrokenInput]:
    """Inputs that are no ordinary files. Links are left out where the system allows none."""
    inner = folder / "a_folder.csv"
    inner.mkdir(exist_ok=True)
    different = folder / "different"
    different.mkdir(exist_ok=True)
    (different / "1.csv").write_bytes(good_csv().encode())
    (different / "2.csv").write_bytes(good_csv().replace("size", "length", 1).encode())
    made = [
        BrokenInput("a_folder", inner, "error"),
        BrokenInput("missing_file", folder / "emty.csv", "error"),
        BrokenInput("missing_folder", folder / "nowhere" / "x.csv", "error"),
        BrokenInput("file_as_folder", folder / "empty.csv" / "x.csv", "error"),
        BrokenInput("name_too_long", folder / ("n" * 300 + ".csv"), "error"),
        BrokenInput("pattern_without_files", folder / "*.nothing", "error"),
        BrokenInput("pattern_of_different_files", different / "*.csv", "error"),
    ]
    link = folder / "dangling.csv"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(folder / "gone.csv")
    except OSError:
        return made
    return [*made, BrokenInput("dangling_link", link, "error")]
