"""Rules that give a class: a threshold of one column or of a small calculation, a comparison, a few cells of a table.

A rule cuts through the middle of things: rows just on this side of the threshold have the one class, rows just on the
other side the other, and the values run on across it. An honest feature that separates classes well leaves a gap
between them, or a zone in which both occur.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.pairs import Pairs, apply
from lowtide.stats.association import Bools, Floats, Ints

MISSED = 0.03
MANY_MISSED = 0.15
MANY = 12
NEAR = 0.12
GAIN = 5.0
SCREEN = 200
ROWS = 5_000
MOST_TERMS = 8
FORMS = ("difference", "sum", "quotient", "product", "distance", "max", "min", "per_square", "square_per")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its form, its columns (positions), and the share of the rarest class that it gets wrong."""

    form: str
    columns: tuple[int, ...]
    missed: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The best thresholds of one number.

    Attributes
    ----------
    missed : rows on a wrong side, as a share of the rarest class (never more than 1); errors : how many.
    sharp : few of them near the thresholds, and the values run on across each.
    """

    missed: float
    errors: int
    sharp: bool

    @property
    def decides(self) -> bool:
        """True for sharp thresholds with few rows on a wrong side; more of them when they are many and lie apart."""
        return self.sharp and self.missed <= (MANY_MISSED if self.errors >= MANY else MISSED)


def least_errors(values: Floats, y: Ints, classes: int) -> Floats:
    """Return for each column of values (n, m) the rows that the best thresholds get wrong.

    Classes are ordered by their medians; one threshold between neighbours each, at a change of value.
    """
    n, m = values.shape
    order = np.argsort(values, axis=0, kind="stable")
    along = np.take_along_axis(values, order, axis=0)
    change = np.vstack([along[1:] > along[:-1], np.zeros((1, m), dtype=bool)])
    medians = np.vstack([np.median(values[y == k], axis=0) for k in range(classes)])
    place = np.argsort(np.argsort(medians, axis=0, kind="stable"), axis=0, kind="stable")
    own = np.take_along_axis(place, y[order], axis=0)
    total = np.zeros(m)
    for j in range(1, classes):
        high = (own >= j).astype(np.int64)
        below = np.cumsum(high, axis=0)
        wrong = below + (1 - high).sum(axis=0) - (np.arange(1, n + 1)[:, None] - below)
        total += np.where(change, wrong, n).min(axis=0)
    return total


def cut(value: Floats, y: Ints, classes: int) -> Cut:
    """Return the best thresholds of one number and whether they are sharp."""
    n = len(value)
    order = np.argsort(value, kind="stable")
    along = value[order]
    medians = np.asarray([np.median(value[y == k]) for k in range(classes)])
    place = np.argsort(np.argsort(medians, kind="stable"), kind="stable")
    own = place[y[order]]
    change = np.append(along[1:] > along[:-1], False)
    rarest = int(np.bincount(y, minlength=classes).min())
    total, sharp = 0, True
    for j in range(1, classes):
        high = own >= j
        below = np.cumsum(high)
        wrong = np.where(change, below + int((~high).sum()) - (np.arange(1, n + 1) - below), n)
        at = int(wrong.argmin())
        errors = int(wrong[at])
        total += errors
        sharp = sharp and errors < n and _sharp(along, high, at + 1, errors)
    return Cut(min(total / max(rarest, 1), 1.0), total, sharp)


def _sharp(along: Floats, high: Bools, at: int, errors: int) -> bool:
    """True when the rows next to the threshold are right and the values run on across it."""
    n = len(along)
    reach = max(10, errors)
    low, top = max(0, at - reach), min(n, at + reach)
    near = int(high[low:at].sum()) + int((~high[at:top]).sum())
    if near > NEAR * (top - low):
        return False
    return runs_on(along, at)


def runs_on(along: Floats, at: int) -> bool:
    """True when sorted values leave no valley at position ``at``: the middle is no wider than twice its sides."""
    n = len(along)
    gap = float(along[at] - along[at - 1])
    steps = np.diff(along)
    steps = steps[steps > 0]
    if gap <= 1.001 * float(steps.min()):
        return True  # neighbours on the finest scale that there is
    half = max(5, n // 50)
    if at < 2 * half or n - at < 2 * half:
        half = max(3, min(at, n - at) // 3)
    middle = float(along[min(at + half // 2, n - 1)] - along[max(at - half // 2 - 1, 0)])
    left = float(along[max(at - half // 2 - 1, 0)] - along[max(at - half // 2 - 1 - half, 0)])
    right = float(along[min(at + half // 2 + half, n - 1)] - along[min(at + half // 2, n - 1)])
    return middle <= 2.0 * max(left, right) and gap <= 0.5 * middle


def few_rows(y: Ints, classes: int, seed: int) -> Ints:
    """Return positions of at most `SCREEN` rows of each class."""
    rng = np.random.default_rng([seed, 107])
    parts = [np.flatnonzero(y == k) for k in range(classes)]
    return np.sort(np.concatenate([rng.choice(p, min(len(p), SCREEN), replace=False) for p in parts]))


def single(x: Floats, y: Ints, classes: int) -> list[Rule]:
    """Return the columns that alone decide by sharp thresholds, in the order of the columns."""
    out = []
    for j in range(x.shape[1]):
        if np.unique(x[:, j]).size < 10 * (classes - 1):
            continue
        seen = cut(x[:, j], y, classes)
        if seen.decides:
            out.append(Rule("threshold", (j,), seen.missed))
    return out


def pair(x: Floats, y: Ints, classes: int, seed: int) -> Rule | None:
    """Find two columns whose comparison or calculation decides by sharp thresholds, while neither does alone."""
    p = x.shape[1]
    if p < 2:
        return None
    few = few_rows(y, classes, seed)
    own, pairs = y[few], Pairs.of(p)
    rarest = max(int(np.bincount(own, minlength=classes).min()), 1)
    alone = least_errors(x[few], own, classes) / rarest
    best: Rule | None = None
    for form in FORMS:
        values = apply(form, x[few][:, pairs.first], x[few][:, pairs.second])
        usable = ~np.isnan(values).any(axis=0)
        missed = (
            np.where(usable, least_errors(np.where(usable, values, 0.0), own, classes), len(own)) / rarest
        )
        better = np.minimum(alone[pairs.first], alone[pairs.second])
        good = (missed <= MANY_MISSED * 1.5) & (better >= np.maximum(2 * missed, 0.06))
        for k in np.flatnonzero(good)[np.argsort(missed[good], kind="stable")][:20]:
            i, j = int(pairs.first[k]), int(pairs.second[k])
            value = apply(form, x[:, i], x[:, j])
            if np.isnan(value).any():
                continue
            seen = cut(value, y, classes)
            if seen.decides and (best is None or seen.missed < best.missed - 1e-12):
                best = Rule(form, (i, j), seen.missed)
    return best


def total(x: Floats, y: Ints, classes: int, seed: int) -> Rule | None:
    """Find several columns whose plain sum (each with + or -) decides by sharp thresholds; added one by one."""
    p = x.shape[1]
    if p < 3:
        return None
    few = few_rows(y, classes, seed)
    own = y[few]
    alone = least_errors(x[few], own, classes)
    rarest = max(int(np.bincount(own, minlength=classes).min()), 1)
    for start in np.argsort(alone, kind="stable")[:5]:
        chosen, value, errors = [int(start)], x[:, int(start)].copy(), float(alone[start])
        signs = [1.0]
        while len(chosen) < MOST_TERMS:
            free = [j for j in range(p) if j not in chosen]
            trials = np.column_stack([value[few, None] + x[few][:, free], value[few, None] - x[few][:, free]])
            wrong = least_errors(trials, own, classes)
            k = int(wrong.argmin())
            if wrong[k] > 0.9 * errors:
                break
            sign = 1.0 if k < len(free) else -1.0
            chosen.append(free[k % len(free)])
            signs.append(sign)
            value = value + sign * x[:, chosen[-1]]
            errors = float(wrong[k])
        if len(chosen) < 3 or errors > 2 * MISSED * rarest:
            continue
        kept = _needed_terms(x, y, classes, dict(zip(chosen, signs, strict=True)))
        if len(kept) >= 3:
            missed = cut(sum((sign * x[:, j] for j, sign in kept.items()), np.zeros(len(y))), y, classes)
            if missed.decides:
                return Rule("total", tuple(sorted(kept)), missed.missed)
    return None


def _needed_terms(x: Floats, y: Ints, classes: int, terms: dict[int, float]) -> dict[int, float]:
    """Take away the terms without which no more rows are wrong, those of the smallest spread first."""

    def errors(kept: dict[int, float]) -> int:
        return cut(sum((sign * x[:, j] for j, sign in kept.items()), np.zeros(len(y))), y, classes).errors

    fewest = errors(terms)
    for j in sorted(terms, key=lambda j: float(x[:, j].std())):
        rest = {k: sign for k, sign in terms.items() if k != j}
        if rest and (now := errors(rest)) <= fewest + max(1, 0.002 * len(y)):
            terms, fewest = rest, min(now, fewest)
    return terms


def largest(x: Floats, y: Ints, classes: int) -> Rule | None:
    """Find one column for each class so that the largest (or smallest) of them names the class."""
    if x.shape[1] < classes or classes < 3:
        return None
    spread = x.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    for sign in (1.0, -1.0):
        pull = np.vstack(
            [sign * (x[y == k].mean(axis=0) - x[y != k].mean(axis=0)) / spread for k in range(classes)]
        )
        choice = [int(pull[k].argmax()) for k in range(classes)]
        if len(set(choice)) < classes:
            continue
        named = (sign * x[:, choice]).argmax(axis=1)
        sizes = np.bincount(y, minlength=classes)
        wrong = np.bincount(y[named != y], minlength=classes) / np.maximum(sizes, 1)
        if wrong.max() <= MISSED:
            return Rule("largest" if sign > 0 else "smallest", tuple(sorted(choice)), float(wrong.max()))
    return None


def cells(codes: list[Ints], y: Ints, classes: int) -> Rule | None:
    """Find two columns of few values whose combinations have one class each, while neither does alone (XOR, equality)."""
    rarest = int(np.bincount(y, minlength=classes).min())
    if rarest < 20:
        return None
    widths = [int(c.max()) + 1 for c in codes]

    def wrong(code: Ints, width: int) -> int:
        table = np.bincount(code * classes + y, minlength=width * classes).reshape(width, classes)
        return int(table.sum() - table.max(axis=1).sum())

    alone = [wrong(c, w) for c, w in zip(codes, widths, strict=True)]
    best: Rule | None = None
    for a in range(len(codes)):
        for b in range(a + 1, len(codes)):
            width = widths[a] * widths[b]
            errors = wrong(codes[a] * widths[b] + codes[b], width)
            if errors <= 2 * MISSED * rarest and min(alone[a], alone[b]) >= max(GAIN * errors, 0.1 * rarest):
                missed = errors / rarest
                if best is None or missed < best.missed - 1e-12:
                    best = Rule("cells", (a, b), missed)
    return best


def tree(x: Floats, y: Ints, seed: int) -> Rule | None:
    """Find two to four columns and at most five thresholds that decide a yes/no target ("this or that is too high")."""
    from sklearn.tree import DecisionTreeClassifier

    n = len(y)
    rarest = int(np.bincount(y, minlength=2).min())
    if n < 200 or rarest < 40 or x.shape[1] < 2:
        return None
    train = np.zeros(n, dtype=bool)
    train[np.random.default_rng([seed, 109]).permutation(n)[: n // 2]] = True
    grown = DecisionTreeClassifier(max_leaf_nodes=6, random_state=0).fit(x[train], y[train])
    test = ~train
    wrong = int(np.sum(grown.predict(x[test]) != y[test]))
    if wrong > MISSED * max(int(np.bincount(y[test], minlength=2).min()), 1):
        return None
    inner = grown.tree_
    used = sorted({int(f) for f in inner.feature if f >= 0})
    if not 2 <= len(used) <= 4:
        return None
    reached = np.asarray(grown.decision_path(x).toarray(), dtype=bool)
    miss = grown.predict(x) != y
    for node in np.flatnonzero(inner.feature >= 0):
        rows = np.flatnonzero(reached[:, node])
        values = x[rows, inner.feature[node]]
        order = np.argsort(values, kind="stable")
        at = int(np.searchsorted(values[order], inner.threshold[node], side="right"))
        if not 3 <= at <= len(rows) - 3 or not runs_on(values[order], at):
            return None
        near = miss[rows[order[max(0, at - 20) : at + 20]]]
        if near.mean() > NEAR:
            return None
    return Rule("tree", tuple(used), wrong / max(int(np.bincount(y[test], minlength=2).min()), 1))
