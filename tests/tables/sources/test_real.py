"""Real files: each must come out in the shape and with the text that a careful person would get."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lowtide.report.words import Words
from lowtide.tables.load import load
from lowtide.tables.raw import ReadSettings
from tests.conftest import data_folder, shared

#: Files whose right shape is not the one of the table in the README: a second header row; a last row
#: that is cut off (kept, and listed as ragged).
OTHER_SHAPES = {
    "B_grouped_time/seoul_subway_by_hour.csv": (607, 52),
    "D_relational/berka/trans.asc.gz": (49103, 10),
}


def listed() -> list[tuple[str, int, int]]:
    folder = data_folder()
    if folder is None:
        return []
    out = []
    for line in (folder / "README.md").read_text(encoding="utf-8").splitlines():
        found = re.match(r"\| `([^`]+)` \|[^|]*?(\d+) x (\d+)[^|]*\|", line)
        if found and not found.group(1).endswith(".sqlite"):
            out.append((found.group(1), int(found.group(2)), int(found.group(3))))
    return out


@pytest.mark.slow
def test_all_shapes() -> None:
    files = listed()
    if not files:
        pytest.skip("real data are not here (set LOWTIDE_DATA)")
    words = {lang: Words(lang, strict=True) for lang in ("en", "ko")}
    folder = data_folder() or Path()
    wrong = []
    for name, rows, columns in files:
        raw = load(folder / name)
        if raw.data.shape != OTHER_SHAPES.get(name, (rows, columns)):
            wrong.append((name, raw.data.shape))
        for guess in raw.guesses:
            for said in words.values():
                assert said.mark(f"evidence_files.{guess.evidence}", **guess.facts)
    assert wrong == []
    assert len(files) == 124


@pytest.mark.parametrize(
    ("name", "encoding", "column"),
    [
        ("B_grouped_time/seoul_bike_latin1.csv", "latin-1", "Temperature(°C)"),
        ("B_grouped_time/seoul_temperature_1907_cp949.csv.gz", "cp949", "평균기온(℃)"),
        ("B_grouped_time/korea_population_by_age_gender_cp949.csv.gz", "cp949", "2019년01월_남_0세"),
        ("B_grouped_time/seoul_subway_by_hour.csv", "utf-8-sig", "04:00:00~04:59:59 승차"),
        ("C_ordinary/messy_imdb.csv", "cp1252", "Original titlÊ"),
        ("E_interactions/ml-100k/u.item", "latin-1", "c24"),
        ("E_interactions/restaurant_consumer/places.csv", "latin-1", "placeID"),
    ],
)
def test_encodings_of_real_files(name: str, encoding: str, column: str) -> None:
    raw = load(shared(name))
    assert raw.encoding == encoding
    assert column in raw.data.column_names


def test_excel_of_the_titanic() -> None:
    raw = load(shared("A_leaks/titanic3.xls"))
    assert raw.data.shape == (1309, 14)
    assert raw.data.column("survived").to_pylist()[:3] == [1, 1, 0]


def test_a_cut_last_row_is_kept_and_listed() -> None:
    raw = load(shared("D_relational/berka/trans.asc.gz"), ReadSettings(row_limit=1_000))
    assert raw.total_rows == 49103
    assert [(r.line, r.fields, r.expected) for r in raw.ragged] == [(49104, 4, 10)]
