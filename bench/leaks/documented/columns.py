"""Documented columns that give the answer away, in the tables of the data folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.leaks.documented.spec import Leak, Source, csv

A, B, C, D, E = "A_leaks/", "B_grouped_time/", "C_ordinary/", "D_relational/", "E_interactions/"
LATE = "UCI: known only when the call is over; should be discarded for a realistic model"
AFTER = "catalogue: known only after the loan was made"
MODE = "UCI: one of the failure modes that make up the label"
RACE = "catalogue: a result of the race itself"


def _titanic(folder: Path) -> pd.DataFrame:
    return pd.read_excel(folder / A / "titanic3.xls", engine="calamine")


def _telco(folder: Path) -> pd.DataFrame:
    return pd.read_excel(folder / A / "telco_customer_churn_ibm_full.xlsx", engine="calamine")


def _nsmc(folder: Path) -> pd.DataFrame:
    """Label as in the published set: up to 4 is negative, 9 and 10 are positive, the rest is left out."""
    frame = pd.read_csv(folder / C / "nsmc_raw_sample_19k.csv.gz")
    frame = frame[(frame["rating"] <= 4) | (frame["rating"] >= 9)]
    return frame.assign(label=(frame["rating"] >= 9).astype(int)).reset_index(drop=True)


def _wine(folder: Path) -> pd.DataFrame:
    """Is it the most frequent varietal?"""
    frame = pd.read_csv(folder / C / "wine_reviews_5k.csv.gz")
    first = frame["varietal"].mode()[0]
    return frame.assign(wanted=(frame["varietal"] == first).astype(int)).drop(columns="varietal")


def _late(folder: Path) -> pd.DataFrame:
    """Orders of Olist with their reviews: was the parcel later than estimated?"""
    orders = pd.read_csv(folder / D / "olist/olist_orders_dataset.csv")
    reviews = pd.read_csv(folder / D / "olist/olist_order_reviews_dataset.csv").drop_duplicates("order_id")
    customers = pd.read_csv(folder / D / "olist/olist_customers_dataset.csv")
    frame = orders.merge(reviews, on="order_id", how="left").merge(customers, on="customer_id", how="left")
    frame = frame[frame["order_delivered_customer_date"].notna()].reset_index(drop=True)
    came, promised = frame["order_delivered_customer_date"], frame["order_estimated_delivery_date"]
    return frame.assign(late=(pd.to_datetime(came) > pd.to_datetime(promised)).astype(int))


def _standings(folder: Path) -> pd.DataFrame:
    """Points of each start, beside the standings as they are joined without thought: those after the race."""
    results = pd.read_csv(folder / D / "f1/results.csv.gz")
    table = pd.read_csv(folder / D / "f1/driver_standings.csv")
    table = table[["raceId", "driverId", "points", "wins"]].rename(columns={"points": "standing_points"})
    races = pd.read_csv(folder / D / "f1/races.csv")[["raceId", "year", "round", "circuitId"]]
    kept = results[["raceId", "driverId", "constructorId", "grid", "points"]]
    frame = kept.merge(table, on=["raceId", "driverId"]).merge(races, on="raceId")
    return frame.sort_values(["year", "round"], kind="stable").reset_index(drop=True)


def _accidents(folder: Path) -> pd.DataFrame:
    """Every fifth accident."""
    return (
        pd.read_csv(folder / D / "uk_road_safety_2015/Accidents_2015.csv.gz", low_memory=False)
        .iloc[::5]
        .reset_index(drop=True)
    )


def _retail(folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(folder / D / "online_retail_sample.csv.gz")
    return frame.assign(returned=(frame["Quantity"] < 0).astype(int)).drop(columns="Quantity")


COLUMNS = (
    Source("titanic3", _titanic, "survived", "binary", (
        Leak("catalogue: number of the lifeboat, known only for survivors", ("boat",)),
        Leak("catalogue: number of the body, only for the dead", ("body",)),
    ), A + "titanic3.xls", all=True),
    Source("bike_hour", csv(A + "bike_sharing_hour.csv.gz"), "count", "regression", (
        Leak("catalogue: casual + registered = count exactly", ("casual", "registered"), "set"),
        Leak("UCI: part of the count itself", ("registered",)),
        Leak("UCI: part of the count itself", ("casual",)),
    ), A + "bike_sharing_hour.csv.gz", drop=("instant",)),
    Source("bank_additional", csv(A + "bank_additional_full.csv.gz", sep=";"), "y", "binary", (
        Leak(LATE, ("duration",)),
    ), A + "bank_additional_full.csv.gz"),
    Source("bank_full", csv(A + "bank_full.csv.gz", sep=";"), "y", "binary", (
        Leak(LATE, ("duration",)),
    ), A + "bank_full.csv.gz"),
    Source("telco", _telco, "Churn Value", "binary", (
        Leak("catalogue: the target a second time", ("Churn Label",)),
        Leak("catalogue: filled only for churners", ("Churn Reason",)),
        Leak("catalogue: score of a model that was trained on churn", ("Churn Score",)),
        Leak("catalogue: predicted by the same family of models", ("CLTV",)),
    ), A + "telco_customer_churn_ibm_full.xlsx", all=True),
    Source("credit_card", csv(A + "aer_creditcard.csv"), "card", "binary", (
        Leak("help of AER: monthly expenditure on the card itself", ("expenditure",)),
        Leak("help of AER: ratio of expenditure on the card to income", ("share",)),
    ), A + "aer_creditcard.csv", drop=("rownames",), all=True),
    Source("loans_rate", csv(A + "lendingclub_loans_full_schema.csv.gz"), "interest_rate", "regression", (
        Leak("catalogue: the grade decides the rate", ("grade",)),
        Leak("catalogue: the sub-grade decides the rate", ("sub_grade",)),
        Leak("catalogue: a function of amount, term and rate", ("installment",)),
    ), A + "lendingclub_loans_full_schema.csv.gz", all=True,
        drop=("rownames", "loan_status", "balance", "paid_total", "paid_principal", "paid_interest",
              "paid_late_fees")),
    Source("loans_status", csv(A + "lendingclub_loans_full_schema.csv.gz"), "loan_status", "multiclass", tuple(
        Leak(AFTER, (c,)) for c in ("balance", "paid_total", "paid_principal", "paid_interest", "paid_late_fees")
    ), A + "lendingclub_loans_full_schema.csv.gz", drop=("rownames",), all=True),
    Source("ai4i", csv(A + "ai4i2020.csv", encoding="utf-8-sig"), "MachineFailure", "binary", (
        Leak(MODE + " (all five)", ("TWF", "HDF", "PWF", "OSF", "RNF"), any=True, label="modes"),
        *(Leak(MODE, (c,)) for c in ("TWF", "HDF", "PWF", "OSF")),
    ), A + "ai4i2020.csv"),
    Source("wish", csv(A + "summer_products_wish.csv.gz"), "units_sold", "regression", (
        Leak("catalogue: ratings arrive after sales", ("rating_count",)),
        Leak("catalogue: ratings arrive after sales", ("rating_five_count",), without=("rating_four_count",
             "rating_three_count", "rating_two_count", "rating_one_count")),
    ), A + "summer_products_wish.csv.gz", all=True,
        drop=("rating_four_count", "rating_three_count", "rating_two_count", "rating_one_count")),
    Source("claims", csv(A + "insurance_fraud_claims.csv"), "total_claim_amount", "regression", (
        Leak("catalogue: total = injury + property + vehicle", ("injury_claim", "property_claim", "vehicle_claim"),
             "set"),
    ), A + "insurance_fraud_claims.csv"),
    Source("vgsales", csv(A + "vgsales.csv.gz"), "Global_Sales", "regression", (
        Leak("catalogue: the rank is the order of the target", ("Rank",)),
        Leak("catalogue: the regions sum to the target", ("NA_Sales", "EU_Sales", "JP_Sales", "Other_Sales"), "set"),
    ), A + "vgsales.csv.gz"),
    Source("seoul_crowds", csv(A + "seoul_congestion_log.csv"), "혼잡도", "multiclass", (
        Leak("catalogue: the level is set from this population estimate", ("인구min",)),
        Leak("catalogue: the level is set from this population estimate", ("인구max",)),
    ), A + "seoul_congestion_log.csv", all=True),
    Source("parkinsons", csv(B + "parkinsons_updrs.csv", sep="\t"), "total_UPDRS", "regression", (
        Leak("catalogue: the motor part of the total score", ("motor_UPDRS",)),
    ), B + "parkinsons_updrs.csv"),
    Source("seoul_bike", csv(B + "seoul_bike_latin1.csv", encoding="latin-1"), "Rented Bike Count", "regression", (
        Leak("catalogue: target is 0 by rule when the day does not function", ("Functioning Day",)),
    ), B + "seoul_bike_latin1.csv"),
    Source("household_power", csv(B + "household_power_daily.csv"), "Global_active_power", "regression", (
        Leak("catalogue: derived from the target", ("sub_metering_4",)),
        Leak("UCI: the four meters sum to the target x 1000 / 60",
             ("Sub_metering_1", "Sub_metering_2", "Sub_metering_3", "sub_metering_4"), "set"),
    ), B + "household_power_daily.csv", drop=("Global_intensity",)),
    Source("life_expectancy", csv(B + "life_expectancy_who.csv"), "Life expectancy ", "regression", (
        Leak("catalogue: mortality partly defines the target", ("Adult Mortality",)),
    ), B + "life_expectancy_who.csv"),
    Source("nsmc", _nsmc, "label", "binary", (
        Leak("catalogue: the label is made from the rating", ("rating",)),
    ), C + "nsmc_raw_sample_19k.csv.gz"),
    Source("wine", _wine, "wanted", "binary", (
        Leak("catalogue: the varietal is named in the title", ("title",), without=("description", "excerpt")),
        Leak("catalogue: the varietal is named in the description", ("description",), without=("title", "excerpt")),
    ), C + "wine_reviews_5k.csv.gz"),
    Source("olist_late", _late, "late", "binary", (
        Leak("catalogue: delivered dates are leaks for delay (late = delivered after estimated)",
             ("order_delivered_customer_date",)),
        Leak("catalogue: written after delivery", ("review_score",)),
        Leak("catalogue: written after delivery", ("review_comment_message",)),
    ), D + "olist/olist_orders_dataset.csv",
        drop=("review_id", "review_comment_title", "review_creation_date", "review_answer_timestamp")),
    Source("f1_place", csv(D + "f1/results.csv.gz"), "positionOrder", "regression", tuple(
        Leak(RACE, (c,)) for c in ("points", "position", "laps", "milliseconds", "statusId")
    ), D + "f1/results.csv.gz",
        drop=("resultId", "positionText", "time", "rank", "fastestLap", "fastestLapTime", "fastestLapSpeed")),
    Source("f1_points", _standings, "points", "regression", (
        Leak("catalogue: standings are those after the race", ("standing_points",)),
    ), D + "f1/driver_standings.csv", drop=("wins",)),
    Source("accidents", _accidents, "Accident_Severity", "multiclass", (
        Leak("catalogue: known after the event", ("Did_Police_Officer_Attend_Scene_of_Accident",)),
        Leak("catalogue: known after the event", ("Number_of_Casualties",)),
    ), D + "uk_road_safety_2015/Accidents_2015.csv.gz"),
    Source("returns", _retail, "returned", "binary", (
        Leak("catalogue: the number of a return starts with C", ("InvoiceNo",)),
    ), D + "online_retail_sample.csv.gz"),
    Source("restaurants", csv(E + "restaurant_consumer/rating_final.csv"), "rating", "multiclass", (
        Leak("catalogue: given together with the rating", ("food_rating",)),
        Leak("catalogue: given together with the rating", ("service_rating",)),
    ), E + "restaurant_consumer/rating_final.csv", all=True),
)  # fmt: skip
