"""Held out, L1: rows twice and preparation on all rows, made otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import BOTH, Ground, Plant, Planted, stack
from bench.leaks.plants.l1_preparation import CELLS, COLUMNS, category, files, holes, wanted
from bench.leaks.plants.l1_rows import jitter, measured, unique


def rounded(g: Ground) -> Planted | None:
    """Rows entered again with fewer digits (3, 2, 2 and the share 20, 10, 5 %)."""
    if not unique(g) or len(g.numeric) < 4:
        return None
    again = g.frame[g.some(g.pick(0.2, 0.1, 0.05))].copy()
    for column in g.numeric:
        values = again[column].astype(np.float64)
        digits = g.pick(3, 2, 2) - 1 - np.floor(np.log10(values.abs().where(values != 0, 1.0).fillna(1.0)))
        again[column] = np.round(values * 10.0**digits) / 10.0**digits
    return Planted(stack(g.frame.astype(dict.fromkeys(g.numeric, np.float64)), again, g.rng))


def near_test(g: Ground) -> Planted | None:
    """A tenth of the test file are training rows with a little noise."""
    if not unique(g) or not measured(g):
        return None
    train, test = g.halves()
    some = g.rng.choice(train, max(4, round(0.1 * len(test))), replace=False)
    again = jitter(g, g.frame.iloc[some], g.pick(0.0005, 0.001, 0.01))
    frame = g.frame.astype(dict.fromkeys(g.numeric, np.float64))
    return Planted(frame.iloc[train], test=stack(frame.iloc[test], again, g.rng))


def reworded(g: Ground) -> Planted:
    """Opinions of 12 to 25 words; 15 % of them again with 1, 2, 4 other words."""
    syllables = ("ka", "lo", "mi", "ren", "sto", "tu", "vel", "dar", "pin", "gor")
    words = np.array([a + b + c for a in syllables for b in syllables for c in ("", "n", "s")])
    often = 1 / np.arange(2, len(words) + 2)
    texts = [
        list(g.rng.choice(words, int(g.rng.integers(12, 26)), p=often / often.sum())) for _ in range(1200)
    ]
    liked = [(("vel" in " ".join(t)) + g.rng.random() > 0.9) for t in texts]
    chosen = g.rng.choice(1200, 180, replace=False)
    more = []
    for i in chosen:
        text = list(texts[i])
        for place in g.rng.choice(len(text), g.pick(1, 2, 4), replace=False):
            text[place] = str(g.rng.choice(words))
        more.append(text)
    frame = pd.DataFrame({"opinion": [" ".join(t) for t in texts], "liked": np.where(liked, "yes", "no")})
    again = pd.DataFrame({"opinion": [" ".join(t) for t in more], "liked": frame["liked"].to_numpy()[chosen]})
    return Planted(stack(frame, again, g.rng), target="liked", task="binary")


def smoothed_bootstrap(g: Ground) -> Planted | None:
    """Rows of the rarest class repeated with noise of 0.1 deviations (ROSE, Menardi & Torelli 2014, section 3)."""
    if len(g.numeric) < 3 or g.hit.sum() < 30:
        return None
    pool = np.flatnonzero(g.hit)
    some = g.frame.iloc[g.rng.choice(pool, round(g.pick(3.0, 1.0, 0.3) * len(pool)))]
    return Planted(stack(g.frame.astype(dict.fromkeys(g.numeric, np.float64)), jitter(g, some, 0.1), g.rng))


def ranks(g: Ground) -> Planted | None:
    """Columns replaced by their rank over both files, from 0 to 1."""
    columns = wanted(g)
    if not columns:
        return None
    frame = g.frame.copy()
    for column in columns:
        frame[column] = (frame[column].rank() - 1) / (frame[column].notna().sum() - 1)
    return files(g, frame, columns)


def centred(g: Ground) -> Planted | None:
    """The mean of both files taken away, the deviation left."""
    columns = wanted(g)
    if not columns:
        return None
    frame = g.frame.copy()
    frame[columns] = frame[columns] - frame[columns].mean()
    return files(g, frame, columns)


def class_filled(g: Ground) -> Planted | None:
    """Gaps filled with the mean of the same class."""
    frame = g.frame.copy()
    columns = holes(g, frame)
    if not columns:
        return None
    for column in columns:
        frame[column] = frame[column].fillna(frame[column].groupby(frame[g.target]).transform("mean"))
    return Planted(frame, columns)


def leave_one_out(g: Ground) -> Planted:
    """A category replaced by the mean target of its other rows: within a category the code falls as the target rises."""
    values, (name, code) = pd.Series(category(g, g.pick(20, 12, 8))), g.fresh(2)
    y = pd.Series(g.y if g.task == "regression" else g.hit.astype(float))
    total, count = y.groupby(values).transform("sum"), y.groupby(values).transform("count")
    coded = ((total - y) / (count - 1).where(count > 1)).fillna(y.mean())
    return Planted(g.put({name: values.to_numpy(), code: coded.to_numpy()}), [code])


def evidence(g: Ground) -> Planted:
    """A category replaced by its log odds, drawn to the mean by 0.5, 1, 2 rows of each class."""
    values, (name, code) = pd.Series(category(g, g.pick(6, 8, 10))), g.fresh(2)
    y, extra = pd.Series(g.hit.astype(float)), g.pick(0.5, 1.0, 2.0)
    yes, rows = y.groupby(values).transform("sum"), y.groupby(values).transform("count")
    odds = np.log((yes + extra) / (rows - yes + extra)) - np.log(y.mean() / (1 - y.mean()))
    return Planted(g.put({name: values.to_numpy(), code: odds.to_numpy()}), [code])


def selected_number(g: Ground) -> Planted:
    """Noise, of 60 rows, of which 15 columns were left that go best with a number on all rows."""
    x = g.rng.normal(size=(60, g.pick(5000, 2000, 500)))
    y = g.rng.normal(100, 15, 60)
    force = np.abs(x.T @ (y - y.mean())) / x.std(0)
    kept = g.rng.permutation(np.argsort(-force)[:15])
    frame = pd.DataFrame(np.round(x[:, kept], 4), columns=[f"probe_{i}" for i in kept])
    return Planted(frame.assign(response=np.round(y, 2)), target="response", task="regression")


PLANTS = (
    Plant("near duplicates, rounded", "L1", rounded, "3, 2, 2 digits; 20, 10, 5 % of the rows", least=150),
    Plant("near duplicates in the test file", "L1", near_test, "0.05, 0.1, 1 % of the deviation", least=150),
    Plant("reworded texts", "L1", reworded, "1, 2, 4 other words", tasks=("binary",), own=True),
    Plant(
        "smoothed bootstrap before the split",
        "L1",
        smoothed_bootstrap,
        "300, 100, 30 % more rows",
        tasks=("binary",),
        least=300,
    ),
    Plant("ranks on all rows", "L1", ranks, COLUMNS),
    Plant("centred on all rows", "L1", centred, COLUMNS),
    Plant("imputation per class", "L1", class_filled, CELLS, tasks=BOTH, least=200),
    Plant(
        "leave-one-out encoding",
        "L1",
        leave_one_out,
        "20, 12, 8 rows a category",
        tasks=("binary", "regression"),
        least=300,
    ),
    Plant(
        "weight of evidence on all rows", "L1", evidence, "0.5, 1, 2 extra rows", tasks=("binary",), least=300
    ),
    Plant(
        "columns selected on all rows, regression",
        "L1",
        selected_number,
        "15 left of 5000, 2000, 500",
        tasks=("regression",),
        own=True,
    ),
)
