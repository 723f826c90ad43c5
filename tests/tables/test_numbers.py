"""Numbers in text: one cell and one column give the same bits; marks are decided on evidence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.tables.blanks import BLANKS, trim
from lowtide.tables.number_format import guess_format
from lowtide.tables.numbers import NumberFormat, parse_number, parse_numbers

FORMS = (
    NumberFormat(),
    NumberFormat(decimal=","),
    NumberFormat(decimal=",", thousands="."),
    NumberFormat(thousands=","),
    NumberFormat(decimal=",", thousands=" "),
    NumberFormat(prefix="$", thousands=","),
    NumberFormat(suffix="원", thousands=","),
    NumberFormat(percent=True),
    NumberFormat(prefix="R$", decimal=",", thousands=".", percent=True),
)
TEXTS = st.one_of(
    st.text(alphabet="0123456789.,eE+-−() $원%R'\u00a0\n", max_size=14),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.integers(-(10**18), 10**18).map(lambda v: f"{v:,}"),
    st.sampled_from(
        ["inf", "nan", "1e400", "1e-400", "5e-324", "0x10", "1_000", "１２", "", "-", "1.2.3", "1\n"]
    ),
)


@given(st.lists(TEXTS, max_size=20), st.sampled_from(FORMS))
def test_a_column_and_its_cells_give_the_same_bits(texts: list[str], form: NumberFormat) -> None:
    column = parse_numbers(pc.utf8_trim(pa.array(texts, pa.string()), characters=BLANKS), form)
    cells = [parse_number(t, form) for t in texts]
    expected = np.asarray([np.nan if c is None else c for c in cells], dtype=np.float64)
    assert column.tobytes() == expected.tobytes()


@given(st.text(max_size=8))
def test_trimming_is_the_same_in_arrow_and_python(text: str) -> None:
    assert pc.utf8_trim(pa.array([text]), characters=BLANKS)[0].as_py() == trim(text)


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("1,234.5", NumberFormat(thousands=","), 1234.5),
        ("1.234,5", NumberFormat(decimal=",", thousands="."), 1234.5),
        ("(1,234)", NumberFormat(thousands=","), -1234.0),
        ("1.234,56-", NumberFormat(decimal=",", thousands="."), -1234.56),
        ("−3", NumberFormat(), -3.0),
        ("-$ 5", NumberFormat(prefix="$"), -5.0),
        ("12,000 원", NumberFormat(thousands=",", suffix="원"), 12000.0),
        ("13%", NumberFormat(percent=True), 0.13),
        ("13", NumberFormat(percent=True), None),
        ("12,34", NumberFormat(thousands=","), None),
        ("(-5)", NumberFormat(), None),
        ("1e999", NumberFormat(), None),
    ],
)
def test_one_cell(text: str, form: NumberFormat, value: float | None) -> None:
    assert parse_number(text, form) == value


@pytest.mark.parametrize(
    ("texts", "decimal", "thousands", "evidence"),
    [
        (["1.234,56", "7,5", "12.000"], ",", ".", "marks_seen"),
        (["1,234.56", "7.5"], ".", ",", "marks_seen"),
        (["1 234,56", "99,1"], ",", " ", "decimal_comma"),
        (["2.278.845", "998"], ".", ".", None),
        (["1,234", "317", "22,100"], ".", ",", "three_digits_after_comma"),
        (["1,234", "12345", "20311", "99812"], ",", "", "ungrouped_beside"),
        (["0,125", "0,250"], ",", "", "decimal_comma"),
        (["2.572", "3.125"], ".", "", "plain_numbers"),
        (["1'234.50", "12"], ".", "'", None),
    ],
)
def test_marks(texts: list[str], decimal: str, thousands: str, evidence: str | None) -> None:
    found = guess_format(texts)
    assert found is not None and found.share == 1.0
    if texts == ["2.278.845", "998"]:
        assert found.form.thousands == "."
        return
    assert (found.form.decimal, found.form.thousands) == (decimal, thousands)
    assert evidence is None or found.evidence == evidence


@pytest.mark.parametrize(
    ("texts", "prefix", "suffix", "percent"),
    [
        (["$1,200", "$15"], "$", "", False),
        (["1,234원", "900원"], "", "원", False),
        (["13%", "14.5%"], "", "", True),
        (["$ 28815245", "$ 576"], "$", "", False),
        (["03월", "12월"], "", "월", False),
        (["12 blorp", "9 blorp", "4 blorp", "5 blorp", "77 blorp"], "", "blorp", False),
    ],
)
def test_affixes(texts: list[str], prefix: str, suffix: str, percent: bool) -> None:
    found = guess_format(texts)
    assert found is not None
    assert (found.form.prefix, found.form.suffix, found.form.percent) == (prefix, suffix, percent)


@pytest.mark.parametrize("texts", [["A11", "A12", "A14"], ["2 BHK", "4 Bedroom", "1 RK"], ["yes", "no"]])
def test_codes_and_words_are_no_numbers(texts: list[str]) -> None:
    found = guess_format(texts)
    assert found is None or found.share < 0.99
