"""L1: preparation on all rows: scaling, imputation, target encoding, selection of columns, a test set that is used up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import Ground, Plant, Planted

COLUMNS = "all, half, a quarter of the numeric columns"
CELLS = "20, 10, 4 % of the cells of two columns"


def wanted(g: Ground, least: int = 3) -> list[str]:
    """Return the numeric columns that are treated: all, half or a quarter of them."""
    columns = g.numeric
    if len(columns) < least:
        return []
    return sorted(g.rng.choice(columns, max(1, round(g.pick(1.0, 0.5, 0.25) * len(columns))), replace=False))


def files(g: Ground, frame: pd.DataFrame, columns: list[str]) -> Planted:
    """Return the table as training and test file."""
    train, test = g.halves()
    return Planted(frame.iloc[train], columns, test=frame.iloc[test])


def standardised(g: Ground) -> Planted | None:
    """Mean 0 and deviation 1 over both files."""
    columns = wanted(g)
    if not columns:
        return None
    frame = g.frame.copy()
    for column in columns:
        frame[column] = (frame[column] - frame[column].mean()) / frame[column].std(ddof=0)
    return files(g, frame, columns)


def stretched(g: Ground) -> Planted | None:
    """Smallest 0 and largest 1 over both files; columns whose extremes stand in the training file alone cannot show it."""
    columns = wanted(g)
    if not columns:
        return None
    train, test = g.halves()
    frame, shown = g.frame.copy(), []
    for column in columns:
        low, high = frame[column].min(), frame[column].max()
        frame[column] = (frame[column] - low) / (high - low)
        inside = frame[column].iloc[train]
        if inside.min() > 0 or inside.max() < 1:
            shown.append(column)
    if not shown:
        return None
    return Planted(frame.iloc[train], shown, test=frame.iloc[test])


def holes(g: Ground, frame: pd.DataFrame, least: int = 30) -> list[str]:
    """Empty cells of two numeric columns; return the columns."""
    columns = [c for c in g.numeric if frame[c].nunique() >= least]
    if len(columns) < 2:
        return []
    chosen = sorted(g.rng.choice(columns, 2, replace=False))
    for column in chosen:
        frame[column] = frame[column].astype(np.float64)
        frame.loc[g.some(g.pick(0.20, 0.10, 0.04)), column] = np.nan
    return chosen


def mean_filled(g: Ground) -> Planted | None:
    """Gaps filled with the mean of both files."""
    frame = g.frame.copy()
    columns = holes(g, frame)
    if not columns:
        return None
    frame[columns] = frame[columns].fillna(frame[columns].mean())
    return files(g, frame, columns)


def median_filled(g: Ground) -> Planted | None:
    """Gaps filled with the median of both files, in columns fine enough that the training file has another one."""
    frame = g.frame.copy()
    columns = holes(g, frame, 60)
    if not columns:
        return None
    train, test = g.halves()
    medians = frame[columns].median()
    if (frame[columns].iloc[train].median() == medians).any():
        return None
    frame[columns] = frame[columns].fillna(medians)
    return Planted(frame.iloc[train], columns, test=frame.iloc[test])


def group_filled(g: Ground) -> Planted | None:
    """Gaps filled with the mean of the same category over both files."""
    groups = [c for c in g.texts if 2 <= g.frame[c].nunique() <= 12 and g.frame[c].notna().all()]
    frame = g.frame.copy()
    columns = holes(g, frame)
    if not columns or not groups:
        return None
    by = frame[groups[int(g.rng.integers(len(groups)))]]
    for column in columns:
        frame[column] = frame[column].fillna(frame[column].groupby(by).transform("mean"))
        frame[column] = frame[column].fillna(frame[column].mean())
    return files(g, frame, columns)


def category(g: Ground, per: int = 6) -> np.ndarray:
    """Return a category without any relation to the target: its encoding is a leak and nothing else."""
    return np.array([f"K{v:04d}" for v in g.rng.permutation(9000)[: max(3, g.n // per)]])[
        g.rng.integers(0, max(3, g.n // per), g.n)
    ]


def encoded(values: np.ndarray, y: np.ndarray, weight: float) -> np.ndarray:
    """Return the (smoothed) target mean of each row's category."""
    some = pd.Series(y).groupby(values).agg(["sum", "count"])
    rate = (some["sum"] + weight * y.mean()) / (some["count"] + weight)
    return np.asarray(pd.Series(values).map(rate))


