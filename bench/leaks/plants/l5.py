"""LT5: too good, and too little."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import BOTH, Ground, Plant, Planted


def many_hints(g: Ground) -> Planted:
    """Twelve columns that each know a little of the outcome (AUC about 0.8, 0.75, 0.7) and together nearly all."""
    names = g.fresh(12)
    distance = g.pick(1.2, 0.95, 0.75)
    hints = g.hit[:, None] * distance + g.rng.normal(size=(g.n, 12))
    return Planted(g.put({n: np.round(hints[:, i], 2) for i, n in enumerate(names)}), names)


def thinned(g: Ground, events: int) -> pd.DataFrame | None:
    """Return the table with so many events only."""
    if g.hit.sum() < events:
        return None
    keep = ~g.hit
    keep[g.rng.choice(np.flatnonzero(g.hit), events, replace=False)] = True
    return g.frame[keep]


def few_positives(g: Ground) -> Planted | None:
    """8, 15, 25 events."""
    frame = thinned(g, g.pick(8, 15, 25))
    return None if frame is None else Planted(frame)


def few_rows(g: Ground) -> Planted:
    """20, 30, 45 rows."""
    return Planted(g.frame.iloc[g.rng.permutation(g.n)[: g.pick(20, 30, 45)]])


def constant(g: Ground) -> Planted | None:
    """The event in 0.1, 0.3, 0.8 % of the rows."""
    frame = thinned(g, max(3, round(g.pick(0.001, 0.003, 0.008) * int((~g.hit).sum()))))
    return None if frame is None else Planted(frame)


def noisy_labels(g: Ground) -> Planted | None:
    """30, 20, 10 % of wrong labels, in tables whose columns could tell (where other labels would be learned well)."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Boosted
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import cross_val_predict

    from bench.leaks.plants.l2_sets import matrix

    guess = cross_val_predict(Boosted(max_iter=40, random_state=0), matrix(g), g.y, cv=3)
    if balanced_accuracy_score(g.y, guess) < 0.88:
        return None
    frame = g.frame.copy()
    wrong = g.some(g.pick(0.3, 0.2, 0.1))
    classes = list(frame[g.target].unique())
    frame.loc[wrong, g.target] = [
        g.rng.choice([c for c in classes if c != v]) for v in frame.loc[wrong, g.target]
    ]  # fmt: skip
    return Planted(frame)


PLANTS = (
    Plant("many hints", "L5", many_hints, "AUC of each 0.8, 0.75, 0.7", tasks=("binary",)),
    Plant("too few events", "L5", few_positives, "8, 15, 25 events", tasks=("binary",)),
    Plant("too few rows", "L5", few_rows, "20, 30, 45 rows"),
    Plant("target almost constant", "L5", constant, "0.1, 0.3, 0.8 % events", tasks=("binary",), least=1000),
    Plant("label noise", "L5", noisy_labels, "30, 20, 10 % of wrong labels", tasks=BOTH),
)
