"""L2: windows over time that contain the present or the future, and dates after the moment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import Ground, Plant, Planted


def series(g: Ground, days: int = 900) -> tuple[pd.DataFrame, pd.Series]:
    """Return a daily table with honest lags, and its target: a season, a week and memory, drawn anew for each seed."""
    memory = g.rng.uniform(0.3, 0.9)
    noise = g.rng.normal(size=days)
    state = np.zeros(days)
    for t in range(1, days):
        state[t] = memory * state[t - 1] + noise[t]
    dates = pd.date_range("2020-01-01", periods=days, freq="D") + pd.Timedelta(
        int(g.rng.integers(0, 900)), "D"
    )
    week = g.rng.normal(scale=1.5, size=7)[dates.day_of_week]
    season = g.rng.uniform(0, 3) * np.sin(2 * np.pi * dates.day_of_year / 365.25)
    weather = g.rng.normal(size=days)
    y = pd.Series(np.round(50 + 5 * (state + week + season + 0.5 * weather), 2))
    past = y.shift(1)
    frame = pd.DataFrame({
        "day": dates.strftime("%Y-%m-%d"), "weekday": dates.day_name(), "weather": weather.round(2),
        "offer": g.rng.integers(0, 2, days), "before_1": past, "before_7": y.shift(7), "before_mean": past.rolling(7).mean(),
    })  # fmt: skip
    return frame, y


def window(g: Ground, name: str, values: pd.Series, frame: pd.DataFrame, y: pd.Series) -> Planted:
    """Return the table with a planted column and its target."""
    frame = g.put({name: values}, frame).assign(sold=y)
    keep = frame.notna().all(axis=1)
    return Planted(frame[keep], [name], time="day", target="sold", task="regression")


def centred(g: Ground) -> Planted:
    """A mean around the day."""
    frame, y = series(g)
    return window(g, g.fresh()[0], y.rolling(g.pick(3, 7, 15), center=True).mean(), frame, y)


def with_present(g: Ground) -> Planted:
    """A mean of the last days that contains the day itself."""
    frame, y = series(g)
    return window(g, g.fresh()[0], y.rolling(g.pick(2, 5, 10)).mean(), frame, y)


def lead(g: Ground) -> Planted:
    """The value of the next day, with noise of 0, 20, 50 % of the deviation."""
    frame, y = series(g)
    noise = g.rng.normal(scale=g.pick(0.0, 0.2, 0.5) * y.std(), size=len(y))
    return window(g, g.fresh()[0], y.shift(-1) + noise, frame, y)


def later_date(g: Ground) -> Planted:
    """A date after the moment of the row, in all, 60 %, 25 % of the rows; it is later for the event."""
    moment, name = g.fresh(2)
    start = pd.Timestamp("2019-05-01") + pd.to_timedelta(g.rng.integers(0, 700, g.n), "D")
    wait = np.where(g.hit, g.rng.integers(20, 90, g.n), g.rng.integers(1, 60, g.n))
    there = g.rng.random(g.n) < g.pick(1.0, 0.6, 0.25)
    later = pd.Series((start + pd.to_timedelta(wait, "D")).strftime("%Y-%m-%d")).where(there)
    return Planted(g.put({moment: start.strftime("%Y-%m-%d"), name: later}), [name], time=moment)


PLANTS = (
    Plant("centred window", "L2", centred, "3, 7, 15 days", tasks=("regression",), own=True, order=True),
    Plant(
        "window with the present",
        "L2",
        with_present,
        "2, 5, 10 days",
        tasks=("regression",),
        own=True,
        order=True,
    ),
    Plant(
        "value of the next day",
        "L2",
        lead,
        "noise of 0, 20, 50 % of the deviation",
        tasks=("regression",),
        own=True,
        order=True,
    ),
    Plant(
        "date after the moment",
        "L2",
        later_date,
        "in 100, 60, 25 % of the rows",
        tasks=("binary", "regression"),
    ),
)
