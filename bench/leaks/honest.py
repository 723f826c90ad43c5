"""Clean tables with honest strong columns that resemble leaks: made from real tables or by a program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.leaks.clean import Clean, package, sklearn

Pair = tuple[pd.DataFrame, pd.DataFrame]


def lags(_: Path | None) -> pd.DataFrame:
    """A daily series with its own past: lags of 1, 7 and 14 days and the mean and deviation of the last 7 days."""
    rng = np.random.default_rng(401)
    days = 1200
    noise = rng.normal(size=days)
    state = np.zeros(days)
    for t in range(1, days):
        state[t] = 0.85 * state[t - 1] + noise[t]
    dates = pd.date_range("2019-01-01", periods=days, freq="D")
    week = np.array([0, 1, 1.5, 1, 2, 5, 4])[dates.day_of_week]
    sales = pd.Series(np.round(100 + 8 * state + 6 * week + rng.normal(scale=2, size=days), 1))
    past = sales.shift(1)
    frame = pd.DataFrame({
        "date": dates.strftime("%Y-%m-%d"), "weekday": dates.day_name(), "promotion": rng.integers(0, 2, days),
        "lag_1": past, "lag_7": sales.shift(7), "lag_14": sales.shift(14), "mean_7": past.rolling(7).mean(),
        "deviation_7": past.rolling(7).std(), "sales": sales,
    })  # fmt: skip
    return frame.iloc[21:].reset_index(drop=True)


def out_of_fold(_: Path | None) -> pd.DataFrame:
    """Houses with their neighbourhood replaced by its mean price in the other four fifths of the rows."""
    frame = package("modeldata", "ames")(None)
    assert isinstance(frame, pd.DataFrame)
    frame = frame.drop(columns=["Sale_Type", "Sale_Condition", "Longitude", "Latitude"])
    fold = np.random.default_rng(402).integers(0, 5, len(frame))
    price, place = frame["Sale_Price"], frame["Neighborhood"]
    coded = np.empty(len(frame))
    for k in range(5):
        mean = price[fold != k].groupby(place[fold != k]).mean()
        coded[fold == k] = place[fold == k].map(mean).fillna(price[fold != k].mean())
    frame.insert(5, "Neighborhood_price", coded)
    return frame


def scaled(_: Path | None) -> Pair:
    """Measurements standardised by mean and deviation of the training rows; the test rows by the same numbers."""
    frame = sklearn("breast_cancer")(None)
    assert isinstance(frame, pd.DataFrame)
    frame = frame.sample(frac=1.0, random_state=403).reset_index(drop=True)
    train, test = frame.iloc[:400].copy(), frame.iloc[400:].reset_index(drop=True).copy()
    for column in frame.columns.drop("target"):
        mean, deviation = train[column].mean(), train[column].std(ddof=0)
        test[column] = (test[column] - mean) / deviation
        train[column] = (train[column] - mean) / deviation
    return train, test


def imputed(_: Path | None) -> Pair:
    """Loans whose gaps are filled with means of the training rows, in both files."""
    frame = package("modeldata", "credit_data")(None)
    assert isinstance(frame, pd.DataFrame)
    frame = frame.sample(frac=1.0, random_state=404).reset_index(drop=True)
    train, test = frame.iloc[:3000].copy(), frame.iloc[3000:].reset_index(drop=True).copy()
    for column in ("Income", "Assets", "Debt"):
        mean = train[column].mean()
        train[column], test[column] = train[column].fillna(mean), test[column].fillna(mean)
    return train, test


def linear(_: Path | None) -> pd.DataFrame:
    """A measurement that explains 97 % of a target, and nine that explain little."""
    rng = np.random.default_rng(405)
    x = rng.normal(size=(1500, 10))
    y = 6 * x[:, 0] + x[:, 1] - 0.5 * x[:, 2] + rng.normal(scale=0.6, size=1500)
    frame = pd.DataFrame(np.round(20 + 3 * x, 2), columns=[f"sensor_{i}" for i in range(1, 11)])
    frame["load"] = np.round(50 + 4 * y, 1)
    return frame


def ratios(_: Path | None) -> pd.DataFrame:
    """Houses with honest ratios and sums of their own attributes, none of which knows the price."""
    frame = package("mosaicData", "SaratogaHouses")(None)
    assert isinstance(frame, pd.DataFrame)
    return frame.assign(
        area_per_room=(frame["livingArea"] / frame["rooms"]).round(1),
        land_per_acre=(frame["landValue"] / frame["lotSize"].where(frame["lotSize"] > 0)).round(0),
        wet_rooms=frame["bathrooms"] + frame["fireplaces"],
        built_share=(frame["livingArea"] / (43560 * frame["lotSize"].where(frame["lotSize"] > 0))).round(4),
    )


def mushrooms(_: Path | None) -> pd.DataFrame:
    """Field notes on mushrooms: the smell decides nearly every one (foul is poisonous, almond edible, none: either).

    After the description of the UCI table (Schlimmer 1987), in which odour alone is right in 98.5 % of the rows.
    """
    rng = np.random.default_rng(406)
    rows = 4000
    poisonous = rng.random(rows) < 0.48
    bad = rng.choice(
        ["foul", "spicy", "fishy", "pungent", "creosote", "none"],
        rows,
        p=[0.55, 0.15, 0.14, 0.08, 0.05, 0.03],
    )
    good = rng.choice(["none", "almond", "anise"], rows, p=[0.81, 0.095, 0.095])

    def trait(values: str, tilt: float) -> np.ndarray:
        names = values.split()
        flat = np.full(len(names), 1.0 / len(names))
        for_bad = flat * np.linspace(1 + tilt, 1 - tilt, len(names))
        drawn = rng.choice(names, rows, p=flat * np.linspace(1 - tilt, 1 + tilt, len(names)))
        return np.where(poisonous, rng.choice(names, rows, p=for_bad), drawn)

    return pd.DataFrame({
        "cap_shape": trait("bell conical convex flat knobbed", 0.2), "cap_colour": trait("brown grey red yellow white", 0.3),
        "bruises": trait("no yes", 0.5), "odour": np.where(poisonous, bad, good),
        "gill_size": trait("narrow broad", 0.5), "gill_colour": trait("buff pink white brown grey black", 0.6),
        "stalk_root": trait("bulbous club equal rooted", 0.3), "ring": trait("large evanescent pendant", 0.5),
        "spore_print": trait("chocolate white black brown", 0.7), "population": trait("several solitary scattered numerous", 0.4),
        "habitat": trait("paths leaves woods grasses meadows", 0.4),
        "class": np.where(poisonous, "poisonous", "edible"),
    })  # fmt: skip


TABLES: tuple[Clean, ...] = (
    Clean("past lags", "sales", "regression", lags, "Every window ends the day before.", time="date", ordered=True,
          made=True, strong=("lag_1", "mean_7"), planted=False),
    Clean("out-of-fold encoding", "Sale_Price", "regression", out_of_fold, "No row took part in its own mean.", made=True,
          strong=("Neighborhood_price",), planted=False),
    Clean("scaled on training", "target", "binary", scaled, "Mean and deviation are of the training rows.", made=True,
          planted=False),
    Clean("imputed on training", "Status", "binary", imputed, "Means are of the training rows.", made=True, planted=False),
    Clean("strong linear column", "load", "regression", linear, "A good sensor is not a leak.", made=True,
          strong=("sensor_1",)),
    Clean("honest ratios", "price", "regression", ratios, "Ratios of attributes; the price takes no part.", made=True,
          planted=False),
    Clean("mushrooms", "class", "binary", mushrooms, "Smell is noted in the wood.", made=True, strong=("odour",)),
)  # fmt: skip
