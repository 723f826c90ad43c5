"""Tables with rows that are twice, for the tests of LT101 to LT105."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lowtide.testing.contracts import Case, case
from tests.auditing.test_checks import ordinary

Columns = dict[str, Any]


def patients(n: int = 400, seed: int = 0, positive: float = 0.15) -> Columns:
    """Eight correlated measurements and two categories; the outcome is rare and follows some of them."""
    r = np.random.default_rng([91, seed])
    hidden = r.normal(size=(n, 3))
    values = hidden @ r.normal(size=(3, 8)) + r.normal(0, 0.8, (n, 8))
    score = hidden[:, 0] + r.normal(0, 0.7, n)
    return {
        **{f"m{j}": values[:, j].round(4) for j in range(8)},
        "ward": np.array(["Inner", "Outer", "East wing"])[r.integers(0, 3, n)],
        "sex": np.array(["f", "m"])[r.integers(0, 2, n)],
        "ill": np.where(score > np.quantile(score, 1 - positive), "yes", "no"),
    }


def visits(people: int = 150, times: int = 4, seed: int = 0) -> Columns:
    """Some visits of each person: attributes stay, measurements move."""
    r = np.random.default_rng([92, seed])
    who = np.repeat(np.arange(people), times)
    fixed = r.normal(size=(people, 4)).round(3)
    level = r.normal(size=(people, 3))
    seen = level[who] + r.normal(0, 0.4, (len(who), 3))
    return {
        **{f"a{j}": fixed[who, j] for j in range(4)}, **{f"m{j}": seen[:, j].round(3) for j in range(3)},
        "better": np.where(level[who, 0] + r.normal(0, 0.5, len(who)) > 0, "yes", "no"),
    }  # fmt: skip


def series(n: int = 600, seed: int = 0) -> Columns:
    """A slow walk of some sensors: neighbours in time are alike."""
    r = np.random.default_rng([93, seed])
    walk = np.cumsum(r.normal(0, 0.05, (n, 6)), axis=0)
    return {**{f"s{j}": walk[:, j] for j in range(6)}, "next": walk[:, 0] + r.normal(0, 0.1, n)}


def coarse(n: int = 600, seed: int = 0) -> Columns:
    """A few columns of a few values, bound to one another: many rows are equal by nature."""
    r = np.random.default_rng([94, seed])
    a = r.integers(0, 4, n)
    b = np.clip(a + r.integers(-1, 2, n), 0, 4)
    c = np.clip(b + r.integers(-1, 2, n), 0, 4)
    return {
        "a": a,
        "b": b,
        "c": c,
        "d": r.integers(0, 3, n),
        "y": np.where(a + r.normal(0, 1, n) > 2, "yes", "no"),
    }


def taken(columns: Columns, rows: Any) -> Columns:
    return {n: np.asarray(v)[rows] for n, v in columns.items()}


def joined(*parts: Columns) -> Columns:
    return {n: np.concatenate([np.asarray(p[n]) for p in parts]) for n in parts[0]}


def jittered(columns: Columns, target: str, noise: float, seed: int = 0) -> Columns:
    """Move every number a little (in standard deviations of the column)."""
    r = np.random.default_rng([95, seed])
    return {
        n: v + r.normal(0, noise * np.std(v), len(v)) if n != target and v.dtype.kind in "fi" else v
        for n, v in columns.items()
    }


def retyped(columns: Columns, target: str, source: Columns, seed: int = 0) -> Columns:
    """Change one cell of each row to that of another row."""
    r = np.random.default_rng([96, seed])
    out = {n: v.copy() for n, v in columns.items()}
    names = [n for n in columns if n != target]
    for i in range(len(out[target])):
        name = names[r.integers(len(names))]
        out[name][i] = source[name][r.integers(len(source[name]))]
    return out


def respelled(columns: Columns, target: str) -> Columns:
    """Write texts in capitals with blanks, and numbers in single precision."""
    out = {}
    for n, v in columns.items():
        if n == target:
            out[n] = v
        elif v.dtype.kind == "U":
            out[n] = np.array([f" {t.upper()} " for t in v])
        else:
            out[n] = v.astype(np.float32).astype(np.float64)
    return out


def smote(
    columns: Columns, target: str, label: str, added: int, *, digits: int | None = None, seed: int = 0
) -> Columns:
    """Add rows of a class between a row of it and one of its five nearest (Chawla et al. 2002)."""
    from sklearn.neighbors import NearestNeighbors

    r = np.random.default_rng([97, seed])
    own = taken(columns, columns[target] == label)
    numbers = [n for n, v in columns.items() if v.dtype.kind in "fi"]
    x = np.column_stack([own[n] for n in numbers])
    near = NearestNeighbors(n_neighbors=6).fit(x).kneighbors(x, return_distance=False)[:, 1:]
    a = r.integers(0, len(x), added)
    made = x[a] + r.random((added, 1)) * (x[near[a, r.integers(0, 5, added)]] - x[a])
    new = {n: own[n][a] for n in columns}
    for j, n in enumerate(numbers):
        new[n] = made[:, j] if digits is None else made[:, j].round(digits)
    return joined(columns, new)


def two_files(first: Columns, second: Columns, target: str, kind: Any, **expected: Any) -> Case:
    """Return a case with a second file."""
    other = case(second, target, kind)
    return replace(case(first, target, kind, **expected), test=other.table, test_target=other.target)


def honest() -> list[Case]:
    return [
        case(patients(), "ill", "binary"), case(visits(), "better", "binary"), case(series(), "next", "regression"),
        case(coarse(), "y", "binary"), case(ordinary(), "bought", "binary"),
    ]  # fmt: skip
