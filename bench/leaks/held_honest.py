"""Held-out clean tables with honest strong columns that resemble leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench.leaks.clean import Clean, package

Pair = tuple[pd.DataFrame, pd.DataFrame]


def _frame(name: str, item: str) -> pd.DataFrame:
    frame = package(name, item)(None)
    assert isinstance(frame, pd.DataFrame)
    return frame


def past_of_shops(_: Path | None) -> pd.DataFrame:
    """Twenty shops in 100 weeks, each with its own last weeks and the mean of all its past."""
    rng = np.random.default_rng(451)
    parts = []
    for shop in range(20):
        level = 200 + 60 * rng.normal()
        noise = rng.normal(size=100)
        state = np.zeros(100)
        for t in range(1, 100):
            state[t] = 0.7 * state[t - 1] + noise[t]
        sold = pd.Series(np.round(level + 15 * state, 0))
        past = sold.shift(1)
        parts.append(pd.DataFrame({
            "week": pd.date_range("2020-01-06", periods=100, freq="7D").strftime("%Y-%m-%d"), "shop": f"S{shop:02d}",
            "area": int(level * 2 + rng.integers(-60, 60)), "last_week": past, "four_weeks_ago": sold.shift(4),
            "past_mean": past.expanding().mean().round(2), "sold": sold,
        }).iloc[6:])  # fmt: skip
    return pd.concat(parts).sort_values("week", kind="stable").reset_index(drop=True)


def smoothed_elsewhere(_: Path | None) -> Pair:
    """States of callers coded by the smoothed share of churn in the training rows of other folds; test rows by all of training."""
    frame = _frame("modeldata", "mlc_churn").sample(frac=1.0, random_state=452).reset_index(drop=True)
    train, test = frame.iloc[:3500].copy(), frame.iloc[3500:].reset_index(drop=True).copy()
    hit = (train["churn"] == "yes").astype(float)
    fold = np.random.default_rng(452).integers(0, 10, len(train))

    def code(rows: pd.Series, learn: np.ndarray) -> np.ndarray:
        some = hit[learn].groupby(train["state"][learn]).agg(["sum", "count"])
        rate = (some["sum"] + 20 * hit[learn].mean()) / (some["count"] + 20)
        return np.asarray(rows.map(rate).fillna(hit[learn].mean()))

    coded = np.empty(len(train))
    for k in range(10):
        coded[fold == k] = code(train["state"][fold == k], fold != k)
    train.insert(1, "state_rate", coded)
    test.insert(1, "state_rate", code(test["state"], np.full(len(train), True)))
    return train, test


def stretched(_: Path | None) -> Pair:
    """Houses with every number brought to 0 … 1 by smallest and largest training row."""
    frame = _frame("MASS", "Boston").sample(frac=1.0, random_state=453).reset_index(drop=True)
    train, test = frame.iloc[:380].copy(), frame.iloc[380:].reset_index(drop=True).copy()
    for column in frame.columns.drop("medv"):
        low, high = train[column].min(), train[column].max()
        test[column] = (test[column] - low) / (high - low)
        train[column] = (train[column] - low) / (high - low)
    return train, test


def earlier_score(_: Path | None) -> pd.DataFrame:
    """Loans with the score of a model that was fitted on other loans, long before: an honest strong column."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(454)
    x = rng.normal(size=(6000, 6))
    logit = x @ np.array([1.5, -1.2, 0.9, 0.6, 0.0, 0.3]) - 1.2
    bad = rng.random(6000) < 1 / (1 + np.exp(-logit))
    old = slice(0, 3000)
    model = LogisticRegression().fit(x[old, :4], bad[old])
    score = np.round(850 - 550 * model.predict_proba(x[3000:, :4])[:, 1])
    frame = pd.DataFrame(
        np.round(x[3000:], 2), columns=["debt", "savings", "inquiries", "limit", "age", "children"]
    )
    return frame.assign(bureau_score=score, default=np.where(bad[3000:], "yes", "no"))


def machines(_: Path | None) -> pd.DataFrame:
    """Machines with an honest rule: above a temperature most fail, yet not all, and some fail below."""
    rng = np.random.default_rng(455)
    rows = 5000
    heat = np.round(rng.normal(60, 8, rows), 1)
    wear = rng.integers(0, 250, rows)
    torque = np.round(rng.normal(40, 10, rows), 1)
    risk = np.where(heat > 75, 0.93, np.where(wear > 220, 0.25, 0.01))
    return pd.DataFrame({
        "serial": [f"M{v:06d}" for v in rng.permutation(900000)[:rows]], "heat": heat, "wear": wear, "torque": torque,
        "type": rng.choice(["L", "M", "H"], rows, p=[0.6, 0.3, 0.1]), "failed": (rng.random(rows) < risk).astype(int),
    })  # fmt: skip


TABLES: tuple[Clean, ...] = (
    Clean("past of shops", "sold", "regression", past_of_shops, "Every window ends a week before.", group="shop",
          time="week", ordered=True, made=True, strong=("last_week", "past_mean"), planted=False),
    Clean("smoothed encoding elsewhere", "churn", "binary", smoothed_elsewhere, "No row took part in its own code.",
          made=True, planted=False),
    Clean("stretched on training", "medv", "regression", stretched, "Bounds are of the training rows.", made=True,
          strong=("lstat", "rm"), planted=False),
    Clean("earlier score", "default", "binary", earlier_score, "The model never saw these rows.", made=True,
          strong=("bureau_score",), planted=False),
    Clean("hot machines", "failed", "binary", machines, "Measured before the failure.", made=True, strong=("heat",)),
)  # fmt: skip
