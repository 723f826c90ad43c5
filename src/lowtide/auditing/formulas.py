"""Does a small formula of several columns give the target? Exact arithmetic leaves traces that models do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Bools, Floats, Ints

EXACT = 1e-7
NEAR = 1e-3
MOST_TERMS = 12
WIDE = 150


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: its form, its columns (positions), their weights, and how much of the target it misses."""

    form: str
    columns: tuple[int, ...]
    weights: tuple[float, ...]
    missed: float


def _fit(x: Floats, y: Floats) -> tuple[Floats, float, float]:
    """Return least-squares weights on columns of unit scale, the intercept, and the share missed in-sample."""
    centre = x.mean(axis=0)
    weights, *_ = np.linalg.lstsq(x - centre, y - y.mean(), rcond=1e-10)
    left = y - y.mean() - (x - centre) @ weights
    return weights, float(y.mean() - centre @ weights), float((left**2).sum() / ((y - y.mean()) ** 2).sum())


def _missed(x: Floats, y: Floats, train: Bools) -> tuple[Floats, float]:
    """Return weights learned on ``train`` rows and the share of the target missed on the other rows."""
    weights, intercept, _ = _fit(x[train], y[train])
    test = ~train
    left = y[test] - x[test] @ weights - intercept
    spread = float(((y[test] - y[test].mean()) ** 2).sum())
    return weights, float((left**2).sum()) / spread if spread > 0 else 1.0


def _scaled(x: Floats) -> tuple[Floats, Floats]:
    scale = x.std(axis=0)
    return x / np.where(scale > 0, scale, 1.0), np.where(scale > 0, scale, 1.0)


