"""Held-out clean tables: kept from the authors of detectors; chosen, like the others, by their documentation alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.leaks import held_honest
from bench.leaks.clean import Clean, package, shared, sklearn


def _messages(folder: Path | None) -> pd.DataFrame:
    frame = shared("C_ordinary/sms_spam.csv")(folder)
    assert isinstance(frame, pd.DataFrame)
    text = frame.columns.drop("type")[0]
    plain = frame[text].str.lower().str.replace(r"\W+", " ", regex=True)
    return frame[~plain.duplicated(keep=False)].reset_index(drop=True)


def _german(folder: Path | None) -> pd.DataFrame:
    frame = shared("C_ordinary/german_credit_coded.csv", header=None)(folder)
    assert isinstance(frame, pd.DataFrame)
    return frame.set_axis([f"a{i}" for i in range(1, frame.shape[1])] + ["risk"], axis=1)


def _births(_: Path | None) -> pd.DataFrame:
    frame = package("openintro", "births14")(None)
    assert isinstance(frame, pd.DataFrame)
    return frame


TABLES: tuple[Clean, ...] = (
    Clean("boston", "medv", "regression", package("MASS", "Boston"),
          "Attributes of towns and houses; neighbouring rows share a town, so rows are shuffled.", strong=("lstat", "rm")),
    Clean("default", "default", "binary", package("ISLR", "Default"), "Simulated card holders.", strong=("balance",)),
    Clean("pima", "type", "binary", package("MASS", "Pima.tr", "Pima.te"), "Measured before the diagnosis.", strong=("glu",)),
    Clean("saratoga", "price", "regression", package("mosaicData", "SaratogaHouses"),
          "Attributes of a house; 7 natural duplicates.", strong=("livingArea", "landValue")),
    Clean("sacramento", "price", "regression", package("modeldata", "Sacramento"), "Attributes and place of a house.",
          strong=("sqft",)),
    Clean("developers", "Remote", "binary", package("modeldata", "stackoverflow"), "Answers of a survey."),
    Clean("mortgages", "deny", "binary", package("AER", "HMDA"),
          "What was known of the applicant; that insurance was denied belongs to the decision and is out.",
          drop=("insurance",)),
    Clean("cells", "class", "binary", package("modeldata", "cells"),
          "Measurements of images; case only tells training from test and is out.", drop=("case",)),
    Clean("taxi", "tip", "binary", package("modeldata", "taxi"), "What is known of a ride; coarse, so that rows repeat."),
    Clean("telephone", "churn", "binary", package("modeldata", "wa_churn"),
          "Contracts; the total is about months times the rate, nothing is written after the churn."),
    Clean("employees", "Attrition", "binary", package("modeldata", "attrition"), "Fictional employees before they leave."),
    Clean("professors", "salary", "regression", package("carData", "Salaries"), "Rank, discipline, years, sex.",
          strong=("rank",)),
    Clean("cps", "wage", "regression", package("AER", "CPS1985"),
          "Survey; experience = age - education - 6 concerns no target."),
    Clean("windsor", "price", "regression", package("AER", "HousePrices"), "Attributes of a house.", strong=("lotsize",)),
    Clean("birth weight", "weight", "regression", _births,
          "Known before or at birth; lowbirthweight restates the target and is out.", drop=("lowbirthweight",),
          strong=("weeks",)),
    Clean("german credit", "risk", "binary", _german, "What was known when the loan was asked for.", shared=True),
    Clean("digits", "target", "multiclass", sklearn("digits"), "Grey values of pixels.", rows=1797),
    Clean("mail", "spam", "binary", package("openintro", "email"),
          "Counted in the mail itself. The moment is out: the help says the spam is of three months, no more.",
          drop=("time",)),
    Clean("visits", "visits", "regression", package("AER", "NMES1988"),
          "Answers of the insured; the other counts of visits are of the same year and are out.",
          drop=("nvisits", "ovisits", "novisits", "emergency", "hospital")),
    Clean("loans", "Class", "binary", package("modeldata", "lending_club"), "What was known when the loan was given."),
    Clean("hours", "lnhr", "regression", package("plm", "LaborSupply"),
          "A panel of 532 men in 10 years: the honest user declares the man and the year.", group="id", time="year", planted=False),
    Clean("slid", "wages", "regression", package("carData", "SLID"), "Survey; coarse, so that rows repeat."),
    Clean("messages", "type", "binary", _messages,
          "Short messages; those that occur twice (after taking out case and signs) are out.", shared=True),
    Clean("shops", "Weekly_Sales", "regression", shared("B_grouped_time/walmart_store_sales.csv"),
          "Weeks of 45 shops: the honest user declares shop and week.", group="Store", time="Date", shared=True, planted=False),
    *held_honest.TABLES,
)  # fmt: skip
