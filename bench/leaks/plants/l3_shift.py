"""L3: populations that change: drift, bias of the test file, immature labels, selection by the outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import Ground, Plant, Planted

SD = "2, 1, 0.5 deviations from first to last day"


def dated(g: Ground, frame: pd.DataFrame, when: np.ndarray, **more: object) -> Planted:
    """Return the table with a declared date; ``when`` runs from 0 to 1. Rows are shuffled."""
    (name,) = g.fresh()
    dates = pd.Timestamp("2020-02-01") + pd.to_timedelta(np.floor(when * 900), "D")
    frame = g.put({name: dates.strftime("%Y-%m-%d")}, frame)
    order = g.rng.permutation(len(frame))
    return Planted(frame.iloc[order], time=name, **more)  # type: ignore[arg-type]


def columns_drift(g: Ground) -> Planted | None:
    """Two columns move with time."""
    if len(g.numeric) < 2:
        return None
    when = g.rng.random(g.n)
    chosen = sorted(g.rng.choice(g.numeric, 2, replace=False))
    frame = g.frame.copy()
    for column in chosen:
        frame[column] = frame[column].astype(np.float64) + (when - 0.5) * g.pick(2.0, 1.0, 0.5) * float(
            frame[column].std()
        )
    return dated(g, frame, when, columns=chosen)


def target_drift(g: Ground) -> Planted:
    """The event gets more frequent with time (for numbers: the level rises)."""
    rank = np.argsort(np.argsort(g.y + 1e-6 * g.rng.random(g.n))) / g.n
    loose = rank * g.pick(2.0, 1.0, 0.5) + g.rng.normal(scale=0.5, size=g.n)
    return dated(g, g.frame, np.argsort(np.argsort(loose)) / g.n)


def relation_drift(g: Ground) -> Planted | None:
    """What went with the target goes against it in the end; every column and the target keep their distributions."""
    from scipy.stats import spearmanr

    if len(g.numeric) < 2:
        return None
    when = g.rng.random(g.n)
    strengths = [abs(spearmanr(g.frame[c], g.y, nan_policy="omit")[0]) for c in g.numeric]
    best = [g.numeric[i] for i in np.argsort(strengths)[::-1][: max(2, len(g.numeric) // 2)]]
    frame = g.frame.copy()
    turned = g.rng.random(g.n) < np.clip(when * g.pick(2.0, 1.3, 0.8) - g.pick(0.5, 0.3, 0.1), 0, 1)
    for column in best:
        values = frame[column].astype(np.float64)
        rank = values.rank(pct=True)
        mirrored = pd.Series(np.quantile(values.dropna(), np.clip(1 - rank.fillna(0.5), 0, 1)))
        frame[column] = values.where(~turned, mirrored)
    return dated(g, frame, when)


def biased_test(g: Ground) -> Planted | None:
    """The test file has other rows: two columns decide who gets into it."""
    if len(g.numeric) < 2:
        return None
    chosen = sorted(g.rng.choice(g.numeric, 2, replace=False))
    push = sum(g.frame[c].rank(pct=True).fillna(0.5).to_numpy() for c in chosen)
    place = push * g.pick(3.0, 1.5, 0.8) + g.rng.normal(scale=0.5, size=g.n)
    test = place >= np.quantile(place, 0.7)
    return Planted(g.frame[~test], chosen, test=g.frame[test])


def immature(g: Ground) -> Planted:
    """Of the last fifth of the time 100, 70, 40 % of the events are not known yet."""
    when = g.rng.random(g.n)
    common = g.frame[g.target].value_counts().index[0]
    unknown = g.hit & (when > 0.8) & (g.rng.random(g.n) < g.pick(1.0, 0.7, 0.4))
    frame = g.frame.copy()
    frame.loc[unknown, g.target] = common
    return dated(g, frame, when)


def other_periods(g: Ground) -> Planted:
    """Events were collected over years, the others in the last third (half, two thirds) only."""
    when = g.rng.random(g.n)
    span = g.pick(0.33, 0.5, 0.67)
    return dated(g, g.frame, np.where(g.hit, when, 1 - span * when))


def balanced(g: Ground) -> Planted | None:
    """Rows were drawn so that classes stand exactly 1:1, 1:2, 1:3."""
    times = g.pick(1, 2, 3)
    yes, no = np.flatnonzero(g.hit), np.flatnonzero(~g.hit)
    take = min(len(yes), len(no) // times)
    if take < 50:
        return None
    rows = np.concatenate(
        [g.rng.choice(yes, take, replace=False), g.rng.choice(no, take * times, replace=False)]
    )
    return Planted(g.frame.iloc[g.rng.permutation(rows)])


PLANTS = (
    Plant("drift of columns", "L3", columns_drift, SD, least=500),
    Plant(
        "drift of the target", "L3", target_drift, "pull 2, 1, 0.5", tasks=("binary", "regression"), least=500
    ),
    Plant(
        "drift of the relation",
        "L3",
        relation_drift,
        "turned 100, 90, 70 % at the end",
        tasks=("binary", "regression"),
        least=500,
    ),
    Plant("biased test file", "L3", biased_test, "pull 3, 1.5, 0.8", least=300),
    Plant(
        "immature labels",
        "L3",
        immature,
        "100, 70, 40 % of recent events unknown",
        tasks=("binary",),
        least=500,
    ),
    Plant(
        "classes of other periods",
        "L3",
        other_periods,
        "others in 33, 50, 67 % of the time",
        tasks=("binary",),
        least=500,
    ),
    Plant("drawn to a balance", "L3", balanced, "1:1, 1:2, 1:3 exactly", tasks=("binary",), least=300),
)
