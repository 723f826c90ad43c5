"""L2: one column that is the target, nearly the target, or written after it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import ALL, BOTH, Ground, Plant, Planted

NONSENSE = (
    "velnar", "ostrik", "pamdo", "quilfa", "terbun", "sarvik", "moltex", "drenhu", "bolpar", "kinzet", "farlop", "wexin",
)  # fmt: skip
"""Words that no list of outcome words can know."""


def letters(g: Ground, count: int) -> list[str]:
    """Return labels that say nothing."""
    return [f"{chr(65 + i // 26 % 26)}{chr(65 + i % 26)}" for i in g.rng.permutation(600)[:count]]


def copy(g: Ground) -> Planted:
    """The target again: as it is, as other text or number, with gaps."""
    (name,) = g.fresh()
    raw = g.frame[g.target]
    if g.strength == "strong":
        values = raw
    elif g.task == "regression":
        values = pd.Series(g.y * 3.6 + 32)
    else:
        values = pd.Series(g.y).map(dict(enumerate(letters(g, 20))))
    if g.strength == "weak":
        values = values.where(~g.some(0.1))
    return Planted(g.put({name: values}), [name])


def near_copy(g: Ground) -> Planted:
    """The target with wrong cells."""
    (name,) = g.fresh()
    values = g.frame[g.target].copy()
    wrong = g.some(g.pick(0.003, 0.01, 0.03))
    values[wrong] = g.rng.permutation(values[~wrong].to_numpy())[: wrong.sum()]
    return Planted(g.put({name: values}), [name])


def noisy_copy(g: Ground) -> Planted:
    """A regression target with a little noise in every cell."""
    (name,) = g.fresh()
    return Planted(
        g.put({name: g.y + g.rng.normal(scale=g.pick(0.001, 0.01, 0.05) * g.spread, size=g.n)}), [name]
    )


def relabelled(g: Ground) -> Planted:
    """Classes under other names: one, three, eight labels for each, the last with 1 % of wrong cells."""
    (name,) = g.fresh()
    per = g.pick(1, 3, 8)
    classes = len(np.unique(g.y))
    labels = np.array(letters(g, per * classes)).reshape(classes, per)
    y = g.y.astype(int).copy()
    if g.strength == "weak":
        wrong = g.some(0.01)
        y[wrong] = g.rng.permutation(y)[: wrong.sum()]
    return Planted(g.put({name: labels[y, g.rng.integers(0, per, g.n)]}), [name])


def proxy(g: Ground) -> Planted:
    """A measurement that separates the classes nearly alone (AUC about 0.9998, 0.998, 0.99), far beyond other columns."""
    (name,) = g.fresh()
    distance = g.pick(5.0, 4.1, 3.3)
    return Planted(g.put({name: np.round(g.hit * distance + g.rng.normal(size=g.n), 3)}), [name])


def filled(g: Ground) -> Planted:
    """Filled for the event: always and never else; 80 % and 1 %; 40 % and 1 %."""
    (name,) = g.fresh()
    rate = g.pick((1.0, 0.0), (0.8, 0.01), (0.4, 0.01))
    there = np.where(g.hit, g.rng.random(g.n) < rate[0], g.rng.random(g.n) < rate[1])
    what = g.rng.integers(3)
    values = (
        pd.Series(np.round(g.rng.lognormal(4, 1, g.n), 2)) if what == 0
        else pd.Series(g.rng.choice(letters(g, 6), g.n)) if what == 1
        else pd.Series(pd.Timestamp("2021-03-01") + pd.to_timedelta(g.rng.integers(0, 300, g.n), "D")).dt.strftime("%Y-%m-%d")
    )  # fmt: skip
    return Planted(g.put({name: values.where(there)}), [name])


def emptied(g: Ground) -> Planted:
    """Missing for the event: what could not be measured any more."""
    (name,) = g.fresh()
    rate = g.pick((1.0, 0.0), (0.9, 0.02), (0.5, 0.02))
    gone = np.where(g.hit, g.rng.random(g.n) < rate[0], g.rng.random(g.n) < rate[1])
    return Planted(g.put({name: pd.Series(np.round(g.rng.normal(50, 9, g.n), 1)).where(~gone)}), [name])


def ranges(g: Ground) -> Planted:
    """Numbers given out by class: the event came in a batch of its own."""
    (name,) = g.fresh()
    place = g.flipped(g.pick(0.0, 0.05, 0.15))
    start = int(g.rng.integers(10_000, 90_000))
    number = np.empty(g.n, dtype=np.int64)
    for value, first in ((False, start), (True, start + 3 * g.n)):
        rows = np.flatnonzero(place == value)
        number[g.rng.permutation(rows)] = first + np.cumsum(g.rng.integers(1, 3, len(rows)))
    return Planted(g.put({name: number}), [name])


def prefix(g: Ground) -> Planted:
    """The first letters of a record number tell the class."""
    (name,) = g.fresh()
    yes, no = letters(g, 2)
    number = g.rng.permutation(900_000)[: g.n] + 100_000
    place = g.flipped(g.pick(0.0, 0.03, 0.10))
    return Planted(
        g.put({name: [f"{yes if e else no}-{v}" for e, v in zip(place, number, strict=True)]}), [name]
    )


def sorted_rows(g: Ground) -> Planted:
    """The file is sorted by the target, wholly, or 70 % or 40 % of its rows."""
    share = g.pick(1.0, 0.7, 0.4)
    sortable = g.some(share)
    order = np.arange(g.n)
    rows = np.flatnonzero(sortable)
    shuffled = g.rng.permutation(rows)
    order[rows] = shuffled[np.argsort(g.y[shuffled], kind="stable")]
    return Planted(g.frame.iloc[order])


def text(g: Ground) -> Planted:
    """Notes of several words in which the event leaves words of its own, in all, 60 %, 30 % of its rows."""
    (name,) = g.fresh()
    vocabulary = [
        f"{a}{b}"
        for a in ("lo", "mi", "ra", "te", "su", "no", "ki", "va")
        for b in ("ren", "dal", "pos", "tin", "mur")
    ]
    own = g.rng.choice(NONSENSE, 3, replace=False)
    share = g.pick(1.0, 0.6, 0.3)
    notes = []
    for event in g.hit:
        words = list(g.rng.choice(vocabulary, int(g.rng.integers(5, 14))))
        if event and g.rng.random() < share:
            words.insert(
                int(g.rng.integers(0, len(words))), " ".join(own[:2]) if g.rng.random() < 0.5 else own[2]
            )
        notes.append(" ".join(words))
    return Planted(g.put({name: notes}), [name])


def named(g: Ground) -> Planted:
    """A column whose name tells of the time after, with some relation to the target (AUC about 0.92, 0.8, 0.7)."""
    name = str(
        g.rng.choice(
            [
                "outcome_note_code",
                "final_status_points",
                "days_after_event",
                "result_value",
                "closing_reason_code",
            ]
        )
    )
    values = np.round(g.hit * g.pick(2.0, 1.2, 0.75) + g.rng.normal(size=g.n), 2)
    return Planted(g.put({name: values}), [name])


MIXED = "0, 5, 15 % of wrong rows"

PLANTS = (
    Plant("copy", "L2", copy, "as it is, recoded, recoded with 10 % gaps"),
    Plant("near copy", "L2", near_copy, "0.3, 1, 3 % wrong cells"),
    Plant("copy with noise", "L2", noisy_copy, "0.1, 1, 5 % of the deviation", tasks=("regression",)),
    Plant("relabelling", "L2", relabelled, "1, 3, 8 labels a class (8: and 1 % wrong)", tasks=BOTH),
    Plant("one-column proxy", "L2", proxy, "AUC 0.9998, 0.998, 0.99", tasks=("binary",)),
    Plant("filled after the outcome", "L2", filled, "100/0, 80/1, 40/1 % of event/others", tasks=ALL),
    Plant("emptied after the outcome", "L2", emptied, "100/0, 90/2, 50/2 % of event/others", tasks=ALL),
    Plant("identifiers in ranges", "L2", ranges, MIXED, tasks=BOTH),
    Plant("identifiers with prefix", "L2", prefix, "0, 3, 10 % of wrong rows", tasks=BOTH),
    Plant("row order", "L2", sorted_rows, "100, 70, 40 % of the rows sorted", order=True),
    Plant("text states the outcome", "L2", text, "in 100, 60, 30 % of the rows of the event", tasks=ALL),
    Plant("name says outcome", "L2", named, "AUC 0.92, 0.8, 0.7", tasks=("binary",), names=True),
)
