"""Rows that are nearly the same: every number moved a little, or a cell or two changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.auditing.cells import Keys, repeated, row_sums
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table

NEIGHBOURS = 20
# How much further the next neighbours are than the copy; the ratio that tells most is taken.
LEAPS = (4.0, 8.0, 20.0, 60.0, 400.0)
RARE = 1e-3
# Leaps to the nearest row are more frequent than to further ones where coarse and fine columns meet.
MARGIN = 5.0
# A class that was multiplied with noise: so many of its rows leap, and so many times more than in another.
LOUD, CONTRAST = 0.2, 8.0
# A copy that was moved stays this near in every number (standard deviations).
NEAR_CELL = 0.3
PAIRS_WORK = 50_000_000
CELLS_WORK = 250_000_000
_CODES = 4
# A pair agrees so much better (in log odds of chance) than with any other row: what independent columns exceed
# once in fifty times.
ALONE = 4.0


def points_of(
    tables: list[Table], cells: list[Keys], names: tuple[str, ...], numbers: list[dict[str, Floats]]
) -> tuple[list[Floats], list[Floats]]:
    """Return each table's rows as points (n, d), and the numbers alone (n, p), both in units of the first's spread.

    A category becomes a few pseudo-random coordinates from its hash, so that two different levels are about
    one standard deviation apart; a missing number is a place of its own, one standard deviation off.
    """
    points: list[list[Floats]] = [[] for _ in tables]
    plain: list[list[Floats]] = [[] for _ in tables]
    for j, name in enumerate(names):
        if all(name in own for own in numbers):
            middle, spread = _scale(numbers[0][name])
            if spread == 0:
                continue
            gone = any(np.isnan(own[name]).any() for own in numbers)
            for i, own in enumerate(numbers):
                with np.errstate(invalid="ignore"):
                    z = np.clip((own[name] - middle) / spread, -8.0, 8.0)
                blank = np.isnan(z)
                plain[i].append(z)
                points[i].append(np.where(blank, 0.0, z))
                if gone:
                    points[i].append(blank.astype(np.float64))
            continue
        for i, keys in enumerate(cells):
            for bits in range(0, 16 * _CODES, 16):
                part = (keys[:, j] >> np.uint64(bits)) & np.uint64(0xFFFF)
                # Uniform numbers: the expected squared distance over four coordinates is one.
                points[i].append(part.astype(np.float64) / 65536.0 * 1.5**0.5)
    sizes = [len(t) for t in tables]
    return (
        [np.column_stack(p) if p else np.zeros((n, 0)) for p, n in zip(points, sizes, strict=True)],
        [np.column_stack(p) if p else np.zeros((n, 0)) for p, n in zip(plain, sizes, strict=True)],
    )


def _scale(values: Floats) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if len(known) < 3:
        return 0.0, 0.0
    low, middle, high = np.quantile(known, [0.01, 0.5, 0.99])
    spread = float(np.clip(known, low, high).std())
    return float(middle), spread if spread > 0 else float(known.std())


def nearest(queries: Floats, refs: Floats, k: int) -> tuple[Floats, Ints]:
    """Return distances (q, k) to the nearest reference rows, ascending, and their positions."""
    k = min(k, len(refs))
    more = min(k + 4, len(refs))
    small = refs.astype(np.float32)
    norm = (small * small).sum(axis=1)
    distance = np.empty((len(queries), k))
    where = np.empty((len(queries), k), dtype=np.int64)
    step = max(1, 20_000_000 // max(len(refs), 1))
    for start in range(0, len(queries), step):
        part = queries[start : start + step]
        rough = norm - 2.0 * (part.astype(np.float32) @ small.T)
        found = (
            np.argpartition(rough, more - 1, axis=1)[:, :more]
            if more < len(refs)
            else np.tile(np.arange(len(refs)), (len(part), 1))
        )
        # Near distances vanish in the rounding of the product, so they are computed anew.
        exact = np.sqrt(((refs[found] - part[:, None, :]) ** 2).sum(axis=2))
        order = np.argsort(exact, axis=1, kind="stable")[:, :k]
        distance[start : start + step] = np.take_along_axis(exact, order, axis=1)
        where[start : start + step] = np.take_along_axis(found, order, axis=1)
    return distance, where


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows with a neighbour far nearer than the next ones.

    Attributes
    ----------
    hit : (q,) rows with such a neighbour; ``partner`` (q,) its position.
    natural : share of rows that would have one by chance.
    reach : distance within which such neighbours lie.
    """

    hit: Bools
    partner: Ints
    natural: float
    reach: float


