"""Titles, header rows and names, from rows of cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.errors import UsageError
from lowtide.tables.header import find_head, unique
from lowtide.tables.raw import ReadSettings

NONE = ReadSettings()


def rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.strip().split("\n")]


@pytest.mark.parametrize(
    ("text", "titles", "headers", "names"),
    [
        ("a,b\n1,2\n3,4", 0, 1, ("a", "b")),
        ("1,2\n3,4\n5,6", 0, 0, ("c1", "c2")),
        ("서울시 인구\n구,수,비율\n종로,1,2\n중구,3,4", 1, 1, ("구", "수", "비율")),
        ("제목,,,,\n,,,,(단위: 명)\nid,a,b,c,d\n1,2,3,4,5\n2,3,4,5,6", 2, 1, ("id", "a", "b", "c", "d")),
        (",2023,,2024,\n구분,남,여,남,여\n종로,1,2,3,4\n중구,5,6,7,8", 0, 2, ("구분", "2023 남", "2023 여", "2024 남", "2024 여")),
        ("country,2019,2020,2021\nA,1,2,3\nB,2,3,4", 0, 1, ("country", "2019", "2020", "2021")),
        ("# made by x\n# in 2024\na,b,c\n1,2,3\n4,5,6", 2, 1, ("a", "b", "c")),
        ("x,y\n1,2,3\n2,4,5\n3,6,7", 0, 1, ("row_names", "x", "y")),
        ("a,a,a_2,, b \n1,2,3,4,5", 0, 1, ("a", "a_3", "a_2", "c4", "b")),
        ("18800\n92834\n2,51,13\n2,52,11\n3,1,1\n4,1,1", 2, 0, ("c1", "c2", "c3")),
    ],
)  # fmt: skip
def test_where_the_table_begins(text: str, titles: int, headers: int, names: tuple[str, ...]) -> None:
    head = find_head(rows(text), NONE)
    assert (head.title_rows, head.header_rows, head.names) == (titles, headers, names)


def test_codes_that_come_back_are_no_header() -> None:
    body = ["A11,6,A34", "A12,48,A32", "A14,12,A34", "A11,42,A32"] * 5
    head = find_head(rows("\n".join(body)), NONE)
    assert (head.header_rows, head.guesses[0].evidence) == (0, "no_header")
    # Made-up names are never sure.
    assert next(g for g in head.guesses if g.evidence == "names_made").sure < 0.5


def test_words_that_never_come_back_are_a_header() -> None:
    head = find_head(rows("text,label\n" + "\n".join(f"w{i},{'ab'[i % 2]}" for i in range(20))), NONE)
    assert (head.header_rows, head.guesses[0].evidence) == (1, "header_distinct")


def test_a_first_row_of_nulls_is_no_second_header() -> None:
    head = find_head(rows("a,b,c\nNA,?,-\n1,2,3\n2,3,4\n5,6,7"), NONE)
    assert head.header_rows == 1


def test_a_longer_header_makes_empty_columns() -> None:
    head = find_head(rows("id,kind,Rkind\n" + "\n".join(f"{i},k{i % 3}" for i in range(20))), NONE)
    assert (head.width, head.names) == (2, ("id", "kind", "Rkind"))


def test_settings_go_before_evidence() -> None:
    data = rows("1,2\n3,4\n5,6")
    assert find_head(data, ReadSettings(header_rows=1)).names == ("1", "2")
    assert find_head(data, ReadSettings(names=("p", "q"))).names == ("p", "q")
    with pytest.raises(UsageError, match="1 names are given"):
        find_head(data, ReadSettings(names=("p",)))
    with pytest.raises(UsageError, match="title_rows"):
        find_head(data, ReadSettings(title_rows=9))


@given(st.lists(st.text(st.sampled_from("ab_23"), max_size=3), max_size=12))
def test_unique_names_are_unique_and_keep_the_first(names: list[str]) -> None:
    out, _ = unique(names)
    assert len(set(out)) == len(names)
    for at, name in enumerate(names):
        if name not in names[:at]:
            assert out[at] == name
