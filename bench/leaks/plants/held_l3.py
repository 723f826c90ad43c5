"""Held out, L3: entities, order, sites and shift, made otherwise."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import Ground, Plant, Planted
from bench.leaks.plants.l3_dependence import ALIKE, shuffled, visits, walk
from bench.leaks.plants.l3_shift import dated


def tickets(g: Ground) -> Planted:
    """60, 40, 20 % of the rows travel in parties of 2 to 5 with one ticket and nearly one fate."""
    (name,) = g.fresh()
    frame = g.frame.copy()
    number = np.array([f"{v}" for v in g.rng.permutation(800_000)[: g.n] + 100_000], dtype=object)
    rows = list(g.rng.permutation(np.flatnonzero(g.some(g.pick(0.6, 0.4, 0.2)))))
    fate = g.frame[g.target].to_numpy().copy()
    while len(rows) > 1:
        size = min(len(rows), int(g.rng.integers(2, 6)))
        party = [rows.pop() for _ in range(size)]
        number[party] = number[party[0]]
        same = [r for r in party if g.rng.random() < 0.9]
        fate[same] = fate[party[0]]
    frame[g.target] = fate
    return Planted(g.put({name: number}, frame), [name])


def path(g: Ground) -> Planted | None:
    """The entity is a folder in a path that occurs once."""
    made = visits(g)
    if made is None:
        return None
    frame, entity = made
    (name,) = g.fresh()
    folder = [sha256(f"{g.rng.integers(1 << 40)}".encode()).hexdigest()[:8] for _ in range(entity.max() + 1)]
    values = [
        f"data/{folder[e]}/img_{v:06d}.png"
        for e, v in zip(entity, g.rng.permutation(900_000)[: len(entity)], strict=True)
    ]
    return Planted(shuffled(g, g.put({name: values}, frame)), [name])


def place(g: Ground) -> Planted | None:
    """Rows of an entity have one place: longitude and latitude with six digits."""
    made = visits(g)
    if made is None:
        return None
    frame, entity = made
    names, last = g.fresh(2), entity.max() + 1
    spots = np.round(np.column_stack([g.rng.uniform(126, 129, last), g.rng.uniform(35, 38, last)]), 6)[entity]
    return Planted(shuffled(g, g.put({names[0]: spots[:, 0], names[1]: spots[:, 1]}, frame)), names)


def time_number(g: Ground) -> Planted:
    """A date written as a number (20190314) that nobody declared, along which the target moves slowly; rows shuffled."""
    (name,) = g.fresh()
    frame = g.frame.iloc[walk(g, 0.99, g.pick(0.1, 0.4, 0.8))].reset_index(drop=True)
    dates = pd.Timestamp("2018-01-01") + pd.to_timedelta(np.sort(g.rng.integers(0, 1400, g.n)), "D")
    return Planted(shuffled(g, g.put({name: dates.strftime("%Y%m%d").astype(int)}, frame)), [name])


def regimes(g: Ground) -> Planted:
    """No time at all; the target keeps its level for 30 to 120 rows and then jumps."""
    level = np.empty(g.n)
    at = 0
    while at < g.n:
        length = int(g.rng.integers(30, 120))
        level[at : at + length] = g.rng.normal()
        at += length
    rank = np.argsort(np.argsort(level + 1e-6 * g.rng.random(g.n)))
    loose = g.y / g.spread + g.rng.normal(scale=g.pick(0.1, 0.5, 1.0), size=g.n)
    return Planted(g.frame.iloc[np.argsort(loose)[rank]])


def scales(g: Ground) -> Planted | None:
    """Five sites that measure on other scales, with another share of the event."""
    if len(g.numeric) < 2:
        return None
    (name,) = g.fresh()
    size = g.pick(1.0, 0.6, 0.35)
    rank = (np.argsort(np.argsort(g.y + 1e-6 * g.rng.random(g.n))) + 0.5) / g.n
    site = np.minimum(
        np.argsort(np.argsort(rank * 1.5 * size + g.rng.normal(scale=0.5, size=g.n))) * 5 // g.n, 4
    )
    frame = g.frame.copy()
    for column in g.numeric:
        values = frame[column].astype(np.float64)
        frame[column] = (
            values.median() + (values - values.median()) * np.exp(g.rng.normal(scale=size, size=5))[site]
        )
    return Planted(g.put({name: g.rng.permutation(90)[:5][site] + 10}, frame), [name])


def columns_break(g: Ground) -> Planted | None:
    """Two columns jump at 70 % of the time, by 2, 1, 0.5 deviations."""
    if len(g.numeric) < 2:
        return None
    when = g.rng.random(g.n)
    chosen = sorted(g.rng.choice(g.numeric, 2, replace=False))
    frame = g.frame.copy()
    for column in chosen:
        frame[column] = frame[column].astype(np.float64) + (when > 0.7) * g.pick(2.0, 1.0, 0.5) * float(
            frame[column].std()
        )
    return dated(g, frame, when, columns=chosen)


def target_break(g: Ground) -> Planted:
    """After 70 % of the time the event is far more (numbers: higher)."""
    rank = np.argsort(np.argsort(g.y + 1e-6 * g.rng.random(g.n))) / g.n
    loose = rank * g.pick(3.0, 1.2, 0.6) + g.rng.normal(scale=0.5, size=g.n)
    late = np.argsort(np.argsort(loose)) >= 0.7 * g.n
    return dated(g, g.frame, np.where(late, g.rng.uniform(0.7, 1, g.n), g.rng.uniform(0, 0.7, g.n)))


def relation_break(g: Ground) -> Planted | None:
    """After 60 % of the time the columns that went with the target belong to other rows (100, 80, 60 % of them)."""
    from scipy.stats import spearmanr

    if len(g.numeric) < 2:
        return None
    when = g.rng.random(g.n)
    frame = g.frame.copy()
    late = np.flatnonzero((when > 0.6) & (g.rng.random(g.n) < g.pick(1.0, 0.8, 0.6)))
    strengths = [abs(spearmanr(g.frame[c], g.y, nan_policy="omit")[0]) for c in g.numeric]
    best = [g.numeric[i] for i in np.argsort(strengths)[::-1][: max(2, len(g.numeric) // 2)]]
    other = g.rng.permutation(late)
    for column in best:
        values = frame[column].to_numpy().copy()
        values[late] = values[other]
        frame[column] = values
    return dated(g, frame, when)


def other_unit(g: Ground) -> Planted | None:
    """One column of the test file is in another unit (1000 times; inches; a tenth more)."""
    if len(g.numeric) < 2:
        return None
    column = str(g.rng.choice(g.numeric))
    train, test = g.halves()
    held = g.frame.iloc[test].copy()
    held[column] = held[column] * g.pick(1000.0, 2.54, 1.25)
    return Planted(g.frame.iloc[train], [column], test=held)


def slowly_known(g: Ground) -> Planted:
    """An event is known after a wait (on average 20, 10, 5 % of the whole time)."""
    when = g.rng.random(g.n)
    unknown = g.hit & (when + g.rng.exponential(g.pick(0.2, 0.1, 0.05), g.n) > 1)
    frame = g.frame.copy()
    frame.loc[unknown, g.target] = g.frame[g.target].value_counts().index[0]
    return dated(g, frame, when)


def cut_off(g: Ground) -> Planted:
    """Rows with the highest 30, 20, 10 % of the target are not in the file."""
    return Planted(g.frame[g.y <= np.quantile(g.y, g.pick(0.7, 0.8, 0.9))])


def missing_outcome(g: Ground) -> Planted | None:
    """A third of the outcomes is missing, where two columns are high."""
    if len(g.numeric) < 2:
        return None
    push = sum(
        g.frame[c].rank(pct=True).fillna(0.5).to_numpy() for c in g.rng.choice(g.numeric, 2, replace=False)
    )
    frame = g.frame.copy()
    score = push * g.pick(3.0, 1.5, 0.8) + g.rng.normal(scale=0.5, size=g.n)
    frame[g.target] = frame[g.target].where(pd.Series(score < np.quantile(score, 0.67)))
    return Planted(frame)


BR = ("binary", "regression")

PLANTS = (
    Plant("shared tickets", "L3", tickets, "60, 40, 20 % of the rows", tasks=BR, least=500),
    Plant("hidden entity in a path", "L3", path, ALIKE),
    Plant("entity at a place", "L3", place, ALIKE),
    Plant("time as a number", "L3", time_number, "noise 0.1, 0.4, 0.8 deviations", tasks=BR, least=300),
    Plant("regimes", "L3", regimes, "noise 0.1, 0.5, 1 deviations", tasks=BR, order=True, least=300),
    Plant("sites with another scale", "L3", scales, "scale e^1, e^0.6, e^0.35", tasks=BR, least=300),
    Plant("break of columns", "L3", columns_break, "2, 1, 0.5 deviations", least=500),
    Plant("break of the target", "L3", target_break, "pull 3, 1.2, 0.6", tasks=BR, least=500),
    Plant("break of the relation", "L3", relation_break, "100, 80, 60 % of late rows", tasks=BR, least=500),
    Plant("test file in another unit", "L3", other_unit, "1000, 2.54, 1.25 times", least=200),
    Plant(
        "immature labels, slow",
        "L3",
        slowly_known,
        "wait of 20, 10, 5 % of the time",
        tasks=("binary",),
        least=500,
    ),
    Plant(
        "target cut off", "L3", cut_off, "highest 30, 20, 10 % of the rows", tasks=("regression",), least=300
    ),
    Plant("outcome missing by choice", "L3", missing_outcome, "pull 3, 1.5, 0.8", least=300),
)
