"""L1: the same row twice, in one file or in both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import BOTH, Ground, Plant, Planted, stack

FEW = 0.02
"""Tables with a larger share of natural duplicates cannot show planted ones, and are passed over."""


def unique(g: Ground) -> bool:
    """Return whether rows of the table are natural individuals: almost none occurs twice."""
    return bool(g.frame[g.features].duplicated().mean() < FEW) and len(g.features) >= 4


def duplicates(g: Ground) -> Planted | None:
    """Rows repeated exactly."""
    if not unique(g):
        return None
    again = g.frame[g.some(g.pick(0.20, 0.05, 0.02))]
    return Planted(stack(g.frame, again, g.rng))


def contradictions(g: Ground) -> Planted | None:
    """Rows repeated with another outcome."""
    if not unique(g):
        return None
    again = g.frame[g.some(g.pick(0.20, 0.05, 0.02))].copy()
    if g.task == "regression":
        again[g.target] = g.rng.permutation(g.frame[g.target].to_numpy())[: len(again)]
    else:
        classes = g.frame[g.target].unique()
        again[g.target] = [g.rng.choice([c for c in classes if c != v]) for v in again[g.target]]
    return Planted(stack(g.frame, again, g.rng))


def shared(g: Ground) -> Planted | None:
    """Rows of the training file in the test file, exactly."""
    if not unique(g):
        return None
    train, test = g.halves()
    copied = g.rng.choice(train, max(2, round(g.pick(0.20, 0.05, 0.02) * len(test))), replace=False)
    return Planted(g.frame.iloc[train], test=stack(g.frame.iloc[test], g.frame.iloc[copied], g.rng))


def normalised(g: Ground) -> Planted | None:
    """Shared rows that differ by case, blanks and the writing of numbers."""
    if not unique(g) or len(g.texts) < 2:
        return None
    train, test = g.halves()
    copied = g.frame.iloc[
        g.rng.choice(train, max(2, round(g.pick(0.20, 0.05, 0.02) * len(test))), replace=False)
    ].copy()
    for column in g.texts:
        copied[column] = copied[column].where(
            copied[column].isna(), "  " + copied[column].astype(str).str.upper() + " "
        )
    return Planted(g.frame.iloc[train], test=stack(g.frame.iloc[test], copied, g.rng))


def jitter(g: Ground, frame: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return rows whose continuous columns are moved by that share of their deviation; counts stay whole.

    Changed once: fractions in columns of counts gave the copies away by something that is not the leak.
    """
    moved = frame.copy()
    for column in g.numeric:
        step = g.rng.normal(scale=share * float(g.frame[column].std()), size=len(moved))
        values = moved[column].astype(np.float64) + step
        moved[column] = values.round() if whole(g.frame[column]) else values
    return moved


def whole(values: pd.Series) -> bool:
    """Return whether a column holds whole numbers only."""
    return bool((values.dropna() % 1 == 0).all())


def measured(g: Ground) -> bool:
    """Return whether at least two columns hold measurements, which noise can move."""
    return len(g.numeric) >= 4 and sum(not whole(g.frame[c]) for c in g.numeric) >= 2


def near(g: Ground) -> Planted | None:
    """A tenth of the rows repeated with a little noise in every continuous column."""
    if not unique(g) or not measured(g):
        return None
    again = jitter(g, g.frame[g.some(0.10)], g.pick(0.0005, 0.001, 0.01))
    return Planted(stack(g.frame.astype(dict.fromkeys(g.numeric, np.float64)), again, g.rng))


def oversampled(g: Ground) -> Planted | None:
    """Rows of the rarest class repeated."""
    if not unique(g) or g.hit.sum() < 20 or g.hit.mean() > 0.45:
        return None
    pool = np.flatnonzero(g.hit)
    again = g.frame.iloc[g.rng.choice(pool, round(g.pick(3.0, 1.0, 0.3) * len(pool)))]
    return Planted(stack(g.frame, again, g.rng))


def between(g: Ground, share: float, neighbours: int = 5) -> pd.DataFrame:
    """Return new rows of the rarest class between neighbours of it (SMOTE, Chawla et al. 2002, section 4.2).

    In every other draw counts are whole numbers again, as in libraries that give a column its type back. (Changed once:
    they always had fractions, which gives new rows away by something that is not the leak.)
    """
    from sklearn.neighbors import NearestNeighbors

    rows = g.frame[g.hit].reset_index(drop=True)
    scaled = rows[g.numeric].astype(np.float64)
    scaled = ((scaled - scaled.mean()) / scaled.std().replace(0, 1)).fillna(0)
    near = (
        NearestNeighbors(n_neighbors=min(neighbours + 1, len(rows))).fit(scaled).kneighbors(scaled)[1][:, 1:]
    )
    first = g.rng.integers(0, len(rows), round(share * len(rows)))
    second = near[first, g.rng.integers(0, near.shape[1], len(first))]
    new = rows.iloc[first].reset_index(drop=True)
    other = rows.iloc[second].reset_index(drop=True)
    step = g.rng.random(len(first))
    counts = g.rng.random() < 0.5
    for column in g.features:
        if column in g.numeric:
            a, b = new[column].astype(np.float64), other[column].astype(np.float64)
            new[column] = a + step * (b - a)
            if counts and whole(g.frame[column]):
                new[column] = np.trunc(new[column])
        else:
            new[column] = new[column].where(g.rng.random(len(new)) < 0.5, other[column])
    return new


def smote(g: Ground) -> Planted | None:
    """Synthetic rows of the rarest class between its neighbours."""
    if len(g.numeric) < 3 or g.hit.sum() < 30:
        return None
    frame = g.frame.astype(dict.fromkeys(g.numeric, np.float64))
    return Planted(stack(frame, between(g, g.pick(3.0, 1.0, 0.3)), g.rng))


SHARES = "20, 5, 2 % of the rows"
LEAST = 300
"""Changed once: 2 % of 150 coarse rows are three, which is what such rows do by themselves."""

PLANTS = (
    Plant("duplicates in one file", "L1", duplicates, SHARES, least=LEAST),
    Plant("contradicting duplicates", "L1", contradictions, SHARES, least=LEAST),
    Plant("rows shared with the test file", "L1", shared, SHARES + " of the test file", least=LEAST),
    Plant("shared rows, written otherwise", "L1", normalised, SHARES + " of the test file", least=LEAST),
    Plant(
        "near duplicates, jitter",
        "L1",
        near,
        "0.05, 0.1, 1 % of the deviation, a tenth of the rows",
        least=150,
    ),
    Plant(
        "oversampling before the split",
        "L1",
        oversampled,
        "300, 100, 30 % more rows of the class",
        tasks=BOTH,
    ),
    Plant(
        "SMOTE before the split",
        "L1",
        smote,
        "300, 100, 30 % more rows of the class",
        tasks=("binary",),
        least=300,
    ),
)