def moved(distance: Floats, where: Ints, near: Bools, labels: Ints | None = None) -> Moved:
    """Find neighbours that are too near, judged by how distances grow from one neighbour to the next.

    Where points lie evenly in D dimensions, k log(d[k+1] / d[k]) is exponential with rate D for every k, all
    independent (the first of them is the TwoNN estimator of D; Facco et al. 2017, doi 10.1038/s41598-017-11873-y).
    Copies break that at one k: a leap from the distance of the copy to that of everything else. Series and
    panels do not: what is near has much more that is about as near. How often honest rows leap is taken from
    the same table at other k.

    Parameters
    ----------
    distance, where : (q, k) of `nearest`.
    near : (q,) the nearest one is near in every cell.
    labels : (q,) classes. Whoever multiplies one class with noise makes leaps at many k, and so hides them; but only
        in that class. Then the class with the fewest tells what is natural.
    """
    q, k = distance.shape
    if q == 0 or k < 4:
        return Moved(np.zeros(q, bool), np.zeros(q, np.int64), 1.0, 0.0)
    d = np.maximum(distance, 1e-9)
    leap = np.log(d[:, 1:] / d[:, :-1])
    order = np.arange(1, k)
    growth = leap * order
    middle = float(np.median(growth[:, min(2, k - 2) :]))
    dimension = np.log(2.0) / max(middle, 1e-3)
    best = (-np.inf, 1.0, np.zeros(q, dtype=bool))
    for least in np.log(LEAPS):
        if dimension * least < -np.log(RARE):
            continue
        tails = [float((growth[:, i] > least).mean()) for i in range(1, min(6, k - 1))]
        natural = max(float(np.exp(-dimension * least)), float(np.median(tails)))
        hit = near & (leap > least).any(axis=1)
        if labels is not None:
            natural = min(natural, _quiet(hit, labels))
        best = max(best, (float(hit.mean()) - MARGIN * natural, natural, hit), key=lambda b: b[0])
    _, natural, hit = best
    reach = float(np.quantile(distance[hit, 0], 0.95)) * 1.5 if hit.any() else 0.0
    return Moved(hit, where[:, 0], natural, reach)


def _quiet(hit: Bools, labels: Ints) -> float:
    """Return the rate of the class that has the fewest, when another has very many; 1 otherwise."""
    size = np.bincount(labels)
    rate = np.bincount(labels, weights=hit.astype(np.float64))[size >= 20] / size[size >= 20]
    if len(rate) < 2 or rate.max() < LOUD:
        return 1.0
    least = float(rate.min()) + 1.0 / float(size.max())
    return least if rate.max() > CONTRAST * least else 1.0


@dataclass(frozen=True, slots=True)
class Changed:
    """Pairs of rows that agree in all but one or two cells.

    Attributes
    ----------
    left, right : positions of the pairs.
    alone : share of the pairs that no more common kind of near agreement explains.
    rates : (p,) how often each column differs among the pairs.
    spread : over how many columns the changes are spread (inverse Simpson index, without its bias).
    """

    left: Ints
    right: Ints
    alone: float
    rates: Floats
    spread: float