def target_encoded(g: Ground) -> Planted | None:
    """A category replaced by the mean target of its rows; the category stays, stays, is out."""
    values, (name, code) = category(g), g.fresh(2)
    y = g.y if g.task == "regression" else g.hit.astype(float)
    columns = {code: encoded(values, y, 0.0)} | g.pick({name: values}, {name: values}, {})
    return Planted(g.put(columns), [code])


def smoothed(g: Ground) -> Planted | None:
    """The same, drawn towards the mean of all rows as if 2, 5, 10 more rows stood in each category."""
    values, (name, code) = category(g, g.pick(6, 8, 10)), g.fresh(2)
    y = g.y if g.task == "regression" else g.hit.astype(float)
    return Planted(g.put({name: values, code: encoded(values, y, g.pick(2.0, 5.0, 10.0))}), [code])


def noise(g: Ground, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return columns without any relation to a target, and the target."""
    return g.rng.normal(size=(rows, columns)), (g.rng.permutation(rows) < rows // 2).astype(int)


def selected(g: Ground) -> Planted:
    """Pure noise of which the 20 columns were left that go best with the target on all rows."""
    x, y = noise(g, 80, g.pick(5000, 2000, 500))
    force = np.abs((x - x.mean(0)).T @ (y - y.mean())) / x.std(0)
    kept = g.rng.permutation(np.argsort(-force)[:20])
    frame = pd.DataFrame(np.round(x[:, kept], 4), columns=[f"gene_{i}" for i in kept])
    return Planted(frame.assign(group=np.where(y == 1, "case", "control")), target="group", task="binary")


def many(g: Ground) -> Planted:
    """Pure noise, all columns still there: whoever selects them on all rows will believe in them."""
    columns = g.pick(3000, 1000, 300)
    x, y = noise(g, 80, columns)
    frame = pd.DataFrame(np.round(x, 4), columns=[f"gene_{i}" for i in range(columns)])
    return Planted(frame.assign(group=np.where(y == 1, "case", "control")), target="group", task="binary")


def worn_out(g: Ground) -> Planted | None:
    """A test file on which 40, 15, 4 trials have been judged, by the ledger."""
    if g.frame[g.features].duplicated().mean() > 0.02:
        return None
    train, test = g.halves()
    return Planted(g.frame.iloc[train], test=g.frame.iloc[test], options={"looks": g.pick(40, 15, 4)})


PLANTS = (
    Plant("standardised on all rows", "L1", standardised, COLUMNS),
    Plant("min-max on all rows", "L1", stretched, COLUMNS),
    Plant("mean imputation on all rows", "L1", mean_filled, CELLS, least=200),
    Plant("median imputation on all rows", "L1", median_filled, CELLS, least=200),
    Plant("imputation per group on all rows", "L1", group_filled, CELLS, least=200),
    Plant(
        "target encoding on all rows",
        "L1",
        target_encoded,
        "category there, there, out",
        tasks=("binary", "regression"),
        least=300,
    ),
    Plant(
        "smoothed target encoding on all rows",
        "L1",
        smoothed,
        "weight 2, 5, 10",
        tasks=("binary", "regression"),
        least=300,
    ),
    Plant(
        "columns selected on all rows",
        "L1",
        selected,
        "20 left of 5000, 2000, 500",
        tasks=("binary",),
        own=True,
    ),
    Plant(
        "many columns, few rows", "L1", many, "3000, 1000, 300 columns, 80 rows", tasks=("binary",), own=True
    ),
    Plant("test set looked at often", "L1", worn_out, "40, 15, 4 trials"),
)
