"""Dates in text: one cell and one column agree, on any format; day and month are told apart by evidence."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.errors import UsageError
from lowtide.tables.blanks import BLANKS, Distinct
from lowtide.tables.date_format import guess_date, whole_number_dates
from lowtide.tables.dates import date_format, parse_date, parse_dates

FORMS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y %I:%M %p", "%y.%m.%d", "%Y%m%d", "%Y년 %m월 %d일", "%b-%Y", "%d %b %Y",
    "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(alphabet="0123456789-/.: TZapmAPM년월일janFebDec+", max_size=26),
    st.datetimes(min_value=datetime(1, 1, 1)).flatmap(
        lambda d: st.sampled_from([f for f in FORMS if "%z" not in f]).map(lambda f: d.strftime(f))
    ),
    st.datetimes().map(lambda d: d.isoformat() + "+09:00"),
    st.sampled_from(
        ["31/02/2020", "29/02/2020", "2020-13-01", "00:00", "ſep-2020", "May-2020", "9999-12-31"]
    ),
)


@given(st.lists(TEXTS, max_size=15), st.sampled_from(FORMS))
def test_a_column_and_its_cells_agree(texts: list[str], form: str) -> None:
    micros, good = parse_dates(pc.utf8_trim(pa.array(texts, pa.string()), characters=BLANKS), form)
    for text, value, fits in zip(texts, micros.tolist(), good.tolist(), strict=True):
        cell = parse_date(text, form)
        assert (cell is not None) == fits
        if cell is not None:
            assert cell == datetime(1970, 1, 1) + timedelta(microseconds=value)


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_it_reads_what_strftime_wrote(moment: datetime) -> None:
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    assert parse_date(text, "%Y-%m-%d %H:%M:%S.%f") == moment
    assert parse_date(moment.strftime("%d/%m/%Y"), "%d/%m/%Y") == datetime(
        moment.year, moment.month, moment.day
    )


def test_zones_become_utc_and_a_missing_fraction_is_zero() -> None:
    assert parse_date("2020-01-01T08:30:00+09:00", "%Y-%m-%dT%H:%M:%S.%f%z") == datetime(2019, 12, 31, 23, 30)
    assert parse_date("0001-01-01T00:00:00+09:00", "%Y-%m-%dT%H:%M:%S%z") is None


@pytest.mark.parametrize("form", ["%d/%m", "%Q", "%Y %Y"])
def test_formats_that_cannot_be_used_are_refused(form: str) -> None:
    with pytest.raises(UsageError, match="date format"):
        date_format(form)


def guess(texts: list[str]) -> tuple[str, str, float]:
    column = Distinct.of(pa.array(texts, pa.string()))
    found = guess_date(column, np.arange(len(column.texts)))
    assert found is not None
    return found.form, found.evidence, found.sure


def days(start: date, count: int, step: int = 1) -> list[date]:
    return [start + timedelta(days=i * step) for i in range(count)]


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y-%m-%d", "%d-%b-%Y", "%Y년 %m월 %d일", "%Y. %m. %d."]
)
def test_a_year_of_days_shows_its_format(form: str) -> None:
    found, _, sure = guess([d.strftime(form) for d in days(date(2017, 12, 1), 365)])
    assert found == form
    assert sure >= 0.8


def test_two_digit_years_first() -> None:
    rng = np.random.default_rng(0)
    dates = [date(2005, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 4000, 800)]
    assert guess([d.strftime("%y.%m.%d") for d in dates])[0] == "%y.%m.%d"


def test_even_steps_tell_day_from_month_when_every_value_is_valid_both_ways() -> None:
    # First twelve days of each month: 05/03/2020 is valid as 5 March and as 3 May.
    dates = [date(2020, m, d) for m in range(1, 13) for d in range(1, 13)]
    form, evidence, sure = guess([d.strftime("%d/%m/%Y") for d in dates])
    assert (form, evidence) == ("%d/%m/%Y", "even_steps")
    assert sure < 1.0


def test_what_cannot_be_told_is_a_guess_with_little_sureness() -> None:
    form, evidence, sure = guess(["03/04/2020", "05/06/2020"])
    assert evidence == "ambiguous_day_month" and sure <= 0.3
    assert form in ("%m/%d/%Y", "%d/%m/%Y")


def test_whole_numbers_are_dates_only_with_support() -> None:
    texts = ["20170305", "20180412", "20200101"]
    assert whole_number_dates("order_date", texts) is not None
    assert whole_number_dates("amount", texts) is None
    assert whole_number_dates("amount", [f"2015{m:02d}" for m in range(1, 13)]) is not None
    assert whole_number_dates("date", ["20171305"]) is None
