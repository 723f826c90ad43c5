"""L2: columns that make the target together, and a model's score of the target."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import BOTH, Ground, Plant, Planted


def any_flag(g: Ground) -> Planted:
    """Flags of four kinds of event; the target is any of them (as the failure modes of AI4I 2020)."""
    names = g.fresh(4)
    event = g.flipped(g.pick(0.0, 0.003, 0.01))
    which = g.rng.random((g.n, 4)) < 0.15
    which[np.arange(g.n), g.rng.choice(4, g.n, p=[0.4, 0.3, 0.2, 0.1])] = True
    flags = (which & event[:, None]).astype(int)
    return Planted(g.put({n: flags[:, i] for i, n in enumerate(names)}), names)


def positive_count(g: Ground) -> Planted:
    """A count that is positive for the event alone."""
    (name,) = g.fresh()
    return Planted(
        g.put({name: np.where(g.flipped(g.pick(0.0, 0.005, 0.02)), g.rng.geometric(0.3, g.n), 0)}), [name]
    )


def threshold(g: Ground) -> Planted:
    """A column beyond a bound for the event alone; beside the bound there is nothing to see."""
    (name,) = g.fresh()
    event = g.flipped(g.pick(0.0, 0.005, 0.02))
    bound = 1 - g.hit.mean()
    u = np.where(event, bound + (1 - bound) * g.rng.random(g.n), bound * g.rng.random(g.n))
    return Planted(g.put({name: np.round(40 + 25 * u, 2)}), [name])


def against(g: Ground) -> Planted:
    """One amount above another for the event alone; each of them says nothing."""
    names = g.fresh(2)
    event = g.flipped(g.pick(0.0, 0.005, 0.02))
    level = g.rng.lognormal(5, 0.8, g.n)
    gap = level * g.rng.uniform(0.02, 0.4, g.n)
    a = level + np.where(event, gap, -gap) / 2
    b = level - np.where(event, gap, -gap) / 2
    return Planted(g.put({names[0]: np.round(a, 2), names[1]: np.round(b, 2)}), names)


def with_noise(g: Ground, values: np.ndarray) -> np.ndarray:
    """Return the values with noise of 0, 0.5, 2 % of the target's deviation."""
    return np.asarray(values + g.rng.normal(size=g.n) * g.pick(0.0, 0.005, 0.02) * g.spread)


def summed(g: Ground) -> Planted:
    """Three parts that add up to the target."""
    names = g.fresh(3)
    shares = g.rng.dirichlet([2, 2, 2], g.n)
    shift = g.rng.normal(scale=0.3 * g.spread, size=(g.n, 3))
    shift -= shift.mean(1, keepdims=True)
    y = with_noise(g, g.y)
    return Planted(g.put({n: y * shares[:, i] + shift[:, i] for i, n in enumerate(names)}), names)


def difference(g: Ground) -> Planted:
    """Two large amounts whose difference is the target."""
    names = g.fresh(2)
    level = g.rng.normal(10, 3, g.n) * g.spread
    return Planted(g.put({names[0]: level + with_noise(g, g.y), names[1]: level}), names)


def product(g: Ground) -> Planted:
    """Quantity times price is the target."""
    names = g.fresh(2)
    count = g.rng.integers(1, 40, g.n)
    return Planted(g.put({names[0]: count, names[1]: with_noise(g, g.y) / count}), names)


def ratio(g: Ground) -> Planted:
    """The target is one column divided by another."""
    names = g.fresh(2)
    base = g.rng.lognormal(3, 0.9, g.n)
    return Planted(g.put({names[0]: with_noise(g, g.y) * base, names[1]: base}), names)


def weighted(g: Ground) -> Planted:
    """The target is a sum with small whole weights (2 a - 3 b + c)."""
    names = g.fresh(3)
    a, b = g.rng.normal(5, 2, (2, g.n)) * g.spread
    c = with_noise(g, g.y) - 2 * a + 3 * b
    return Planted(g.put({names[0]: a, names[1]: b, names[2]: c}), names)


