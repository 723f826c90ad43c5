"""Real tables: the columns that people get wrong."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from lowtide.tables.personal import personal_kinds
from lowtide.tables.read import read
from tests.conftest import shared


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("C_ordinary/krx_listed_companies.csv", {"Symbol": ("text", "id"), "ListingDate": ("date", "date"), "SettleMonth": ("number", "number")}),
        ("B_grouped_time/seoul_bike_latin1.csv", {"Date": ("date", "date"), "Seasons": ("text", "category"), "Rented Bike Count": ("number", "number")}),
        ("B_grouped_time/walmart_store_sales.csv", {"Date": ("date", "date"), "Store": ("number", "group")}),
        ("B_grouped_time/parkinsons_updrs.csv", {"subject#": ("number", "group"), "motor_UPDRS": ("number", "number")}),
        ("B_grouped_time/korea_parking_train.csv", {"단지코드": ("text", "group"), "임대료": ("number", "number"), "지역": ("text", "category")}),
        ("A_leaks/heart_hungarian.csv", {"chol": ("number", "number"), "thal": ("number", "number")}),
        ("A_leaks/titanic3.xls", {"name": ("text", "text"), "sex": ("text", "category"), "body": ("number", "number")}),
        ("A_leaks/telco_customer_churn_ibm_full.xlsx", {"CustomerID": ("text", "id"), "Total Charges": ("number", "number"), "Count": ("number", "ignore")}),
        ("A_leaks/seoul_congestion_log.csv", {"시각": ("date", "date"), "코드": ("text", "group"), "혼잡도": ("text", "ordinal")}),
        ("C_ordinary/ames_housing.csv", {"PID": ("number", "id"), "Overall.Qual": ("number", "ordinal"), "price": ("number", "number")}),
        ("C_ordinary/naver_news_title.csv", {"text": ("text", "text"), "label": ("text", "category")}),
        ("A_leaks/ibm_hr_attrition.csv", {"EmployeeNumber": ("number", "id"), "Over18": ("text", "ignore"), "JobSatisfaction": ("number", "ordinal")}),
    ],
)  # fmt: skip
def test_types_and_roles(file: str, expected: dict[str, tuple[str, str]]) -> None:
    table = read(shared(file))
    assert {n: (table.column(n).type, table.column(n).role) for n in expected} == expected


def test_day_first_dates() -> None:
    bikes = read(shared("B_grouped_time/seoul_bike_latin1.csv"))
    assert bikes.data.column("Date")[0].as_py() == datetime(2017, 12, 1)
    shops = read(shared("B_grouped_time/walmart_store_sales.csv"))
    assert shops.data.column("Date")[0].as_py() == datetime(2010, 2, 5)
    chips = read(shared("B_grouped_time/secom_52vars.csv"))
    assert chips.data.column("datetime")[0].as_py() == datetime(2008, 7, 19, 11, 55)
    films = read(shared("C_ordinary/nsmc_raw_sample_19k.csv.gz"))
    assert films.column("date").date_format == "%y.%m.%d"


def test_marks_units_and_percent() -> None:
    wines = read(shared("C_ordinary/wine_reviews_5k.csv.gz"))
    assert wines.column("alcohol").percent
    assert 0.10 < np.nanmedian(wines.numbers("alcohol")) < 0.16
    films = read(shared("C_ordinary/messy_imdb.csv"))
    votes = next(c for c in films.contract.columns if "Votes" in c.name)
    assert votes.thousands == "." and votes.high == 2278845


@pytest.mark.slow
def test_two_hundred_columns_of_grouped_numbers() -> None:
    people = read(shared("B_grouped_time/korea_population_by_age_gender_cp949.csv.gz"))
    assert sum(c.type == "number" and c.thousands == "," for c in people.contract.columns) >= 200


def test_personal_columns_have_no_levels() -> None:
    ship = read(shared("A_leaks/titanic3.xls"))
    assert personal_kinds(ship.contract.guesses) == {"name": "name"}
    assert ship.column("name").levels == ()


@pytest.mark.slow
def test_forty_thousand_rows_are_fast() -> None:
    import time

    start = time.perf_counter()
    table = read(shared("A_leaks/bank_additional_full.csv.gz"))
    assert len(table) == 41188 and time.perf_counter() - start < 5
