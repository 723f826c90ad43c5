"""Documented ways in which rows hang together, so that a random split tells too much."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.leaks.documented.columns import A, B, C, D, E
from bench.leaks.documented.spec import Leak, Source, csv, package

SITES = ("cleveland", "hungarian", "switzerland", "va")
PANEL = "help: a panel, several years of each"


def _sites(folder: Path, *, names: tuple[str, ...] = SITES, site: bool = True) -> pd.DataFrame:
    parts = [pd.read_csv(folder / f"{A}heart_{s}.csv").assign(site=s) for s in names]
    frame = pd.concat(parts, ignore_index=True)
    frame["target"] = (frame["target"] > 0).astype(int)
    return frame if site else frame.drop(columns="site")


def _unnamed_sites(folder: Path) -> pd.DataFrame:
    return _sites(folder, site=False)


def _three_sites(folder: Path) -> pd.DataFrame:
    return _sites(folder, names=SITES[:3], site=False)


def _fourth_site(folder: Path) -> pd.DataFrame:
    return _sites(folder, names=SITES[3:], site=False)


def _engines(folder: Path) -> pd.DataFrame:
    """Turbofan runs to failure, with the cycles that are left."""
    frame = pd.read_csv(folder / B / "cmapss_train_FD001.txt.gz", sep=r"\s+", header=None)
    frame.columns = ["unit", "cycle", *(f"s{i}" for i in range(1, frame.shape[1] - 1))]
    return frame.assign(left=frame.groupby("unit")["cycle"].transform("max") - frame["cycle"])


def _overdue(folder: Path) -> pd.DataFrame:
    """Berka: status B and D are bad; C and D are still running."""
    frame = pd.read_csv(folder / D / "berka/loan.asc", sep=";")
    frame["date"] = pd.to_datetime(frame["date"].astype(str), format="%y%m%d")
    return frame.assign(bad=frame["status"].isin(["B", "D"]).astype(int)).drop(columns="status")


def _titanic(folder: Path) -> pd.DataFrame:
    return pd.read_excel(folder / A / "titanic3.xls", engine="calamine").drop(columns=["boat", "body"])


def _panel(
    name: str, pack: str, item: str, target: str, entity: str, says: str = PANEL, **options: object
) -> Source:
    leak = Leak(f"{says} {entity}", (entity,), "group")
    return Source(name, package(pack, item), target, "regression", (leak,), **options)  # type: ignore[arg-type]


ROWS = (
    Source("titanic_families", _titanic, "survived", "binary", (
        Leak("catalogue: families share a ticket; a random split leaks", ("ticket",), "group"),
    ), A + "titanic3.xls"),
    Source("bank_order", csv(A + "bank_additional_full.csv.gz", sep=";"), "y", "binary", (
        Leak("UCI: ordered by date, without a date; macro figures are a hidden time stamp", (), "order"),
    ), A + "bank_additional_full.csv.gz", drop=("duration",)),
    Source("bike_time", csv(A + "bike_sharing_hour.csv.gz"), "count", "regression", (
        Leak("catalogue: hours in the order of time, with trends", ("dateday", "instant"), "time"),
    ), A + "bike_sharing_hour.csv.gz", drop=("casual", "registered")),
    Source("loans_young", csv(A + "lendingclub_loans_full_schema.csv.gz"), "loan_status", "multiclass", (
        Leak("catalogue: three months of loans, 7 of 10,000 charged off: immature labels", (), "immature"),
    ), A + "lendingclub_loans_full_schema.csv.gz",
        drop=("rownames", "balance", "paid_total", "paid_principal", "paid_interest", "paid_late_fees")),
    Source("heart", _sites, "target", "binary", (
        Leak("catalogue: four hospitals; pooling and a random split leak the site", ("site",), "site"),
    ), A + "heart_va.csv"),
    Source("heart_unnamed", _unnamed_sites, "target", "binary", (
        Leak("catalogue: four hospitals; what is missing tells which", (), "site"),
    ), A + "heart_va.csv"),
    Source("heart_fourth", _three_sites, "target", "binary", (
        Leak("catalogue: prevalence and missing values differ by site", (), "drift", test=_fourth_site),
    ), A + "heart_va.csv"),
    Source("vgsales_titles", csv(A + "vgsales.csv.gz"), "Global_Sales", "regression", (
        Leak("catalogue: the same title on several platforms crosses a random split", ("Name",), "group"),
    ), A + "vgsales.csv.gz", drop=("Rank", "NA_Sales", "EU_Sales", "JP_Sales", "Other_Sales")),
    Source("seoul_places", csv(A + "seoul_congestion_log.csv"), "혼잡도", "multiclass", (
        Leak("catalogue: one place in four columns, hour after hour", ("코드", "지역명", "위도", "경도"), "group"),
    ), A + "seoul_congestion_log.csv", drop=("인구min", "인구max")),
    Source("wish_rows", csv(A + "summer_products_wish.csv.gz"), "units_sold", "regression", (
        Leak("catalogue: 34 rows twice", (), "duplicates"),
    ), A + "summer_products_wish.csv.gz", drop=(
        "rating_count", "rating_five_count", "rating_four_count", "rating_three_count", "rating_two_count",
        "rating_one_count")),
    Source("parkinsons_people", csv(B + "parkinsons_updrs.csv", sep="\t"), "total_UPDRS", "regression", (
        Leak("catalogue: 42 patients, 140 rows of each", ("subject#",), "group"),
    ), B + "parkinsons_updrs.csv", drop=("motor_UPDRS",)),
    Source("parkinsons_hidden", csv(B + "parkinsons_updrs.csv", sep="\t"), "total_UPDRS", "regression", (
        Leak("catalogue: age and sex identify the patients", (), "group"),
    ), B + "parkinsons_updrs.csv", drop=("motor_UPDRS", "subject#")),
    Source("elec2", csv(B + "elec2.csv.gz"), "class", "binary", (
        Leak("catalogue: order of the rows is time; the label lasts", (), "order"),
    ), B + "elec2.csv.gz"),
    Source("beijing_air", csv(B + "beijing_pm25.csv.gz"), "pm2.5", "regression", (
        Leak("catalogue: hours in the order of time", ("No", "year", "month", "day", "hour"), "time"),
    ), B + "beijing_pm25.csv.gz"),
    Source("seoul_bike_time", csv(B + "seoul_bike_latin1.csv", encoding="latin-1"), "Rented Bike Count",
           "regression", (
        Leak("catalogue: hours in the order of time", ("Date",), "time"),
    ), B + "seoul_bike_latin1.csv", drop=("Functioning Day",)),
    Source("walmart_stores", csv(B + "walmart_store_sales.csv"), "Weekly_Sales", "regression", (
        Leak("catalogue: 45 stores, week after week", ("Store",), "group"),
        Leak("catalogue: weeks in the order of time", ("Date",), "time"),
    ), B + "walmart_store_sales.csv"),
    Source("secom", csv(B + "secom_52vars.csv"), "defeat", "binary", (
        Leak("catalogue: drift over time", ("datetime",), "time"),
    ), B + "secom_52vars.csv"),
    Source("engines", _engines, "left", "regression", (
        Leak("catalogue: 100 engines, split by unit", ("unit",), "group"),
    ), B + "cmapss_train_FD001.txt.gz"),
    Source("engines_hidden", _engines, "left", "regression", (
        Leak("catalogue: 100 engines, the column of the unit taken away", (), "group", label="hidden"),
    ), B + "cmapss_train_FD001.txt.gz", drop=("unit",)),
    Source("seoul_weather", csv(B + "seoul_temperature_1907_cp949.csv.gz", encoding="cp949"), "최고기온(℃)",
           "regression", (
        Leak("catalogue: 110 years of days in order", ("날짜",), "time"),
    ), B + "seoul_temperature_1907_cp949.csv.gz"),
    Source("countries", csv(B + "life_expectancy_who.csv"), "Life expectancy ", "regression", (
        Leak("catalogue: a panel; a random split leaks countries", ("Country",), "group"),
    ), B + "life_expectancy_who.csv", drop=("Adult Mortality",)),
    Source("parking", csv(B + "korea_parking_train.csv"), "등록차량수", "regression", (
        Leak("catalogue: the target repeats on each row of an estate", ("단지코드",), "group"),
        Leak("catalogue: 320 rows twice", (), "duplicates"),
    ), B + "korea_parking_train.csv"),
    Source("spam", csv(C + "sms_spam.csv"), "type", "binary", (
        Leak("catalogue: 400 messages twice cross a random split", (), "duplicates"),
    ), C + "sms_spam.csv"),
    Source("bengaluru", csv(C + "bengaluru_house.csv"), "price", "regression", (
        Leak("catalogue: 529 rows twice", (), "duplicates"),
    ), C + "bengaluru_house.csv"),
    Source("airbnb", csv(C + "nyc_airbnb_2019.csv.gz"), "price", "regression", (
        Leak("catalogue: hosts with several listings", ("host_id",), "group"),
    ), C + "nyc_airbnb_2019.csv.gz"),
    Source("berka", _overdue, "bad", "binary", (
        Leak("catalogue: status C and D are still running: immature labels", ("date",), "immature"),
    ), D + "berka/loan.asc"),
    Source("restaurant_people", csv(E + "restaurant_consumer/rating_final.csv"), "rating", "multiclass", (
        Leak("catalogue: several ratings of each person", ("userID",), "group"),
    ), E + "restaurant_consumer/rating_final.csv", drop=("food_rating", "service_rating")),
    _panel("men", "plm", "Males", "wage", "nr"),
    Source("men_hidden", package("plm", "Males"), "wage", "regression", (
        Leak("help of plm: 545 persons, eight rows of each; their number taken away", (), "group", label="hidden"),
    ), drop=("nr",)),
    _panel("firms", "plm", "EmplUK", "emp", "firm"),
    _panel("cigarettes", "Ecdat", "Cigar", "sales", "state"),
    _panel("guns", "AER", "Guns", "violent", "state"),
    _panel("gapminder", "gapminder", "gapminder", "lifeExp", "country"),
    _panel("sleep", "lme4", "sleepstudy", "Reaction", "Subject", "help: days of each"),
    _panel("galton", "HistData", "GaltonFamilies", "childHeight", "family", "help: children of each"),
    Source("galton_hidden", package("HistData", "GaltonFamilies"), "childHeight", "regression", (
        Leak("help of HistData: 205 families; the column of the family taken away", (), "group", label="hidden"),
    ), drop=("family",)),
    Source("liver_visits", package("survival", "pbcseq"), "bili", "regression", (
        Leak("help of survival: several visits of each id", ("id",), "group"),
    )),
    Source("colon", package("survival", "colon"), "status", "binary", (
        Leak("help of survival: two records per person", ("id",), "group"),
    ), drop=("time", "study")),
)  # fmt: skip
