"""Numbers behind the report's pictures, from held-out predictions only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lowtide.core.result import Bin, Importance
from lowtide.core.task import Kind
from lowtide.tables.table import Floats, Ints, Table

Score = Callable[[Floats, Floats], float]


def calibration(y: Floats, p: Floats, kind: Kind, bins: int = 10) -> tuple[Bin, ...]:
    """Group held-out rows by prediction and compare with what happened.

    Binary: observed share with Wilson's 90 % interval (Wilson 1927). Regression: mean and its 90 % normal interval.
    """
    seen = np.isfinite(p) & np.isfinite(y) if p.ndim == 1 else np.zeros(len(y), dtype=bool)
    if kind == "multiclass" or seen.sum() < 30:
        return ()
    y, p = y[seen], p[seen]
    edges = np.unique(np.quantile(p, np.linspace(0, 1, min(bins, len(p) // 10) + 1)))
    if len(edges) < 3:
        return ()
    place = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, len(edges) - 2)
    out = []
    for b in range(len(edges) - 1):
        inside = place == b
        n = int(inside.sum())
        if n == 0:
            continue
        mean = float(y[inside].mean())
        low, high = _wilson(mean, n) if kind == "binary" else _normal(y[inside])
        out.append(Bin(predicted=float(p[inside].mean()), observed=mean, low=low, high=high, rows=n))
    return tuple(out)


def _wilson(share: float, n: int, z: float = 1.645) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float(middle - half), float(middle + half)


def _normal(values: Floats, z: float = 1.645) -> tuple[float, float]:
    half = z * float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return float(values.mean() - half), float(values.mean() + half)


def over_time(y: Floats, times: Floats | None, dated: bool, kind: Kind, bins: int = 24) -> tuple[Bin, ...]:
    """Return the mean target of up to ``bins`` stretches of time with equally many rows."""
    if times is None or kind == "multiclass":
        return ()
    seen = np.isfinite(times) & np.isfinite(y)
    if seen.sum() < 20:
        return ()
    order = np.argsort(times[seen], kind="stable")
    t, v = times[seen][order], y[seen][order]
    out = []
    for part in np.array_split(np.arange(len(t)), min(bins, len(t) // 10)):
        low, high = _normal(v[part])
        label = _day(t[part[0]]) if dated else f"{t[part[0]]:g}"
        out.append(Bin(observed=float(v[part].mean()), low=low, high=high, rows=len(part), label=label))
    return tuple(out)


def _day(days: float) -> str:
    return str(np.datetime64("1970-01-01") + np.timedelta64(int(np.floor(days)), "D"))


def windows(
    y: Floats, p: Floats, folds: Sequence[Any], times: Floats | None, dated: bool, score: Score
) -> tuple[Bin, ...]:
    """Return the shipped combination's score in each held-out window (future schemes)."""
    out = []
    for fold in folds:
        if times is None or len(fold.test) == 0:
            continue
        rows = fold.test[np.isfinite(p[fold.test]) if p.ndim == 1 else np.isfinite(p[fold.test]).all(axis=1)]
        if len(rows) == 0:
            continue
        start = float(np.nanmin(times[rows]))
        value = score(y[rows], p[rows])
        label = _day(start) if dated else f"{start:g}"
        out.append(Bin(observed=value if np.isfinite(value) else None, rows=len(rows), label=label))
    return tuple(out)


def importances(
    member: Any,
    table: Table,
    y: Floats,
    test: Ints,
    score: Score,
    *,
    greater_is_better: bool,
    seed: int,
    stop: Callable[[], bool],
    rows: int = 1500,
    top: int = 20,
) -> tuple[Importance, ...]:
    """Permutation importance on held-out rows of one fold (Breiman 2001).

    Parameters
    ----------
    member : the fitted recipe of that fold, which did not see the rows ``test`` of the table.
    stop : asked before each column; when it says True the columns not yet looked at are left out.
    """
    columns = member.recipe.columns
    if not columns:
        return ()
    rng = np.random.default_rng([seed, 7])
    if len(test) > rows:
        test = np.sort(rng.choice(test, rows, replace=False))
    held = table.take(test)

    def predicted(table: Table) -> float:
        return score(y[test], member.fitted.predict(member.preparation.transform(table)))

    base = predicted(held)
    if not np.isfinite(base):
        return ()
    sign = 1.0 if greater_is_better else -1.0
    drops = []
    for name in columns:
        if stop():
            break
        column = held.data.column(name).take(rng.permutation(len(test)))
        place = held.data.column_names.index(name)
        value = predicted(replace(held, data=held.data.set_column(place, name, column).combine_chunks()))
        drops.append((name, sign * (base - value) if np.isfinite(value) else 0.0))
    total = sum(max(d, 0.0) for _, d in drops)
    ranked = sorted(drops, key=lambda pair: -pair[1])[:top]
    return tuple(
        Importance(column=n, drop=float(d), share=float(max(d, 0.0) / total) if total > 0 else 0.0)
        for n, d in ranked
    )
