"""Held out, LT5: too good, and too little."""

from __future__ import annotations

import numpy as np

from bench.leaks.plants.ground import Ground, Plant, Planted
from bench.leaks.plants.l2_sets import matrix
from bench.leaks.plants.l3_dependence import visits


def few_groups(g: Ground) -> Planted | None:
    """A declared entity with 3, 4, 6 values in the whole table."""
    made = visits(g)
    if made is None:
        return None
    frame, entity = made
    (name,) = g.fresh()
    return Planted(g.put({name: [f"G{e % g.pick(3, 4, 6)}" for e in entity]}, frame), group=name)


def constant_number(g: Ground) -> Planted:
    """99.7, 99, 98 % of the targets are one value."""
    frame = g.frame.copy()
    value = frame[g.target].mode().iloc[0]
    frame.loc[g.some(g.pick(0.997, 0.99, 0.98)), g.target] = value
    return Planted(frame)


def one_way(g: Ground) -> Planted | None:
    """50, 35, 20 % of the events were written down as none, in tables whose columns could tell."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Boosted
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    guess = cross_val_predict(
        Boosted(max_iter=40, random_state=0), matrix(g), g.hit, cv=3, method="predict_proba"
    )
    if roc_auc_score(g.hit, guess[:, 1]) < 0.85:
        return None
    frame = g.frame.copy()
    common = frame[g.target].value_counts().index[0]
    frame.loc[g.some(g.pick(0.5, 0.35, 0.2), g.hit), g.target] = common
    return Planted(frame)


def parity(g: Ground) -> Planted:
    """Three readings; the event shows in whether the sum of their whole numbers is even (0, 3, 10 % wrong)."""
    names = g.fresh(3)
    event = g.flipped(g.pick(0.0, 0.03, 0.10))
    digits = g.rng.integers(0, 4, (g.n, 3))
    odd = digits.sum(1) % 2 == 1
    digits[:, 2] += np.where(odd == event, 1, 0)
    return Planted(g.put({n: digits[:, i] for i, n in enumerate(names)}), names)


PLANTS = (
    Plant("parity of digits", "L5", parity, "0, 3, 10 % of wrong rows", tasks=("binary",)),
    Plant("too few groups", "L5", few_groups, "3, 4, 6 groups"),
    Plant(
        "number almost constant",
        "L5",
        constant_number,
        "99.7, 99, 98 % one value",
        tasks=("regression",),
        least=300,
    ),
    Plant("label noise, one way", "L5", one_way, "50, 35, 20 % of the events", tasks=("binary",)),
)
