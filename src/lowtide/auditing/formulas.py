"""Does a small formula of several columns give the target? Exact arithmetic leaves traces that models do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Bools, Floats, Ints, auc

EXACT = 1e-7
NEAR = 1e-3
MOST_TERMS = 12
PAIR_ROWS = 2_000
PAIR_COLUMNS = 30


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
    pool = list(range(p)) if n >= 10 * p and p <= 60 else _pursue(scaled[train], y[train])
    weights, missed = _missed(scaled[:, pool], y, train)
    if missed > NEAR:
        return None
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
    """Find columns of which the target is the largest (or smallest) in 99 of 100 rows."""
    for form, sign in (("max", 1.0), ("min", -1.0)):
        below = [j for j in range(x.shape[1]) if np.mean(sign * x[:, j] <= sign * y + 1e-9) >= 0.995]
        touch = [j for j in below if np.mean(np.isclose(x[:, j], y)) >= 0.05 and np.unique(x[:, j]).size > 10]
        if len(touch) >= 2:
            top = (sign * x[:, touch]).max(axis=1) * sign
            share = float(np.mean(np.isclose(top, y)))
            if share >= 0.99:
                return Formula(form, tuple(touch), (1.0,) * len(touch), 1 - share)
    return None


def threshold(x: Floats, y: Floats, alone: Floats, seed: int) -> Formula | None:
    """Find two numbers whose difference or quotient decides a yes/no target at one threshold.

    ``alone`` is the AUC (folded to at least 0.5) of each column by itself; the pair must add a lot to it.
    """
    n, p = x.shape
    if y.sum() < 10 or n - y.sum() < 10:
        return None
    if n > PAIR_ROWS:
        keep = np.random.default_rng([seed, 67]).choice(n, PAIR_ROWS, replace=False)
        x, y, n = x[keep], y[keep], PAIR_ROWS
    best: Formula | None = None
    positive = y == 1
    spread = x.std(axis=0)
    for a in range(p):
        for b in range(a + 1, p):
            forms = []
            ratio = spread[a] / spread[b] if spread[b] > 0 else 0.0
            if 1 / 50 <= ratio <= 50:
                forms.append(("difference", x[:, a] - x[:, b]))
            if np.all(x[:, a] > 0) and np.all(x[:, b] > 0):
                forms.append(("quotient", x[:, a] / x[:, b]))
            for form, value in forms:
                area = auc(positive, value)
                area = max(area, 1 - area)
                if (
                    area >= 0.998
                    and area - max(alone[a], alone[b]) >= 0.02
                    and _wrong(value, positive) <= 0.02
                ):
                    missed = 1 - area
                    if best is None or missed < best.missed - 1e-12:
                        best = Formula(form, (a, b), (1.0, -1.0), missed)
    return best


def _wrong(value: Floats, positive: Bools) -> float:
    """Return the errors of the best threshold, as a share of the rarer class."""
    order = np.argsort(value, kind="stable")
    up = np.cumsum(positive[order])
    down = np.arange(1, len(value) + 1) - up
    yes, no = int(positive.sum()), int((~positive).sum())
    errors = np.minimum(up + no - down, down + yes - up)
    return float(errors.min()) / max(min(yes, no), 1)


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
    covered = 1 - float(left.sum()) / max(float(y.sum()), 1.0)
    if len(chosen) < 2 or covered < 0.9:
        return None
    return chosen, covered