def linear(x: Floats, y: Floats, seed: int, form: str = "sum") -> Formula | None:
    """Find few columns whose weighted sum is the target, or nearly (1 in 1,000 of its variance missed).

    The weights are learned on half of the rows and judged on the other half. Columns are taken away one by
    one while the sum stays as good; what is left at the end is needed.
    """
    n, p = x.shape
    if n < 40 or p < 1:
        return None
    train = np.zeros(n, dtype=bool)
    train[np.random.default_rng([seed, 61]).permutation(n)[: n // 2]] = True
    scaled, scale = _scaled(x)
    pool = list(range(p)) if n >= 10 * p and p <= WIDE else _pursue(scaled[train], y[train])
    weights, missed = _missed(scaled[:, pool], y, train)
    if missed > NEAR:
        return None
    if len(pool) > 2 * MOST_TERMS:
        pool, missed = _main(scaled, y, train, pool, weights)
    allowed = EXACT if missed <= EXACT else NEAR
    while len(pool) > 1:
        trials = sorted((_missed(scaled[:, [c for c in pool if c != k]], y, train)[1], k) for k in pool)
        # A sum that stays good without a column did not need it; of equals the last column goes.
        best = [k for m, k in trials if m <= max(allowed, 1.5 * missed)]
        if not best:
            break
        pool.remove(trials[0][1] if trials[0][1] in best else best[0])
    if len(pool) > MOST_TERMS:
        return None
    weights, missed = _missed(scaled[:, pool], y, train)
    plain = weights / scale[pool]
    return Formula(form, tuple(pool), tuple(float(w) for w in plain), missed)


def _main(x: Floats, y: Floats, train: Bools, pool: list[int], weights: Floats) -> tuple[list[int], float]:
    """Keep the columns of the largest weights: as few (from twice `MOST_TERMS` down) as leave the sum as good."""
    order = [pool[k] for k in np.argsort(-np.abs(weights), kind="stable")]
    kept = sorted(order[: 2 * MOST_TERMS])
    return kept, _missed(x[:, kept], y, train)[1]


def _pursue(x: Floats, y: Floats) -> list[int]:
    """Orthogonal matching pursuit (Pati et al. 1993): up to `MOST_TERMS` columns, greedily."""
    centred = x - x.mean(axis=0)
    norm = np.sqrt((centred**2).sum(axis=0))
    left = y - y.mean()
    pool: list[int] = []
    for _ in range(min(MOST_TERMS, x.shape[1], len(y) // 10)):
        pull = np.abs(centred.T @ left) / np.where(norm > 0, norm, np.inf)
        pull[pool] = -1
        pool.append(int(pull.argmax()))
        weights, intercept, missed = _fit(x[:, pool], y)
        left = y - x[:, pool] @ weights - intercept
        if missed <= EXACT / 10:
            break
    return sorted(pool)


def product(x: Floats, y: Floats, seed: int) -> Formula | None:
    """Find columns whose product or quotient is the target: a sum of logarithms with small whole weights."""
    sign = y > 0
    usable = [j for j in range(x.shape[1]) if np.mean(x[sign, j] > 0) > 0.95] if sign.mean() > 0.8 else []
    if not usable:
        return None
    rows = sign & np.all(x[:, usable] > 0, axis=1)
    if rows.sum() < 40 or np.unique(y[rows]).size < 10:
        return None
    logs = np.log(x[rows][:, usable])
    found = linear(logs, np.log(y[rows]), seed, "product")
    if found is None or len(found.columns) < 2:
        return None
    if any(abs(w - round(w)) > 0.02 or abs(round(w)) not in (1, 2) for w in found.weights):
        return None
    columns = tuple(usable[c] for c in found.columns)
    return Formula("product", columns, tuple(float(round(w)) for w in found.weights), found.missed)


def extreme(x: Floats, y: Floats) -> Formula | None:
    """Find columns of which the target is the largest (or smallest) in nine rows of ten."""
    for form, sign in (("max", 1.0), ("min", -1.0)):
        below = [j for j in range(x.shape[1]) if np.mean(sign * x[:, j] <= sign * y + 1e-9) >= 0.9]
        hits = {j: np.isclose(x[:, j], y) for j in below if np.unique(x[:, j]).size > 10}
        touch = [j for j in hits if hits[j].mean() >= 0.002]
        if sum(hits[j].mean() >= 0.05 for j in touch) < 2:
            continue
        share = float(np.mean(np.isclose((sign * x[:, touch]).max(axis=1) * sign, y)))
        if share < 0.9:
            continue
        for j in sorted(touch, key=lambda j: hits[j].mean()):
            rest = [k for k in touch if k != j]
            without = float(np.mean(np.isclose((sign * x[:, rest]).max(axis=1) * sign, y))) if rest else 0.0
            if without >= share - 0.001:
                touch, share = rest, without
        if len(touch) >= 2:
            return Formula(form, tuple(touch), (1.0,) * len(touch), 1 - share)
    return None


def flags(
    codes: list[Ints], y: Bools, base: float, tests: int
) -> tuple[list[tuple[int, int, int]], float] | None:
    """Find flag values that together say yes: each almost always right, together most of the positives.

    Parameters
    ----------
    codes : columns of few values, each (n,).

    Returns
    -------
    tuple
        Chosen (column, value, rows), and the share of positives that they cover; ``None`` when there are
        fewer than two of them or they cover less than 90 %.
    """
    from scipy.stats import binom

    pure = []
    for j, column in enumerate(codes):
        for value in np.unique(column):
            on = column == value
            rows, hits = int(on.sum()), int(y[on].sum())
            if rows < 5 or hits < 0.95 * rows or 1 - hits / rows > 0.2 * (1 - base):
                continue
            if float(binom.sf(hits - 1, rows, base)) * tests < 1e-4:
                pure.append((j, int(value), on))
    left = y.copy()
    chosen: list[tuple[int, int, int]] = []
    while pure:
        gains = [int((left & on).sum()) for _, _, on in pure]
        best = int(np.argmax(gains))
        if gains[best] < max(5, 0.01 * y.sum()):
            break
        j, value, on = pure.pop(best)
        chosen.append((j, value, int(on.sum())))
        left &= ~on
    chosen = _needed(chosen, codes, y)
    left = y.copy()
    for j, value, _ in chosen:
        left &= codes[j] != value
    covered = 1 - float(left.sum()) / max(float(y.sum()), 1.0)
    if len(chosen) < 2 or covered < 0.9:
        return None
    return chosen, covered


def _needed(chosen: list[tuple[int, int, int]], codes: list[Ints], y: Bools) -> list[tuple[int, int, int]]:
    """Take away flags whose cases the others have too."""
    for item in sorted(chosen, key=lambda c: c[2]):
        rest = [c for c in chosen if c != item]
        on = np.zeros(len(y), dtype=bool)
        for j, value, _ in rest:
            on |= codes[j] == value
        own = (codes[item[0]] == item[1]) & y
        if rest and (own & ~on).sum() < max(5, 0.01 * y.sum()):
            chosen = rest
    return chosen
