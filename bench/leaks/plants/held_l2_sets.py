"""Held out, L2: sets of columns, scores, windows over time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import BOTH, Ground, Plant, Planted
from bench.leaks.plants.l2_sets import NOISE, WRONG, matrix, with_noise
from bench.leaks.plants.l2_time import series, window


def wrong(g: Ground) -> np.ndarray:
    return g.flipped(g.pick(0.0, 0.005, 0.02))


def all_flags(g: Ground) -> Planted:
    """Three conditions that hold together for the event alone."""
    names, event = g.fresh(3), wrong(g)
    flags = np.ones((g.n, 3), dtype=int)
    no = np.flatnonzero(~event)
    flags[no] = (g.rng.random((len(no), 3)) < 0.6).astype(int)
    full = no[flags[no].all(1)]
    flags[full, g.rng.integers(0, 3, len(full))] = 0
    return Planted(g.put({n: flags[:, i] for i, n in enumerate(names)}), names)


def exclusive(g: Ground) -> Planted:
    """Two flags that differ for the event alone."""
    names, event = g.fresh(2), wrong(g)
    first = g.rng.random(g.n) < 0.5
    return Planted(g.put({names[0]: first.astype(int), names[1]: (first ^ event).astype(int)}), names)


def majority(g: Ground) -> Planted:
    """Two of three examiners say so for the event alone."""
    names, event = g.fresh(3), wrong(g)
    votes = np.repeat(event[:, None], 3, axis=1)
    other = g.rng.random(g.n) < 0.5
    votes[np.flatnonzero(other), g.rng.integers(0, 3, int(other.sum()))] ^= True
    return Planted(g.put({n: np.where(votes[:, i], "A", "B") for i, n in enumerate(names)}), names)


def dates(g: Ground) -> Planted:
    """One date after another for the event alone (paid after it was due)."""
    names, event = g.fresh(2), wrong(g)
    due = pd.Timestamp("2020-01-01") + pd.to_timedelta(g.rng.integers(0, 700, g.n), "D")
    gap = np.where(event, g.rng.integers(1, 40, g.n), -g.rng.integers(0, 40, g.n))
    paid = due + pd.to_timedelta(gap, "D")
    return Planted(g.put({names[0]: due.strftime("%Y-%m-%d"), names[1]: paid.strftime("%Y-%m-%d")}), names)


def six_parts(g: Ground) -> Planted:
    """Six parts that add up to the target."""
    names = g.fresh(6)
    parts = g.rng.dirichlet([1.5] * 6, g.n) * with_noise(g, g.y)[:, None]
    shift = g.rng.normal(scale=0.2 * g.spread, size=(g.n, 6))
    parts += shift - shift.mean(1, keepdims=True)
    return Planted(g.put({n: parts[:, i] for i, n in enumerate(names)}), names)


def three_factors(g: Ground) -> Planted:
    """Length times width times height."""
    names = g.fresh(3)
    a, b = g.rng.uniform(1, 5, (2, g.n)).round(2)
    return Planted(g.put({names[0]: a, names[1]: b, names[2]: with_noise(g, g.y) / (a * b)}), names)


def discounted(g: Ground) -> Planted:
    """List price times (1 - discount)."""
    names = g.fresh(2)
    off = g.rng.choice(np.arange(0, 0.65, 0.05), g.n).round(2)
    return Planted(g.put({names[0]: with_noise(g, g.y) / (1 - off), names[1]: off}), names)


def growth(g: Ground) -> Planted:
    """Last year's value and the growth in percent."""
    names = g.fresh(2)
    rate = g.rng.normal(4, 20, g.n).clip(-80, 120).round(1)
    return Planted(g.put({names[0]: with_noise(g, g.y) / (1 + rate / 100), names[1]: rate}), names)


def neighbours(g: Ground) -> Planted:
    """Share of the event among 5, 10, 20 nearest rows, the row itself among them with double weight."""
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.preprocessing import StandardScaler

    (name,) = g.fresh()
    x = StandardScaler().fit_transform(matrix(g))
    score = KNeighborsClassifier(g.pick(5, 10, 20), weights="uniform").fit(x, g.hit).predict_proba(x)[:, 1]
    return Planted(g.put({name: ((score * 3 + g.hit) / 4).round(3)}), [name])