def changed(cells: Keys, refs: Keys, seed: int, *, same: bool) -> Changed | None:
    """Find rows of ``cells`` with a row of ``refs`` that differs in one cell, or in two when there are many columns.

    All rows are compared, by hashes of the row without one column, and (two cells) of blocks of columns: of three
    blocks, two changed cells leave one whole. Tables of coarse columns are full of such pairs, but then
    others agree with the row about as much; re-entered rows stand alone. Agreement in a column weighs by how
    improbable it is.

    Parameters
    ----------
    same : ``refs`` are the very same rows (a row is no partner of its own).
    """
    n, p = cells.shape
    if p < 4 or n == 0 or len(refs) == 0:
        return None
    pairs = _one_off(cells, refs, same)
    if p >= 7:
        pairs.append(_two_off(cells, refs, seed, same))
    left = np.concatenate([a for a, _ in pairs])
    right = np.concatenate([b for _, b in pairs])
    if len(left) == 0:
        return None
    pair = np.unique(np.column_stack([left, right]), axis=0)
    left, right = pair[:, 0], pair[:, 1]
    few = np.random.default_rng([seed, 1041]).permutation(len(left))[:5000]
    differs = cells[left[few]] != refs[right[few]]
    anchors = few[: int(np.clip(CELLS_WORK / max(len(refs) * p, 1), 40, 400))]
    weight = _weights(refs)
    alone = np.zeros(len(anchors), dtype=bool)
    for i, anchor in enumerate(anchors):
        agrees = refs == cells[left[anchor]]
        unlike = p - agrees.sum(axis=1)
        own = int(unlike[right[anchor]])
        others = unlike > own
        best = float((agrees[others] @ weight).max()) if others.any() else 0.0
        alone[i] = float(agrees[right[anchor]] @ weight) - best >= ALONE
    count = differs.sum(axis=0).astype(np.float64)
    twice = float((count * (count - 1)).sum())
    spread = float(count.sum() * (count.sum() - 1)) / twice if twice > 0 else float(p)
    return Changed(left, right, float(alone.mean()), differs.mean(axis=0), min(spread, float(p)))


def _weights(cells: Keys) -> Floats:
    """Return what it means to agree in a column (p,): minus the logarithm of how probable that is by chance."""
    n, p = cells.shape
    out = np.zeros(p)
    for j in range(p):
        _, size = np.unique(cells[:, j], return_counts=True)
        out[j] = -np.log(max(float((size.astype(np.float64) ** 2).sum()) / n**2, 1.0 / n))
    return out


def _one_off(cells: Keys, refs: Keys, same: bool) -> list[tuple[Ints, Ints]]:
    if same:
        # Rows that differ in one cell agree in one half of the columns at least; hardly any others do.
        half = cells.shape[1] // 2
        likely = np.flatnonzero(repeated(row_sums(cells[:, :half])) | repeated(row_sums(cells[:, half:])))
        if len(likely) < 0.7 * len(cells):
            found = _one_off_of(cells[likely], cells[likely], same)
            return [(likely[a], likely[b]) for a, b in found]
    return _one_off_of(cells, refs, same)


def _one_off_of(cells: Keys, refs: Keys, same: bool) -> list[tuple[Ints, Ints]]:
    total, other = row_sums(cells), row_sums(refs)
    out = []
    for j in range(cells.shape[1]):
        with np.errstate(over="ignore"):
            found = _matches(total - cells[:, j], other - refs[:, j], same)
        keep = total[found[0]] != other[found[1]]
        out.append((found[0][keep], found[1][keep]))
    return out


def _two_off(cells: Keys, refs: Keys, seed: int, same: bool) -> tuple[Ints, Ints]:
    p = cells.shape[1]
    rng = np.random.default_rng([seed, 1042])
    # Which columns go into which block must not depend on their order.
    order = np.argsort([int(np.bitwise_xor.reduce(refs[:, j])) for j in range(p)], kind="stable")
    left, right = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for _ in range(3):
        block = rng.permutation(p) % 3
        for b in range(3):
            mine = order[block == b]
            a, c = _matches(row_sums(cells[:, mine]), row_sums(refs[:, mine]), same)
            if len(a) > 2 * len(cells):
                continue
            keep = (cells[a] != refs[c]).sum(axis=1) == 2
            left.append(a[keep])
            right.append(c[keep])
    return np.concatenate(left), np.concatenate(right)


def _matches(keys: Keys, refs: Keys, same: bool) -> tuple[Ints, Ints]:
    """Return positions of equal keys; of many equal ones only neighbours in sorted order."""
    if same:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        equal = np.flatnonzero(ordered[1:] == ordered[:-1])
        return order[equal], order[equal + 1]
    order = np.argsort(refs, kind="stable")
    place = np.searchsorted(refs, keys, sorter=order)
    place = np.minimum(place, len(refs) - 1)
    hit = np.flatnonzero(refs[order[place]] == keys)
    return hit.astype(np.int64), order[place[hit]]


def tie(n: int, left: Ints, right: Ints) -> Ints:
    """Return a number (n,) per row: rows joined by a chain of pairs have the same."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