def matrix(g: Ground) -> np.ndarray:
    """Return the features as numbers."""
    columns = []
    for name in g.features:
        values = g.frame[name]
        number = values if pd.api.types.is_numeric_dtype(values) else pd.Series(pd.factorize(values)[0])
        columns.append(number.astype(np.float64).fillna(-1).to_numpy())
    return np.column_stack(columns)


def in_sample(g: Ground) -> Planted:
    """The score of a model that saw the same rows: a forest, boosted trees, both with noise."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Boosted
    from sklearn.ensemble import RandomForestClassifier as Forest

    (name,) = g.fresh()
    x = matrix(g)
    seed = int(g.rng.integers(1 << 30))
    model = (
        Forest(60, random_state=seed) if g.strength == "strong" else Boosted(max_iter=100, random_state=seed)
    )
    score = model.fit(x, g.hit).predict_proba(x)[:, 1]
    if g.strength == "weak":
        score = np.clip(score + g.rng.normal(scale=0.05, size=g.n), 0, 1)
    return Planted(g.put({name: np.round(score, 3)}), [name])


def in_sample_number(g: Ground) -> Planted:
    """The same for a regression target."""
    from sklearn.ensemble import HistGradientBoostingRegressor as Boosted
    from sklearn.ensemble import RandomForestRegressor as Forest

    (name,) = g.fresh()
    x = matrix(g)
    seed = int(g.rng.integers(1 << 30))
    model = (
        Forest(40, random_state=seed) if g.strength == "strong" else Boosted(max_iter=150, random_state=seed)
    )
    score = model.fit(x, g.y).predict(x)
    if g.strength == "weak":
        score = score + g.rng.normal(scale=0.1 * g.spread, size=g.n)
    return Planted(g.put({name: score}), [name])


def cross_fitted(g: Ground) -> Planted | None:
    """The score of a model fitted on this target in other folds: with 3 digits, 1 digit, as fifths."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Boosted
    from sklearn.model_selection import cross_val_predict

    (name,) = g.fresh()
    model = Boosted(max_iter=60, random_state=int(g.rng.integers(1 << 30)))
    score = cross_val_predict(model, matrix(g), g.hit, cv=5, method="predict_proba")[:, 1]
    if g.strength == "weak":
        score = np.floor(np.argsort(np.argsort(score)) * 5 / g.n)
    return Planted(g.put({name: np.round(score, g.pick(3, 1, 0))}), [name])


WRONG = "0, 0.5, 2 % of wrong rows"
NOISE = "noise of 0, 0.5, 2 % of the deviation"

PLANTS = (
    Plant("any of flags", "L2", any_flag, "0, 0.3, 1 % of wrong rows", tasks=("binary",)),
    Plant("count that is positive", "L2", positive_count, WRONG, tasks=BOTH),
    Plant("column against a bound", "L2", threshold, WRONG, tasks=("binary",)),
    Plant("column against column", "L2", against, WRONG, tasks=("binary",)),
    Plant("sum", "L2", summed, NOISE, tasks=("regression",)),
    Plant("difference", "L2", difference, NOISE, tasks=("regression",)),
    Plant("product", "L2", product, NOISE, tasks=("regression",)),
    Plant("ratio", "L2", ratio, NOISE, tasks=("regression",)),
    Plant("small whole weights", "L2", weighted, NOISE, tasks=("regression",)),
    Plant(
        "score of a model, in sample",
        "L2",
        in_sample,
        "forest, boosted, boosted with noise",
        tasks=("binary",),
        least=300,
    ),
    Plant(
        "predicted value, in sample",
        "L2",
        in_sample_number,
        "forest, boosted, boosted with noise",
        tasks=("regression",),
        least=300,
    ),
    Plant(
        "score of a model, cross-fitted",
        "L2",
        cross_fitted,
        "3 digits, 1 digit, fifths",
        tasks=("binary",),
        least=300,
    ),
)
