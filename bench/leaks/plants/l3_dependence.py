"""L3: rows that hang together: entities said, hidden or unsaid, time, order, sites."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import Ground, Plant, Planted


def visits(
    g: Ground, per: int = 8, alike: tuple[float, float, float] = (0.1, 0.25, 0.4)
) -> tuple[pd.DataFrame, np.ndarray] | None:
    """Return several rows of each entity, in order of entities, and the entity's number.

    Rows of an entity are one row of the table with noise in the numbers and (with the share of the strength)
    other categories; the outcome stays, or is drawn from the table with that share.
    """
    entities = min(max(20, g.n // per), 250)
    if g.n < 20 or len(g.features) < 4:
        return None
    chosen = g.rng.choice(g.n, entities, replace=g.n < entities)
    counts = g.rng.integers(per - 3, per + 4, entities)
    entity = np.repeat(np.arange(entities), counts)
    frame = g.frame.iloc[np.repeat(chosen, counts)].reset_index(drop=True)
    share = g.pick(*alike)
    for column in g.features:
        if pd.api.types.is_numeric_dtype(frame[column]) and frame[column].nunique() > 12:
            moved = frame[column].astype(np.float64)
            moved += g.rng.normal(scale=share * float(g.frame[column].std()), size=len(frame))
            digits = 0 if pd.api.types.is_integer_dtype(g.frame[column]) else 3
            frame[column] = moved.round(digits)
        else:
            other = g.rng.random(len(frame)) < share / 2
            frame.loc[other, column] = g.rng.permutation(g.frame[column].to_numpy())[
                g.rng.integers(0, g.n, int(other.sum()))
            ]
    if g.task == "regression":
        frame[g.target] = frame[g.target] + g.rng.normal(scale=share / 2 * g.spread, size=len(frame))
    else:
        other = g.rng.random(len(frame)) < share / 2
        frame.loc[other, g.target] = g.frame[g.target].to_numpy()[g.rng.integers(0, g.n, int(other.sum()))]
    return frame, entity


def shuffled(g: Ground, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in an order drawn by chance."""
    return frame.iloc[g.rng.permutation(len(frame))].reset_index(drop=True)


def plain(g: Ground) -> Planted | None:
    """An entity number that nobody declared."""
    made = visits(g)
    if made is None:
        return None
    frame, entity = made
    (name,) = g.fresh()
    number = g.rng.permutation(90_000)[: entity.max() + 1] + 10_000
    return Planted(shuffled(g, g.put({name: number[entity]}, frame)), [name])


def in_string(g: Ground) -> Planted | None:
    """The subject's number inside a record name that occurs once."""
    made = visits(g)
    if made is None:
        return None
    frame, entity = made
    (name,) = g.fresh()
    label = g.rng.permutation(entity.max() + 1)[entity] + 1
    visit = pd.Series(entity).groupby(entity).cumcount() + 1
    style = g.rng.integers(3)
    values = [
        (f"rec_S{a:03d}_{b:02d}", f"{b:02d}-P{a:04d}.csv", f"s{a}.visit{b}")[style]
        for a, b in zip(label, visit, strict=True)
    ]  # fmt: skip
    return Planted(shuffled(g, g.put({name: values}, frame)), [name])


def attributes(g: Ground) -> Planted | None:
    """No number at all: four attributes that stay the same tell who it is."""
    made = visits(g)
    if made is None:
        return None
    frame, entity = made
    names, last = g.fresh(4), entity.max() + 1
    fixed = {
        names[0]: g.rng.integers(1940, 2005, last)[entity], names[1]: g.rng.integers(150, 200, last)[entity],
        names[2]: g.rng.choice(["a", "b"], last)[entity], names[3]: (g.rng.integers(100, 180, last) * 10)[entity],
    }  # fmt: skip
    return Planted(shuffled(g, g.put(fixed, frame)), names)


def runs(g: Ground) -> Planted | None:
    """Rows of an entity stand side by side, and nothing else tells."""
    made = visits(g)
    return None if made is None else Planted(made[0])


def walk(g: Ground, memory: float, noise: float) -> np.ndarray:
    """Return numbers of rows such that their target follows a slow series."""
    state = np.zeros(g.n)
    steps = g.rng.normal(size=g.n)
    for t in range(1, g.n):
        state[t] = memory * state[t - 1] + steps[t]
    rank = np.argsort(np.argsort(state))
    loose = g.y / g.spread + g.rng.normal(scale=noise, size=g.n) + 1e-9 * g.rng.random(g.n)
    return np.asarray(np.argsort(loose)[rank])


def in_time(g: Ground) -> Planted:
    """A date that nobody declared, along which the target moves slowly; rows shuffled."""
    (name,) = g.fresh()
    frame = g.frame.iloc[walk(g, 0.99, g.pick(0.1, 0.4, 0.8))].reset_index(drop=True)
    dates = pd.Timestamp("2018-01-01") + pd.to_timedelta(np.sort(g.rng.integers(0, 1400, g.n)), "D")
    return Planted(shuffled(g, g.put({name: dates.strftime("%Y-%m-%d")}, frame)), [name])


def serial(g: Ground) -> Planted:
    """No time at all, yet the target of a row is like that of the row before."""
    return Planted(g.frame.iloc[walk(g, 0.97, g.pick(0.1, 0.4, 0.8))])


def sites(g: Ground) -> Planted:
    """Four sites with other instruments and another share of the event."""
    (name,) = g.fresh()
    size = g.pick(2.0, 1.2, 0.7)
    rank = (np.argsort(np.argsort(g.y + 1e-6 * g.rng.random(g.n))) + 0.5) / g.n
    pull = np.argsort(np.argsort(rank * size + g.rng.normal(scale=0.5, size=g.n)))
    site = np.minimum(pull * 4 // g.n, 3)
    frame = g.frame.copy()
    for column in g.numeric:
        offset = g.rng.normal(scale=0.5 * size, size=4) * float(frame[column].std())
        frame[column] = frame[column].astype(np.float64) + offset[site]
    labels = np.array([f"H{i}" for i in g.rng.permutation(9)[:4]])
    return Planted(g.put({name: labels[site]}, frame), [name])


ALIKE = "rows of an entity differ by 10, 25, 40 %"

PLANTS = (
    Plant("repeated entity", "L3", plain, ALIKE),
    Plant("hidden entity in a string", "L3", in_string, ALIKE),
    Plant("hidden entity in attributes", "L3", attributes, ALIKE),
    Plant("runs of neighbouring rows", "L3", runs, ALIKE, order=True),
    Plant(
        "time order ignored",
        "L3",
        in_time,
        "noise 0.1, 0.4, 0.8 deviations",
        tasks=("binary", "regression"),
        least=300,
    ),
    Plant(
        "serial dependence",
        "L3",
        serial,
        "noise 0.1, 0.4, 0.8 deviations",
        tasks=("binary", "regression"),
        order=True,
        least=300,
    ),
    Plant("sites", "L3", sites, "shift 2, 1.2, 0.7", tasks=("binary", "regression"), least=300),
)