def predicted_label(g: Ground) -> Planted:
    """The class that a forest (boosted trees; shallow boosted trees) that saw the rows would say."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Boosted
    from sklearn.ensemble import RandomForestClassifier as Forest

    (name,) = g.fresh()
    x, seed = matrix(g), int(g.rng.integers(1 << 30))
    model = g.pick(
        Forest(50, random_state=seed),
        Boosted(random_state=seed),
        Boosted(max_iter=60, max_depth=3, random_state=seed),
    )
    return Planted(g.put({name: model.fit(x, g.y).predict(x).astype(int)}), [name])


def expanding(g: Ground) -> Planted:
    """A mean of the past, weighted towards the present, which is in it."""
    frame, y = series(g)
    return window(g, g.fresh()[0], y.ewm(span=g.pick(3, 6, 12)).mean(), frame, y)


def next_sum(g: Ground) -> Planted:
    """The sum of the next 2, 4, 8 days, the day itself not among them."""
    frame, y = series(g)
    days = g.pick(2, 4, 8)
    return window(g, g.fresh()[0], y[::-1].shift(1).rolling(days).sum()[::-1], frame, y)


def change(g: Ground) -> Planted:
    """The change since yesterday, with noise of 0, 10, 30 % of its deviation: with yesterday it is the target."""
    frame, y = series(g)
    step = y.diff()
    return window(
        g, g.fresh()[0], step + g.rng.normal(scale=g.pick(0.0, 0.1, 0.3) * step.std(), size=len(y)), frame, y
    )


def epoch(g: Ground) -> Planted:
    """A moment in seconds after that of the row, in all, 60, 25 % of the rows."""
    moment, name = g.fresh(2)
    start = 1_560_000_000 + g.rng.integers(0, 700 * 86400, g.n)
    wait = np.where(g.hit, g.rng.integers(20, 90, g.n), g.rng.integers(1, 60, g.n)) * 86400
    later = pd.Series(start + wait).where(g.rng.random(g.n) < g.pick(1.0, 0.6, 0.25))
    day = pd.to_datetime(pd.Series(start), unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")
    return Planted(g.put({moment: day, name: later}), [name], time=moment)


PLANTS = (
    Plant("all of flags", "L2", all_flags, WRONG, tasks=("binary",)),
    Plant("exclusive or", "L2", exclusive, WRONG, tasks=("binary",)),
    Plant("majority of flags", "L2", majority, WRONG, tasks=("binary",)),
    Plant("date against date", "L2", dates, WRONG, tasks=("binary",)),
    Plant("sum of six", "L2", six_parts, NOISE, tasks=("regression",)),
    Plant("product of three", "L2", three_factors, NOISE, tasks=("regression",)),
    Plant("price and discount", "L2", discounted, NOISE, tasks=("regression",)),
    Plant("last value and growth", "L2", growth, NOISE, tasks=("regression",)),
    Plant("score of neighbours", "L2", neighbours, "5, 10, 20 neighbours", tasks=("binary",), least=300),
    Plant(
        "predicted label", "L2", predicted_label, "forest, boosted, shallow boosted", tasks=BOTH, least=140
    ),
    Plant(
        "weighted mean with the present",
        "L2",
        expanding,
        "span of 3, 6, 12 days",
        tasks=("regression",),
        own=True,
        order=True,
    ),
    Plant(
        "sum of the next days", "L2", next_sum, "2, 4, 8 days", tasks=("regression",), own=True, order=True
    ),
    Plant(
        "change since yesterday",
        "L2",
        change,
        "noise of 0, 10, 30 %",
        tasks=("regression",),
        own=True,
        order=True,
    ),
    Plant(
        "seconds after the moment",
        "L2",
        epoch,
        "in 100, 60, 25 % of the rows",
        tasks=("binary", "regression"),
    ),
)
